import type { Difference } from "#scim/difference.ts";
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

/** Any text as the event log may keep it: without tokens, at most `bytesMax` long. */
export function redactText(text: string, bytesMax: number): string {
  return cut(withoutTokens(text), bytesMax);
}

/** A path with its query as the event log may keep it: without tokens, and without whatever names a password. */
export function redactTarget(target: string, bytesMax: number): string {
  const [rawPath = "", ...query] = target.split("?");
  const path = rawPath.split("/").map(redactEncoded).join("/");
  const parameters = query.join("?").split("&").map(redactParameter);
  return redactText(
    [path, ...(query.length === 0 ? [] : [parameters.join("&")])].join("?"),
    bytesMax,
  );
}

/** A difference as the event log may keep it: without tokens, and left out where it is too large. */
export function redactDifference(difference: Difference): Difference {
  const text = withoutTokens(JSON.stringify(difference));
  if (text.length > LOGGED_BODY_BYTES_MAX) {
    const names = Object.keys(difference);
    return Object.fromEntries(names.map((name) => [name, { to: "[too long to keep]" }]));
  }
  // Replacing one token's characters by another text keeps the JSON what it was.
  return JSON.parse(text) as Difference;
}

/** Shortens text to so many bytes of UTF-8, at the end of a character. */
export function cut(text: string, bytesMax: number): string {
  if (text.length * 3 <= bytesMax) return text;
  const bytes = new TextEncoder().encode(text);
  if (bytes.byteLength <= bytesMax) return text;
  return new TextDecoder().decode(bytes.subarray(0, bytesMax), { stream: true });
}

/** Parameters that some clients put secrets into, and any whose value speaks of a password. */
function redactParameter(parameter: string): string {
  const [name = ""] = decoded(parameter).split("=");
  const isSecret =
    /^(access_token|client_secret|token|password)$/i.test(name) ||
    /passw|\\u/i.test(decoded(parameter));
  return isSecret ? `${name}=${REDACTED}` : redactEncoded(parameter);
}

/** A piece of a URL; one that hides a token behind percent signs is kept decoded. */
function redactEncoded(text: string): string {
  const plain = decoded(text);
  const clean = withoutTokens(plain);
  return clean === plain ? text : clean;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

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
    ([name, path]) => isNamed(name, "path") && typeof path === "string" && isPasswordPath(path),
  );
  return Object.fromEntries(
    members.map(([name, member]) =>
      isPassword(name) || (namesPassword && isNamed(name, "value")) || hidesSecret(name, member)
        ? [withoutTokens(name), REDACTED]
        : [withoutTokens(name), redactValue(member)],
    ),
  );
}

/** Also URN-qualified (`urn:…:User:password`), as Entra names attributes. */
function isPassword(name: string): boolean {
  return /(^|[:.])password$/i.test(name.trim());
}

/** A PATCH path may go on behind the name: `password.value`, `password[…]`. */
function isPasswordPath(path: string): boolean {
  return /(^|[:.])password($|[.[\s])/i.test(path.trim());
}

/** A path or filter that compares a password, or escapes what it compares, is not kept. */
function hidesSecret(name: string, member: JsonValue): boolean {
  if (!isNamed(name, "path") && !isNamed(name, "filter")) return false;
  return typeof member === "string" && /passw.*"|\\u/is.test(member);
}

function isNamed(name: string, expected: string): boolean {
  return name.toLowerCase() === expected;
}
