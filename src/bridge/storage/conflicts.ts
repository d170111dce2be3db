import type { JsonObject } from "#scim/json.ts";
import type { Claim } from "../plan/evidence.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** A record that waits until more is known, with what it claims meanwhile. */
export interface KeptConflict extends Claim {
  readonly record: JsonObject;
}

/** Keeps records until more is known. */
export function putConflicts(sql: ObjectSql, conflicts: readonly KeptConflict[]): void {
  for (const { sourceId, record, nameKey, emailKey } of conflicts) {
    const text = `INSERT OR REPLACE INTO waiting (source_id, record, name_key, email_key, settled)
      VALUES (?, ?, ?, ?, 0)`;
    sql.exec(text, sourceId, JSON.stringify(record), nameKey ?? null, emailKey ?? null);
  }
}

/** The records that still wait behind a source id, in the order of those. */
export function listConflicts(
  sql: ObjectSql,
  after: string,
  limit: number,
): readonly { readonly sourceId: string; readonly record: JsonObject }[] {
  const text = `SELECT source_id AS sourceId, record FROM waiting
    WHERE source_id > ? AND settled = 0 ORDER BY source_id LIMIT ?`;
  return rowsIn<{ sourceId: string; record: string }>(sql, text, after, limit).map(
    // Written by putConflicts.
    ({ sourceId, record }) => ({ sourceId, record: JSON.parse(record) as JsonObject }),
  );
}

/** Notes that records wait no more; they are kept for what they claim. */
export function settleConflicts(sql: ObjectSql, sourceIds: readonly string[]): void {
  const text = "UPDATE waiting SET settled = 1 WHERE source_id IN (SELECT value FROM json_each(?))";
  sql.exec(text, JSON.stringify(sourceIds));
}

/** Forgets the records that wait no more. */
export function dropSettled(sql: ObjectSql): void {
  sql.exec("DELETE FROM waiting WHERE settled = 1");
}

/** Notes that a listing gave this cursor, by its hash. */
export function noteCursor(sql: ObjectSql, hash: string): void {
  sql.exec("INSERT OR IGNORE INTO cursors (hash) VALUES (?)", hash);
}

/** Whether a listing gave this cursor before. */
export function isKnownCursor(sql: ObjectSql, hash: string): boolean {
  return rowsIn(sql, "SELECT 1 AS found FROM cursors WHERE hash = ?", hash).length > 0;
}
