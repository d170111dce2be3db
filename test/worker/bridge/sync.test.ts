import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count: number, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

test("the first sync creates who is active at the provider", async () => {
  const source = new BridgeSource([...manyPeople(5), { id: "p9", active: false }]);
  const bridge = await TestBridge.open(source);

  const view = await bridge.due();

  expect(view).toMatchObject({ mode: "full", state: "succeeded", error: null });
  expect(view.counts).toMatchObject({ seen: 6, created: 5, skipped: 1 });
  const users = await bridge.users();
  expect(users.map(({ externalId }) => externalId)).toEqual(["p0", "p1", "p2", "p3", "p4"]);
  expect(await contradictions()).toEqual([]);
});

test("a run that finds nothing changed asks D1 for the bridge alone, and changes nothing", async () => {
  const { source, bridge } = await aSyncedBridge(30);
  source.pageSize = 10;
  const before = await bridge.users();
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  bridge.db = countingDatabase(env.DB, cost);

  const view = await bridge.run("full");

  expect(view.counts).toMatchObject({ seen: 30, created: 0, updated: 0, skipped: 30 });
  // The call that starts the run looks at the bridge, and so does its one slice; two mirrors.
  expect(cost.roundTrips).toBe(4);
  expect(await bridge.users()).toEqual(before);
  expect(await bridge.changes()).toHaveLength(30);
});

test("a rename at the provider keeps the id", async () => {
  const { source, bridge } = await aSyncedBridge(3);
  const [before] = await bridge.users();
  source.put({ id: "p0", login: "new@example.com" });

  const view = await bridge.run();

  const [after] = await bridge.users();
  expect(view.counts).toMatchObject({ updated: 1, skipped: 2 });
  expect([after?.id, after?.userName]).toEqual([before?.id, "new@example.com"]);
});

test.each([
  ["on one page", 10],
  ["on different pages", 1],
])("two people who swap logins %s keep their ids", async (_, pageSize) => {
  const { source, bridge } = await aSyncedBridge(3);
  source.pageSize = pageSize;
  const before = await bridge.users();
  source.put({ id: "p0", login: "p2@example.com" }, { id: "p2", login: "p0@example.com" });

  const view = await bridge.run();

  const after = await bridge.users();
  expect([view.state, view.issueCount]).toEqual(["succeeded", 0]);
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after.map(({ userName }) => userName)).toEqual([
    "p2@example.com",
    "p1@example.com",
    "p0@example.com",
  ]);
  expect(await contradictions()).toEqual([]);
});

test("who is missing is deactivated after a complete listing and a point read, and not deleted", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  source.drop("p1");

  const view = await bridge.run();

  expect(view.counts.deactivated).toBe(1);
  expect((await bridge.users()).map(({ active }) => active)).toEqual([1, 0, 1, 1]);
  expect(source.asked.filter((line) => line.startsWith("readUser"))).toEqual(["readUser p1"]);
});

test("who is missing in a listing but answers to a point read stays as he is", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  const list = source.listPage.bind(source);
  source.listPage = async (...page) => {
    const answer = await list(...page);
    return { ...answer, records: answer.records.filter(({ id }) => id !== "p1") };
  };

  const view = await bridge.run();

  expect([view.counts.deactivated, view.counts.held]).toEqual([0, 0]);
  expect((await bridge.users()).map(({ active }) => active)).toEqual([1, 1, 1, 1]);
});

test("a listing that brought fewer records than the provider counts is an issue, and the missing are asked for", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  source.total = 4;
  source.drop("p1");

  const view = await bridge.run();

  expect([view.state, view.counts.deactivated]).toEqual(["succeeded", 1]);
  expect(view.issues).toMatchObject([{ kind: "listing-incomplete" }]);
  expect(source.asked.filter((line) => line.startsWith("readUser"))).toEqual(["readUser p1"]);
});

test("a delta run says nothing of who is not in it", async () => {
  const source = new BridgeSource(manyPeople(4));
  source.delta = { users: true, groups: false };
  const bridge = await TestBridge.open(source);
  await bridge.due();
  source.drop("p1");
  source.put({ id: "p0", title: "Boss" });

  const view = await bridge.run("delta");

  expect([view.mode, view.counts.seen, view.counts.updated]).toEqual(["delta", 1, 1]);
  expect((await bridge.users()).map(({ active }) => active)).toEqual([1, 1, 1, 1]);
  expect(source.asked.at(-1)).toBe("users first since 4");
});

test("after a day a delta run becomes a full one", async () => {
  const source = new BridgeSource(manyPeople(2));
  source.delta = { users: true, groups: false };
  const bridge = await TestBridge.open(source);
  await bridge.due();

  const soon = await bridge.run("delta");
  bridge.now += 24 * 3_600_000;
  const later = await bridge.run("delta");

  expect([soon.mode, later.mode]).toEqual(["delta", "full"]);
});

test("another scope calls for a full run, another interval does not", async () => {
  const source = new BridgeSource(manyPeople(2));
  source.delta = { users: true, groups: false };
  const bridge = await TestBridge.open(source);
  await bridge.due();

  await bridge.configure({ intervalSeconds: 3_600 });
  const afterInterval = await bridge.due();
  await bridge.configure({ excluded: ["p1@example.com"] });
  const afterScope = await bridge.due();

  expect([afterInterval.mode, afterScope.mode]).toEqual(["delta", "full"]);
});

test("an expired delta cursor lets the same run go on as a full one", async () => {
  const source = new BridgeSource(manyPeople(3));
  source.delta = { users: true, groups: false };
  const bridge = await TestBridge.open(source);
  await bridge.due();
  source.failures.push({ kind: "deltaExpired" });
  source.drop("p2");

  const view = await bridge.run("delta");

  expect([view.mode, view.state, view.counts.deactivated]).toEqual(["full", "succeeded", 1]);
});

test("a bad record is an issue, and the others are synced", async () => {
  const source = new BridgeSource(manyPeople(3));
  source.putRaw({ id: "bad", status: "ACTIVE", profile: { login: null } });
  const bridge = await TestBridge.open(source);

  const view = await bridge.due();

  expect([view.state, view.counts.created, view.issueCount]).toEqual(["succeeded", 3, 1]);
  expect(view.issues).toMatchObject([{ kind: "no-username", sourceId: "bad" }]);
});

test("a login that a pushed user of another identity holds is an issue, and the others are synced", async () => {
  const source = new BridgeSource([...manyPeople(2), { id: "p2", login: "p0@example.com" }]);
  const bridge = await TestBridge.open(source);

  const view = await bridge.due();

  expect([view.state, view.counts.created, view.issueCount]).toEqual(["succeeded", 2, 1]);
  expect(view.issues[0]?.kind).toBe("userName-taken");
});

test("the first hundred issues are kept, and all are counted", async () => {
  const source = new BridgeSource();
  source.pageSize = 60;
  for (let n = 0; n < 130; n += 1) {
    source.putRaw({ id: `bad${n}`, status: "ACTIVE", profile: {} });
  }
  const bridge = await TestBridge.open(source);

  const view = await bridge.due();

  expect([view.issues.length, view.issueCount]).toEqual([100, 130]);
});

test("who is switched off at the provider is deactivated, and comes back under the same id", async () => {
  const { source, bridge } = await aSyncedBridge(4);
  const before = await bridge.users();
  source.put({ id: "p3", active: false });
  const off = await bridge.run();
  source.put({ id: "p3" });
  const on = await bridge.run();

  expect([off.counts.deactivated, on.counts.reactivated]).toEqual([1, 1]);
  expect((await bridge.users()).map(({ id, active }) => [id, active])).toEqual(
    before.map(({ id }) => [id, 1]),
  );
  expect((await bridge.changes()).slice(4)).toEqual(["user.deactivated p3", "user.reactivated p3"]);
});

test("who comes after the person he reports to gets his manager at the run's end", async () => {
  const source = new BridgeSource([{ id: "p0", manager: "p2" }, { id: "p1" }, { id: "p2" }]);
  source.pageSize = 1;
  const bridge = await TestBridge.open(source);

  await bridge.due();

  const [ada, , boss] = await bridge.users();
  expect(ada?.doc).toContain(`"manager":{"value":"${boss?.id}"`);
});

test("webhooks of the connector are told after a run that wrote, and only then", async () => {
  const { source, bridge } = await aSyncedBridge(2);
  await env.DB.prepare("UPDATE connectors SET webhook_ids = '[\"w1\"]' WHERE number = ?1")
    .bind(bridge.number)
    .run();

  await bridge.run();
  const afterNothing = bridge.poked.length;
  source.put({ id: "p0", title: "Boss" });
  await bridge.run();

  expect([afterNothing, bridge.poked]).toEqual([0, ["w1"]]);
});

test.each([
  ["externalId", { externalId: "p0" }],
  ["userName", { userName: "P0@example.com" }],
  ["e-mail address", { emails: [{ value: "p0@example.com", primary: true }] }],
])("a pushed user of the same %s is adopted under its id, once", async (_, members) => {
  const source = new BridgeSource(manyPeople(2));
  const bridge = await TestBridge.open(source);
  const { token } = bridge.connector;
  const { body } = await openGateway().scim("/Users", { token, body: aUser(members) });

  const view = await bridge.due();
  const again = await bridge.run();

  const users = await bridge.users();
  expect([view.counts.created, view.counts.updated, again.counts.updated]).toEqual([1, 1, 0]);
  expect([users.length, users.some(({ id }) => id === body.id)]).toEqual([2, true]);
});

describe("of what takes several batches nobody is left out", () => {
  test("a page of more records than one batch to D1 takes", async () => {
    const people = manyPeople(1_001).map(({ id }) => ({ id, active: false }));
    const source = new BridgeSource(people);
    source.pageSize = people.length;
    const bridge = await TestBridge.open(source);

    const view = await bridge.due();

    expect([view.counts.skipped, view.issueCount]).toEqual([people.length, 0]);
  });

  test("switch-offs, more than one step applies", async () => {
    const guard = { max: 1_000, percent: 100, minBase: 500 };
    const leavers = manyPeople(201).map(({ id }) => ({ id, active: false }));
    const source = new BridgeSource(manyPeople(202));
    source.pageSize = 500;
    const bridge = await TestBridge.open(source, { guard });
    await bridge.due();
    source.put(...leavers);

    const view = await bridge.run();

    expect(view.counts.deactivated).toBe(leavers.length);
    expect((await bridge.users()).filter(({ active }) => active === 1)).toHaveLength(1);
  });

  test("users who wait for their manager, more than one step looks at", async () => {
    const people = manyPeople(201).map(({ id }) => ({ id, manager: "boss" }));
    const source = new BridgeSource([...people, { id: "boss" }]);
    source.pageSize = people.length;
    const bridge = await TestBridge.open(source);

    await bridge.due();

    const users = await bridge.users();
    const boss = users.find(({ externalId }) => externalId === "boss");
    const managed = users.filter(({ doc }) => doc.includes(`"manager":{"value":"${boss?.id}"`));
    expect(managed).toHaveLength(people.length);
  });

  test("records that wait, more than one step looks at where the listing does not add up", async () => {
    const people = manyPeople(6);
    const rivals = people.map(({ id }) => ({ id: `r${id}`, login: `${id}@example.com` }));
    const source = new BridgeSource([...people, ...rivals]);
    source.pageSize = 20;
    source.total = 13;
    const bridge = await TestBridge.open(source);

    const view = await bridge.due();

    expect(view.counts.created).toBe(6);
    expect(view.issues.map(({ kind }) => kind).toSorted()).toEqual([
      "listing-incomplete",
      ...rivals.map(() => "userName-taken"),
    ]);
  });
});
