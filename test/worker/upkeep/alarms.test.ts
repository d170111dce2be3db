import { runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import {
  alarmOf,
  clientWithWebhooks,
  drain,
  endpointOf,
  openReceiver,
  ring,
  steerTime,
} from "#test/support/receiver.ts";
import { loseAlarms, tick } from "#test/support/upkeep/cron-world.ts";

// An alarm fires at least once, and has been seen to get lost.

const gateway = openGateway();

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the alarm of a bridge", () => {
  test("that fires twice for one run pulls and writes once", async () => {
    const source = new BridgeSource(manyPeople(3));
    const bridge = await TestBridge.open(source);

    const fired = [
      await runDurableObjectAlarm(bridge.stub),
      await runDurableObjectAlarm(bridge.stub),
    ];

    expect(fired).toEqual([true, true]);
    expect(source.asked).toEqual(["users first", "users 2"]);
    expect(await bridge.changes()).toHaveLength(3);
    expect(await bridge.alarmAt()).toBe(bridge.now + 15 * 60_000);
  });

  test("that fires again in the middle of a run goes on from its page, and writes nobody twice", async () => {
    const source = new BridgeSource(manyPeople(6));
    const bridge = await TestBridge.open(source);
    source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + 60_000 });
    await bridge.settle();

    await runDurableObjectAlarm(bridge.stub);
    await runDurableObjectAlarm(bridge.stub);
    const early = source.asked.length;
    bridge.now += 60_000;
    await bridge.settle();

    expect(early).toBe(2);
    expect(await bridge.changes()).toHaveLength(6);
  });

  test("that got lost in the middle of a run is set again by cron", async () => {
    const source = new BridgeSource(manyPeople(6));
    const bridge = await TestBridge.open(source);
    source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + 60_000 });
    await bridge.settle();
    await loseAlarms(bridge.stub);
    bridge.now += 3 * 60_000;
    vi.spyOn(Date, "now").mockImplementation(() => bridge.now);

    await tick();
    await bridge.settle();

    expect((await bridge.calls.overview()).lastRun?.state).toBe("succeeded");
    expect(await bridge.changes()).toHaveLength(6);
  });
});

describe("the alarm of a webhook", () => {
  test("that fires twice sends once", async () => {
    steerTime();
    const { received } = openReceiver();
    const { client, webhooks } = await clientWithWebhooks(gateway);
    const [webhook = { id: "" }] = webhooks;
    await client.post(aUser());

    await ring(webhook);
    await ring(webhook);

    expect(received).toHaveLength(1);
  });

  test("that fires twice after a failed try counts no try twice", async () => {
    const time = steerTime();
    const { received } = openReceiver(() => 500);
    const { client, webhooks } = await clientWithWebhooks(gateway);
    const [webhook = { id: "" }] = webhooks;
    await client.post(aUser());
    await ring(webhook);
    await ring(webhook);
    const early = received.length;

    time.reach((await alarmOf(webhook)) ?? 0);
    await ring(webhook);
    await ring(webhook);

    expect([early, received.length]).toEqual([1, 2]);
  });

  test.each([["lost"], ["stuck in the past"]])(
    "that is %s while a try waits is set again by cron within the hour",
    async (how) => {
      const time = steerTime();
      const receiver = openReceiver(() => 500);
      const { client, webhooks } = await clientWithWebhooks(gateway);
      const [webhook = { id: "" }] = webhooks;
      await client.post(aUser());
      await ring(webhook);
      receiver.answer(() => 204);
      const stuckAt = (await alarmOf(webhook)) ?? 0;
      if (how === "lost") await loseAlarms(endpointOf(webhook));
      time.advance(10 * 60_000);

      for (let minute = 0; minute < 60; minute += 1) {
        await tick();
        time.advance(60_000);
      }
      const again = await alarmOf(webhook);
      await drain(time, webhooks);

      expect(again).toBeGreaterThan(stuckAt);
      expect(receiver.received).toHaveLength(2);
    },
  );
});
