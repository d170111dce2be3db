import { and, eq, notExists, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { cellsOf, doNothing, insertRows, isInList, jsonEach } from "#store/rows.ts";
import { build, type Givens, literal, named } from "#store/statement.ts";
import type { ScopePage, ScopePart } from "../source/source.ts";
import { linksTable, offsTable, scopeMembersTable, scopePartsTable } from "./schema.ts";
import { emptying, type ObjectSql } from "./tables.ts";

/** A part of the scope that is still to be read, from a page on. */
export interface OpenPart extends ScopePart {
  readonly cursor: string | undefined;
  /** How many members its pages have named so far. */
  readonly came: number;
}

/** Stands for everybody of the directory; no provider's id is empty. */
const EVERYBODY = "";

/** Forgets the scope of the run before. */
export function clearScope(sql: ObjectSql): void {
  CLEAR(sql);
}

/** Adds parts that have to be read; a part that is known already stays as it is, so that circles end. */
export function putParts(sql: ObjectSql, parts: readonly ScopePart[]): void {
  insertParts(sql, parts, 1);
}

/** The next part that has to be read. */
export function nextPart(sql: ObjectSql): OpenPart | undefined {
  const [row] = NEXT.rows(sql, {});
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
  const { kind, sourceId } = part;
  const place = { isOpen: page.next === undefined ? 0 : 1, cursor: page.next ?? null };
  PASS.run(sql, { kind, sourceId, ...place, came: cameWith(part, page) });
}

/** How many members a part has named with this page. */
export function cameWith({ came }: OpenPart, { sourceIds, groups }: ScopePage): number {
  return came + sourceIds.length + groups.length;
}

/** Leaves a part that cannot be read. */
export function closePart(sql: ObjectSql, { kind, sourceId }: ScopePart): void {
  CLOSE.run(sql, { kind, sourceId });
}

/** Which of these people, by source id, are known to be in the scope. */
export function membersAmong(sql: ObjectSql, sourceIds: readonly string[]): ReadonlySet<string> {
  const asked = JSON.stringify([...sourceIds, EVERYBODY]);
  const found = MEMBERS.rows(sql, { asked }).map(({ sourceId }) => sourceId);
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
  const rows = FORMER_MEMBERS.rows(sql, { asked: JSON.stringify(sourceIds) });
  return new Set(rows.map(({ sourceId }) => sourceId));
}

/** Whether a group is one of the scope's own, or nested in one. */
export function isScopeGroup(sql: ObjectSql, sourceId: string): boolean {
  return FIND_GROUP.rows(sql, { sourceId }).length > 0;
}

function putMembers(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  PUT_MEMBERS.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

function insertParts(sql: ObjectSql, parts: readonly ScopePart[], isOpen: 0 | 1): void {
  PUT_PARTS.run(sql, { isOpen, parts: JSON.stringify(parts) });
}

const CLEAR = emptying(scopePartsTable, scopeMembersTable);

const NEXT = objectStatement()(() => {
  const { kind, sourceId, cursor, came } = scopePartsTable;
  return build
    .select(named({ kind, sourceId, cursor, came }))
    .from(scopePartsTable)
    .where(eq(scopePartsTable.isOpen, literal(1)))
    .orderBy(kind, sourceId)
    .limit(1);
});

type PartKey = { readonly kind: ScopePart["kind"]; readonly sourceId: string };

const isPart = ({ kind, sourceId }: Givens<PartKey>) =>
  and(eq(scopePartsTable.kind, kind), eq(scopePartsTable.sourceId, sourceId));

const PASS = objectStatement<PartKey & { isOpen: number; cursor: string | null; came: number }>()(
  (given) =>
    build
      .update(scopePartsTable)
      .set({
        isOpen: sql`${given.isOpen}`,
        cursor: sql`${given.cursor}`,
        came: sql`${given.came}`,
      })
      .where(isPart(given)),
);

const CLOSE = objectStatement<PartKey>()((given) =>
  build
    .update(scopePartsTable)
    .set({ isOpen: literal(0) })
    .where(isPart(given)),
);

const MEMBERS = objectStatement<{ asked: string }>()(({ asked }) =>
  build
    .select(named({ sourceId: scopeMembersTable.sourceId }))
    .from(scopeMembersTable)
    .where(isInList(scopeMembersTable.sourceId, asked)),
);

const FORMER_MEMBERS = objectStatement<{ asked: string }>()(({ asked }) => {
  const leaving = build
    .select({ stage: offsTable.stage })
    .from(offsTable)
    .where(
      and(
        sql`${offsTable.stage} in ('held', 'approved', 'confirmed')`,
        eq(offsTable.sourceId, linksTable.sourceId),
        sql`${offsTable.off} ->> 'why' = 'not-in-scope'`,
      ),
    );
  return build
    .select(named({ sourceId: linksTable.sourceId }))
    .from(linksTable)
    .where(
      and(
        isInList(linksTable.sourceId, asked),
        eq(linksTable.active, literal(1)),
        notExists(leaving),
      ),
    );
});

const FIND_GROUP = objectStatement<{ sourceId: string }>()(({ sourceId }) =>
  build
    .select({ kind: scopePartsTable.kind })
    .from(scopePartsTable)
    .where(and(eq(scopePartsTable.kind, literal("group")), eq(scopePartsTable.sourceId, sourceId))),
);

const PUT_MEMBERS = objectStatement<{ sourceIds: string }>()(({ sourceIds }) => {
  const { table, value } = jsonEach(sourceIds);
  const cells = { sourceId: value };
  return insertRows(scopeMembersTable, cells, { from: table, onConflict: doNothing });
});

const PUT_PARTS = objectStatement<{ isOpen: number; parts: string }>()(({ isOpen, parts }) => {
  const { table, value } = jsonEach(parts);
  const cell = cellsOf<ScopePart>(value);
  const cells = {
    kind: cell("kind"),
    sourceId: cell("sourceId"),
    isOpen,
    cursor: sql`null`,
    came: literal(0),
  };
  return insertRows(scopePartsTable, cells, { from: table, onConflict: doNothing });
});
