import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count: number, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  source.pageSize = 50;
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

/** Plays a dry run. */
async function planOf(bridge: TestBridge) {
  const { runId } = okOf(await bridge.stub.startPlan());
  await bridge.settle();
  const plan = await bridge.calls.plan(runId);
  if (plan === null) throw new Error("There is no such plan.");
  return plan;
}

/** All that a run could have written in D1. */
async function written({ number }: TestBridge) {
  const tables = ["resources", "resource_values", "events", "changes"];
  const results = await env.DB.batch(
    tables.map((table) =>
      env.DB.prepare(`SELECT * FROM ${table} WHERE connector_id = ?1`).bind(number),
    ),
  );
  return results.map(({ results: rows }) => rows);
}

test("a dry run says what a run would do, and writes nothing", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  source.put({ id: "new" }, { id: "p0", title: "Boss" }, { id: "p1", active: false });
  source.drop("p2");
  const [before, overview] = [await written(bridge), await bridge.stub.overview()];

  const plan = await planOf(bridge);

  expect(plan.run).toMatchObject({ mode: "plan", state: "succeeded" });
  expect(plan.run.counts).toMatchObject({ created: 1, updated: 1, deactivated: 2 });
  expect(plan.steps.map(({ op, sourceId, why }) => [op, sourceId, why])).toEqual([
    ["update", "p0", null],
    ["deactivate", "p1", "disabled"],
    ["create", "new", null],
    ["deactivate", "p2", "missing"],
  ]);
  expect(plan.steps[0]?.set).toEqual({ title: "Boss" });
  expect(await written(bridge)).toEqual(before);
  const after = await bridge.stub.overview();
  expect([after.state, after.linkedUsers, after.nextSyncAt]).toEqual([
    overview.state,
    overview.linkedUsers,
    overview.nextSyncAt,
  ]);
});

test("a run after a dry run does what that one said", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  source.put({ id: "new" }, { id: "p0", title: "Boss" });
  source.drop("p2");

  const plan = await planOf(bridge);
  const view = await bridge.run();

  expect(view.counts).toEqual(plan.run.counts);
});

test("a dry run says what the guard would hold, and leaves what is held alone", async () => {
  const { source, bridge } = await aSyncedBridge(10, { guard: { max: 2, percent: 0, minBase: 5 } });
  source.drop("p0", "p1", "p2");
  await bridge.run();
  source.drop("p3");

  const plan = await planOf(bridge);

  expect([plan.wouldHold, plan.run.held, (await bridge.stub.overview()).held]).toEqual([
    true,
    4,
    3,
  ]);
});

test("the first hundred steps of a dry run are kept, and all are counted", async () => {
  const source = new BridgeSource(manyPeople(130));
  source.pageSize = 60;
  const bridge = await TestBridge.open(source);

  const plan = await planOf(bridge);

  expect([plan.steps.length, plan.run.counts.created]).toEqual([100, 130]);
});

test("a failed dry run is no failure of the bridge", async () => {
  const { source, bridge } = await aSyncedBridge(2);
  source.failures.push({ kind: "unauthorized" });

  const plan = await planOf(bridge);

  expect([plan.run.state, plan.run.error]).toEqual(["failed", "The test wants unauthorized."]);
  expect(await bridge.stub.overview()).toMatchObject({ state: "active", consecutiveFailures: 0 });
});

test.each([
  ["source id", "new"],
  ["login", "new@example.com"],
])("one user is created on demand by %s", async (_, key) => {
  const { source, bridge } = await aSyncedBridge(2);
  source.put({ id: "new" }, { id: "other" });

  const steps = okOf(await bridge.calls.syncUser(key));

  expect(steps.map(({ op, sourceId }) => [op, sourceId])).toEqual([["create", "new"]]);
  expect((await bridge.users()).map(({ externalId }) => externalId)).toEqual(["new", "p0", "p1"]);
  expect((await bridge.stub.runs(1, undefined))[0]).toMatchObject({
    mode: "user",
    state: "succeeded",
  });
  expect(await bridge.alarmAt()).toBe(bridge.now + 900_000);
});

test("one user who was switched off at the provider is switched off on demand", async () => {
  const { source, bridge } = await aSyncedBridge(2);
  source.put({ id: "p1", active: false });

  const steps = okOf(await bridge.calls.syncUser("p1"));

  expect(steps.map(({ op, why }) => [op, why])).toEqual([["deactivate", "disabled"]]);
  expect((await bridge.users()).map(({ active }) => active)).toEqual([1, 0]);
});

test("a user on demand whom the provider does not have is refused with 404", async () => {
  const { bridge } = await aSyncedBridge(1);

  expect(await bridge.calls.syncUser("nobody")).toMatchObject({ kind: "refused", status: 404 });
});

test("a user on demand while the provider does not answer is refused with what it said", async () => {
  const { source, bridge } = await aSyncedBridge(1);
  source.failures.push({ kind: "unavailable" });

  expect(await bridge.calls.syncUser("p0")).toEqual({
    kind: "refused",
    status: 409,
    detail: "The test wants unavailable.",
  });
});

test("a user who was synced on demand in the middle of a run is created once", async () => {
  const source = new BridgeSource(manyPeople(4));
  source.pageSize = 1;
  const bridge = await TestBridge.open(source);
  source.onCall = async (what) => {
    if (what !== "users") return;
    source.onCall = () => undefined;
    // The call waits for the page in hand, and the run goes on behind it.
    void bridge.calls.syncUser("p3");
  };

  const view = await bridge.due();
  await bridge.run();

  expect(view.state).toBe("succeeded");
  expect((await bridge.changes()).filter((line) => line === "user.created p3")).toHaveLength(1);
});

test("a user on demand waits until the page in hand is kept: the object has one writer", async () => {
  const source = new BridgeSource(manyPeople(3));
  source.pageSize = 10;
  const bridge = await TestBridge.open(source);
  const order: string[] = [];
  source.onCall = async (what) => {
    order.push(what);
    if (what !== "users") return;
    void bridge.calls.syncUser("p1");
    // Time enough for the call to come to the provider, if nothing held it back.
    for (let turn = 0; turn < 20; turn += 1) await bridge.stub.overview();
    order.push("page");
  };

  await bridge.due();

  expect(order).toEqual(["users", "page", "findUser"]);
});
