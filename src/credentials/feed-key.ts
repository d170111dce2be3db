import { calculateJwkThumbprint, type JWK, SignJWT } from "jose";
import type { KeyRing, RingKey } from "./key-ring.ts";

/** Signs security event tokens (RFC 8417), and knows the keys with which receivers verify them. */
export interface SetSigner {
  /** Signs the claims of one token; the same claims give the same token. */
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
  /** The public keys of the whole ring, as JWKs (RFC 8037): also what an older key signed verifies. */
  readonly publicKeys: () => Promise<readonly JWK[]>;
}

/** An Ed25519 key pair that was derived from a key of the ring. */
interface FeedKey {
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  readonly kid: string;
}

/**
 * Makes a signer whose keys are derived from a ring: every isolate has the same ones, and nothing
 * has to be stored.
 */
export function createSetSigner(ring: KeyRing): SetSigner {
  // Kept as keys, not as promises: a promise of one request must not be awaited in another.
  const derived = new Map<RingKey, FeedKey>();
  const keyOf = async (ringKey: RingKey) => {
    const key = derived.get(ringKey) ?? (await deriveFeedKey(ringKey));
    derived.set(ringKey, key);
    return key;
  };
  return {
    sign: async (claims) => {
      const { privateKey, kid } = await keyOf(ring[0]);
      // The type of RFC 8417 §2.3, so that no other kind of token is taken for one.
      const header = { alg: ALGORITHM, typ: "secevent+jwt", kid };
      return await new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey);
    },
    publicKeys: async () => {
      const keys: JWK[] = [];
      for (const ringKey of ring) keys.push((await keyOf(ringKey)).publicJwk);
      return keys;
    },
  };
}

/** The name that every JOSE library knows; RFC 9864 calls the same signature Ed25519. */
const ALGORITHM = "EdDSA";

const PURPOSE = "scim-edge security event tokens";

/** What precedes the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7). */
const PKCS8_PREFIX = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

async function deriveFeedKey({ bytes }: RingKey): Promise<FeedKey> {
  const pkcs8 = new Uint8Array([...PKCS8_PREFIX, ...(await deriveSeed(bytes))]);
  // Only a key that may be exported tells its public half.
  const exportable = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", true, ["sign"]);
  const jwk = publicHalf(await crypto.subtle.exportKey("jwk", exportable));
  const kid = await calculateJwkThumbprint(jwk);
  const privateKey = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
  return { privateKey, kid, publicJwk: { ...jwk, kid, use: "sig", alg: ALGORITHM } };
}

async function deriveSeed(bytes: Uint8Array): Promise<Uint8Array> {
  const secret = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  const info = new TextEncoder().encode(PURPOSE);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(derivation, secret, 256));
}

function publicHalf(exported: unknown): JWK {
  // An Ed25519 key exports as an object of these members (RFC 8037 §2); `d` stays here.
  const { kty, crv, x } = exported as { kty: string; crv: string; x: string };
  return { kty, crv, x };
}
