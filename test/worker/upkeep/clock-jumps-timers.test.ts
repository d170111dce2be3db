import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { allEvents } from "#test/support/changes/feed.ts";
import { aUser, TEST_CLOCK } from "#test/support/gateway.ts";
import {
  clientWithWebhooks,
  drain,
  endpointOf,
  openReceiver,
  ring,
} from "#test/support/receiver.ts";
import { loseAlarms, tick } from "#test/support/upkeep/cron-world.ts";
import {
  DAY_MS,
  HOUR_MS,
  isolate,
  JUMPS_MS,
  type JumpingClock,
  MINUTE_MS,
  steerClock,
  writeAcrossJumps,
} from "#test/support/upkeep/jumping-clock.ts";
import { runCron } from "../../../src/cron.ts";

// What goes by time of its own accord: cron, and the objects of bridges and webhooks.

let clock: JumpingClock;

beforeEach(() => {
  clock = steerClock();
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe("cron in an hour that is too early by one", () => {
  const runCronAt = (ms: number) =>
    runCron({
      databases: env,
      clock: { ...TEST_CLOCK, now: () => clock.now + ms },
      newId: () => uuidv7(),
    });

  test("erases what has an hour left and nothing younger, and nothing more after the jump back", async () => {
    const { client, created } = await writeAcrossJumps(clock, [isolate(clock)]);
    const [first = "", second = ""] = created;
    const deletedAt = (id: string, ms: number) =>
      env.DB.prepare("UPDATE resources SET deleted_at = ?2 WHERE id = ?1")
        .bind(id, clock.now - 30 * DAY_MS + ms)
        .run();
    await deletedAt(first, 30 * MINUTE_MS);
    await deletedAt(second, 90 * MINUTE_MS);

    for (const jump of [0, HOUR_MS, -HOUR_MS, 0]) await runCronAt(jump);

    const { results } = await env.DB.prepare(
      "SELECT id FROM resources WHERE deleted_at IS NOT NULL AND id IN (?1, ?2)",
    )
      .bind(first, second)
      .all();
    const events = (await isolate(clock).admin(`/connectors/${client.id}/events?limit=500`)).body
      .items;
    expect(results).toEqual([{ id: second }]);
    expect(events).toHaveLength(2 * JUMPS_MS.length + 1);
    expect(await allEvents(isolate(clock), client.id)).toHaveLength(2 * JUMPS_MS.length + 1);
  });

  test("warns of a token's end once for each mark", async () => {
    const { id } = await isolate(clock).connector();
    const expiresAt = new Date(clock.now + 7 * DAY_MS + 30 * MINUTE_MS).toISOString();
    await isolate(clock).admin(`/connectors/${id}/tokens`, { body: { expiresAt } });

    for (const jump of [0, HOUR_MS, 0, -HOUR_MS, HOUR_MS, 2 * HOUR_MS]) await runCronAt(jump);

    const { results } = await env.DB.prepare(
      "SELECT payload ->> 'days' AS days FROM changes WHERE type = 'connector.alert' AND resource_id = ?1",
    )
      .bind(id)
      .all();
    expect(results.map(({ days }) => days)).toEqual([30, 7]);
  });
});

describe("when the clock goes back by an hour", () => {
  test("a bridge runs again as soon as it has caught up, though its alarm got lost", async () => {
    const source = new BridgeSource(manyPeople(2));
    const bridge = await TestBridge.open(source);
    await bridge.due();
    clock.now = bridge.now;
    clock.jump = -HOUR_MS;
    bridge.now -= HOUR_MS;
    await loseAlarms(bridge.stub);
    source.put({ id: "p0", title: "Dr" });

    for (let minute = 0; minute <= 75; minute += 1) {
      await tick();
      await bridge.settle();
      clock.now += MINUTE_MS;
      bridge.now += MINUTE_MS;
    }

    expect(await bridge.changes()).toContain("user.updated p0");
  });

  test("a bridge whose run had to wait goes on with it", async () => {
    const source = new BridgeSource(manyPeople(6));
    const bridge = await TestBridge.open(source);
    source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + MINUTE_MS });
    await bridge.settle();
    bridge.now -= HOUR_MS;

    for (let rings = 0; rings < 3; rings += 1) await bridge.settleNext();

    expect((await bridge.calls.overview()).lastRun?.state).toBe("succeeded");
    expect(await bridge.changes()).toHaveLength(6);
  });

  test("a webhook tries again what had failed, and delivers what is new at once", async () => {
    const receiver = openReceiver(() => 500);
    const { client, webhooks } = await clientWithWebhooks(isolate(clock));
    const [webhook = { id: "" }] = webhooks;
    const steered = {
      now: () => clock.now + clock.jump,
      advance: (ms: number) => {
        clock.now += ms;
      },
      reach: (at: number) => {
        clock.now = Math.max(clock.now, at - clock.jump);
      },
    };
    await client.post(aUser({ externalId: "first" }));
    await ring(webhook);
    receiver.answer(() => 204);
    clock.jump = -HOUR_MS;
    await loseAlarms(endpointOf(webhook));

    await client.post(aUser({ externalId: "new" }));
    await ring(webhook);
    const soon = receiver.received.map(({ body }) => body.resource.externalId);
    await drain(steered, webhooks);

    expect(soon).toEqual(["first", "new"]);
    expect(receiver.received).toHaveLength(3);
    expect((await endpointOf(webhook).overview()).waiting).toBe(0);
  });
});
