import type { AttributeTarget } from "#scim/attribute.ts";
import type { Operand, ResolvedFilter, ResolvedOperator } from "#scim/filter/syntax/ast.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import { isJsonObject, readMember } from "../json.ts";
import { contains } from "./contains.ts";

/**
 * Whether a folded resource (foldDocument) satisfies a filter (RFC 7644 §3.4.2.2). A comparison
 * with a multi-valued attribute holds when any of its values satisfies it; `not` denies the whole.
 */
export function matchesFilter(filter: ResolvedFilter, folded: JsonObject): boolean {
  switch (filter.kind) {
    case "and":
      return filter.filters.every((each) => matchesFilter(each, folded));
    case "or":
      return filter.filters.some((each) => matchesFilter(each, folded));
    case "not":
      return !matchesFilter(filter.filter, folded);
    case "present":
      return valuesOf(filter.target, folded).some(hasValue);
    case "compare":
      return valuesOf(filter.target, folded).some((value) =>
        compares(value, filter.operator, filter.operand),
      );
    case "some":
      return valuesOf(filter.target, folded).some((value) => matchesElement(filter.filter, value));
  }
}

/** Whether one folded value (foldElement) of a multi-valued attribute satisfies a valuePath's filter. */
export function matchesElement(filter: ResolvedFilter, foldedElement: JsonValue): boolean {
  const element = isJsonObject(foldedElement) ? foldedElement : { value: foldedElement };
  return matchesFilter(filter, element);
}

/** Orders texts by code point, as SQLite's BINARY collation orders their UTF-8. */
export function compareByCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const difference = codeUnitRank(a, at) - codeUnitRank(b, at);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function valuesOf(target: AttributeTarget, folded: JsonObject): readonly JsonValue[] {
  const holder = target.extension === undefined ? folded : readMember(folded, target.extension);
  const values = listOf(holder, target.attribute.name);
  const { subAttribute } = target;
  return subAttribute === undefined
    ? values
    : values.flatMap((value) => listOf(value, subAttribute.name));
}

function listOf(holder: JsonValue | undefined, name: string): readonly JsonValue[] {
  const value = isJsonObject(holder) ? readMember(holder, name) : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

/** RFC 7644 Table 3: `pr` wants a non-empty value, and of a complex attribute a non-empty node. */
function hasValue(value: JsonValue): boolean {
  if (value === null || value === "") return false;
  return typeof value !== "object" || Object.values(value).some(hasValue);
}

function compares(value: JsonValue, operator: ResolvedOperator, operand: Operand): boolean {
  switch (operand.type) {
    case "text":
      return typeof value === "string" && comparesText(value, operator, operand.value);
    case "address":
      return (
        typeof value === "string" && comparesText(operand.base + value, operator, operand.value)
      );
    case "boolean":
      return operator === "eq" && value === operand.value;
    case "number":
      return typeof value === "number" && comparesOrder(value - operand.value, operator);
    case "instant":
      return typeof value === "number" && comparesOrder(value - operand.ms, operator);
  }
}

function comparesText(text: string, operator: ResolvedOperator, other: string): boolean {
  switch (operator) {
    case "co":
      return contains(text, other);
    case "sw":
      return text.startsWith(other);
    case "ew":
      return text.endsWith(other);
    case "eq":
      return text === other;
    case "gt":
    case "ge":
    case "lt":
    case "le":
      return comparesOrder(compareByCodePoint(text, other), operator);
  }
}

function comparesOrder(difference: number, operator: ResolvedOperator): boolean {
  switch (operator) {
    case "eq":
      return difference === 0;
    case "gt":
      return difference > 0;
    case "ge":
      return difference >= 0;
    case "lt":
      return difference < 0;
    case "le":
      return difference <= 0;
    case "co":
    case "sw":
    case "ew":
      return false;
  }
}

/** Surrogates stand for code points above every other code unit, U+E000 to U+FFFF included. */
function codeUnitRank(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
