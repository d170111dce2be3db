import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import { deriveKey, type KeyUse } from "./derive-key.ts";
import type { KeyRing, RingKey } from "./key-ring.ts";

/** The length of a signature: 32 bytes in base64url. */
export const SIGNATURE_CHARACTERS = 43;

/** Signs texts for one purpose, and tells its own signatures from forged ones. */
export interface Signer {
  readonly sign: (text: string) => Promise<string>;
  readonly verify: (text: string, signature: string) => Promise<boolean>;
}

/** Makes a signer (HMAC-SHA-256) with keys that are derived from a ring for one purpose (RFC 5869). */
export function createSigner(ring: KeyRing, purpose: string): Signer {
  // Kept as keys, not as promises: a promise of one request must not be awaited in another.
  const derived = new Map<RingKey, CryptoKey>();
  const keyOf = async (ringKey: RingKey) => {
    const key = derived.get(ringKey) ?? (await deriveKey(ringKey, purpose, HMAC));
    derived.set(ringKey, key);
    return key;
  };
  return {
    sign: async (text) => {
      const signature = await crypto.subtle.sign("HMAC", await keyOf(ring[0]), bytesOf(text));
      return encodeBase64Url(new Uint8Array(signature));
    },
    verify: async (text, signature) => {
      if (!SIGNATURE.test(signature)) return false;
      const bytes = decodeBase64Url(signature);
      for (const ringKey of ring) {
        const key = await keyOf(ringKey);
        if (await crypto.subtle.verify("HMAC", key, bytes, bytesOf(text))) return true;
      }
      return false;
    },
  };
}

/** The last character holds four bits: with any in the other two, a second text would be the same bytes. */
const SIGNATURE = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** HMAC-SHA-256 with a key of 256 bits. */
const HMAC: KeyUse = {
  algorithm: { name: "HMAC", hash: "SHA-256", length: 256 },
  usages: ["sign", "verify"],
};

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
