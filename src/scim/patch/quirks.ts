import { ScimError } from "../error.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject } from "../json.ts";
import type { ResourceType, Schema } from "../schema/attribute.ts";
import { findExtension, isCoreSchema } from "../schema/registry.ts";
import type { Operation } from "./parse.ts";
import { isCleared } from "./same.ts";

/**
 * A standard operation: one path, no path that is a whole schema. `isExplicit` is false when the
 * path was a name inside a value, where read-only attributes are ignored (SEMANTICS 3).
 */
export type StandardOperation = { readonly path: string; readonly isExplicit: boolean } & (
  | { readonly op: "add" | "replace"; readonly value: JsonValue }
  | { readonly op: "remove"; readonly value: JsonValue | undefined }
);

/**
 * Rewrites what clients send to operations on one attribute each, in order. Other oddities need no
 * rewrite here: the registry knows Entra's misspelt enterprise URN (`...enterprise:2.0User`) and a
 * bare `manager`; normaliseAttribute reads OneLogin's `managerId`, Entra's `"manager": "<id>"` and
 * `[{"value": ...}]`, and bare member ids (Microsoft's Postman collection); Entra's and JumpCloud's
 * `remove` of `members` with a list of values is in remove.ts.
 */
export function standardise(
  type: ResourceType,
  operation: Operation,
): readonly StandardOperation[] {
  if (operation.op === "remove") {
    const { op, path, value } = operation;
    const schema = findSchema(type, path);
    return schema ? removeSchema(schema) : [{ op, path, value, isExplicit: true }];
  }
  const { op, path, value } = operation;
  if (path === undefined) return expandObject(type, op, value);
  const schema = findSchema(type, path);
  return schema
    ? expandSchema(type, op, schema, value)
    : [{ op, path, value: withoutEmptyWrapper(value), isExplicit: true }];
}

type AddOrReplace = "add" | "replace";

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
  return membersOf(value, "without a path").flatMap(([key, member]) => {
    const schema = findSchema(type, key);
    if (schema !== undefined) return expandSchema(type, op, schema, member);
    return [{ op, path: key, value: withoutEmptyWrapper(member), isExplicit: false }];
  });
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
  if (isCoreSchema(type, schema.id) && isJsonObject(value)) return expandObject(type, op, value);
  const members = isCleared(value)
    ? schema.attributes.map(({ name }): [string, JsonValue] => [name, null])
    : membersOf(value, `for "${schema.id}"`);
  return members
    .filter(([key]) => key.toLowerCase() !== "schemas")
    .map(([key, member]) => ({
      op,
      path: `${schema.id}:${key}`,
      value: withoutEmptyWrapper(member),
      isExplicit: false,
    }));
}

function removeSchema(schema: Schema): readonly StandardOperation[] {
  return schema.attributes.map(({ name }) => ({
    op: "remove",
    path: `${schema.id}:${name}`,
    value: undefined,
    isExplicit: false,
  }));
}

function findSchema(type: ResourceType, urn: string): Schema | undefined {
  return isCoreSchema(type, urn) ? type.schema : findExtension(type, urn);
}

function membersOf(value: JsonValue, what: string): readonly [string, JsonValue][] {
  if (!isJsonObject(value)) throw ScimError.invalidValue(`The value ${what} must be an object.`);
  return Object.entries(value);
}

/**
 * Microsoft's validator clears a manager by `{"value": ""}`, OneLogin's template by
 * `{"managerId": "", "displayName": ""}`: the whole stands for nothing at all.
 */
function withoutEmptyWrapper(value: JsonValue): JsonValue {
  return isJsonObject(value) && isEmptyWrapper(value) ? null : value;
}

function isEmptyWrapper(value: JsonObject): boolean {
  const names = Object.keys(value).map((name) => name.toLowerCase());
  const hasValue = names.includes("value") || names.includes("managerid");
  return hasValue && Object.values(value).every(isCleared);
}
