import type { RingKey } from "./key-ring.ts";

/** What a derived key is for: the algorithm with its length, and the uses it is allowed. */
export interface KeyUse {
  readonly algorithm: SubtleCryptoImportKeyAlgorithm;
  readonly usages: string[];
}

/** Derives a key for one purpose from a key of the ring (HKDF-SHA-256, RFC 5869); it cannot be exported. */
export async function deriveKey(
  { bytes }: RingKey,
  purpose: string,
  { algorithm, usages }: KeyUse,
): Promise<CryptoKey> {
  const secret = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveKey"]);
  const info = new TextEncoder().encode(purpose);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return crypto.subtle.deriveKey(derivation, secret, algorithm, false, usages);
}
