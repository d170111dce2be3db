import { encodeBase62 } from "./base62.ts";
import { crc32 } from "./crc32.ts";

/** A bearer token or a key that was just made: the secret is shown once and only its hash is kept. */
export interface NewToken {
  readonly secret: string;
  readonly hash: string;
  readonly hint: string;
}

/** How the tokens of connectors begin, the keys of the admin API, sessions and sign-in links of the console, and set-up links. */
type Prefix = "sgw_" | "sgk_" | "sgs_" | "sgl_" | "sgu_";

const PREFIX_CHARACTERS = 4;
const RANDOM_BYTES = 32;
/** 62^43 is just above 2^256, so 43 digits hold 32 bytes. */
const RANDOM_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const HINT_DIGITS = 8;

const SHAPE = /^[0-9A-Za-z]{49}$/;

/** Makes a token: `sgw_`, 32 random bytes in base 62, and a CRC-32 that secret scanners can verify. */
export async function createToken(): Promise<NewToken> {
  return await tokenOf("sgw_", crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Makes a key of the admin API: as a token, but `sgk_`. */
export async function createKey(): Promise<NewToken> {
  return await tokenOf("sgk_", crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Makes the secret of a session of the console, which its cookie holds: as a token, but `sgs_`. */
export async function createSessionSecret(): Promise<NewToken> {
  return await tokenOf("sgs_", crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Makes the code of a link that signs in to the console: as a token, but `sgl_`. */
export async function createLinkCode(): Promise<NewToken> {
  return await tokenOf("sgl_", crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/** Makes the secret of a set-up link: as a token, but `sgu_`. */
export async function createSetupSecret(): Promise<NewToken> {
  return await tokenOf("sgu_", crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));
}

/**
 * The access token that stands under an id for the client with a secret: HMAC-SHA-256 of the id. So a
 * client that asks again can be given the same one, though neither it nor the secret is stored.
 */
export async function deriveToken(clientSecret: string, id: string): Promise<NewToken> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const secret = encoder.encode(clientSecret);
  const key = await crypto.subtle.importKey("raw", secret, algorithm, false, ["sign"]);
  const text = encoder.encode(`access token ${id}`);
  return await tokenOf("sgw_", new Uint8Array(await crypto.subtle.sign("HMAC", key, text)));
}

async function tokenOf(prefix: Prefix, bytes: Uint8Array): Promise<NewToken> {
  const number = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n);
  const digits = encodeBase62(number, RANDOM_DIGITS);
  const secret = `${prefix}${digits}${checksum(digits)}`;
  return { secret, hash: await hashToken(secret), hint: tokenHint(secret) };
}

/** Whether text has the shape and the checksum of a token; a wrong one is refused without a query. */
export function isWellFormedToken(text: string): boolean {
  return isWellFormed("sgw_", text);
}

/** Whether text has the shape and the checksum of a key of the admin API. */
export function isWellFormedKey(text: string): boolean {
  return isWellFormed("sgk_", text);
}

/** Whether text has the shape and the checksum of a session of the console. */
export function isWellFormedSession(text: string): boolean {
  return isWellFormed("sgs_", text);
}

/** Whether text has the shape and the checksum of the code of a sign-in link. */
export function isWellFormedLink(text: string): boolean {
  return isWellFormed("sgl_", text);
}

/** Whether text has the shape and the checksum of the secret of a set-up link. */
export function isWellFormedSetupSecret(text: string): boolean {
  return isWellFormed("sgu_", text);
}

function isWellFormed(prefix: Prefix, text: string): boolean {
  const rest = text.slice(PREFIX_CHARACTERS);
  if (!text.startsWith(prefix) || !SHAPE.test(rest)) return false;
  return rest.endsWith(checksum(rest.slice(0, RANDOM_DIGITS)));
}

/** The SHA-256 of a token or a key in lower-case hex: what is stored and looked up. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The first eight random digits of a token or a key, by which an administrator tells them apart. */
export function tokenHint(token: string): string {
  return token.slice(PREFIX_CHARACTERS, PREFIX_CHARACTERS + HINT_DIGITS);
}

function checksum(digits: string): string {
  return encodeBase62(BigInt(crc32(digits)), CHECKSUM_DIGITS);
}
