import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import { deriveKey, type KeyUse } from "./derive-key.ts";
import type { KeyRing, RingKey } from "./key-ring.ts";

/** The place a secret belongs to: sealed there, it opens nowhere else. */
export interface BoundTo {
  /** The connector's public id; empty for what belongs to no one connector. */
  readonly connector: string;
  /** The field that holds it: BRIDGE_CREDENTIALS, or what webhookSecret and formerWebhookSecret give. */
  readonly field: string;
}

/** The field of a bridge's credentials. */
export const BRIDGE_CREDENTIALS = "bridge.credentials";

/** The field of a webhook's signing secret. */
export function webhookSecret(webhookId: string): string {
  return `webhook.${webhookId}.secret`;
}

/** The field of a first answer, by the hash of its Idempotency-Key. */
export function firstAnswer(hash: string): string {
  return `firstAnswer.${hash}`;
}

/** The field of the secret that a webhook had before its rotation: it must be sealed anew to move there. */
export function formerWebhookSecret(webhookId: string): string {
  return `webhook.${webhookId}.formerSecret`;
}

/** A sealed text that cannot be opened; its message holds neither the text nor any key. */
export class SealError extends Error {
  override readonly name = "SealError";

  constructor(readonly code: "malformed" | "unknownKey" | "notAuthentic") {
    super(MESSAGES[code]);
  }
}

const MESSAGES = {
  malformed: "What should be a sealed secret has another form.",
  unknownKey: "ENCRYPTION_KEYS lacks the key that sealed this secret.",
  notAuthentic: "A sealed secret was changed, or belongs to another place or another key.",
} as const;

/** Seals a text with the ring's newest key (AES-256-GCM), as `v1.<key name>.<iv>.<ciphertext>`. */
export async function seal(ring: KeyRing, text: string, boundTo: BoundTo): Promise<string> {
  // Random bits are safe for 2^32 texts under one key; a gateway holds some thousands.
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await sealingKey(ring[0]);
  const bytes = await crypto.subtle.encrypt(gcm(iv, boundTo), key, bytesOf(text));
  return `${newestPrefix(ring)}${encodeBase64Url(iv)}.${encodeBase64Url(new Uint8Array(bytes))}`;
}

/** Opens what seal made with any key of the ring for the same place; throws a SealError otherwise. */
export async function unseal(ring: KeyRing, sealed: string, boundTo: BoundTo): Promise<string> {
  const { name, iv, ciphertext } = parse(sealed);
  const ringKey = ring.find((candidate) => candidate.name === name);
  if (ringKey === undefined) throw new SealError("unknownKey");
  const key = await sealingKey(ringKey);
  try {
    const bytes = await crypto.subtle.decrypt(gcm(iv, boundTo), key, ciphertext);
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new SealError("notAuthentic");
  }
}

/** Tells whether a sealed text names the ring's newest key; a text of another form does not. */
export function isSealedByNewest(ring: KeyRing, sealed: string): boolean {
  return SEALED.exec(sealed)?.groups?.name === ring[0].name;
}

/** What src/store/upkeep/reseal.ts asks of a ring: it finds old texts by a prefix and has them sealed anew. */
export function createResealer(ring: KeyRing) {
  return {
    /** How every text of the newest key begins; behind it stand two parts with one dot between. */
    newestPrefix: newestPrefix(ring),
    fields: { bridgeCredentials: BRIDGE_CREDENTIALS, webhookSecret, formerWebhookSecret },
    /** Undefined where the text cannot be opened. */
    reseal: async (sealed: string, boundTo: BoundTo): Promise<string | undefined> => {
      try {
        return await seal(ring, await unseal(ring, sealed, boundTo), boundTo);
      } catch (error) {
        if (error instanceof SealError) return undefined;
        throw error;
      }
    },
  };
}

const FORMAT = "v1";

const PURPOSE = "scim-edge sealed secret";

/** NIST SP 800-38D §8.2: 96 bits is the length that GCM is made for. */
const IV_BYTES = 12;

/** NIST SP 800-38D §5.2.1.2: the tag behind the ciphertext, in bytes. */
const TAG_BYTES = 16;

const AES: KeyUse = { algorithm: { name: "AES-GCM", length: 256 }, usages: ["encrypt", "decrypt"] };

/** A key's name may hold dots; the other parts hold none, so that a text is read in one way only. */
const SEALED = /^v1\.(?<name>[\w.~-]+)\.(?<iv>[\w-]{16})\.(?<ciphertext>[\w-]+)$/;

interface Sealed {
  readonly name: string;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
}

function newestPrefix(ring: KeyRing): string {
  return `${FORMAT}.${ring[0].name}.`;
}

function sealingKey(ringKey: RingKey): Promise<CryptoKey> {
  return deriveKey(ringKey, PURPOSE, AES);
}

function gcm(iv: Uint8Array, { connector, field }: BoundTo) {
  // A JSON list keeps the parts apart: ("a.b", "c") and ("a", "b.c") are not the same place.
  const additionalData = bytesOf(JSON.stringify([FORMAT, connector, field]));
  return { name: "AES-GCM", iv, additionalData, tagLength: TAG_BYTES * 8 };
}

function parse(sealed: string): Sealed {
  const { name, iv, ciphertext } = SEALED.exec(sealed)?.groups ?? {};
  if (name === undefined || iv === undefined || ciphertext === undefined) {
    throw new SealError("malformed");
  }
  const bytes = readCanonical(ciphertext);
  if (bytes.length < TAG_BYTES) throw new SealError("malformed");
  return { name, iv: decodeBase64Url(iv), ciphertext: bytes };
}

/** Reads base64url that encodeBase64Url would write again: any other spelling of the bytes is refused. */
function readCanonical(text: string): Uint8Array {
  // A length of 4n + 1 is no base64, and atob throws for it.
  if (text.length % 4 === 1) throw new SealError("malformed");
  const bytes = decodeBase64Url(text);
  if (encodeBase64Url(bytes) !== text) throw new SealError("malformed");
  return bytes;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
