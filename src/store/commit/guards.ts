import type { RowSource } from "#store/row-source.ts";

/** A row that a change was decided on; without a version, any will do as long as it is there. */
export interface RowGuard {
  readonly rowId: number;
  /** SQLite hands the row of an erased resource out again: the id says that it is still the same one. */
  readonly id: string;
  readonly version: number | null;
}

/**
 * Aborts the batch (CHECK version_unchanged) when a resource is no longer the row it was read as;
 * ?1 = rows (see row-source.ts), ?2 = connector. A restored row is not live yet, so that is not asked.
 */
export function guardRows({ row, from }: RowSource): string {
  return `INSERT INTO tx_guard (version_changed) SELECT 1 ${from} WHERE NOT EXISTS (
    SELECT 1 FROM resources WHERE row_id = ${row} ->> 'rowId' AND connector_id = ?2 AND id = ${row} ->> 'id'
      AND version = coalesce(${row} ->> 'version', version)
      AND (${row} ->> 'version' IS NOT NULL OR deleted_at IS NULL))`;
}

/**
 * Aborts the batch (CHECK external_id_free) when a live resource shares the externalId that one of the
 * rows took; run after the rows are written, so that two of them could swap theirs.
 * ?1 = rows (see row-source.ts), ?2 = connector.
 */
export function guardExternalIds({ row, from, only }: RowSource): string {
  return `INSERT INTO tx_guard (external_id_taken) SELECT 1 ${from} WHERE ${only} AND (
    SELECT count(*) FROM (SELECT 1 FROM resources WHERE connector_id = ?2 AND type = ${row} ->> 'type'
      AND external_id = ${row} ->> 'externalId' AND deleted_at IS NULL LIMIT 2)) > 1`;
}

/**
 * Aborts the batch (CHECK credential_valid) when the caller's credential may no longer write.
 * ?1 = token hash, ?2 = connector, ?3 = now.
 */
export const GUARD_CREDENTIAL = `INSERT INTO tx_guard (credential_gone) SELECT 1
  WHERE NOT ${credentialHolds("?1", "?3")}`;

/**
 * The condition that a credential of connector ?2 may write; `hash` and `now` are SQL expressions, and
 * `terms` another condition on its connector.
 */
export function credentialHolds(hash: string, now: string, terms = "1"): string {
  return `EXISTS (
  SELECT 1 FROM credentials CROSS JOIN connectors ON connectors.number = credentials.connector_id
  WHERE credentials.hash = ${hash} AND credentials.connector_id = ?2 AND credentials.scope = 'read-write'
    AND credentials.revoked_at IS NULL AND coalesce(credentials.expires_at > ${now}, 1)
    AND connectors.status = 'active' AND connectors.deleted_at IS NULL AND ${terms})`;
}
