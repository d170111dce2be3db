import type { ChangeEvent } from "./events.ts";

/** What a webhook delivers: an event of the feed, or a test of an administrator. */
export type WebhookEvent =
  | ChangeEvent
  | { readonly type: "webhook.test"; readonly id: string; readonly time: string };

/** A delivery whose signature, age or form is not right: answer 400 and do nothing. */
export class WebhookError extends Error {
  override readonly name = "WebhookError";
}

/** How to judge a delivery. */
export interface VerifyOptions {
  /** The webhook's secrets, each `whsec_…`; two of them while one is being rotated. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch; the clock's time where it is absent. */
  readonly now?: number;
  /** How far the delivery's time may be off, in seconds. */
  readonly toleranceSeconds?: number;
}

/** Standard Webhooks 1.0: older deliveries may be replays. */
const TOLERANCE_SECONDS = 300;

/**
 * Verifies a delivery (Standard Webhooks 1.0) and gives its event; throws a WebhookError otherwise.
 * `body` is the request's body as it came, before any parsing. The same event may come more than
 * once: its `id` tells.
 */
export async function verifyWebhook(
  headers: Headers,
  body: string,
  { secrets, now = Date.now(), toleranceSeconds = TOLERANCE_SECONDS }: VerifyOptions,
): Promise<WebhookEvent> {
  const id = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (id === null || timestamp === null || signatures === null) {
    throw new WebhookError("The delivery has no webhook-id, -timestamp or -signature.");
  }
  const isTime = /^\d{1,12}$/.test(timestamp);
  if (!isTime || Math.abs(now / 1_000 - Number(timestamp)) > toleranceSeconds) {
    throw new WebhookError("The delivery's webhook-timestamp is too far from now.");
  }
  const signed = Uint8Array.from(new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  if (!(await isSigned(signed, signatures, secrets))) {
    throw new WebhookError("No signature of the delivery is one of this webhook.");
  }
  // The gateway signed it.
  return JSON.parse(body) as WebhookEvent;
}

async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: string,
  secrets: readonly string[],
): Promise<boolean> {
  const given = signatures.split(" ").flatMap((each) => {
    const [version, text = ""] = each.split(",");
    const bytes = version === "v1" ? decodeBase64(text) : undefined;
    return bytes === undefined ? [] : [bytes];
  });
  for (const secret of secrets) {
    const key = await keyOf(secret);
    for (const signature of given) {
      // Compares in constant time.
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return true;
    }
  }
  return false;
}

function keyOf(secret: string): Promise<CryptoKey> {
  const bytes = decodeBase64(secret.replace(/^whsec_/, ""));
  if (bytes === undefined) throw new WebhookError("A secret is no whsec_ secret.");
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "verify",
  ]);
}

function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
