import { mayWrite, type Run } from "./run.ts";
import { type ObjectSql, rowsIn } from "./storage.ts";

/**
 * How far it is that a group goes, or that a member leaves a group: found by a run, and not weighed yet
 * ("run"); held back ("held"); let through by the guard or an administrator, until it is done ("approved");
 * or refused by an administrator, until the provider says otherwise ("rejected").
 */
export type GroupOffStage = "run" | "held" | "approved" | "rejected";

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
