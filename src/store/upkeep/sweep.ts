import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { selectRows } from "#store/query.ts";

/** How many rows one call looks at: a million resources are walked in a day and a half of minutes. */
export const SWEPT_ROWS = 500;

/** SEMANTICS 7: a member value waits so long for its resource. */
const PARKED_DAYS = 30;

const DAY_MS = 86_400_000;

/** SEMANTICS 12: what a deleted connector held is kept so long. */
const CONNECTOR_DAYS = 30;

/**
 * Erases users that were soft-deleted longer ago than their connector's `retentionDays` (SEMANTICS 4),
 * and all that a connector held which was deleted long enough ago (SEMANTICS 12).
 * Looks at the next SWEPT_ROWS resources and remembers where it stopped: an index on the time of
 * deletion would cost every DELETE a row written. Safe to repeat, and to run twice at once.
 */
export async function purgeDeleted(db: Database, clock: Clock): Promise<void> {
  const [window] = await withRetries(clock, () => selectRows<Window>(db, SELECT_WINDOW));
  if (window === undefined) return;
  const { position, end, isSuspect } = window;
  const erased = db.prepare(ERASE_EXPIRED).bind(position, end ?? position, clock.now(), DAY_MS);
  const moved = db.prepare(MOVE_TO).bind(window.size < SWEPT_ROWS ? 0 : end);
  await withRetries(clock, () => db.batch(isSuspect === 1 ? [erased, moved] : [moved]));
}

/** Drops member values that waited too long for their resource (SEMANTICS 7). */
export async function dropParked(db: Database, clock: Clock): Promise<void> {
  const before = clock.now() - PARKED_DAYS * DAY_MS;
  const statement = db
    .prepare(
      `DELETE FROM parked_members WHERE (connector_id, group_id, value) IN (
         SELECT connector_id, group_id, value FROM parked_members WHERE parked_at < ?1
         ORDER BY parked_at LIMIT ${SWEPT_ROWS})`,
    )
    .bind(before);
  await withRetries(clock, () => statement.run());
}

/** Forgets access tokens a day after they expired; until then the log can say that they did. */
export async function dropAccessTokens(db: Database, clock: Clock): Promise<void> {
  const statement = db
    .prepare(
      `DELETE FROM credentials WHERE hash IN (SELECT hash FROM credentials
         WHERE kind = 'access' AND expires_at < ?1 LIMIT ${SWEPT_ROWS})`,
    )
    .bind(clock.now() - DAY_MS);
  await withRetries(clock, () => statement.run());
}

/** The resources behind the position of the walk, and whether one of them may have to go. */
interface Window {
  readonly position: number;
  readonly size: number;
  readonly end: number | null;
  readonly isSuspect: 0 | 1;
}

const POSITION = "coalesce((SELECT position FROM sweeps WHERE name = 'deleted'), 0)";

const SELECT_WINDOW = `SELECT ${POSITION} AS position, count(*) AS size, max(row_id) AS end,
    count(deleted_at) > 0 OR EXISTS (SELECT 1 FROM connectors WHERE deleted_at IS NOT NULL) AS isSuspect
  FROM (SELECT row_id, deleted_at FROM resources WHERE row_id > ${POSITION}
    ORDER BY row_id LIMIT ${SWEPT_ROWS})`;

// ?1, ?2 = the window, ?3 = now, ?4 = a day; settings stored before the option existed have its default.
const ERASE_EXPIRED = `DELETE FROM resources WHERE row_id IN (
  SELECT swept.row_id FROM resources AS swept
  CROSS JOIN connectors ON connectors.number = swept.connector_id
  WHERE swept.row_id > ?1 AND swept.row_id <= ?2
    AND (swept.deleted_at < ?3 - ?4 * coalesce(connectors.settings ->> 'retentionDays', 30)
      OR connectors.deleted_at < ?3 - ?4 * ${CONNECTOR_DAYS}))`;

const MOVE_TO = `INSERT INTO sweeps (name, position) VALUES ('deleted', ?1)
  ON CONFLICT DO UPDATE SET position = excluded.position`;
