import type { Claim, Questions, Released } from "../plan/evidence.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** Keeps what records without a link claim, until the run ends. */
export function putClaims(sql: ObjectSql, claims: readonly Claim[]): void {
  if (claims.length === 0) return;
  sql.exec("INSERT INTO claims (items) VALUES (?)", JSON.stringify(claims));
}

/** Remembers users whom the bridge let go. */
export function putReleased(sql: ObjectSql, released: readonly Released[]): void {
  if (released.length === 0) return;
  const text = `INSERT OR REPLACE INTO released (user_id, source_id)
    SELECT value ->> 'userId', value ->> 'sourceId' FROM json_each(?)`;
  sql.exec(text, JSON.stringify(released));
}

/** Forgets that users were let go: they are linked again. */
export function dropReleased(sql: ObjectSql, userIds: readonly string[]): void {
  if (userIds.length === 0) return;
  const text = "DELETE FROM released WHERE user_id IN (SELECT value FROM json_each(?))";
  sql.exec(text, JSON.stringify(userIds));
}

/** Those of the users whom the bridge let go. */
export function listReleased(sql: ObjectSql, userIds: readonly string[]): readonly Released[] {
  const text = `SELECT user_id AS userId, source_id AS sourceId FROM released
    WHERE user_id IN (SELECT value FROM json_each(?))`;
  return rowsIn<Released>(sql, text, JSON.stringify(userIds));
}

/** The claims of this run's records that answer any of the questions: those that wait, and the others. */
export function claimsFor(sql: ObjectSql, questions: Questions): readonly Claim[] {
  const { sourceIds, nameKeys, emailKeys, userIds } = questions;
  const asked = [sourceIds, nameKeys, emailKeys].map((each) => JSON.stringify(each));
  const waiting = rowsIn<ClaimRow>(sql, WAITING, ...asked);
  const others = rowsIn<ClaimRow>(sql, OTHERS, ...asked, JSON.stringify(userIds));
  return [...waiting, ...others].map(({ sourceId, nameKey, emailKey, userId }) => ({
    sourceId,
    nameKey: nameKey ?? undefined,
    emailKey: emailKey ?? undefined,
    userId: userId ?? undefined,
  }));
}

interface ClaimRow {
  readonly sourceId: string;
  readonly nameKey: string | null;
  readonly emailKey: string | null;
  readonly userId: string | null;
}

/** Each part by an index of its own: SQLite would read the whole table for an OR of lists. */
const WAITING = `SELECT source_id AS sourceId, name_key AS nameKey, email_key AS emailKey, NULL AS userId
  FROM waiting WHERE source_id IN (SELECT value FROM json_each(?1))
  UNION SELECT source_id, name_key, email_key, NULL FROM waiting
    WHERE name_key IN (SELECT value FROM json_each(?2))
  UNION SELECT source_id, name_key, email_key, NULL FROM waiting
    WHERE email_key IN (SELECT value FROM json_each(?3))`;

const OTHERS = `SELECT item.value ->> 'sourceId' AS sourceId, item.value ->> 'nameKey' AS nameKey,
    item.value ->> 'emailKey' AS emailKey, item.value ->> 'userId' AS userId
  FROM claims CROSS JOIN json_each(claims.items) AS item
  WHERE item.value ->> 'sourceId' IN (SELECT value FROM json_each(?1))
    OR item.value ->> 'nameKey' IN (SELECT value FROM json_each(?2))
    OR item.value ->> 'emailKey' IN (SELECT value FROM json_each(?3))
    OR item.value ->> 'userId' IN (SELECT value FROM json_each(?4))`;
