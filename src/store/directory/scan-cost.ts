import { type ResolvedFilter, termsIn } from "#scim/filter/syntax/ast.ts";
import type { Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { MEMBER_JOIN, membershipsOf } from "#store/filter/membership.ts";
import { type FilterTerm, membershipTerm } from "#store/filter/membership-terms.ts";
import { columnOf } from "#store/filter/target-column.ts";
import { isIndexOrder } from "./list-order.ts";

/**
 * What one walk over resources may cost D1, which answers one query at a time, in steps of about a
 * microsecond on the machine of bench/: that long every other connector waits.
 */
export const SCAN_STEPS_MAX = 250_000;

/** A walk that costs no more than a long page of a plain list is none: it is not counted as a scan. */
export const SMALL_SCAN_STEPS = 5_000;

/** SEMANTICS 6: a filter or an order without an index runs over at most this many resources. */
export const SCANNED_RESOURCES_MAX = 100_000;

/**
 * The steps of trying a filter and an order on one resource; `perByte` and `perElement` grow with it,
 * and the others with its memberships.
 */
export interface ScanCost {
  readonly perResource: number;
  /** For each byte of the folded document. */
  readonly perByte: number;
  /** For each element of a multi-valued attribute, of which there may be one for each 64 bytes. */
  readonly perElement: number;
  /** For each of its members or groups. */
  readonly perMember: number;
  /** For each byte of the folded document of such a member. */
  readonly perMemberByte: number;
}

const NOTHING: ScanCost = {
  perResource: 0,
  perByte: 0,
  perElement: 0,
  perMember: 0,
  perMemberByte: 0,
};
/** Finding the row and the length of its document, and judging it by its columns. */
const ROW: ScanCost = { ...NOTHING, perResource: 1 };
/** Reading the document; SQLite keeps it parsed for the terms on single values. */
const PARSED: ScanCost = { ...NOTHING, perResource: 0.4, perByte: 0.5 / 1024 };
/** Walking a multi-valued attribute: the document is parsed for each such term anew. */
const WALKED: ScanCost = { ...NOTHING, perResource: 1.5, perByte: 0.5 / 1024, perElement: 0.15 };
/** A term on a value of the document, and what a search inside a long text costs beyond that. */
const TERM: ScanCost = { ...NOTHING, perResource: 0.25, perByte: 0.1 / 1024 };
const TERM_IN_ELEMENT: ScanCost = { ...NOTHING, perByte: 0.1 / 1024, perElement: 0.25 };
const INSIDE_TEXT: ScanCost = { ...NOTHING, perByte: 0.8 / 1024 };
/** Of a part that is longer than names are, each character beyond costs this for each byte of the document. */
const SHORT_PART = 32;
const PER_BYTE_OF_LONG_PART = 0.01 / 1024;
/** Looking memberships up in an index of their own costs what a small document does. */
const LOOKED_UP: ScanCost = { ...NOTHING, perResource: 1 };
const NAME_LOOKED_UP: ScanCost = { ...NOTHING, perResource: 2 };
/** Walking the memberships of a resource, and a term on each. */
const MEMBERSHIPS: ScanCost = { ...NOTHING, perResource: 1, perMember: 0.9 };
const TERM_ON_MEMBER: ScanCost = { ...NOTHING, perMember: 0.3 };
/** Finding who the member is, whose name stands in a document. */
const NAME_OF_MEMBER: ScanCost = { ...NOTHING, perMember: 5, perMemberByte: 0.5 / 1024 };
/** Holding a value to sort by, which is a copy of it. */
const SORTED: ScanCost = { ...NOTHING, perResource: 0.5, perByte: 1 / 1024 };

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
 * The SQL of whether the walk over the resources of a type stays within so many steps; `condition` is
 * what stands behind WHERE. It reads the lengths of the documents alone, counts memberships only where
 * they are walked, and stops where it must be too much.
 */
export function isWithinSteps(
  type: TypeName,
  condition: string,
  cost: ScanCost,
  stepsMax: number,
): string {
  const { perResource, perByte, perElement, perMember } = cost;
  const steps = `${perResource} + ${perByte} * bytes + ${perElement} * min(100, bytes / 64.0)`;
  const resources = `SELECT coalesce(sum(${steps}), 0) AS steps FROM (SELECT octet_length(resources.folded) AS bytes
    FROM resources WHERE ${condition} LIMIT ${resourcesWithin(cost, stepsMax) + 1})`;
  if (perMember === 0) return `(SELECT steps <= ${stepsMax} FROM (${resources}))`;
  const members = memberSteps(type, condition, cost, stepsMax);
  return `(SELECT CASE WHEN steps > ${stepsMax} THEN 0 ELSE steps + (${members}) <= ${stepsMax} END
    FROM (${resources}))`;
}

/** Reading a membership out for a filter in memory, as a PATCH does. */
const READ_OUT: ScanCost = { ...NOTHING, perMember: 1 };

/** The SQL of whether all members of a group can be read, with their names or without, within so many steps. */
export function isWithinMemberSteps(where: string, withNames: boolean, stepsMax: number): string {
  const { perMember, perMemberByte } = sumOf([
    MEMBERSHIPS,
    READ_OUT,
    ...(withNames ? [NAME_OF_MEMBER] : []),
  ]);
  const limit = Math.floor(stepsMax / perMember) + 1;
  const [bytes, join] = withNames ? ["octet_length(r.doc)", MEMBER_JOIN] : ["0", ""];
  return `(SELECT coalesce(sum(${perMember} + ${perMemberByte} * bytes), 0) <= ${stepsMax}
    FROM (SELECT ${bytes} AS bytes FROM group_members AS m ${join} ${where} LIMIT ${limit}))`;
}

/** A SELECT of the steps that the memberships of resources take, of no more than may be. */
function memberSteps(
  type: TypeName,
  condition: string,
  { perMember, perMemberByte }: ScanCost,
  stepsMax: number,
): string {
  const limit = Math.floor(stepsMax / perMember) + 1;
  const rows = membershipsOf(type, perMemberByte > 0);
  const bytes = perMemberByte > 0 ? "octet_length(r.folded)" : "0";
  return `SELECT coalesce(sum(${perMember} + ${perMemberByte} * bytes), 0)
    FROM (SELECT ${bytes} AS bytes FROM resources CROSS JOIN ${rows} WHERE ${condition} LIMIT ${limit})`;
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
    case "present":
    case "some":
    case "compare":
      return membershipCosts(filter) ?? termCost(filter, isInElement);
  }
}

function termCost(filter: FilterTerm, isInElement: boolean): readonly ScanCost[] {
  switch (filter.kind) {
    case "some":
      return [WALKED, ...termCosts(filter.filter, true)];
    case "present":
      return valueCosts(filter.target, isInElement);
    case "compare": {
      return [...valueCosts(filter.target, isInElement), ...searchCosts(filter)];
    }
  }
}

/** What looking inside of a text costs: SQLite tries a long part anew at each place where it may begin. */
function searchCosts({ operator, operand }: Comparison): readonly ScanCost[] {
  if (operator === "ew") return [INSIDE_TEXT];
  if (operator !== "co") return [];
  const length = operand.type === "text" || operand.type === "address" ? operand.value.length : 0;
  const beyond = Math.max(0, length - SHORT_PART);
  return [{ ...NOTHING, perByte: INSIDE_TEXT.perByte + beyond * PER_BYTE_OF_LONG_PART }];
}

type Comparison = Extract<ResolvedFilter, { kind: "compare" }>;

/** What a term on `members` or `groups` costs; undefined for a term on anything else. */
function membershipCosts(filter: FilterTerm): readonly ScanCost[] | undefined {
  const term = membershipTerm(filter);
  switch (term?.kind) {
    case undefined:
      return undefined;
    case "any":
      return [LOOKED_UP];
    case "alternatives":
      return term.terms.flatMap((each) => membershipCosts(each) ?? []);
    case "element":
      return term.lookup === undefined
        ? [MEMBERSHIPS, ...memberCosts(term.filter, term.readsName)]
        : [LOOKED_UP, ...(term.readsName ? [NAME_LOOKED_UP] : [])];
  }
}

/** What it costs to try the filter of an element, and to find its name, on one membership. */
export function memberCosts(filter: ResolvedFilter, readsName: boolean): readonly ScanCost[] {
  const terms = Array.from({ length: termsIn(filter) }, () => TERM_ON_MEMBER);
  return readsName ? [...terms, NAME_OF_MEMBER] : terms;
}

type Target = Exclude<Sort["by"], "creation">;

/** What it costs to have the value of a target before one: nothing but the row where a column holds it. */
function valueCosts(target: Target, isInElement: boolean): readonly ScanCost[] {
  if (isInElement) return [TERM_IN_ELEMENT];
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
    perMember: sum.perMember + cost.perMember,
    perMemberByte: sum.perMemberByte + cost.perMemberByte,
  }));
}
