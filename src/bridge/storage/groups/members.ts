import { and, count, eq, exists, not, notExists, or, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { doNothing, insertRows, isInList, jsonEach } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import { groupLinksTable, groupQueueTable, linksTable, unknownMembersTable } from "../schema.ts";
import { emptying, type ObjectSql } from "../tables.ts";
import { enqueueGroup, namedMembers } from "./queue.ts";

/** Keeps members of a group by the provider's ids, until they are users or groups here. */
export function putUnknownMembers(
  sql: ObjectSql,
  groupId: string,
  memberIds: readonly string[],
  now: number,
): void {
  if (memberIds.length === 0) return;
  PUT.run(sql, { groupId, now, memberIds: JSON.stringify(memberIds) });
}

/** Forgets unknown members of a group: these of them, or all others. */
export function dropUnknownMembers(
  sql: ObjectSql,
  groupId: string,
  memberIds: readonly string[],
  which: "these" | "others",
): void {
  DROP[which].run(sql, { groupId, memberIds: JSON.stringify(memberIds) });
}

/** How many members of a group nobody knows yet. */
export function countUnknownMembers(sql: ObjectSql, groupId: string): number {
  return COUNT.rows(sql, { groupId })[0]?.n ?? 0;
}

/** Forgets all of them: the groups are synced no more. */
export function clearUnknownMembers(sql: ObjectSql): void {
  CLEAR(sql);
}

/**
 * Queues the groups that wait for somebody who is here by now, at the end of a listing of changes. What that
 * listing itself says of a group holds: one whose members are listed anew needs nothing more.
 */
export function enqueueAwaited(sql: ObjectSql): void {
  for (const { groupId, ids } of AWAITED.rows(sql, {})) {
    const left = new Set(namedMembers(sql, groupId).removed);
    // Gathered by the query above.
    const added = (JSON.parse(ids) as string[]).filter((id) => !left.has(id));
    const members = { kind: "partial", added, removed: [] } as const;
    enqueueGroup(sql, { sourceId: groupId, displayName: "", isRemoved: false, members });
  }
}

const { groupId, memberId } = unknownMembersTable;

const PUT = objectStatement<{ groupId: string; now: number; memberIds: string }>()((given) => {
  const { table, value } = jsonEach(given.memberIds);
  const cells = { groupId: given.groupId, memberId: value, since: given.now };
  return insertRows(unknownMembersTable, cells, { from: table, onConflict: doNothing });
});

type Members = { readonly groupId: string; readonly memberIds: string };

const DROP = {
  these: objectStatement<Members>()((given) =>
    build
      .delete(unknownMembersTable)
      .where(and(eq(groupId, given.groupId), isInList(memberId, given.memberIds))),
  ),
  others: objectStatement<Members>()((given) =>
    build
      .delete(unknownMembersTable)
      .where(and(eq(groupId, given.groupId), not(isInList(memberId, given.memberIds)))),
  ),
};

const COUNT = objectStatement<{ groupId: string }>()((given) =>
  build
    .select(named({ n: count() }))
    .from(unknownMembersTable)
    .where(eq(groupId, given.groupId)),
);

const CLEAR = emptying(unknownMembersTable);

const AWAITED = objectStatement()(() => {
  const user = build
    .select({ n: linksTable.n })
    .from(linksTable)
    .where(eq(linksTable.sourceId, memberId));
  const group = build
    .select({ hash: groupLinksTable.hash })
    .from(groupLinksTable)
    .where(eq(groupLinksTable.sourceId, memberId));
  const queued = build
    .select({ kind: groupQueueTable.kind })
    .from(groupQueueTable)
    .where(
      and(
        eq(groupQueueTable.sourceId, groupId),
        sql`${groupQueueTable.kind} in ('listed', 'whole', 'removed')`,
      ),
    );
  return build
    .select(named({ groupId, ids: sql<string>`json_group_array(${memberId})` }))
    .from(unknownMembersTable)
    .where(and(or(exists(user), exists(group)), notExists(queued)))
    .groupBy(groupId);
});
