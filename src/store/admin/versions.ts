import { classifyError } from "#store/d1-error.ts";
import type { Database } from "#store/database.ts";

/** A row that administrators change, whose `version` moves on with each change (docs/storage.md). */
export type VersionedRow =
  | { readonly table: "connectors"; readonly key: number }
  | { readonly table: "bridges"; readonly key: number }
  | { readonly table: "webhooks"; readonly key: string };

/** The answer to a change that was decided on a version which the row has no more: nothing was written. */
export const STALE = "stale";

const KEYS = { connectors: "number", bridges: "connector_id", webhooks: "id" } as const;

/**
 * Runs statements as one batch, on the condition that the row is at the version `seen`: undefined lets it
 * be at any. STALE where it is not, or is gone; then nothing was written.
 */
export async function batchAt(
  db: Database,
  { table, key }: VersionedRow,
  seen: number | undefined,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[] | typeof STALE> {
  if (seen === undefined) return await db.batch([...statements]);
  const text = `INSERT INTO tx_guard (version_changed) SELECT 1
    WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${KEYS[table]} = ?1 AND version = ?2)`;
  try {
    const results = await db.batch([db.prepare(text).bind(key, seen), ...statements]);
    return results.slice(1);
  } catch (error) {
    if (classifyError(error).kind === "versionChanged") return STALE;
    throw error;
  }
}
