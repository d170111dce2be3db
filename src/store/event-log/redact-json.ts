import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { type BodyPlace, bodyPlaceOf, type KnownNames } from "#scim/schema/known-names.ts";
import { cut, REDACTED, shortened, withoutSecrets } from "./redact-text.ts";
import { comparedWords, isSecretName, namesSecret } from "./secret-names.ts";

/** JSON as the event log may keep it. */
export interface RedactedJson {
  /** JSON text, which may end early. */
  readonly text: string;
  readonly isWhole: boolean;
  /** Whether anything but the layout differs from what was sent. */
  readonly isChanged: boolean;
  /** The secrets that were found, up to a number: what answers the request may repeat them. */
  readonly hidden: readonly string[];
}

/** Stands for the value of an attribute that no schema of the connector knows. */
export const NOT_KNOWN = "[not kept: no schema knows this attribute]";

/** More secrets than a request has that is no attack. */
export const HIDDEN_MAX = 64;

/** What nobody said more of than that it is JSON. */
const ANYTHING: BodyPlace = { kind: "anything" };

/** A body has 32 levels at most, and JSON text within its strings as many again. */
const DEPTH_MAX = 80;

/**
 * Writes JSON without secrets and without the values of unknown attributes, until `bytesMax` are full:
 * what will be cut away is not even looked at. Without `known`, every name is known.
 */
export function redactJson(
  value: JsonValue,
  bytesMax: number,
  known: KnownNames | undefined,
): RedactedJson {
  const parts: string[] = [];
  const hidden: string[] = [];
  let left = bytesMax;
  let isChanged = false;
  write(value, known?.start ?? ANYTHING, 0);
  return { text: cut(parts.join(""), bytesMax), isWhole: left > 0, isChanged, hidden };

  function push(text: string): void {
    parts.push(text);
    left -= text.length;
  }

  function pushText(text: string): void {
    push(JSON.stringify(text));
  }

  function hide(secret: JsonValue): void {
    isChanged = true;
    pushText(REDACTED);
    noteHidden(secret, hidden);
  }

  function write(each: JsonValue, place: BodyPlace, depth: number): void {
    if (left <= 0) return;
    if (depth > DEPTH_MAX) hide(null);
    else if (typeof each === "string") writeText(each, place);
    else if (Array.isArray(each)) writeList(each, place, depth);
    else if (isJsonObject(each)) writeObject(each, place, depth);
    else push(JSON.stringify(each));
  }

  function writeList(list: readonly JsonValue[], place: BodyPlace, depth: number): void {
    push("[");
    for (const [index, each] of list.entries()) {
      if (left <= 0) return;
      if (index > 0) push(",");
      write(each, place, depth + 1);
    }
    push("]");
  }

  function writeText(text: string, place: BodyPlace): void {
    const inner = parsedWithin(text);
    if (inner !== undefined) {
      const redacted = redactJson(inner, left, known && { ...known, start: place });
      hidden.push(...redacted.hidden.slice(0, HIDDEN_MAX - hidden.length));
      if (redacted.isChanged) {
        isChanged = true;
        pushText(redacted.text);
        return;
      }
    }
    const short = shortened(text, left);
    const clean = withoutSecrets(short);
    if (clean !== short) isChanged = true;
    pushText(clean);
  }

  function writeObject(object: JsonObject, place: BodyPlace, depth: number): void {
    const members = Object.entries(object);
    const isOfSecret = members.some(([name, member]) => isSecretNamed(name, member));
    push("{");
    for (const [index, [name, member]] of members.entries()) {
      if (left <= 0) return;
      if (index > 0) push(",");
      const shown = withoutSecrets(shortened(name, left));
      if (shown !== name) isChanged = true;
      pushText(shown);
      push(":");
      const inner = known === undefined ? place : bodyPlaceOf(known.types, place, object, name);
      writeMember(name, member, isOfSecret, inner, depth + 1);
    }
    push("}");
  }

  function writeMember(
    name: string,
    member: JsonValue,
    isOfSecret: boolean,
    place: BodyPlace | "unknown",
    depth: number,
  ): void {
    const folded = name.toLowerCase();
    if (isSecretName(name) || (isOfSecret && VALUES.has(folded))) {
      hide(member);
    } else if (isExpression(folded) && typeof member === "string" && hidesSecret(member)) {
      hide([member, ...comparedWords(member)]);
    } else if (place === "unknown") {
      isChanged = true;
      pushText(NOT_KNOWN);
    } else write(member, place, depth);
  }
}

/** Members that say of which attribute the others are: `{"path": "password", "value": …}`. */
const NAMING: ReadonlySet<string> = new Set(["path", "name", "key", "attribute", "field", "type"]);

/** Members that hold what such an attribute is to have. */
const VALUES: ReadonlySet<string> = new Set(["value", "values", "display", "oldvalue", "newvalue"]);

function isSecretNamed(name: string, member: JsonValue): boolean {
  if (!NAMING.has(name.toLowerCase())) return false;
  if (typeof member === "string") return isSecretName(member);
  const list: readonly JsonValue[] = Array.isArray(member) ? member : [];
  return list.some((each) => typeof each === "string" && isSecretName(each));
}

function isExpression(folded: string): boolean {
  return folded === "path" || folded === "filter";
}

/** A path or filter that compares a secret; the bare name of one may be seen. */
function hidesSecret(expression: string): boolean {
  return namesSecret(expression) && !/^[\w$.:-]*$/.test(expression.trim());
}

/** JSON text where an object belongs, as some clients send it. */
function parsedWithin(text: string): JsonValue | undefined {
  const first = text.trimStart().charAt(0);
  if (first !== "{" && first !== "[") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Short values stand everywhere: nobody would find a secret by them. */
const HIDDEN_CHARACTERS_MIN = 4;

function noteHidden(secret: JsonValue, hidden: string[], levels = DEPTH_MAX): void {
  if (hidden.length >= HIDDEN_MAX || levels === 0) return;
  if (typeof secret === "string") {
    if (secret.length >= HIDDEN_CHARACTERS_MIN) hidden.push(secret);
  } else if (typeof secret === "object" && secret !== null) {
    for (const each of Object.values(secret)) noteHidden(each, hidden, levels - 1);
  }
}
