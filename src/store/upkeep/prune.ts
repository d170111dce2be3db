import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { selectRows } from "#store/query.ts";

/** How many rows one step looks at, and so deletes at most. */
export const PRUNED_ROWS = 500;

/** The oldest of so many first rows says whether there is anything to prune: rows are in order but for moments. */
const FIRST_ROWS = 10;

/** One call prunes so many rows at most: more than a busy connector logs in the minute between calls. */
const STEPS_MAX = 20;

/** SEMANTICS 10: change rows, and refusals that name no connector, are kept so long. */
const KEPT_DAYS = 30;

const DAY_MS = 86_400_000;

/** The days for which a connector's events are kept; settings stored before the option have its default. */
const EVENT_DAYS = `coalesce(settings ->> 'eventRetentionDays', ${DEFAULT_SETTINGS.eventRetentionDays})`;

/**
 * Deletes events that are older than their connector's `eventRetentionDays`, those of deleted
 * connectors too. Walks from the oldest row on and remembers where it stopped; where rows are too
 * young for every connector it begins again. Safe to repeat, and to run twice at once.
 */
export async function pruneEvents(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const [shortest] = await selectRows<{
    readonly days: number | null;
    readonly oldest: number | null;
  }>(
    db,
    `SELECT min(${EVENT_DAYS}) AS days,
       (SELECT min(at) FROM (SELECT at FROM events WHERE at <= ?1 ORDER BY row_id LIMIT ${FIRST_ROWS})) AS oldest FROM connectors`,
    now,
  );
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
  const oldest = `SELECT min(iif(at > ?1, 0, at)) AS at FROM (SELECT at FROM changes ORDER BY seq LIMIT ${FIRST_ROWS})`;
  const [first] = await selectRows<{ readonly at: number | null }>(db, oldest, now);
  if ((first?.at ?? before) >= before) return;
  const text = `WITH first AS MATERIALIZED (SELECT seq, at FROM changes ORDER BY seq LIMIT ${PRUNED_ROWS}),
    young AS (SELECT coalesce(min(seq), 9e18) AS seq FROM first WHERE at BETWEEN ?1 AND ?1 + ${KEPT_DAYS * DAY_MS})
    DELETE FROM changes WHERE seq <= (SELECT max(first.seq) FROM first CROSS JOIN young
      WHERE first.at < ?1 AND first.seq < young.seq)`;
  await deleteInSteps(db, clock, text, before);
}

/** Deletes counted refusals that are older than 30 days. */
export async function pruneRefusals(db: Database, clock: Clock): Promise<void> {
  const text = `DELETE FROM refusals WHERE (minute, ip_prefix, reason) IN (
    SELECT minute, ip_prefix, reason FROM refusals WHERE minute < ?1 ORDER BY minute LIMIT ${PRUNED_ROWS})`;
  const before = Math.floor((clock.now() - KEPT_DAYS * DAY_MS) / 60_000);
  await deleteInSteps(db, clock, text, before);
}

/** The rows behind the position of the walk. */
interface Window {
  readonly position: number;
  readonly size: number;
  readonly last: number | null;
  readonly newest: number | null;
}

const SELECT_WINDOW = `SELECT position, count(row_id) AS size, max(row_id) AS last, max(iif(at <= ?1, at, 0)) AS newest
  FROM (SELECT coalesce((SELECT position FROM sweeps WHERE name = 'events'), 0) AS position)
  LEFT JOIN (SELECT row_id, at FROM events
    WHERE row_id > coalesce((SELECT position FROM sweeps WHERE name = 'events'), 0)
    ORDER BY row_id LIMIT ${PRUNED_ROWS})`;

// ?1, ?2 = the window, ?3 = now, ?4 = a day. A row of a connector that is nowhere has the default.
const DELETE_EXPIRED = `DELETE FROM events WHERE row_id > ?1 AND row_id <= ?2
  AND at < ?3 - ?4 * coalesce((SELECT ${EVENT_DAYS} FROM connectors
    WHERE number = events.connector_id), ${DEFAULT_SETTINGS.eventRetentionDays})`;

const MOVE_TO = `INSERT INTO sweeps (name, position) VALUES ('events', ?1)
  ON CONFLICT DO UPDATE SET position = excluded.position`;

async function pruneWindow(
  db: Database,
  clock: Clock,
  now: number,
  youngest: number,
): Promise<"moved on" | "begun again"> {
  const [window] = await selectRows<Window>(db, SELECT_WINDOW, now);
  if (window === undefined || window.last === null) {
    await withRetries(clock, () => db.prepare(MOVE_TO).bind(0).run());
    return "begun again";
  }
  const { position, size, last, newest } = window;
  const isEnd = size < PRUNED_ROWS || (newest ?? 0) >= youngest;
  const statements = [
    db.prepare(DELETE_EXPIRED).bind(position, last, now, DAY_MS),
    db.prepare(MOVE_TO).bind(isEnd ? 0 : last),
  ];
  await withRetries(clock, () => db.batch(statements));
  return isEnd ? "begun again" : "moved on";
}

async function deleteInSteps(
  db: Database,
  clock: Clock,
  text: string,
  before: number,
): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const { meta } = await withRetries(clock, () => db.prepare(text).bind(before).run());
    if (meta.changes === 0) return;
  }
}
