import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { playKilled } from "#test/support/bridge/crashes.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { openGateway } from "#test/support/gateway.ts";

/** What a test picks from a row of the event log. */
interface Line {
  readonly status: number;
  readonly userName: string | null;
}

const gateway = openGateway();
const LOGIN = "taken@example.com";

/** A bridge over some people, of whom the last one wants the login of the first. */
async function aBridgeWithConflict(settings = {}) {
  const source = new BridgeSource([
    { id: "p0", login: LOGIN },
    { id: "p1" },
    { id: "p2", login: LOGIN },
  ]);
  const bridge = await TestBridge.open(source, settings);
  return { source, bridge };
}

/** What the event log shows for a query of what the Bridge did not write, oldest first. */
async function refused({ connector }: TestBridge, query: string) {
  const path = `/connectors/${connector.id}/events?method=BRIDGE&limit=100&${query}`;
  const { items } = (await gateway.admin(path)).body;
  return items.toReversed().filter(({ status }: Line) => ![200, 201, 204].includes(status));
}

const aboutTaken = (bridge: TestBridge) => refused(bridge, `user=${LOGIN}`);

const mask = ({ connector }: TestBridge) =>
  gateway.admin(`/connectors/${connector.id}`, {
    method: "PATCH",
    body: { settings: { maskPersonalData: true } },
  });

test("who was not provisioned is found in the event log by his login, with cause and run", async () => {
  const { bridge } = await aBridgeWithConflict();

  const run = await bridge.due();

  expect(run.issues).toMatchObject([{ kind: "userName-taken", sourceId: "p2", userName: LOGIN }]);
  const holder = (await bridge.users()).find(({ externalId }) => externalId === "p0");
  expect(await aboutTaken(bridge)).toMatchObject([
    {
      method: "BRIDGE",
      path: `/bridge/runs/${run.runId}`,
      status: 409,
      scimType: "uniqueness",
      userAgent: "bridge okta",
      resourceType: "User",
      resourceId: null,
      userName: LOGIN,
      explanation: `Its userName is held by the user with the id ${holder?.id}. Rename one of the two, or remove the other; the next run tries again.`,
    },
  ]);
  expect(await contradictions()).toEqual([]);
});

test("an issue that stays is logged once, and once more when it comes back", async () => {
  const { source, bridge } = await aBridgeWithConflict();
  await bridge.due();
  await bridge.run();
  await bridge.stub.syncUser("p2");
  const stayed = (await aboutTaken(bridge)).length;
  source.put({ id: "p2" });
  await bridge.run();
  const resolved = (await aboutTaken(bridge)).length;
  source.put({ id: "p2", login: LOGIN });
  await bridge.run();
  await bridge.run();

  const events = await aboutTaken(bridge);

  expect([stayed, resolved, events.length]).toEqual([1, 1, 2]);
  const linked = (await bridge.users()).find(({ externalId }) => externalId === "p2");
  expect(events[1]?.resourceId).toBe(linked?.id);
});

test("who was gone for a full run is logged anew", async () => {
  const { source, bridge } = await aBridgeWithConflict();
  await bridge.due();
  source.drop("p2");
  await bridge.run();
  source.put({ id: "p2", login: LOGIN });
  await bridge.run();

  expect(await aboutTaken(bridge)).toHaveLength(2);
});

test("a dry run logs nothing", async () => {
  const source = new BridgeSource();
  source.putRaw({ id: "p2", status: "ACTIVE", profile: {} });
  const bridge = await TestBridge.open(source);
  await bridge.stub.pause();
  const { runId } = okOf(await bridge.stub.startPlan());
  await bridge.settle();

  expect((await bridge.view(runId)).issues).toMatchObject([{ kind: "no-username" }]);
  expect(await refused(bridge, "status=4xx")).toEqual([]);
});

test("another cause of the same person is logged", async () => {
  const source = new BridgeSource();
  const bridge = await TestBridge.open(source);
  source.putRaw({ id: "p2", status: "ACTIVE", profile: { login: "a\u0000b@example.com" } });
  await bridge.run();
  source.putRaw({ id: "p2", status: "ACTIVE", profile: {} });
  await bridge.run();

  const events = await refused(bridge, "status=4xx");

  expect(events.map(({ status, userName }: Line) => [status, userName])).toEqual([
    [400, "a\uFFFDb@example.com"],
    [400, null],
  ]);
});

test("sync-user logs what keeps that person out, and says whom the record is linked to", async () => {
  const { source, bridge } = await aBridgeWithConflict();
  source.put({ id: "p2" });
  await bridge.due();
  source.put({ id: "p2", login: LOGIN });
  const linked = (await bridge.users()).find(({ externalId }) => externalId === "p2");

  const conflict = okOf(await bridge.calls.syncUser("p2"));
  const skipped = okOf(await bridge.calls.syncUser("p1"));

  expect(conflict).toMatchObject([
    { op: "conflict", sourceId: "p2", userId: linked?.id, why: "userName-taken" },
  ]);
  expect(skipped).toMatchObject([{ op: "skip", sourceId: "p1", why: "unchanged" }]);
  expect(await aboutTaken(bridge)).toMatchObject([{ status: 409, resourceId: linked?.id }]);
});

test("a manager who is nobody is an issue with the login, and no event", async () => {
  const source = new BridgeSource([{ id: "p0", manager: "stranger" }]);
  const bridge = await TestBridge.open(source);

  const { issues } = await bridge.due();

  expect(issues).toMatchObject([{ kind: "manager-unresolved", userName: "p0@example.com" }]);
  expect(await refused(bridge, "status=4xx")).toEqual([]);
});

test("a group that cannot be kept is logged by its name", async () => {
  const source = new BridgeSource(manyPeople(1));
  source.putGroups(
    { id: "g1", name: "Staff", members: [] },
    { id: "g2", name: "staff", members: [] },
  );
  const bridge = await TestBridge.open(source, { groups: "all" });

  await bridge.due();
  await bridge.run();

  expect(await refused(bridge, "user=staff")).toMatchObject([
    { status: 409, scimType: "uniqueness", resourceType: "Group", userName: "staff" },
  ]);
});

test("who is newly held is logged by the name here, and shown with it", async () => {
  const source = new BridgeSource(manyPeople(20));
  source.pageSize = 50;
  const bridge = await TestBridge.open(source, { guard: { max: 2, percent: 0, minBase: 5 } });
  await bridge.due();
  source.drop("p0", "p1", "p2");
  const run = await bridge.run();
  await bridge.run();
  source.drop("p3");
  await bridge.run();

  const events = await refused(bridge, "user=p1@example.com");

  const user = (await bridge.users()).find(({ externalId }) => externalId === "p1");
  expect(events).toMatchObject([
    {
      path: `/bridge/runs/${run.runId}`,
      status: 202,
      resourceId: user?.id,
      userName: "p1@example.com",
      explanation:
        "The provider no longer has this user, but 3 switch-offs in one run are more than the guard lets through (2). Approve or reject them under …/held.",
    },
  ]);
  expect(await refused(bridge, "status=2xx")).toHaveLength(4);
  const { items } = (await gateway.admin(`/connectors/${bridge.connector.id}/held`)).body;
  expect(items).toHaveLength(4);
  expect(items[1]).toMatchObject({
    sourceId: "p1",
    userId: user?.id,
    userName: "p1@example.com",
    why: "missing",
  });
});

test("the alert of held switch-offs names its run", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source, { guard: { max: 2, percent: 0, minBase: 5 } });
  await bridge.due();
  source.drop("p0", "p1", "p2");

  const { runId } = await bridge.run();

  const path = `/connectors/${bridge.connector.id}/events`;
  const { items } = (await gateway.admin(`${path}?method=ALERT`)).body;
  expect(items[0].explanation).toContain(runId);
  const { payload = "" } =
    (await env.DB.prepare(
      "SELECT payload FROM changes WHERE connector_id = ?1 AND type = 'connector.alert'",
    )
      .bind(bridge.number)
      .first<{ payload: string }>()) ?? {};
  expect(JSON.parse(payload)).toMatchObject({ alert: "bridge.held", runId });
});

test("a connector that masks personal data logs no name, neither of a record nor of a held user", async () => {
  const { source, bridge } = await aBridgeWithConflict({
    guard: { max: 0, percent: 0, minBase: 5 },
  });
  await mask(bridge);
  await bridge.due();
  source.drop("p1");
  await bridge.run();

  const events = await refused(bridge, "search=bridge");

  expect(events.map(({ status, userName }: Line) => [status, userName])).toEqual([
    [409, "t…"],
    [202, "p…"],
  ]);
  expect(JSON.stringify(events)).not.toMatch(/taken@|p1@/);
  expect(await aboutTaken(bridge)).toEqual([]);
});

test("a run that dies at any moment logs an issue and a held switch-off once", async () => {
  const play = async (schedule: readonly number[]) => {
    const { source, bridge } = await aBridgeWithConflict({
      guard: { max: 0, percent: 0, minBase: 5 },
    });
    source.put({ id: "p2" });
    await bridge.due();
    source.put({ id: "p2", login: LOGIN });
    source.drop("p1");
    const moments = await playKilled(bridge, source, schedule);
    const { results } = await env.DB.prepare(
      `SELECT status || ' ' || user_name AS line FROM events
       WHERE connector_id = ?1 AND method = 'BRIDGE' AND status IN (202, 409) ORDER BY line`,
    )
      .bind(bridge.number)
      .all<{ line: string }>();
    return { moments, lines: results.map(({ line }) => line) };
  };
  const { moments, lines } = await play([]);

  const different: unknown[] = [];
  for (let at = 1; at <= moments; at += 1) {
    const left = await play([at]);
    if (left.lines.join() !== lines.join()) different.push([at, left.lines]);
  }

  expect(lines).toEqual(["202 p1@example.com", `409 ${LOGIN}`]);
  expect(different).toEqual([]);
});

test("a thousand new issues of a run are logged, and the others in the next runs", async () => {
  const source = new BridgeSource();
  source.pageSize = 500;
  for (let n = 0; n < 1_010; n += 1) {
    source.putRaw({ id: `bad${n}`, status: "ACTIVE", profile: {} });
  }
  const bridge = await TestBridge.open(source);
  const logged = async () => {
    const text = "SELECT count(*) AS n FROM events WHERE connector_id = ?1 AND method = 'BRIDGE'";
    return await env.DB.prepare(text).bind(bridge.number).first<number>("n");
  };

  const first = await bridge.due();
  const afterFirst = await logged();
  const second = await bridge.run();

  expect([afterFirst, await logged()]).toEqual([1_000, 1_010]);
  expect(first.issues[0]).toMatchObject({ kind: "not-all-logged" });
  expect(first.issues[0]?.detail).toContain("10 of them are not in the event log yet");
  expect([first.issueCount, second.issueCount]).toEqual([1_011, 1_010]);
});
