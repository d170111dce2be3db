import { parseDateTime } from "../date-time.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject } from "../json.ts";
import type { Attribute, ResourceType } from "../schema/attribute.ts";
import { findExtension, findSubAttribute, findTarget } from "../schema/registry.ts";
import { foldFor } from "./operand.ts";

/**
 * Folds a resource for comparing: text as its attribute compares it (RFC 7643 §2.2 caseExact),
 * dateTimes as milliseconds since 1970; names and structure stay.
 */
export function foldDocument(type: ResourceType, document: JsonObject): JsonObject {
  return mapMembers(document, (name, value) => {
    const extension = isJsonObject(value) ? findExtension(type, name) : undefined;
    return extension !== undefined && isJsonObject(value)
      ? mapMembers(value, (member, each) => foldMember(type, extension.id, member, each))
      : foldMember(type, type.schema.id, name, value);
  });
}

/** Folds an attribute's value, or one of the values of a multi-valued attribute. */
export function foldElement(attribute: Attribute, element: JsonValue): JsonValue {
  if (Array.isArray(element)) {
    return element.map((each: JsonValue) => foldElement(attribute, each));
  }
  if (typeof element === "string") return foldString(attribute, element);
  if (!isJsonObject(element)) return element;
  return mapMembers(element, (name, value) => {
    const subAttribute = findSubAttribute(attribute, name);
    return subAttribute === undefined ? value : foldElement(subAttribute, value);
  });
}

function foldMember(type: ResourceType, urn: string, name: string, value: JsonValue): JsonValue {
  const target = findTarget(type, { urn, attribute: name });
  return target === undefined ? value : foldElement(target.attribute, value);
}

function foldString(attribute: Attribute, text: string): JsonValue {
  return attribute.type === "dateTime" ? (parseDateTime(text) ?? text) : foldFor(attribute, text);
}

function mapMembers(
  object: JsonObject,
  map: (name: string, value: JsonValue) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, map(name, value)]),
  );
}
