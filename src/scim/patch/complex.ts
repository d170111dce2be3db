import type { Attribute } from "#scim/attribute.ts";
import { normaliseElement, standardValue } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { findSubAttribute } from "../schema/registry.ts";
import { isSameValue } from "./same.ts";
import type { PatchRules } from "./step.ts";

/**
 * Merges a value into a complex value: sub-attributes that are not named stay (RFC 7644 §3.5.2.3),
 * those named with "" or null go. Undefined when nothing is left.
 */
export function mergeComplex(
  attribute: Attribute,
  before: JsonObject,
  sent: JsonValue,
  rules: PatchRules,
  location: string,
): JsonObject | undefined {
  const value = standardValue(attribute, sent, rules, location);
  const given = normaliseElement(attribute, value, rules, location);
  const assigned = isJsonObject(given) ? given : {};
  if (given === undefined && !isJsonObject(value)) return undefined;
  let merged: JsonObject | undefined = before;
  for (const subAttribute of attribute.subAttributes) {
    const member = readMember(assigned, subAttribute.name);
    if (member !== undefined) merged = assignSubAttribute(merged, subAttribute, member, location);
  }
  for (const subAttribute of clearedSubAttributes(attribute, value, assigned)) {
    merged = merged && clearSubAttribute(merged, subAttribute, location);
  }
  return merged === undefined || Object.keys(merged).length === 0 ? undefined : merged;
}

/** Sets a sub-attribute; an immutable one may be set once (RFC 7643 §7). */
export function assignSubAttribute(
  element: JsonObject,
  subAttribute: Attribute,
  value: JsonValue,
  location: string,
): JsonObject {
  const { name } = subAttribute;
  const before = readMember(element, name);
  if (isSameValue(before, value)) return element;
  checkMutable(subAttribute, before, location);
  // The URI of a manager is of no use beside another manager's id.
  const isStale = name === "value" && before !== undefined;
  return { ...(isStale ? withoutMember(element, "$ref") : element), [name]: value };
}

/**
 * Clears a sub-attribute; undefined when what is left says nothing: an e-mail without its value
 * is no e-mail, whatever its `type`.
 */
export function clearSubAttribute(
  element: JsonObject,
  subAttribute: Attribute,
  location: string,
): JsonObject | undefined {
  const { name } = subAttribute;
  const before = readMember(element, name);
  if (before === undefined) return element;
  checkMutable(subAttribute, before, location);
  if (subAttribute.required) throw ScimError.mutability(`"${location}" is required.`);
  const rest = withoutMember(element, name);
  const left = Object.keys(rest);
  const isHollow = !DESCRIPTIONS.has(name) && left.every((each) => DESCRIPTIONS.has(each));
  return left.length === 0 || isHollow ? undefined : rest;
}

/** A copy of an object without one of its members. */
export function withoutMember(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([each]) => each !== name));
}

/** The sub-attributes of RFC 7643 §2.4 that only describe a value, or repeat what it is. */
const DESCRIPTIONS: ReadonlySet<string> = new Set(["type", "primary", "display", "$ref"]);

function checkMutable(
  subAttribute: Attribute,
  before: JsonValue | undefined,
  location: string,
): void {
  if (subAttribute.mutability !== "immutable" || before === undefined) return;
  throw ScimError.mutability(
    `"${location}": "${subAttribute.name}" is immutable; remove the value and add another one.`,
  );
}

/** What a value names but leaves without a value of its own, such as `{"givenName": ""}`. */
function clearedSubAttributes(
  attribute: Attribute,
  value: JsonValue,
  assigned: JsonObject,
): readonly Attribute[] {
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .map((name) => findSubAttribute(attribute, name))
    .filter((found) => found !== undefined)
    .filter(({ mutability }) => mutability !== "readOnly")
    .filter(({ name }) => readMember(assigned, name) === undefined);
}
