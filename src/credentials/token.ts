import { encodeBase62 } from "./base62.ts";
import { crc32 } from "./crc32.ts";

/** A bearer token that was just made: the secret is shown once and only its hash is kept. */
export interface NewToken {
  readonly secret: string;
  readonly hash: string;
  readonly hint: string;
}

const PREFIX = "sgw_";
const RANDOM_BYTES = 32;
/** 62^43 is just above 2^256, so 43 digits hold 32 bytes. */
const RANDOM_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const HINT_DIGITS = 8;

const SHAPE = /^sgw_[0-9A-Za-z]{49}$/;

/** Makes a token: `sgw_`, 32 random bytes in base 62, and a CRC-32 that secret scanners can verify. */
export async function createToken(): Promise<NewToken> {
  const bytes = crypto.getRandomValues(new Uint8Array(RANDOM_BYTES));
  const number = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const digits = encodeBase62(number, RANDOM_DIGITS);
  const secret = `${PREFIX}${digits}${checksum(digits)}`;
  return { secret, hash: await hashToken(secret), hint: tokenHint(secret) };
}

/** Whether text has the shape and the checksum of a token; a wrong one is refused without a query. */
export function isWellFormedToken(text: string): boolean {
  if (!SHAPE.test(text)) return false;
  const digits = text.slice(PREFIX.length, PREFIX.length + RANDOM_DIGITS);
  return text.endsWith(checksum(digits));
}

/** The SHA-256 of a token in lower-case hex: what is stored and looked up. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The first eight random digits of a token, by which an administrator tells tokens apart. */
export function tokenHint(token: string): string {
  return token.slice(PREFIX.length, PREFIX.length + HINT_DIGITS);
}

function checksum(digits: string): string {
  return encodeBase62(BigInt(crc32(digits)), CHECKSUM_DIGITS);
}
