import { and, type Column, count, eq, getTableColumns, gt, isNotNull, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { cellsOf, insertRows, isInList, jsonEach, overwriting } from "#store/rows.ts";
import { build, literal, named, type RowOf, selectOnly } from "#store/statement.ts";
import type { Link } from "../plan/operation.ts";
import { linksTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** A link with its number in the object's storage. */
export interface StoredLink extends Link {
  readonly n: number;
}

/** Finds links by the provider's ids. */
export function linksBySource(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, StoredLink> {
  const links = selectLinks(sql, "sourceId", sourceIds);
  return new Map(links.map((link) => [link.sourceId, link]));
}

/** Finds the numbers of links by the provider's ids. */
export function linkNumbers(
  sql: ObjectSql,
  sourceIds: readonly string[],
): ReadonlyMap<string, number> {
  if (sourceIds.length === 0) return new Map();
  const rows = NUMBERS.rows(sql, { sourceIds: JSON.stringify(sourceIds) });
  return new Map(rows.map(({ n, sourceId }) => [sourceId, n]));
}

/** Finds links by the ids of the directory's users. */
export function linksByUser(
  sql: ObjectSql,
  userIds: readonly string[],
): ReadonlyMap<string, StoredLink> {
  const links = selectLinks(sql, "userId", userIds);
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
  PUT.run(sql, { links: JSON.stringify(links) });
}

/** Forgets links; the users stay as they are. */
export function dropLinks(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  DROP.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

/** How many users are linked, and how many of those are active: what the guard measures against. */
export function countLinks(sql: ObjectSql): { readonly linked: number; readonly active: number } {
  return COUNT.rows(sql, {})[0] ?? { linked: 0, active: 0 };
}

/** The links that wait for a manager, in the order of their numbers. */
export function pendingManagers(
  sql: ObjectSql,
  afterN: number,
  limit: number,
): readonly StoredLink[] {
  return PENDING.rows(sql, { afterN, limit }).map(fromRow);
}

function selectLinks(
  sql: ObjectSql,
  by: keyof typeof FIND,
  values: readonly (string | number)[],
): readonly StoredLink[] {
  if (values.length === 0) return [];
  return FIND[by].rows(sql, { values: JSON.stringify(values) }).map(fromRow);
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

const allLinks = () => {
  const { active, ...columns } = getTableColumns(linksTable);
  return build.select(named({ ...columns, isActive: active })).from(linksTable);
};

const FIND = {
  n: linksWith(linksTable.n),
  sourceId: linksWith(linksTable.sourceId),
  userId: linksWith(linksTable.userId),
};

type LinkRow = RowOf<ReturnType<typeof allLinks>>;

function linksWith(column: Column) {
  return objectStatement<{ values: string }>()(({ values }) =>
    allLinks().where(isInList(column, values)),
  );
}

const PENDING = objectStatement<{ afterN: number; limit: number }>()(({ afterN, limit }) =>
  allLinks()
    .where(and(isNotNull(linksTable.pendingManager), gt(linksTable.n, afterN)))
    .orderBy(linksTable.n)
    .limit(limit),
);

const NUMBERS = objectStatement<{ sourceIds: string }>()(({ sourceIds }) =>
  build
    .select(named({ n: linksTable.n, sourceId: linksTable.sourceId }))
    .from(linksTable)
    .where(isInList(linksTable.sourceId, sourceIds)),
);

const PUT = objectStatement<{ links: string }>()(({ links }) => {
  const { table, value } = jsonEach(links);
  const cell = cellsOf<Link>(value);
  const { sourceId, userId, hash, active, goneAt, pendingManager, stamp } = linksTable;
  const cells = {
    sourceId: cell("sourceId"),
    userId: cell("userId"),
    hash: cell("hash"),
    active: cell("isActive"),
    goneAt: cell("goneAt"),
    pendingManager: cell("pendingManager"),
    stamp: cell("stamp"),
  };
  const columns = [userId, hash, active, goneAt, pendingManager, stamp];
  return insertRows(linksTable, cells, { from: table, onConflict: overwriting(sourceId, columns) });
});

const DROP = objectStatement<{ sourceIds: string }>()(({ sourceIds }) =>
  build.delete(linksTable).where(isInList(linksTable.sourceId, sourceIds)),
);

const COUNT = objectStatement()(() => {
  const counted = () => build.select({ n: count() }).from(linksTable);
  const active = counted().where(eq(linksTable.active, literal(1)));
  return selectOnly(named({ linked: sql<number>`${counted()}`, active: sql<number>`${active}` }));
});
