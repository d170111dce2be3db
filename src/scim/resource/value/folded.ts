import type { Attribute, ResourceType } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject } from "#scim/json.ts";
import { findSubAttribute, findTarget } from "#scim/schema/registry.ts";
import { foldedUrn, isExtensionMember } from "#scim/schema/undeclared.ts";
import { foldText } from "#scim/text.ts";
import { parseDateTime } from "./date-time.ts";
import { foldKept } from "./fold-kept.ts";
import { foldFor } from "./operand.ts";

/**
 * Folds a resource for comparing: text as its attribute compares it (RFC 7643 §2.2 caseExact),
 * dateTimes as milliseconds since 1970; names and structure stay.
 */
export function foldDocument(type: ResourceType, document: JsonObject): JsonObject {
  const members = Object.entries(document).flatMap(([name, value]): [string, JsonValue][] =>
    isExtensionMember(name) && isJsonObject(value)
      ? foldExtension(type, name, value)
      : [[name, foldMember(type, type.schema.id, name, value)]],
  );
  return Object.fromEntries(members);
}

/** What is undeclared of an extension stands apart from what is declared, in a form of its own. */
function foldExtension(type: ResourceType, urn: string, object: JsonObject): [string, JsonValue][] {
  const declared: [string, JsonValue][] = [];
  const undeclared: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    const target = findTarget(type, { urn, attribute: name });
    if (target === undefined) undeclared.push([name.toLowerCase(), foldKept(value)]);
    else declared.push([name, foldElement(target.attribute, value)]);
  }
  return [
    ...(declared.length === 0 ? [] : [asMember(urn, declared)]),
    ...(undeclared.length === 0 ? [] : [asMember(foldedUrn(urn), undeclared)]),
  ];
}

function asMember(name: string, members: readonly [string, JsonValue][]): [string, JsonValue] {
  return [name, Object.fromEntries(members)];
}

/** Folds an attribute's value, or one of the values of a multi-valued attribute. */
export function foldElement(
  attribute: Attribute,
  element: JsonValue,
  fold: (text: string) => string = foldText,
): JsonValue {
  if (Array.isArray(element)) {
    return element.map((each: JsonValue) => foldElement(attribute, each, fold));
  }
  if (typeof element === "string") return foldString(attribute, element, fold);
  if (!isJsonObject(element)) return element;
  return mapMembers(element, (name, value) => {
    const subAttribute = findSubAttribute(attribute, name);
    return subAttribute === undefined ? value : foldElement(subAttribute, value, fold);
  });
}

/** Folds an element as foldElement does. */
export type FoldElement = (attribute: Attribute, element: JsonValue) => JsonValue;

/**
 * A foldElement that folds no text twice: the operations of one PATCH look at the same values again
 * and again. To be kept no longer than its request.
 */
export function rememberingFold(): FoldElement {
  const texts = new Map<string, string>();
  const elements = new Map<Attribute, Map<JsonValue, JsonValue>>();
  const fold = (text: string) => remembered(texts, text, () => foldText(text));
  return (attribute, element) => {
    const known = remembered(elements, attribute, () => new Map<JsonValue, JsonValue>());
    return remembered(known, element, () => foldElement(attribute, element, fold));
  };
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}

function foldMember(type: ResourceType, urn: string, name: string, value: JsonValue): JsonValue {
  const target = findTarget(type, { urn, attribute: name });
  return target === undefined ? value : foldElement(target.attribute, value);
}

function foldString(attribute: Attribute, text: string, fold: (text: string) => string): JsonValue {
  return attribute.type === "dateTime"
    ? (parseDateTime(text) ?? text)
    : foldFor(attribute, text, fold);
}

function mapMembers(
  object: JsonObject,
  map: (name: string, value: JsonValue) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, map(name, value)]),
  );
}
