import { mayWrite, type Run } from "../../state/run.ts";
import { type ObjectSql, rowsIn } from "../tables.ts";

/**
 * How far it is that a group goes, or that a member leaves a group: found by a run, and not weighed yet
 * ("run"); held back ("held"); held until somebody decides, however few they are by now, since an
 * administrator decided on others that were held with them ("left"); let through by the guard or an
 * administrator, until it is done ("approved"); or refused by an administrator, until the provider says
 * otherwise ("rejected").
 */
export type GroupOffStage = "run" | "held" | "left" | "approved" | "rejected";

const IS_HELD = "stage IN ('held', 'left')";

/** A group that is to go, or a member who is to leave it. */
export interface GroupOff {
  /** The provider's id of the group. */
  readonly sourceId: string;
  /** The directory's id of the member; "" where the group itself is meant. */
  readonly memberId: string;
  readonly groupId: string;
  /** What the group was called when it was held. */
  readonly name: string;
  readonly stage: GroupOffStage;
  /** Since when (milliseconds), and by which run it was found first. */
  readonly since: number;
  readonly runId: string;
}

/** Creates the table where it is not there yet. */
export function createGroupOffTables(sql: ObjectSql): void {
  sql.exec(
    `CREATE TABLE IF NOT EXISTS group_offs (plan INTEGER NOT NULL, source_id TEXT NOT NULL,
      member_id TEXT NOT NULL, group_id TEXT NOT NULL, name TEXT NOT NULL, stage TEXT NOT NULL,
      since INTEGER NOT NULL, run_id TEXT NOT NULL, wanted_by TEXT NOT NULL,
      taken_up INTEGER NOT NULL DEFAULT 1,
      PRIMARY KEY (plan, source_id, member_id)) WITHOUT ROWID`,
  );
}

/** Keeps what a run wants; what is known already stays at its stage, and is wanted by this run as well. */
export function putGroupOffs(
  sql: ObjectSql,
  run: Run,
  stage: "run" | "held",
  offs: readonly Pick<GroupOff, "sourceId" | "memberId" | "groupId" | "name">[],
  now: number,
): void {
  if (offs.length === 0) return;
  sql.exec(
    `INSERT INTO group_offs (plan, source_id, member_id, group_id, name, stage, since, run_id, wanted_by)
     SELECT ?1, value ->> 'sourceId', value ->> 'memberId', value ->> 'groupId', value ->> 'name',
       ?2, ?3, ?4, ?4 FROM json_each(?5) WHERE true
     ON CONFLICT DO UPDATE SET group_id = excluded.group_id, wanted_by = excluded.wanted_by,
       name = iif(excluded.name = '', name, excluded.name)`,
    planOf(run),
    stage,
    now,
    run.runId,
    JSON.stringify(offs),
  );
}

/** The groups that this run wants to go, at some stages. */
export function wantedGroups(
  sql: ObjectSql,
  run: Run,
  stages: readonly GroupOffStage[],
): readonly GroupOff[] {
  const text = `${SELECT} WHERE plan = ? AND member_id = '' AND wanted_by = ?
    AND stage IN (SELECT value FROM json_each(?)) ORDER BY source_id`;
  return rowsIn<GroupOff>(sql, text, planOf(run), run.runId, JSON.stringify(stages));
}

/** Moves the groups that this run wants to go, and that nobody decided on, to another stage. */
export function moveWantedGroups(sql: ObjectSql, run: Run, stage: "held" | "approved"): void {
  const text = `UPDATE group_offs SET stage = ? WHERE plan = ? AND member_id = '' AND wanted_by = ?
    AND stage IN ('run', 'held')`;
  sql.exec(text, stage, planOf(run), run.runId);
}

/** What tells what is held apart: a group, or a member who is to leave it. */
export type OffKey = Pick<GroupOff, "sourceId" | "memberId">;

/** A page of what is held: the groups, then members of groups. */
export function heldGroupOffs(
  sql: ObjectSql,
  limit: number,
  after: OffKey | undefined,
): readonly GroupOff[] {
  const text = `${SELECT} WHERE plan = 0 AND ${IS_HELD} AND (?1 IS NULL OR
    (member_id <> '', source_id, member_id) > (?2 <> '', ?1, ?2))
    ORDER BY member_id <> '', source_id, member_id LIMIT ?3`;
  return rowsIn<GroupOff>(sql, text, after?.sourceId ?? null, after?.memberId ?? "", limit);
}

/** How many groups, and how many members of groups, are held. */
export function countHeldGroups(sql: ObjectSql): {
  readonly group: number;
  readonly membership: number;
} {
  const text = `SELECT count(*) FILTER (WHERE member_id = '') AS "group",
    count(*) FILTER (WHERE member_id <> '') AS membership FROM group_offs WHERE plan = 0 AND ${IS_HELD}`;
  type Row = { readonly group: number; readonly membership: number };
  return rowsIn<Row>(sql, text)[0] ?? { group: 0, membership: 0 };
}

/** How much was approved and is still to be done. */
export function countApprovedGroups(sql: ObjectSql): number {
  const text = "SELECT count(*) AS n FROM group_offs WHERE plan = 0 AND stage = 'approved'";
  return rowsIn<{ n: number }>(sql, text)[0]?.n ?? 0;
}

/** How many of what is held each run held first. */
export function heldGroupRuns(sql: ObjectSql): ReadonlyMap<string, number> {
  const text = `SELECT run_id AS runId, count(*) AS n FROM group_offs
    WHERE plan = 0 AND ${IS_HELD} GROUP BY run_id`;
  const rows = rowsIn<{ runId: string; n: number }>(sql, text);
  return new Map(rows.map(({ runId, n }) => [runId, n]));
}

/** Those of the named that are held; where a run is named, those that it held first. */
export function heldKeys(
  sql: ObjectSql,
  which: readonly OffKey[] | { readonly runId: string | undefined },
): readonly OffKey[] {
  const select = "SELECT source_id AS sourceId, member_id AS memberId FROM group_offs";
  if ("runId" in which) {
    const text = `${select} WHERE plan = 0 AND ${IS_HELD} AND run_id = coalesce(?, run_id)`;
    return rowsIn<OffKey>(sql, text, which.runId ?? null);
  }
  const text = `${select} WHERE plan = 0 AND ${IS_HELD} AND ${AMONG_KEYS}`;
  return rowsIn<OffKey>(sql, text, JSON.stringify(which));
}

/**
 * Approves what is held, which then waits to be done, or rejects it until the provider says otherwise. Where
 * others that were held with them stay undecided (groups, or members of the same group), they stay held.
 */
export function decideHeld(
  sql: ObjectSql,
  keys: readonly OffKey[],
  stage: "approved" | "rejected",
): void {
  if (keys.length === 0) return;
  const text = `UPDATE group_offs SET stage = ?2, taken_up = 0
    WHERE plan = 0 AND ${IS_HELD} AND ${AMONG_KEYS}`;
  sql.exec(text, JSON.stringify(keys), stage);
  sql.exec(
    `UPDATE group_offs SET stage = 'left' WHERE plan = 0 AND stage = 'held'
       AND (member_id = '', iif(member_id = '', '', source_id)) IN (
         SELECT value ->> 'memberId' = '', iif(value ->> 'memberId' = '', '', value ->> 'sourceId')
         FROM json_each(?))`,
    JSON.stringify(keys),
  );
}

/** Whether anything was approved that no run has taken up. */
export function hasNewlyApproved(sql: ObjectSql): boolean {
  const text = "SELECT 1 FROM group_offs WHERE stage = 'approved' AND taken_up = 0 LIMIT 1";
  return rowsIn(sql, text).length > 0;
}

/** Notes that a run takes up what was approved. */
export function takeUpGroups(sql: ObjectSql): void {
  sql.exec("UPDATE group_offs SET taken_up = 1 WHERE taken_up = 0");
}

const AMONG_KEYS = `(source_id, member_id) IN (
  SELECT value ->> 'sourceId', value ->> 'memberId' FROM json_each(?1))`;

/** The groups that are to go, at a stage. */
export function groupsAtStage(sql: ObjectSql, stage: GroupOffStage): readonly GroupOff[] {
  const text = `${SELECT} WHERE plan = 0 AND member_id = '' AND stage = ? ORDER BY source_id`;
  return rowsIn<GroupOff>(sql, text, stage);
}

/** The members who are to leave one group, at whatever stage. */
export function leavingOf(sql: ObjectSql, sourceId: string): readonly GroupOff[] {
  const text = `${SELECT} WHERE plan = 0 AND source_id = ? AND member_id <> ''`;
  return rowsIn<GroupOff>(sql, text, sourceId);
}

/** The source ids of the groups from which leaving was approved. */
export function approvedGroups(sql: ObjectSql): readonly string[] {
  const text = `SELECT DISTINCT source_id AS sourceId FROM group_offs
    WHERE plan = 0 AND stage = 'approved' AND member_id <> ''`;
  return rowsIn<{ sourceId: string }>(sql, text).map(({ sourceId }) => sourceId);
}

/** Forgets some of the members who were to leave a group. */
export function dropLeaving(sql: ObjectSql, sourceId: string, memberIds: readonly string[]): void {
  if (memberIds.length === 0) return;
  const text = `DELETE FROM group_offs WHERE plan = 0 AND source_id = ? AND member_id <> ''
    AND member_id IN (SELECT value FROM json_each(?))`;
  sql.exec(text, sourceId, JSON.stringify(memberIds));
}

/** The group is there: whatever was to become of it is over. */
export function dropGroupOff(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  const text = `DELETE FROM group_offs WHERE plan = ? AND member_id = ''
    AND source_id IN (SELECT value FROM json_each(?))`;
  sql.exec(text, planOf(run), JSON.stringify(sourceIds));
}

/** Forgets what concerns groups that are linked no more, and what an older run left unweighed. */
export function pruneGroupOffs(sql: ObjectSql, run: Run): void {
  sql.exec("DELETE FROM group_offs WHERE source_id NOT IN (SELECT source_id FROM group_links)");
  sql.exec("DELETE FROM group_offs WHERE stage = 'run' AND wanted_by <> ?", run.runId);
}

/** Forgets what a dry run found. */
export function clearPlannedGroupOffs(sql: ObjectSql): void {
  sql.exec("DELETE FROM group_offs WHERE plan = 1");
}

/** Forgets all of it. */
export function clearGroupOffs(sql: ObjectSql): void {
  sql.exec("DELETE FROM group_offs");
}

const SELECT = `SELECT source_id AS sourceId, member_id AS memberId, group_id AS groupId, name, stage, since,
  run_id AS runId FROM group_offs`;

/** A dry run keeps rows of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}
