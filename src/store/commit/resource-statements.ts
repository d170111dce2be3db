import type { ResourceColumns } from "#store/columns.ts";
import { matchesRow, type RowSource } from "#store/row-source.ts";

// Each statement takes its rows as ?1 (see row-source.ts) and the connector's number as ?2.

/** Stores new resources. */
export function insertResources({ row, from, only }: RowSource): string {
  return `INSERT INTO resources (connector_id, type, id, name_key, name_slot, external_id, active, version,
      created_at, modified_at, event_id, doc, folded)
    SELECT ?2, ${row} ->> 'type', ${row} ->> 'id', ${row} ->> 'nameKey', ${row} ->> 'nameSlot',
      ${row} ->> 'externalId', ${row} ->> 'active', ${row} ->> 'version', ${row} ->> 'createdAt',
      ${row} ->> 'modifiedAt', ${row} ->> 'eventId', ${row} ->> 'doc', ${row} ->> 'folded' ${from} WHERE ${only}`;
}

/** The indexed columns that an update may touch; each costs one row written, so only changed ones are set. */
export interface ChangedKeys {
  readonly nameKey: boolean;
  readonly externalId: boolean;
  readonly deletedAt: boolean;
}

/** Tells which indexed columns differ between two states of a resource. */
export function changedKeys(before: ResourceColumns, after: ResourceColumns): ChangedKeys {
  return {
    nameKey: before.nameKey !== after.nameKey,
    // A former version made soft-deleted rows give theirs up: a restore claims it anew.
    externalId: before.externalId !== after.externalId || isRestored(before, after),
    deletedAt: before.deletedAt !== after.deletedAt,
  };
}

function isRestored(before: ResourceColumns, after: ResourceColumns): boolean {
  return before.deletedAt !== null && after.deletedAt === null;
}

/**
 * Overwrites resources found by their row; writing only the keys that changed leaves the other
 * indexes alone. The version is counted here, so that a rival's change of members is not undone.
 */
export function updateResources(keys: ChangedKeys): (source: RowSource) => string {
  return ({ row, from, only }) => {
    const assignments = [
      `doc = ${row} ->> 'doc'`,
      `folded = ${row} ->> 'folded'`,
      `active = ${row} ->> 'active'`,
      "version = version + 1",
      `modified_at = ${row} ->> 'modifiedAt'`,
      `event_id = ${row} ->> 'eventId'`,
      ...(keys.nameKey
        ? [`name_key = ${row} ->> 'nameKey'`, `name_slot = ${row} ->> 'nameSlot'`]
        : []),
      ...(keys.externalId ? [`external_id = ${row} ->> 'externalId'`] : []),
      ...(keys.deletedAt ? [`deleted_at = ${row} ->> 'deletedAt'`] : []),
    ];
    return `UPDATE resources SET ${assignments.join(", ")} ${from}
      WHERE resources.row_id = ${row} ->> 'rowId' AND resources.connector_id = ?2 AND ${only}`;
  };
}

/** Moves groups one version on whose members are about to change, and nothing else of them. */
export function bumpGroups({ row, from, only }: RowSource): string {
  return `UPDATE resources SET version = version + 1, modified_at = ${row} ->> 'modifiedAt',
      event_id = ${row} ->> 'eventId' ${from}
    WHERE resources.row_id = ${row} ->> 'rowId' AND resources.connector_id = ?2 AND ${only}`;
}

/** Erases resources for good; triggers erase what hangs on them. */
export function eraseResources({ row, from, only }: RowSource): string {
  return `DELETE FROM resources WHERE row_id IN (SELECT ${row} ->> 'rowId' ${from}) AND connector_id = ?2
    AND ${only}`;
}

/** Stores looked-up values. */
export function insertValues({ row, from, only }: RowSource): string {
  return `INSERT INTO resource_values (connector_id, path, value_key, type_key, resource_id)
    SELECT ?2, ${row} ->> 'path', ${row} ->> 'valueKey', ${row} ->> 'typeKey', ${row} ->> 'resourceId' ${from}
    WHERE ${only}`;
}

/** Removes looked-up values. */
export function deleteValues(source: RowSource): string {
  const columns = ["path", "value_key", "type_key", "resource_id"];
  const members = ["path", "valueKey", "typeKey", "resourceId"];
  return `DELETE FROM resource_values WHERE connector_id = ?2 AND ${matchesRow(source, columns, members)}
    AND ${source.only}`;
}
