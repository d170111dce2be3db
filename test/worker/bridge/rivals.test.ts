import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";

const gateway = openGateway();

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count: number, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  source.pageSize = 10;
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

/** Lets a rival in before the n-th D1 round trip from now on. */
function letIn(bridge: TestBridge, n: number, rival: () => Promise<unknown>): void {
  let trips = 0;
  bridge.db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    if (trips === n) await rival();
    return await run();
  });
}

/** From the start of a run: the call's look, the slice's look, the mirror, the page's look, its commit. */
const COMMIT = 5;

test("a push between look and commit has the page decided again, and both writes hold", async () => {
  const { source, bridge } = await aSyncedBridge(3);
  const [ada] = await bridge.users();
  const { token } = bridge.connector;
  source.put({ id: "p0", title: "Boss" }, { id: "p1", title: "Clerk" });
  letIn(bridge, COMMIT, () =>
    gateway.scim(`/Users/${ada?.id}`, {
      token,
      method: "PATCH",
      body: aPatch({ op: "add", path: "roles", value: [{ value: "Countess" }] }),
    }),
  );

  const view = await bridge.run();

  const [after] = await bridge.users();
  expect([view.state, view.counts.updated, view.issueCount]).toEqual(["succeeded", 2, 0]);
  expect(JSON.parse(after?.doc ?? "")).toMatchObject({
    title: "Boss",
    roles: [{ value: "Countess" }],
  });
  expect(after?.version).toBe(3);
});

test("a push that takes a name between look and commit costs nobody else his place", async () => {
  const { source, bridge } = await aSyncedBridge(2);
  const { token } = bridge.connector;
  source.put({ id: "new" }, { id: "p0", title: "Boss" });
  letIn(bridge, COMMIT, () =>
    gateway.scim("/Users", {
      token,
      body: aUser({ userName: "new@example.com", externalId: "of-another-provider" }),
    }),
  );

  const view = await bridge.run();

  expect([view.state, view.counts.created]).toEqual(["succeeded", 0]);
  const users = await bridge.users();
  expect(users.filter(({ userName }) => userName === "new@example.com")).toHaveLength(1);
  expect(users.find(({ externalId }) => externalId === "p0")?.doc).toContain("Boss");
  expect(await contradictions()).toEqual([]);
});

test("a record that is too large to be stored is an issue, and the others are synced", async () => {
  const source = new BridgeSource([{ id: "p0" }, { id: "p1", title: "x".repeat(600_000) }]);
  source.put({ id: "p2" });
  source.pageSize = 10;
  const bridge = await TestBridge.open(source);

  const view = await bridge.due();

  expect([view.state, view.counts.created, view.issueCount]).toEqual(["succeeded", 2, 1]);
  expect(view.issues).toMatchObject([{ kind: "invalid-value", sourceId: "p1" }]);
});

test("a batch that D1 refuses for one record is stored without that one", async () => {
  const source = new BridgeSource(manyPeople(4));
  source.pageSize = 10;
  const bridge = await TestBridge.open(source);
  let trips = 0;
  bridge.db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    // The page as a whole, then the second of its users alone: each looked up (even) and committed (odd).
    if (trips === 4 || trips === 8) throw new Error("D1_ERROR: string or blob too big");
    return await run();
  });

  const view = await bridge.due();

  expect([view.state, view.counts.created, view.issueCount]).toEqual(["succeeded", 3, 1]);
});

test("a D1 that is out of reach for a while lets the run wait, and one that stays so fails it", async () => {
  const { source, bridge } = await aSyncedBridge(2);
  source.put({ id: "p0", title: "Boss" });
  let isDown = false;
  bridge.db = faultyDatabase(env.DB, () => (isDown ? "before" : undefined), CONNECTION_LOST);
  source.onCall = () => {
    isDown = true;
  };

  await bridge.stub.sync("full");
  await bridge.settle();
  const waiting = (await bridge.calls.overview()).lastRun?.state;
  isDown = false;
  source.onCall = () => undefined;
  await bridge.settleNext();

  expect(waiting).toBe("waiting");
  expect((await bridge.calls.runs(5, undefined)).map(({ state }) => state)).toContain("succeeded");
  expect((await bridge.users())[0]?.doc).toContain("Boss");
});

test("a D1 that fails before or after commits, by seed, loses and doubles nothing", async () => {
  for (let seed = 0; seed < 12; seed += 1) {
    const random = seededRandom(seed);
    const source = new BridgeSource(manyPeople(9));
    source.pageSize = 3;
    const bridge = await TestBridge.open(source);
    bridge.db = faultyDatabase(env.DB, () => {
      if (random() > 0.3) return undefined;
      return random() < 0.5 ? "before" : "after";
    });

    for (let alarms = 0; alarms < 200; alarms += 1) {
      const { lastRun } = await bridge.calls.overview();
      if (lastRun?.state === "succeeded") break;
      await bridge.settleNext();
    }

    expect((await bridge.changes()).filter((line) => line.startsWith("user.created"))).toHaveLength(
      9,
    );
  }
  expect(await contradictions()).toEqual([]);
});

test("a person who left and comes back under another id keeps the user, with one change", async () => {
  const { source, bridge } = await aSyncedBridge(6);
  const [before] = await bridge.users();
  source.drop("p0");
  source.put({ id: "again", login: "p0@example.com" });

  const view = await bridge.run();

  const users = await bridge.users();
  const after = users.find(({ externalId }) => externalId === "again");
  expect([view.state, view.issueCount, view.counts.deactivated]).toEqual(["succeeded", 0, 0]);
  expect([users.length, after?.id, after?.active, after?.version]).toEqual([6, before?.id, 1, 2]);
  expect((await bridge.calls.overview()).linkedUsers).toBe(6);
});

test("a user who was pushed and is not at the provider is never touched", async () => {
  const { bridge } = await aSyncedBridge(3);
  const { token } = bridge.connector;
  const { body } = await gateway.scim("/Users", { token, body: aUser({ externalId: "pushed" }) });

  await bridge.run();

  const pushed = (await bridge.users()).find(({ id }) => id === body.id);
  expect([pushed?.version, pushed?.active]).toEqual([1, 1]);
});
