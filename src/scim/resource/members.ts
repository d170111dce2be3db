import type { Attribute, AttributeTarget, ResourceType, Schema } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject, quoteName } from "#scim/json.ts";
import { isUnassigned, readObject } from "#scim/resource/value/forms.ts";
import { type KeptMembers, noteKept } from "#scim/resource/value/kept.ts";
import { wrongType } from "#scim/resource/value/simple-value.ts";
import type { NormaliseContext } from "#scim/resource/value/value.ts";
import { givenTwice, tolerate, tolerateForms } from "#scim/resource/value/value.ts";
import { findNamed, findSubAttribute, findTarget, standardUrn } from "#scim/schema/registry.ts";
import { readUndeclared, type UndeclaredName } from "#scim/schema/undeclared.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

/**
 * Sorts the members of a resource's body by the attribute that each one names: in any letter case,
 * qualified with a URN, dotted, inside an extension's object, or an extension's attribute at the
 * top level, where those of a connector's own belong as well. What stands under an undeclared
 * extension is noted in `kept`. What else names no attribute is left out with a warning; two names for
 * one are refused.
 */
export function membersByAttribute(
  type: ResourceType,
  body: JsonObject,
  context: NormaliseContext,
  kept: KeptMembers = new Map(),
): ReadonlyMap<Attribute, JsonValue> {
  const sorting: Sorting = {
    type,
    context,
    kept,
    given: new Map(),
    misplaced: new Map(),
    objects: new Set(),
  };
  for (const [name, value] of Object.entries(body)) sortMember(sorting, name, value);
  addMisplaced(sorting);
  return new Map(
    [...sorting.given].map(([attribute, member]) => [attribute, mergedValue(attribute, member)]),
  );
}

/** What is known while the members of one body are sorted. */
interface Sorting {
  readonly type: ResourceType;
  readonly context: NormaliseContext;
  readonly kept: KeptMembers;
  readonly given: GivenMembers;
  readonly misplaced: GivenMembers;
  /** The schemas whose own object was met. */
  readonly objects: Set<Schema>;
}

function sortMember(sorting: Sorting, name: string, value: JsonValue): void {
  const { type, context, given, misplaced, objects } = sorting;
  const standard = standardUrn(type, name);
  if (standard.problem !== undefined) {
    tolerate(context, standard.problem, `It is read as ${quoteName(standard.name)}.`);
  }
  const named = findNamed(type, standard.name);
  if (named === undefined) {
    const undeclared = undeclaredName(sorting, standard.name, isJsonObject(value));
    if (undeclared !== undefined) noteKept(type, sorting.kept, undeclared, value, context);
    else tolerate(context, `The schemas of ${type.name} have no attribute ${quoteName(name)}.`);
  } else if (named.kind === "schema") {
    if (objects.has(named.schema)) throw givenTwice(named.schema.id);
    objects.add(named.schema);
    if (named.schema === type.schema) sortCore(sorting, value);
    else addExtension(sorting, named.schema, value);
  } else if (named.target.extension === ENTERPRISE_USER && !named.isQualified) {
    add(misplaced, named.target, value);
  } else {
    add(given, named.target, value);
  }
}

/** limosa-io and zulip #39773 put the core attributes into an object under the core schema's URN. */
function sortCore(sorting: Sorting, value: JsonValue): void {
  const { type, context } = sorting;
  const members = schemaMembers(type.schema, value, context);
  if (members.length === 0) return;
  const problem = `Core attributes stand in an object under "${type.schema.id}".`;
  tolerate(context, problem, "They are read as if they stood beside it.");
  for (const [name, member] of members) {
    const named = findNamed(type, name);
    const isComputed =
      named?.kind === "attribute" && named.target.attribute.mutability === "readOnly";
    if (!isComputed) sortMember(sorting, name, member);
  }
}

/** The members of the object under a schema's URN; null, "" and [] in its place are none. */
function schemaMembers(
  schema: Schema,
  value: JsonValue,
  context: NormaliseContext,
): readonly [string, JsonValue][] {
  if (isUnassigned(value)) return [];
  const read = readObject(value);
  if (read === undefined) throw wrongType(schema.id, "an object", value);
  tolerateForms(context, read.told, schema.id);
  return Object.entries(read.object);
}

/** What a body says of one attribute: its whole value, and sub-attributes under dotted names. */
interface GivenMember {
  readonly target: AttributeTarget;
  readonly whole: JsonValue | undefined;
  readonly dotted: ReadonlyMap<Attribute, JsonValue>;
}

type GivenMembers = Map<Attribute, GivenMember>;

function add(given: GivenMembers, target: AttributeTarget, value: JsonValue): void {
  const { attribute, subAttribute } = target;
  const member = given.get(attribute) ?? { target, whole: undefined, dotted: new Map() };
  if (subAttribute === undefined) {
    if (member.whole !== undefined) throw givenTwice(locationOf(target));
    given.set(attribute, { ...member, whole: value });
  } else {
    if (member.dotted.has(subAttribute)) throw givenTwice(locationOf(target));
    given.set(attribute, { ...member, dotted: new Map(member.dotted).set(subAttribute, value) });
  }
}

/** A strict connector has what it knows, and nothing else. */
function undeclaredName(
  { type, context, kept }: Sorting,
  name: string,
  isObject: boolean,
): UndeclaredName | undefined {
  if (context.strict) return undefined;
  return readUndeclared(type, name, { held: kept, isObject });
}

function addExtension(sorting: Sorting, schema: Schema, value: JsonValue): void {
  const { type, context, given, kept } = sorting;
  for (const [name, member] of schemaMembers(schema, value, context)) {
    const [attribute = "", subAttribute, ...rest] = name.split(".");
    const target = findTarget(type, { urn: schema.id, attribute, subAttribute });
    if (target !== undefined && rest.length === 0) {
      add(given, target, member);
    } else if (name.toLowerCase() !== "schemas") {
      // Some clients repeat `schemas` inside the extension; `schemas` is computed anyway.
      const undeclared = undeclaredName(sorting, `${schema.id}:${name}`, false);
      if (undeclared !== undefined) noteKept(type, kept, undeclared, member, context);
      else tolerate(context, `The schema "${schema.id}" has no attribute ${quoteName(name)}.`);
    }
  }
}

/** OneLogin's and Zabbix's templates write the extension's attributes at the top level. */
function addMisplaced({ given, misplaced, context }: Sorting): void {
  for (const [attribute, member] of misplaced) {
    const location = locationOf(member.target);
    const problem = `"${attribute.name}" stands at the top level but belongs to its extension.`;
    if (given.has(attribute)) {
      tolerate(context, problem, `It is left out, because "${location}" is given too.`);
    } else {
      tolerate(context, problem, `It is taken as "${location}".`);
      given.set(attribute, member);
    }
  }
}

function locationOf({ extension, attribute, subAttribute }: AttributeTarget): string {
  const name = subAttribute ? `${attribute.name}.${subAttribute.name}` : attribute.name;
  return extension === undefined ? name : `${extension}:${name}`;
}

/** Puts dotted sub-attributes into the attribute's object: `name.givenName` into `name`. */
function mergedValue(attribute: Attribute, { target, whole, dotted }: GivenMember): JsonValue {
  if (dotted.size === 0) return whole ?? null;
  const members = [...dotted].map(([sub, value]): [string, JsonValue] => [sub.name, value]);
  if (whole === undefined || whole === null) return Object.fromEntries(members);
  if (!isJsonObject(whole)) throw givenTwice(locationOf({ ...target, subAttribute: undefined }));
  for (const name of Object.keys(whole)) {
    const subAttribute = findSubAttribute(attribute, name);
    if (subAttribute && dotted.has(subAttribute)) {
      throw givenTwice(locationOf({ ...target, subAttribute }));
    }
  }
  return { ...whole, ...Object.fromEntries(members) };
}
