import { isPrototypeName } from "#scim/filter/syntax/attribute-path.ts";
import { readObject } from "#scim/resource/value/forms.ts";
import { type Leniency, readInForm } from "#scim/resource/value/value.ts";
import { PATCH_OP } from "#scim/schema/urns.ts";
import { ScimError } from "../error.ts";
import type { JsonValue } from "../json.ts";
import { isJsonObject, JSON_DEPTH_MAX, quoteName } from "../json.ts";
import { messageMembers, requireSchema } from "../message.ts";

/** One operation of a PATCH request (RFC 7644 §3.5.2) whose members have their types. */
export type PatchOperation = { readonly leniencies?: readonly Leniency[] } & (
  | { readonly op: "add" | "replace"; readonly path?: string; readonly value: JsonValue }
  | { readonly op: "remove"; readonly path: string; readonly value?: JsonValue }
);

/** The most operations in one request. */
export const OPERATIONS_MAX = 1000;

/** Parses the body of a PATCH (RFC 7644 §3.5.2); on a strict connector `schemas` is REQUIRED. */
export function parsePatchRequest(
  body: JsonValue,
  options: { readonly strict: boolean },
): readonly PatchOperation[] {
  const members = messageMembers(body, "The body");
  if (options.strict) requireSchema(members.get("schemas"), PATCH_OP);
  const operations = members.get("operations");
  if (!Array.isArray(operations)) {
    throw ScimError.invalidSyntax('The body must hold "Operations", a list of operations.');
  }
  if (operations.length > OPERATIONS_MAX) {
    throw ScimError.invalidSyntax(`One request may hold ${OPERATIONS_MAX} operations.`);
  }
  return operations.map((operation: JsonValue, index) =>
    parseOperation(operation, `Operations[${index}]`),
  );
}

function parseOperation(operation: JsonValue, location: string): PatchOperation {
  // Microsoft's Postman collection adds `"name": "addMember"`: further members are of no account.
  const members = messageMembers(operation, location);
  const op = parseOp(members.get("op"), location);
  const given = members.get("path") ?? undefined;
  const value = members.get("value");
  if (given !== undefined && typeof given !== "string") {
    throw ScimError.invalidSyntax(`${location}.path must be a string.`);
  }
  const path = given?.trim() === "" ? undefined : given;
  if (value !== undefined) checkNames(value, `${location}.value`, JSON_DEPTH_MAX);
  if (op === "remove") {
    if (path === undefined) throw ScimError.noTarget(`${location} removes, but has no path.`);
    return { op, path, ...(value === undefined ? {} : { value }) };
  }
  if (value === undefined) throw ScimError.invalidValue(`${location} has no value.`);
  if (path !== undefined) return { op, path, value };
  return parsePathless(op, value, given !== undefined, location);
}

/** A value without a path: an object of attributes, perhaps in another form (forms.ts). */
function parsePathless(
  op: "add" | "replace",
  value: JsonValue,
  hasBlankPath: boolean,
  location: string,
): PatchOperation {
  const read = readObject(value);
  if (read === undefined) {
    throw ScimError.invalidValue(`${location} has no path, so its value must be an object.`);
  }
  // What JSON text spells has not been seen yet.
  if (read.object !== value) checkNames(read.object, `${location}.value`, JSON_DEPTH_MAX);
  const leniencies = [
    ...read.told.map((form) => readInForm(`${location}.value`, form)),
    ...(hasBlankPath ? [blankPath(location)] : []),
  ];
  return { op, value: read.object, ...(leniencies.length > 0 && { leniencies }) };
}

/** Some clients send every member of their model: `"path": ""` is no path. */
function blankPath(location: string): Leniency {
  return {
    problem: `${location}.path is empty.`,
    outcome: "It counts as none.",
    refuse: ScimError.invalidPath,
  };
}

/** Okta sends `replace`, Entra `Replace`. */
function parseOp(op: JsonValue | undefined, location: string): PatchOperation["op"] {
  const name = typeof op === "string" ? op.toLowerCase() : undefined;
  if (name === "add" || name === "replace" || name === "remove") return name;
  throw ScimError.invalidSyntax(`${location}.op must be "add", "replace" or "remove".`);
}

/** Refuses a name that reaches a prototype, and two spellings of one name, at any depth. */
function checkNames(value: JsonValue, location: string, levels: number): void {
  if (levels === 0) {
    throw ScimError.invalidSyntax(`${location} is nested deeper than ${JSON_DEPTH_MAX} levels.`);
  }
  if (Array.isArray(value)) {
    for (const element of value) checkNames(element, location, levels - 1);
  } else if (isJsonObject(value)) {
    for (const [name, member] of messageMembers(value, location)) {
      if (isPrototypeName(name)) {
        throw ScimError.invalidSyntax(`${location} must not have a member ${quoteName(name)}.`);
      }
      checkNames(member, location, levels - 1);
    }
  }
}
