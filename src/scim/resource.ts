import { ScimError } from "./error.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { isJsonObject, quoteName, readMember } from "./json.ts";
import { membersByAttribute } from "./resource-members.ts";
import type { Attribute, ResourceType } from "./schema/attribute.ts";
import { EXTERNAL_ID, SCHEMAS } from "./schema/common.ts";
import { findExtension, isCoreSchema } from "./schema/registry.ts";
import type { NormaliseContext } from "./value.ts";
import { normaliseMembers, tolerate } from "./value.ts";

/**
 * A resource as it is stored: canonical names in schema order, extensions under their URN after the
 * core attributes; without what is computed or never kept (id, meta, schemas, groups, password).
 */
export type Document = JsonObject;

/** A resource's document, and what was let pass on the way to it. */
export interface NormalisedResource {
  readonly document: Document;
  readonly warnings: readonly string[];
}

/** Reads the resource in the body of a POST or PUT (RFC 7644 §3.3 and §3.5.1; SEMANTICS 1). */
export function normaliseResource(
  type: ResourceType,
  body: JsonValue,
  options: { readonly strict: boolean },
): NormalisedResource {
  if (!isJsonObject(body)) {
    throw ScimError.invalidSyntax(`The body must be a JSON object that holds a ${type.name}.`);
  }
  const context: NormaliseContext = { strict: options.strict, warnings: [] };
  const given = membersByAttribute(type, body, context);
  checkSchemas(type, given.get(SCHEMAS) ?? null, context);
  const members = Object.entries(normaliseMembers(coreAttributes(type), given, context, ""));
  for (const { schema } of type.extensions) {
    const extension = normaliseMembers(schema.attributes, given, context, `${schema.id}:`);
    if (Object.keys(extension).length > 0) members.push([schema.id, extension]);
  }
  const document = Object.fromEntries(members);
  checkRequired(type, document);
  return { document, warnings: context.warnings };
}

/** The `schemas` of a resource: the core URN, and the URN of each extension that has a value. */
export function schemasFor(type: ResourceType, document: Document): readonly string[] {
  const extensions = type.extensions
    .map(({ schema }) => schema.id)
    .filter((urn) => hasValue(readMember(document, urn)));
  return [type.schema.id, ...extensions];
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

/** A group's document without its members, which are kept apart from it (SEMANTICS 7). */
export function withoutMembers({ members: _, ...document }: Document): Document {
  return document;
}

function coreAttributes(type: ResourceType): readonly Attribute[] {
  return [EXTERNAL_ID, ...type.schema.attributes];
}

/** RFC 7643 §3 requires `schemas`; many clients omit it, and Entra adds a URI of its own to groups. */
function checkSchemas(type: ResourceType, value: JsonValue, context: NormaliseContext): void {
  if (value === null) {
    if (context.strict) throw ScimError.invalidSyntax(`"schemas" must hold "${type.schema.id}".`);
    return;
  }
  if (!Array.isArray(value)) throw ScimError.invalidSyntax(`"schemas" must be a list of URIs.`);
  const urns: readonly JsonValue[] = value;
  let hasCore = false;
  for (const urn of urns) {
    if (typeof urn !== "string") throw ScimError.invalidSyntax(`"schemas" must hold URIs only.`);
    if (isCoreSchema(type, urn)) hasCore = true;
    else if (findExtension(type, urn) === undefined) {
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
