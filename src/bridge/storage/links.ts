import type { Link } from "../plan/operation.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** A link with its number in the object's storage. */
export interface StoredLink extends Link {
  readonly n: number;
}

/** Finds links by the provider's ids. */
export function linksBySource(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, StoredLink> {
  const links = selectLinks(sql, "source_id", sourceIds);
  return new Map(links.map((link) => [link.sourceId, link]));
}

/** Finds the numbers of links by the provider's ids. */
export function linkNumbers(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, number> {
  if (sourceIds.length === 0) return new Map();
  const text = `SELECT n, source_id AS sourceId FROM links
    WHERE source_id IN (SELECT value FROM json_each(?))`;
  const rows = rowsIn<Pick<LinkRow, "n" | "sourceId">>(sql, text, JSON.stringify(sourceIds));
  return new Map(rows.map(({ n, sourceId }) => [sourceId, n]));
}

/** Finds links by the ids of the directory's users. */
export function linksByUser(
  sql: ObjectSql,
  userIds: readonly string[],
): ReadonlyMap<string, StoredLink> {
  const links = selectLinks(sql, "user_id", userIds);
  return new Map(links.map((link) => [link.userId, link]));
}

/** Finds the links with these numbers. */
export function linksByNumber(
  sql: ObjectSql,
  numbers: readonly number[],
): ReadonlyMap<number, StoredLink> {
  const links = selectLinks(sql, "n", numbers);
  return new Map(links.map((link) => [link.n, link]));
}

/** Stores links; one of a source id that is there is overwritten and keeps its number. */
export function putLinks(sql: ObjectSql, links: readonly Link[]): void {
  if (links.length === 0) return;
  sql.exec(
    `INSERT INTO links (source_id, user_id, hash, active, gone_at, pending_manager, stamp)
     SELECT value ->> 'sourceId', value ->> 'userId', value ->> 'hash', value ->> 'isActive',
       value ->> 'goneAt', value ->> 'pendingManager', value ->> 'stamp' FROM json_each(?) WHERE true
     ON CONFLICT (source_id) DO UPDATE SET user_id = excluded.user_id, hash = excluded.hash,
       active = excluded.active, gone_at = excluded.gone_at, pending_manager = excluded.pending_manager,
       stamp = excluded.stamp`,
    JSON.stringify(links),
  );
}

/** Forgets links; the users stay as they are. */
export function dropLinks(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  const list = JSON.stringify(sourceIds);
  sql.exec("DELETE FROM links WHERE source_id IN (SELECT value FROM json_each(?))", list);
}

/** How many users are linked, and how many of those are active: what the guard measures against. */
export function countLinks(sql: ObjectSql): { readonly linked: number; readonly active: number } {
  const [counts] = rowsIn<{ linked: number; active: number }>(
    sql,
    "SELECT (SELECT count(*) FROM links) AS linked, (SELECT count(*) FROM links WHERE active = 1) AS active",
  );
  return counts ?? { linked: 0, active: 0 };
}

/** The links that wait for a manager, in the order of their numbers. */
export function pendingManagers(
  sql: ObjectSql,
  afterN: number,
  limit: number,
): readonly StoredLink[] {
  const text = `${SELECT_LINK} WHERE pending_manager IS NOT NULL AND n > ? ORDER BY n LIMIT ?`;
  return rowsIn<LinkRow>(sql, text, afterN, limit).map(fromRow);
}

const SELECT_LINK = `SELECT n, source_id AS sourceId, user_id AS userId, hash, active AS isActive,
  gone_at AS goneAt, pending_manager AS pendingManager, stamp FROM links`;

interface LinkRow {
  readonly n: number;
  readonly sourceId: string;
  readonly userId: string;
  readonly hash: string;
  readonly isActive: number;
  readonly goneAt: number | null;
  readonly pendingManager: string | null;
  readonly stamp: number | null;
}

function selectLinks(
  sql: ObjectSql,
  column: "n" | "source_id" | "user_id",
  values: readonly (string | number)[],
): readonly StoredLink[] {
  if (values.length === 0) return [];
  const text = `${SELECT_LINK} WHERE ${column} IN (SELECT value FROM json_each(?))`;
  return rowsIn<LinkRow>(sql, text, JSON.stringify(values)).map(fromRow);
}

function fromRow({ isActive, goneAt, pendingManager, stamp, ...row }: LinkRow): StoredLink {
  return {
    ...row,
    isActive: isActive === 1,
    goneAt: goneAt ?? undefined,
    pendingManager: pendingManager ?? undefined,
    stamp: stamp ?? undefined,
  };
}
