import type { AttributeTarget, ResourceType } from "#scim/attribute.ts";
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  quoteName,
  readMember,
} from "#scim/json.ts";
import { isSameValue } from "#scim/patch/same.ts";
import { findNamed } from "#scim/schema/registry.ts";
import type { ConnectorSettings } from "#scim/settings.ts";

/** A user's document that keeps what clients set at creation alone. */
export interface KeptDocument {
  readonly document: JsonObject;
  /** The paths whose values a client would have changed. */
  readonly kept: readonly string[];
}

/** Puts back what the connector's `createOnly` has clients set at creation alone. */
export function keepCreateOnly(
  type: ResourceType,
  before: JsonObject,
  after: JsonObject,
  { createOnly }: Pick<ConnectorSettings, "createOnly">,
): KeptDocument {
  if (createOnly.length === 0) return { document: after, kept: [] };
  let document = after;
  const kept: string[] = [];
  for (const path of createOnly) {
    const named = findNamed(type, path);
    // An attribute that the connector no longer declares has nothing to keep.
    if (named?.kind !== "attribute") continue;
    const former = valueAt(before, named.target);
    if (isSameValue(former, valueAt(document, named.target))) continue;
    document = withValueAt(document, named.target, former);
    kept.push(path);
  }
  return { document, kept };
}

/** What the event log says of paths whose values were kept. */
export function keptWarnings(kept: readonly string[]): readonly string[] {
  return kept.map(
    (path) =>
      `${quoteName(path)} was left as it is: the connector's setting createOnly has it set at creation alone.`,
  );
}

/** Whether one of the paths names an attribute, or a part of it. */
export function isCreateOnly(
  type: ResourceType,
  name: string,
  { createOnly }: Pick<ConnectorSettings, "createOnly">,
): boolean {
  return createOnly.some((path) => {
    const named = findNamed(type, path);
    return named?.kind === "attribute" && named.target.attribute.name === name;
  });
}

/** Why a path cannot be set at creation alone; undefined where it can. */
export function refuseCreateOnly(type: ResourceType, path: string): string | undefined {
  const named = findNamed(type, path);
  if (named === undefined) {
    return "The connector's users have no such attribute; write title, name.givenName or urn:…:User:department, and declare attributes of your own first.";
  }
  if (named.kind === "schema") return "Name an attribute, not a whole schema.";
  const { attribute, subAttribute, extension } = named.target;
  if (attribute.name === "active" && extension === undefined) {
    return "A client must be able to switch a user off at any time.";
  }
  if (attribute.mutability === "readOnly" || subAttribute?.mutability === "readOnly") {
    return "No client sets it: it is read-only.";
  }
  if (attribute.returned === "never") return "It is never kept.";
  if (subAttribute !== undefined && attribute.multiValued) {
    return `Name "${attribute.name}" whole: its values are a list.`;
  }
  return undefined;
}

function valueAt(document: JsonObject, target: AttributeTarget): JsonValue | undefined {
  const { extension, attribute, subAttribute } = target;
  const holder = extension === undefined ? document : readMember(document, extension);
  const value = isJsonObject(holder) ? readMember(holder, attribute.name) : undefined;
  if (subAttribute === undefined) return value;
  return isJsonObject(value) ? readMember(value, subAttribute.name) : undefined;
}

function withValueAt(
  document: JsonObject,
  { extension, attribute, subAttribute }: AttributeTarget,
  value: JsonValue | undefined,
): JsonObject {
  const names = [extension, attribute.name, subAttribute?.name].filter(
    (name) => name !== undefined,
  );
  return withMember(document, names, value);
}

/** An object without members is no value: whoever serialises a document leaves it out. */
function withMember(
  holder: JsonValue | undefined,
  [name = "", ...others]: readonly string[],
  value: JsonValue | undefined,
): JsonObject {
  const object = isJsonObject(holder) ? holder : {};
  const inner = others.length === 0 ? value : withMember(readMember(object, name), others, value);
  const { [name]: _, ...rest } = object;
  return inner === undefined ? rest : { ...rest, [name]: inner };
}
