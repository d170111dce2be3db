import { isSecretName, mayNameSecret } from "./secret-names.ts";

/** What stands in the log for a secret. */
export const REDACTED = "[redacted]";

/** So much more than is kept is looked at, so that a token at the cut is seen whole enough to be known. */
const BEYOND_CUT = 256;

/** Any text as the event log may keep it: without secrets, at most `bytesMax` long. */
export function redactText(text: string, bytesMax: number): string {
  return cut(withoutSecrets(shortened(text, bytesMax)), bytesMax);
}

/** So much of a text that what is kept of it can be judged; a cut value is hidden up to the cut. */
export function shortened(text: string, bytesMax: number): string {
  const end = bytesMax + BEYOND_CUT;
  return text.length <= end ? text : text.slice(0, end).toWellFormed();
}

/** Shortens text to so many bytes of UTF-8, at the end of a character. */
export function cut(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  const bytes = new TextEncoder().encode(text.slice(0, bytesMax));
  if (bytes.byteLength <= bytesMax && text.length <= bytesMax) return text;
  return new TextDecoder().decode(bytes.subarray(0, bytesMax), { stream: true });
}

/** A text without tokens of ours, without bearer tokens, and without the values that secret names have in it. */
export function withoutSecrets(text: string): string {
  if (!mayNameSecret(text)) return text;
  const plain = text.replaceAll(ESCAPED, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  const clean = withoutPairs(withoutTokens(plain));
  return clean === plain ? text : clean;
}

/** A text without certain values, whatever stands around them. */
export function withoutValues(text: string, values: readonly string[]): string {
  return values.reduce(withoutValue, text);
}

/** A detail shows so much of a value at least, or all of it. */
const VALUE_STARTS_WITH = 24;

function withoutValue(text: string, value: string): string {
  const start = value.slice(0, VALUE_STARTS_WITH);
  const parts: string[] = [];
  let kept = 0;
  for (let at = text.indexOf(start); at !== -1; at = text.indexOf(start, kept)) {
    let end = start.length;
    while (end < value.length && text[at + end] === value[end]) end += 1;
    parts.push(text.slice(kept, at), REDACTED);
    kept = at + end;
  }
  return parts.length === 0 ? text : `${parts.join("")}${text.slice(kept)}`;
}

function withoutTokens(text: string): string {
  return text
    .replaceAll(TOKEN, `$1${REDACTED}`)
    .replaceAll(BEARER, `$1 ${REDACTED}`)
    .replaceAll(USER_INFO, `$1${REDACTED}@`);
}

/** ASCII needs no escape, unless somebody hides it. */
const ESCAPED = /\\u00([2-7][0-9a-f])/gi;

/** Of a connector, and of the admin API. */
const TOKEN = /(sg[klsuw]_)[0-9A-Za-z]+/g;

/** `Bearer realm="scim"` is no token. */
const BEARER = /\b(bearer)\s+[\w.~+/-]{8,}(?![\w.~+/-]*\s*=\s*")/gi;

/** `https://ada:password@host/`. */
const USER_INFO = /(\/\/[^\s/@:]*:)[^\s/@]+@/g;

/**
 * Hides what follows a secret's name: `"password": "…"`, `token=…`, `<pwd>…<`, `passwd eq "…"`, also within quotes
 * that are escaped and where the value ends with the text. After `password[` nothing is kept.
 */
function withoutPairs(text: string): string {
  const parts: string[] = [];
  let kept = 0;
  for (const { 0: name, index } of text.matchAll(NAMES)) {
    if (index < kept || !isSecretName(name)) continue;
    const behind = index + name.length;
    PAIR.lastIndex = behind;
    const [separator] = PAIR.exec(text) ?? [];
    if (separator === undefined) continue;
    const start = behind + separator.length;
    const end = separator.endsWith("[") ? text.length : endOfValue(text, start);
    if (end === start) continue;
    parts.push(text.slice(kept, start), REDACTED);
    kept = end;
  }
  return parts.length === 0 ? text : `${parts.join("")}${text.slice(kept)}`;
}

const NAMES = /[\p{L}\p{Mn}\p{N}_$.\u00ad\u200b-\u200f\u2060-\u2064\ufeff-]+/gu;

const PAIR =
  /(?:\\*["'])?\]?\s*(?:\[|>|(?:[=:]|%3d|%3a)>?=?\s*|(?:eq|ne|co|sw|ew|gt|ge|lt|le)(?:\s|\+|%20)+)/iy;

/** The index behind a value: behind the closing quote, or where something else begins. */
function endOfValue(text: string, start: number): number {
  QUOTE.lastIndex = start;
  const [opening] = QUOTE.exec(text) ?? [];
  if (opening === undefined) {
    // What is nested in lists and objects is not taken apart.
    if (text[start] === "{" || text[start] === "[") return text.length;
    BARE.lastIndex = start;
    return start + (BARE.exec(text)?.[0].length ?? 0);
  }
  const end = closingQuote(text, start + opening.length, opening.length - 1, opening.slice(-1));
  return end === -1 ? text.length : end;
}

const QUOTE = /\\*["']/y;
const BARE = /[^"',;&<>(){}[\]\r\n]+/y;

/** JSON within JSON escapes a quote once more at each level, and what is escaped in it more often still. */
function closingQuote(text: string, from: number, escapes: number, quote: string): number {
  for (let at = text.indexOf(quote, from); at !== -1; at = text.indexOf(quote, at + 1)) {
    let slashes = 0;
    while (at - slashes > from && text[at - slashes - 1] === "\\") slashes += 1;
    const isClosing = slashes >= escapes && (slashes - escapes) % (2 * (escapes + 1)) === 0;
    if (isClosing || slashes < escapes) return at + 1;
  }
  return -1;
}
