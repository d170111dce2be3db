import type { ResolvedFilter } from "#scim/filter/ast.ts";
import type { Sort } from "#scim/sort.ts";
import { isKeyTarget } from "./filter-index.ts";
import { isIndexOrder } from "./list-order.ts";
import { columnOf } from "./target-column.ts";

/**
 * What one walk over resources may cost D1, which answers one query at a time, in steps of about a
 * microsecond on the machine of bench/: that long every other connector waits.
 */
export const SCAN_STEPS_MAX = 250_000;

/** A walk that costs no more than a long page of a plain list is none: it is not counted as a scan. */
export const SMALL_SCAN_STEPS = 5_000;

/** SEMANTICS 6: a filter or an order without an index runs over at most this many resources. */
export const SCANNED_RESOURCES_MAX = 100_000;

/** The steps of trying a filter and an order on one resource; `perByte` and `perElement` grow with it. */
export interface ScanCost {
  readonly perResource: number;
  /** For each byte of the folded document. */
  readonly perByte: number;
  /** For each element of a multi-valued attribute, of which there may be one for each 64 bytes. */
  readonly perElement: number;
}

/** Finding the row and the length of its document, and judging it by its columns. */
const ROW: ScanCost = { perResource: 1, perByte: 0, perElement: 0 };
/** Reading the document; SQLite keeps it parsed for the terms on single values. */
const PARSED: ScanCost = { perResource: 0.4, perByte: 0.5 / 1024, perElement: 0 };
/** Walking a multi-valued attribute: the document is parsed for each such term anew. */
const WALKED: ScanCost = { perResource: 1.5, perByte: 0.5 / 1024, perElement: 0.15 };
/** A term on a value of the document, and what a search inside a long text costs beyond that. */
const TERM: ScanCost = { perResource: 0.25, perByte: 0.1 / 1024, perElement: 0 };
const TERM_IN_ELEMENT: ScanCost = { perResource: 0, perByte: 0.1 / 1024, perElement: 0.25 };
const INSIDE_TEXT: ScanCost = { perResource: 0, perByte: 0.8 / 1024, perElement: 0 };
/** Holding a value to sort by, which is a copy of it. */
const SORTED: ScanCost = { perResource: 0.5, perByte: 1 / 1024, perElement: 0 };

/** What a filter, if there is one, and an order cost on each resource that they are tried on. */
export function scanCost(filter: ResolvedFilter | undefined, sort: Sort): ScanCost {
  const terms = filter === undefined ? [] : termCosts(filter, false);
  const { by } = sort;
  const isSorted = by !== "creation" && !isIndexOrder(sort);
  const key = isSorted ? [SORTED, ...valueCosts(by, false)] : [];
  const all = [...terms, ...key];
  return sumOf([ROW, ...(all.some(readsDocument) ? [PARSED] : []), ...all]);
}

/**
 * The SQL of whether the walk over some resources stays within so many steps; `source` is what
 * stands behind FROM. It reads the lengths of the documents alone, and stops where it must be too much.
 */
export function isWithinSteps(source: string, cost: ScanCost, stepsMax: number): string {
  const { perResource, perByte, perElement } = cost;
  const steps = `${perResource} + ${perByte} * bytes + ${perElement} * min(100, bytes / 64.0)`;
  return `(SELECT coalesce(sum(${steps}), 0) <= ${stepsMax} FROM (SELECT octet_length(resources.folded) AS bytes
    FROM ${source} LIMIT ${resourcesWithin(cost, stepsMax) + 1}))`;
}

/** How many resources there may be at most, however short they are. */
export function resourcesWithin({ perResource }: ScanCost, stepsMax: number): number {
  return Math.min(SCANNED_RESOURCES_MAX, Math.floor(stepsMax / perResource));
}

function termCosts(filter: ResolvedFilter, isInElement: boolean): readonly ScanCost[] {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.flatMap((term) => termCosts(term, isInElement));
    case "not":
      return termCosts(filter.filter, isInElement);
    case "some":
      return [WALKED, ...termCosts(filter.filter, true)];
    case "present":
      return valueCosts(filter.target, isInElement);
    case "compare": {
      const { target, operator } = filter;
      const isInside = operator === "co" || operator === "ew";
      return [...valueCosts(target, isInElement), ...(isInside ? [INSIDE_TEXT] : [])];
    }
  }
}

type Target = Exclude<Sort["by"], "creation">;

/** What it costs to have the value of a target before one: nothing but the row where a column holds it. */
function valueCosts(target: Target, isInElement: boolean): readonly ScanCost[] {
  if (isInElement) return [TERM_IN_ELEMENT];
  const isMembership = isKeyTarget(target, "members") || isKeyTarget(target, "groups");
  // Memberships are looked up in an index of their own; that costs what a small document does.
  if (isMembership) return [{ perResource: 1, perByte: 0, perElement: 0 }];
  if (columnOf(target, "User") !== undefined) return [{ ...TERM, perByte: 0 }];
  return target.attribute.multiValued ? [WALKED, TERM_IN_ELEMENT] : [TERM];
}

function readsDocument({ perByte }: ScanCost): boolean {
  return perByte > 0;
}

function sumOf(costs: readonly ScanCost[]): ScanCost {
  return costs.reduce((sum, cost) => ({
    perResource: sum.perResource + cost.perResource,
    perByte: sum.perByte + cost.perByte,
    perElement: sum.perElement + cost.perElement,
  }));
}
