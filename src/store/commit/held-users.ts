import { and, asc, count, eq, gt, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { appendEvents, type EventRow } from "#store/event-log/events.ts";
import { type Query, queryOf } from "#store/query.ts";
import { recordsOf, resourceFields } from "#store/resources.ts";
import { doNothing, insertRows, isInList } from "#store/rows.ts";
import { groupMembers, heldMemberships, heldUsers, resources } from "#store/schema.ts";
import {
  build,
  literal,
  named,
  prepare,
  type RowOfFields,
  rowsOf,
  selectRows,
} from "#store/statement.ts";

/*
 * Users whose switch-off by a client waits to be told (src/store/commit/brake.ts). What is told when it ends, and that
 * it ends where a user is active again, is for the triggers of these tables.
 */

const SHOWN = {
  userId: heldUsers.userId,
  userName: sql<string | null>`${heldUsers.payload} ->> 'userName'`,
  type: heldUsers.type,
  since: heldUsers.since,
  heldBy: heldUsers.heldBy,
};

/** A user who is held: what would be told, since when (in milliseconds), and by which event. */
export type HeldByPush = Readonly<RowOfFields<typeof SHOWN>>;

/** How many users of a connector are held. */
export function countHeldUsers(db: Database, connectorId: ConnectorId): Query<number> {
  const query = build
    .select(named({ held: count() }))
    .from(heldUsers)
    .where(eq(heldUsers.connectorId, connectorId));
  return queryOf(prepare(db, query), ([row]) => row?.held ?? 0);
}

/** Lists users who are held behind one, in the order of their ids. */
export function listHeldUsers(
  db: Database,
  connectorId: ConnectorId,
  { after, limit }: { readonly after: string; readonly limit: number },
): Query<readonly HeldByPush[]> {
  const query = build
    .select(named(SHOWN))
    .from(heldUsers)
    .where(and(eq(heldUsers.connectorId, connectorId), gt(heldUsers.userId, after)))
    .orderBy(asc(heldUsers.userId))
    .limit(limit);
  return queryOf(prepare(db, query), (rows) => rows);
}

/** Which of some users are held; all who are held where nobody is named. */
export async function heldUserIds(
  db: Database,
  connectorId: ConnectorId,
  ids: readonly string[] | undefined,
): Promise<readonly string[]> {
  const query = build
    .select(named({ userId: heldUsers.userId }))
    .from(heldUsers)
    .where(areHeld(connectorId, ids))
    .orderBy(asc(heldUsers.userId));
  return (await selectRows(db, query)).map(({ userId }) => userId);
}

/**
 * Has the switch-offs of some held users told, as of an administrator's event, which is logged with it; gives whose.
 * Safe to repeat: who is held no longer is passed over.
 */
export async function tellHeldUsers(
  db: Database,
  clock: Clock,
  connectorId: ConnectorId,
  {
    ids,
    event,
    beside,
  }: {
    readonly ids: readonly string[];
    readonly event: EventRow;
    /** Stored in the same batch, right behind it. */
    readonly beside: readonly D1PreparedStatement[];
  },
): Promise<readonly string[]> {
  const told = endHeld(connectorId, ids, { eventId: event.opId, at: event.at }).returning(
    named({ userId: heldUsers.userId }),
  );
  const logged = appendEvents(db, connectorId, [event]);
  const statements = [...logged, prepare(db, told), ...beside];
  const results = await withRetries(clock, () => db.batch(statements));
  return rowsOf<{ userId: string }>(results[logged.length]).map(({ userId }) => userId);
}

/** The statement that has the switch-offs of all held users of a connector told, as of an event. */
export function tellAllHeld(
  db: Database,
  connectorId: ConnectorId,
  event: { readonly eventId: string; readonly at: number },
): D1PreparedStatement {
  return prepare(db, endHeld(connectorId, undefined, event));
}

function endHeld(
  connectorId: ConnectorId,
  ids: readonly string[] | undefined,
  { eventId, at }: { readonly eventId: string; readonly at: number },
) {
  return build.update(heldUsers).set({ eventId, at, isEnding: 1 }).where(areHeld(connectorId, ids));
}

/** Reads held users as the directory has them, live or soft-deleted; who is gone for good is left out. */
export async function heldRecords(
  db: Database,
  clock: Clock,
  connectorId: ConnectorId,
  ids: readonly string[],
): Promise<readonly ResourceRecord[]> {
  const query = build
    .select(named(resourceFields()))
    .from(heldUsers)
    .crossJoin(resources)
    .where(
      and(
        areHeld(connectorId, ids),
        eq(resources.rowId, heldUsers.rowId),
        eq(resources.connectorId, heldUsers.connectorId),
        eq(resources.id, heldUsers.userId),
      ),
    );
  return recordsOf(await withRetries(clock, () => selectRows(db, query)));
}

/**
 * Statements that give held users the memberships back that ended with their deletion, in groups that are still
 * there. They stand before the users are restored: then nothing of it is told.
 */
export function rejoinGroups(
  db: Database,
  connectorId: ConnectorId,
  {
    ids,
    eventId,
    at,
  }: { readonly ids: readonly string[]; readonly eventId: string; readonly at: number },
): readonly D1PreparedStatement[] {
  const group = alias(resources, "g");
  const left = and(
    eq(heldMemberships.connectorId, connectorId),
    isInList(heldMemberships.userId, sql`${JSON.stringify(ids)}`),
    eq(heldMemberships.type, "group.member_removed"),
    eq(group.connectorId, heldMemberships.connectorId),
    eq(group.type, literal("Group")),
    eq(group.id, heldMemberships.groupId),
    isNull(group.deletedAt),
  );
  const groups = build
    .select(named({ rowId: group.rowId }))
    .from(heldMemberships)
    .crossJoin(group)
    .where(left);
  const moved = build
    .update(resources)
    .set({ version: sql`${resources.version} + 1`, modifiedAt: at, eventId })
    .where(inArray(resources.rowId, groups));
  const joined = insertRows(
    groupMembers,
    {
      connectorId: heldMemberships.connectorId,
      groupId: heldMemberships.groupId,
      memberId: heldMemberships.userId,
      memberType: literal("User"),
    },
    {
      from: sql`${heldMemberships} cross join ${resources} as ${sql.identifier("g")}`,
      where: left,
      onConflict: doNothing,
    },
  );
  return [prepare(db, moved), prepare(db, joined)];
}

function areHeld(connectorId: ConnectorId, ids: readonly string[] | undefined): SQL | undefined {
  return and(
    eq(heldUsers.connectorId, connectorId),
    ids && isInList(heldUsers.userId, sql`${JSON.stringify(ids)}`),
    eq(heldUsers.isEnding, 0),
  );
}
