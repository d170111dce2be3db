import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import type { Document } from "../resource.ts";
import type { ResourceType } from "../schema/attribute.ts";
import { findExtension, findTarget } from "../schema/registry.ts";
import { normaliseAttribute } from "../value.ts";
import type { PatchRun } from "./step.ts";

/**
 * Checks the attributes that a PATCH changed as those of any request are checked, limits included;
 * the others stay as they are, even if a value of them would not be accepted today.
 */
export function checkChanged(
  type: ResourceType,
  before: Document,
  after: Document,
  run: PatchRun,
): Document {
  return mapChanged(before, after, (name, value) => {
    const extension = findExtension(type, name);
    if (extension === undefined || !isJsonObject(value)) {
      return normaliseMember(type, { urn: type.schema.id, attribute: name }, value, run, name);
    }
    const old = readMember(before, name);
    return mapChanged(isJsonObject(old) ? old : {}, value, (attribute, each) => {
      const target = { urn: extension.id, attribute };
      return normaliseMember(type, target, each, run, `${extension.id}:${attribute}`);
    });
  });
}

function mapChanged(
  before: JsonObject,
  after: JsonObject,
  map: (name: string, value: JsonValue) => JsonValue | undefined,
): JsonObject {
  const members = Object.entries(after).map(([name, value]): [string, JsonValue | undefined] => [
    name,
    readMember(before, name) === value ? value : map(name, value),
  ]);
  return Object.fromEntries(members.filter(isAssigned));
}

function isAssigned(member: [string, JsonValue | undefined]): member is [string, JsonValue] {
  return member[1] !== undefined;
}

function normaliseMember(
  type: ResourceType,
  target: { readonly urn: string; readonly attribute: string },
  value: JsonValue,
  run: PatchRun,
  location: string,
): JsonValue | undefined {
  const found = findTarget(type, target);
  return found === undefined ? value : normaliseAttribute(found.attribute, value, run, location);
}
