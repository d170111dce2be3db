import type { JsonValue } from "#scim/json.ts";
import type { AttributeDifference, Difference } from "#scim/resource/difference.ts";
import type { ResourceTypes } from "#scim/schema/custom.ts";
import { bodyPlace } from "#scim/schema/known-names.ts";
import { HIDDEN_MAX, redactJson } from "./redact-json.ts";
import { cut, REDACTED, redactText, withoutSecrets, withoutValues } from "./redact-text.ts";
import { comparedWords, isSecretName, mayNameSecret, namesSecret } from "./secret-names.ts";

/** So much of a body is kept in the event log. */
export const LOGGED_BODY_BYTES_MAX = 16 * 1024;

/** A text as the event log may keep it, and the secrets that were taken out of it. */
export interface RedactedText {
  readonly text: string;
  readonly hidden: readonly string[];
}

/** A request's body: how it came, and what it parsed to; undefined where it could not be parsed. */
export interface LoggedBody {
  readonly method: string;
  readonly path: string;
  readonly text: string;
  readonly value: JsonValue | undefined;
  readonly types: ResourceTypes;
}

/**
 * A JSON body as the event log may keep it: without secrets and without the values of attributes that
 * no schema knows, at most 16 KB. A body that could not be parsed is not kept, since nobody knows its
 * secrets.
 */
export function redactBody({ method, path, text, value, types }: LoggedBody): RedactedText {
  if (value === undefined) {
    return { text: text === "" ? "" : `[not JSON, ${text.length} characters]`, hidden: [] };
  }
  const known = { types: [types.User, types.Group], start: bodyPlace(method, path) };
  const redacted = redactJson(value, LOGGED_BODY_BYTES_MAX, known);
  const isAsSent = redacted.isWhole && !redacted.isChanged;
  return {
    text: isAsSent ? cut(text, LOGGED_BODY_BYTES_MAX) : redacted.text,
    hidden: redacted.hidden,
  };
}

/** An answer's body, which is JSON of our own, as the event log may keep it. */
export function redactAnswer(body: string, hidden: readonly string[]): string {
  const kept = body.slice(0, LOGGED_BODY_BYTES_MAX + 1);
  const isWhole = kept.length === body.length;
  const clean =
    isWhole && mayNameSecret(kept)
      ? redactJson(JSON.parse(body), LOGGED_BODY_BYTES_MAX, undefined).text
      : body;
  return withoutEchoes(redactText(clean, LOGGED_BODY_BYTES_MAX), hidden);
}

/** A text that may repeat what the request hid. One that hid very much is not searched for all of it. */
export function withoutEchoes(text: string, hidden: readonly string[]): string {
  return hidden.length < HIDDEN_MAX ? withoutValues(text, hidden) : REDACTED;
}

/** A path with its query as the event log may keep it: without tokens, and without what speaks of a secret. */
export function redactTarget(target: string, bytesMax: number): RedactedText {
  const [rawPath = "", ...query] = target.slice(0, bytesMax * 2).split("?");
  const path = rawPath.split("/").map(redactEncoded).join("/");
  const hidden: string[] = [];
  const parameters = query
    .join("?")
    .split("&")
    .map((each) => redactParameter(each, hidden));
  const clean = query.length === 0 ? path : `${path}?${parameters.join("&")}`;
  return { text: cut(clean, bytesMax), hidden: hidden.slice(0, HIDDEN_MAX) };
}

/** A difference as the event log may keep it: without secrets, and left out where it is too large. */
export function redactDifference(difference: Difference): Difference {
  const text = JSON.stringify(difference);
  const entries = Object.entries(difference);
  if (text.length > LOGGED_BODY_BYTES_MAX) {
    return Object.fromEntries(entries.map(([name]) => [name, { to: "[too long to keep]" }]));
  }
  if (!mayNameSecret(text)) return difference;
  return Object.fromEntries(entries.map(([name, sides]) => [name, redactSides(name, sides)]));
}

function redactSides(name: string, sides: AttributeDifference): AttributeDifference {
  if (isSecretName(name)) {
    return Object.fromEntries(Object.keys(sides).map((side) => [side, REDACTED]));
  }
  const text = JSON.stringify(sides);
  if (!mayNameSecret(text)) return sides;
  return JSON.parse(redactJson(JSON.parse(text), DIFFERENCE_MAX, undefined).text);
}

/** Beyond every difference that is kept, whatever a secret is replaced by. */
const DIFFERENCE_MAX = 16 * LOGGED_BODY_BYTES_MAX;

/** Parameters whose values are names alone: there a secret's name gives nothing away. */
const NAME_LISTS = /^(attributes|excludedattributes|sortby)$/i;

function redactParameter(parameter: string, hidden: string[]): string {
  const [name = "", ...rest] = decoded(parameter).split("=");
  const value = rest.join("=");
  if (rest.length === 0 || !mayNameSecret(decoded(parameter))) return redactEncoded(parameter);
  const isList = NAME_LISTS.test(name) && /^[\w$.:, -]*$/.test(value);
  if (!isSecretName(name) && (isList || !namesSecret(value))) return redactEncoded(parameter);
  hidden.push(value, ...comparedWords(value));
  return `${withoutSecrets(name)}=${REDACTED}`;
}

/** A piece of a URL; one that hides a secret behind percent signs is kept decoded. */
function redactEncoded(text: string): string {
  if (!text.includes("%") && !mayNameSecret(text)) return text;
  const plain = decoded(text);
  const clean = withoutSecrets(plain);
  return clean === plain ? text : clean;
}

/** Text without percent signs, even if they were put on it twice, or not all of them mean something. */
function decoded(text: string): string {
  let plain = text.replaceAll("+", " ");
  for (let round = 0; round < 3 && plain.includes("%"); round += 1) plain = decodedOnce(plain);
  return plain;
}

/** Of what is broken, each run of percent signs is decoded by itself. */
function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodedRun);
  }
}

function decodedRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run.replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
}
