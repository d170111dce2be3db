import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { afterEach, describe, expect, test, vi } from "vitest";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import {
  alarmOf,
  clientWithWebhooks,
  drain,
  endpointOf,
  openReceiver,
  ring,
  steerTime,
  type TestWebhook,
} from "#test/support/receiver.ts";
import { runCron } from "../../../src/cron.ts";

const gateway = openGateway();
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOBODY: TestWebhook = { id: "", path: "", secret: "" };

afterEach(() => {
  vi.restoreAllMocks();
});

async function clientWithWebhook(connector: object = {}) {
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}], connector);
  return { client, webhook: webhooks[0] ?? NOBODY };
}

const set = (id: string, body: object) =>
  gateway.admin(`/connectors/${id}`, { method: "PATCH", body });

describe("a staged connector", () => {
  test("delivers nothing, and after its approval everything in order", async () => {
    const time = steerTime();
    const { received } = openReceiver();
    const { client, webhook } = await clientWithWebhook({ settings: { staged: true } });
    const { id } = (await client.post(aUser())).body;
    await client.patch(id, aPatch({ op: "replace", path: "title", value: "Dr" }));
    await ring(webhook);
    const before = received.length;

    const approved = await gateway.admin(`/connectors/${client.id}/approve`, { method: "POST" });
    await drain(time, [webhook]);

    expect(before).toBe(0);
    expect([approved.status, approved.body.settings.staged]).toEqual([200, false]);
    expect(received.map(({ body }) => body.type)).toEqual(["user.created", "user.updated"]);
  });

  test("is approved by the setting as well, and approving twice changes nothing", async () => {
    const { id } = await gateway.connector({ settings: { staged: true } });

    const changed = await set(id, { settings: { staged: false } });
    const again = await gateway.admin(`/connectors/${id}/approve`, { method: "POST" });

    expect([changed.body.settings.staged, again.status]).toEqual([false, 200]);
  });
});

test("a disabled connector delivers nothing until it is enabled", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  await set(client.id, { status: "disabled" });
  await ring(webhook);
  const before = received.length;

  await set(client.id, { status: "active" });
  await drain(time, [webhook]);

  expect([before, received.length]).toEqual([0, 1]);
});

test("a disabled webhook delivers nothing, and what was recorded once it is enabled", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhook } = await clientWithWebhook();
  await gateway.admin(webhook.path, { method: "PATCH", body: { status: "disabled" } });
  await client.post(aUser());
  await ring(webhook);
  const before = received.length;

  await gateway.admin(webhook.path, { method: "PATCH", body: { status: "active" } });
  await drain(time, [webhook]);

  expect([before, received.length]).toEqual([0, 1]);
});

// A body holds a whole user: it is kept no longer than the change row that it was made of.
describe("what waits ends with the change rows, 30 days after the event", () => {
  const setWebhook = (webhook: TestWebhook, body: object) =>
    gateway.admin(webhook.path, { method: "PATCH", body });
  const closings: readonly (readonly [
    string,
    (client: TestClient, webhook: TestWebhook) => Promise<unknown>,
    (client: TestClient, webhook: TestWebhook) => Promise<unknown>,
  ])[] = [
    [
      "of a disabled webhook",
      (_, webhook) => setWebhook(webhook, { status: "disabled" }),
      (_, webhook) => setWebhook(webhook, { status: "active" }),
    ],
    [
      "of a disabled connector",
      ({ id }) => set(id, { status: "disabled" }),
      ({ id }) => set(id, { status: "active" }),
    ],
    [
      "of a connector that is staged again",
      ({ id }) => set(id, { settings: { staged: true } }),
      ({ id }) => set(id, { settings: { staged: false } }),
    ],
  ];

  test.each(closings)("%s", async (_what, close, reopen) => {
    const time = steerTime();
    const receiver = openReceiver(() => 500);
    const { client, webhook } = await clientWithWebhook();
    const { id } = (await client.post(aUser())).body;
    await client.post(aUser());
    time.advance(DAY);
    await client.patch(id, aPatch({ op: "replace", path: "title", value: "Dr" }));
    await ring(webhook);
    await close(client, webhook);
    const waiting: number[] = [];
    for (const wait of [0, 29 * DAY - MINUTE, 2 * MINUTE]) {
      time.advance(wait);
      await ring(webhook);
      waiting.push((await endpointOf(webhook).overview()).waiting);
    }

    receiver.answer(() => 204);
    const before = receiver.received.length;
    await reopen(client, webhook);
    await drain(time, [webhook]);

    expect(waiting).toEqual([3, 3, 1]);
    // The younger event of a resource whose older one is gone does not wait for it.
    expect(receiver.received.slice(before).map(({ body }) => body.type)).toEqual(["user.updated"]);
  });

  test("and all of it, however much waits", async () => {
    const time = steerTime();
    openReceiver(() => 500);
    const { client, webhook } = await clientWithWebhook();
    const Operations = Array.from({ length: 250 }, (_, at) => ({
      method: "POST",
      path: "/Users",
      bulkId: `u${at}`,
      data: aUser(),
    }));
    await openGateway({ roundTripsMax: 100 }).scim("/Bulk", {
      token: client.token,
      body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations },
    });
    await ring(webhook);
    await ring(webhook);
    await setWebhook(webhook, { status: "disabled" });
    const before = await endpointOf(webhook).overview();

    time.advance(30 * DAY + MINUTE);
    await ring(webhook);

    const { waiting, dead, nextTryAt } = await endpointOf(webhook).overview();
    expect(before.waiting).toBe(250);
    expect({ waiting, dead, nextTryAt }).toEqual({ waiting: 0, dead: 0, nextTryAt: null });
  });

  test("but not of a webhook that delivers: its tries decide", async () => {
    const time = steerTime();
    const receiver = openReceiver(() => 500);
    const { client, webhook } = await clientWithWebhook();
    await client.post(aUser());
    await ring(webhook);
    receiver.answer(() => 204);

    time.advance(31 * DAY);
    await drain(time, [webhook]);

    expect(receiver.received.map(({ body }) => body.type)).toEqual([
      "user.created",
      "user.created",
    ]);
  });
});

/** What is left of a webhook's Durable Object: its alarm and how many tables have rows. */
function remains(webhook: TestWebhook) {
  return runInDurableObject(endpointOf(webhook), async (_, { storage }) => {
    const tables = storage.sql
      .exec(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
      )
      .toArray()
      .map(({ name }) => String(name))
      .filter((name) => name !== "sqlite_sequence");
    const rows = tables.map((name) => storage.sql.exec(`SELECT 1 FROM ${name}`).toArray().length);
    return { alarm: await storage.getAlarm(), rows: rows.reduce((sum, each) => sum + each, 0) };
  });
}

test("deleting a webhook forgets its queue and its alarm", async () => {
  steerTime();
  openReceiver(() => 500);
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  await ring(webhook);
  const before = await remains(webhook);

  const deleted = await gateway.admin(webhook.path, { method: "DELETE" });
  await client.post(aUser());

  expect(before.rows).toBeGreaterThan(0);
  expect(deleted.status).toBe(204);
  expect(await remains(webhook)).toEqual({ alarm: null, rows: 0 });
  expect((await gateway.admin(webhook.path)).status).toBe(404);
});

test("the webhooks of a deleted connector deliver all to its end, forget everything, and their secrets go", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

  await ring(webhook);
  for (let n = 0; n < 5 && (await alarmOf(webhook)) !== null; n += 1) {
    time.advance(61_000);
    await ring(webhook);
  }

  const types = received.map(({ body }) => body.type);
  expect(types).toEqual(["user.created", "user.deactivated", "connector.deleted"]);
  expect(await remains(webhook)).toEqual({ alarm: null, rows: 0 });
  const row = await env.DB.prepare("SELECT 1 FROM webhooks WHERE id = ?").bind(webhook.id).first();
  expect(row).toBeNull();
});

describe("a webhook is woken", () => {
  const CALLS: readonly (readonly [string, object, (id: string) => Promise<unknown>])[] = [
    ["disabled", {}, (id) => set(id, { status: "disabled" })],
    ["enabled", { status: "disabled" }, (id) => set(id, { status: "active" })],
    [
      "approved",
      { settings: { staged: true } },
      (id) => gateway.admin(`/connectors/${id}/approve`, { method: "POST" }),
    ],
    ["deleted", {}, (id) => gateway.admin(`/connectors/${id}`, { method: "DELETE" })],
  ];

  test.each(CALLS)(
    "when its connector is %s, not at its next heartbeat",
    async (_what, before, change) => {
      const time = steerTime();
      openReceiver();
      const { client, webhook } = await clientWithWebhook();
      await set(client.id, before);
      await ring(webhook);
      const resting = await alarmOf(webhook);

      await change(client.id);

      expect(resting).toBeGreaterThanOrEqual(time.now() + MINUTE);
      expect(await alarmOf(webhook)).toBe(time.now() + 1);
    },
  );

  test("by the write itself, before its next heartbeat", async () => {
    const time = steerTime();
    openReceiver();
    const { client, webhook } = await clientWithWebhook();
    await ring(webhook);
    const resting = await alarmOf(webhook);

    await client.post(aUser());

    expect(resting).toBeGreaterThanOrEqual(time.now() + MINUTE);
    expect(await alarmOf(webhook)).toBe(time.now() + 1);
  });

  test("by Bulk as well", async () => {
    const time = steerTime();
    openReceiver();
    const { client, webhook } = await clientWithWebhook();
    await ring(webhook);
    const Operations = [{ method: "POST", path: "/Users", bulkId: "a", data: aUser() }];

    await openGateway({ roundTripsMax: 10 }).scim("/Bulk", {
      token: client.token,
      body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations },
    });

    expect(await alarmOf(webhook)).toBe(time.now() + 1);
  });

  test("by itself, every hour at least, though nobody tells it of a change", async () => {
    const time = steerTime();
    const { received } = openReceiver();
    const { client, webhook } = await clientWithWebhook();
    const waits: number[] = [];
    for (let beat = 0; beat < 8; beat += 1) {
      await ring(webhook);
      const at = (await alarmOf(webhook)) ?? Number.POSITIVE_INFINITY;
      waits.push(at - time.now());
      time.reach(at);
    }
    await recordSilently(client.id);

    await ring(webhook);

    expect(waits.slice(0, 3)).toEqual([2 * MINUTE, 4 * MINUTE, 8 * MINUTE]);
    expect(Math.max(...waits)).toBe(HOUR);
    expect(received).toHaveLength(1);
    expect(await alarmOf(webhook)).toBe(time.now() + MINUTE);
  });

  const woken = async (now: number) => {
    const ids = new Set<string>();
    const webhookOf = (id: string) => ({ poke: async () => void ids.add(id) });
    const clock = { ...TEST_CLOCK, now: () => now };
    await runCron({ databases: env, clock, newId: () => uuidv7(), webhookOf });
    return ids;
  };

  test("by cron when it has not got the newest changes", async () => {
    const time = steerTime();
    openReceiver();
    const [behind, staged, disabled] = [
      await clientWithWebhook(),
      await clientWithWebhook({ settings: { staged: true } }),
      await clientWithWebhook(),
    ];
    for (const { client } of [behind, staged, disabled]) await recordSilently(client.id);
    await gateway.admin(disabled.webhook.path, { method: "PATCH", body: { status: "disabled" } });
    const minute = minuteOf(behind.webhook.id) + 1;

    const before = await woken(minute * MINUTE);
    await drain(time, [behind.webhook]);
    time.advance(2 * MINUTE);
    await ring(behind.webhook);
    const after = await woken(minute * MINUTE);

    expect(before.has(behind.webhook.id)).toBe(true);
    expect([staged, disabled].filter(({ webhook }) => before.has(webhook.id))).toEqual([]);
    expect(after.has(behind.webhook.id)).toBe(false);
  });

  test("by cron once an hour in any case, since an alarm can get lost", async () => {
    const { webhook } = await clientWithWebhook();
    const minutes = Array.from({ length: 60 }, (_, minute) => minute);

    const runs = await Promise.all(minutes.map((minute) => woken(minute * MINUTE)));

    expect(minutes.filter((minute) => runs[minute]?.has(webhook.id))).toEqual([
      minuteOf(webhook.id),
    ]);
  });
});

/** The minute of the hour in which cron wakes a webhook in any case. */
function minuteOf(id: string): number {
  return Number.parseInt(id.slice(-2), 16) % 60;
}

/** Records a change of which no webhook is told. */
async function recordSilently(connector: string): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
     SELECT ?2, number, 'Connector', id, 0, 'connector.alert', ?3, '{"alert":"bridge.held"}'
     FROM connectors WHERE id = ?1`,
  )
    .bind(connector, uuidv7(), Date.now())
    .run();
}

test("an alarm never throws: it comes back within a minute, and goes on where it was", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  const secret = await env.DB.prepare("SELECT secret FROM webhooks WHERE id = ?")
    .bind(webhook.id)
    .first("secret");
  const seal = (text: unknown) =>
    env.DB.prepare("UPDATE webhooks SET secret = ? WHERE id = ?").bind(text, webhook.id).run();
  await seal("v1.nokey.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");

  await ring(webhook);
  const again = await alarmOf(webhook);
  await seal(secret);
  await drain(time, [webhook]);

  expect(again).toBe(time.now() + MINUTE);
  expect(errors).toHaveBeenCalled();
  expect(received).toHaveLength(1);
});

test("what an endpoint knew is not needed: without it, it goes on from the position in D1", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  await runInDurableObject(endpointOf(webhook), (_, { storage }) => storage.deleteAll());

  await client.post(aUser());
  await drain(time, [webhook]);

  expect(new Set(received.map(({ id }) => id)).size).toBe(2);
});

test("dead events and tries are forgotten after thirty days", async () => {
  const time = steerTime();
  openReceiver(() => 500);
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  await drain(time, [webhook]);
  const before = await remains(webhook);

  time.advance(31 * DAY);
  await ring(webhook);

  // The endpoint's own state is left.
  expect([before.rows, (await remains(webhook)).rows]).toEqual([12, 1]);
});

test("a webhook that is disabled while it delivers sends nothing more", async () => {
  const time = steerTime();
  const { client, webhook } = await clientWithWebhook();
  for (let user = 0; user < 30; user += 1) await client.post(aUser());
  let disabled: Promise<unknown> | undefined;
  const { received } = openReceiver(async () => {
    const body = { status: "disabled" };
    disabled ??= gateway.admin(webhook.path, { method: "PATCH", body });
    await disabled;
    return new Response(null, { status: 204 });
  });

  await ring(webhook);

  // Six were under way when the call was answered.
  expect(received).toHaveLength(6);
  expect((await endpointOf(webhook).overview()).waiting).toBe(24);
  expect((await alarmOf(webhook)) ?? 0).toBeGreaterThanOrEqual(time.now());
});
