import type { Attribute } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { isJsonObject, quoteName, readMember } from "#scim/json.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { ROLES } from "#scim/schema/core-user.ts";
import { MANAGER } from "#scim/schema/enterprise-user.ts";
import { findSubAttribute } from "#scim/schema/registry.ts";
import { type FoldElement, foldElement } from "./folded.ts";
import { isJsonText, isUnassigned, standardForm } from "./forms.ts";
import { normaliseSimple, wrongType } from "./simple-value.ts";

/** How a request is judged, and what was let pass; `warnings` is filled while its body is read. */
export interface NormaliseContext {
  readonly strict: boolean;
  readonly warnings: string[];
  /** Whether the values are those of a resource as it is stored, which an older version may have let in. */
  readonly isStored?: boolean;
  /** Folds values to compare them, where the request remembers what it has folded. */
  readonly fold?: FoldElement;
}

/** The most values of an attribute. Members of a group are rows, no value of its document, and have no limit. */
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
  const standard = standardValue(attribute, value, context, location);
  if (isUnassigned(standard)) return undefined;
  return attribute.type === "complex"
    ? normaliseComplex(attribute, standard, context, location)
    : normaliseSimple(attribute, attribute.type, standard, location);
}

/** Does for a sub-attribute that a path names alone what normaliseAttribute does beside its siblings. */
export function normaliseSubAttribute(
  attribute: Attribute,
  subAttribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue | undefined {
  const normalised = normaliseAttribute(subAttribute, value, context, location);
  if (subAttribute.name === "value") checkNoJsonText(attribute, normalised, context, location);
  return normalised;
}

/** The values that were given for a multi-valued attribute, each still as it was sent. */
export function givenElements(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): readonly JsonValue[] {
  const standard = standardValue(attribute, value, context, location);
  if (isUnassigned(standard)) return [];
  // OneLogin and others send one e-mail as an object in place of a list.
  return Array.isArray(standard) ? standard : [standard];
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

/**
 * Lets a problem pass with a warning that says what was done or, on a strict connector, refuses it
 * with the error that `refuse` makes.
 */
export function tolerate(
  context: NormaliseContext,
  problem: string,
  outcome = "It is left out.",
  refuse = ScimError.invalidSyntax,
): void {
  if (context.strict) throw strictRefusal(refuse(problem));
  warn(context, `${problem} ${outcome}`);
}

/** What a lenient connector lets pass: what is wrong, what is done, and how a strict one refuses it. */
export interface Leniency {
  readonly problem: string;
  readonly outcome: string;
  readonly refuse: (detail: string) => ScimError;
}

/** Tolerates each in turn. */
export function tolerateAll(context: NormaliseContext, leniencies: readonly Leniency[]): void {
  for (const { problem, outcome, refuse } of leniencies) {
    tolerate(context, problem, outcome, refuse);
  }
}

/** That something was sent in another form than the schema's (forms.ts). */
export function readInForm(location: string, form: string): Leniency {
  return {
    problem: `"${location}" was sent as ${form}.`,
    outcome: "It is read as what that stands for.",
    refuse: ScimError.invalidValue,
  };
}

/** Tolerates the forms in which one value was sent. */
export function tolerateForms(
  context: NormaliseContext,
  told: readonly string[],
  location: string,
): void {
  tolerateAll(
    context,
    told.map((form) => readInForm(location, form)),
  );
}

/** A refusal that a connector's `strict` alone causes, which the event log says. */
export function strictRefusal(error: ScimError): ScimError {
  return error.explainedBy(
    (_quote, cause) =>
      `${cause} The connector is strict: correct the provider's mapping, or set "strict" to false to let this pass with a warning.`,
  );
}

/** The error for one attribute named twice, such as `userName` and `USERNAME`. */
export function givenTwice(location: string): ScimError {
  return ScimError.invalidSyntax(`"${location}" is given twice; send it once.`);
}

/** Warnings are kept in the event log's row: a body of thousands of unknown names must not fill it. */
const WARNINGS_MAX = 50;

function warn({ warnings }: NormaliseContext, warning: string): void {
  if (warnings.length < WARNINGS_MAX && !warnings.includes(warning)) warnings.push(warning);
}

/** What was sent for an attribute in the form that its schema wants (forms.ts), with a warning. */
export function standardValue(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue {
  const { value: standard, told } = standardForm(attribute, value);
  if (told.length > 0) tolerateForms(context, told, location);
  return standard;
}

function isStored(attribute: Attribute): boolean {
  return attribute.mutability !== "readOnly" && attribute.mutability !== "writeOnly";
}

/** Entra's documentation sends a manager as `[{"value": ...}]`. */
function withoutList(attribute: Attribute, value: JsonValue): JsonValue {
  if (attribute.type !== "complex" || !Array.isArray(value) || value.length !== 1) return value;
  const [only]: readonly JsonValue[] = value;
  return only ?? value;
}

function normaliseList(
  attribute: Attribute,
  value: JsonValue,
  context: NormaliseContext,
  location: string,
): JsonValue | undefined {
  if (attribute === MEMBERS) checkMembersForm(value, location);
  const given = givenElements(attribute, value, context, location);
  checkNumber(attribute, given.length, location);
  const values: JsonValue[] = [];
  for (const [index, element] of given.entries()) {
    const at = `${location}[${index}]`;
    const normalised = normaliseElement(attribute, element, context, at);
    if (saysSomething(attribute, normalised)) values.push(normalised);
    else leaveOutValueless(attribute, context, at);
  }
  if (values.length < 2 || attribute === MEMBERS) return values.length === 0 ? undefined : values;
  return mergeRepeated(attribute, withOnePrimary(values), context, location);
}

/** Text, a number or true in the place of a list would leave a group without its members. */
function checkMembersForm(value: JsonValue, location: string): void {
  if (value === null || typeof value === "object") return;
  throw wrongType(location, `a list of objects with a "value"`, value);
}

/** An e-mail without its address says nothing, whatever its type; a blank names no member. */
export function saysSomething(
  attribute: Attribute,
  element: JsonValue | undefined,
): element is JsonValue {
  if (element === undefined) return false;
  if (!isJsonObject(element) || findSubAttribute(attribute, "value") === undefined) return true;
  const value = readMember(element, "value");
  if (attribute === MEMBERS) return typeof value === "string" && value.trim() !== "";
  return value !== undefined;
}

/** gravitee #8521 sends `[{"type": "work", "primary": true, "value": ""}]` for people without e-mail. */
function leaveOutValueless(
  attribute: Attribute,
  context: NormaliseContext,
  location: string,
): void {
  if (attribute === MEMBERS) {
    throw ScimError.invalidValue(
      `"${location}" names nobody: every member needs a "value", the id of a user or group.`,
    );
  }
  tolerate(context, `"${location}" has no value.`, undefined, ScimError.invalidValue);
}

/** RFC 7643 §2.4: one type and value occurs once; elimity-com/scim #204 sends an e-mail twice. */
function mergeRepeated(
  attribute: Attribute,
  values: readonly JsonValue[],
  context: NormaliseContext,
  location: string,
): readonly JsonValue[] {
  const { fold = foldElement } = context;
  const merged = new Map<string, JsonValue>();
  for (const [index, value] of values.entries()) {
    const identity = identityOf(fold(attribute, value));
    const first = merged.get(identity);
    if (first !== undefined) {
      warn(context, `"${location}[${index}]" repeats a value. It is merged with the first one.`);
    }
    merged.set(identity, first === undefined ? value : mergedElement(first, value));
  }
  return [...merged.values()];
}

/** What tells one value from another: type and value or, where there is no value, all but `primary`. */
function identityOf(folded: JsonValue): string {
  if (!isJsonObject(folded)) return JSON.stringify(folded);
  const value = readMember(folded, "value");
  if (value !== undefined) return JSON.stringify([value, readMember(folded, "type") ?? null]);
  const others = Object.entries(folded).filter(([name]) => name !== "primary");
  return JSON.stringify(others.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function mergedElement(first: JsonValue, later: JsonValue): JsonValue {
  if (!isJsonObject(first) || !isJsonObject(later)) return first;
  return { ...later, ...first, ...((isPrimary(first) || isPrimary(later)) && { primary: true }) };
}

/** Of several values marked primary the last one wins (RFC 7643 §2.4 allows one). */
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
  checkNoJsonText(attribute, readMember(normalised, "value"), context, `${location}.value`);
  return Object.keys(normalised).length === 0 ? undefined : normalised;
}

/** SCIM-SDK #516: a serialised object must not become an address, a number or somebody's id; roles keep it. */
function checkNoJsonText(
  attribute: Attribute,
  value: JsonValue | undefined,
  context: NormaliseContext,
  location: string,
): void {
  if (attribute === ROLES || context.isStored || typeof value !== "string") return;
  if (!isJsonText(value)) return;
  throw ScimError.invalidValue(
    `"${location}" holds JSON text; send the value itself, or the object in place of the text.`,
  );
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
