/** What kind of secret a canary stands for. */
export type CanaryKind =
  | "password"
  | "connector token"
  | "access token"
  | "client secret"
  | "key"
  | "set-up link"
  | "admin token"
  | "encryption key"
  | "provider credentials"
  | "webhook secret";

/** The secrets that were planted, each found nowhere but where it was planted. */
export class Canaries {
  private readonly planted: { kind: CanaryKind; secret: string }[] = [];

  /** Makes an opaque secret of letters and digits alone, so that JSON and URLs hold it as it is. */
  make(kind: CanaryKind): string {
    return this.add(kind, `canary${crypto.randomUUID().replaceAll("-", "")}`);
  }

  /** Takes a secret that the gateway made; its prefix is no secret. */
  add(kind: CanaryKind, secret: string): string {
    this.planted.push({ kind, secret: secret.replace(/^sg[kuw]_/, "") });
    return secret;
  }

  /** The kinds of the secrets that stand in a text, plain or in a form that gives them away. */
  foundIn(text: string): readonly CanaryKind[] {
    const found = this.planted.filter(({ secret }) =>
      formsOf(secret).some((form) => text.includes(form)),
    );
    return [...new Set(found.map(({ kind }) => kind))];
  }

  /** How many were planted of each kind. */
  count(kind: CanaryKind): number {
    return this.planted.filter((each) => each.kind === kind).length;
  }
}

/** A text as it is, reversed, in hex, and inside base64 at each of the three places it may begin. */
function formsOf(secret: string): readonly string[] {
  const hex = [...secret].map((sign) => sign.charCodeAt(0).toString(16)).join("");
  const base64 = [0, 1, 2].map((shift) => {
    const encoded = btoa("x".repeat(shift) + secret).replace(/=+$/, "");
    // The first and the last digits depend on what stands beside the secret.
    return encoded.slice(shift === 0 ? 0 : 4, -2);
  });
  return [secret, [...secret].reverse().join(""), hex, ...base64];
}
