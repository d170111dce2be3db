import type { Clock } from "./clock.ts";
import { type Database, withRetries } from "./database.ts";

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
  const statements = [
    db.prepare("INSERT INTO sweeps (name, position) VALUES ('deleted', 0) ON CONFLICT DO NOTHING"),
    // Where the window ends is written down first: erasing makes it reach further.
    db.prepare(NOTE_END),
    db.prepare(ERASE_EXPIRED).bind(clock.now(), DAY_MS),
    db.prepare(MOVE_ON),
  ];
  await withRetries(clock, () => db.batch(statements));
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

const WINDOW = `SELECT row_id, connector_id, deleted_at FROM resources
  WHERE row_id > (SELECT position FROM sweeps WHERE name = 'deleted') ORDER BY row_id LIMIT ${SWEPT_ROWS}`;

// The window's last row; 0, the start, when the window is not full.
const NOTE_END = `INSERT INTO sweeps (name, position)
  SELECT 'deletedEnd', iif(count(*) = ${SWEPT_ROWS}, max(row_id), 0) FROM (${WINDOW}) WHERE true
  ON CONFLICT DO UPDATE SET position = excluded.position`;

// ?1 = now, ?2 = a day; settings that were stored before the option existed have its default.
const ERASE_EXPIRED = `DELETE FROM resources WHERE row_id IN (
  SELECT swept.row_id FROM (${WINDOW}) AS swept
  CROSS JOIN connectors ON connectors.number = swept.connector_id
  WHERE swept.deleted_at < ?1 - ?2 * coalesce(connectors.settings ->> 'retentionDays', 30)
    OR connectors.deleted_at < ?1 - ?2 * ${CONNECTOR_DAYS})`;

const MOVE_ON = `UPDATE sweeps SET position = (SELECT position FROM sweeps WHERE name = 'deletedEnd')
  WHERE name = 'deleted'`;
