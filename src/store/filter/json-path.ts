import type { Attribute, AttributeTarget } from "#scim/attribute.ts";
import { findSubAttribute } from "#scim/schema/registry.ts";

/**
 * A value in SQL: its expression, and whether it is an object whose members can be read. Where the
 * members are no JSON, `columns` has the expression of each.
 */
export interface JsonSource {
  readonly text: string;
  readonly isObject: boolean;
  readonly columns?: Readonly<Record<string, string>>;
}

/** Where a target's values are: `value` in each row of `list`, or `value` alone where it has no list. */
export interface JsonPlace {
  readonly list: string | undefined;
  readonly value: string;
}

/**
 * What marks a folded document that the connector's declarations have left behind, until it is read anew. No
 * attribute has such a name.
 */
export const UNREAD = jsonPath(["~unread"]);

/** The folded document of a resource. */
export const FOLDED: JsonSource = { text: "resources.folded", isObject: true };

/** Finds the SQL that reads a target's values out of a JSON source. */
export function placeOf(target: AttributeTarget, source: JsonSource): JsonPlace {
  const { attribute, subAttribute } = target;
  const column = source.columns?.[attribute.name];
  if (column !== undefined) return { list: undefined, value: column };
  if (!source.isObject) return { list: undefined, value: source.text };
  const names = subAttribute === undefined ? [] : [subAttribute.name];
  if (!attribute.multiValued) {
    const path = pathText([...outerNames(target), ...names]);
    return subAttribute?.multiValued
      ? { list: `json_each(${source.text}, ${path}) AS s`, value: "s.value" }
      : { list: undefined, value: `(${source.text} ->> ${path})` };
  }
  // Inside of an element, whose row is called e, its own parts need another name.
  if (source !== FOLDED) {
    return {
      list: `json_each(${source.text}, ${pathText(outerNames(target))}) AS s`,
      value: "s.value",
    };
  }
  const list = listText(target, source);
  if (subAttribute === undefined) return { list, value: "e.value" };
  const part = pathText(names);
  return subAttribute.multiValued
    ? { list: `${list}, json_each(e.value, ${part}) AS s`, value: "s.value" }
    : { list, value: `(e.value ->> ${part})` };
}

/** The rows that hold the values of a multi-valued target, and one such value as a source. */
export function elementsOf(target: AttributeTarget): { list: string; element: JsonSource } {
  return {
    list: listText(target, FOLDED),
    element: { text: "e.value", isObject: isComplex(target.attribute) },
  };
}

/**
 * The SQL of the value that a resource is sorted by (RFC 7644 §3.4.2.3): of several the primary one,
 * or else the first.
 */
export function sortedValue(target: AttributeTarget): string {
  const { list, value } = placeOf(target, FOLDED);
  if (list === undefined) return value;
  const hasPrimary = findSubAttribute(target.attribute, "primary") !== undefined;
  const isOfElements = target.attribute.multiValued;
  const keys = [
    ...(isOfElements && hasPrimary ? [`(e.value ->> '$."primary"') IS 1 DESC`] : []),
    ...(isOfElements ? ["e.key"] : []),
    ...(target.subAttribute?.multiValued ? ["s.key"] : []),
  ];
  return `(SELECT ${value} FROM ${list} ORDER BY ${keys.join(", ")} LIMIT 1)`;
}

function listText(target: AttributeTarget, source: JsonSource): string {
  return `json_each(${source.text}, ${pathText(outerNames(target))}) AS e`;
}

function outerNames({ extension, attribute }: AttributeTarget): readonly string[] {
  return extension === undefined ? [attribute.name] : [extension, attribute.name];
}

function isComplex(attribute: Attribute): boolean {
  return attribute.type === "complex";
}

/** The JSON path of a member within members; the names of schemas and attributes need no escapes. */
export function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `."${name}"`).join("")}`;
}

/** A JSON path as a SQL literal. Its names come from schemas, never from a request. */
function pathText(names: readonly string[]): string {
  return `'${jsonPath(names).replaceAll("'", "''")}'`;
}
