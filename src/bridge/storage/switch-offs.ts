import type { SwitchOff } from "../plan/operation.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/**
 * How far a switch-off is: decided, waiting for the guard ("run"); held back ("held"); approved by an
 * administrator ("approved"), and found to be right still ("confirmed"). What was approved stays so until
 * it is applied, or the person is back. Of what was held together, what was done by approval
 * ("done") and what was refused ("rejected") are remembered, since the guard weighs it as one.
 */
export type OffStage = "run" | "held" | "approved" | "confirmed" | "rejected" | "done";

/** A switch-off as it waits. */
export type WaitingOff = Pick<SwitchOff, "op" | "sourceId" | "userId" | "why">;

/** A switch-off that is held: since when (milliseconds), and by which run first. */
export interface HeldOff extends WaitingOff {
  readonly since: number;
  readonly runId: string;
}

/** A value in the object's storage is at most 2 MB. */
const OFFS_PER_STATEMENT = 1_000;

/** Keeps switch-offs; one of the same user in the same stage is overwritten. */
export function putOffs(sql: ObjectSql, stage: OffStage, offs: readonly WaitingOff[]): void {
  for (let start = 0; start < offs.length; start += OFFS_PER_STATEMENT) {
    const items = offs
      .slice(start, start + OFFS_PER_STATEMENT)
      .map(({ op, sourceId, userId, why }) => ({ op, sourceId, userId, why }));
    sql.exec(
      `INSERT OR REPLACE INTO offs (stage, source_id, off)
       SELECT ?, value ->> 'sourceId', value FROM json_each(?)`,
      stage,
      JSON.stringify(items),
    );
  }
}

/** The switch-offs of a stage in the order of their source ids. */
export function listOffs(
  sql: ObjectSql,
  stage: OffStage,
  limit: number,
  after = "",
  runId: string | undefined = undefined,
): readonly WaitingOff[] {
  const text = `SELECT off FROM offs WHERE stage = ?1 AND source_id > ?2 AND (?4 IS NULL OR run_id = ?4)
    ORDER BY source_id LIMIT ?3`;
  return offsIn(sql, text, stage, after, limit, runId ?? null);
}

/** How many of the held switch-offs each run held first. */
export function heldRuns(sql: ObjectSql): ReadonlyMap<string, number> {
  const text =
    "SELECT run_id AS runId, count(*) AS n FROM offs WHERE stage = 'held' GROUP BY run_id";
  const rows = rowsIn<{ runId: string; n: number }>(sql, text);
  return new Map(rows.map(({ runId, n }) => [runId, n]));
}

/** The source ids of those held users who are named by theirs, or by their user's id. */
export function heldIdsOf(sql: ObjectSql, names: readonly string[]): readonly string[] {
  const text = `SELECT source_id AS sourceId FROM offs WHERE stage = 'held'
    AND (source_id IN (SELECT value FROM json_each(?1)) OR off ->> 'userId' IN (SELECT value FROM json_each(?1)))`;
  return rowsIn<{ sourceId: string }>(sql, text, JSON.stringify(names)).map(
    ({ sourceId }) => sourceId,
  );
}

/** Those of the users whose switch-off is approved, but not confirmed. */
export function stillApproved(sql: ObjectSql, sourceIds: readonly string[]): readonly string[] {
  const text = `SELECT source_id AS sourceId FROM offs AS own WHERE stage = 'approved'
    AND source_id IN (SELECT value FROM json_each(?)) AND NOT EXISTS (
      SELECT 1 FROM offs WHERE stage = 'run' AND offs.source_id = own.source_id)`;
  return rowsIn<{ sourceId: string }>(sql, text, JSON.stringify(sourceIds)).map(
    ({ sourceId }) => sourceId,
  );
}

/** How many switch-offs are in a stage. */
export function countOffs(sql: ObjectSql, stage: OffStage): number {
  const text = "SELECT count(*) AS n FROM offs WHERE stage = ?";
  return rowsIn<{ n: number }>(sql, text, stage)[0]?.n ?? 0;
}

/** How many switch-offs in a stage are of users who are active: those that the guard counts. */
export function countActiveOffs(sql: ObjectSql, stage: OffStage): number {
  const text = `SELECT count(*) AS n FROM offs CROSS JOIN links USING (source_id)
    WHERE stage = ? AND links.active = 1`;
  return rowsIn<{ n: number }>(sql, text, stage)[0]?.n ?? 0;
}

/** The first switch-offs of the run that are not held already, in the order of their source ids. */
export function newOffs(sql: ObjectSql, limit: number): readonly WaitingOff[] {
  const text = `SELECT off FROM offs AS own WHERE stage = 'run' AND NOT EXISTS (
    SELECT 1 FROM offs AS known WHERE known.stage = 'held' AND known.source_id = own.source_id)
    ORDER BY source_id LIMIT ?`;
  return offsIn(sql, text, limit);
}

/** Holds the switch-offs that a run decided; those that are held already stay those of their first run. */
export function holdOffs(sql: ObjectSql, runId: string, now: number): void {
  sql.exec(
    `INSERT INTO offs (stage, source_id, off, since, run_id, wanted_by)
     SELECT 'held', source_id, off, ?1, ?2, ?2 FROM offs WHERE stage = 'run'
     ON CONFLICT (stage, source_id) DO UPDATE SET off = excluded.off, wanted_by = ?2`,
    now,
    runId,
  );
  sql.exec(`DELETE FROM offs WHERE stage = 'rejected'
    AND source_id IN (SELECT source_id FROM offs WHERE stage = 'run')`);
  clearOffs(sql, "run");
}

/** The held switch-offs of these users stay held: a run has seen nothing that says otherwise. */
export function keepHeld(sql: ObjectSql, sourceIds: readonly string[], runId: string): void {
  if (sourceIds.length === 0) return;
  sql.exec(
    `UPDATE offs SET wanted_by = ? WHERE stage = 'held'
     AND source_id IN (SELECT value FROM json_each(?))`,
    runId,
    JSON.stringify(sourceIds),
  );
}

/** Lets go of what no run has wanted since this one began, but for those who are still to be asked for. */
export function dropUnwantedOffs(sql: ObjectSql, runId: string): void {
  sql.exec(
    `DELETE FROM offs WHERE stage = 'held' AND wanted_by <> ?
     AND source_id NOT IN (SELECT source_id FROM asks WHERE plan = 0)`,
    runId,
  );
  // What was refused and is wanted again is held by now, or was applied.
  sql.exec(`DELETE FROM offs WHERE stage = 'rejected'
    AND source_id NOT IN (SELECT source_id FROM asks WHERE plan = 0)`);
}

/** The switch-offs of a run that were approved before are past the guard. */
export function confirmApproved(sql: ObjectSql): void {
  const approved = "(SELECT source_id FROM offs WHERE stage = 'approved')";
  sql.exec(`UPDATE OR REPLACE offs SET stage = 'confirmed'
    WHERE stage = 'run' AND source_id IN ${approved}`);
  sql.exec(`DELETE FROM offs WHERE stage = 'approved'
    AND source_id IN (SELECT source_id FROM offs WHERE stage = 'confirmed')`);
}

/** Whether anything was approved that no run has taken up. */
export function hasNewApproved(sql: ObjectSql): boolean {
  const text = "SELECT 1 FROM offs WHERE stage = 'approved' AND wanted_by = '' LIMIT 1";
  return rowsIn(sql, text).length > 0;
}

/** Notes that a run takes up what was approved. */
export function takeUpApproved(sql: ObjectSql, runId: string): void {
  sql.exec("UPDATE offs SET wanted_by = ? WHERE stage = 'approved'", runId);
}

/** Approves held switch-offs: they happen once the provider was asked for each. */
export function approveOffs(sql: ObjectSql, sourceIds: readonly string[]): void {
  const text = `UPDATE OR REPLACE offs SET stage = 'approved', wanted_by = ''
    WHERE stage = 'held' AND source_id IN (SELECT value FROM json_each(?))`;
  sql.exec(text, JSON.stringify(sourceIds));
}

/** Rejects held switch-offs, some or all: they happen only where a later run wants them and the guard agrees. */
export function rejectOffs(sql: ObjectSql, sourceIds: readonly string[] | "all"): void {
  const text = `UPDATE OR REPLACE offs SET stage = 'rejected' WHERE stage = 'held'
    AND (?1 IS NULL OR source_id IN (SELECT value FROM json_each(?1)))`;
  sql.exec(text, sourceIds === "all" ? null : JSON.stringify(sourceIds));
}

/**
 * How many users were switched off by approval, as long as this run wants others who were held with them: those
 * whom an administrator left held, or rejected. Without this, who is left would be few enough to pass.
 */
export function countDoneBefore(sql: ObjectSql): number {
  const open = "stage IN ('held', 'rejected')";
  if (rowsIn(sql, `SELECT 1 FROM offs WHERE ${open} LIMIT 1`).length === 0) {
    clearOffs(sql, "done");
    return 0;
  }
  const text = `SELECT 1 FROM offs WHERE ${open}
    AND source_id IN (SELECT source_id FROM offs WHERE stage = 'run') LIMIT 1`;
  if (rowsIn(sql, text).length === 0) return 0;
  const done = `SELECT count(*) AS n FROM offs LEFT JOIN links USING (source_id)
    WHERE stage = 'done' AND coalesce(links.active, 0) = 0`;
  return rowsIn<{ n: number }>(sql, done)[0]?.n ?? 0;
}

/** Whom no more is wanted of, here or at the provider: those whose link is gone. */
export function dropLinklessOffs(sql: ObjectSql): void {
  sql.exec("DELETE FROM offs WHERE source_id NOT IN (SELECT source_id FROM links)");
}

/** A page of the held switch-offs, in the order of their source ids. */
export function heldOffs(sql: ObjectSql, limit: number, after = ""): readonly HeldOff[] {
  const text = `SELECT off, since, run_id AS runId FROM offs WHERE stage = 'held' AND source_id > ?
    ORDER BY source_id LIMIT ?`;
  type Row = { readonly off: string; readonly since: number; readonly runId: string };
  return rowsIn<Row>(sql, text, after, limit).map(({ off, ...row }) => ({
    // Written by putOffs.
    ...(JSON.parse(off) as WaitingOff),
    ...row,
  }));
}

/** Drops all switch-offs of a stage. */
export function clearOffs(sql: ObjectSql, stage: OffStage): void {
  sql.exec("DELETE FROM offs WHERE stage = ?", stage);
}

/** Drops the switch-offs of some users that may still happen. */
export function dropOffs(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  sql.exec(
    `DELETE FROM offs WHERE stage IN (SELECT value FROM json_each(?))
       AND source_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(OPEN_STAGES),
    JSON.stringify(sourceIds),
  );
}

function offsIn(
  sql: ObjectSql,
  text: string,
  ...values: readonly (string | number | null)[]
): readonly WaitingOff[] {
  // Written by putOffs.
  return rowsIn<{ off: string }>(sql, text, ...values).map(
    ({ off }) => JSON.parse(off) as WaitingOff,
  );
}

/** Those that may still happen. */
const OPEN_STAGES: readonly OffStage[] = ["run", "held", "approved", "confirmed", "rejected"];
