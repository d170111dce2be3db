import type { CandidateKeys, UserRecord } from "#scim/ports.ts";
import type { Database } from "./database.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";

/** The columns of a user that answers are made of. */
export const USER_COLUMNS = `users.row_id AS rowId, users.id AS id, users.version AS version,
  users.created_at AS createdAt, users.modified_at AS modifiedAt, users.deleted_at AS deletedAt,
  users.doc AS documentText`;

type UserRow = Omit<UserRecord, "deletedAt"> & { readonly deletedAt: number | null };

/** Reads the users of a result whose statement selects USER_COLUMNS. */
export function usersOf(result: D1Result | undefined): readonly UserRecord[] {
  return rowsOf<UserRow>(result).map((row) => ({ ...row, deletedAt: row.deletedAt ?? undefined }));
}

/** Finds a live user by id. */
export function userById(db: Database, scope: Scope, id: string): Query<UserRecord | undefined> {
  const statement = db
    .prepare(
      `SELECT ${USER_COLUMNS} FROM users
       WHERE connector_id = ${scopeText(scope)} AND id = ?2 AND deleted_at IS NULL`,
    )
    .bind(scopeKey(scope), id);
  return { statements: [statement], read: ([result]) => usersOf(result)[0] };
}

/** Finds the users that a new one could be: live by userName key, live or soft-deleted by externalId. */
export function userCandidates(
  db: Database,
  scope: Scope,
  keys: CandidateKeys,
): Query<readonly UserRecord[]> {
  const byName = db
    .prepare(
      `SELECT ${USER_COLUMNS} FROM users
       WHERE connector_id = ${scopeText(scope)} AND user_name_key = ?2 AND deleted_at IS NULL`,
    )
    .bind(scopeKey(scope), keys.userNameKey);
  if (keys.externalId === undefined) {
    return { statements: [byName], read: ([result]) => usersOf(result) };
  }
  const byExternalId = db
    .prepare(
      `SELECT ${USER_COLUMNS} FROM users WHERE connector_id = ${scopeText(scope)} AND external_id = ?2`,
    )
    .bind(scopeKey(scope), keys.externalId);
  return {
    statements: [byName, byExternalId],
    read: ([named, external]) => {
      const found = usersOf(named);
      const known = new Set(found.map(({ id }) => id));
      return [...found, ...usersOf(external).filter(({ id }) => !known.has(id))];
    },
  };
}
