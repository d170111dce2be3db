import type { UserColumns } from "./columns.ts";
import type { RowSource } from "./row-source.ts";

// Each statement takes its rows as ?1 (see row-source.ts) and the connector's number as ?2.

/** Stores new users. */
export function insertUsers({ row, from }: RowSource): string {
  return `INSERT INTO users (connector_id, id, user_name_key, external_id, active, version,
      created_at, modified_at, doc, folded)
    SELECT ?2, ${row} ->> 'id', ${row} ->> 'userNameKey', ${row} ->> 'externalId', ${row} ->> 'active',
      ${row} ->> 'version', ${row} ->> 'createdAt', ${row} ->> 'modifiedAt', ${row} ->> 'doc', ${row} ->> 'folded'
    ${from}`;
}

/** The indexed columns that an update may touch; each costs one row written, so only changed ones are set. */
export interface ChangedKeys {
  readonly userNameKey: boolean;
  readonly externalId: boolean;
  readonly deletedAt: boolean;
}

/** Tells which indexed columns differ between two states of a user. */
export function changedKeys(before: UserColumns, after: UserColumns): ChangedKeys {
  return {
    userNameKey: before.userNameKey !== after.userNameKey,
    externalId: before.externalId !== after.externalId,
    deletedAt: before.deletedAt !== after.deletedAt,
  };
}

/** Overwrites users found by their row; writing only the keys that changed keeps the other indexes untouched. */
export function updateUsers(keys: ChangedKeys): (source: RowSource) => string {
  return ({ row, from }) => {
    const assignments = [
      `doc = ${row} ->> 'doc'`,
      `folded = ${row} ->> 'folded'`,
      `active = ${row} ->> 'active'`,
      `version = ${row} ->> 'version'`,
      `modified_at = ${row} ->> 'modifiedAt'`,
      ...(keys.userNameKey ? [`user_name_key = ${row} ->> 'userNameKey'`] : []),
      ...(keys.externalId ? [`external_id = ${row} ->> 'externalId'`] : []),
      ...(keys.deletedAt ? [`deleted_at = ${row} ->> 'deletedAt'`] : []),
    ];
    return `UPDATE users SET ${assignments.join(", ")} ${from}
      WHERE users.row_id = ${row} ->> 'rowId' AND users.connector_id = ?2`;
  };
}

/** Makes soft-deleted users give up an externalId that a live user is about to take. */
export function freeExternalIds({ row, from }: RowSource): string {
  return `UPDATE users SET external_id = NULL WHERE connector_id = ?2
    AND external_id IN (SELECT ${row} ->> 'externalId' ${from})
    AND deleted_at IS NOT NULL AND row_id NOT IN (SELECT ${row} ->> 'rowId' ${from})`;
}

/** Erases users for good. */
export function eraseUsers({ row, from }: RowSource): string {
  return `DELETE FROM users WHERE row_id IN (SELECT ${row} ->> 'rowId' ${from}) AND connector_id = ?2`;
}

/** Stores looked-up values. */
export function insertValues({ row, from }: RowSource): string {
  return `INSERT INTO user_values (connector_id, path, value_key, type_key, user_id)
    SELECT ?2, ${row} ->> 'path', ${row} ->> 'valueKey', ${row} ->> 'typeKey', ${row} ->> 'userId' ${from}`;
}

/** Removes looked-up values. */
export function deleteValues({ row, from }: RowSource): string {
  return `DELETE FROM user_values WHERE (connector_id, path, value_key, type_key, user_id) IN (
    SELECT ?2, ${row} ->> 'path', ${row} ->> 'valueKey', ${row} ->> 'typeKey', ${row} ->> 'userId' ${from})`;
}
