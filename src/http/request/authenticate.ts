import { hashToken, isWellFormedToken } from "#credentials/token.ts";
import { challenge, Refusal, unauthorized } from "#http/response/error.ts";
import { ScimError } from "#scim/error.ts";
import type { Access, Verdict } from "#store/directory/access.ts";

/** What the Authorization header of a SCIM request holds. */
export type Credential =
  | { readonly kind: "token"; readonly hash: string }
  | { readonly kind: "absent"; readonly refusal: Refusal }
  | { readonly kind: "malformed"; readonly refusal: Refusal };

const ABSENT = unauthorized(
  undefined,
  "Send the connector's token as: Authorization: Bearer sgw_…",
);
// RFC 6750 §3.1 gives no error code to who tried another method, or sent no token.
const NOT_BEARER = unauthorized(
  undefined,
  "The Authorization header holds no bearer token. Send the connector's token as: Authorization: Bearer sgw_…",
);
const DOUBLED = unauthorized(
  "invalid_token",
  'The word "Bearer" came twice: the client adds it by itself. Put the token alone in place: sgw_…',
);
const NO_TOKEN = unauthorized(
  "invalid_token",
  "This is no token of this service. Check that it was copied whole: Bearer sgw_…",
);

/** Reads a bearer token (RFC 6750 §2.1, the scheme in any case); a wrong checksum costs no query. */
export async function readCredential(authorization: string | undefined): Promise<Credential> {
  if (authorization === undefined) return { kind: "absent", refusal: ABSENT };
  const words = authorization.trim().split(/\s+/);
  const [first = "", second] = words;
  // Okta's "Header Auth" apps send what the administrator typed, often the token alone.
  const isTokenAlone = second === undefined && first.startsWith("sgw_");
  const token = isTokenAlone ? first : second;
  if (!isTokenAlone && !isBearerWord(first)) return { kind: "malformed", refusal: NOT_BEARER };
  if (token === undefined) return { kind: "malformed", refusal: NOT_BEARER };
  if (isBearerWord(token)) return { kind: "malformed", refusal: DOUBLED };
  const isWhole = words.length <= 2 && isWellFormedToken(token);
  if (!isWhole) return { kind: "malformed", refusal: NO_TOKEN };
  return { kind: "token", hash: await hashToken(token) };
}

function isBearerWord(word: string): boolean {
  return word.toLowerCase() === "bearer";
}

/** Throws the refusal that a verdict on a known credential means. */
export function requireGranted(verdict: Verdict, access: Access): void {
  const token = `The token with the id ${access.credentialId}`;
  switch (verdict) {
    case "granted":
      return;
    case "revoked":
      throw invalidToken(
        "This token was revoked. Put the connector's current token in place.",
        `${token} was revoked at ${timeOf(access.revokedAt)}, and the client still sends it. Put a live token of this connector in place at the provider.`,
      );
    case "expired":
      throw invalidToken(
        "This token has expired. Make a new one and put it in place.",
        `${token} expired at ${timeOf(access.expiresAt)}. Make a new one for this connector and put it in place at the provider.`,
      );
    case "deleted":
      throw invalidToken(
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
    case "moving":
      throw ScimError.status(
        503,
        "The connector is being moved to another tenant. Repeat the request in a minute.",
      ).explainedBy(
        () =>
          "An administrator moves the connector to another tenant, and its users are being told of. The client repeats the request by itself.",
      );
    case "readOnly":
      throw new Refusal(
        ScimError.status(
          403,
          "This token may only read. Use one with the scope read-write.",
        ).explainedBy(
          () =>
            `${token} has the scope "read", and the client tried to write. Put a token with the scope "read-write" in place at the provider.`,
        ),
        challenge("scim", "insufficient_scope"),
      );
  }
}

/** The 401 for a token that is known and not good; the explanation is for the event log alone. */
function invalidToken(detail: string, explanation: string): Refusal {
  const error = ScimError.status(401, detail).explainedBy(() => explanation);
  return new Refusal(error, challenge("scim", "invalid_token"));
}

function timeOf(ms: number | null): string {
  return new Date(ms ?? 0).toISOString();
}
