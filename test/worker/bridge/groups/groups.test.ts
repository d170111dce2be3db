import { expect, test } from "vitest";
import { NO_GROUP_COUNTS } from "#bridge/groups/group.ts";
import { linkOf, openGroupRun, RUN_ID, whole } from "#test/support/bridge/groups.ts";
import { contradictions } from "#test/support/consistency.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";
import { adding, changesOf, openGroups } from "#test/support/scim/groups.ts";

const gateway = openGateway();

async function open(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const run = await openGroupRun(groups.client.id);
  return { ...groups, run };
}

test("a group that is nowhere is made with its members in one commit", async () => {
  const { run, users, get, membersOf } = await open();
  const [ada = "", ben = ""] = await users(2);

  const outcome = await run.sync({ displayName: "Sales" }, whole(ben, ada));

  const { groupId } = linkOf(outcome);
  expect(outcome).toMatchObject({ isComplete: true, issues: [] });
  expect(outcome.counts).toEqual({ ...NO_GROUP_COUNTS, groupsCreated: 1, membersAdded: 2 });
  expect((await get(groupId)).body).toMatchObject({ displayName: "Sales", externalId: "g1" });
  expect(await membersOf(groupId)).toEqual([ada, ben].sort());
  expect((await changesOf(groupId)).length).toBe(3);
});

test("an unchanged group costs no look at the directory", async () => {
  const { run, users } = await open();
  const [ada = "", ben = ""] = await users(2);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada, ben)));
  const before = run.cost.roundTrips;

  const outcome = await run.sync({ displayName: "Sales" }, whole(ben, ada), link);

  expect(outcome).toEqual({ link, isComplete: true, counts: NO_GROUP_COUNTS, issues: [] });
  expect(run.cost.roundTrips).toBe(before);
});

test("a whole list is a difference: one change for each who joins or leaves", async () => {
  const { run, users, membersOf } = await open();
  const [ada = "", ben = "", cid = ""] = await users(3);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada, ben)));
  const before = (await changesOf(link.groupId)).length;

  const outcome = await run.sync({ displayName: "Sales" }, whole(ben, cid), link);

  expect(await membersOf(link.groupId)).toEqual([ben, cid].sort());
  expect(outcome.counts).toEqual({
    ...NO_GROUP_COUNTS,
    groupsUpdated: 1,
    membersAdded: 1,
    membersRemoved: 1,
  });
  const changes = (await changesOf(link.groupId)).slice(before);
  expect(changes.map((line) => line.split(" ").at(-1)).sort()).toEqual([ada, cid].sort());
});

test("members that somebody else added leave with the next change at the provider", async () => {
  const { run, users, patch, membersOf } = await open();
  const [ada = "", ben = "", cid = ""] = await users(3);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada)));
  await patch(link.groupId, aPatch(adding(ben)));

  await run.sync({ displayName: "Sales" }, whole(ada, cid), link);

  expect(await membersOf(link.groupId)).toEqual([ada, cid].sort());
});

test("partial members are a difference that leaves the others alone", async () => {
  const { run, users, membersOf } = await open();
  const [ada = "", ben = "", cid = ""] = await users(3);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada, ben)));

  const outcome = await run.sync(
    { displayName: "Sales" },
    { kind: "partial", added: [cid, ada], removed: [ben, crypto.randomUUID()] },
    link,
  );

  expect(await membersOf(link.groupId)).toEqual([ada, cid].sort());
  expect(outcome.counts).toMatchObject({ membersAdded: 1, membersRemoved: 1 });
  expect(linkOf(outcome).hash).toBe("");
});

test("a rename keeps the group and its members", async () => {
  const { run, users, get, membersOf } = await open();
  const [ada = ""] = await users(1);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada)));

  const outcome = await run.sync({ displayName: "Revenue" }, { kind: "unchanged" }, link);

  expect(linkOf(outcome).groupId).toBe(link.groupId);
  expect((await get(link.groupId)).body.displayName).toBe("Revenue");
  expect(await membersOf(link.groupId)).toEqual([ada]);
});

test("the group with the source id as externalId is adopted before one of the name", async () => {
  const { run, post } = await open();
  const { body: named } = await post({ displayName: "Sales" });
  const { body: known } = await post({ displayName: "Old sales", externalId: "g1" });

  const outcome = await run.sync({ displayName: "Sales team" }, whole());

  expect(linkOf(outcome)).toMatchObject({ groupId: known.id, isCreated: false });
  expect(named.id).not.toBe(known.id);
});

test("a free group of the name, in any letter case, is adopted with its members replaced", async () => {
  const { run, users, post, get, membersOf } = await open();
  const [ada = "", ben = ""] = await users(2);
  const { body: group } = await post({ displayName: "SALES", members: [{ value: ben }] });

  const outcome = await run.sync({ displayName: "Sales" }, whole(ada));

  expect(linkOf(outcome)).toMatchObject({ groupId: group.id, isCreated: false });
  expect((await get(group.id)).body).toMatchObject({ displayName: "Sales", externalId: "g1" });
  expect(await membersOf(group.id)).toEqual([ada]);
});

test("an adopted group keeps the externalId that a push client gave it", async () => {
  const { run, post, get } = await open();
  const { body: group } = await post({ displayName: "Sales", externalId: "pushed" });

  await run.sync({ displayName: "Sales" }, whole());

  expect((await get(group.id)).body.externalId).toBe("pushed");
});

test("a name that a linked group holds is an issue, and nothing is written", async () => {
  const { run } = await open();
  const first = linkOf(await run.sync({ sourceId: "g1", displayName: "Sales" }, whole()));

  const outcome = await run.sync({ sourceId: "g2", displayName: "sales" }, whole(), undefined, [
    first.groupId,
  ]);

  expect(outcome).toMatchObject({ link: undefined, counts: NO_GROUP_COUNTS });
  expect(outcome.issues).toMatchObject([{ kind: "group-name-taken", sourceId: "g2" }]);
});

test("a rename to a taken name is an issue, but the members change", async () => {
  const { run, users, membersOf } = await open();
  const [ada = ""] = await users(1);
  const taken = linkOf(await run.sync({ sourceId: "g1", displayName: "Sales" }, whole()));
  const link = linkOf(await run.sync({ sourceId: "g2", displayName: "Support" }, whole()));

  const outcome = await run.sync({ sourceId: "g2", displayName: "Sales" }, whole(ada), link, [
    taken.groupId,
    link.groupId,
  ]);

  expect(outcome.issues).toMatchObject([{ kind: "group-name-taken" }]);
  expect(await membersOf(link.groupId)).toEqual([ada]);
  expect(linkOf(outcome).hash).toBe("");
});

test("a group without a name is an issue", async () => {
  const { run } = await open();

  const outcome = await run.sync({ displayName: " " }, whole());

  expect(outcome.issues).toMatchObject([{ kind: "group-invalid" }]);
});

test.each(["park", "reject"])(
  "a member that left the directory is an issue and nobody waits for it (%s)",
  async (unknownMembers) => {
    const { run, users, client, membersOf } = await open({ unknownMembers });
    const [ada = "", ben = ""] = await users(2);
    await client.remove(ben);

    const outcome = await run.sync({ displayName: "Sales" }, whole(ada, ben));

    expect(outcome.issues).toMatchObject([{ kind: "member-unresolved", sourceId: "g1" }]);
    expect(await membersOf(linkOf(outcome).groupId)).toEqual([ada]);
    expect(linkOf(outcome).hash).toBe("");
    expect((await gateway.admin(`/connectors/${client.id}/parked-members`)).body.items).toEqual([]);
  },
);

test("a nested group that would close a circle is an issue, and the others join", async () => {
  const { run, users, group, membersOf } = await open();
  const [ada = ""] = await users(1);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole()));
  const above = await group(link.groupId);
  const below = await group();

  const outcome = await run.sync({ displayName: "Sales" }, whole(ada, above, below), link);

  expect(outcome.issues).toMatchObject([{ kind: "group-invalid" }]);
  expect(outcome.counts).toMatchObject({ membersAdded: 2 });
  expect(await membersOf(link.groupId)).toEqual([ada, below].sort());
});

test("a linked group that somebody deleted is made anew", async () => {
  const { run, remove } = await open();
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole()));
  await remove(link.groupId);

  const outcome = await run.sync({ displayName: "Sales" }, { kind: "unchanged" }, link);

  expect(linkOf(outcome).groupId).not.toBe(link.groupId);
  expect(outcome.counts.groupsCreated).toBe(1);
});

test("a group that the Bridge made is deleted when it is gone; its members stay users", async () => {
  const { run, users, get, client } = await open();
  const [ada = ""] = await users(1);
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole(ada)));

  const outcome = await run.remove(link);

  expect(outcome).toMatchObject({ link: undefined, counts: { groupsDeleted: 1 } });
  expect((await get(link.groupId)).status).toBe(404);
  expect((await client.get(ada)).status).toBe(200);
});

test("a group that the Bridge adopted is let go, not deleted", async () => {
  const { run, post, get } = await open();
  const { body: group } = await post({ displayName: "Sales" });
  const link = linkOf(await run.sync({ displayName: "Sales" }, whole()));

  const outcome = await run.remove(link);

  expect(outcome).toMatchObject({ link: undefined, counts: NO_GROUP_COUNTS });
  expect((await get(group.id)).status).toBe(200);
});

test("a write of the Bridge is in the event log with its run, its difference and no credential", async () => {
  const { run, users, client } = await open();
  const [ada = ""] = await users(1);

  const { groupId } = linkOf(await run.sync({ displayName: "Sales" }, whole(ada)));

  const { items } = (await gateway.admin(`/connectors/${client.id}/events?method=BRIDGE`)).body;
  expect(items).toHaveLength(1);
  const { body: event } = await gateway.admin(`/connectors/${client.id}/events/${items[0].id}`);
  expect(event).toMatchObject({
    method: "BRIDGE",
    path: `/bridge/runs/${RUN_ID}`,
    status: 201,
    userAgent: "bridge okta",
    credentialId: null,
    requestBody: null,
    responseBody: null,
    resourceId: groupId,
    difference: { displayName: { to: "Sales" }, members: { to: [ada] } },
  });
});

test("a connector that masks personal data has no value in the difference", async () => {
  const { run, client } = await open({ maskPersonalData: true });

  await run.sync({ displayName: "Sales" }, whole());

  const { items } = (await gateway.admin(`/connectors/${client.id}/events?method=BRIDGE`)).body;
  const { body: event } = await gateway.admin(`/connectors/${client.id}/events/${items[0].id}`);
  expect(event.difference.displayName).toEqual({ to: "…" });
  expect(JSON.stringify(event)).not.toContain("Sales");
});

test("another connector's group of the same name and id is never touched", async () => {
  const { run } = await open();
  const other = await openGroups(gateway);
  const { body: foreign } = await other.post({ displayName: "Sales", externalId: "g1" });

  const outcome = await run.sync({ displayName: "Sales" }, whole());

  expect(linkOf(outcome).groupId).not.toBe(foreign.id);
  expect((await other.get(foreign.id)).body).toEqual(foreign);
});

test("a large group comes in bounded commits, and is given once more until it is complete", async () => {
  const { run, client, membersOf } = await open();
  await fillUsers(client.id, 50);
  const ids = Array.from({ length: 50 }, (_, n) => filled.id(n));
  const limits = { membersPerCommit: 10, commits: 3 };
  const group = { displayName: "All" };

  const first = await run.sync(group, whole(...ids), undefined, [], limits);
  const second = await run.sync(group, whole(...ids), linkOf(first), [], limits);
  const third = await run.sync(group, whole(...ids), linkOf(second), [], limits);

  expect([first.isComplete, second.isComplete]).toEqual([false, true]);
  expect([first, second].map(({ counts }) => counts.membersAdded)).toEqual([40, 10]);
  expect(third.counts).toEqual(NO_GROUP_COUNTS);
  expect(await membersOf(linkOf(third).groupId)).toEqual(ids);
  expect(await contradictions()).toEqual([]);
});

test("a group of 2,500 members is made in two commits of the size that runs use", async () => {
  const { run, client } = await open();
  await fillUsers(client.id, 2_500);
  const ids = Array.from({ length: 2_500 }, (_, n) => filled.id(n));

  const outcome = await run.sync({ displayName: "All" }, whole(...ids));

  expect(outcome).toMatchObject({ isComplete: true, counts: { membersAdded: 2_500 } });
  const { items } = (await gateway.admin(`/connectors/${client.id}/events?method=BRIDGE`)).body;
  expect(items).toHaveLength(2);
});
