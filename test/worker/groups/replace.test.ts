import { describe, expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";
import {
  aGroup,
  changesOf,
  listOf,
  openGroups,
  parkedIn,
  valuesOf,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** A client with four users and a group of the first two. */
async function withStaff(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const users = await groups.users(4);
  const [ada = "", bob = "", cyd = "", dan = ""] = users;
  const body = aGroup({ displayName: "Staff", externalId: "g1", members: listOf([ada, bob]) });
  const created = await groups.post(body);
  const id = created.body.id as string;
  const changesSince = async () => (await changesOf(id)).slice(3);
  return { groups, users, ada, bob, cyd, dan, body, created, id, changesSince };
}

test("PUT answers 200 with the group and the members it was given", async () => {
  const { groups, id, bob, cyd, body, created } = await withStaff();

  const replaced = await groups.put(id, { ...body, members: listOf([cyd, bob]) });

  expect(replaced.status).toBe(200);
  expect(replaced.headers.get("ETag")).toBe('W/"2"');
  expect(valuesOf(replaced.body)).toEqual([bob, cyd].sort());
  expect(replaced.body).toMatchObject({ id, displayName: "Staff", externalId: "g1" });
  expect(replaced.body.meta).toMatchObject({ created: created.body.meta.created });
  expect((await groups.get(id)).body).toEqual(replaced.body);
});

test("PUT of members is a set difference: one change for each who joins or leaves", async () => {
  const { groups, id, ada, bob, cyd, dan, body, changesSince } = await withStaff();

  await groups.put(id, { ...body, members: listOf([bob, cyd, dan]) });

  expect(await changesSince()).toEqual([
    `group.member_removed v2 ${ada}`,
    `group.member_added v2 ${cyd}`,
    `group.member_added v2 ${dan}`,
  ]);
});

test("PUT of a new name and new members is one version with one group.updated", async () => {
  const { groups, id, ada, body, changesSince } = await withStaff();

  const replaced = await groups.put(id, { ...body, displayName: "Crew", members: listOf([ada]) });

  expect(replaced.body.meta.version).toBe('W/"2"');
  expect(await changesSince()).toEqual([
    "group.updated v2",
    expect.stringMatching(/^group\.member_removed v2 /),
  ]);
});

test("PUT of what is there changes nothing: 200, the same version, no changes", async () => {
  const { groups, id, ada, bob, body, created, changesSince } = await withStaff();

  const replaced = await groups.put(id, { ...body, members: listOf([bob, ada]) });

  expect(replaced).toMatchObject({ status: 200, body: created.body });
  expect(await changesSince()).toEqual([]);
});

test.each([
  ["without members", {}],
  ["with an empty list", { members: [] }],
])("PUT %s leaves nobody in the group", async (_what, members) => {
  const { groups, id, changesSince } = await withStaff();

  const replaced = await groups.put(id, aGroup({ displayName: "Staff", ...members }));

  expect(replaced.body.members).toEqual([]);
  expect(replaced.body).not.toHaveProperty("externalId");
  expect((await groups.get(id)).body).toEqual(replaced.body);
  expect(await changesSince()).toHaveLength(3);
});

test("PUT ignores another id, meta and what is computed", async () => {
  const { groups, id, body, created } = await withStaff();

  const replaced = await groups.put(id, { ...body, id: "other", meta: { version: "x" } });

  expect(replaced.body).toEqual(created.body);
});

test("PUT of an id that never was is 404 and creates nothing", async () => {
  const groups = await openGroups(gateway);

  const refused = await groups.put(crypto.randomUUID(), aGroup());

  expect(refused.status).toBe(404);
  expect((await groups.client.call("/Groups?count=0")).body.totalResults).toBe(0);
});

describe("PUT with values that nobody has", () => {
  test("parks them, and forgets those that a later PUT leaves out", async () => {
    const { groups, id, body } = await withStaff();

    const first = await groups.put(id, { ...body, members: listOf(["x1", "x2"]) });
    const second = await groups.put(id, { ...body, members: listOf(["x2", "x3"]) });

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body.members).toEqual([]);
    expect(await parkedIn(id)).toEqual(["x2", "x3"]);
  });

  test("keeps whoever was attached by one of them", async () => {
    const { groups, id, body, changesSince } = await withStaff();
    await groups.put(id, { ...body, members: listOf(["e1"]) });
    const eve = await groups.user({ externalId: "e1", displayName: "Eve" });
    const before = await changesSince();

    const replaced = await groups.put(id, { ...body, members: listOf(["e1"]) });

    expect(valuesOf(replaced.body)).toEqual([eve]);
    expect(replaced.body).toEqual((await groups.get(id)).body);
    expect(await changesSince()).toEqual(before);
  });

  test("shows a member once that it names by id and by externalId", async () => {
    const { groups, id, body } = await withStaff();
    await groups.put(id, { ...body, members: listOf(["e1"]) });
    const eve = await groups.user({ externalId: "e1" });

    const replaced = await groups.put(id, { ...body, members: listOf(["e1", eve]) });

    expect(valuesOf(replaced.body)).toEqual([eve]);
    expect(await groups.membersOf(id)).toEqual([eve]);
  });

  test("keeps a group that was attached by its externalId", async () => {
    const { groups, id, body } = await withStaff();
    await groups.put(id, { ...body, members: listOf(["nested"]) });
    const nested = await groups.post(aGroup({ externalId: "nested" }));

    const replaced = await groups.put(id, { ...body, members: listOf(["nested"]) });

    expect(valuesOf(replaced.body)).toEqual([nested.body.id]);
    expect(await groups.membersOf(id)).toEqual([nested.body.id]);
  });
});

describe("a strict connector", () => {
  test("refuses another id in the body", async () => {
    const { groups, id, body } = await withStaff({ strict: true });

    const refused = await groups.put(id, { ...body, id: "other" });

    expect(refused).toMatchObject({ status: 400, body: { scimType: "mutability" } });
  });

  test("refuses an unknown attribute of a member", async () => {
    const { groups, id, ada, body } = await withStaff({ strict: true });

    const refused = await groups.put(id, { ...body, members: [{ value: ada, nosuch: 1 }] });

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidSyntax" } });
  });
});
