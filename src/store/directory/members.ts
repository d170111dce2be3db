import type { ListedMember, NamedMember, ResourceRecord, TypeName } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeSource, scopeText } from "#store/query.ts";
import { RESOURCE_COLUMNS } from "#store/resource-text.ts";
import { recordsOf, SHOWN_NAME_CHARACTERS } from "#store/resources.ts";
import { jsonLists } from "#store/row-source.ts";
import { isWithinMemberSteps } from "./scan-cost.ts";

/** A member of a group as answers show it. */
export interface GroupMember {
  readonly groupId: string;
  readonly value: string;
  readonly type: "User" | "Group";
  readonly display: string | null;
}

/** SEMANTICS 7: members are read in pages of so many. */
export const MEMBERS_PAGE = 1_000;

interface NamedRow {
  readonly value: string;
  readonly type: "User" | "Group" | null;
  readonly display: string | null;
  readonly memberId: string | null;
  readonly isMember: number;
  readonly isParked: number;
}

/**
 * Reads a group, and what is known of values that a request names as its members: the resource with
 * that id or else, since that is what parked values are attached by, the only one with that externalId.
 */
export function groupWithNamed(
  db: Database,
  scope: Scope,
  id: string | undefined,
  named: readonly string[],
): Query<{
  readonly group: ResourceRecord | undefined;
  readonly named: readonly NamedMember[];
}> {
  const connector = scopeText(scope);
  const group = db
    .prepare(
      `SELECT ${RESOURCE_COLUMNS} FROM resources
       WHERE connector_id = ${connector} AND type = 'Group' AND id = ?2 AND deleted_at IS NULL`,
    )
    .bind(scopeKey(scope), id ?? "");
  const known = jsonLists(named).map((list) =>
    db
      .prepare(
        `SELECT j.value AS value, coalesce(u.type, g.type, e.type, f.type) AS type,
           coalesce(u.id, g.id, e.id, f.id) AS memberId,
           substr(coalesce(u.doc ->> 'displayName', u.doc ->> 'userName', g.doc ->> 'displayName',
             e.doc ->> 'displayName', e.doc ->> 'userName', f.doc ->> 'displayName'),
             1, ${SHOWN_NAME_CHARACTERS}) AS display,
           m.member_id IS NOT NULL AS isMember, p.value IS NOT NULL AS isParked
         FROM (${scopeSource(scope)}) AS connector CROSS JOIN json_each(?3) AS j
         LEFT JOIN resources AS u ON u.connector_id = connector.number AND u.type = 'User'
           AND u.id = j.value AND u.deleted_at IS NULL
         LEFT JOIN resources AS g ON u.id IS NULL AND g.connector_id = connector.number
           AND g.type = 'Group' AND g.id = j.value AND g.deleted_at IS NULL
         LEFT JOIN resources AS e ON u.id IS NULL AND g.id IS NULL
           AND e.row_id = (${soleHolder("User")}) AND NOT EXISTS (${holders("Group")})
         LEFT JOIN resources AS f ON u.id IS NULL AND g.id IS NULL AND e.id IS NULL
           AND f.row_id = (${soleHolder("Group")}) AND NOT EXISTS (${holders("User")})
         LEFT JOIN group_members AS m ON m.connector_id = connector.number AND m.group_id = ?2
           AND m.member_id = coalesce(u.id, g.id, e.id, f.id)
         LEFT JOIN parked_members AS p ON p.connector_id = connector.number AND p.group_id = ?2
           AND p.value = j.value`,
      )
      .bind(scopeKey(scope), id ?? "", list),
  );
  return {
    statements: [group, ...known],
    read: ([groups, ...lists]) => ({
      group: recordsOf(rowsOf(groups))[0],
      named: lists.flatMap((list) => rowsOf<NamedRow>(list).map(toNamed)),
    }),
  };
}

/** The live resources of a type that hold the externalId `j.value`. */
function holders(type: TypeName): string {
  return `SELECT h.row_id AS row_id FROM resources AS h WHERE h.connector_id = connector.number
    AND h.type = '${type}' AND h.external_id = j.value AND h.deleted_at IS NULL`;
}

/** The row of the only one of them; of many no more than two are looked at. */
function soleHolder(type: TypeName): string {
  return `SELECT iif(count(*) = 1, max(row_id), NULL) FROM (${holders(type)} LIMIT 2)`;
}

/** Reads how many member values a connector has parked. */
export function parkedCount(db: Database, scope: Scope): Query<number> {
  const statement = db
    .prepare(
      `SELECT live FROM counters WHERE connector_id = ${scopeText(scope)} AND type = 'ParkedMember'`,
    )
    .bind(scopeKey(scope));
  return {
    statements: [statement],
    read: ([count]) => rowsOf<{ live: number }>(count)[0]?.live ?? 0,
  };
}

/** Reads the ids of all members of a group and all its parked values. */
export function allMembers(
  db: Database,
  scope: Scope,
  groupId: string,
): Query<{ readonly ids: readonly string[]; readonly parked: readonly string[] }> {
  const where = `WHERE connector_id = ${scopeText(scope)} AND group_id = ?2`;
  const key = scopeKey(scope);
  return {
    statements: [
      db.prepare(`SELECT member_id AS value FROM group_members ${where}`).bind(key, groupId),
      db.prepare(`SELECT value FROM parked_members ${where}`).bind(key, groupId),
    ],
    read: (results) => {
      const [ids = [], parked = []] = results.map((result) =>
        rowsOf<{ value: string }>(result).map(({ value }) => value),
      );
      return { ids, parked };
    },
  };
}

/** Reads all members of a group, with their names where asked for; undefined where that takes too many steps. */
export function membersToChoose(
  db: Database,
  scope: Scope,
  groupId: string,
  { withNames }: { readonly withNames: boolean },
  stepsMax: number,
): Query<readonly ListedMember[] | undefined> {
  const where = `WHERE m.connector_id = ${scopeText(scope)} AND m.group_id = ?2`;
  const within = isWithinMemberSteps(where, withNames, stepsMax);
  const rows = withNames
    ? SELECT_MEMBERS
    : "SELECT m.member_id AS value, m.member_type AS type, NULL AS display FROM group_members AS m";
  const guarded = rows.replace("FROM", `FROM (SELECT 1 WHERE ${within}) CROSS JOIN`);
  const bind = (text: string) => db.prepare(text).bind(scopeKey(scope), groupId);
  return {
    statements: [bind(`SELECT ${within} AS isWithin`), bind(`${guarded} ${where}`)],
    read: ([guard, members]) =>
      rowsOf<{ isWithin: number }>(guard)[0]?.isWithin === 1
        ? rowsOf<ListedMember>(members)
        : undefined,
  };
}

/** Reads a page of a group's members, in the order of their ids, behind the member `afterId`. */
export function memberPage(
  db: Database,
  scope: Scope,
  groupId: string,
  afterId: string,
  limit = MEMBERS_PAGE,
): Query<readonly GroupMember[]> {
  const statement = db
    .prepare(`${SELECT_MEMBERS} WHERE m.connector_id = ${scopeText(scope)} AND m.group_id = ?2
      AND m.member_id > ?3 ORDER BY m.member_id LIMIT ${limit}`)
    .bind(scopeKey(scope), groupId, afterId);
  return { statements: [statement], read: ([result]) => rowsOf<GroupMember>(result) };
}

/** Reads the members of several groups, in the given order of groups, up to `limit` in all. */
export function membersOfGroups(
  db: Database,
  scope: Scope,
  groupIds: readonly string[],
  limit: number,
): Query<readonly GroupMember[]> {
  const statement = db
    .prepare(
      `WITH listed AS (SELECT key AS place, value AS group_id FROM json_each(?2))
       ${SELECT_MEMBERS.replace("FROM", "FROM listed CROSS JOIN")}
       WHERE m.connector_id = ${scopeText(scope)} AND m.group_id = listed.group_id LIMIT ${limit}`,
    )
    .bind(scopeKey(scope), JSON.stringify(groupIds));
  return { statements: [statement], read: ([result]) => rowsOf<GroupMember>(result) };
}

const SELECT_MEMBERS = `SELECT m.group_id AS groupId, m.member_id AS value, m.member_type AS type,
    substr(coalesce(r.doc ->> 'displayName', r.doc ->> 'userName'), 1, ${SHOWN_NAME_CHARACTERS}) AS display
  FROM group_members AS m CROSS JOIN resources AS r ON r.connector_id = m.connector_id
    AND r.type = m.member_type AND r.id = m.member_id AND r.deleted_at IS NULL`;

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
