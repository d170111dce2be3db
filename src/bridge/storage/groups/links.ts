import { type ObjectSql, rowsIn } from "../tables.ts";
import { createFormerGroupTable } from "./former.ts";
import { clearGroupOffs, clearPlannedGroupOffs, createGroupOffTables } from "./switch-offs.ts";

/** A group of the provider tied to a group of the directory, as the Durable Object keeps it. */
export interface GroupLink {
  readonly sourceId: string;
  readonly groupId: string;
  /** Of name and members as they were last written; empty where the next look must compare. */
  readonly hash: string;
  /** Whether the Bridge made the group: only then may it delete it. */
  readonly isCreated: boolean;
}

/** Creates the tables of groups where they are not there yet. */
export function createGroupTables(sql: ObjectSql): void {
  for (const statement of TABLES) sql.exec(statement);
  createGroupOffTables(sql);
  createFormerGroupTable(sql);
}

/** Finds the link of a group of the provider. */
export function groupLink(sql: ObjectSql, sourceId: string): GroupLink | undefined {
  return rowsIn<LinkRow>(sql, `${SELECT_LINK} WHERE source_id = ?`, sourceId).map(fromRow)[0];
}

/** All group links, in the order of the provider's ids. */
export function groupLinks(sql: ObjectSql): readonly GroupLink[] {
  return rowsIn<LinkRow>(sql, `${SELECT_LINK} ORDER BY source_id`).map(fromRow);
}

/** Tells whether a group of the directory is tied to a group of the provider. */
export function isGroupLinked(sql: ObjectSql, groupId: string): boolean {
  return rowsIn(sql, "SELECT 1 FROM group_links WHERE group_id = ?", groupId).length > 0;
}

/** The ids of the directory's groups by the provider's ids, for members that are groups. */
export function groupIdsBySource(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, string> {
  const text =
    "SELECT source_id AS sourceId, group_id AS groupId FROM group_links WHERE source_id IN (SELECT value FROM json_each(?))";
  const rows = rowsIn<Pick<GroupLink, "sourceId" | "groupId">>(
    sql,
    text,
    JSON.stringify(sourceIds),
  );
  return new Map(rows.map(({ sourceId, groupId }) => [sourceId, groupId]));
}

/** The provider's ids of groups by the directory's. */
export function groupSourceIds(
  sql: ObjectSql,
  groupIds: readonly string[],
): ReadonlyMap<string, string> {
  const text = `SELECT source_id AS sourceId, group_id AS groupId FROM group_links
    WHERE group_id IN (SELECT value FROM json_each(?))`;
  const rows = rowsIn<Pick<GroupLink, "sourceId" | "groupId">>(sql, text, JSON.stringify(groupIds));
  return new Map(rows.map(({ sourceId, groupId }) => [groupId, sourceId]));
}

/** Keeps what syncGroup or removeGroup gave as the link of a source id; undefined forgets it. */
export function keepGroupLink(sql: ObjectSql, sourceId: string, link: GroupLink | undefined): void {
  if (link === undefined) {
    sql.exec("DELETE FROM group_links WHERE source_id = ?", sourceId);
    return;
  }
  sql.exec(
    `INSERT INTO group_links (source_id, group_id, hash, created) VALUES (?, ?, ?, ?)
     ON CONFLICT (source_id) DO UPDATE SET group_id = excluded.group_id, hash = excluded.hash,
       created = excluded.created`,
    sourceId,
    link.groupId,
    link.hash,
    link.isCreated ? 1 : 0,
  );
}

/** Forgets all group links, and what was to become of groups; the groups stay as they are. */
export function dropGroupLinks(sql: ObjectSql): void {
  sql.exec("DELETE FROM group_links");
  clearGroupOffs(sql);
}

/** Notes that this run's listing showed a group. */
export function noteListedGroup(sql: ObjectSql, sourceId: string): void {
  sql.exec("INSERT INTO listed_groups (source_id) VALUES (?) ON CONFLICT DO NOTHING", sourceId);
}

/** Notes rows of this run's listing that are no group to be synced. */
export function noteListedRows(sql: ObjectSql, count: number): void {
  if (count === 0) return;
  const text = `INSERT INTO listed_rows (id, n) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET n = n + excluded.n`;
  sql.exec(text, count);
}

/** How many different groups this run's listing showed, other rows with them, and how many are linked. */
export function listedCount(sql: ObjectSql): { readonly rows: number; readonly linked: number } {
  const text = `SELECT (SELECT count(*) FROM listed_groups) + coalesce((SELECT n FROM listed_rows), 0) AS rows,
    (SELECT count(*) FROM group_links) AS linked`;
  return rowsIn<{ rows: number; linked: number }>(sql, text)[0] ?? { rows: 0, linked: 0 };
}

/** Forgets what a dry run found. */
export function clearPlanned(sql: ObjectSql): void {
  clearPlannedGroupOffs(sql);
  sql.exec("DELETE FROM planned_users");
}

/** The source ids of the groups that this run's listing showed. */
export function listedGroups(sql: ObjectSql): ReadonlySet<string> {
  const rows = rowsIn<{ sourceId: string }>(sql, "SELECT source_id AS sourceId FROM listed_groups");
  return new Set(rows.map(({ sourceId }) => sourceId));
}

/** Begins a new listing. */
export function clearListedGroups(sql: ObjectSql): void {
  for (const table of ["listed_groups", "listed_rows", "unsupported_members"]) {
    sql.exec(`DELETE FROM ${table}`);
  }
}

const TABLES = [
  `CREATE TABLE IF NOT EXISTS group_links (source_id TEXT PRIMARY KEY, group_id TEXT NOT NULL,
    hash TEXT NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID`,
  "CREATE INDEX IF NOT EXISTS group_links_group ON group_links (group_id)",
  "CREATE TABLE IF NOT EXISTS listed_groups (source_id TEXT PRIMARY KEY) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS listed_rows (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
  `CREATE TABLE IF NOT EXISTS unsupported_members (source_id TEXT NOT NULL, item TEXT NOT NULL,
    PRIMARY KEY (source_id, item)) WITHOUT ROWID`,
  "CREATE TABLE IF NOT EXISTS planned_users (source_id TEXT PRIMARY KEY) WITHOUT ROWID",
] as const;

const SELECT_LINK =
  "SELECT source_id AS sourceId, group_id AS groupId, hash, created AS isCreated FROM group_links";

type LinkRow = Omit<GroupLink, "isCreated"> & { readonly isCreated: number };

function fromRow({ isCreated, ...row }: LinkRow): GroupLink {
  return { ...row, isCreated: isCreated === 1 };
}
