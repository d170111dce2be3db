import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  type GroupClient,
  listOf,
  openGroups,
  parkedIn,
  removing,
} from "#test/support/scim/groups.ts";

// A body over 64 KB has its caller looked up first, which is a round trip more.
const gateway = openGateway({ roundTripsMax: 4 });

/** A client with a group in which one value waits for its user. */
async function withWaiting(value = "e1", settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const { body } = await groups.post(aGroup({ displayName: "Staff", members: listOf([value]) }));
  return { groups, id: body.id as string, created: body };
}

async function lastPost(groups: GroupClient) {
  const query = "?method=POST&limit=1";
  const { body } = await gateway.admin(`/connectors/${groups.client.id}/events${query}`);
  return body.items[0];
}

describe("a member that nobody knows", () => {
  test("waits, is no member, and stands in the event log's warnings", async () => {
    const { groups, id, created } = await withWaiting("nobody");

    expect(created.members).toEqual([]);
    expect((await groups.get(id)).body).toEqual(created);
    expect(await parkedIn(id)).toEqual(["nobody"]);
    expect((await lastPost(groups)).warnings).toEqual([
      'Some members (1) are not known here yet and wait to arrive: "nobody". Have the provider send them, or correct its group.',
    ]);
    expect(await changesOf(id)).toEqual(["group.created v1"]);
  });

  test("waits beside those who are known", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user();

    const created = await groups.post(aGroup({ members: listOf(["x", ada, "y"]) }));

    expect(created.body.members).toEqual([expect.objectContaining({ value: ada })]);
    expect(await parkedIn(created.body.id)).toEqual(["x", "y"]);
  });

  test.each(["POST", "PUT", "PATCH"] as const)(
    "is refused by %s where the connector says so",
    async (method) => {
      const groups = await openGroups(gateway, { unknownMembers: "reject" });
      const ada = await groups.user({ externalId: "e1" });
      const before = await groups.post(aGroup({ members: listOf([ada]) }));
      const bodies = {
        POST: aGroup({ members: listOf([ada, "nobody"]) }),
        PUT: { ...before.body, members: listOf([ada, "nobody"]) },
        PATCH: aPatch(removing(ada), adding("nobody")),
      };
      const path = method === "POST" ? "/Groups" : `/Groups/${before.body.id}`;

      const refused = await groups.client.call(path, { method, body: bodies[method] });

      expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
      expect(refused.body.detail).toContain("nobody");
      expect((await groups.get(before.body.id)).body).toEqual(before.body);
      expect((await groups.client.call("/Groups?count=0")).body.totalResults).toBe(1);
    },
  );

  test("is refused as well when it is no id but an externalId", async () => {
    const groups = await openGroups(gateway, { unknownMembers: "reject" });
    await groups.user({ externalId: "e1" });

    const refused = await groups.post(aGroup({ members: listOf(["e1"]) }));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  });

  test("may be removed again while it waits", async () => {
    const { groups, id } = await withWaiting();

    const patched = await groups.patch(id, aPatch(removing("e1")));
    await groups.user({ externalId: "e1" });

    expect(patched.status).toBe(204);
    expect(await parkedIn(id)).toEqual([]);
    expect(await groups.membersOf(id)).toEqual([]);
  });

  test("may be removed by a strict connector too", async () => {
    const { groups, id } = await withWaiting("e1", { strict: true });

    const patched = await groups.patch(id, aPatch(removing("e1")));

    expect([patched.status, await parkedIn(id)]).toEqual([204, []]);
  });

  test("that waits already is added again without a new version", async () => {
    const { groups, id, created } = await withWaiting();

    await groups.patch(id, aPatch(adding("e1")));

    expect((await groups.get(id)).body).toEqual(created);
  });

  test("is forgotten with its group", async () => {
    const { groups, id } = await withWaiting();

    await groups.remove(id);

    expect(await parkedIn(id)).toEqual([]);
  });

  test("is no longer waited for when all members are removed", async () => {
    const { groups, id } = await withWaiting();

    await groups.patch(id, aPatch({ op: "remove", path: "members" }));

    expect(await parkedIn(id)).toEqual([]);
  });
});

test("no more than 10,000 values wait in a connector; the log says how many were not kept", async () => {
  const groups = await openGroups(gateway);
  const values = Array.from({ length: 9_000 }, (_, n) => `u${n}`);
  await groups.post(aGroup({ members: listOf(values) }));

  const { body } = await groups.post(aGroup({ members: listOf(values.slice(0, 1_500)) }));

  expect(await parkedIn(body.id)).toHaveLength(1_000);
  expect((await lastPost(groups)).warnings[1]).toContain("500 were not kept");
});

describe("a user who arrives", () => {
  test("under a waiting value as externalId joins the group", async () => {
    const { groups, id } = await withWaiting();

    const eve = await groups.user({ externalId: "e1" });

    expect(await groups.membersOf(id)).toEqual([eve]);
    expect(await parkedIn(id)).toEqual([]);
    expect((await groups.client.get(eve)).body).toMatchObject({
      groups: [{ value: id, display: "Staff", type: "direct" }],
      meta: { version: 'W/"1"' },
    });
    expect(await changesOf(id)).toEqual(["group.created v1", `group.member_added v2 ${eve}`]);
    expect((await groups.get(id)).body.meta.version).toBe('W/"2"');
  });

  test("joins every group that waits", async () => {
    const { groups, id } = await withWaiting();
    const second = await groups.group("e1", "e2");

    const eve = await groups.user({ externalId: "e1" });

    expect([await groups.membersOf(id), await groups.membersOf(second)]).toEqual([[eve], [eve]]);
    expect(await parkedIn(second)).toEqual(["e2"]);
  });

  test("under another case of the value does not join", async () => {
    const { groups, id } = await withWaiting("E1");

    await groups.user({ externalId: "e1" });

    expect(await groups.membersOf(id)).toEqual([]);
  });

  test("again after a deletion joins by the old id", async () => {
    const groups = await openGroups(gateway);
    const eve = await groups.user({ userName: "eve", externalId: "e1" });
    await groups.client.remove(eve);
    const id = await groups.group(eve);

    const restored = await groups.client.post(aUser({ userName: "eve", externalId: "e1" }));

    expect(restored.body.id).toBe(eve);
    expect(await groups.membersOf(id)).toEqual([eve]);
  });

  test.each<[string, (groups: GroupClient, user: string) => Promise<unknown>]>([
    [
      "a PATCH",
      ({ client }, user) =>
        client.patch(user, aPatch({ op: "add", path: "externalId", value: "e1" })),
    ],
    ["a PUT", ({ client }, user) => client.put(user, aUser({ userName: "eve", externalId: "e1" }))],
    [
      "a deactivation that says it",
      ({ client }, user) =>
        client.put(user, aUser({ userName: "eve", externalId: "e1", active: false })),
    ],
  ])("at a waiting value by %s joins the group", async (_what, change) => {
    const { groups, id } = await withWaiting();
    const eve = await groups.user({ userName: "eve" });

    await change(groups, eve);

    expect(await groups.membersOf(id)).toEqual([eve]);
    expect(await parkedIn(id)).toEqual([]);
  });

  test("by being rehired under a waiting value joins the group", async () => {
    const { groups, id } = await withWaiting();
    const eve = await groups.user({ userName: "eve", active: false });

    const rehired = await groups.client.post(aUser({ userName: "eve", externalId: "e1" }));

    expect([rehired.status, rehired.body.id]).toEqual([201, eve]);
    expect(await groups.membersOf(id)).toEqual([eve]);
  });

  test("before the group does joins by externalId just as well", async () => {
    const groups = await openGroups(gateway);
    const eve = await groups.user({ externalId: "e1", displayName: "Eve" });

    const created = await groups.post(aGroup({ members: listOf(["e1"]) }));

    expect(created.body.members).toEqual([expect.objectContaining({ value: eve, display: "Eve" })]);
    expect((await groups.get(created.body.id)).body).toEqual(created.body);
    expect((await lastPost(groups)).warnings).toEqual([]);
  });

  test("while the value is being parked joins at once", async () => {
    const groups = await openGroups(openGateway({ roundTripsMax: 30 }));
    const id = await groups.group();
    const values = Array.from({ length: 40 }, (_, n) => `late-${n}`);

    const eachValue = values.map((value) =>
      Promise.all([
        groups.patch(id, aPatch(adding(value))),
        groups.client.post(aUser({ externalId: value })),
      ]),
    );
    await Promise.all(eachValue);

    expect(await parkedIn(id)).toEqual([]);
    expect(await groups.membersOf(id)).toHaveLength(values.length);
  });
});

// The value means somebody only while exactly one holds it, and he who goes is not the one.
test.each(["soft", "hard", "deactivate"])(
  "a user whose deletion (%s) leaves one holder of a waiting value does not join by going",
  async (deletion) => {
    const groups = await openGroups(gateway, { deletion });
    const leaver = await groups.user({ externalId: "e1" });
    const other = await groups.user({ externalId: "e1" });
    const id = await groups.group("e1");
    const before = [await groups.membersOf(id), await parkedIn(id)];

    await groups.client.remove(leaver);

    const { results } = await env.DB.prepare(
      "SELECT member_id FROM group_members WHERE group_id = ?",
    )
      .bind(id)
      .all();
    expect(before).toEqual([[], ["e1"]]);
    expect(results.map(({ member_id }) => member_id).filter((each) => each !== other)).toEqual([]);
    expect(await contradictions()).toEqual([]);
  },
);

describe("a member that joined by its externalId", () => {
  test("is removed by it", async () => {
    const { groups, id } = await withWaiting();
    const eve = await groups.user({ externalId: "e1" });

    const patched = await groups.patch(id, aPatch(removing("e1")));

    expect(patched.status).toBe(204);
    expect(await groups.membersOf(id)).toEqual([]);
    expect((await changesOf(id)).at(-1)).toBe(`group.member_removed v3 ${eve}`);
  });

  test("is added again by it", async () => {
    const { groups, id } = await withWaiting();
    const eve = await groups.user({ externalId: "e1" });
    await groups.patch(id, aPatch(removing("e1")));

    await groups.patch(id, aPatch(adding("e1")));

    expect(await groups.membersOf(id)).toEqual([eve]);
  });

  test("and is a group is removed by it", async () => {
    const { groups, id } = await withWaiting();
    await groups.post(aGroup({ externalId: "e1" }));

    await groups.patch(id, aPatch(removing("e1")));

    expect(await groups.membersOf(id)).toEqual([]);
  });
});

describe("another connector's user", () => {
  test("is treated exactly as an id that nobody has", async () => {
    const stranger = await (await openGroups(gateway)).user({ externalId: "e1" });
    const groups = await openGroups(gateway);

    const foreign = await groups.post(aGroup({ displayName: "A", members: listOf([stranger]) }));
    const unknown = await groups.post(aGroup({ displayName: "B", members: listOf(["nobody"]) }));

    const without = ({ id, meta, displayName, ...rest }: Record<string, unknown>) => rest;
    expect(foreign.status).toBe(201);
    expect(without(foreign.body)).toEqual(without(unknown.body));
    expect(await parkedIn(foreign.body.id)).toEqual([stranger]);
  });

  test("is refused as an id that nobody has where unknown members are", async () => {
    const stranger = await (await openGroups(gateway)).user();
    const groups = await openGroups(gateway, { unknownMembers: "reject" });

    const refused = await groups.post(aGroup({ members: listOf([stranger]) }));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
  });

  test("is never attached: not by arriving, not by being restored", async () => {
    const { groups, id } = await withWaiting("e1");
    const others = await openGroups(gateway);

    const stranger = await others.user({ externalId: "e1" });
    await groups.patch(id, aPatch(adding(stranger)));
    await others.client.remove(stranger);
    await others.client.post(aUser({ externalId: "e1" }));

    expect((await others.client.get(stranger)).body).not.toHaveProperty("groups");
    expect(await groups.membersOf(id)).toEqual([]);
    expect(await parkedIn(id)).toEqual([stranger, "e1"].sort());
  });

  test("does not join another connector's group by naming it", async () => {
    const { id } = await withWaiting();
    const others = await openGroups(gateway);
    const eve = await others.user();

    const refused = await others.patch(id, aPatch(adding(eve)));

    expect(refused.status).toBe(404);
    expect(await parkedIn(id)).toEqual(["e1"]);
  });
});

test("an administrator sees who waits in which group, and nobody of another connector", async () => {
  const gateway = openGateway();
  const connector = await gateway.connector();
  const other = await gateway.connector();
  const members = [{ value: "late-1" }, { value: "late-2" }];
  const { body: group } = await gateway.scim("/Groups", {
    token: connector.token,
    body: { displayName: "Newcomers", members },
  });

  const first = await gateway.admin(`/connectors/${connector.id}/parked-members?limit=1`);
  const next = await gateway.admin(
    `/connectors/${connector.id}/parked-members?limit=1&cursor=${first.body.nextCursor}`,
  );
  const foreign = await gateway.admin(`/connectors/${other.id}/parked-members`);

  const row = { groupId: group.id, groupName: "Newcomers", parkedAt: expect.any(String) };
  expect(first.body.items).toEqual([{ ...row, value: "late-1" }]);
  expect(next.body.items).toEqual([{ ...row, value: "late-2" }]);
  expect(foreign.body.items).toEqual([]);
});
