import type { ScopePage, ScopePart } from "../source/source.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** A part of the scope that is still to be read, from a page on. */
export interface OpenPart extends ScopePart {
  readonly cursor: string | undefined;
  /** How many members its pages have named so far. */
  readonly came: number;
}

/** Who belongs to the scope of the run under way, and of what the scope consists. */
export const SCOPE_TABLES = [
  `CREATE TABLE scope_parts (kind TEXT NOT NULL, source_id TEXT NOT NULL, is_open INTEGER NOT NULL,
    cursor TEXT, came INTEGER NOT NULL, PRIMARY KEY (kind, source_id)) WITHOUT ROWID`,
  "CREATE TABLE scope_members (source_id TEXT PRIMARY KEY) WITHOUT ROWID",
];

/** Stands for everybody of the directory; no provider's id is empty. */
const EVERYBODY = "";

/** Forgets the scope of the run before. */
export function clearScope(sql: ObjectSql): void {
  for (const table of ["scope_parts", "scope_members"]) sql.exec(`DELETE FROM ${table}`);
}

/** Adds parts that have to be read; a part that is known already stays as it is, so that circles end. */
export function putParts(sql: ObjectSql, parts: readonly ScopePart[]): void {
  insertParts(sql, parts, 1);
}

/** The next part that has to be read. */
export function nextPart(sql: ObjectSql): OpenPart | undefined {
  const text = `SELECT kind, source_id AS sourceId, cursor, came FROM scope_parts
    WHERE is_open = 1 ORDER BY kind, source_id LIMIT 1`;
  const [row] = rowsIn<ScopePart & { cursor: string | null; came: number }>(sql, text);
  return row === undefined ? undefined : { ...row, cursor: row.cursor ?? undefined };
}

/** Keeps a page of a part, and from where its reading goes on. */
export function passScopePage(sql: ObjectSql, part: OpenPart, page: ScopePage): void {
  putMembers(sql, page.isEveryone === true ? [...page.sourceIds, EVERYBODY] : page.sourceIds);
  const groups = Map.groupBy(page.groups, ({ isExpanded }) => isExpanded);
  for (const [isExpanded, some] of groups) {
    const parts = some.map(({ sourceId }): ScopePart => ({ kind: "group", sourceId }));
    insertParts(sql, parts, isExpanded ? 0 : 1);
  }
  const text = `UPDATE scope_parts SET is_open = ?, cursor = ?, came = ?
    WHERE kind = ? AND source_id = ?`;
  const isOpen = page.next === undefined ? 0 : 1;
  sql.exec(text, isOpen, page.next ?? null, cameWith(part, page), part.kind, part.sourceId);
}

/** How many members a part has named with this page. */
export function cameWith({ came }: OpenPart, { sourceIds, groups }: ScopePage): number {
  return came + sourceIds.length + groups.length;
}

/** Leaves a part that cannot be read. */
export function closePart(sql: ObjectSql, { kind, sourceId }: ScopePart): void {
  const text = "UPDATE scope_parts SET is_open = 0 WHERE kind = ? AND source_id = ?";
  sql.exec(text, kind, sourceId);
}

/** Which of these people, by source id, are known to be in the scope. */
export function membersAmong(sql: ObjectSql, sourceIds: readonly string[]): ReadonlySet<string> {
  const text = `SELECT source_id AS sourceId FROM scope_members
    WHERE source_id IN (SELECT value FROM json_each(?))`;
  const asked = JSON.stringify([...sourceIds, EVERYBODY]);
  const found = rowsIn<{ sourceId: string }>(sql, text, asked).map(({ sourceId }) => sourceId);
  return new Set(found.includes(EVERYBODY) ? sourceIds : found);
}

/**
 * Which of these people are linked, active, and not waiting to be switched off because they left the scope: as
 * far as the runs before could tell they are in it.
 */
export function formerMembersAmong(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlySet<string> {
  const text = `SELECT source_id AS sourceId FROM links
    WHERE source_id IN (SELECT value FROM json_each(?)) AND active = 1 AND NOT EXISTS (
      SELECT 1 FROM offs WHERE offs.stage IN ('held', 'approved', 'confirmed')
        AND offs.source_id = links.source_id AND offs.off ->> 'why' = 'not-in-scope')`;
  const rows = rowsIn<{ sourceId: string }>(sql, text, JSON.stringify(sourceIds));
  return new Set(rows.map(({ sourceId }) => sourceId));
}

/** Whether a group is one of the scope's own, or nested in one. */
export function isScopeGroup(sql: ObjectSql, sourceId: string): boolean {
  const text = "SELECT 1 FROM scope_parts WHERE kind = 'group' AND source_id = ?";
  return rowsIn(sql, text, sourceId).length > 0;
}

function putMembers(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  const text = "INSERT OR IGNORE INTO scope_members (source_id) SELECT value FROM json_each(?)";
  sql.exec(text, JSON.stringify(sourceIds));
}

function insertParts(sql: ObjectSql, parts: readonly ScopePart[], isOpen: 0 | 1): void {
  const text = `INSERT OR IGNORE INTO scope_parts (kind, source_id, is_open, cursor, came)
    SELECT value ->> 'kind', value ->> 'sourceId', ?, NULL, 0 FROM json_each(?)`;
  sql.exec(text, isOpen, JSON.stringify(parts));
}
