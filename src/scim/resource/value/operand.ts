import type { Attribute } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { CompareOperator, CompareValue, Operand } from "#scim/filter/syntax/ast.ts";
import { foldText, hasBrokenText } from "#scim/text.ts";
import { parseDateTime } from "./date-time.ts";
import { sentText } from "./simple-value.ts";

const ORDERED: readonly CompareOperator[] = ["eq", "ne", "gt", "ge", "lt", "le"];
const EQUALITY: readonly CompareOperator[] = ["eq", "ne"];
const TEXTUAL: readonly CompareOperator[] = ["eq", "ne", "co", "sw", "ew"];

/** Checks a comparison value against an attribute's type (RFC 7644 Table 3) and converts it. */
export function toOperand(
  attribute: Attribute,
  operator: CompareOperator,
  value: Exclude<CompareValue, null>,
  name: string,
): Operand {
  // A value of which nobody declared the type is compared as the text it has.
  if (attribute.isUndeclared) return toText(attribute, String(value), name);
  switch (attribute.type) {
    case "string":
    case "reference":
      return toText(attribute, value, name);
    case "binary":
      checkOperator(TEXTUAL, operator, name, "binary");
      return toText(attribute, value, name);
    case "boolean":
      checkOperator(EQUALITY, operator, name, "a boolean");
      return toBoolean(value, name);
    case "decimal":
    case "integer":
      checkOperator(ORDERED, operator, name, "a number");
      return toNumber(value, name);
    case "dateTime":
      checkOperator(ORDERED, operator, name, "a dateTime");
      return toInstant(value, name);
    case "complex":
      throw ScimError.invalidFilter(
        `"${name}" is complex and has no value of its own: name one of its sub-attributes.`,
      );
  }
}

/** Folds text as the attribute compares it: caseExact text stays as it is (RFC 7643 §2.2). */
export function foldFor(attribute: Attribute, text: string, fold = foldText): string {
  const isFolded = attribute.type === "string" || attribute.type === "reference";
  return isFolded && !attribute.caseExact ? fold(text) : text;
}

function checkOperator(
  allowed: readonly CompareOperator[],
  operator: CompareOperator,
  name: string,
  kind: string,
): void {
  if (allowed.includes(operator)) return;
  throw ScimError.invalidFilter(
    `"${name}" is ${kind} and cannot be compared by ${operator}, only by ${allowed.join(", ")}.`,
  );
}

function toText(attribute: Attribute, value: CompareValue, name: string): Operand {
  if (typeof value !== "string") {
    throw ScimError.invalidFilter(`"${name}" is compared with a quoted string.`);
  }
  if (hasBrokenText(value)) {
    throw ScimError.invalidFilter(`The value compared with "${name}" holds a forbidden character.`);
  }
  return { type: "text", value: foldFor(attribute, value) };
}

// Entra sends `roles[primary eq "True"]`, a quoted boolean.
function toBoolean(value: CompareValue, name: string): Operand {
  const text = String(value).toLowerCase();
  if (typeof value === "number" || (text !== "true" && text !== "false")) {
    throw ScimError.invalidFilter(
      `"${name}" is a boolean and is compared with true or false, not ${typeof value === "string" ? sentText(value) : value}.`,
    );
  }
  return { type: "boolean", value: text === "true" };
}

function toNumber(value: CompareValue, name: string): Operand {
  if (typeof value !== "number") {
    throw ScimError.invalidFilter(`"${name}" is compared with an unquoted number.`);
  }
  return { type: "number", value };
}

function toInstant(value: CompareValue, name: string): Operand {
  const ms = typeof value === "string" ? parseDateTime(value) : undefined;
  if (ms === undefined) {
    throw ScimError.invalidFilter(
      `"${name}" is compared with a quoted dateTime such as "2026-01-31T12:00:00Z".`,
    );
  }
  return { type: "instant", ms };
}
