import type { AttributeType, ResourceType } from "#scim/attribute.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { readObject } from "#scim/resource/value/forms.ts";
import { findNamed } from "#scim/schema/registry.ts";
import { isUndeclaredName, readUndeclared } from "#scim/schema/undeclared.ts";

/** What a value that was sent for an undeclared attribute was. */
export type SeenType = Extract<
  AttributeType,
  "string" | "boolean" | "integer" | "decimal" | "complex"
>;

/** An attribute that a client sent and nobody declared; never its value. */
export interface SeenName {
  /** The URN of its extension; undefined for one of the core schema, which is mostly a slip. */
  readonly schema: string | undefined;
  readonly name: string;
  /** A part of a complex attribute. */
  readonly part: string | undefined;
  readonly type: SeenType;
  readonly multiValued: boolean;
}

/** One request names so many at most: what is seen is a hint, not a record. */
const NAMES_MAX = 64;
const PARTS_MAX = 20;

/** The undeclared attributes that the body of a POST, PUT or PATCH of a resource names. */
export function undeclaredNames(type: ResourceType, body: JsonValue): readonly SeenName[] {
  if (!isJsonObject(body)) return [];
  // Also a connector that keeps nothing wants to see what there was.
  const keeping = type.keepsUndeclared ? type : { ...type, keepsUndeclared: true };
  const names: SeenName[] = [];
  for (const object of resourcesIn(body)) addNames(keeping, object, names);
  return names.slice(0, NAMES_MAX);
}

/** The body itself, or for a PATCH each operation's value as if it stood in a body. */
function resourcesIn(body: JsonObject): readonly JsonObject[] {
  const operations = memberOf(body, "operations");
  if (!Array.isArray(operations)) return [body];
  const each: readonly JsonValue[] = operations;
  return each.flatMap((operation) => {
    if (!isJsonObject(operation)) return [];
    const value = memberOf(operation, "value") ?? null;
    const path = memberOf(operation, "path");
    if (typeof path === "string" && path.trim() !== "") {
      return [{ [path.split("[", 1)[0] ?? path]: value }];
    }
    const read = readObject(value);
    return read === undefined ? [] : [read.object];
  });
}

function addNames(type: ResourceType, object: JsonObject, names: SeenName[]): void {
  for (const [name, value] of Object.entries(object)) {
    if (names.length >= NAMES_MAX) return;
    const named = findNamed(type, name);
    if (named?.kind === "attribute") continue;
    if (named?.kind === "schema") {
      addMembers(type, named.schema.id, value, names);
      continue;
    }
    const undeclared = readUndeclared(type, name, { isObject: isJsonObject(value) });
    if (undeclared?.attribute !== undefined) {
      addName(names, { schema: undeclared.urn, name: undeclared.attribute }, value);
    } else if (undeclared !== undefined) {
      addMembers(type, undeclared.urn, value, names);
    } else if (isUndeclaredName(name)) {
      addName(names, { schema: undefined, name }, value);
    }
  }
}

function addMembers(type: ResourceType, urn: string, value: JsonValue, names: SeenName[]): void {
  const members = readObject(value)?.object ?? {};
  const held = new Set([urn.toLowerCase()]);
  for (const [name, member] of Object.entries(members)) {
    const qualified = `${urn}:${name}`;
    const isKnown = name.toLowerCase() === "schemas" || findNamed(type, qualified) !== undefined;
    if (!isKnown && readUndeclared(type, qualified, { held }) !== undefined) {
      addName(names, { schema: urn, name }, member);
    }
  }
}

function addName(
  names: SeenName[],
  attribute: Pick<SeenName, "schema" | "name">,
  value: JsonValue,
): void {
  const values: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  const said = values.map(unwrapped).filter((each) => each !== null && each !== "");
  const [first] = said;
  if (first === undefined) return;
  const multiValued = Array.isArray(value);
  names.push({ ...attribute, part: undefined, type: typeOf(said), multiValued });
  const parts = said.find((each) => isJsonObject(each));
  if (!isJsonObject(parts)) return;
  for (const [part, member] of Object.entries(parts).slice(0, PARTS_MAX)) {
    const isList = Array.isArray(member);
    const members: readonly JsonValue[] = isList ? member : [member];
    const type = typeOf(members);
    if (isUndeclaredName(part) && type !== "complex") {
      names.push({ ...attribute, part, type, multiValued: isList });
    }
  }
}

/** Entra wraps the values of a simple list: `[{"value": "1"}]`. */
function unwrapped(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  return entries.length === 1 && only?.[0].toLowerCase() === "value" ? only[1] : value;
}

/** The one type of some values; text, if they have several. */
function typeOf(values: readonly JsonValue[]): SeenType {
  const types = new Set(values.map(typeOfOne));
  const [only] = types;
  if (types.size === 1 && only !== undefined) return only;
  const areNumbers = [...types].every((type) => type === "integer" || type === "decimal");
  return areNumbers ? "decimal" : "string";
}

function typeOfOne(value: JsonValue): SeenType {
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "number":
      return Number.isInteger(value) ? "integer" : "decimal";
    case "object":
      return value === null ? "string" : "complex";
    default:
      return "string";
  }
}

function memberOf(object: JsonObject, wanted: string): JsonValue | undefined {
  return Object.entries(object).find(([name]) => name.toLowerCase() === wanted)?.[1];
}
