import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject, quoteName, readMember } from "#scim/json.ts";
import { saysNothing } from "#scim/resource/value/forms.ts";
import { type KeptMembers, withKept } from "#scim/resource/value/kept.ts";
import type { NormaliseContext } from "#scim/resource/value/value.ts";
import { normaliseMembers, tolerate } from "#scim/resource/value/value.ts";
import { EXTERNAL_ID, SCHEMAS } from "#scim/schema/common.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { USER_NAME } from "#scim/schema/core-user.ts";
import { findExtension, isCoreSchema, standardUrn } from "#scim/schema/registry.ts";
import { isExtensionMember } from "#scim/schema/undeclared.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { membersByAttribute } from "./members.ts";
import { isBlankName, type UserNameOrigin, withUserName } from "./user-name.ts";

/**
 * A resource as it is stored: canonical names in schema order, extensions under their URN after the
 * core attributes; without what is computed or never kept (id, meta, schemas, groups, password).
 */
export type Document = JsonObject;

/** A resource's document, and what was let pass on the way to it. */
export interface NormalisedResource {
  readonly document: Document;
  readonly warnings: readonly string[];
  /** The attributes of which the body has nothing but values that say nothing. */
  readonly hollow: readonly HollowAttribute[];
}

/** A multi-valued attribute that was given, but not a single value of it. */
export interface HollowAttribute {
  readonly extension: string | undefined;
  readonly attribute: Attribute;
}

/** Reads the resource in the body of a POST or PUT (RFC 7644 §3.3 and §3.5.1). */
export function normaliseResource(
  type: ResourceType,
  body: JsonValue,
  options: { readonly strict: boolean; readonly userNameFrom?: UserNameOrigin },
): NormalisedResource {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body must be a JSON object that holds a ${type.name}.`);
  }
  const context: NormaliseContext = { strict: options.strict, warnings: [] };
  const { userNameFrom = "none" } = options;
  const kept: KeptMembers = new Map();
  const sent = membersByAttribute(type, body, context, kept);
  const isUnnamed =
    userNameFrom !== "none" && type.name === "User" && isBlankName(sent.get(USER_NAME) ?? null);
  const given = isUnnamed ? withoutName(sent) : sent;
  checkSchemas(type, given.get(SCHEMAS) ?? null, context, kept);
  const members = Object.entries(normaliseMembers(coreAttributes(type), given, context, ""));
  for (const { schema } of type.extensions) {
    const extension = normaliseMembers(schema.attributes, given, context, `${schema.id}:`);
    if (Object.keys(extension).length > 0) members.push([schema.id, extension]);
  }
  const read = withKept(type, Object.fromEntries(members), kept, context);
  const document = isUnnamed ? withUserName(read, userNameFrom, context.warnings) : read;
  checkRequired(type, document);
  return { document, warnings: context.warnings, hollow: hollowAttributes(type, given, document) };
}

function withoutName(given: ReadonlyMap<Attribute, JsonValue>): Map<Attribute, JsonValue> {
  return new Map([...given].filter(([attribute]) => attribute !== USER_NAME));
}

/**
 * Refuses a body that would empty an attribute without saying so: only null, "" and [] do, and of a
 * group's members [] alone.
 */
export function refuseEmptying(hollow: readonly HollowAttribute[], before: Document): void {
  for (const { extension, attribute } of hollow) {
    const holder = extension === undefined ? before : readMember(before, extension);
    const isHeld = isJsonObject(holder) && readMember(holder, attribute.name) !== undefined;
    if (isHeld || attribute === MEMBERS) throw refuseHollow(attribute.name);
  }
}

/** The refusal of what would empty an attribute by values that say nothing. */
export function refuseHollow(location: string): ScimError {
  return ScimError.invalidValue(
    `No value of "${location}" says anything, so that all it has would be lost; send values, or [] to clear it.`,
  );
}

function hollowAttributes(
  type: ResourceType,
  given: ReadonlyMap<Attribute, JsonValue>,
  document: Document,
): readonly HollowAttribute[] {
  const hollow: HollowAttribute[] = [];
  const collect = (
    attributes: readonly Attribute[],
    extension: string | undefined,
    holder: JsonValue | undefined,
  ) => {
    for (const attribute of attributes) {
      if (!attribute.multiValued || attribute.mutability === "readOnly") continue;
      const value = given.get(attribute);
      if (value === undefined || isClearing(attribute, value)) continue;
      const isKept = isJsonObject(holder) && readMember(holder, attribute.name) !== undefined;
      if (!isKept) hollow.push({ extension, attribute });
    }
  };
  collect(type.schema.attributes, undefined, document);
  for (const { schema } of type.extensions) {
    collect(schema.attributes, schema.id, readMember(document, schema.id));
  }
  return hollow;
}

/** null says nothing about who is in a group: serialisers write it for a list that nobody set. */
function isClearing(attribute: Attribute, value: JsonValue): boolean {
  return attribute === MEMBERS ? Array.isArray(value) && value.length === 0 : saysNothing(value);
}

/** The `schemas` of a resource: the core URN, and the URN of each extension that has a value. */
export function schemasFor(type: ResourceType, document: Document): readonly string[] {
  const declared = type.extensions.map(({ schema }) => schema.id);
  const undeclared = Object.keys(document).filter(
    (name) => isExtensionMember(name) && !declared.includes(name) && name !== ENTERPRISE_USER,
  );
  const extensions = [...declared, ...undeclared.sort()];
  return [type.schema.id, ...extensions.filter((urn) => hasValue(readMember(document, urn)))];
}

/**
 * Puts a document into the order of its schemas, unassigned attributes left out (RFC 7643 §2.5), so
 * that equal documents serialise equally. Attributes no longer declared stay, last and by name.
 */
export function orderDocument(type: ResourceType, document: Document): Document {
  const extensions = type.extensions.map(({ schema }) => ({
    name: schema.id,
    subAttributes: schema.attributes,
  }));
  return orderMembers([...coreAttributes(type), ...extensions], document);
}

/** A group's document without its members, which are kept apart from it. */
export function withoutMembers({ members: _, ...document }: Document): Document {
  return document;
}

function coreAttributes(type: ResourceType): readonly Attribute[] {
  return [EXTERNAL_ID, ...type.schema.attributes];
}

/** RFC 7643 §3 requires `schemas`; many clients omit it, and Entra adds a URI of its own to groups. */
function checkSchemas(
  type: ResourceType,
  value: JsonValue,
  context: NormaliseContext,
  kept: KeptMembers,
): void {
  if (value === null) {
    if (context.strict) throw ScimError.invalidSyntax(`"schemas" must hold "${type.schema.id}".`);
    return;
  }
  if (!Array.isArray(value)) throw ScimError.invalidSyntax(`"schemas" must be a list of URIs.`);
  const urns: readonly JsonValue[] = value;
  let hasCore = false;
  for (const urn of urns) {
    if (typeof urn !== "string") throw ScimError.invalidSyntax(`"schemas" must hold URIs only.`);
    const { problem } = standardUrn(type, urn);
    if (problem !== undefined) tolerate(context, problem, "It counts all the same.");
    if (isCoreSchema(type, urn)) hasCore = true;
    else if (findExtension(type, urn) === undefined && !kept.has(urn.toLowerCase())) {
      tolerate(context, `The schema ${quoteName(urn)} is none of ${type.name}.`);
    }
  }
  if (!hasCore) {
    tolerate(context, `"schemas" must hold "${type.schema.id}".`, "It is taken as given.");
  }
}

function checkRequired(type: ResourceType, document: Document): void {
  for (const { name, required } of type.schema.attributes) {
    if (required && readMember(document, name) === undefined) {
      throw ScimError.invalidValue(`"${name}" is required and must not be empty.`);
    }
  }
}

type Slot = Pick<Attribute, "name" | "subAttributes">;

function orderMembers(slots: readonly Slot[], object: JsonObject): JsonObject {
  const known = new Set(slots.map((slot) => slot.name));
  const unknown = Object.keys(object).filter((name) => !known.has(name));
  const others = unknown.sort().map((name): Slot => ({ name, subAttributes: [] }));
  const members: [string, JsonValue][] = [];
  for (const { name, subAttributes } of [...slots, ...others]) {
    const value = readMember(object, name);
    if (value === undefined) continue;
    const ordered = orderValue(subAttributes, value);
    if (hasValue(ordered)) members.push([name, ordered]);
  }
  return Object.fromEntries(members);
}

function orderValue(subAttributes: readonly Slot[], value: JsonValue): JsonValue {
  if (subAttributes.length === 0) return value;
  if (isJsonObject(value)) return orderMembers(subAttributes, value);
  if (!Array.isArray(value)) return value;
  const elements: readonly JsonValue[] = value;
  return elements.map((element) => orderValue(subAttributes, element)).filter(hasValue);
}

function hasValue(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}
