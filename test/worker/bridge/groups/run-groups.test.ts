import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";

/** A bridge over five people, with all groups. */
async function aBridge(settings: object = { groups: "all" }) {
  const source = new BridgeSource(manyPeople(5));
  const bridge = await TestBridge.open(source, settings);
  return { source, bridge };
}

/** The groups of the connector with the externalIds of their members. */
async function groupsOf({ number }: TestBridge): Promise<Readonly<Record<string, string>>> {
  const { results } = await env.DB.prepare(
    `SELECT g.doc ->> 'displayName' AS name, (SELECT group_concat(r.external_id, ' ') FROM (
         SELECT m.* FROM resources AS m CROSS JOIN group_members AS l
           ON l.connector_id = m.connector_id AND l.member_id = m.id
         WHERE l.connector_id = g.connector_id AND l.group_id = g.id ORDER BY m.external_id) AS r) AS members
     FROM resources AS g WHERE connector_id = ?1 AND type = 'Group' AND deleted_at IS NULL`,
  )
    .bind(number)
    .all<{ name: string; members: string | null }>();
  return Object.fromEntries(results.map(({ name, members }) => [name, members ?? ""]));
}

test.each([
  ["brings along", true],
  ["has to be asked for", false],
])("groups get the members that the provider %s", async (_, sendsMembers) => {
  const { source, bridge } = await aBridge();
  source.sendsMembers = sendsMembers;
  source.putGroups(
    { id: "g1", name: "Staff", members: ["p0", "p1", "p2", "p3", "p4"] },
    { id: "g2", name: "Empty", members: [] },
    { id: "g3", name: "Some", members: ["p3", "stranger"] },
  );

  const view = await bridge.due();

  expect([view.state, view.counts.groupsCreated, view.counts.membersAdded]).toEqual([
    "succeeded",
    3,
    6,
  ]);
  expect(await groupsOf(bridge)).toEqual({ Staff: "p0 p1 p2 p3 p4", Empty: "", Some: "p3" });
  expect(await contradictions()).toEqual([]);
});

test("a group that contains another one gets it in the same run, whichever is listed first", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups(
    { id: "g1", name: "Outer", members: ["g2", "p0"] },
    { id: "g2", name: "Inner", members: ["p1"] },
  );

  await bridge.due();

  expect(await groupsOf(bridge)).toEqual({ Outer: "g2 p0", Inner: "p1" });
});

test("a name with hidden characters is an issue of that group, and blanks around one are trimmed", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups(
    { id: "g1", name: "Sta\u200bff", members: ["p0"] },
    { id: "g2", name: " Some\u00a0", members: ["p1"] },
  );

  const view = await bridge.due();

  expect(view.state).toBe("succeeded");
  expect(view.issues).toMatchObject([{ kind: "group-invalid", sourceId: "g1" }]);
  expect(view.issues[0]?.detail).toContain("U+200B, character 4");
  expect(await groupsOf(bridge)).toEqual({ Some: "p1" });
});

test("groups that did not change ask nothing of D1", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups({ id: "g1", name: "Staff", members: ["p0", "p1"] });
  await bridge.due();
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  bridge.db = countingDatabase(env.DB, cost);

  const view = await bridge.run();

  expect(view.counts).toMatchObject({ groupsUpdated: 0, membersAdded: 0, membersRemoved: 0 });
  expect(cost.roundTrips).toBe(4);
});

test("members come and go, and a group that is gone at the provider is removed", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups(
    { id: "g1", name: "Staff", members: ["p0", "p1"] },
    { id: "g2", name: "Old", members: ["p0"] },
    { id: "g3", name: "Kept", members: [] },
  );
  await bridge.due();
  source.putGroups({ id: "g1", name: "Team", members: ["p1", "p2"] });
  source.dropGroup("g2");

  const view = await bridge.run();

  expect(view.counts).toMatchObject({ groupsDeleted: 1, membersAdded: 1, membersRemoved: 1 });
  expect(await groupsOf(bridge)).toEqual({ Team: "p1 p2", Kept: "" });
});

test("an empty listing of groups removes none, and says so", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups({ id: "g1", name: "Staff", members: ["p0"] });
  await bridge.due();
  source.dropGroup("g1");

  const view = await bridge.run();

  expect([view.state, view.issues.map(({ kind }) => kind)]).toEqual([
    "succeeded",
    ["listing-incomplete"],
  ]);
  expect(await groupsOf(bridge)).toEqual({ Staff: "p0" });
});

test("chosen groups alone are synced; who is chosen no more is let go", async () => {
  const { source, bridge } = await aBridge({ groups: ["g1", "g2"] });
  source.putGroups(
    { id: "g1", name: "One", members: ["p0"] },
    { id: "g2", name: "Two", members: [] },
    { id: "g3", name: "Three", members: [] },
  );
  await bridge.due();
  await bridge.configure({ groups: ["g1"] });
  await bridge.settle();
  source.putGroups({ id: "g2", name: "Zwei", members: [] });
  await bridge.run();

  expect(await groupsOf(bridge)).toEqual({ One: "p0", Two: "" });
});

test("a refused cursor of members begins the groups anew, and nobody is taken for missing", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups({ id: "g1", name: "Staff", members: ["p0", "p1", "p2"] });
  await bridge.due();
  source.pageSize = 1;
  source.onCall = (what) => {
    if (what !== "members") return;
    source.onCall = () => undefined;
    source.failures.push({ kind: "cursorExpired" });
  };

  const view = await bridge.run();

  expect([view.state, view.counts.deactivated, view.held]).toEqual(["succeeded", 0, 0]);
  expect(source.asked.some((line) => line.startsWith("readUser"))).toBe(false);
});

test("a resync matches groups anew, and undoes what others changed of them", async () => {
  const { source, bridge } = await aBridge();
  source.putGroups({ id: "g1", name: "Staff", members: ["p0", "p1"] });
  await bridge.due();
  const gateway = openGateway();
  const { token } = bridge.connector;
  const [group] = (await gateway.scim("/Groups", { token })).body.Resources;
  await gateway.scim(`/Groups/${group.id}`, {
    token,
    method: "PATCH",
    body: aPatch({ op: "replace", path: "displayName", value: "Pushed" }),
  });
  await bridge.run();
  const before = await groupsOf(bridge);

  await bridge.stub.resync();
  await bridge.settle();

  expect(before).toEqual({ Pushed: "p0 p1" });
  expect(await groupsOf(bridge)).toEqual({ Staff: "p0 p1" });
});
