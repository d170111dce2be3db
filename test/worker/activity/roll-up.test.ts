import { env } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import { pruneEvents } from "#store/upkeep/prune.ts";
import {
  ACTIVITY_DAYS,
  COUNTED_ROWS,
  pruneActivity,
  rollUpActivity,
} from "#store/upkeep/roll-up.ts";
import { type Cost, countingDatabase, wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { openGateway, TEST_CLOCK, type TestConnector } from "#test/support/gateway.ts";

// Counts of requests come from the log, each row once, although cron may die, run twice, or meet the prune.

const gateway = openGateway();
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Minutes into an hour, so that the rows of a test share it. */
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS + 40 * 60_000;

const clockAt = (now: number) => ({ ...TEST_CLOCK, now: () => now });
const rollUp = (db: D1Database = env.DB, now = NOW) => rollUpActivity(db, clockAt(now));

beforeEach(async () => {
  await env.DB.batch(
    ["events", "activity", "activity_totals", "sweeps"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
});

async function numberOf({ id }: TestConnector): Promise<number> {
  const found = env.DB.prepare("SELECT number FROM connectors WHERE id = ?1").bind(id);
  return (await found.first<number>("number")) ?? 0;
}

/** Rows of the log, as requests leave them. */
async function log(
  connector: number,
  count: number,
  { at = NOW - 10 * 60_000, status = 200, refusalKey = "" } = {},
): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, refusal_key, count)
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     SELECT ?1, ?6 || '-' || i, ?3, 'GET', '/scim/v2/Users', ?4, 7, nullif(?5, ''), nullif(iif(?5 = '', 0, 1), 0) FROM n`,
  )
    .bind(connector, count, at, status, refusalKey, crypto.randomUUID())
    .run();
}

interface Sums {
  readonly hours: number;
  readonly totals: number;
}

/** How many requests and refusals are counted of a connector: in its hours, and in all. */
async function counted(connector: number): Promise<Sums> {
  const sum = async (table: string) =>
    (await env.DB.prepare(
      `SELECT coalesce(sum(requests_2xx + requests_3xx + requests_4xx + requests_5xx + refusals_4xx + refusals_5xx), 0) AS n
       FROM ${table} WHERE connector_id = ?1`,
    )
      .bind(connector)
      .first<number>("n")) ?? 0;
  return { hours: await sum("activity"), totals: await sum("activity_totals") };
}

test("what clients ask is counted by class, and a second run adds nothing", async () => {
  const client = await gateway.client();
  await client.post({ userName: "ada" });
  await client.post({ userName: "ada" });
  await client.get(crypto.randomUUID());
  const number = await numberOf(client);

  await rollUp();
  await rollUp();

  const totals = await env.DB.prepare(
    `SELECT requests_2xx AS ok, requests_4xx AS refused, last_error_status AS status, last_request_at AS at
     FROM activity_totals WHERE connector_id = ?1`,
  )
    .bind(number)
    .first();
  expect(totals).toMatchObject({ ok: 1, refused: 2, status: 404 });
  expect(await counted(number)).toEqual({ hours: 3, totals: 3 });
});

test("many rows are counted in bounded steps, each read once", async () => {
  const rows = 3 * COUNTED_ROWS + 7;
  await log(901, rows);
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

  await rollUp(countingDatabase(env.DB, cost));

  expect(await counted(901)).toEqual({ hours: rows, totals: rows });
  // Each row once, and a few for the counts of each step.
  expect(cost.rowsRead).toBeLessThan(rows + 60);
  expect(cost.rowsWritten).toBeLessThanOrEqual(4 * 5);
});

test("two crons at once, and one that repeats a batch whose answer got lost, count each row once", async () => {
  await log(902, 2 * COUNTED_ROWS + 3);
  let lost = 0;
  const losing = wrapDatabase(env.DB, async (run) => {
    const results = await run();
    lost += 1;
    if (lost % 2 === 0) throw new Error("D1_ERROR: Network connection lost.");
    return results;
  });

  await Promise.all([rollUp(), rollUp(), rollUp(losing)]);
  await rollUp();

  const rows = 2 * COUNTED_ROWS + 3;
  expect(await counted(902)).toEqual({ hours: rows, totals: rows });
});

test("a cron that dies at whichever round trip leaves the rest to the next one", async () => {
  for (let at = 1; at <= 7; at += 1) {
    const connector = 910 + at;
    await log(connector, COUNTED_ROWS + 1);
    let trips = 0;
    const dying = wrapDatabase(env.DB, async (run) => {
      trips += 1;
      if (trips > at) throw new Error("The isolate died.");
      const results = await run();
      if (trips === at) throw new Error("The isolate died.");
      return results;
    });

    await rollUp(dying).catch(() => undefined);
    await rollUp();

    const rows = COUNTED_ROWS + 1;
    expect(await counted(connector)).toEqual({ hours: rows, totals: rows });
  }
});

test("refused callers whose row still grows are counted once it is whole", async () => {
  const refusalKey = "minute credential revoked";
  await log(903, 1, { at: NOW, status: 401, refusalKey });
  await log(903, 5, { at: NOW });
  await rollUp();
  const early = await counted(903);
  await env.DB.prepare("UPDATE events SET count = 41 WHERE connector_id = 903 AND refusal_key = ?1")
    .bind(refusalKey)
    .run();

  await rollUp(env.DB, NOW + 5 * 60_000);

  expect(early).toEqual({ hours: 0, totals: 0 });
  expect(await counted(903)).toEqual({ hours: 46, totals: 46 });
});

test("rows that get numbers of pruned ones are counted", async () => {
  const client = await gateway.client();
  const number = await numberOf(client);
  await env.DB.prepare("DELETE FROM events").run();
  await log(number, 20, { at: NOW - 40 * DAY_MS });
  await rollUp();
  await pruneEvents(env.DB, clockAt(NOW));
  const left = await env.DB.prepare("SELECT count(*) AS n FROM events").first("n");
  // SQLite numbers them from the beginning.
  await log(number, 5);

  await rollUp();

  expect(left).toBe(0);
  expect(await counted(number)).toEqual({ hours: 25, totals: 25 });
});

test("hours are pruned after their days, all counts with their deleted connector, and totals stay else", async () => {
  const [kept, ended] = [await gateway.client(), await gateway.client()];
  const [live, deleted] = [await numberOf(kept), await numberOf(ended)];
  await env.DB.prepare("DELETE FROM events").run();
  const at = NOW - (ACTIVITY_DAYS + 1) * DAY_MS;
  await log(live, 3, { at });
  await log(live, 4);
  await log(deleted, 5);
  await rollUp();
  await env.DB.prepare("UPDATE connectors SET deleted_at = ?2 WHERE number = ?1")
    .bind(deleted, NOW - 31 * DAY_MS)
    .run();
  // It walks connectors some at a time.
  const walk = async () => {
    for (let run = 0; run < 3; run += 1) await pruneActivity(env.DB, clockAt(NOW));
  };

  await walk();
  await walk();

  expect(await counted(live)).toEqual({ hours: 4, totals: 7 });
  expect(await counted(deleted)).toEqual({ hours: 0, totals: 0 });
});
