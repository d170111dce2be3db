import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { messageMembers, requireSchema } from "#scim/message.ts";
import { SEARCH_REQUEST } from "#scim/schema/urns.ts";
import { type ListParameters, parseListParameters } from "./list.ts";

/**
 * Parses the body of a `.search` (RFC 7644 §3.4.3), whose members are the parameters of a list; on a
 * strict connector `schemas` is REQUIRED. Numbers may be quoted, as they are in a query.
 */
export function parseSearchRequest(
  body: JsonValue,
  options: { readonly strict: boolean },
): ListParameters {
  const members = messageMembers(body, "The body");
  if (options.strict) requireSchema(members.get("schemas"), SEARCH_REQUEST);
  return parseListParameters((name) => {
    const value = members.get(name.toLowerCase()) ?? undefined;
    return value === undefined ? [] : [textOf(name, value)];
  });
}

/** The members that are numbers, and those that are lists (RFC 7644 §3.4.3). */
const NUMBERS: readonly string[] = ["startIndex", "count"];
const LISTS: readonly string[] = ["attributes", "excludedAttributes"];

function textOf(name: string, value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" && NUMBERS.includes(name)) return String(value);
  if (Array.isArray(value) && LISTS.includes(name)) {
    return value.map((each: JsonValue) => elementText(name, each)).join(",");
  }
  throw wrongType(name);
}

function elementText(name: string, element: JsonValue): string {
  if (typeof element === "string") return element;
  throw wrongType(name);
}

function wrongType(name: string): ScimError {
  if (NUMBERS.includes(name)) return ScimError.invalidValue(`"${name}" must be an integer.`);
  if (LISTS.includes(name)) return ScimError.invalidValue(`"${name}" must be a list of strings.`);
  if (name === "filter") return ScimError.invalidFilter('"filter" must be a string.');
  if (name === "cursor") return ScimError.invalidCursor('"cursor" must be a string.');
  return ScimError.invalidValue(`"${name}" must be a string.`);
}
