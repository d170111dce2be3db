import type { Position, Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { isName } from "#store/filter/indexed.ts";
import { sortedValue } from "#store/filter/json-path.ts";
import { columnOf } from "#store/filter/target-column.ts";
import type { Parameters } from "#store/parameters.ts";

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
  readonly id: string;
  readonly value: string;
}

/** Whether an index of `resources` has the order: that of creation, or that of the names. */
export function isIndexOrder({ by }: Sort): boolean {
  return by === "creation" || isName(by);
}

/** The SQL of the value that resources are sorted by; NULL in the order of creation. */
export function sortValueText(type: TypeName, { by }: Sort): string {
  if (by === "creation") return "NULL";
  return columnOf(by, type) ?? sortedValue(by);
}

/** The ORDER BY of a sort: unassigned values last or, descending, first; equal ones by id. */
export function orderText(type: TypeName, sort: Sort, { id, value }: OrderColumns): string {
  const { by, isDescending } = sort;
  if (by === "creation") return isDescending ? `${id} DESC` : id;
  const direction = isDescending ? "DESC" : "ASC";
  // Users have names of their own: without a second term the index gives the order alone.
  if (isName(by)) return `${value} ${direction}${type === "User" ? "" : `, ${id}`}`;
  return `${value} ${direction} NULLS ${isDescending ? "FIRST" : "LAST"}, ${id}`;
}

/** The condition that a resource stands on the rest of the list from the page's start on. */
export function startCondition(
  sort: Sort,
  start: PageStart,
  { id, value }: OrderColumns,
  parameters: Parameters,
): string {
  if (start.kind === "offset") return "1";
  const { position } = start;
  const shownId = parameters.bind(position.id);
  if (sort.by === "creation") return `${id} ${sort.isDescending ? "<" : ">"} ${shownId}`;
  if (position.value === null) {
    const isLater = `${value} IS NULL AND ${id} > ${shownId}`;
    return sort.isDescending ? `(${value} IS NOT NULL OR (${isLater}))` : `(${isLater})`;
  }
  const shown = parameters.bind(position.value);
  const operator = sort.isDescending ? "<" : ">";
  // The first term is implied by the second: it is the range that an index can be read by.
  const behind = `${value} ${operator}= ${shown} AND (${value} ${operator} ${shown} OR ${id} > ${shownId})`;
  const isUnassignedLast = !sort.isDescending && !isIndexOrder(sort);
  return isUnassignedLast ? `((${behind}) OR ${value} IS NULL)` : behind;
}

/** How many resources a statement must pass over before the page. */
export function offsetOf(start: PageStart): number {
  return start.kind === "offset" ? start.offset : 0;
}
