import { and, count, eq, exists, gt, inArray, isNotNull, lt, lte, or, sql } from "drizzle-orm";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import {
  connectors,
  credentials,
  heldMemberships,
  heldUsers,
  parkedMembers,
  resources,
  switchOffs,
} from "#store/schema.ts";
import { build, literal, named, prepare, selectRows } from "#store/statement.ts";
import { moveWalk, positionOf } from "./walk.ts";

/** How many rows one call looks at: a million resources are walked in a day and a half of minutes. */
export const SWEPT_ROWS = 500;

/** A member value waits so long for its resource. */
const PARKED_DAYS = 30;

const DAY_MS = 86_400_000;

/** What a deleted connector held is kept so long. */
const CONNECTOR_DAYS = 30;

/**
 * Erases users that were soft-deleted longer ago than their connector's `retentionDays`,
 * and all that a connector held which was deleted long enough ago.
 * Looks at the next SWEPT_ROWS resources and remembers where it stopped: an index on the time of
 * deletion would cost every DELETE a row written. Safe to repeat, and to run twice at once.
 */
export async function purgeDeleted(db: Database, clock: Clock): Promise<void> {
  const [window] = await withRetries(clock, () => selectRows(db, selectWindow()));
  if (window === undefined) return;
  const { position, size, end, isSuspect } = window;
  const erased = prepare(db, eraseExpired({ position, end: end ?? position }, clock.now()));
  const moved = moveWalk(db, WALK, size < SWEPT_ROWS ? 0 : (end ?? 0));
  const dropped = [heldUsers, heldMemberships, switchOffs].map((table) =>
    prepare(db, dropOfDeleted(table, clock.now())),
  );
  // Who is held would stay.
  const statements = isSuspect === 1 ? [...dropped, erased, moved] : [moved];
  await withRetries(clock, () => db.batch(statements));
}

const WALK = "deleted";

/** The resources behind the position of the walk, and whether one of them may have to go. */
function selectWindow() {
  const position = positionOf(WALK);
  const next = build
    .select(named({ rowId: resources.rowId, deletedAt: resources.deletedAt }))
    .from(resources)
    .where(gt(resources.rowId, position))
    .orderBy(resources.rowId)
    .limit(SWEPT_ROWS)
    .as("next");
  const deletedConnectors = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(isNotNull(connectors.deletedAt));
  return build
    .select(
      named({
        position,
        size: count(),
        end: sql<number | null>`max(${next.rowId})`,
        isSuspect: sql<0 | 1>`count(${next.deletedAt}) > 0 or ${exists(deletedConnectors)}`,
      }),
    )
    .from(next);
}

/** Settings that were stored before the option existed have its default. */
function eraseExpired(window: { readonly position: number; readonly end: number }, now: number) {
  const retentionDays = sql`coalesce(${connectors.settings} ->> 'retentionDays', ${literal(DEFAULT_SETTINGS.retentionDays)})`;
  const expired = build
    .select(named({ rowId: resources.rowId }))
    .from(resources)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, resources.connectorId),
        gt(resources.rowId, window.position),
        lte(resources.rowId, window.end),
        or(
          lt(resources.deletedAt, sql`${now} - ${DAY_MS} * ${retentionDays}`),
          lt(connectors.deletedAt, now - DAY_MS * CONNECTOR_DAYS),
        ),
      ),
    );
  return build.delete(resources).where(inArray(resources.rowId, expired));
}

/** Forgets what the brake knows of connectors that were deleted long enough ago. */
function dropOfDeleted(
  table: typeof heldUsers | typeof heldMemberships | typeof switchOffs,
  now: number,
) {
  const deleted = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(lt(connectors.deletedAt, now - DAY_MS * CONNECTOR_DAYS));
  return build.delete(table).where(inArray(table.connectorId, deleted));
}

/** Drops member values that waited too long for their resource. */
export async function dropParked(db: Database, clock: Clock): Promise<void> {
  const before = clock.now() - PARKED_DAYS * DAY_MS;
  const { connectorId, groupId, value, parkedAt } = parkedMembers;
  const oldest = build
    .select(named({ connectorId, groupId, value }))
    .from(parkedMembers)
    .where(lt(parkedAt, before))
    .orderBy(parkedAt)
    .limit(SWEPT_ROWS);
  const dropped = build
    .delete(parkedMembers)
    .where(sql`(${connectorId}, ${groupId}, ${value}) in ${oldest}`);
  await withRetries(clock, () => prepare(db, dropped).run());
}

/** Forgets access tokens a day after they expired; until then the log can say that they did. */
export async function dropAccessTokens(db: Database, clock: Clock): Promise<void> {
  const expired = build
    .select(named({ hash: credentials.hash }))
    .from(credentials)
    .where(and(eq(credentials.kind, "access"), lt(credentials.expiresAt, clock.now() - DAY_MS)))
    .limit(SWEPT_ROWS);
  const dropped = build.delete(credentials).where(inArray(credentials.hash, expired));
  await withRetries(clock, () => prepare(db, dropped).run());
}
