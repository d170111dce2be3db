import { ScimError } from "./error.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { isJsonObject, quoteName, readMember } from "./json.ts";
import type { Attribute } from "./schema/attribute.ts";
import { MEMBERS } from "./schema/core-group.ts";
import { MANAGER } from "./schema/enterprise-user.ts";
import { findSubAttribute } from "./schema/registry.ts";
import { normaliseSimple, wrongType } from "./simple-value.ts";

/** How a request is judged, and what was let pass; `warnings` is filled while its body is read. */
export interface NormaliseContext {
  readonly strict: boolean;
  readonly warnings: string[];
}

/** SEMANTICS 9; the members of a group are rows, not a value of its document, and have no limit. */
export const VALUES_MAX = 100;

/** Refuses more values than a multi-valued attribute may have. */
export function checkNumber(attribute: Attribute, values: number, location: string): void {
  if (values <= VALUES_MAX || attribute === MEMBERS) return;
  throw ScimError.invalidValue(`"${location}" must not have more than ${VALUES_MAX} values.`);
}

/**
 * Checks the value of an attribute and brings it into its stored form (RFC 7643 §2, with the
 * leniencies that real clients need); undefined when the attribute is unassigned.
 */
export function normaliseAttribute(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue | undefined {
  if (attribute.multiValued) return normaliseList(attribute, value, context, location);
  return normaliseElement(attribute, withoutList(attribute, value), context, location);
}

/** Does for one value of a multi-valued attribute what normaliseAttribute does for all of them. */
export function normaliseElement(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue | undefined {
  if (isUnassigned(value)) return undefined;
  return attribute.type === "complex"
    ? normaliseComplex(attribute, value, context, location)
    : normaliseSimple(attribute, attribute.type, value, location);
}

/**
 * Normalises what was given for some attributes, in the order of the schema. Read-only attributes
 * are ignored (RFC 7644 §3.3), write-only ones are never stored. `prefix` begins each location.
 */
export function normaliseMembers(
  attributes: readonly Attribute[],
  given: ReadonlyMap<Attribute, JsonValue>,
  context: NormaliseContext,
  prefix: string,
): JsonObject {
  const members: [string, JsonValue][] = [];
  for (const attribute of attributes) {
    const value = given.get(attribute);
    if (value === undefined || !isStored(attribute)) continue;
    const location = `${prefix}${attribute.name}`;
    const normalised = normaliseAttribute(attribute, value, context, location);
    if (normalised !== undefined) members.push([attribute.name, normalised]);
  }
  return Object.fromEntries(members);
}

/** Lets a problem pass with a warning that says what was done or, on a strict connector, refuses. */
export function tolerate(
  context: NormaliseContext,
  problem: string,
  outcome = "It is left out.",
): void {
  if (context.strict) throw strictRefusal(ScimError.invalidSyntax(problem));
  const warning = `${problem} ${outcome}`;
  if (context.warnings.length >= WARNINGS_MAX || context.warnings.includes(warning)) return;
  context.warnings.push(warning);
}

/** A refusal that a connector's `strict` alone causes, which the event log says. */
export function strictRefusal(error: ScimError): ScimError {
  return error.explainedBy(
    (_quote, cause) =>
      `${cause} The connector is strict: correct the provider's mapping, or set "strict" to false to let this pass with a warning.`,
  );
}

/** The error for one attribute named twice, such as `userName` and `USERNAME` (SEMANTICS 1). */
export function givenTwice(location: string): ScimError {
  return ScimError.invalidSyntax(`"${location}" is given twice; send it once.`);
}

/** Warnings are kept in the event log's row: a body of thousands of unknown names must not fill it. */
const WARNINGS_MAX = 50;

/** RFC 7643 §2.5: null and an empty list are no value; clients clear with "" as well (Entra). */
function isUnassigned(value: JsonValue): boolean {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

function isStored(attribute: Attribute): boolean {
  return attribute.mutability !== "readOnly" && attribute.mutability !== "writeOnly";
}

/** Entra's documentation sends a manager as `[{"value": ...}]`. */
function withoutList(attribute: Attribute, value: JsonValue): JsonValue {
  if (attribute.type !== "complex" || !Array.isArray(value) || value.length !== 1) return value;
  const [only]: readonly JsonValue[] = value;
  return only ?? null;
}

/** OneLogin and others send one e-mail as an object in place of a list. */
function normaliseList(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue | undefined {
  if (isUnassigned(value)) return undefined;
  const given: readonly JsonValue[] = Array.isArray(value) ? value : [value];
  checkNumber(attribute, given.length, location);
  const values: JsonValue[] = [];
  for (const [index, element] of given.entries()) {
    const normalised = normaliseElement(attribute, element, context, `${location}[${index}]`);
    if (normalised !== undefined) values.push(normalised);
  }
  return values.length === 0 ? undefined : withOnePrimary(values);
}

/** SEMANTICS 1: of several values marked primary the last one wins (RFC 7643 §2.4 allows one). */
function withOnePrimary(values: readonly JsonValue[]): readonly JsonValue[] {
  const last = values.findLastIndex(isPrimary);
  return values.map((value, index) =>
    index < last && isPrimary(value) ? { ...value, primary: false } : value,
  );
}

function isPrimary(value: JsonValue): value is JsonObject {
  return isJsonObject(value) && readMember(value, "primary") === true;
}

function normaliseComplex(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonObject | undefined {
  const given = subAttributesGiven(attribute, value, context, location);
  const normalised = normaliseMembers(attribute.subAttributes, given, context, `${location}.`);
  return Object.keys(normalised).length === 0 ? undefined : normalised;
}

function subAttributesGiven(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): ReadonlyMap<Attribute, JsonValue> {
  const valueAttribute = findSubAttribute(attribute, "value");
  // Entra sends a manager, and its sample collection a group's member, as the bare id.
  if (typeof value === "string" && valueAttribute) return new Map([[valueAttribute, value]]);
  if (!isJsonObject(value)) throw wrongType(location, "an object", value);
  const given = new Map<Attribute, JsonValue>();
  for (const [name, member] of Object.entries(value)) {
    const subAttribute = findSubAttribute(attribute, standardName(attribute, name));
    if (subAttribute === undefined) {
      tolerate(context, `"${location}" has no sub-attribute ${quoteName(name)}.`);
    } else if (given.has(subAttribute)) {
      throw givenTwice(`${location}.${subAttribute.name}`);
    } else {
      given.set(subAttribute, member);
    }
  }
  return given;
}

/** OneLogin's template has `"manager": {"managerId": ...}`. */
function standardName(attribute: Attribute, name: string): string {
  return attribute === MANAGER && name.toLowerCase() === "managerid" ? "value" : name;
}
