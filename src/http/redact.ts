import { isJsonObject, type JsonValue } from "#scim/json.ts";

/** SEMANTICS 10: so much of a body is kept in the event log. */
export const LOGGED_BODY_BYTES_MAX = 16 * 1024;

const REDACTED = "[redacted]";

/** Text that needs a closer look: a password by name, a token, or an escape that could hide either. */
const SUSPICIOUS = /passw|sgw_|\\u/i;

/**
 * A JSON body as the event log may keep it: without passwords and tokens, at most 16 KB. `value` is
 * what `text` parsed to; a body that could not be parsed is not kept, since nobody knows its secrets.
 */
export function redactBody(text: string, value: JsonValue | undefined): string {
  if (value === undefined) return text === "" ? "" : `[not JSON, ${text.length} characters]`;
  const clean = SUSPICIOUS.test(text) ? JSON.stringify(redactValue(value)) : text;
  return cut(clean, LOGGED_BODY_BYTES_MAX);
}

/** Header and URL text as the event log may keep it: without tokens, at most `bytesMax` long. */
export function redactText(text: string, bytesMax: number): string {
  return cut(withoutTokens(text.replace(TOKEN_PARAMETER, `$1${REDACTED}`)), bytesMax);
}

/** Shortens text to so many bytes of UTF-8, at the end of a character. */
export function cut(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.byteLength <= bytesMax) return text;
  return new TextDecoder().decode(bytes.subarray(0, bytesMax), { stream: true });
}

const TOKEN_PARAMETER = /([?&](?:access_token|token|password)=)[^&]*/gi;
const TOKEN = /sgw_[0-9A-Za-z]+/g;

function withoutTokens(text: string): string {
  return text.replace(TOKEN, `sgw_${REDACTED}`);
}

function redactValue(value: JsonValue): JsonValue {
  if (typeof value === "string") return withoutTokens(value);
  if (Array.isArray(value)) return value.map(redactValue);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value);
  const namesPassword = members.some(
    ([name, path]) => isNamed(name, "path") && typeof path === "string" && isPassword(path),
  );
  return Object.fromEntries(
    members.map(([name, member]) =>
      isPassword(name) || (namesPassword && isNamed(name, "value"))
        ? [name, REDACTED]
        : [name, redactValue(member)],
    ),
  );
}

/** Also URN-qualified (`urn:…:User:password`), as Entra names attributes. */
function isPassword(name: string): boolean {
  return /(^|[:.])password$/i.test(name.trim());
}

function isNamed(name: string, expected: string): boolean {
  return name.toLowerCase() === expected;
}
