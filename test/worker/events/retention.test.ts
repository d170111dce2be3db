import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { beforeEach, describe, expect, test } from "vitest";
import { PRUNED_ROWS, pruneChanges, pruneEvents, pruneRefusals } from "#store/upkeep/prune.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

const DAY_MS = 86_400_000;
const gateway = openGateway();

// Each test looks at whole tables; of changes, the newest row stays.
beforeEach(async () => {
  const tables = ["events", "changes", "refusals", "sweeps"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});

function clockAfter(days: number) {
  return { ...TEST_CLOCK, now: () => Date.now() + days * DAY_MS };
}

function runCronAfter(days: number): Promise<void> {
  return runCron({ databases: env, clock: clockAfter(days), newId: () => uuidv7() });
}

async function eventCount(client: TestClient): Promise<number> {
  const { body } = await gateway.admin(`/connectors/${client.id}/events`);
  return body.items.length;
}

async function rowCount(table: string): Promise<number> {
  return (await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n")) ?? 0;
}

/** A client whose log has one event. */
async function withEvent(settings: object = {}) {
  const client = await gateway.client({ settings });
  await client.post(aUser());
  return client;
}

/** Puts so many events, all of this age, into a connector's log by SQL. */
async function fillEvents(client: TestClient, count: number, ageDays: number): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?2)
     INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, warnings)
     SELECT (SELECT number FROM connectors WHERE id = ?1), printf('%08x-%012x', ?3, n), ?3,
       'GET', '/', 200, 1, '[]' FROM numbers`,
  )
    .bind(client.id, count, Date.now() - ageDays * DAY_MS)
    .run();
}

describe("an event", () => {
  test.each([
    [{}, 29.9, 1],
    [{}, 30.1, 0],
    [{ eventRetentionDays: 1 }, 0.9, 1],
    [{ eventRetentionDays: 1 }, 1.1, 0],
    [{ eventRetentionDays: 400 }, 399, 1],
    [{ eventRetentionDays: 400 }, 401, 0],
  ])("of a connector with %j is after %d days kept %d times", async (settings, days, kept) => {
    const client = await withEvent(settings);

    await runCronAfter(days);

    expect(await eventCount(client)).toBe(kept);
  });

  test("is judged by its own connector's setting, whoever is around it", async () => {
    const long = await withEvent({ eventRetentionDays: 90 });
    const short = await withEvent({ eventRetentionDays: 2 });
    await long.post(aUser());

    await runCronAfter(40);

    expect([await eventCount(long), await eventCount(short)]).toEqual([2, 0]);
  });

  test("follows a setting that is changed later", async () => {
    const client = await withEvent();
    await client.changeSettings({ eventRetentionDays: 7 });

    await runCronAfter(8);

    expect(await eventCount(client)).toBe(0);
  });

  test("of settings stored before there was the option is kept thirty days", async () => {
    const client = await withEvent();
    const text = "UPDATE connectors SET settings = '{}' WHERE id = ?1";
    await env.DB.prepare(text).bind(client.id).run();

    await runCronAfter(29);
    const after29 = await eventCount(client);
    await runCronAfter(31);

    expect([after29, await eventCount(client)]).toEqual([1, 0]);
  });

  test("of a deleted connector is pruned as well", async () => {
    const client = await withEvent();
    await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

    await runCronAfter(29);
    const after29 = await rowCount("events");
    await runCronAfter(31);

    // Its own, that of its user's end and that of its end.
    expect([after29, await rowCount("events")]).toEqual([3, 0]);
  });
});

describe("many events", () => {
  test("are pruned in one call, and the young ones stay", async () => {
    const client = await gateway.client();
    await fillEvents(client, PRUNED_ROWS * 3 + 7, 31);
    await fillEvents(client, 5, 1);

    await pruneEvents(env.DB, TEST_CLOCK);

    expect(await rowCount("events")).toBe(5);
  });

  test("that are too many for one call are gone after the next", async () => {
    const client = await gateway.client();
    await fillEvents(client, PRUNED_ROWS * 21, 31);

    await pruneEvents(env.DB, TEST_CLOCK);
    const left = await rowCount("events");
    await pruneEvents(env.DB, TEST_CLOCK);

    expect([left, await rowCount("events")]).toEqual([PRUNED_ROWS, 0]);
  });

  test("behind rows that another connector keeps are reached", async () => {
    const long = await gateway.client({ settings: { eventRetentionDays: 400 } });
    const client = await gateway.client();
    await fillEvents(long, PRUNED_ROWS * 2, 60);
    await fillEvents(client, 10, 40);

    await pruneEvents(env.DB, TEST_CLOCK);

    expect(await rowCount("events")).toBe(PRUNED_ROWS * 2);
  });

  test("may be pruned twice at once", async () => {
    const client = await gateway.client();
    await fillEvents(client, PRUNED_ROWS * 2, 31);
    await fillEvents(client, 3, 1);

    await Promise.all([pruneEvents(env.DB, TEST_CLOCK), pruneEvents(env.DB, TEST_CLOCK)]);

    expect(await rowCount("events")).toBe(3);
  });

  test("that are young are never walked through: the first rows tell", async () => {
    const client = await gateway.client();
    await fillEvents(client, 20_000, 3);
    let rowsRead = 0;
    const db = wrapDatabase(env.DB, async (run) => {
      const results = await run();
      for (const { meta } of results) rowsRead += meta.rows_read;
      return results;
    });

    await env.DB.prepare(
      "DELETE FROM connectors WHERE settings ->> 'eventRetentionDays' < 30",
    ).run();
    await pruneEvents(db, TEST_CLOCK);

    expect(rowsRead).toBeLessThan(PRUNED_ROWS * 6);
  });
});

describe("change rows", () => {
  test("are kept thirty days, and the newest for good", async () => {
    const former = await rowCount("changes");
    const client = await gateway.client();
    const { body } = await client.post(aUser());
    await client.patch(body.id, aPatch({ op: "replace", path: "title", value: "x" }));
    await client.remove(body.id);

    await runCronAfter(29);
    const after29 = await rowCount("changes");
    await runCronAfter(31);

    const types = await env.DB.prepare("SELECT type FROM changes").all<{ type: string }>();
    expect(after29).toBe(former + 3);
    expect(types.results).toEqual([{ type: "user.deleted" }]);
  });

  test("are kept behind a young one, since no reader would be told of the gap", async () => {
    const first = await gateway.client();
    const { body } = await first.post(aUser());
    for (const title of ["a", "b", "c", "d"]) {
      await first.patch(body.id, aPatch({ op: "replace", path: "title", value: title }));
    }
    const { results } = await env.DB.prepare("SELECT seq FROM changes ORDER BY seq").all();
    const seqs = results.slice(-5).map(({ seq }) => seq);
    const old = Date.now() - 31 * DAY_MS;
    const text = "UPDATE changes SET at = ?1 WHERE seq <= ?2 OR seq = ?3";
    await env.DB.prepare(text).bind(old, seqs[1], seqs[3]).run();

    await pruneChanges(env.DB, TEST_CLOCK);

    const left = await env.DB.prepare("SELECT seq FROM changes ORDER BY seq").all();
    expect(left.results.map(({ seq }) => seq)).toEqual(seqs.slice(2));
  });

  test("go in steps until only young ones are left", async () => {
    await env.DB.prepare("UPDATE changes SET at = 0").run();
    await env.DB.prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1 + 4)
       INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
       SELECT 'e' || n, 1, 'User', 'u', 1, 'user.updated', iif(n <= ?1, 0, ?2), '{}' FROM numbers`,
    )
      .bind(PRUNED_ROWS * 2 + 100, Date.now())
      .run();

    await pruneChanges(env.DB, TEST_CLOCK);

    expect(await rowCount("changes")).toBe(4);
  });
});

test("refusals are kept thirty days", async () => {
  const minuteAt = (days: number) => Math.floor((Date.now() - days * DAY_MS) / 60_000);
  const text =
    "INSERT INTO refusals (minute, ip_prefix, reason, count) VALUES (?1, 'x', 'absent', 1)";
  await env.DB.batch([29, 31, 300].map((days) => env.DB.prepare(text).bind(minuteAt(days))));

  await pruneRefusals(env.DB, TEST_CLOCK);

  expect(await rowCount("refusals")).toBe(1);
});

test.each([0, 401, 1.5, "30"])(
  "eventRetentionDays of %j is refused",
  async (eventRetentionDays) => {
    const client = await gateway.client();

    const answer = await client.changeSettings({ eventRetentionDays });

    expect(answer.status).toBe(400);
  },
);

describe("logReads", () => {
  async function shown(client: TestClient): Promise<string[]> {
    const { body } = await gateway.admin(`/connectors/${client.id}/events`);
    return body.items.map(
      ({ method, status }: { method: string; status: number }) => `${method} ${status}`,
    );
  }

  /** Reads of every kind, after the creation of a user. */
  async function read(client: TestClient) {
    const { body } = await client.post(aUser());
    await client.get(body.id);
    await client.get(body.id, { "If-None-Match": 'W/"1"' });
    await client.call("/Users");
    await client.call("/Users", { method: "HEAD" });
    await client.call("/Users/.search", { body: {} });
    await client.call("/Schemas");
  }

  test('of "refused" leaves no row of a read that succeeded', async () => {
    const client = await gateway.client({ settings: { logReads: "refused" } });

    await read(client);

    expect(await shown(client)).toEqual(["POST 201"]);
  });

  test('of "all" leaves a row of each', async () => {
    const client = await gateway.client();

    await read(client);

    expect(await shown(client)).toHaveLength(7);
  });

  test('of "refused" keeps the rows of refused reads and of writes that change nothing', async () => {
    const client = await gateway.client({ settings: { logReads: "refused" } });
    const { body } = await client.post(aUser());

    await client.get(crypto.randomUUID());
    await client.find("nosuch eq 1");
    await client.patch(body.id, aPatch());

    const events = await shown(client);
    expect(events.toSorted()).toEqual(["GET 400", "GET 404", "PATCH 200", "POST 201"]);
  });

  test('of "refused" still notes when the token was last used', async () => {
    const client = await gateway.client({ settings: { logReads: "refused" } });

    await client.call("/Users");

    const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
    expect(body.items[0].lastUsedAt).not.toBeNull();
  });
});
