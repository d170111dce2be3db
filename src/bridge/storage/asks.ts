import { mayWrite, type Run } from "../state/run.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/**
 * Why the provider is to be asked for somebody by id: an administrator approved the switch-off; no listing
 * showed him; a listing showed an older record of him than was applied; or there is an issue about him.
 */
export type AskReason = "approved" | "missing" | "older" | "issue";

/** Somebody to be asked for; he stays on the list until the provider has said something of him. */
export interface Ask {
  readonly sourceId: string;
  readonly why: AskReason;
}

/** Puts people on the list; who is on it already stays as he is. */
export function putAsks(
  sql: ObjectSql,
  run: Run,
  why: AskReason,
  sourceIds: readonly string[],
  now: number,
): void {
  if (sourceIds.length === 0) return;
  sql.exec(
    `INSERT INTO asks (plan, source_id, why, since, tries, run_id)
     SELECT ?, value, ?, ?, 0, '' FROM json_each(?) WHERE true
     ON CONFLICT DO UPDATE SET why = iif(excluded.why = 'approved', 'approved', why)`,
    planOf(run),
    why,
    now,
    JSON.stringify(sourceIds),
  );
}

/** Whom this run has not asked for yet: those whose switch-off was approved first, then who waited longest. */
export function nextAsks(sql: ObjectSql, run: Run, limit: number): readonly Ask[] {
  const text = `SELECT source_id AS sourceId, why FROM asks WHERE plan = ? AND run_id <> ?
    ORDER BY why <> 'approved', tries, source_id LIMIT ?`;
  return rowsIn<Ask>(sql, text, planOf(run), run.runId, limit);
}

/** Notes that this run asked in vain. */
export function noteAsked(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  const text = `UPDATE asks SET tries = tries + 1, run_id = ?
    WHERE plan = ? AND source_id IN (SELECT value FROM json_each(?))`;
  sql.exec(text, run.runId, planOf(run), JSON.stringify(sourceIds));
}

/** Takes people off the list. */
export function dropAsks(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  const text = "DELETE FROM asks WHERE plan = ? AND source_id IN (SELECT value FROM json_each(?))";
  sql.exec(text, planOf(run), JSON.stringify(sourceIds));
}

/** Takes all off the list who are on it for a reason that a complete listing finds again. */
export function dropMissingAsks(sql: ObjectSql, run: Run): void {
  sql.exec("DELETE FROM asks WHERE plan = ? AND why = 'missing'", planOf(run));
}

/** How many of the missing are active: those that the guard would count. */
export function countActiveMissing(sql: ObjectSql, run: Run): number {
  const text = `SELECT count(*) AS n FROM asks CROSS JOIN links USING (source_id)
    WHERE plan = ? AND why = 'missing' AND links.active = 1`;
  return rowsIn<{ n: number }>(sql, text, planOf(run))[0]?.n ?? 0;
}

/** How many people are on the list. */
export function countAsks(sql: ObjectSql, run: Run): number {
  const text = "SELECT count(*) AS n FROM asks WHERE plan = ?";
  return rowsIn<{ n: number }>(sql, text, planOf(run))[0]?.n ?? 0;
}

/** The missing whom this run has not asked for, in the order of their ids. */
export function missingAsks(sql: ObjectSql, run: Run, limit: number): readonly string[] {
  const text = `SELECT source_id AS sourceId FROM asks WHERE plan = ? AND why = 'missing' AND run_id <> ?
    ORDER BY source_id LIMIT ?`;
  return rowsIn<Ask>(sql, text, planOf(run), run.runId, limit).map(({ sourceId }) => sourceId);
}

/** A dry run keeps a list of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}
