import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { EVERYBODY_TOLD } from "#store/roles/rules.ts";
import { tellNextRoles } from "#store/roles/tell.ts";
import { doNothing, insertRows, rowStatement } from "#store/rows.ts";
import { groupMembers, pendingRoleGroups, pendingRoles, toldRoles } from "#store/schema.ts";
import { build, named, prepare, type RowOf, selectOnly, selectRows } from "#store/statement.ts";
import { moveWalk, positionOf } from "./walk.ts";

/** So many users are looked at in one batch, and so many batches are made in a minute. */
const USERS_PER_SLICE = 500;
const SLICES_PER_RUN = 20;

/**
 * Tells of the roles of users who wait for it: the rest of large groups that were renamed, or whose roles a
 * setting changed. Connectors take turns, a slice each, so that a large one does not keep others waiting. Safe to
 * repeat, and to run twice at once: what was told is what is compared.
 */
export async function tellWaitingRoles(db: Database, clock: Clock): Promise<void> {
  let position: number | undefined;
  for (let slice = 0; slice < SLICES_PER_RUN; slice += 1) {
    const next = await nextConnector(db, clock, position);
    if (next === undefined) break;
    position = next;
    await tellSlice(db, clock, next);
  }
  if (position !== undefined) await withRetries(clock, () => moveWalk(db, WALK, position).run());
}

const WALK = "roles";

/** The next connector behind a position, or else the first one, with users or groups that wait. */
async function nextConnector(
  db: Database,
  clock: Clock,
  position: number | undefined,
): Promise<ConnectorId | undefined> {
  const after = position === undefined ? positionOf(WALK) : sql<number>`${position}`;
  const query = selectOnly(named({ behind: firstBehind(after), first: firstBehind(sql`-1`) }));
  const [found] = await withRetries(clock, () => selectRows(db, query));
  return found?.behind ?? found?.first ?? undefined;
}

function firstBehind(after: ReturnType<typeof positionOf>) {
  const users = build
    .select(named({ number: sql`min(${pendingRoles.connectorId})` }))
    .from(pendingRoles)
    .where(gt(pendingRoles.connectorId, after));
  const groups = build
    .select(named({ number: sql`min(${pendingRoleGroups.connectorId})` }))
    .from(pendingRoleGroups)
    .where(gt(pendingRoleGroups.connectorId, after));
  // Of two arguments min() is null where one of them is.
  return sql<ConnectorId | null>`min(coalesce(${users}, ${groups}), coalesce(${groups}, ${users}))`;
}

/** Notes the next members of the first group that waits, and tells of the first users who do. */
async function tellSlice(db: Database, clock: Clock, connectorId: ConnectorId): Promise<void> {
  const [group] = await withRetries(clock, () => selectRows(db, selectGroup(connectorId)));
  const noted = group === undefined ? [] : await noteMembers(db, clock, group);
  const told = tellNextRoles(db, connectorId, USERS_PER_SLICE);
  await withRetries(clock, () => db.batch([...noted, ...told]));
}

type PendingGroup = RowOf<ReturnType<typeof selectGroup>>;

function selectGroup(number: ConnectorId) {
  const { connectorId, eventId, groupId, afterId, at } = pendingRoleGroups;
  return build
    .select(named({ connectorId, eventId, groupId, afterId, at }))
    .from(pendingRoleGroups)
    .where(eq(connectorId, number))
    .orderBy(asc(eventId), asc(groupId))
    .limit(1);
}

async function noteMembers(
  db: Database,
  clock: Clock,
  group: PendingGroup,
): Promise<readonly D1PreparedStatement[]> {
  const { connectorId, eventId, at } = group;
  const users = await withRetries(clock, () => selectRows(db, selectUsers(group)));
  const last = users.length < USERS_PER_SLICE ? undefined : users.at(-1)?.userId;
  return [
    ...notePending(db, users, { connectorId, eventId, at }),
    prepare(db, last === undefined ? dropGroup(group) : passTo(group, last)),
  ];
}

function selectUsers({ connectorId, groupId, afterId }: PendingGroup) {
  if (groupId === EVERYBODY_TOLD) {
    return build
      .select(named({ userId: toldRoles.userId }))
      .from(toldRoles)
      .where(and(eq(toldRoles.connectorId, connectorId), gt(toldRoles.userId, afterId)))
      .orderBy(asc(toldRoles.userId))
      .limit(USERS_PER_SLICE);
  }
  return build
    .select(named({ userId: groupMembers.memberId }))
    .from(groupMembers)
    .where(
      and(
        eq(groupMembers.connectorId, connectorId),
        eq(groupMembers.groupId, groupId),
        gt(groupMembers.memberId, afterId),
      ),
    )
    .orderBy(asc(groupMembers.memberId))
    .limit(USERS_PER_SLICE);
}

/** Groups among the members are no users, and are forgotten again without a word. */
const notePending = rowStatement<
  { readonly userId: string },
  { readonly connectorId: ConnectorId; readonly eventId: string; readonly at: number }
>()(({ cell, from }, { connectorId, eventId, at }) =>
  insertRows(
    pendingRoles,
    { connectorId, eventId, userId: cell("userId"), at },
    { from, onConflict: doNothing },
  ),
);

function isGroup({ connectorId, eventId, groupId }: PendingGroup) {
  return and(
    eq(pendingRoleGroups.connectorId, connectorId),
    eq(pendingRoleGroups.eventId, eventId),
    eq(pendingRoleGroups.groupId, groupId),
  );
}

function dropGroup(group: PendingGroup) {
  return build.delete(pendingRoleGroups).where(isGroup(group));
}

function passTo(group: PendingGroup, afterId: string) {
  return build.update(pendingRoleGroups).set({ afterId }).where(isGroup(group));
}
