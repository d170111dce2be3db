import { type ObjectSql, rowsIn } from "../tables.ts";
import { enqueueGroup, namedMembers } from "./queue.ts";

/** Keeps members of a group by the provider's ids, until they are users or groups here. */
export function putUnknownMembers(
  sql: ObjectSql,
  groupId: string,
  memberIds: readonly string[],
  now: number,
): void {
  if (memberIds.length === 0) return;
  sql.exec(
    `INSERT INTO unknown_members (group_id, member_id, since)
     SELECT ?, value, ? FROM json_each(?) WHERE true ON CONFLICT DO NOTHING`,
    groupId,
    now,
    JSON.stringify(memberIds),
  );
}

/** Forgets unknown members of a group: these of them, or all others. */
export function dropUnknownMembers(
  sql: ObjectSql,
  groupId: string,
  memberIds: readonly string[],
  which: "these" | "others",
): void {
  const text = `DELETE FROM unknown_members WHERE group_id = ?
    AND member_id ${which === "these" ? "IN" : "NOT IN"} (SELECT value FROM json_each(?))`;
  sql.exec(text, groupId, JSON.stringify(memberIds));
}

/** How many members of a group nobody knows yet. */
export function countUnknownMembers(sql: ObjectSql, groupId: string): number {
  const text = "SELECT count(*) AS n FROM unknown_members WHERE group_id = ?";
  return rowsIn<{ n: number }>(sql, text, groupId)[0]?.n ?? 0;
}

/** Forgets all of them: the groups are synced no more. */
export function clearUnknownMembers(sql: ObjectSql): void {
  sql.exec("DELETE FROM unknown_members");
}

/**
 * Queues the groups that wait for somebody who is here by now, at the end of a listing of changes. What that
 * listing itself says of a group holds: one whose members are listed anew needs nothing more.
 */
export function enqueueAwaited(sql: ObjectSql): void {
  const text = `SELECT group_id AS groupId, json_group_array(member_id) AS ids
    FROM unknown_members WHERE (EXISTS (SELECT 1 FROM links WHERE source_id = member_id)
      OR EXISTS (SELECT 1 FROM group_links WHERE source_id = member_id))
    AND NOT EXISTS (SELECT 1 FROM group_queue
      WHERE source_id = group_id AND kind IN ('listed', 'whole', 'removed')) GROUP BY group_id`;
  for (const { groupId, ids } of rowsIn<{ groupId: string; ids: string }>(sql, text)) {
    const left = new Set(namedMembers(sql, groupId).removed);
    // Gathered by the query above.
    const added = (JSON.parse(ids) as string[]).filter((id) => !left.has(id));
    const members = { kind: "partial", added, removed: [] } as const;
    enqueueGroup(sql, { sourceId: groupId, displayName: "", isRemoved: false, members });
  }
}
