/** What stands in the place of a secret that a receiver repeated. */
const REDACTED = "[redacted]";

/** A signing secret, whole or cut off, whoever's it is; and a signature of ours. */
const SECRET_LIKE = /whsec_[A-Za-z0-9+/=]*|\bv1,[A-Za-z0-9+/]{43}=/g;

/**
 * A receiver's answer as it may be kept: some error pages show the request's headers or the settings of
 * the application, and so our signature or the secret that we share with it.
 */
export function redactReceived(answer: string, secrets: readonly string[]): string {
  const bare = secrets.map((secret) => secret.replace(/^whsec_/, ""));
  return bare.reduce(
    (text, secret) => text.replaceAll(secret, REDACTED),
    answer.replaceAll(SECRET_LIKE, REDACTED),
  );
}
