import { and, type Column, eq, gt, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import { countRows, type HourCounts, hourOf, type TotalCounts } from "#store/activity/count.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { excluded, insertRows, isInList, nameOf, rowStatement } from "#store/rows.ts";
import { activity, activityTotals, connectors, events, sweeps } from "#store/schema.ts";
import { build, named, type Prepared, prepare, selectRows } from "#store/statement.ts";
import { moveWalk, positionOf } from "./walk.ts";

/** How many rows of the log one step counts, and how many steps one run of cron does. */
export const COUNTED_ROWS = 1_000;
const STEPS_MAX = 20;

/** The walk that counts the log. */
const WALK = "activity";

/** Hours are kept so long. */
export const ACTIVITY_DAYS = 90;

/** What is known of a deleted connector is kept so long. */
const CONNECTOR_DAYS = 30;

const DAY_MS = 86_400_000;
const HOURS_OF_DAY = 24;

/**
 * Counts what was logged since it last ran. Each step stores its counts and moves on in one batch, on the
 * condition that nobody did so meanwhile: a row is counted once, whoever dies on the way or runs beside.
 */
export async function rollUpActivity(db: Database, clock: Clock): Promise<void> {
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if (!(await countWindow(db, clock))) return;
  }
}

/** Says whether there is more to count at once. */
async function countWindow(db: Database, clock: Clock): Promise<boolean> {
  const [at] = await withRetries(clock, () => selectRows(db, selectPosition()));
  const position = at?.position ?? 0;
  const rows = await withRetries(clock, () => selectRows(db, selectRowsBehind(position)));
  const { end, hours, totals } = countRows(rows, clock.now());
  if (end === undefined) return false;
  const given = { position };
  const statements = [
    ...ADD_HOURS(db, hours, given),
    ...ADD_TOTALS(db, totals, given),
    moveWalk(db, WALK, end, eq(sweeps.position, position)),
  ];
  await withRetries(clock, () => db.batch(statements));
  return rows.length === COUNTED_ROWS && end === rows.at(-1)?.rowId;
}

function selectPosition() {
  return build
    .select(named({ position: sweeps.position }))
    .from(sweeps)
    .where(eq(sweeps.name, WALK));
}

function selectRowsBehind(position: number) {
  const { rowId, connectorId, opId, at, method, actor, status, latencyMs } = events;
  const { refusalKey, count } = events;
  const counted = { rowId, connectorId, opId, at, method, actor, status, latencyMs };
  return build
    .select(named({ ...counted, refusalKey, count }))
    .from(events)
    .where(gt(rowId, position))
    .orderBy(rowId)
    .limit(COUNTED_ROWS);
}

/** Somebody else who counted the same rows has moved the position. */
function isAt(position: SQL): SQL {
  return sql`${positionOf(WALK)} = ${position}`;
}

type Position = { readonly position: number };

const ADD_HOURS = rowStatement<HourCounts, Position>()(({ cell, from }, { position }) => {
  const added = STATUS_NAMES.map((name) => activity[name]);
  const cells = {
    connectorId: cell("connectorId"),
    hour: cell("hour"),
    ...statusCells(cell),
  };
  const onConflict = sql`on conflict (${nameOf(activity.connectorId)}, ${nameOf(activity.hour)})
    do update set ${adding(added)}`;
  return insertRows(activity, cells, { from, where: isAt(sql`${position}`), onConflict });
});

const ADD_TOTALS = rowStatement<TotalCounts, Position>()(({ cell, from }, { position }) => {
  const { lastRequestAt, lastErrorAt, lastErrorStatus, lastErrorId } = activityTotals;
  const names = [...STATUS_NAMES, ...BUCKET_NAMES];
  const isNewer = sql`coalesce(${excluded(lastErrorAt)} >= coalesce(${lastErrorAt}, 0), 0)`;
  const newer = (column: Column) =>
    sql`${nameOf(column)} = iif(${isNewer}, ${excluded(column)}, ${column})`;
  const latest = sql`max(coalesce(${lastRequestAt}, 0), coalesce(${excluded(lastRequestAt)}, 0))`;
  const onConflict = sql`on conflict (${nameOf(activityTotals.connectorId)}) do update set
    ${adding(names.map((name) => activityTotals[name]))},
    ${nameOf(lastRequestAt)} = ${latest},
    ${sql.join([lastErrorAt, lastErrorStatus, lastErrorId].map(newer), sql`, `)}`;
  const cells = {
    connectorId: cell("connectorId"),
    ...statusCells(cell),
    upTo10: cell("upTo10"),
    upTo25: cell("upTo25"),
    upTo50: cell("upTo50"),
    upTo100: cell("upTo100"),
    upTo250: cell("upTo250"),
    upTo500: cell("upTo500"),
    upTo1000: cell("upTo1000"),
    upTo2500: cell("upTo2500"),
    lastRequestAt: cell("lastRequestAt"),
    lastErrorAt: cell("lastErrorAt"),
    lastErrorStatus: cell("lastErrorStatus"),
    lastErrorId: cell("lastErrorId"),
  };
  return insertRows(activityTotals, cells, { from, where: isAt(sql`${position}`), onConflict });
});

const STATUS_NAMES = [
  "requests2xx",
  "requests3xx",
  "requests4xx",
  "requests5xx",
  "refusals4xx",
  "refusals5xx",
  "latencyMs",
] as const;

const BUCKET_NAMES = [
  "upTo10",
  "upTo25",
  "upTo50",
  "upTo100",
  "upTo250",
  "upTo500",
  "upTo1000",
  "upTo2500",
] as const;

function statusCells(cell: (name: (typeof STATUS_NAMES)[number]) => SQL) {
  return {
    requests2xx: cell("requests2xx"),
    requests3xx: cell("requests3xx"),
    requests4xx: cell("requests4xx"),
    requests5xx: cell("requests5xx"),
    refusals4xx: cell("refusals4xx"),
    refusals5xx: cell("refusals5xx"),
    latencyMs: cell("latencyMs"),
  };
}

function adding(columns: readonly Column[]): SQL {
  const sums = columns.map((column) => sql`${nameOf(column)} = ${column} + ${excluded(column)}`);
  return sql.join(sums, sql`, `);
}

/**
 * The statement that belongs behind every deletion of events, in its batch: SQLite gives the number of the
 * newest row out again once that row is gone, and a row that comes then is still to be counted.
 */
export function recountFromNewest(db: Database): Prepared<unknown> {
  const newest = build
    .select(named({ rowId: sql`coalesce(max(${events.rowId}), 0)` }))
    .from(events);
  const query = build
    .update(sweeps)
    .set({ position: sql`${newest}` })
    .where(and(eq(sweeps.name, WALK), gt(sweeps.position, sql`${newest}`)));
  return prepare(db, query);
}

const PRUNE_WALK = "activity pruned";

/** How many connectors one run of cron looks at, and how many hours it deletes at most. */
const PRUNED_CONNECTORS = 200;
const PRUNED_HOURS = 5_000;

/**
 * Deletes hours that are too old, and all counts of connectors that were deleted long enough ago. Goes on
 * with the connectors behind those of its last run; safe to repeat, and to run twice at once.
 */
export async function pruneActivity(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const next = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(gt(connectors.number, positionOf(PRUNE_WALK)))
    .orderBy(connectors.number)
    .limit(PRUNED_CONNECTORS);
  const found = await withRetries(clock, () => selectRows(db, next));
  const numbers = found.map(({ number }) => number);
  const isNext = (column: Column) => isInList(column, sql`${JSON.stringify(numbers)}`);
  const ended = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(and(isNext(connectors.number), lt(connectors.deletedAt, now - CONNECTOR_DAYS * DAY_MS)));
  const oldest = hourOf(now) - ACTIVITY_DAYS * HOURS_OF_DAY;
  const { connectorId, hour } = activity;
  const old = build
    .select(named({ connectorId, hour }))
    .from(activity)
    .where(and(isNext(connectorId), or(lt(hour, oldest), inArray(connectorId, ended))))
    .limit(PRUNED_HOURS);
  const last = numbers.length < PRUNED_CONNECTORS ? 0 : (numbers.at(-1) ?? 0);
  const statements = [
    prepare(db, build.delete(activity).where(sql`(${connectorId}, ${hour}) in ${old}`)),
    prepare(db, build.delete(activityTotals).where(inArray(activityTotals.connectorId, ended))),
    moveWalk(db, PRUNE_WALK, last),
  ];
  await withRetries(clock, () => db.batch(statements));
}
