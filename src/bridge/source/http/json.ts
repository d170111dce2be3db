import { JSON_DEPTH_MAX, type JsonValue } from "#scim/json.ts";

/**
 * Parses the JSON of an answer; undefined for what is none, or nested so deep that parsing it would cost
 * the isolate its memory and a later recursion its stack. Names are taken as they come, unlike those of a
 * request: a customer's own attribute may be called "constructor". That reaches no prototype, since
 * JSON.parse makes own members even of "__proto__" and records are read through readMember alone.
 */
export function parseAnswer(text: string): JsonValue | undefined {
  if (!isNestedWithin(text, JSON_DEPTH_MAX)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Counts brackets outside strings; what is no JSON may confuse it, and is refused afterwards. */
function isNestedWithin(text: string, depthMax: number): boolean {
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) isInString = !isInString;
    else if (isInString) at += sign === BACKSLASH ? 1 : 0;
    else if (sign === OPEN_BRACE || sign === OPEN_BRACKET) depth += 1;
    else if (sign === CLOSE_BRACE || sign === CLOSE_BRACKET) depth -= 1;
    if (depth > depthMax) return false;
  }
  return true;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
