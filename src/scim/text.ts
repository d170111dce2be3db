import type { JsonValue } from "./json.ts";

/**
 * Folds text to the key under which it is compared and looked up: letter case and Unicode
 * compatibility forms vanish: key = NFKC(lower(NFKC(text))).
 * SQLite folds ASCII only, so every folded key is computed here and stored.
 */
export function foldText(text: string): string {
  return isPlainAscii(text)
    ? text.toLowerCase()
    : text.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/** Text without a character at its end, however often it stands there. */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}

/** Whether text holds a NUL or a lone surrogate, which no string of a request may hold. */
export function hasBrokenText(text: string): boolean {
  return text.includes("\u0000") || !text.isWellFormed();
}

/** Whether any string of a JSON value, a member's name included, holds broken text. */
export function holdsBrokenText(value: JsonValue): boolean {
  if (typeof value === "string") return hasBrokenText(value);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, each]) => hasBrokenText(name) || holdsBrokenText(each));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the whole ASCII range is meant
const PLAIN_ASCII = /^[\u0000-\u007f]*$/;

function isPlainAscii(text: string): boolean {
  return PLAIN_ASCII.test(text);
}
