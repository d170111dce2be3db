import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { mirrorBridge } from "#store/admin/bridges.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";

const MINUTE_MS = 60_000;

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count = 3, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

/** Empties the object's storage, and starts the object anew. */
async function loseStorage({ stub }: TestBridge): Promise<void> {
  await runInDurableObject(stub, async (_, state) => {
    await state.storage.deleteAll();
  });
  await evictDurableObject(stub);
}

const mirrorOf = async ({ number }: TestBridge) =>
  await env.DB.prepare(
    "SELECT state, paused, consecutive_failures AS failures, next_at AS nextAt FROM bridges WHERE connector_id = ?1",
  )
    .bind(number)
    .first();

test("after a run the next is due when the interval is over, and D1 knows it", async () => {
  const { bridge } = await aSyncedBridge();

  expect(await bridge.alarmAt()).toBe(bridge.now + 15 * MINUTE_MS);
  expect(await mirrorOf(bridge)).toEqual({
    state: "active",
    paused: 0,
    failures: 0,
    nextAt: bridge.now + 15 * MINUTE_MS,
  });
});

test("a paused bridge stops at its page and goes on from there when it is resumed", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  source.onCall = async () => {
    source.onCall = () => undefined;
    await bridge.stub.pause();
  };

  await bridge.settle();
  const paused = await bridge.stub.overview();
  const [asked, alarmAt] = [source.asked.length, await bridge.alarmAt()];
  const refused = await bridge.stub.sync("full");
  okOf(await bridge.stub.resume());
  await bridge.settle();

  expect([paused.paused, asked, alarmAt, refused.kind]).toEqual([true, 1, null, "refused"]);
  expect(source.asked).toEqual(["users first", "users 2", "users 4"]);
  expect((await bridge.stub.overview()).lastRun?.state).toBe("succeeded");
});

test("a second run cannot be started while one is under way", async () => {
  const { bridge } = await aSyncedBridge();
  okOf(await bridge.stub.sync("full"));

  expect(await bridge.stub.sync("full")).toMatchObject({ kind: "refused", status: 409 });
});

test("a resync matches everybody anew and changes nobody", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  source.delta = { users: true, groups: false };
  const before = await bridge.users();

  okOf(await bridge.stub.resync());
  const view = await bridge.due();

  expect([view.mode, view.counts.created, view.counts.updated]).toEqual(["full", 0, 0]);
  expect(await bridge.users()).toEqual(before);
  expect((await bridge.stub.overview()).linkedUsers).toBe(4);
});

test("an object that lost its storage syncs anew and changes nobody", async () => {
  const { bridge } = await aSyncedBridge(4);
  const before = await bridge.users();
  await loseStorage(bridge);

  await bridge.stub.wake(bridge.connector.id);
  const view = await bridge.due();

  expect([view.mode, view.state]).toEqual(["full", "succeeded"]);
  expect(await bridge.users()).toEqual(before);
  expect(await bridge.changes()).toHaveLength(4);
});

test("a paused bridge whose object lost its storage stays paused", async () => {
  const { source, bridge } = await aSyncedBridge();
  await bridge.stub.pause();
  await loseStorage(bridge);
  const asked = source.asked.length;

  await bridge.stub.wake(bridge.connector.id);
  await bridge.settle();

  expect([(await bridge.stub.overview()).paused, source.asked.length]).toEqual([true, asked]);
});

test.each([
  ["lost", null],
  ["stuck in the past", -10 * MINUTE_MS],
])("an alarm that is %s is set again by a wake", async (_, offset) => {
  const { bridge } = await aSyncedBridge();
  bridge.now += 15 * MINUTE_MS;
  await runInDurableObject(bridge.stub, async (_object, state) => {
    if (offset === null) await state.storage.deleteAlarm();
    else await state.storage.setAlarm(bridge.now + offset);
  });

  await bridge.stub.wake(bridge.connector.id);

  expect(await bridge.alarmAt()).toBe(bridge.now + 1);
});

test("a wake leaves an alarm alone that is where it should be", async () => {
  const { bridge } = await aSyncedBridge();
  const before = await bridge.alarmAt();

  await bridge.stub.wake(bridge.connector.id);

  expect(await bridge.alarmAt()).toBe(before);
});

test("an alarm that fires before its time does nothing", async () => {
  const { source, bridge } = await aSyncedBridge();
  const asked = source.asked.length;

  await runDurableObjectAlarm(bridge.stub);
  await runDurableObjectAlarm(bridge.stub);

  expect(source.asked.length).toBe(asked);
  expect(await bridge.alarmAt()).toBe(bridge.now + 15 * MINUTE_MS);
});

test("a disabled connector rests, and goes on when it is active again", async () => {
  const { source, bridge } = await aSyncedBridge();
  const setStatus = (status: string) =>
    env.DB.prepare("UPDATE connectors SET status = ?2 WHERE number = ?1")
      .bind(bridge.number, status)
      .run();
  const asked = source.asked.length;
  await setStatus("disabled");
  await bridge.settleNext();
  const whileDisabled = source.asked.length;

  await setStatus("active");
  await bridge.stub.wake(bridge.connector.id);
  await bridge.settle();

  expect(whileDisabled).toBe(asked);
  expect(source.asked.length).toBeGreaterThan(asked);
});

test("a bridge that was deleted stops quietly and forgets everything", async () => {
  const { source, bridge } = await aSyncedBridge();
  const asked = source.asked.length;
  await env.DB.prepare("DELETE FROM bridges WHERE connector_id = ?1").bind(bridge.number).run();

  await bridge.settleNext();

  expect([source.asked.length, await bridge.alarmAt()]).toEqual([asked, null]);
  expect((await bridge.stub.overview()).linkedUsers).toBe(0);
  expect((await bridge.users()).length).toBe(3);
});

test("a bridge that is removed in the middle of a page keeps nothing of it", async () => {
  const source = new BridgeSource(manyPeople(4));
  const bridge = await TestBridge.open(source);
  source.onCall = async () => {
    source.onCall = () => undefined;
    await bridge.stub.removed();
  };

  await bridge.settle();

  expect((await bridge.stub.overview()).linkedUsers).toBe(0);
  expect(await bridge.stub.runs(10, undefined)).toEqual([]);
});

test("another configuration holds from the next step of a run on, and a full run follows it", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + 5 * MINUTE_MS });
  await bridge.settle();

  await bridge.configure({ excluded: ["p5@example.com"] });
  await bridge.settle();
  await bridge.settleNext();

  const runs = await bridge.stub.runs(10, undefined);
  expect(runs.map(({ mode, state }) => [mode, state])).toEqual([
    ["full", "succeeded"],
    ["full", "succeeded"],
  ]);
  expect(source.asked.slice(0, 4)).toEqual(["users first", "users 2", "users 2", "users 4"]);
  expect((await bridge.users()).length).toBe(5);
});

test("a configuration that its listings depend on has a run begin them anew", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + 5 * MINUTE_MS });
  await bridge.settle();

  await bridge.configure({ groups: "all" });
  await bridge.settle();

  const runs = await bridge.stub.runs(10, undefined);
  expect(runs.map(({ mode, state }) => [mode, state])).toEqual([["full", "succeeded"]]);
  expect(source.asked.slice(0, 3)).toEqual(["users first", "users 2", "users first"]);
  expect((await bridge.users()).length).toBe(6);
});

test("a run under way whose alarm is lost is found by cron, and goes on", async () => {
  const source = new BridgeSource(manyPeople(2));
  const bridge = await TestBridge.open(source);
  source.failures.push({ kind: "throttled", retryAt: bridge.now + MINUTE_MS });
  await bridge.settle();
  const mirror = await mirrorOf(bridge);
  await runInDurableObject(bridge.stub, (_, state) => state.storage.deleteAlarm());

  bridge.now += 2 * MINUTE_MS;
  await bridge.stub.wake(bridge.connector.id);
  await bridge.settle();

  // Cron wakes whose time has come.
  expect(mirror).toMatchObject({ state: "syncing", nextAt: bridge.now });
  expect((await bridge.stub.overview()).lastRun?.state).toBe("succeeded");
});

test("a disabled bridge whose object lost its storage stays disabled until it is enabled", async () => {
  const { source, bridge } = await aSyncedBridge();
  const disabled = { state: "disabled", consecutiveFailures: 10, nextAt: undefined } as const;
  await mirrorBridge(env.DB, bridge.number, { ...disabled, held: 0, lastSucceededAt: undefined });
  await loseStorage(bridge);
  const asked = source.asked.length;

  await bridge.stub.wake(bridge.connector.id);
  await bridge.settle();
  const { state, nextSyncAt } = await bridge.calls.overview();

  expect([state, nextSyncAt, source.asked.length]).toEqual(["disabled", null, asked]);
  okOf(await bridge.stub.enable());
  expect((await bridge.due()).state).toBe("succeeded");
});

test("runs are listed newest first, each on one page", async () => {
  const { bridge } = await aSyncedBridge();
  await bridge.run();
  await bridge.run();
  const all = (await bridge.stub.runs(10, undefined)).map(({ runId }) => runId);

  const first = (await bridge.stub.runs(2, undefined)).map(({ runId }) => runId);
  const second = (await bridge.stub.runs(2, first.at(-1))).map(({ runId }) => runId);

  expect(all).toEqual(all.toSorted().toReversed());
  expect([...first, ...second]).toEqual(all);
  expect(all).toHaveLength(3);
});

test("the alarm that follows a slice is set before it works: one that dies with its isolate is gone on with", async () => {
  const source = new BridgeSource(manyPeople(1));
  const bridge = await TestBridge.open(source);
  const alarms: (number | null)[] = [];
  source.onCall = async () => {
    alarms.push(await bridge.alarmAt());
  };

  await bridge.settle();

  expect(alarms).toEqual([bridge.now + 30_000]);
});
