import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { DeferredLog } from "#http/log/deferred-log.ts";
import { pruneChanges, pruneEvents } from "#store/upkeep/prune.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { feedPage } from "#test/support/changes/feed.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { clientWithWebhooks, endpointOf, openReceiver, ring } from "#test/support/receiver.ts";
import { connectorNumber } from "#test/support/scim/stored-user.ts";
import { tick } from "#test/support/upkeep/cron-world.ts";
import {
  DAY_MS,
  HOUR_MS,
  isolate,
  type JumpingClock,
  MINUTE_MS,
  steerClock,
  YEAR_MS,
} from "#test/support/upkeep/jumping-clock.ts";

// What a clock that was wrong for a while must not leave behind.

let clock: JumpingClock;

beforeEach(async () => {
  clock = steerClock();
  await env.DB.batch(
    ["events", "changes", "sweeps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  // The newest change row always stays; it is to be in nobody's way.
  await env.DB.prepare("UPDATE changes SET at = ?1").bind(clock.now).run();
});

afterEach(() => {
  vi.restoreAllMocks();
});

const title = aPatch({ op: "replace", path: "title", value: "Dr" });

/** Creates so many users while the clock is so far off. */
async function write(client: TestClient, count: number, jump: number): Promise<void> {
  clock.jump = jump;
  for (let n = 0; n < count; n += 1) await client.post(aUser());
  clock.jump = 0;
}

test("a token that an isolate ahead of the others revoked is refused by all of them at once", async () => {
  const here = isolate(clock);
  const client = await here.client();
  const { id } = (await client.post(aUser())).body;
  const path = `/connectors/${client.id}/tokens`;
  const [token] = (await here.admin(path)).body.items;
  await isolate(clock, 5 * MINUTE_MS).admin(`${path}/${token.id}`, { method: "DELETE" });

  const answers = [
    await client.call("/Users"),
    await client.patch(id, title),
    await isolate(clock).scim("/Users", { token: client.token, body: aUser() }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
});

test("a token that ended by the clock before it was set back is judged once, by one moment", async () => {
  const { id } = await isolate(clock).connector();
  const expiresAt = new Date(clock.now + MINUTE_MS).toISOString();
  const { body } = await isolate(clock).admin(`/connectors/${id}/tokens`, { body: { expiresAt } });
  const moments = [clock.now + HOUR_MS];
  const gateway = openGateway({ clock: { now: () => moments.shift() ?? clock.now } });

  const { status } = await gateway.scim("/Users", { token: body.secret, body: aUser() });

  expect(status).toBe(401);
});

test("a reader who waits for changes is answered in time, though the clock goes back meanwhile", async () => {
  const { id } = await isolate(clock).connector();
  const { next } = (await feedPage(isolate(clock), id, { after: "latest" })).body;
  let slept = 0;
  const sleep = async (ms: number) => {
    slept += ms;
    clock.now += ms;
    clock.jump = -HOUR_MS;
  };
  const gateway = openGateway({ clock: { sleep }, roundTripsMax: 5_000 });

  await feedPage(gateway, id, { after: next, wait: 5 });

  expect(slept).toBeLessThan(10_000);
});

test("log rows are written though a flush died and the clock went back", async () => {
  const log = new DeferredLog(TEST_CLOCK);
  const use = { connectorId: await connectorNumber(), credentialId: "c", at: 0 };
  const scheduled: Promise<void>[] = [];
  log.addUse(env, use, () => undefined);
  clock.jump = -HOUR_MS;
  clock.now += 3_000;

  log.addUse(env, use, (flushed) => scheduled.push(flushed));

  expect(scheduled).toHaveLength(1);
  await Promise.all(scheduled);
});

describe("pruning", () => {
  test.each(["changes", "events"])(
    "of %s is kept from nothing old by rows that were written a year ahead",
    async (table) => {
      const client = await isolate(clock).client();
      await env.DB.prepare("UPDATE changes SET at = ?1")
        .bind(clock.now + YEAR_MS)
        .run();
      await write(client, 10, YEAR_MS);
      await write(client, 5, 0);
      clock.now += 31 * DAY_MS;
      await write(client, 1, 0);

      await pruneChanges(env.DB, TEST_CLOCK);
      await pruneEvents(env.DB, TEST_CLOCK);

      const old = await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE at < ?1`)
        .bind(clock.now - 30 * DAY_MS)
        .first("n");
      expect(old).toBe(0);
    },
  );

  test("leaves no gap in the feed of which a reader is not told", async () => {
    const client = await isolate(clock).client();
    const { next } = (await feedPage(isolate(clock), client.id, { after: "latest" })).body;
    await write(client, 1, 0);
    await write(client, 1, -HOUR_MS);
    await write(client, 1, 0);
    clock.now += 30 * DAY_MS - 30 * MINUTE_MS;

    await pruneChanges(env.DB, TEST_CLOCK);

    const { status, body } = await feedPage(isolate(clock), client.id, { after: next });
    expect(status === 410 ? 410 : body.items.length).toBeOneOf([410, 3]);
  });
});

describe("after the clock was a year ahead for a while", () => {
  /** A day of hours in each of which cron may wake whoever it finds. */
  const playDay = async (hourly: () => Promise<unknown>) => {
    for (let hour = 0; hour <= 25; hour += 1) {
      await hourly();
      clock.now += HOUR_MS;
    }
  };

  test("a bridge pulls again within a day", async () => {
    const source = new BridgeSource(manyPeople(2));
    const bridge = await TestBridge.open(source);
    await bridge.due();
    clock.now = bridge.now;
    bridge.now += YEAR_MS;
    await bridge.settle();
    source.put({ id: "p0", title: "Dr" });

    await playDay(async () => {
      bridge.now = clock.now;
      await tick();
      await bridge.settle();
    });

    expect(await bridge.changes()).toContain("user.updated p0");
  });

  test.each([
    ["tries again what had failed", 500],
    ["goes on though it was asked for a pause", 429],
  ])("a webhook %s, within a day", async (_what, status) => {
    const receiver = openReceiver(() => status);
    const { client, webhooks } = await clientWithWebhooks(isolate(clock));
    const [webhook = { id: "" }] = webhooks;
    await client.post(aUser());
    clock.jump = YEAR_MS;
    await ring(webhook);
    clock.jump = 0;
    receiver.answer(() => 204);
    await client.post(aUser());

    await playDay(async () => {
      await endpointOf(webhook).poke(webhook.id);
      await ring(webhook);
    });

    expect(receiver.received).toHaveLength(3);
  });
});
