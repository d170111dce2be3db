import type { JsonObject } from "#scim/json.ts";
import { type ObjectSql, rowsIn } from "./storage.ts";

/** A record that another user's name or externalId is in the way of, kept for the second pass. */
export interface KeptConflict {
  readonly sourceId: string;
  readonly record: JsonObject;
}

/** Keeps records for the second pass. */
export function putConflicts(sql: ObjectSql, conflicts: readonly KeptConflict[]): void {
  for (const { sourceId, record } of conflicts) {
    const text = "INSERT OR REPLACE INTO conflicts (source_id, record) VALUES (?, ?)";
    sql.exec(text, sourceId, JSON.stringify(record));
  }
}

/** The kept records behind a source id, in the order of those. */
export function listConflicts(
  sql: ObjectSql,
  after: string,
  limit: number,
): readonly KeptConflict[] {
  const text = `SELECT source_id AS sourceId, record FROM conflicts
    WHERE source_id > ? ORDER BY source_id LIMIT ?`;
  return rowsIn<{ sourceId: string; record: string }>(sql, text, after, limit).map(
    // Written by putConflicts.
    ({ sourceId, record }) => ({ sourceId, record: JSON.parse(record) as JsonObject }),
  );
}

/** Notes that a listing gave this cursor, by its hash. */
export function noteCursor(sql: ObjectSql, hash: string): void {
  sql.exec("INSERT OR IGNORE INTO cursors (hash) VALUES (?)", hash);
}

/** Whether a listing gave this cursor before. */
export function isKnownCursor(sql: ObjectSql, hash: string): boolean {
  return rowsIn(sql, "SELECT 1 AS found FROM cursors WHERE hash = ?", hash).length > 0;
}
