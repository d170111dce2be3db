import { and, between, count, eq, gt, lt, lte, sql } from "drizzle-orm";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { changes, connectors, events, refusals } from "#store/schema.ts";
import { type BuiltQuery, build, named, prepare, selectRows } from "#store/statement.ts";
import { recountFromNewest } from "./roll-up.ts";
import { moveWalk, positionOf } from "./walk.ts";

/** How many rows one step looks at, and so deletes at most. */
export const PRUNED_ROWS = 500;

/** The oldest of so many first rows says whether there is anything to prune: rows are in order but for moments. */
const FIRST_ROWS = 10;

/** One call prunes so many rows at most: more than a busy connector logs in the minute between calls. */
const STEPS_MAX = 20;

/** Change rows, and refusals that name no connector, are kept so long. */
const KEPT_DAYS = 30;

const DAY_MS = 86_400_000;

/** The days for which a connector's events are kept; settings stored before the option have its default. */
const EVENT_DAYS = sql<number>`coalesce(${connectors.settings} ->> 'eventRetentionDays', ${DEFAULT_SETTINGS.eventRetentionDays})`;

/**
 * Deletes events that are older than their connector's `eventRetentionDays`, those of deleted
 * connectors too. Walks from the oldest row on and remembers where it stopped; where rows are too
 * young for every connector it begins again. Safe to repeat, and to run twice at once.
 */
export async function pruneEvents(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const first = build
    .select(named({ at: events.at }))
    .from(events)
    .where(lte(events.at, now))
    .orderBy(events.rowId)
    .limit(FIRST_ROWS)
    .as("first");
  const oldest = build.select(named({ at: sql`min(${first.at})` })).from(first);
  const query = build
    .select(
      named({
        days: sql<number | null>`min(${EVENT_DAYS})`,
        oldest: sql<number | null>`${oldest}`,
      }),
    )
    .from(connectors);
  const [shortest] = await selectRows(db, query);
  const youngest = now - (shortest?.days ?? DEFAULT_SETTINGS.eventRetentionDays) * DAY_MS;
  // Most minutes: the order of rows is about the order of time, and no connector wants any to go.
  if ((shortest?.oldest ?? now) >= youngest) return;
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if ((await pruneWindow(db, clock, now, youngest)) === "begun again") return;
  }
}

/**
 * Deletes change rows that nobody can ask for any more; a trigger keeps the newest one. It goes by the
 * order of seq and stops at the first young row, since a reader would not be told of a gap behind it. A
 * row from the future was written by a clock that was wrong, and goes with the old ones around it.
 */
export async function pruneChanges(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const before = now - KEPT_DAYS * DAY_MS;
  const [first] = await selectRows(db, selectOldestChange(now));
  if ((first?.at ?? before) >= before) return;
  await deleteInSteps(db, clock, deleteChanges(before));
}

function selectOldestChange(now: number) {
  const first = firstChanges(FIRST_ROWS);
  const at = sql<number | null>`min(iif(${first.at} > ${now}, 0, ${first.at}))`;
  return build.select(named({ at })).from(first);
}

/** Of the first rows, those that are old and have no young one before them. */
function deleteChanges(before: number) {
  const [first, others] = [firstChanges(PRUNED_ROWS), firstChanges(PRUNED_ROWS)];
  const young = build
    .select(named({ seq: sql`min(${others.seq})` }))
    .from(others)
    .where(between(others.at, before, before + KEPT_DAYS * DAY_MS));
  const last = build
    .select(named({ seq: sql`max(${first.seq})` }))
    .from(first)
    .where(and(lt(first.at, before), sql`coalesce(${first.seq} < ${young}, 1)`));
  return build.delete(changes).where(lte(changes.seq, sql`${last}`));
}

function firstChanges(limit: number) {
  return build
    .select(named({ seq: changes.seq, at: changes.at }))
    .from(changes)
    .orderBy(changes.seq)
    .limit(limit)
    .as("first");
}

/** Deletes counted refusals that are older than 30 days. */
export async function pruneRefusals(db: Database, clock: Clock): Promise<void> {
  const { minute, ipPrefix, reason } = refusals;
  const before = Math.floor((clock.now() - KEPT_DAYS * DAY_MS) / 60_000);
  const oldest = build
    .select(named({ minute, ipPrefix, reason }))
    .from(refusals)
    .where(lt(minute, before))
    .orderBy(minute)
    .limit(PRUNED_ROWS);
  const query = build.delete(refusals).where(sql`(${minute}, ${ipPrefix}, ${reason}) in ${oldest}`);
  await deleteInSteps(db, clock, query);
}

const WALK = "events";

/** The rows behind the position of the walk. */
function selectWindow(now: number) {
  const position = positionOf(WALK);
  const next = build
    .select(named({ rowId: events.rowId, at: events.at }))
    .from(events)
    .where(gt(events.rowId, position))
    .orderBy(events.rowId)
    .limit(PRUNED_ROWS)
    .as("next");
  return build
    .select(
      named({
        position,
        size: count(),
        last: sql<number | null>`max(${next.rowId})`,
        newest: sql<number | null>`max(iif(${next.at} <= ${now}, ${next.at}, 0))`,
      }),
    )
    .from(next);
}

/** Deletes what is too old in a window; a row of a connector that is nowhere has the default. */
function deleteExpired(
  { position, last }: { readonly position: number; readonly last: number },
  now: number,
) {
  const days = build
    .select(named({ days: EVENT_DAYS }))
    .from(connectors)
    .where(eq(connectors.number, events.connectorId));
  const oldest = sql`${now} - ${DAY_MS} * coalesce(${days}, ${DEFAULT_SETTINGS.eventRetentionDays})`;
  return build
    .delete(events)
    .where(and(gt(events.rowId, position), lte(events.rowId, last), lt(events.at, oldest)));
}

async function pruneWindow(
  db: Database,
  clock: Clock,
  now: number,
  youngest: number,
): Promise<"moved on" | "begun again"> {
  const [window] = await selectRows(db, selectWindow(now));
  if (window === undefined || window.last === null) {
    await withRetries(clock, () => moveWalk(db, WALK, 0).run());
    return "begun again";
  }
  const { position, size, last, newest } = window;
  const isEnd = size < PRUNED_ROWS || (newest ?? 0) >= youngest;
  const statements = [
    prepare(db, deleteExpired({ position, last }, now)),
    recountFromNewest(db),
    moveWalk(db, WALK, isEnd ? 0 : last),
  ];
  await withRetries(clock, () => db.batch(statements));
  return isEnd ? "begun again" : "moved on";
}

async function deleteInSteps(db: Database, clock: Clock, query: BuiltQuery): Promise<void> {
  const deleted = prepare(db, query);
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const { meta } = await withRetries(clock, () => deleted.run());
    if (meta.changes === 0) return;
  }
}
