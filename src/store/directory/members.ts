import { and, eq, gt, isNotNull, isNull, notExists, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ListedMember, NamedMember, ResourceRecord, TypeName } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { joinsMember, membership, other } from "#store/filter/membership.ts";
import {
  type Query,
  queryOf,
  type RowOfScoped,
  type Scope,
  scopedStatement,
} from "#store/query.ts";
import { resourceById, shownName } from "#store/resources.ts";
import { jsonEach, jsonLists } from "#store/rows.ts";
import { counters, groupMembers, parkedMembers, resources } from "#store/schema.ts";
import { build, literal, named, rowsOf, selectOnly } from "#store/statement.ts";
import { isWithinMemberSteps, membersWithin } from "./scan-cost.ts";

/** A member of a group as answers show it. */
export interface GroupMember {
  readonly groupId: string;
  readonly value: string;
  readonly type: "User" | "Group";
  readonly display: string | null;
}

/** Members are read in pages of so many. */
export const MEMBERS_PAGE = 1_000;

/** What is known of the values on a list. */
const NAMED = scopedStatement<{ readonly groupId: string; readonly list: string }>()(
  (scope, given) => {
    const connector = scope.source.number;
    const { table, value } = jsonEach(given.list);
    const user = alias(resources, "u");
    const group = alias(resources, "g");
    const externalUser = alias(resources, "e");
    const externalGroup = alias(resources, "f");
    const isNeither = and(isNull(user.id), isNull(group.id));
    const memberId = sql<
      string | null
    >`coalesce(${user.id}, ${group.id}, ${externalUser.id}, ${externalGroup.id})`;
    const names = [
      sql`${user.doc} ->> 'displayName'`,
      sql`${user.doc} ->> 'userName'`,
      sql`${group.doc} ->> 'displayName'`,
      sql`${externalUser.doc} ->> 'displayName'`,
      sql`${externalUser.doc} ->> 'userName'`,
      sql`${externalGroup.doc} ->> 'displayName'`,
    ];
    const fields = {
      value,
      type: sql<TypeName | null>`coalesce(${user.type}, ${group.type}, ${externalUser.type},
        ${externalGroup.type})`,
      memberId,
      display: shownName<string | null>(sql`coalesce(${sql.join(names, sql`, `)})`),
      isMember: sql<number>`${isNotNull(groupMembers.memberId)}`,
      isParked: sql<number>`${isNotNull(parkedMembers.value)}`,
    };
    return build
      .select(named(fields))
      .from(scope.source.table)
      .crossJoin(table)
      .leftJoin(
        user,
        and(
          eq(user.connectorId, connector),
          eq(user.type, literal("User")),
          eq(user.id, value),
          isNull(user.deletedAt),
        ),
      )
      .leftJoin(
        group,
        and(
          isNull(user.id),
          eq(group.connectorId, connector),
          eq(group.type, literal("Group")),
          eq(group.id, value),
          isNull(group.deletedAt),
        ),
      )
      .leftJoin(
        externalUser,
        and(
          isNeither,
          eq(externalUser.rowId, soleHolder(connector, "User", value)),
          notExists(holders(connector, "Group", value)),
        ),
      )
      .leftJoin(
        externalGroup,
        and(
          isNeither,
          isNull(externalUser.id),
          eq(externalGroup.rowId, soleHolder(connector, "Group", value)),
          notExists(holders(connector, "User", value)),
        ),
      )
      .leftJoin(
        groupMembers,
        and(
          eq(groupMembers.connectorId, connector),
          eq(groupMembers.groupId, given.groupId),
          eq(groupMembers.memberId, memberId),
        ),
      )
      .leftJoin(
        parkedMembers,
        and(
          eq(parkedMembers.connectorId, connector),
          eq(parkedMembers.groupId, given.groupId),
          eq(parkedMembers.value, value),
        ),
      );
  },
);

type NamedRow = RowOfScoped<typeof NAMED>;

/** The live resources of a type that hold an externalId. */
function holders(connector: SQL, type: TypeName, externalId: SQL) {
  const holder = alias(resources, "h");
  return build
    .select(named({ rowId: holder.rowId }))
    .from(holder)
    .where(
      and(
        eq(holder.connectorId, connector),
        eq(holder.type, literal(type)),
        eq(holder.externalId, externalId),
        isNull(holder.deletedAt),
      ),
    );
}

/** The row of the only one of them; of many no more than two are looked at. */
function soleHolder(connector: SQL, type: TypeName, externalId: SQL): SQL<number | null> {
  const found = holders(connector, type, externalId).limit(2).as("holders");
  const sole = sql`iif(count(*) = 1, max(${found.rowId}), null)`;
  return sql`${build.select(named({ sole })).from(found)}`;
}

/**
 * Reads a group, and what is known of values that a request names as its members: the resource with
 * that id or else, since that is what parked values are attached by, the only one with that externalId.
 */
export function groupWithNamed(
  db: Database,
  scope: Scope,
  id: string | undefined,
  namedValues: readonly string[],
): Query<{
  readonly group: ResourceRecord | undefined;
  readonly named: readonly NamedMember[];
}> {
  const groupId = id ?? "";
  const group = resourceById(db, scope, "Group", groupId);
  const known = jsonLists(namedValues).map((list) => NAMED.bind(db, scope, { groupId, list }));
  return {
    statements: [...group.statements, ...known],
    read: (results) => ({
      group: group.read(results),
      named: results.slice(1).flatMap((list) => rowsOf<NamedRow>(list).map(toNamed)),
    }),
  };
}

const PARKED_COUNT = scopedStatement()((scope) =>
  build
    .select(named({ live: counters.live }))
    .from(counters)
    .where(and(eq(counters.connectorId, scope.number), eq(counters.type, literal("ParkedMember")))),
);

/** Reads how many member values a connector has parked. */
export function parkedCount(db: Database, scope: Scope): Query<number> {
  return queryOf(PARKED_COUNT.bind(db, scope, {}), ([count]) => count?.live ?? 0);
}

const MEMBER_IDS = scopedStatement<{ readonly groupId: string }>()((scope, { groupId }) =>
  build
    .select(named({ value: groupMembers.memberId }))
    .from(groupMembers)
    .where(and(eq(groupMembers.connectorId, scope.number), eq(groupMembers.groupId, groupId))),
);

const PARKED_VALUES = scopedStatement<{ readonly groupId: string }>()((scope, { groupId }) =>
  build
    .select(named({ value: parkedMembers.value }))
    .from(parkedMembers)
    .where(and(eq(parkedMembers.connectorId, scope.number), eq(parkedMembers.groupId, groupId))),
);

/** Reads the ids of all members of a group and all its parked values. */
export function allMembers(
  db: Database,
  scope: Scope,
  groupId: string,
): Query<{ readonly ids: readonly string[]; readonly parked: readonly string[] }> {
  const given = { groupId };
  return {
    statements: [MEMBER_IDS.bind(db, scope, given), PARKED_VALUES.bind(db, scope, given)],
    read: (results) => {
      const [ids = [], parked = []] = results.map((result) =>
        rowsOf<{ value: string }>(result).map(({ value }) => value),
      );
      return { ids, parked };
    },
  };
}

/** Of a group, and within so many steps. */
type Choosing = {
  readonly groupId: string;
  readonly stepsMax: number;
  readonly membersRead: number;
};

const memberFields = () => ({
  groupId: membership.groupId,
  value: membership.memberId,
  type: membership.memberType,
  display: shownName<string | null>(
    sql`coalesce(${other.doc} ->> 'displayName', ${other.doc} ->> 'userName')`,
  ),
});

/** The two statements of membersToChoose: whether it is within the steps, and if so the members. */
function choosing(withNames: boolean) {
  const IS_WITHIN = scopedStatement<Choosing>()((scope, given) => {
    const inGroup = and(
      eq(membership.connectorId, scope.number),
      eq(membership.groupId, given.groupId),
    );
    return selectOnly(named({ isWithin: isWithinMemberSteps(inGroup, withNames, given) }));
  });
  const MEMBERS = scopedStatement<Choosing>()((scope, given) => {
    const inGroup = and(
      eq(membership.connectorId, scope.number),
      eq(membership.groupId, given.groupId),
    );
    const isWithin = isWithinMemberSteps(inGroup, withNames, given);
    const guard = sql`(${selectOnly(named({ one: literal(1) }), isWithin)})`;
    const { value, type, display } = memberFields();
    if (!withNames) {
      return build
        .select(named({ value, type, display: sql<string | null>`null` }))
        .from(guard)
        .crossJoin(membership)
        .where(inGroup);
    }
    return build
      .select(named({ value, type, display }))
      .from(guard)
      .crossJoin(membership)
      .crossJoin(other)
      .where(and(joinsMember(), inGroup));
  });
  return { IS_WITHIN, MEMBERS };
}

const CHOOSING = { plain: choosing(false), named: choosing(true) };

/** Reads all members of a group, with their names where asked for; undefined where that takes too many steps. */
export function membersToChoose(
  db: Database,
  scope: Scope,
  groupId: string,
  { withNames }: { readonly withNames: boolean },
  stepsMax: number,
): Query<readonly ListedMember[] | undefined> {
  const { IS_WITHIN, MEMBERS } = withNames ? CHOOSING.named : CHOOSING.plain;
  const given = { groupId, stepsMax, membersRead: membersWithin(withNames, stepsMax) + 1 };
  return {
    statements: [IS_WITHIN.bind(db, scope, given), MEMBERS.bind(db, scope, given)],
    read: ([guard, members]) =>
      rowsOf<{ isWithin: number }>(guard)[0]?.isWithin === 1
        ? rowsOf<ListedMember>(members)
        : undefined,
  };
}

const MEMBER_PAGE = scopedStatement<{
  readonly groupId: string;
  readonly afterId: string;
  readonly limit: number;
}>()((scope, given) =>
  build
    .select(named(memberFields()))
    .from(membership)
    .crossJoin(other)
    .where(
      and(
        joinsMember(),
        eq(membership.connectorId, scope.number),
        eq(membership.groupId, given.groupId),
        gt(membership.memberId, given.afterId),
      ),
    )
    .orderBy(membership.memberId)
    .limit(given.limit),
);

/** Reads a page of a group's members, in the order of their ids, behind the member `afterId`. */
export function memberPage(
  db: Database,
  scope: Scope,
  groupId: string,
  afterId: string,
  limit = MEMBERS_PAGE,
): Query<readonly GroupMember[]> {
  return queryOf(MEMBER_PAGE.bind(db, scope, { groupId, afterId, limit }), (rows) => rows);
}

const MEMBERS_OF_GROUPS = scopedStatement<{ readonly list: string; readonly limit: number }>()(
  (scope, given) => {
    const { table, value } = jsonEach(given.list);
    return build
      .select(named(memberFields()))
      .from(table)
      .crossJoin(membership)
      .crossJoin(other)
      .where(
        and(joinsMember(), eq(membership.connectorId, scope.number), eq(membership.groupId, value)),
      )
      .limit(given.limit);
  },
);

/** Reads the members of several groups, in the given order of groups, up to `limit` in all. */
export function membersOfGroups(
  db: Database,
  scope: Scope,
  groupIds: readonly string[],
  limit: number,
): Query<readonly GroupMember[]> {
  const given = { list: JSON.stringify(groupIds), limit };
  return queryOf(MEMBERS_OF_GROUPS.bind(db, scope, given), (rows) => rows);
}

function toNamed({ value, type, display, memberId, isMember, isParked }: NamedRow): NamedMember {
  return {
    value,
    type: type ?? undefined,
    display: display ?? undefined,
    memberId: memberId ?? undefined,
    isMember: isMember === 1,
    isParked: isParked === 1,
  };
}
