import type { Attribute, ResourceType } from "#scim/attribute.ts";
import type { Document } from "#scim/resource/resource.ts";
import {
  type NormaliseContext,
  normaliseAttribute,
  saysSomething,
} from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { findExtension, findTarget } from "../schema/registry.ts";
import { elementsIn } from "./elements.ts";
import type { PatchRules } from "./step.ts";

/**
 * Checks the attributes that a PATCH changed as those of any request are checked, limits included;
 * the others stay as they are, even if a value of them would not be accepted today.
 */
export function checkChanged(
  type: ResourceType,
  before: Document,
  after: Document,
  rules: PatchRules,
): Document {
  return mapChanged(before, after, (name, value, old) => {
    const extension = findExtension(type, name);
    if (extension === undefined || !isJsonObject(value)) {
      const found = findTarget(type, { urn: type.schema.id, attribute: name });
      return found === undefined ? value : checkValue(found.attribute, value, old, rules, name);
    }
    return mapChanged(isJsonObject(old) ? old : {}, value, (attribute, each, former) => {
      const found = findTarget(type, { urn: extension.id, attribute });
      const location = `${extension.id}:${attribute}`;
      return found === undefined
        ? each
        : checkValue(found.attribute, each, former, rules, location);
    });
  });
}

function mapChanged(
  before: JsonObject,
  after: JsonObject,
  map: (name: string, value: JsonValue, old: JsonValue | undefined) => JsonValue | undefined,
): JsonObject {
  const members = Object.entries(after).map(([name, value]): [string, JsonValue | undefined] => {
    const old = readMember(before, name);
    return [name, old === value ? value : map(name, value, old)];
  });
  return Object.fromEntries(members.filter(isAssigned));
}

function isAssigned(member: [string, JsonValue | undefined]): member is [string, JsonValue] {
  return member[1] !== undefined;
}

/** What came with the request was judged as it was read, so that what was there before is let be. */
function checkValue(
  attribute: Attribute,
  value: JsonValue,
  old: JsonValue | undefined,
  rules: PatchRules,
  location: string,
): JsonValue | undefined {
  if (rules.strict) requireValues(attribute, value, old, location);
  const stored: NormaliseContext = { ...rules, strict: false, isStored: true };
  return normaliseAttribute(attribute, value, stored, location);
}

/** A part of a value that got no `value` by any operation, as in `emails[type eq "work"].primary`. */
function requireValues(
  attribute: Attribute,
  value: JsonValue,
  old: JsonValue | undefined,
  location: string,
): void {
  const former = new Set(elementsIn(old));
  const isLacking = (element: JsonValue) =>
    !former.has(element) && !saysSomething(attribute, element);
  if (attribute.multiValued && elementsIn(value).some(isLacking)) {
    throw ScimError.invalidValue(`A value of "${location}" has no "value".`);
  }
}
