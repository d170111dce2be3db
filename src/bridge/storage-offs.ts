import type { Link, SwitchOff } from "./operation.ts";
import { type ObjectSql, rowsIn } from "./storage.ts";

/**
 * How far a switch-off is: of a link that a listing left out, still to be confirmed ("missing");
 * decided, waiting for the guard ("run"); held back ("held"); approved by an administrator.
 */
export type OffStage = "missing" | "run" | "held" | "approved";

/** A switch-off as it waits. */
export type WaitingOff = Pick<SwitchOff, "op" | "sourceId" | "userId" | "why">;

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

/** Keeps links that a listing left out, to be confirmed. */
export function putMissing(sql: ObjectSql, links: readonly Link[]): void {
  putOffs(
    sql,
    "missing",
    links.map(({ sourceId, userId }) => ({ op: "deactivate", sourceId, userId, why: "missing" })),
  );
}

/** The switch-offs of a stage in the order of their source ids. */
export function listOffs(
  sql: ObjectSql,
  stage: OffStage,
  limit: number,
  after = "",
): readonly WaitingOff[] {
  const text = "SELECT off FROM offs WHERE stage = ? AND source_id > ? ORDER BY source_id LIMIT ?";
  return offsIn(sql, text, stage, after, limit);
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

/** Moves all switch-offs of a stage to another. */
export function moveOffs(sql: ObjectSql, from: OffStage, to: OffStage): void {
  sql.exec("UPDATE OR REPLACE offs SET stage = ? WHERE stage = ?", to, from);
}

/** Drops all switch-offs of a stage. */
export function clearOffs(sql: ObjectSql, stage: OffStage): void {
  sql.exec("DELETE FROM offs WHERE stage = ?", stage);
}

/** Drops the switch-offs of some users in a stage, or in all of them. */
export function dropOffs(
  sql: ObjectSql,
  sourceIds: readonly string[],
  stage: OffStage | undefined = undefined,
): void {
  if (sourceIds.length === 0) return;
  sql.exec(
    `DELETE FROM offs WHERE stage IN (SELECT value FROM json_each(?))
       AND source_id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(stage === undefined ? STAGES : [stage]),
    JSON.stringify(sourceIds),
  );
}

function offsIn(
  sql: ObjectSql,
  text: string,
  ...values: readonly (string | number)[]
): readonly WaitingOff[] {
  // Written by putOffs.
  return rowsIn<{ off: string }>(sql, text, ...values).map(
    ({ off }) => JSON.parse(off) as WaitingOff,
  );
}

const STAGES: readonly OffStage[] = ["missing", "run", "held", "approved"];
