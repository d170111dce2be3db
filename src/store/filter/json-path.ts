import { exists, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Attribute, AttributeTarget } from "#scim/attribute.ts";
import type { SortValue } from "#scim/list/sort.ts";
import { findSubAttribute } from "#scim/schema/registry.ts";
import { jsonEach } from "#store/rows.ts";
import { resources } from "#store/schema.ts";
import { build, literal, named } from "#store/statement.ts";

/**
 * A value in SQL: its expression, and whether it is an object whose members can be read. Where the
 * members are no JSON, `columns` has the expression of each.
 */
export interface JsonExpression {
  readonly value: SQLWrapper;
  readonly isObject: boolean;
  readonly columns?: Readonly<Record<string, SQLWrapper>>;
}

/** Where a target's values are: `value` in each row of the tables `list`, or `value` alone without a list. */
export interface JsonPlace {
  readonly list: SQL | undefined;
  readonly value: SQLWrapper;
}

/**
 * What marks a folded document that the connector's declarations have left behind, until it is read anew. No
 * attribute has such a name.
 */
export const UNREAD = jsonPath(["~unread"]);

/** The folded document of a resource. */
export const FOLDED: JsonExpression = { value: resources.folded, isObject: true };

/** Finds the SQL that reads a target's values out of a JSON expression. */
export function placeOf(target: AttributeTarget, expression: JsonExpression): JsonPlace {
  const { attribute, subAttribute } = target;
  const column = expression.columns?.[attribute.name];
  if (column !== undefined) return { list: undefined, value: column };
  if (!expression.isObject) return { list: undefined, value: expression.value };
  const names = subAttribute === undefined ? [] : [subAttribute.name];
  if (!attribute.multiValued) {
    const path = pathOf([...outerNames(target), ...names]);
    return subAttribute?.multiValued
      ? partsOf(expression.value, path)
      : { list: undefined, value: sql`(${expression.value} ->> ${path})` };
  }
  // Inside of an element, whose row is called e, its own parts need another name.
  if (expression !== FOLDED) return partsOf(expression.value, pathOf(outerNames(target)));
  const { table, value } = rowsIn(target);
  if (subAttribute === undefined) return { list: table, value };
  const part = pathOf(names);
  if (!subAttribute.multiValued) return { list: table, value: sql`(${value} ->> ${part})` };
  const parts = partsOf(value, part);
  return { list: sql`${table}, ${parts.list}`, value: parts.value };
}

/** The values of a multi-valued part. */
function partsOf(json: SQLWrapper, path: SQL): JsonPlace {
  const { table, value } = jsonEach(json, PARTS, path);
  return { list: table, value };
}

/** What the rows of json_each are called: of a multi-valued attribute, and of a part that has several values. */
const ELEMENTS = "e";
const PARTS = "s";

/** The rows that hold the values of a multi-valued target, and one such value as an expression. */
export function elementsOf(target: AttributeTarget): { list: SQL; element: JsonExpression } {
  const { table, value } = rowsIn(target);
  return { list: table, element: { value, isObject: isComplex(target.attribute) } };
}

/** The condition that there is a row with it in the tables of a list. */
export function existsIn(list: SQL, condition: SQL): SQL {
  return exists(
    build
      .select(named({ one: literal(1) }))
      .from(list)
      .where(condition),
  );
}

/**
 * The SQL of the value that a resource is sorted by (RFC 7644 §3.4.2.3): of several the primary one,
 * or else the first.
 */
export function sortedValue(target: AttributeTarget): SQL<SortValue> {
  const { list, value } = placeOf(target, FOLDED);
  if (list === undefined) return sql`${value}`;
  const hasPrimary = findSubAttribute(target.attribute, "primary") !== undefined;
  const isOfElements = target.attribute.multiValued;
  const elements = rowsIn(target);
  const isPrimary = sql`(${elements.value} ->> ${pathOf(["primary"])}) is 1 desc`;
  const keys = [
    ...(isOfElements && hasPrimary ? [isPrimary] : []),
    ...(isOfElements ? [elements.key] : []),
    ...(target.subAttribute?.multiValued ? [jsonEach(value, PARTS).key] : []),
  ];
  const first = build
    .select(named({ value: sql`${value}` }))
    .from(list)
    .orderBy(...keys)
    .limit(1);
  return sql`${first}`;
}

function rowsIn(target: AttributeTarget) {
  return jsonEach(FOLDED.value, ELEMENTS, pathOf(outerNames(target)));
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

/** A JSON path as a constant of the statement. Its names come from schemas, never from a request. */
function pathOf(names: readonly string[]): SQL<string> {
  return literal(jsonPath(names));
}
