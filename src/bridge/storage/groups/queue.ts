import { and, eq, exists, max, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { doNothing, excluded, insertRows, isInList, jsonEach, nameOf } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import type { MembersPage, SourceGroup, UnsupportedMember } from "../../source/source.ts";
import {
  groupPartsTable,
  groupQueueTable,
  linksTable,
  offsTable,
  plannedUsersTable,
  unsupportedMembersTable,
} from "../schema.ts";
import type { ObjectSql } from "../tables.ts";

/** A group of the listing that waits to be synced, as far as pages have told of it. */
export interface QueuedGroup {
  readonly sourceId: string;
  /** "" where no page said it. */
  readonly displayName: string;
  readonly kind: SourceGroup["members"]["kind"] | "removed";
  /** How often it was put off: for the sake of a group that it contains, or after an answer nobody understood. */
  readonly tries: number;
  /** Where the list of its members goes on. */
  readonly cursor: string | null;
}

/** Puts a group of a page into the queue; what several pages tell of it adds up. */
export function enqueueGroup(sql: ObjectSql, group: SourceGroup): void {
  const { sourceId, displayName, isRemoved, members } = group;
  ENQUEUE.run(sql, { sourceId, displayName, kind: isRemoved ? "removed" : members.kind });
  if (members.kind === "whole") addMembers(sql, sourceId, members.sourceIds, true);
  if (members.kind !== "partial") return;
  addMembers(sql, sourceId, members.added, true);
  addMembers(sql, sourceId, members.removed, false);
}

/** Queues groups whose members are to be read, where no page told of their members already. */
export function enqueueListed(sql: ObjectSql, sourceIds: readonly string[]): void {
  ENQUEUE_LISTED.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

/** The group whose turn it is; undefined at the end. */
export function nextGroup(sql: ObjectSql): QueuedGroup | undefined {
  return NEXT.rows(sql, {})[0];
}

/** Tells whether any of the provider's ids is that of a group in the queue. */
export function isAnyQueued(sql: ObjectSql, sourceIds: readonly string[]): boolean {
  return FIND_QUEUED.rows(sql, { sourceIds: JSON.stringify(sourceIds) }).length > 0;
}

/** Puts a group to the end of the queue. */
export function putOffGroup(sql: ObjectSql, sourceId: string): void {
  PUT_OFF.run(sql, { sourceId });
}

/** Takes a group out of the queue. */
export function dequeueGroup(sql: ObjectSql, sourceId: string): void {
  for (const statement of DEQUEUE) statement.run(sql, { sourceId });
}

/** Keeps a page of a group's members; without another page, they are all of them. */
export function passMembersPage(
  sql: ObjectSql,
  sourceId: string,
  { sourceIds, unsupported = [], next }: MembersPage,
): void {
  for (const member of unsupported) {
    PUT_UNSUPPORTED.run(sql, { sourceId, item: JSON.stringify(member) });
  }
  addMembers(sql, sourceId, sourceIds, true);
  const kind = next === undefined ? "whole" : "listed";
  PASS.run(sql, { sourceId, cursor: next ?? null, kind });
}

/** Those of a group's members who cannot be members here. */
export function unsupportedOf(sql: ObjectSql, sourceId: string): readonly UnsupportedMember[] {
  // Written by passMembersPage.
  return UNSUPPORTED.rows(sql, { sourceId }).map(
    ({ item }) => JSON.parse(item) as UnsupportedMember,
  );
}

/** Notes whom a dry run would create. */
export function putPlannedUsers(sql: ObjectSql, sourceIds: readonly string[]): void {
  if (sourceIds.length === 0) return;
  PUT_PLANNED.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

/** Those of the provider's ids whom a dry run would create. */
export function plannedUsers(sql: ObjectSql, sourceIds: readonly string[]): readonly string[] {
  return PLANNED.rows(sql, { sourceIds: JSON.stringify(sourceIds) }).map(
    ({ sourceId }) => sourceId,
  );
}

/** Those of the users who are switched off here. */
export function switchedOffAmong(sql: ObjectSql, userIds: readonly string[]): readonly string[] {
  return SWITCHED_OFF.rows(sql, { userIds: JSON.stringify(userIds) }).map(({ userId }) => userId);
}

/** Those of the users whose switch-off waits: for its turn, or for an administrator. */
export function waitingAmong(sql: ObjectSql, userIds: readonly string[]): readonly string[] {
  return WAITING.rows(sql, { userIds: JSON.stringify(userIds) }).map(({ userId }) => userId);
}

/** Whom the pages named as members of a group, and whom as such no longer; the last word counts. */
export function namedMembers(
  sql: ObjectSql,
  sourceId: string,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const isAdded = new Map<string, boolean>();
  for (const { added, ids } of PARTS.rows(sql, { sourceId })) {
    // Written by addMembers.
    for (const id of JSON.parse(ids) as string[]) isAdded.set(id, added === 1);
  }
  const ids = [...isAdded];
  return {
    added: ids.flatMap(([id, isIn]) => (isIn ? [id] : [])),
    removed: ids.flatMap(([id, isIn]) => (isIn ? [] : [id])),
  };
}

function addMembers(
  sql: ObjectSql,
  sourceId: string,
  sourceIds: readonly string[],
  isAdded: boolean,
): void {
  if (sourceIds.length === 0) return;
  ADD_PART.run(sql, { sourceId, added: isAdded ? 1 : 0, ids: JSON.stringify(sourceIds) });
}

type OfGroup = { readonly sourceId: string };
type Listed = { readonly sourceIds: string };

const { sourceId, name, kind, tries, cursor } = groupQueueTable;

const onSameGroup = sql`on conflict (${nameOf(sourceId)}) do update set`;

const ENQUEUE = objectStatement<OfGroup & { displayName: string; kind: QueuedGroup["kind"] }>()(
  (given) => {
    const cells = {
      sourceId: given.sourceId,
      name: given.displayName,
      kind: given.kind,
      tries: literal(0),
    };
    const toldName = sql`iif(${given.displayName} = '', ${name}, ${given.displayName})`;
    const isKept = sql`${given.kind} = 'unchanged' and ${kind} <> 'removed'`;
    const onConflict = sql`${onSameGroup} ${nameOf(name)} = ${toldName},
      ${nameOf(kind)} = iif(${isKept}, ${kind}, ${given.kind})`;
    return insertRows(groupQueueTable, cells, { onConflict });
  },
);

const ENQUEUE_LISTED = objectStatement<Listed>()(({ sourceIds }) => {
  const { table, value } = jsonEach(sourceIds);
  const cells = { sourceId: value, name: literal(""), kind: literal("listed"), tries: literal(0) };
  const onConflict = sql`${onSameGroup} ${nameOf(kind)} = ${excluded(kind)}
    where ${kind} in ('partial', 'unchanged')`;
  return insertRows(groupQueueTable, cells, { from: table, onConflict });
});

const NEXT = objectStatement()(() =>
  build
    .select(named({ sourceId, displayName: name, kind, tries, cursor }))
    .from(groupQueueTable)
    .orderBy(tries, sourceId)
    .limit(1),
);

const FIND_QUEUED = objectStatement<Listed>()(({ sourceIds }) =>
  build.select({ kind }).from(groupQueueTable).where(isInList(sourceId, sourceIds)).limit(1),
);

const PUT_OFF = objectStatement<OfGroup>()((given) =>
  build
    .update(groupQueueTable)
    .set({ tries: sql`${tries} + 1` })
    .where(eq(sourceId, given.sourceId)),
);

const DEQUEUE = [groupQueueTable, groupPartsTable, unsupportedMembersTable].map((table) =>
  objectStatement<OfGroup>()((given) =>
    build.delete(table).where(eq(table.sourceId, given.sourceId)),
  ),
);

const PUT_UNSUPPORTED = objectStatement<OfGroup & { item: string }>()((given) =>
  build
    .insert(unsupportedMembersTable)
    .values({ sourceId: given.sourceId, item: given.item })
    .onConflictDoNothing(),
);

const PASS = objectStatement<OfGroup & { cursor: string | null; kind: QueuedGroup["kind"] }>()(
  (given) =>
    build
      .update(groupQueueTable)
      .set({ kind: sql`${given.kind}`, cursor: sql`${given.cursor}` })
      .where(eq(sourceId, given.sourceId)),
);

const UNSUPPORTED = objectStatement<OfGroup>()((given) => {
  const { item } = unsupportedMembersTable;
  return build
    .select({ item })
    .from(unsupportedMembersTable)
    .where(eq(unsupportedMembersTable.sourceId, given.sourceId))
    .orderBy(item);
});

const PUT_PLANNED = objectStatement<Listed>()(({ sourceIds }) => {
  const { table, value } = jsonEach(sourceIds);
  const cells = { sourceId: value };
  return insertRows(plannedUsersTable, cells, { from: table, onConflict: doNothing });
});

const PLANNED = objectStatement<Listed>()(({ sourceIds }) =>
  build
    .select(named({ sourceId: plannedUsersTable.sourceId }))
    .from(plannedUsersTable)
    .where(isInList(plannedUsersTable.sourceId, sourceIds)),
);

const { userId, active } = linksTable;

const SWITCHED_OFF = objectStatement<{ userIds: string }>()(({ userIds }) =>
  build
    .select(named({ userId }))
    .from(linksTable)
    .where(and(eq(active, literal(0)), isInList(userId, userIds))),
);

const WAITING = objectStatement<{ userIds: string }>()(({ userIds }) => {
  const offs = build
    .select({ stage: offsTable.stage })
    .from(offsTable)
    .where(eq(offsTable.sourceId, linksTable.sourceId));
  return build
    .select(named({ userId }))
    .from(linksTable)
    .where(and(isInList(userId, userIds), eq(active, literal(1)), exists(offs)));
});

const PARTS = objectStatement<OfGroup>()((given) => {
  const { added, ids, n } = groupPartsTable;
  return build
    .select({ added, ids })
    .from(groupPartsTable)
    .where(eq(groupPartsTable.sourceId, given.sourceId))
    .orderBy(n);
});

const ADD_PART = objectStatement<OfGroup & { added: number; ids: string }>()((given) => {
  const last = build
    .select({ n: max(groupPartsTable.n) })
    .from(groupPartsTable)
    .where(eq(groupPartsTable.sourceId, given.sourceId));
  return insertRows(groupPartsTable, {
    sourceId: given.sourceId,
    n: sql`coalesce(${last}, 0) + 1`,
    added: given.added,
    ids: given.ids,
  });
});
