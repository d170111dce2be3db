import { type CryptoKey, importJWK, type JWK } from "jose";
import { SourceError } from "../source.ts";

/** A private key as it signs JWTs, and what others may know of it. */
export interface SigningKey {
  readonly key: CryptoKey;
  readonly alg: string;
  readonly kid: string | undefined;
  readonly publicJwk: JWK;
}

/**
 * Reads a private RSA or EC key; `alg` is the key's own, or RS256 or the curve's. Throws SourceError
 * ("unauthorized") for anything else.
 */
export async function importSigningKey(jwk: JsonWebKey, provider: string): Promise<SigningKey> {
  const alg = algorithmOf(jwk);
  if (alg === undefined || jwk.d === undefined) throw unusableKey(provider);
  const key = await importPrivateKey(jwk, alg, provider);
  const kid = "kid" in jwk && typeof jwk.kid === "string" ? jwk.kid : undefined;
  return { key, alg, kid, publicJwk: publicPart(jwk) };
}

/** RFC 7518 §3.1, those of them that a private RSA or EC key can make. */
const ALGORITHM = /^(?:RS|PS|ES)(?:256|384|512)$/;

const CURVE_ALGORITHMS: ReadonlyMap<string | undefined, string> = new Map([
  ["P-256", "ES256"],
  ["P-384", "ES384"],
  ["P-521", "ES512"],
]);

function algorithmOf({ kty, crv, alg }: JsonWebKey): string | undefined {
  if (alg !== undefined && ALGORITHM.test(alg)) return alg;
  if (kty === "RSA") return "RS256";
  return kty === "EC" ? CURVE_ALGORITHMS.get(crv) : undefined;
}

async function importPrivateKey(
  jwk: JsonWebKey,
  alg: string,
  provider: string,
): Promise<CryptoKey> {
  try {
    const key = await importJWK({ ...jwk, alg }, alg);
    if (!(key instanceof Uint8Array)) return key;
  } catch {
    // The error's own text could quote the key.
  }
  throw unusableKey(provider);
}

/** Named one by one: what is not named is never sent. */
function publicPart({ kty, n = "", e = "", crv = "", x = "", y = "" }: JsonWebKey): JWK {
  return kty === "RSA" ? { kty, n, e } : { kty, crv, x, y };
}

function unusableKey(provider: string): SourceError {
  return new SourceError(
    { kind: "unauthorized" },
    `The private key for ${provider} cannot be used. Enter the whole private JWK of an RSA or EC signing key, whose public half is registered at ${provider}.`,
  );
}
