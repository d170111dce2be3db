import type { FormerGroup } from "#scim/provision/group.ts";
import { type ObjectSql, rowsIn } from "../tables.ts";

/** So long a group that went can come back as the one it was. */
const FORMER_KEPT_MS = 30 * 86_400_000;

/** Creates the table where it is not there yet. */
export function createFormerGroupTable(sql: ObjectSql): void {
  sql.exec(
    `CREATE TABLE IF NOT EXISTS former_groups (source_id TEXT PRIMARY KEY, group_id TEXT NOT NULL,
      version INTEGER NOT NULL, gone_at INTEGER NOT NULL) WITHOUT ROWID`,
  );
}

/** Remembers what a group was that the bridge made, and removed; older ones are forgotten. */
export function putFormerGroup(
  sql: ObjectSql,
  sourceId: string,
  { id, version }: FormerGroup,
  now: number,
): void {
  sql.exec("DELETE FROM former_groups WHERE gone_at < ?", now - FORMER_KEPT_MS);
  sql.exec(
    "INSERT OR REPLACE INTO former_groups (source_id, group_id, version, gone_at) VALUES (?, ?, ?, ?)",
    sourceId,
    id,
    version,
    now,
  );
}

/** What a group of the provider was here; undefined for none, and for one that went long ago. */
export function formerGroup(
  sql: ObjectSql,
  sourceId: string,
  now: number,
): FormerGroup | undefined {
  const text =
    "SELECT group_id AS id, version FROM former_groups WHERE source_id = ? AND gone_at >= ?";
  return rowsIn<FormerGroup>(sql, text, sourceId, now - FORMER_KEPT_MS)[0];
}

/** Forgets it: the group is back. */
export function dropFormerGroup(sql: ObjectSql, sourceId: string): void {
  sql.exec("DELETE FROM former_groups WHERE source_id = ?", sourceId);
}
