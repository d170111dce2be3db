import type { Attribute, AttributeType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import { type JsonValue, quoteName } from "#scim/json.ts";
import { hasBrokenText } from "#scim/text.ts";
import { parseDateTime } from "./date-time.ts";

/** The types of RFC 7643 §2.3 that have no sub-attributes. */
export type SimpleType = Exclude<AttributeType, "complex">;

/** No value that an identity provider sends needs more, and every value is stored. */
export const STRING_BYTES_MAX = 8192;

/**
 * Checks one value of a simple attribute (RFC 7643 §2.3) and returns it as sent; only the strings
 * "True" and "False" become booleans. Suggested values and formats of text are never checked.
 */
export function normaliseSimple(
  attribute: Attribute,
  type: SimpleType,
  value: JsonValue,
  location: string,
): JsonValue {
  switch (type) {
    case "string":
    case "reference":
    case "binary":
      return checkedText(attribute, value, location);
    case "boolean":
      return toBoolean(value, location);
    case "integer":
    case "decimal":
      return checkedNumber(type, value, location);
    case "dateTime":
      return checkedDateTime(attribute, value, location);
  }
}

/** An error of scimType invalidValue that says what a value must be and what was sent instead. */
export function wrongType(location: string, expected: string, value: JsonValue): ScimError {
  return ScimError.invalidValue(`"${location}" must be ${expected}, not ${kindOf(value)}.`);
}

function checkedText(attribute: Attribute, value: JsonValue, location: string): string {
  if (typeof value !== "string") throw wrongType(location, "a string", value);
  if (isLongerThan(value, STRING_BYTES_MAX)) {
    throw ScimError.invalidValue(
      `"${location}" must not be longer than ${STRING_BYTES_MAX} bytes.`,
    );
  }
  if (hasBrokenText(value)) {
    throw ScimError.invalidValue(`"${location}" must not hold NUL or half a surrogate pair.`);
  }
  if (attribute.required && value.trim() === "") {
    throw ScimError.invalidValue(`"${location}" must not be blank.`);
  }
  return value;
}

/** A character takes three bytes at most, so most strings are never encoded to be measured. */
function isLongerThan(text: string, bytesMax: number): boolean {
  if (text.length * 3 <= bytesMax) return false;
  return text.length > bytesMax || new TextEncoder().encode(text).length > bytesMax;
}

/** Entra sends "True" and "False", OneLogin's template "true"; RFC 7643 §2.3.2 wants a boolean. */
function toBoolean(value: JsonValue, location: string): boolean {
  if (typeof value === "boolean") return value;
  // An object may hold anything; of a text or number, what it was leads to the mapping that made it.
  if (typeof value === "number") {
    throw ScimError.invalidValue(`"${location}" must be true or false, not the number ${value}.`);
  }
  if (typeof value !== "string") throw wrongType(location, "true or false", value);
  const folded = value.toLowerCase();
  if (folded !== "true" && folded !== "false") {
    throw ScimError.invalidValue(`"${location}" must be true or false, not ${sentText(value)}.`);
  }
  return folded === "true";
}

/** What is longer than any word for yes or no could be a secret that was mapped by mistake. */
const SENT_CHARACTERS_MAX = 32;

/** What was sent in place of a boolean, cut where nobody needs all of it. */
export function sentText(value: string): string {
  const isShown = value.length <= SENT_CHARACTERS_MAX && !/sg[klsuw]_|bearer/i.test(value);
  return isShown ? quoteName(value) : `a text of ${value.length} characters`;
}

function checkedNumber(type: "integer" | "decimal", value: JsonValue, location: string): number {
  const expected = type === "integer" ? "an integer" : "a number";
  if (typeof value !== "number") throw wrongType(location, expected, value);
  // JSON.parse reads 1e400 as Infinity, which no JSON answer could hold.
  if (!Number.isFinite(value) || (type === "integer" && !Number.isInteger(value))) {
    throw ScimError.invalidValue(`"${location}" must be ${expected}.`);
  }
  return value;
}

function checkedDateTime(attribute: Attribute, value: JsonValue, location: string): string {
  const text = checkedText(attribute, value, location);
  if (parseDateTime(text) === undefined) {
    throw ScimError.invalidValue(
      `"${location}" must be a date and time with a time zone, such as 2026-01-31T08:00:00Z.`,
    );
  }
  return text;
}

function kindOf(value: JsonValue): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
