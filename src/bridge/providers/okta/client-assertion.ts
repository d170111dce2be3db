import { SignJWT } from "jose";
import type { SigningKey } from "../../source/http/signing-key.ts";
import type { SourceTools } from "../../source/source.ts";

/** What a client assertion says. */
export interface ClientAssertion {
  readonly clientId: string;
  /** The token endpoint's address. */
  readonly audience: string;
  readonly key: SigningKey;
  readonly tools: SourceTools;
}

/** The value of `client_assertion_type` (RFC 7523 §2.2). */
export const CLIENT_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Long enough for a slow request; providers accept up to an hour. */
const LIFE_SECONDS = 300;

/** Signs a client assertion (private_key_jwt, RFC 7523 §3); each may be sent once. */
export function signClientAssertion(assertion: ClientAssertion): Promise<string> {
  const { clientId, audience, key, tools } = assertion;
  const issuedAt = Math.floor(tools.now() / 1_000);
  return new SignJWT()
    .setProtectedHeader({ alg: key.alg, ...(key.kid === undefined ? {} : { kid: key.kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE_SECONDS)
    .setJti(tools.newId())
    .sign(key.key);
}
