import { ScimError } from "./error.ts";

/** A JSON value as it was parsed, of which nothing is known yet. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object as it was parsed; read its members with Object.entries, never by a client's name. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** No SCIM body needs more levels, and every later recursion relies on it. */
export const JSON_DEPTH_MAX = 32;

/** Tells whether a JSON value is an object (not null, not an array). */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads an own member of an object by a name of ours, so that "constructor" is no member of {}. */
export function readMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** A name that a client chose as a detail or a warning may show it: quoted, escaped and cut. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > NAME_SHOWN_MAX ? `${name.slice(0, NAME_SHOWN_MAX)}…` : name);
}

/**
 * Parses a request body (RFC 7644 §3.12 invalidSyntax). Beyond bad JSON it refuses nesting deeper
 * than 32, one name given twice in an object, and the names that could reach a prototype.
 */
export function parseJson(text: string): JsonValue {
  checkStructure(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw ScimError.invalidSyntax(syntaxDetail(text, error));
  }
}

/** Enough to show every URN in use whole; a longer name would only fill the event log. */
const NAME_SHOWN_MAX = 128;

const REFUSED_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * One pass over the brackets, commas and strings, with a counter in place of recursion. Text that
 * is not JSON may pass or confuse it: JSON.parse refuses that text afterwards.
 */
function checkStructure(text: string): void {
  const isObject: boolean[] = [];
  const names: Set<string>[] = [];
  let depth = 0;
  let isNameNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (end === -1) return;
        if (isNameNext) checkName(text.slice(at, end + 1), names[depth], at);
        isNameNext = false;
        at = end;
        break;
      }
      case OPEN_BRACE:
        depth += 1;
        isObject[depth] = true;
        names[depth] ??= new Set();
        names[depth]?.clear();
        isNameNext = true;
        break;
      case OPEN_BRACKET:
        depth += 1;
        isObject[depth] = false;
        isNameNext = false;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        isNameNext = false;
        break;
      case COMMA:
        isNameNext = isObject[depth] === true;
        break;
    }
    if (depth > JSON_DEPTH_MAX) {
      throw ScimError.invalidSyntax(
        `The JSON is nested deeper than ${JSON_DEPTH_MAX} levels (character ${at + 1}).`,
      );
    }
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** The index of the quote that ends the string starting at `start`, or -1. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, quote: number): boolean {
  let at = quote - 1;
  while (text.charCodeAt(at) === BACKSLASH) at -= 1;
  return (quote - at) % 2 === 0;
}

function checkName(raw: string, names: Set<string> | undefined, at: number): void {
  const name = unescapeName(raw);
  if (REFUSED_NAMES.has(name)) {
    throw ScimError.invalidSyntax(
      `The name ${quoteName(name)} is not allowed (character ${at + 1}).`,
    );
  }
  if (names?.has(name)) {
    throw ScimError.invalidSyntax(
      `The name ${quoteName(name)} occurs twice in one object (character ${at + 1}).`,
    );
  }
  names?.add(name);
}

function unescapeName(raw: string): string {
  if (!raw.includes("\\")) return raw.slice(1, -1);
  try {
    return JSON.parse(raw);
  } catch {
    return raw;
  }
}

/** The engine's message is read for the position only: it quotes the body. */
function syntaxDetail(text: string, error: unknown): string {
  if (text.trim() === "") return "The body is empty; send a JSON object.";
  const position =
    error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  const where = position === undefined ? "" : ` (character ${Number(position) + 1})`;
  return `The body is not valid JSON${where}.`;
}
