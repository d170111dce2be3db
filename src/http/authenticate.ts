import { hashToken, isWellFormedToken } from "#credentials/token.ts";
import { ScimError } from "#scim/error.ts";
import type { Verdict } from "#store/access.ts";
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
export function requireGranted(verdict: Verdict): void {
  switch (verdict) {
    case "granted":
      return;
    case "revoked":
      throw unauthorized("This token was revoked. Put the connector's current token in place.");
    case "expired":
      throw unauthorized("This token has expired. Make a new one and put it in place.");
    case "deleted":
      throw unauthorized("The connector of this token was deleted.");
    case "disabled":
      throw ScimError.status(
        403,
        "The connector is disabled. An administrator can enable it again.",
      );
    case "readOnly":
      throw ScimError.status(403, "This token may only read. Use one with the scope read-write.");
  }
}
