import type { AttributeTarget, ResourceType, Schema } from "#scim/attribute.ts";
import { isJsonText, isUnassigned, readObject, saysNothing } from "#scim/resource/value/forms.ts";
import { type Leniency, readInForm } from "#scim/resource/value/value.ts";
import { ScimError } from "../error.ts";
import type { JsonValue } from "../json.ts";
import { isJsonObject, quoteName } from "../json.ts";
import { MEMBERS } from "../schema/core-group.ts";
import { findExtension, isCoreSchema, standardUrn } from "../schema/registry.ts";
import type { PatchOperation } from "./parse.ts";

/**
 * A standard operation: one path, no path that is a whole schema. `isExplicit` is false when the
 * path was a name inside a value, where read-only attributes are ignored.
 * `leniencies` are what a strict connector refuses of it.
 */
export type StandardOperation = {
  readonly path: string;
  readonly isExplicit: boolean;
  readonly leniencies: readonly Leniency[];
} & (
  | { readonly op: "add" | "replace"; readonly value: JsonValue }
  | { readonly op: "remove"; readonly value: JsonValue | undefined }
);

/**
 * Rewrites what clients send to operations on one attribute each, in order. Other oddities need no
 * rewrite here: forms.ts reads the values of every request; the registry knows Entra's misspelt
 * enterprise URN (`...enterprise:2.0User`) and a bare `manager`; normaliseAttribute reads OneLogin's
 * `managerId`, Entra's `"manager": "<id>"` and `[{"value": ...}]`, and bare member ids (Microsoft's
 * Postman collection); Entra's and JumpCloud's `remove` of `members` with a list of values is in
 * remove.ts.
 */
export function standardise(
  type: ResourceType,
  operation: PatchOperation,
): readonly StandardOperation[] {
  const { leniencies = [] } = operation;
  if (operation.op === "remove") {
    const { op, value } = operation;
    const named = standardPath(type, operation.path);
    const schema = findSchema(type, named.path);
    const whole = { op, path: named.path, value, isExplicit: true, leniencies: [] };
    const operations = schema === undefined ? [whole] : removeSchema(schema);
    return withLeniencies([...leniencies, ...named.leniencies], operations);
  }
  const { op, value } = operation;
  if (operation.path === undefined) {
    return withLeniencies(leniencies, expandObject(type, op, value));
  }
  const { path, leniencies: pathLeniencies } = standardPath(type, operation.path);
  const schema = findSchema(type, path);
  const standard = withoutEmptyWrapper(value);
  const operations =
    schema === undefined
      ? [{ op, path, value: standard, isExplicit: true, leniencies: [] }]
      : expandSchema(type, op, schema, value);
  return withLeniencies([...leniencies, ...pathLeniencies], operations);
}

/**
 * Microsoft's Postman collection adds and removes a member by a bare id, which becomes a list of one.
 * In the place of all members it is refused: text might be anything, and the group would be emptied.
 */
export function withMemberList(
  operation: StandardOperation,
  { attribute, subAttribute }: AttributeTarget,
): StandardOperation {
  const { op, value } = operation;
  if (attribute !== MEMBERS || typeof value !== "string" || isJsonText(value)) return operation;
  const isWhole = op === "replace" && subAttribute === undefined;
  return isWhole ? operation : { ...operation, value: [value] };
}

type AddOrReplace = "add" | "replace";

/** What is let pass of an operation that became several is told with the first of them. */
function withLeniencies(
  leniencies: readonly Leniency[],
  [first, ...others]: readonly StandardOperation[],
): readonly StandardOperation[] {
  if (first === undefined) return [];
  return [{ ...first, leniencies: [...leniencies, ...first.leniencies] }, ...others];
}

/** A path with its URN in the standard form (standardUrn). */
function standardPath(
  type: ResourceType,
  path: string,
): { readonly path: string; readonly leniencies: readonly Leniency[] } {
  const { name, problem } = standardUrn(type, path);
  if (problem === undefined) return { path, leniencies: [] };
  const outcome = `It is read as ${quoteName(name)}.`;
  return { path: name, leniencies: [{ problem, outcome, refuse: ScimError.invalidPath }] };
}

/**
 * A value without a path. RFC 7644 §3.5.2.1 has attribute names as its keys, Okta sends
 * `{"id": ..., "displayName": ...}`. Entra sends paths as keys, with `aadOptscim062020`:
 * `{"displayName": "Bjfe", "name.givenName": "K", "urn:...:2.0:User:employeeNumber": "A"}` and
 * `{"emails[type eq \"work\"].value": ...}`; each key becomes the path it is.
 */
function expandObject(
  type: ResourceType,
  op: AddOrReplace,
  value: JsonValue,
): readonly StandardOperation[] {
  return membersOf(value, "without a path").members.flatMap(([key, member]) => {
    const { path, leniencies } = standardPath(type, key);
    const schema = findSchema(type, path);
    if (schema !== undefined) {
      const core = isCoreSchema(type, path) ? [coreObject(schema)] : [];
      return withLeniencies([...leniencies, ...core], expandSchema(type, op, schema, member));
    }
    return [{ op, path, value: withoutEmptyWrapper(member), isExplicit: false, leniencies }];
  });
}

/** limosa-io and zulip #39773 put the core attributes into an object under the core schema's URN. */
function coreObject({ id }: Schema): Leniency {
  return {
    problem: `Core attributes stand in an object under "${id}".`,
    outcome: "They are read as if they stood beside it.",
    refuse: ScimError.invalidSyntax,
  };
}

/**
 * A whole schema as path or key: scim2-tester replaces the bare enterprise URN by an object that
 * repeats `schemas`, SailPoint sends `{"urn:...:enterprise:2.0:User": {...}}` without a path.
 * Its members are merged; nothing in place of the object clears them all.
 */
function expandSchema(
  type: ResourceType,
  op: AddOrReplace,
  schema: Schema,
  value: JsonValue,
): readonly StandardOperation[] {
  if (isUnassigned(value)) return clearSchema(op, schema);
  const { members, leniencies } = membersOf(value, `for "${schema.id}"`);
  if (isCoreSchema(type, schema.id)) {
    return withLeniencies(leniencies, expandObject(type, op, Object.fromEntries(members)));
  }
  const operations = members
    .filter(([key]) => key.toLowerCase() !== "schemas")
    .map(([key, member]) => ({
      op,
      path: `${schema.id}:${key}`,
      value: withoutEmptyWrapper(member),
      isExplicit: false,
      leniencies: [],
    }));
  return withLeniencies(leniencies, operations);
}

function clearSchema(op: AddOrReplace, schema: Schema): readonly StandardOperation[] {
  return schema.attributes.map(({ name }) => ({
    op,
    path: `${schema.id}:${name}`,
    value: null,
    isExplicit: false,
    leniencies: [],
  }));
}

function removeSchema(schema: Schema): readonly StandardOperation[] {
  return schema.attributes.map(({ name }) => ({
    op: "remove",
    path: `${schema.id}:${name}`,
    value: undefined,
    isExplicit: false,
    leniencies: [],
  }));
}

function findSchema(type: ResourceType, urn: string): Schema | undefined {
  return isCoreSchema(type, urn) ? type.schema : findExtension(type, urn);
}

function membersOf(value: JsonValue, what: string) {
  const read = readObject(value);
  if (read === undefined) {
    throw ScimError.invalidValue(`The value ${what} must be an object.`);
  }
  const members: readonly [string, JsonValue][] = Object.entries(read.object);
  return { members, leniencies: read.told.map((form) => readInForm("value", form)) };
}

/** The whole of a value that says nothing stands for nothing at all. */
function withoutEmptyWrapper(value: JsonValue): JsonValue {
  return isJsonObject(value) && saysNothing(value) ? null : value;
}
