import { and, type Placeholder, type SQL, sql } from "drizzle-orm";
import { type ResolvedFilter, termsIn } from "#scim/filter/syntax/ast.ts";
import type { Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { isMembershipOf, joinsMember, membership, other } from "#store/filter/membership.ts";
import { type FilterTerm, membershipTerm } from "#store/filter/membership-terms.ts";
import { columnOf } from "#store/filter/target-column.ts";
import { resources } from "#store/schema.ts";
import { build, type Givens, literal, named } from "#store/statement.ts";
import { isIndexOrder } from "./list-order.ts";

/**
 * What one walk over resources may cost D1, which answers one query at a time, in steps of about a
 * microsecond on the machine of bench/: that long every other connector waits.
 */
export const SCAN_STEPS_MAX = 250_000;

/** A walk that costs no more than a long page of a plain list is none: it is not counted as a scan. */
export const SMALL_SCAN_STEPS = 5_000;

/** A filter or an order without an index runs over at most this many resources. */
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

/** A cost and its limit as a statement is given them: they differ where its text does not. */
export interface GivenCost {
  readonly perResource: number;
  readonly perByte: number;
  readonly perElement: number;
  readonly perMember: number;
  readonly perMemberByte: number;
  readonly stepsMax: number;
  readonly resourcesMax: number;
  readonly resourcesRead: number;
  readonly membersRead: number;
}

/** A cost and the steps that it may take at most, for isWithinSteps. */
export function givenCost(cost: ScanCost, stepsMax: number): Readonly<GivenCost> {
  const resourcesMax = resourcesWithin(cost, stepsMax);
  const membersRead = cost.perMember === 0 ? 0 : Math.floor(stepsMax / cost.perMember) + 1;
  return { ...cost, stepsMax, resourcesMax, resourcesRead: resourcesMax + 1, membersRead };
}

/** GivenCost by the names that it has in statements. */
export const GIVEN_COST: Givens<GivenCost> = {
  perResource: sql.placeholder("perResource"),
  perByte: sql.placeholder("perByte"),
  perElement: sql.placeholder("perElement"),
  perMember: sql.placeholder("perMember"),
  perMemberByte: sql.placeholder("perMemberByte"),
  stepsMax: sql.placeholder("stepsMax"),
  resourcesMax: sql.placeholder("resourcesMax"),
  resourcesRead: sql.placeholder("resourcesRead"),
  membersRead: sql.placeholder("membersRead"),
};

/**
 * The SQL of whether the walk over the resources of a type stays within the given steps, for a filter and
 * an order of such a cost; `condition` is what the walk asks. It reads the lengths of the documents alone,
 * counts memberships only where they are walked, and stops where it must be too much.
 */
export function isWithinSteps(
  type: TypeName,
  condition: SQL | undefined,
  { perMember, perMemberByte }: ScanCost,
): SQL<number> {
  const given = GIVEN_COST;
  const walked = build
    .select(named({ bytes: sql<number>`octet_length(${resources.folded})` }))
    .from(resources)
    .where(condition)
    .limit(given.resourcesRead)
    .as("walked");
  const each = sql`${given.perResource} + ${given.perByte} * ${walked.bytes}
    + ${given.perElement} * min(100, ${walked.bytes} / 64.0)`;
  const walk = build
    .select(named({ steps: sql<number>`coalesce(sum(${each}), 0)` }))
    .from(walked)
    .as("walk");
  const members = () => memberSteps(type, condition, perMemberByte > 0);
  const isWithin =
    perMember === 0
      ? sql`${walk.steps} <= ${given.stepsMax}`
      : sql`case when ${walk.steps} > ${given.stepsMax} then 0
          else ${walk.steps} + ${members()} <= ${given.stepsMax} end`;
  return sql`${build.select(named({ isWithin })).from(walk)}`;
}

/** Reading a membership out for a filter in memory, as a PATCH does. */
const READ_OUT: ScanCost = { ...NOTHING, perMember: 1 };

/** What reading a membership out takes, with the name of the member or without. */
function readingCost(withNames: boolean): ScanCost {
  return sumOf([MEMBERSHIPS, READ_OUT, ...(withNames ? [NAME_OF_MEMBER] : [])]);
}

/** How many members of a group can be read within so many steps, however short their documents are. */
export function membersWithin(withNames: boolean, stepsMax: number): number {
  return Math.floor(stepsMax / readingCost(withNames).perMember);
}

/**
 * The SQL of whether all memberships of a group, those for which a condition holds, can be read with their
 * names or without within the given steps; membersRead is one more than membersWithin.
 */
export function isWithinMemberSteps(
  inGroup: SQL | undefined,
  withNames: boolean,
  given: { readonly stepsMax: Placeholder; readonly membersRead: Placeholder },
): SQL<number> {
  const { perMember, perMemberByte } = readingCost(withNames);
  const read = withNames
    ? build
        .select(named({ bytes: sql<number>`octet_length(${other.doc})` }))
        .from(membership)
        .crossJoin(other)
        .where(and(joinsMember(), inGroup))
    : build
        .select(named({ bytes: sql<number>`0` }))
        .from(membership)
        .where(inGroup);
  const members = read.limit(given.membersRead).as("members");
  const steps = sql`${literal(perMember)} + ${literal(perMemberByte)} * ${members.bytes}`;
  const isWithin = sql`coalesce(sum(${steps}), 0) <= ${given.stepsMax}`;
  return sql`${build.select(named({ isWithin })).from(members)}`;
}

/** A SELECT of the steps that the memberships of resources take, of no more than may be. */
function memberSteps(
  type: TypeName,
  condition: SQL | undefined,
  readsMember: boolean,
): SQL<number> {
  const given = GIVEN_COST;
  const walked = readsMember
    ? build
        .select(named({ bytes: sql<number>`octet_length(${other.folded})` }))
        .from(resources)
        .crossJoin(membership)
        .crossJoin(other)
        .where(and(isMembershipOf(type, true), condition))
    : build
        .select(named({ bytes: sql<number>`0` }))
        .from(resources)
        .crossJoin(membership)
        .where(and(isMembershipOf(type, false), condition));
  const members = walked.limit(given.membersRead).as("members");
  const steps = sql`coalesce(sum(${given.perMember} + ${given.perMemberByte} * ${members.bytes}), 0)`;
  return sql`${build.select(named({ steps })).from(members)}`;
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
