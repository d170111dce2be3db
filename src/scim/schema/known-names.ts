import type { Attribute, ResourceType, Schema } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { MANAGER } from "./enterprise-user.ts";
import { findNamed, findSubAttribute, findTarget } from "./registry.ts";
import { readUndeclared } from "./undeclared.ts";

/** Where a JSON value stands in a request, which decides what the names in it can mean. */
export type BodyPlace =
  | { readonly kind: "resource" | "patch" | "operation" | "search" | "bulk" | "bulkOperation" }
  | { readonly kind: "schema"; readonly schema: Schema }
  | { readonly kind: "attribute"; readonly attribute: Attribute }
  | { readonly kind: "anything" };

/** The schemas that a connector knows, and what the body of a request is. */
export interface KnownNames {
  readonly types: readonly ResourceType[];
  readonly start: BodyPlace;
}

/** What the body of a request is, by its method and path (RFC 7644 §3.2). */
export function bodyPlace(method: string, path: string): BodyPlace {
  const segment = path
    .toLowerCase()
    .split("/")
    .findLast((each) => each !== "");
  if (segment === "bulk") return { kind: "bulk" };
  if (segment === ".search") return { kind: "search" };
  return { kind: method === "PATCH" ? "patch" : "resource" };
}

/**
 * What a member of an object at a place is; "unknown" for one that neither the protocol nor a schema of
 * the connector knows.
 */
export function bodyPlaceOf(
  types: readonly ResourceType[],
  place: BodyPlace,
  object: JsonObject,
  name: string,
): BodyPlace | "unknown" {
  const folded = name.toLowerCase();
  switch (place.kind) {
    case "anything":
      return place;
    case "resource":
      return namedPlace(types, name);
    case "patch":
      return folded === "operations" ? { kind: "operation" } : namedPlace(types, name);
    case "operation":
      if (folded === "value") return operandPlace(types, readFolded(object, "path"));
      return folded === "op" || folded === "path" ? { kind: "anything" } : "unknown";
    case "search":
      return SEARCH_MEMBERS.has(folded) ? { kind: "anything" } : "unknown";
    case "bulk":
      if (folded === "operations") return { kind: "bulkOperation" };
      return folded === "schemas" || folded === "failonerrors" ? { kind: "anything" } : "unknown";
    case "bulkOperation": {
      const isPatch = String(readFolded(object, "method")).toUpperCase() === "PATCH";
      if (folded === "data") return { kind: isPatch ? "patch" : "resource" };
      return BULK_MEMBERS.has(folded) ? { kind: "anything" } : "unknown";
    }
    case "schema":
      return inSchema(types, place.schema, name);
    case "attribute":
      return inAttribute(place.attribute, folded);
  }
}

/** RFC 7644 §3.4.3, and RFC 9865 §2. */
const SEARCH_MEMBERS: ReadonlySet<string> = new Set(
  "schemas attributes excludedattributes filter sortby sortorder startindex count cursor".split(
    " ",
  ),
);

/** RFC 7644 §3.7. */
const BULK_MEMBERS: ReadonlySet<string> = new Set(["method", "bulkid", "version", "path"]);

/** A PATCH path or a name: what stands in brackets only chooses among values. */
function namedPlace(types: readonly ResourceType[], name: string): BodyPlace | "unknown" {
  const open = name.indexOf("[");
  const bare = open === -1 ? name : name.slice(0, open) + name.slice(name.lastIndexOf("]") + 1);
  for (const type of types) {
    const named = findNamed(type, bare.trim());
    if (named?.kind === "schema") return named;
    if (named !== undefined) {
      const { attribute, subAttribute } = named.target;
      return { kind: "attribute", attribute: subAttribute ?? attribute };
    }
  }
  return undeclaredPlace(types, bare.trim());
}

/** What is kept of an extension that nobody declared is data of its resource like any other. */
function undeclaredPlace(types: readonly ResourceType[], name: string): BodyPlace | "unknown" {
  const isKept = types.some((type) => readUndeclared(type, name, { isObject: true }));
  return isKept ? { kind: "anything" } : "unknown";
}

/** A value without a path has the names of attributes. */
function operandPlace(
  types: readonly ResourceType[],
  path: JsonValue | undefined,
): BodyPlace | "unknown" {
  if (path === undefined || path === null) return { kind: "resource" };
  return typeof path === "string" ? namedPlace(types, path) : "unknown";
}

function inSchema(
  types: readonly ResourceType[],
  schema: Schema,
  name: string,
): BodyPlace | "unknown" {
  if (name.toLowerCase() === "schemas") return { kind: "anything" };
  const [attribute = "", subAttribute] = name.split(".", 2);
  for (const type of types) {
    const target = findTarget(type, { urn: schema.id, attribute, subAttribute });
    if (target !== undefined) {
      return { kind: "attribute", attribute: target.subAttribute ?? target.attribute };
    }
  }
  return undeclaredPlace(types, `${schema.id}:${name}`);
}

/** A simple attribute may come as `{"value": x}`, OneLogin's manager as `{"managerId": x}`. */
function inAttribute(attribute: Attribute, folded: string): BodyPlace | "unknown" {
  const isManagerId = attribute === MANAGER && folded === "managerid";
  const part = findSubAttribute(attribute, isManagerId ? "value" : folded);
  if (part !== undefined) return { kind: "attribute", attribute: part };
  const isItself = attribute.subAttributes.length === 0 && folded === "value";
  return isItself ? { kind: "attribute", attribute } : "unknown";
}

function readFolded(object: JsonObject, wanted: string): JsonValue | undefined {
  const [, member] = Object.entries(object).find(([name]) => name.toLowerCase() === wanted) ?? [];
  return member;
}
