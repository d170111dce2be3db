import { count, eq, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { excluded, insertRows, isInList, nameOf, overwriting } from "#store/rows.ts";
import { build, literal, named, type RowOf, selectOnly } from "#store/statement.ts";
import {
  groupLinksTable,
  listedGroupsTable,
  listedRowsTable,
  plannedUsersTable,
  unsupportedMembersTable,
} from "../schema.ts";
import { emptying, type ObjectSql } from "../tables.ts";
import { clearGroupOffs, clearPlannedGroupOffs } from "./switch-offs.ts";

/** A group of the provider tied to a group of the directory, as the Durable Object keeps it. */
export interface GroupLink {
  readonly sourceId: string;
  readonly groupId: string;
  /** Of name and members as they were last written; empty where the next look must compare. */
  readonly hash: string;
  /** Whether the Bridge made the group: only then may it delete it. */
  readonly isCreated: boolean;
}

/** Finds the link of a group of the provider. */
export function groupLink(sql: ObjectSql, sourceId: string): GroupLink | undefined {
  return FIND.rows(sql, { sourceId }).map(fromRow)[0];
}

/** All group links, in the order of the provider's ids. */
export function groupLinks(sql: ObjectSql): readonly GroupLink[] {
  return LIST.rows(sql, {}).map(fromRow);
}

/** Tells whether a group of the directory is tied to a group of the provider. */
export function isGroupLinked(sql: ObjectSql, groupId: string): boolean {
  return FIND_GROUP.rows(sql, { groupId }).length > 0;
}

/** The ids of the directory's groups by the provider's ids, for members that are groups. */
export function groupIdsBySource(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, string> {
  const rows = BY_SOURCE.rows(sql, { ids: JSON.stringify(sourceIds) });
  return new Map(rows.map(({ sourceId, groupId }) => [sourceId, groupId]));
}

/** The provider's ids of groups by the directory's. */
export function groupSourceIds(
  sql: ObjectSql,
  groupIds: readonly string[],
): ReadonlyMap<string, string> {
  const rows = BY_GROUP.rows(sql, { ids: JSON.stringify(groupIds) });
  return new Map(rows.map(({ sourceId, groupId }) => [groupId, sourceId]));
}

/** Keeps what syncGroup or removeGroup gave as the link of a source id; undefined forgets it. */
export function keepGroupLink(sql: ObjectSql, sourceId: string, link: GroupLink | undefined): void {
  if (link === undefined) {
    DROP.run(sql, { sourceId });
    return;
  }
  const { groupId, hash, isCreated } = link;
  PUT.run(sql, { sourceId, groupId, hash, created: isCreated ? 1 : 0 });
}

/** Forgets all group links, and what was to become of groups; the groups stay as they are. */
export function dropGroupLinks(sql: ObjectSql): void {
  CLEAR(sql);
  clearGroupOffs(sql);
}

/** Notes that this run's listing showed a group. */
export function noteListedGroup(sql: ObjectSql, sourceId: string): void {
  NOTE_LISTED.run(sql, { sourceId });
}

/** Notes rows of this run's listing that are no group to be synced. */
export function noteListedRows(sql: ObjectSql, count: number): void {
  if (count === 0) return;
  COUNT_ROWS.run(sql, { count });
}

/** How many different groups this run's listing showed, other rows with them, and how many are linked. */
export function listedCount(sql: ObjectSql): { readonly rows: number; readonly linked: number } {
  return COUNT.rows(sql, {})[0] ?? { rows: 0, linked: 0 };
}

/** Forgets what a dry run found. */
export function clearPlanned(sql: ObjectSql): void {
  clearPlannedGroupOffs(sql);
  CLEAR_PLANNED(sql);
}

/** The source ids of the groups that this run's listing showed. */
export function listedGroups(sql: ObjectSql): ReadonlySet<string> {
  const rows = LISTED.rows(sql, {});
  return new Set(rows.map(({ sourceId }) => sourceId));
}

/** Begins a new listing. */
export function clearListedGroups(sql: ObjectSql): void {
  CLEAR_LISTED(sql);
}

function fromRow({ isCreated, ...row }: RowOf<ReturnType<typeof allLinks>>): GroupLink {
  return { ...row, isCreated: isCreated === 1 };
}

const { sourceId, groupId, hash, created } = groupLinksTable;

const allLinks = () =>
  build.select(named({ sourceId, groupId, hash, isCreated: created })).from(groupLinksTable);

const bothIds = () => build.select(named({ sourceId, groupId })).from(groupLinksTable);

const FIND = objectStatement<{ sourceId: string }>()((given) =>
  allLinks().where(eq(sourceId, given.sourceId)),
);

const LIST = objectStatement()(() => allLinks().orderBy(sourceId));

const FIND_GROUP = objectStatement<{ groupId: string }>()((given) =>
  bothIds().where(eq(groupId, given.groupId)),
);

const BY_SOURCE = objectStatement<{ ids: string }>()(({ ids }) =>
  bothIds().where(isInList(sourceId, ids)),
);

const BY_GROUP = objectStatement<{ ids: string }>()(({ ids }) =>
  bothIds().where(isInList(groupId, ids)),
);

const DROP = objectStatement<{ sourceId: string }>()((given) =>
  build.delete(groupLinksTable).where(eq(sourceId, given.sourceId)),
);

type Kept = Readonly<Record<"sourceId" | "groupId" | "hash", string>> & {
  readonly created: number;
};

const PUT = objectStatement<Kept>()((given) => {
  const cells = {
    sourceId: given.sourceId,
    groupId: given.groupId,
    hash: given.hash,
    created: given.created,
  };
  const onConflict = overwriting(sourceId, [groupId, hash, created]);
  return insertRows(groupLinksTable, cells, { onConflict });
});

const NOTE_LISTED = objectStatement<{ sourceId: string }>()((given) =>
  build.insert(listedGroupsTable).values({ sourceId: given.sourceId }).onConflictDoNothing(),
);

const COUNT_ROWS = objectStatement<{ count: number }>()((given) => {
  const { id, n } = listedRowsTable;
  const onConflict = sql`on conflict (${nameOf(id)}) do update set
    ${nameOf(n)} = ${n} + ${excluded(n)}`;
  return insertRows(listedRowsTable, { id: literal(1), n: given.count }, { onConflict });
});

const COUNT = objectStatement()(() => {
  const listed = build.select({ n: count() }).from(listedGroupsTable);
  const others = build.select({ n: listedRowsTable.n }).from(listedRowsTable);
  const linked = build.select({ n: count() }).from(groupLinksTable);
  return selectOnly(
    named({
      rows: sql<number>`${listed} + coalesce(${others}, 0)`,
      linked: sql<number>`${linked}`,
    }),
  );
});

const LISTED = objectStatement()(() =>
  build.select(named({ sourceId: listedGroupsTable.sourceId })).from(listedGroupsTable),
);

const CLEAR = emptying(groupLinksTable);
const CLEAR_PLANNED = emptying(plannedUsersTable);
const CLEAR_LISTED = emptying(listedGroupsTable, listedRowsTable, unsupportedMembersTable);
