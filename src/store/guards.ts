import type { RowSource } from "./row-source.ts";

/** A row whose version a change was decided on. */
export interface VersionGuard {
  readonly rowId: number;
  readonly version: number;
}

/** Aborts the batch (CHECK version_unchanged) when a user is no longer the row it was read as; ?2 = connector. */
export function guardVersions({ row, from }: RowSource): string {
  return `INSERT INTO tx_guard (version_changed) SELECT 1 ${from} WHERE NOT EXISTS (
    SELECT 1 FROM users WHERE row_id = ${row} ->> 'rowId' AND connector_id = ?2 AND version = ${row} ->> 'version')`;
}

/**
 * Aborts the batch (CHECK credential_valid) when the caller's credential may no longer write.
 * ?1 = token hash, ?2 = connector, ?3 = now.
 */
export const GUARD_CREDENTIAL = `INSERT INTO tx_guard (credential_gone) SELECT 1 WHERE NOT EXISTS (
  SELECT 1 FROM credentials CROSS JOIN connectors ON connectors.number = credentials.connector_id
  WHERE credentials.hash = ?1 AND credentials.connector_id = ?2 AND credentials.scope = 'read-write'
    AND credentials.revoked_at IS NULL AND coalesce(credentials.expires_at > ?3, 1)
    AND connectors.status = 'active' AND connectors.deleted_at IS NULL)`;
