import { decodeBase64Url } from "./base64url.ts";

/** A named secret of 32 bytes, from which keys for single purposes are derived. */
export interface RingKey {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The first key makes what is new; every one of them reads what it made before it was rotated. */
export type KeyRing = readonly [RingKey, ...RingKey[]];

const KEY = /^(?<name>[\w.~-]+):(?<bytes>[\w-]{43})$/;

/** Reads a comma-separated ring of `name:base64url-32-bytes`; throws an Error that shows no secret. */
export function parseKeyRing(text: string): KeyRing {
  const [first, ...others] = text.split(",").map((key) => parseKey(key.trim()));
  if (first === undefined) throw new Error(MALFORMED);
  const names = new Set([first, ...others].map(({ name }) => name));
  // Of two keys with one name, the second would never be tried.
  if (names.size <= others.length) throw new Error(MALFORMED);
  return [first, ...others];
}

const MALFORMED =
  "A key ring is a list of name:key, each name once, each key 32 bytes in base64url.";

function parseKey(text: string): RingKey {
  const { name, bytes } = KEY.exec(text)?.groups ?? {};
  if (name === undefined || bytes === undefined) throw new Error(MALFORMED);
  return { name, bytes: decodeBase64Url(bytes) };
}
