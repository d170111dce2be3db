import { and, eq, gte, inArray, isNull, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import type { TypeName } from "#scim/ports.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { shownName } from "#store/resources.ts";
import { groupMembers, resources } from "#store/schema.ts";
import { build, fixed, indexedBy, literal, named } from "#store/statement.ts";
import type { JsonExpression } from "./json-path.ts";
import { type FilterTerm, type MembershipLookup, membershipTerm } from "./membership-terms.ts";
import { isCutName, type Operands } from "./operands.ts";

/** A membership, and the resource at its other end where it is joined. */
export const membership = alias(groupMembers, "m");
export const other = alias(resources, "r");

/** The condition that `other` is the member. */
export const joinsMember = fixed(
  () =>
    sql`${and(
      eq(other.connectorId, membership.connectorId),
      eq(other.type, membership.memberType),
      eq(other.id, membership.memberId),
      isNull(other.deletedAt),
    )}`,
);

/** One side of memberships. */
interface Side {
  /** Whose memberships they are. */
  readonly own: () => SQL<string>;
  /** The memberships as they are found by the other end. */
  readonly byOther: () => SQL;
  /** The condition that `other` is at the other end. */
  readonly joins: () => SQL;
  /** A membership as a filter sees it: folded, `$ref` below the base URL. */
  readonly element: () => JsonExpression;
}

const OF_GROUPS: Side = {
  own: fixed(() => sql`${membership.groupId}`),
  // Without the hint SQLite walks all memberships of the connector where the member's type is read as well.
  byOther: fixed(() => indexedBy(groupMembers, membership, "group_members_member")),
  joins: joinsMember,
  element: elementOf({
    value: () => sql`${membership.memberId}`,
    $ref: () => sql`(${membership.memberType} || 's/' || ${membership.memberId})`,
    type: () => sql`lower(${membership.memberType})`,
    display: () =>
      shownName(sql`coalesce(${other.folded} ->> '$."displayName"', ${other.nameKey})`),
  }),
};

const OF_USERS: Side = {
  own: fixed(() => sql`${membership.memberId}`),
  byOther: fixed(() => indexedBy(groupMembers, membership)),
  joins: fixed(
    () =>
      sql`${and(
        eq(other.connectorId, membership.connectorId),
        eq(other.type, literal("Group")),
        eq(other.id, membership.groupId),
        isNull(other.deletedAt),
      )}`,
  ),
  element: elementOf({
    value: () => sql`${membership.groupId}`,
    $ref: () => sql`('Groups/' || ${membership.groupId})`,
    type: () => literal("direct"),
    display: () => shownName(sql`${other.nameKey}`),
  }),
};

/** A membership whose sub-attributes are SQL expressions. */
function elementOf(columns: Readonly<Record<string, () => SQL>>): () => JsonExpression {
  const written = Object.entries(columns).map(([name, column]) => [name, fixed(column)] as const);
  return () => ({
    value: literal(""),
    isObject: true,
    columns: Object.fromEntries(written.map(([name, column]) => [name, column()])),
  });
}

function sideOf(type: TypeName): Side {
  return type === "Group" ? OF_GROUPS : OF_USERS;
}

/** The condition that a membership is of `resources` of a type; where asked for, with `other` at its other end. */
export function isMembershipOf(type: TypeName, withOther: boolean): SQL | undefined {
  const { own, joins } = sideOf(type);
  return and(
    eq(membership.connectorId, resources.connectorId),
    eq(own(), resources.id),
    withOther ? joins() : undefined,
  );
}

/** What a term on memberships is compiled into. */
interface Context {
  readonly connector: SQLWrapper;
  readonly operands: Operands;
  /** Whether a term and-ed with this one finds the resource by a key of its own. */
  readonly isKeyed: boolean;
  readonly compileElement: (filter: ResolvedFilter, element: JsonExpression) => SQL;
}

/**
 * The SQL of a term on `members` (of groups) or `groups` (of users), whose values are rows of
 * group_members and never stand in the document; undefined for a term on anything else.
 */
export function membershipCondition(filter: FilterTerm, context: Context): SQL | undefined {
  const term = membershipTerm(filter);
  if (term === undefined) return undefined;
  const side = sideOf(filter.target.attribute === MEMBERS ? "Group" : "User");
  const mine = sql`${OF_CONNECTOR()} = ${context.connector} and ${side.own()} = ${OWN_ID()}`;
  switch (term.kind) {
    case "any":
      // Whatever part of a membership is asked for, each of them has it.
      return sql`exists (${MEMBERSHIPS()} where ${mine})`;
    case "alternatives":
      return or(...term.terms.map((each) => membershipCondition(each, context))) ?? literal(0);
    case "element": {
      const condition = context.compileElement(term.filter, side.element());
      // Where another term finds the one resource, only its memberships are asked, not the whole list.
      if (term.lookup === undefined || context.isKeyed) {
        return term.readsName
          ? sql`exists (${MEMBERSHIPS_AND_OTHER()} where ${side.joins()} and ${mine} and ${condition})`
          : sql`exists (${MEMBERSHIPS()} where ${mine} and ${condition})`;
      }
      return inArray(
        resources.id,
        term.lookup.by === "value"
          ? idsByOther(side, term.readsName, condition, context)
          : idsByGroupName(side, term.lookup, condition, context),
      );
    }
  }
}

const OF_CONNECTOR = fixed(() => sql`${membership.connectorId}`);
const OWN_ID = fixed(() => sql`${resources.id}`);
const MEMBERSHIPS = fixed(() => selectOne().from(membership).getSQL());
const MEMBERSHIPS_AND_OTHER = fixed(() => selectOne().from(membership).crossJoin(other).getSQL());

function selectOne() {
  return build.select(named({ one: literal(1) }));
}

/** Whose the memberships are that the other end finds. */
function idsByOther(
  { own, byOther, joins }: Side,
  readsName: boolean,
  condition: SQL,
  { connector }: Context,
): SQLWrapper {
  const select = build.select(named({ id: own() }));
  const ofConnector = eq(membership.connectorId, connector);
  return readsName
    ? select
        .from(byOther())
        .crossJoin(other)
        .where(and(joins(), ofConnector, condition))
    : select.from(byOther()).where(and(ofConnector, condition));
}

/** Whose the memberships are in the groups that are shown under a name; a long one is shown in part. */
function idsByGroupName(
  { own }: Side,
  { key }: MembershipLookup,
  condition: SQL,
  { connector, operands }: Context,
): SQLWrapper {
  const name = operands.bind(key);
  const isNamed = isCutName(key)
    ? and(gte(other.nameKey, name), sql`${other.nameKey} < ${name} || char(1114111)`)
    : eq(other.nameKey, name);
  return build
    .select(named({ id: own() }))
    .from(other)
    .crossJoin(membership)
    .where(
      and(
        eq(membership.connectorId, other.connectorId),
        eq(membership.groupId, other.id),
        eq(other.connectorId, connector),
        eq(other.type, literal("Group")),
        isNull(other.deletedAt),
        isNamed,
        condition,
      ),
    );
}
