/** What is signed of a delivery (Standard Webhooks 1.0): its id, the moment of the try, its body. */
export interface SignedMessage {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * Signs a message with each secret that is live and gives the value of `webhook-signature`: one
 * `v1,` signature a secret, with blanks between. A secret is `whsec_` and base64.
 */
export async function signMessage(
  { id, timestamp, body }: SignedMessage,
  secrets: readonly string[],
): Promise<string> {
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`);
  const signatures = secrets.map(async (secret) => `v1,${await hmac(secret, signed)}`);
  return (await Promise.all(signatures)).join(" ");
}

const PREFIX = "whsec_";

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

async function hmac(secret: string, signed: Uint8Array): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.slice(PREFIX.length)), (each) => each.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign"]);
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
  return btoa(String.fromCharCode(...signature));
}
