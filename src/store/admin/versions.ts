import { and, eq, notExists, type SQL, sql } from "drizzle-orm";
import { classifyError } from "#store/d1-error.ts";
import type { Database } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import {
  type apiKeys,
  type bridges,
  type connectors,
  txGuard,
  type webhooks,
} from "#store/schema.ts";
import { build, named, type Prepared, prepare } from "#store/statement.ts";
import type { AuditRow } from "./audit-row.ts";

/** On what a change of an administrator may be stored, when it is, and what the trail tells of it. */
export interface AdminChange {
  /** The version that it was decided on; undefined for any. */
  readonly seen: number | undefined;
  readonly now: number;
  /** Left out for a change that no administrator asked for. */
  readonly audit?: AuditRow | undefined;
}

/** A row that administrators change, whose `version` moves on with each change (docs/storage.md). */
export interface VersionedRow {
  readonly table: typeof apiKeys | typeof bridges | typeof connectors | typeof webhooks;
  /** The condition that holds for this row alone. */
  readonly isRow: SQL;
}

/** The answer to a change that was decided on a version which the row has no more: nothing was written. */
export const STALE = "stale";

/**
 * Runs statements as one batch, on the condition that the row is at the version `seen`: undefined lets it
 * be at any. STALE where it is not, or is gone; then nothing was written.
 */
export async function batchAt(
  db: Database,
  row: VersionedRow,
  seen: number | undefined,
  statements: readonly D1PreparedStatement[],
): Promise<readonly D1Result[] | typeof STALE> {
  if (seen === undefined) return await db.batch([...statements]);
  try {
    const results = await db.batch([guardVersion(db, row, seen), ...statements]);
    return results.slice(1);
  } catch (error) {
    if (classifyError(error).kind === "versionChanged") return STALE;
    throw error;
  }
}

/** The statement that aborts its batch unless the row is at a version, and a further condition holds for it. */
export function guardVersion(
  db: Database,
  { table, isRow }: VersionedRow,
  version: number,
  condition?: SQL,
): Prepared<unknown> {
  const isAt = build
    .select(named({ version: table.version }))
    .from(table)
    .where(and(isRow, eq(table.version, version), condition));
  return prepare(db, insertRows(txGuard, { versionChanged: sql`1` }, { where: notExists(isAt) }));
}
