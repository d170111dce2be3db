import {
  and,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  lte,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { Position, Sort, SortValue } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { isName } from "#store/filter/indexed.ts";
import { sortedValue } from "#store/filter/json-path.ts";
import { targetShape } from "#store/filter/operands.ts";
import { columnOf } from "#store/filter/target-column.ts";
import type { Value } from "#store/statement.ts";

/** Where a page of a list begins: after so many resources, or behind the one that was shown last. */
export type PageStart =
  | { readonly kind: "offset"; readonly offset: number }
  | { readonly kind: "behind"; readonly position: Position };

/** A part of a list. */
export interface Page {
  readonly start: PageStart;
  readonly count: number;
}

/** The columns under which a statement has what a list is sorted by. */
export interface OrderColumns {
  readonly id: SQLWrapper;
  readonly value: SQLWrapper;
}

/** Whether an index of `resources` has the order: that of creation, or that of the names. */
export function isIndexOrder({ by }: Sort): boolean {
  return by === "creation" || isName(by);
}

/** The value that resources are sorted by; NULL in the order of creation. */
export function sortValue(type: TypeName, { by }: Sort): SQL<SortValue> {
  if (by === "creation") return sql`null`;
  const column = columnOf(by, type);
  return column === undefined ? sortedValue(by) : sql`${column}`;
}

/** The ORDER BY of a sort: unassigned values last or, descending, first; equal ones by id. */
export function orderTerms(
  type: TypeName,
  { by, isDescending }: Sort,
  { id, value }: OrderColumns,
): SQL[] {
  if (by === "creation") return [isDescending ? sql`${id} desc` : sql`${id}`];
  const direction = isDescending ? sql`${value} desc` : sql`${value} asc`;
  // Users have names of their own: without a second term the index gives the order alone.
  if (isName(by)) return type === "User" ? [direction] : [direction, sql`${id}`];
  return [isDescending ? sql`${direction} nulls first` : sql`${direction} nulls last`, sql`${id}`];
}

/** What tells a sort and the kind of a page's start apart, beside the values of givenStart. */
export function orderShape({ by, isDescending }: Sort, start: PageStart): string {
  const sort = by === "creation" ? by : targetShape(by);
  const behind = start.kind === "behind" && start.position.value === null ? "unassigned" : "";
  return `${sort} ${isDescending} ${start.kind} ${behind}`;
}

/** The values of a page's start, as the statement is given them. */
export function givenStart(start: PageStart): Readonly<Record<string, Value>> {
  if (start.kind === "offset") return { offset: start.offset };
  const { id, value } = start.position;
  return { offset: 0, shownId: id, shownValue: value };
}

/** The condition that a resource stands on the rest of the list from the page's start on. */
export function startCondition(
  sort: Sort,
  start: PageStart,
  { id, value }: OrderColumns,
): SQL | undefined {
  if (start.kind === "offset") return undefined;
  const shownId = sql.placeholder("shownId");
  const { isDescending } = sort;
  if (sort.by === "creation") return isDescending ? lt(id, shownId) : gt(id, shownId);
  if (start.position.value === null) {
    const isLater = and(isNull(value), gt(id, shownId));
    return isDescending ? or(isNotNull(value), isLater) : isLater;
  }
  const shown = sql.placeholder("shownValue");
  // The first term is implied by the second: it is the range that an index can be read by.
  const behind = isDescending
    ? and(lte(value, shown), or(lt(value, shown), gt(id, shownId)))
    : and(gte(value, shown), or(gt(value, shown), gt(id, shownId)));
  const isUnassignedLast = !isDescending && !isIndexOrder(sort);
  return isUnassignedLast ? or(behind, isNull(value)) : behind;
}

/** How many resources a statement must pass over before the page. */
export function offsetOf(start: PageStart): number {
  return start.kind === "offset" ? start.offset : 0;
}
