import { type CryptoKey, importPKCS8, SignJWT } from "jose";
import { SourceError } from "../../source/source.ts";

/** What a service account says to have a token in an administrator's name. */
export interface GoogleAssertion {
  readonly clientEmail: string;
  /** Whom the service account stands in for. */
  readonly adminEmail: string;
  readonly scopes: readonly string[];
  readonly tokenUrl: string;
  readonly key: CryptoKey;
  /** The time of the assertion, in milliseconds. */
  readonly now: number;
}

/** The grant that takes the assertion (RFC 7523 §2.1). */
export const JWT_BEARER_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** The most that Google accepts. */
const LIFE_SECONDS = 3_600;

/** Signs the assertion of a service account with domain-wide delegation. */
export function signGoogleAssertion(assertion: GoogleAssertion): Promise<string> {
  const { clientEmail, adminEmail, scopes, tokenUrl, key, now } = assertion;
  const issuedAt = Math.floor(now / 1_000);
  return new SignJWT({ scope: scopes.join(" ") })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(clientEmail)
    .setSubject(adminEmail)
    .setAudience(tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFE_SECONDS)
    .sign(key);
}

/**
 * Reads the `private_key` of a service account's key file, also with the `\n` of the file's JSON left as
 * they are. Throws SourceError ("unauthorized") for anything else.
 */
export async function importServiceAccountKey(privateKey: string): Promise<CryptoKey> {
  try {
    return await importPKCS8(privateKey.replaceAll("\\n", "\n").trim(), "RS256");
  } catch {
    // The error's own text could quote the key.
    throw new SourceError(
      { kind: "unauthorized" },
      'The private key of the Google service account cannot be read. Enter "private_key" of its JSON key file, whole, with the BEGIN and END lines.',
    );
  }
}
