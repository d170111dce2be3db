import { hashToken, isWellFormedToken } from "#credentials/token.ts";
import { ScimError } from "#scim/error.ts";
import type { Access, Verdict } from "#store/access.ts";
import { unauthorized } from "./error-response.ts";

/** What the Authorization header of a SCIM request holds. */
export type Credential =
  | { readonly kind: "token"; readonly hash: string }
  | { readonly kind: "absent" }
  | { readonly kind: "malformed" };

/** Reads a bearer token (RFC 6750 §2.1, the scheme in any case); a wrong checksum costs no query. */
export async function readCredential(authorization: string | undefined): Promise<Credential> {
  if (authorization === undefined) return { kind: "absent" };
  const words = authorization.trim().split(/\s+/);
  // Okta's "Header Auth" apps send what the administrator typed, often the token alone.
  const [scheme, token, ...others] = words.length === 1 ? ["bearer", ...words] : words;
  const isBearer = scheme?.toLowerCase() === "bearer" && others.length === 0;
  if (!isBearer || token === undefined || !isWellFormedToken(token)) return { kind: "malformed" };
  return { kind: "token", hash: await hashToken(token) };
}

/** Throws the refusal that a verdict on a known credential means (SEMANTICS 9 and 12). */
export function requireGranted(verdict: Verdict, access: Access): void {
  const token = `The token with the id ${access.credentialId}`;
  switch (verdict) {
    case "granted":
      return;
    case "revoked":
      throw unauthorized(
        "This token was revoked. Put the connector's current token in place.",
        `${token} was revoked at ${timeOf(access.revokedAt)}, and the client still sends it. Put a live token of this connector in place at the provider.`,
      );
    case "expired":
      throw unauthorized(
        "This token has expired. Make a new one and put it in place.",
        `${token} expired at ${timeOf(access.expiresAt)}. Make a new one for this connector and put it in place at the provider.`,
      );
    case "deleted":
      throw unauthorized(
        "The connector of this token was deleted.",
        `The connector was deleted at ${timeOf(access.connectorDeletedAt)}, and the client still calls it. Stop provisioning at the provider, or make a new connector and put its token in place.`,
      );
    case "disabled":
      throw ScimError.status(
        403,
        "The connector is disabled. An administrator can enable it again.",
      ).explainedBy(
        () =>
          'The connector is disabled, so nothing was done. Set its status to "active", or stop provisioning at the provider.',
      );
    case "readOnly":
      throw ScimError.status(
        403,
        "This token may only read. Use one with the scope read-write.",
      ).explainedBy(
        () =>
          `${token} has the scope "read", and the client tried to write. Put a token with the scope "read-write" in place at the provider.`,
      );
  }
}

function timeOf(ms: number | null): string {
  return new Date(ms ?? 0).toISOString();
}
