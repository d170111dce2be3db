import type { MembersPage, SourceGroup, UnsupportedMember } from "../../source/source.ts";
import { type ObjectSql, rowsIn } from "../tables.ts";

/** A group of the listing that waits to be synced, as far as pages have told of it. */
export interface QueuedGroup {
  readonly sourceId: string;
  /** "" where no page said it. */
  readonly displayName: string;
  readonly kind: SourceGroup["members"]["kind"] | "removed";
  /** How often it was put off: for the sake of a group that it contains, or after an answer nobody understood. */
  readonly tries: number;
  /** Where the list of its members goes on. */
  readonly cursor: string | null;
}

/** Puts a group of a page into the queue; what several pages tell of it adds up. */
export function enqueueGroup(sql: ObjectSql, group: SourceGroup): void {
  const { sourceId, displayName, isRemoved, members } = group;
  sql.exec(
    `INSERT INTO group_queue (source_id, name, kind, tries) VALUES (?1, ?2, ?3, 0)
     ON CONFLICT (source_id) DO UPDATE SET name = iif(?2 = '', name, ?2),
       kind = iif(?3 = 'unchanged' AND kind <> 'removed', kind, ?3)`,
    sourceId,
    displayName,
    isRemoved ? "removed" : members.kind,
  );
  if (members.kind === "whole") addMembers(sql, sourceId, members.sourceIds, true);
  if (members.kind !== "partial") return;
  addMembers(sql, sourceId, members.added, true);
  addMembers(sql, sourceId, members.removed, false);
}

/** Queues groups whose members are to be read, where no page told of their members already. */
export function enqueueListed(sql: ObjectSql, sourceIds: readonly string[]): void {
  sql.exec(
    `INSERT INTO group_queue (source_id, name, kind, tries)
     SELECT value, '', 'listed', 0 FROM json_each(?) WHERE true
     ON CONFLICT (source_id) DO UPDATE SET kind = 'listed' WHERE kind IN ('partial', 'unchanged')`,
    JSON.stringify(sourceIds),
  );
}

/** The group whose turn it is; undefined at the end. */
export function nextGroup(sql: ObjectSql): QueuedGroup | undefined {
  return rowsIn<QueuedGroup>(
    sql,
    `SELECT source_id AS sourceId, name AS displayName, kind, tries, cursor FROM group_queue
     ORDER BY tries, source_id LIMIT 1`,
  )[0];
}

/** Tells whether any of the provider's ids is that of a group in the queue. */
export function isAnyQueued(sql: ObjectSql, sourceIds: readonly string[]): boolean {
  const text =
    "SELECT 1 FROM group_queue WHERE source_id IN (SELECT value FROM json_each(?)) LIMIT 1";
  return rowsIn(sql, text, JSON.stringify(sourceIds)).length > 0;
}

/** Puts a group to the end of the queue. */
export function putOffGroup(sql: ObjectSql, sourceId: string): void {
  sql.exec("UPDATE group_queue SET tries = tries + 1 WHERE source_id = ?", sourceId);
}

/** Takes a group out of the queue. */
export function dequeueGroup(sql: ObjectSql, sourceId: string): void {
  sql.exec("DELETE FROM group_queue WHERE source_id = ?", sourceId);
  sql.exec("DELETE FROM group_parts WHERE source_id = ?", sourceId);
  sql.exec("DELETE FROM unsupported_members WHERE source_id = ?", sourceId);
}

/** Keeps a page of a group's members; without another page, they are all of them. */
export function passMembersPage(
  sql: ObjectSql,
  sourceId: string,
  { sourceIds, unsupported = [], next }: MembersPage,
): void {
  for (const member of unsupported) {
    const text = "INSERT OR IGNORE INTO unsupported_members (source_id, item) VALUES (?, ?)";
    sql.exec(text, sourceId, JSON.stringify(member));
  }
  addMembers(sql, sourceId, sourceIds, true);
  const kind = next === undefined ? "whole" : "listed";
  const text = "UPDATE group_queue SET cursor = ?, kind = ? WHERE source_id = ?";
  sql.exec(text, next ?? null, kind, sourceId);
}

/** Those of a group's members who cannot be members here. */
export function unsupportedOf(sql: ObjectSql, sourceId: string): readonly UnsupportedMember[] {
  const text = "SELECT item FROM unsupported_members WHERE source_id = ? ORDER BY item";
  // Written by passMembersPage.
  return rowsIn<{ item: string }>(sql, text, sourceId).map(
    ({ item }) => JSON.parse(item) as UnsupportedMember,
  );
}

/** Notes whom a dry run would create. */
export function putPlannedUsers(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  const text = "INSERT OR IGNORE INTO planned_users SELECT value FROM json_each(?)";
  sql.exec(text, JSON.stringify(sourceIds));
}

/** Those of the provider's ids whom a dry run would create. */
export function plannedUsers(sql: ObjectSql, sourceIds: readonly string[]): readonly string[] {
  const text = `SELECT source_id AS sourceId FROM planned_users
    WHERE source_id IN (SELECT value FROM json_each(?))`;
  return rowsIn<{ sourceId: string }>(sql, text, JSON.stringify(sourceIds)).map(
    ({ sourceId }) => sourceId,
  );
}

/** Those of the users who are switched off here. */
export function switchedOffAmong(sql: ObjectSql, userIds: readonly string[]): readonly string[] {
  const text = `SELECT user_id AS userId FROM links
    WHERE active = 0 AND user_id IN (SELECT value FROM json_each(?))`;
  return userIdsIn(sql, text, userIds);
}

/** Those of the users whose switch-off waits: for its turn, or for an administrator. */
export function waitingAmong(sql: ObjectSql, userIds: readonly string[]): readonly string[] {
  const text = `SELECT user_id AS userId FROM links WHERE user_id IN (SELECT value FROM json_each(?))
    AND active = 1 AND EXISTS (SELECT 1 FROM offs WHERE offs.source_id = links.source_id)`;
  return userIdsIn(sql, text, userIds);
}

function userIdsIn(sql: ObjectSql, text: string, userIds: readonly string[]): readonly string[] {
  return rowsIn<{ userId: string }>(sql, text, JSON.stringify(userIds)).map(({ userId }) => userId);
}

/** Whom the pages named as members of a group, and whom as such no longer; the last word counts. */
export function namedMembers(
  sql: ObjectSql,
  sourceId: string,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const text = "SELECT added, ids FROM group_parts WHERE source_id = ? ORDER BY n";
  const isAdded = new Map<string, boolean>();
  for (const { added, ids } of rowsIn<{ added: number; ids: string }>(sql, text, sourceId)) {
    // Written by addMembers.
    for (const id of JSON.parse(ids) as string[]) isAdded.set(id, added === 1);
  }
  const ids = [...isAdded];
  return {
    added: ids.flatMap(([id, isIn]) => (isIn ? [id] : [])),
    removed: ids.flatMap(([id, isIn]) => (isIn ? [] : [id])),
  };
}

function addMembers(
  sql: ObjectSql,
  sourceId: string,
  sourceIds: readonly string[],
  isAdded: boolean,
): void {
  if (sourceIds.length === 0) return;
  sql.exec(
    `INSERT INTO group_parts (source_id, n, added, ids) SELECT ?1,
       coalesce((SELECT max(n) FROM group_parts WHERE source_id = ?1), 0) + 1, ?2, ?3`,
    sourceId,
    isAdded ? 1 : 0,
    JSON.stringify(sourceIds),
  );
}
