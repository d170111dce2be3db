import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { rollUpActivity } from "#store/upkeep/roll-up.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { openReceiver, ring } from "#test/support/receiver.ts";
import { readOpenMetrics } from "#test/support/upkeep/open-metrics.ts";

// What an operator sees of connectors without asking any of their objects: counts, health, metrics.

const gateway = openGateway();
// A deleted user is looked for through the table.
const patient = openGateway({ roundTripsMax: 10 });
const HOUR_MS = 3_600_000;

const rollUp = () => rollUpActivity(env.DB, { ...TEST_CLOCK, now: () => Date.now() });

async function shown(id: string) {
  const { status, body } = await gateway.admin(`/connectors/${id}`);
  expect(status).toBe(200);
  return body;
}

async function listed(id: string) {
  const { body } = await gateway.admin("/connectors?limit=500");
  return body.items.find((each: { id: string }) => each.id === id);
}

const IDLE = {
  users: { active: 0, inactive: 0, deleted: 0 },
  groups: 0,
  parkedMembers: 0,
  lastRequestAt: null,
  lastError: null,
  lastDay: {
    requests: { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 },
    refusals: { "4xx": 0, "5xx": 0 },
  },
  bridge: null,
  webhooks: { active: 0, disabled: 0, waiting: 0, waitingSince: null },
  held: 0,
};

test("a new connector has nothing of anything, in the list and by itself", async () => {
  const { id } = await gateway.connector();

  expect(await shown(id)).toMatchObject(IDLE);
  expect(await listed(id)).toEqual(await shown(id));
});

test("users are counted as active, inactive and deleted through all of a life", async () => {
  const client = await gateway.client();
  const users = async () => (await shown(client.id)).users;
  const ada = (await client.post(aUser())).body;
  const bob = (await client.post(aUser({ active: false }))).body;
  const seen = [await users()];
  const active = (value: boolean) => aPatch({ op: "replace", path: "active", value });

  await client.patch(ada.id, active(false));
  seen.push(await users());
  await client.patch(bob.id, active(true));
  await client.patch(bob.id, active(true));
  seen.push(await users());
  await client.remove(ada.id);
  seen.push(await users());
  await patient.admin(`/connectors/${client.id}/users/${ada.id}/restore`, { method: "POST" });
  seen.push(await users());
  await client.changeSettings({ deletion: "hard" });
  await client.remove(ada.id);
  await client.remove(bob.id);
  seen.push(await users());

  expect(seen).toEqual([
    { active: 1, inactive: 1, deleted: 0 },
    { active: 0, inactive: 2, deleted: 0 },
    { active: 1, inactive: 1, deleted: 0 },
    { active: 1, inactive: 0, deleted: 1 },
    { active: 1, inactive: 1, deleted: 0 },
    { active: 0, inactive: 0, deleted: 0 },
  ]);
});

test("groups, parked members, requests, refusals, the last request and the last error are shown", async () => {
  const client = await gateway.client();
  const members = [{ value: "waits-for-its-user" }];
  await client.call("/Groups", { body: { displayName: "Team", members } });
  await client.post(aUser({ userName: "ada" }));
  await client.post(aUser({ userName: "ada" }));
  await client.get(crypto.randomUUID());

  const { body: log } = await gateway.admin(`/connectors/${client.id}/events?limit=1`);
  await rollUp();

  const seen = await shown(client.id);
  expect(seen).toMatchObject({
    groups: 1,
    parkedMembers: 1,
    lastError: { status: 404, eventId: log.items[0].id, time: log.items[0].time },
    lastDay: { requests: { "2xx": 2, "4xx": 2, "5xx": 0 }, refusals: { "4xx": 0 } },
  });
  expect(seen.lastRequestAt).toBe(log.items[0].time);
  expect(await listed(client.id)).toEqual(seen);
});

test("a bridge is shown as its object last told, with what it holds and its last good run", async () => {
  const source = new BridgeSource(manyPeople(40));
  const bridge = await TestBridge.open(source);
  await bridge.due();
  const good = await shown(bridge.connector.id);
  source.drop(...manyPeople(40).map(({ id }) => id));
  await bridge.run();
  const held = await shown(bridge.connector.id);
  const { runId, total } = await bridge.calls.held(1, undefined);
  await bridge.calls.rejectHeld({ runId: runId ?? "", count: total });
  // Before its next run it tells the database.
  bridge.now += 61_000;
  await bridge.due();
  const rejected = await shown(bridge.connector.id);
  const overview = await bridge.stub.overview();

  expect(good.bridge).toMatchObject({ state: "active", paused: false, consecutiveFailures: 0 });
  expect([good.held, held.held]).toEqual([0, 40]);
  expect(Date.parse(held.bridge.lastSucceededAt)).toBeGreaterThan(0);
  expect(rejected.held).toBe(overview.held);
});

test("users whom the brake on push holds are counted wherever held ones are, until they are told of", async () => {
  const brake = { max: 0, percent: 0, mode: "hold" };
  const client = await gateway.client({ settings: { brake } });
  const off = aPatch({ op: "replace", path: "active", value: false });
  const ids: string[] = [];
  for (let user = 0; user < 3; user += 1) {
    const { body } = await client.post(aUser());
    ids.push(`push:${body.id}`);
    await client.patch(body.id, off);
  }
  const held = async () => {
    const { body } = await gateway.admin("/metrics");
    const samples = readOpenMetrics(body).get("scim_edge_held")?.samples ?? [];
    const measured = samples.find(({ labels }) => labels.connector === client.id)?.value;
    const list = await gateway.admin(`/connectors/${client.id}/held`);
    const seen = [await shown(client.id), await listed(client.id)];
    return [list.body.total, measured, ...seen.map((each) => each.held)];
  };

  const all = await held();
  await gateway.admin(`/connectors/${client.id}/held/approve`, { body: { ids: ids.slice(1) } });
  const left = await held();

  expect([all, left]).toEqual([
    [3, 3, 3, 3],
    [1, 1, 1, 1],
  ]);
});

test("a webhook whose receiver fails is shown with what waits, and empty once it delivered", async () => {
  const client = await gateway.client();
  let status = 500;
  openReceiver(() => new Response("", { status }));
  const body = { url: "https://receiver.example/health" };
  const { body: webhook } = await gateway.admin(`/connectors/${client.id}/webhooks`, { body });
  await client.post(aUser());
  await ring(webhook);
  await env.DB.prepare("SELECT 1").run();
  const failing = (await env.DB.prepare("SELECT waiting, waiting_since FROM webhooks WHERE id = ?1")
    .bind(webhook.id)
    .first()) as { waiting: number; waiting_since: number | null };
  status = 200;

  expect(failing).toEqual({ waiting: 1, waiting_since: expect.any(Number) });
  expect((await shown(client.id)).webhooks).toMatchObject({ active: 1, disabled: 0, waiting: 1 });
  await gateway.admin(`/connectors/${client.id}/webhooks/${webhook.id}`, { method: "DELETE" });
  expect((await shown(client.id)).webhooks).toEqual(IDLE.webhooks);
});

test("a page of 100 connectors costs a bounded number of rows, however much there is behind them", async () => {
  const now = Date.now();
  const hour = Math.floor(now / HOUR_MS);
  const first = 70_000;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO connectors (number, id, name, tenant, status, settings, created_at, modified_at)
       WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
       SELECT ?1 + i, printf('ffffffff-0000-7000-8000-%012x', i), 'Many', 'many', 'active', '{}', 0, 0 FROM n`,
    ).bind(first),
    env.DB.prepare(
      `INSERT INTO activity (connector_id, hour, requests_2xx, requests_3xx, requests_4xx, requests_5xx, refusals_4xx, refusals_5xx, latency_ms)
       WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99),
         h(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM h WHERE j < 99)
       SELECT ?1 + i, ?2 - j, 1, 0, 0, 0, 0, 0, 5 FROM n CROSS JOIN h`,
    ).bind(first, hour),
    env.DB.prepare(
      `INSERT INTO webhooks (id, connector_id, url, secret, status, position, created_at, modified_at)
       WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99),
         h(j) AS (SELECT 0 UNION ALL SELECT j + 1 FROM h WHERE j < 9)
       SELECT 'many-' || i || '-' || j, ?1 + i, 'https://x.example', 's', 'disabled', 0, 0, 0 FROM n CROSS JOIN h`,
    ).bind(first),
  ]);

  const { body, cost } = await gateway.admin("/connectors?tenant=many&limit=100");
  await env.DB.batch(
    ["activity WHERE connector_id", "webhooks WHERE connector_id", "connectors WHERE number"].map(
      (where) => env.DB.prepare(`DELETE FROM ${where} BETWEEN ?1 AND ?1 + 99`).bind(first),
    ),
  );

  expect(body.items).toHaveLength(100);
  expect(body.items[0].lastDay.requests["2xx"]).toBe(24);
  expect(cost.roundTrips).toBe(2);
  // Of each connector: itself, 24 hours, 10 webhooks, and what is looked for in the other tables.
  expect(cost.rowsRead).toBeLessThanOrEqual(100 * 60);
});

describe("activity", () => {
  const NOW = Date.parse("2026-11-30T20:30:00Z");
  const dated = openGateway({ clock: { now: () => NOW } });

  async function withHours() {
    const { id } = await dated.connector();
    const number = await env.DB.prepare("SELECT number FROM connectors WHERE id = ?1")
      .bind(id)
      .first("number");
    const hour = (time: string) => Date.parse(time) / HOUR_MS;
    const insert = env.DB.prepare("INSERT INTO activity VALUES (?1, ?2, 10, 0, 2, 1, 3, 0, 130)");
    await env.DB.batch(
      ["2026-11-29T22:00:00Z", "2026-11-30T19:00:00Z", "2026-11-30T20:00:00Z"].map((time) =>
        insert.bind(number, hour(time)),
      ),
    );
    const get = (query: string) => dated.admin(`/connectors/${id}/activity${query}`);
    return { id, get };
  }

  test("has every hour of the last day, also those without requests", async () => {
    const { get } = await withHours();

    const { status, body } = await get("");

    expect(status).toBe(200);
    expect([body.from, body.to, body.step]).toEqual([
      "2026-11-29T21:00:00.000Z",
      "2026-11-30T21:00:00.000Z",
      "hour",
    ]);
    expect(body.items).toHaveLength(24);
    expect(body.items.at(-1)).toEqual({
      time: "2026-11-30T20:00:00.000Z",
      requests: { "2xx": 10, "3xx": 0, "4xx": 2, "5xx": 1 },
      refusals: { "4xx": 3, "5xx": 0 },
      meanLatencyMs: 10,
    });
    expect(body.items[0]).toMatchObject({ meanLatencyMs: null, requests: { "2xx": 0 } });
  });

  test("adds hours up to days of UTC", async () => {
    const { get } = await withHours();

    const { body } = await get("?step=day&from=2026-11-29T12:00:00Z&to=2026-11-30T12:00:00Z");

    const counted = body.items.map(({ time, requests }: { time: string; requests: object }) => [
      time,
      requests,
    ]);
    expect(counted).toEqual([
      ["2026-11-29T00:00:00.000Z", { "2xx": 10, "3xx": 0, "4xx": 2, "5xx": 1 }],
      ["2026-11-30T00:00:00.000Z", { "2xx": 20, "3xx": 0, "4xx": 4, "5xx": 2 }],
    ]);
  });

  test("rounds a range to whole hours", async () => {
    const { get } = await withHours();

    const { body } = await get("?from=2026-11-30T19:59:59Z&to=2026-11-30T20:00:01%2B00:00");

    expect(body.items).toHaveLength(2);
  });

  test.each([
    "step=minute",
    "from=yesterday",
    "from=2026-11-30T20:00:00Z&to=2026-11-30T20:00:00Z",
    "from=2026-12-24T00:00:00Z",
    "from=2025-01-01T00:00:00Z",
    "from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z",
    "step=hour&step=day",
    "until=now",
  ])("refuses ?%s", async (query) => {
    const { get } = await withHours();

    expect((await get(`?${query}`)).status).toBe(400);
  });
});

describe("metrics", () => {
  const keyFor = async (role: string, scope: object = {}) => {
    const { body } = await gateway.admin("/keys", { body: { name: role, role, ...scope } });
    return body.secret as string;
  };
  const read = async (token?: string) => {
    const answer = await gateway.admin("/metrics", token === undefined ? {} : { token });
    expect(answer.status).toBe(200);
    return { answer, families: readOpenMetrics(answer.body) };
  };

  test("are OpenMetrics text of the exact type, and say what the tables say", async () => {
    const name = 'A "quoted" \\ name';
    const client = await gateway.client();
    await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body: { name } });
    await client.post(aUser({ userName: "ada" }));
    await client.post(aUser({ userName: "ada" }));
    await rollUp();

    const { answer, families } = await read();

    expect(answer.headers.get("Content-Type")).toBe(
      "application/openmetrics-text; version=1.0.0; charset=utf-8",
    );
    const of = (family: string, label = "connector", value = client.id) =>
      families.get(family)?.samples.filter(({ labels }) => labels[label] === value);
    expect(of("scim_edge_requests")).toEqual(
      [1, 0, 1, 0].map((value, at) => ({
        name: "scim_edge_requests_total",
        labels: { connector: client.id, class: `${at + 2}xx` },
        value,
      })),
    );
    expect(of("scim_edge_connector")?.[0]?.labels).toMatchObject({ name });
    expect(of("scim_edge_held")?.[0]?.value).toBe(0);
    const size = families.get("scim_edge_database_size_bytes");
    expect(size).toMatchObject({ type: "gauge", unit: "bytes" });
    expect(size?.samples[0]?.value).toBeGreaterThan(10_000);
    const latency = families.get("scim_edge_request_latency_seconds");
    expect(latency).toMatchObject({ type: "histogram", unit: "seconds" });
    const buckets = latency?.samples.filter((each) => each.name.endsWith("_bucket")) ?? [];
    const values = buckets.map(({ value }) => value);
    expect(values).toEqual(values.toSorted((a, b) => a - b));
    expect(buckets.at(-1)?.labels).toEqual({ le: "+Inf" });
    expect(latency?.samples.find((each) => each.name.endsWith("_count"))?.value).toBe(
      values.at(-1),
    );
    expect([...families.values()].every(({ help }) => help.length > 10)).toBe(true);
  });

  test("tell the state of a bridge, the age of its last good run, and what waits in webhooks", async () => {
    const bridge = await TestBridge.open(new BridgeSource(manyPeople(3)));
    await bridge.due();
    const { id } = bridge.connector;
    const body = { url: "https://receiver.example/metrics" };
    const { body: webhook } = await gateway.admin(`/connectors/${id}/webhooks`, { body });

    const { families } = await read();

    const of = (family: string) =>
      families.get(family)?.samples.filter(({ labels }) => labels.connector === id) ?? [];
    const states = of("scim_edge_bridge_state");
    expect(states).toHaveLength(5);
    expect(states.filter(({ value }) => value === 1).map(({ labels }) => labels)).toEqual([
      { connector: id, scim_edge_bridge_state: "active" },
    ]);
    expect(of("scim_edge_bridge_last_success_age_seconds")).toHaveLength(1);
    expect(of("scim_edge_webhook_waiting")).toEqual([
      {
        name: "scim_edge_webhook_waiting",
        labels: { connector: id, webhook: webhook.id },
        value: 0,
      },
    ]);
    expect(of("scim_edge_webhook_oldest_age_seconds")[0]?.value).toBe(0);
    await gateway.admin(`/connectors/${id}/webhooks/${webhook.id}`, { method: "DELETE" });
  });

  test("show a key of a connector or a tenant its own alone, and not how large the database is", async () => {
    const [own, other] = [await gateway.client(), await gateway.client()];
    for (const client of [own, other]) await client.post(aUser());
    await gateway.admin(`/connectors/${own.id}`, { method: "PATCH", body: { tenant: "metrics" } });
    await rollUp();
    const scopes = [{ connectorId: own.id }, { tenant: "metrics" }];
    const seen = await Promise.all(
      scopes.map(async (scope) => await read(await keyFor("operator", scope))),
    );

    for (const { answer, families } of seen) {
      const connectors = families.get("scim_edge_connector")?.samples ?? [];
      expect(connectors.map(({ labels }) => labels.connector)).toEqual([own.id]);
      expect(answer.body).not.toContain(other.id);
      expect(families.get("scim_edge_database_size_bytes")?.samples).toEqual([]);
      const latency = families.get("scim_edge_request_latency_seconds")?.samples ?? [];
      expect(latency.find(({ name }) => name.endsWith("_count"))?.value).toBe(1);
    }
  });

  test.each([
    ["directory", 403],
    ["feed", 403],
    ["operator", 200],
    ["admin", 200],
  ])("a key of the role %s gets %i", async (role, status) => {
    const token = await keyFor(role);

    expect((await gateway.admin("/metrics", { token })).status).toBe(status);
  });
});
