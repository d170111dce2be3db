import { describe, expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { openGateway } from "#test/support/gateway.ts";

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count: number, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  source.pageSize = 100;
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

const ids = (from: number, to: number) =>
  manyPeople(to)
    .slice(from)
    .map(({ id }) => id);

const activeCount = async (bridge: TestBridge) =>
  (await bridge.users()).filter(({ active }) => active === 1).length;

test("an empty listing while a hundred are active switches nobody off, and holds a hundred", async () => {
  const { source, bridge } = await aSyncedBridge(100);
  source.drop(...ids(0, 100));

  const view = await bridge.run();

  expect([view.state, view.held, view.counts.held, view.counts.deactivated]).toEqual([
    "succeeded",
    100,
    100,
    0,
  ]);
  expect(await activeCount(bridge)).toBe(100);
  expect(await bridge.stub.overview()).toMatchObject({
    state: "active",
    held: 100,
    consecutiveFailures: 0,
  });
  expect(source.asked.some((line) => line.startsWith("readUser"))).toBe(false);
});

test("where half are missing, creates and updates happen and the missing are held", async () => {
  const { source, bridge } = await aSyncedBridge(100);
  source.drop(...ids(50, 100));
  source.put({ id: "p0", title: "Boss" }, { id: "new" });

  const view = await bridge.run();

  expect(view.counts).toMatchObject({ created: 1, updated: 1, deactivated: 0, held: 50 });
  expect(await activeCount(bridge)).toBe(101);
});

test("as many as the guard lets pass are switched off, one more and all of them are held", async () => {
  const { source, bridge } = await aSyncedBridge(40, {
    guard: { max: 5, percent: 10, minBase: 5 },
  });
  source.drop(...ids(0, 5));
  const passed = await bridge.run();
  source.drop(...ids(5, 11));
  const held = await bridge.run();

  expect([passed.counts.deactivated, passed.held]).toEqual([5, 0]);
  expect([held.counts.deactivated, held.held]).toEqual([0, 6]);
});

test("whom the provider calls disabled goes first, and counts with the missing all the same", async () => {
  const { source, bridge } = await aSyncedBridge(40, {
    guard: { max: 5, percent: 10, minBase: 5 },
  });
  source.drop(...ids(0, 3));
  for (const id of ids(3, 6)) source.put({ id, active: false });

  const view = await bridge.run();

  expect([view.counts.deactivated, view.held]).toEqual([3, 3]);
  const { items } = await bridge.calls.held(10, undefined);
  expect(items.map(({ why }) => why).sort()).toEqual(["missing", "missing", "missing"]);
});

test("a held set raises one alert, another set another one", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  const alerts = async () =>
    (await bridge.changes()).filter((line) => line.startsWith("connector.alert")).length;
  source.drop(...ids(0, 3));

  await bridge.run();
  const first = await alerts();
  await bridge.run();
  const again = await alerts();
  source.drop("p9");
  await bridge.run();

  expect([first, again, await alerts()]).toEqual([1, 1, 2]);
});

test("approving switches exactly the held users off, each asked for once more", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  source.drop("p0", "p1", "p2");
  await bridge.run();
  source.put({ id: "p1" });
  source.drop("p9");

  const { runId } = okOf(await bridge.calls.approveHeld(await bridge.seen()));
  await bridge.settle();

  const view = await bridge.view(runId);
  expect([view.mode, view.state, view.counts.deactivated]).toEqual(["approve", "succeeded", 2]);
  const off = (await bridge.users()).filter(({ active }) => active === 0);
  expect(off.map(({ externalId }) => externalId)).toEqual(["p0", "p2"]);
  expect(await bridge.stub.overview()).toMatchObject({ state: "active", held: 0 });
  expect(await contradictions()).toEqual([]);
});

test("nothing is left to approve after it was approved", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  source.drop(...ids(0, 3));
  await bridge.run();
  await bridge.calls.approveHeld(await bridge.seen());
  await bridge.settle();

  expect(await bridge.calls.approveHeld({ runId: "r", count: 1 })).toMatchObject({
    kind: "refused",
    status: 409,
  });
});

test("rejecting drops the held set, and the next full run judges anew", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  source.drop(...ids(0, 3));
  await bridge.run();

  await bridge.calls.rejectHeld(await bridge.seen());
  const rejected = (await bridge.stub.overview()).held;
  const view = await bridge.run();

  expect([rejected, view.held, await activeCount(bridge)]).toEqual([0, 3, 20]);
});

describe("what was held together is weighed together until all of it is decided", () => {
  const guard = { max: 2, percent: 0, minBase: 5 };

  /** Four have left and are held; two of them are approved and are off. */
  async function halfApproved(leave: (source: BridgeSource) => void) {
    const { source, bridge } = await aSyncedBridge(20, { guard });
    leave(source);
    await bridge.run();
    const { items } = await bridge.calls.held(10, undefined);
    const [a = "", b = "", c = "", d = ""] = items.map(({ id }) => id);
    okOf(await bridge.calls.approveHeld({ ids: [a, b] }));
    await bridge.settle();
    return { source, bridge, rest: [c, d] };
  }

  const missing = (source: BridgeSource) => source.drop(...ids(0, 4));
  const disabled = (source: BridgeSource) => {
    for (const id of ids(0, 4)) source.put({ id, active: false });
  };

  test.each([
    ["missing", missing, "rejected"],
    ["disabled", disabled, "rejected"],
    ["missing", missing, "left held"],
    ["disabled", disabled, "left held"],
  ])(
    "of the %s some are approved; the others, %s: %s, are held by every later run",
    async (...row) => {
      const [, leave, decision] = row;
      const { bridge, rest } = await halfApproved(leave);
      if (decision === "rejected") okOf(await bridge.calls.rejectHeld({ ids: rest }));

      const views = [await bridge.run(), await bridge.run()];
      const { runId } = okOf(await bridge.stub.startPlan());
      await bridge.settle();

      expect(views.map(({ held, counts }) => [held, counts.deactivated])).toEqual([
        [2, 0],
        [2, 0],
      ]);
      expect((await bridge.view(runId)).held).toBe(2);
      expect([(await bridge.stub.overview()).held, await activeCount(bridge)]).toEqual([2, 18]);
    },
  );

  test("a resync forgets neither half", async () => {
    const { bridge, rest } = await halfApproved(disabled);
    okOf(await bridge.calls.rejectHeld({ ids: rest }));

    okOf(await bridge.stub.resync());
    await bridge.settle();

    expect([(await bridge.stub.overview()).held, await activeCount(bridge)]).toEqual([2, 18]);
  });

  test("a wider guard weighs all of it, and approval of the rest ends it", async () => {
    const { source, bridge, rest } = await halfApproved(missing);
    okOf(await bridge.calls.rejectHeld({ ids: rest }));
    await bridge.configure({ guard: { ...guard, max: 3 } });
    const narrow = await bridge.run();
    okOf(await bridge.calls.approveHeld({ ids: rest }));
    await bridge.settle();
    source.drop(...ids(10, 13));

    const next = await bridge.run();

    expect([narrow.held, narrow.counts.deactivated]).toEqual([2, 0]);
    expect([next.held, next.counts.deactivated, await activeCount(bridge)]).toEqual([0, 3, 13]);
  });

  test("where the rest came back, the next leavers are weighed by themselves", async () => {
    const { source, bridge, rest } = await halfApproved(disabled);
    okOf(await bridge.calls.rejectHeld({ ids: rest }));
    for (const id of ids(0, 4)) source.put({ id, active: true });
    await bridge.run();
    for (const id of ids(10, 12)) source.put({ id, active: false });

    const next = await bridge.run();

    expect([next.held, next.counts.deactivated, await activeCount(bridge)]).toEqual([0, 2, 18]);
  });
});

test("who comes back is no longer held", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  source.put({ id: "p0", active: false }, { id: "p1", active: false }, { id: "p2", active: false });
  await bridge.run();
  source.put({ id: "p1" });

  await bridge.run();

  expect(await activeCount(bridge)).toBe(18);
  expect((await bridge.stub.overview()).held).toBe(0);
});

test("a held switch-off is not forgotten by the hash of its record", async () => {
  const { source, bridge } = await aSyncedBridge(20, { guard: { max: 2, percent: 0, minBase: 5 } });
  for (const id of ids(0, 3)) source.put({ id, active: false });
  await bridge.run();
  await bridge.calls.rejectHeld(await bridge.seen());

  await bridge.configure({ guard: { max: 5, percent: 0, minBase: 5 } });
  const view = await bridge.run();

  expect([view.counts.deactivated, await activeCount(bridge)]).toEqual([3, 17]);
});

test("a delta run forgets nobody who is held, but for who is back; they are listed page by page", async () => {
  const source = new BridgeSource(manyPeople(20));
  source.delta = { users: true, groups: false };
  source.pageSize = 100;
  const bridge = await TestBridge.open(source, { guard: { max: 2, percent: 0, minBase: 5 } });
  await bridge.due();
  source.drop(...ids(0, 4));
  await bridge.run();
  source.put({ id: "p1" });

  const view = await bridge.run("delta");

  const first = await bridge.calls.held(2, undefined);
  const second = await bridge.calls.held(2, first.next ?? undefined);
  expect([view.mode, view.state]).toEqual(["delta", "succeeded"]);
  const named = [first, second].map(({ items }) => items.map(({ sourceId }) => sourceId));
  expect(named).toEqual([["p0", "p2"], ["p3"]]);
  expect([first.total, second.next]).toEqual([3, null]);
});

test("who is inactive already is deleted without being counted: he has no access to lose", async () => {
  const { source, bridge } = await aSyncedBridge(20, {
    guard: { max: 2, percent: 0, minBase: 5 },
    onMissing: { deleteAfterDays: 0 },
  });
  await openGateway().admin(`/connectors/${bridge.connector.id}`, {
    method: "PATCH",
    body: { settings: { deletion: "soft" } },
  });
  source.drop("p0", "p1");
  const first = await bridge.run();
  source.drop("p2", "p3");

  const views = [first, await bridge.run(), await bridge.run()];

  const done = views.map(({ held, counts }) => [held, counts.deactivated, counts.deleted]);
  expect(done).toEqual([
    [0, 2, 0],
    [0, 2, 2],
    [0, 0, 2],
  ]);
});
