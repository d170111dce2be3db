import { describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, changeTypesOf, filterQuery, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** A client with ada and bob, who are both in the groups Staff and Crew. */
async function withTwoGroups(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const [ada = "", bob = ""] = await groups.users(2);
  const members = listOf([ada, bob]);
  const staff = await groups.post(aGroup({ displayName: "Staff", members }));
  const crew = await groups.post(aGroup({ displayName: "Crew", members }));
  return { groups, ada, bob, staff: staff.body.id as string, crew: crew.body.id as string };
}

describe("User.groups", () => {
  test("shows each group that the user is directly in", async () => {
    const { groups, ada, staff, crew } = await withTwoGroups();

    const { body } = await groups.client.get(ada);

    const $ref = (id: string) => `https://scim.example.com/scim/v2/Groups/${id}`;
    expect(body.groups).toEqual([
      { value: staff, $ref: $ref(staff), display: "Staff", type: "direct" },
      { value: crew, $ref: $ref(crew), display: "Crew", type: "direct" },
    ]);
  });

  test("is absent where the user is in none", async () => {
    const groups = await openGroups(gateway);

    const { body } = await groups.client.get(await groups.user());

    expect(body).not.toHaveProperty("groups");
  });

  test("follows a rename of the group", async () => {
    const { groups, ada, staff } = await withTwoGroups();

    await groups.patch(staff, aPatch({ op: "replace", value: { displayName: "Team" } }));

    expect((await groups.client.get(ada)).body.groups[0].display).toBe("Team");
  });

  test("stands in lists and in the answers to a user's own writes", async () => {
    const { groups, ada } = await withTwoGroups();

    const listed = await groups.client.call("/Users");
    const patched = await groups.client.patch(
      ada,
      aPatch({ op: "add", path: "title", value: "x" }),
    );

    expect(listed.body.Resources[0].groups).toHaveLength(2);
    expect(patched.body.groups).toHaveLength(2);
  });

  test("cannot be written: `groups: []` in a PUT leaves the memberships alone (Okta)", async () => {
    const { groups, ada, staff } = await withTwoGroups();
    const { body } = await groups.client.get(ada);

    const replaced = await groups.client.put(ada, { ...body, title: "x", groups: [] });

    expect(replaced.body.groups).toHaveLength(2);
    expect(await groups.membersOf(staff)).toContain(ada);
  });

  test("ends when the user is removed from the group", async () => {
    const { groups, ada, staff, crew } = await withTwoGroups();

    await groups.patch(staff, aPatch(removing(ada)));

    expect((await groups.client.get(ada)).body.groups).toEqual([
      expect.objectContaining({ value: crew }),
    ]);
  });

  test.each([
    ["groups.value eq", (id: string) => `groups.value eq "${id}"`, 2],
    ["groups eq", (id: string) => `groups eq "${id}"`, 2],
    ["groups[value eq]", (id: string) => `groups[value eq "${id}"]`, 2],
    ["groups pr", () => "groups pr", 2],
    ["groups.value pr", () => "groups.value pr", 2],
    ["not (groups pr)", () => "not (groups pr)", 1],
    ["groups eq null", () => "groups eq null", 1],
    ["groups.value ne", (id: string) => `groups.value ne "${id}"`, 1],
    ["both", (id: string) => `groups.value eq "${id}" and userName pr`, 2],
    ["an id that no group has", () => `groups.value eq "${crypto.randomUUID()}"`, 0],
  ])("can be filtered by %s", async (_what, filter, found) => {
    const { groups, staff } = await withTwoGroups();
    await groups.user();

    const { body } = await groups.client.find(filter(staff));

    expect(body.totalResults).toBe(found);
  });
});

describe("a user who goes", () => {
  test.each(["soft", "hard"] as const)(
    "(%s) leaves all groups, each one version on",
    async (deletion) => {
      const { groups, ada, bob, staff, crew } = await withTwoGroups({ deletion });

      await groups.client.remove(ada);

      expect([await groups.membersOf(staff), await groups.membersOf(crew)]).toEqual([[bob], [bob]]);
      expect((await groups.get(staff)).body.meta.version).toBe('W/"2"');
      expect((await groups.get(crew)).body.meta.version).toBe('W/"2"');
      expect((await changesOf(staff)).slice(3)).toEqual([`group.member_removed v2 ${ada}`]);
      expect((await changesOf(crew)).slice(3)).toEqual([`group.member_removed v2 ${ada}`]);
      expect(await changeTypesOf(ada)).toEqual(["user.created", "user.deleted"]);
      expect(await contradictions()).toEqual([]);
    },
  );

  test("and comes back is in no group any more", async () => {
    const { groups, staff } = await withTwoGroups();
    const eve = await groups.user({ userName: "eve", externalId: "e1" });
    await groups.patch(staff, aPatch(adding(eve)));
    await groups.client.remove(eve);

    const restored = await groups.client.post(aUser({ userName: "eve", externalId: "e1" }));

    expect(restored.body.id).toBe(eve);
    expect((await groups.client.get(eve)).body).not.toHaveProperty("groups");
    expect(await groups.membersOf(staff)).not.toContain(eve);
  });

  test("by being deactivated stays a member", async () => {
    const { groups, ada, staff } = await withTwoGroups({ deletion: "deactivate" });

    await groups.client.remove(ada);

    expect(await groups.membersOf(staff)).toContain(ada);
    expect((await groups.client.get(ada)).body).toMatchObject({ active: false });
  });

  test("cannot be added any more: the id is unknown", async () => {
    const { groups, ada, bob, staff } = await withTwoGroups();
    await groups.client.remove(ada);

    const patched = await groups.patch(staff, aPatch(adding(ada)));

    expect(patched.status).toBe(204);
    expect(await groups.membersOf(staff)).toEqual([bob]);
  });

  test("leaves other connectors' groups alone", async () => {
    const { groups, ada } = await withTwoGroups();
    const other = await withTwoGroups();

    await groups.client.remove(ada);

    expect(await other.groups.membersOf(other.staff)).toEqual([other.ada, other.bob].sort());
  });
});

describe("a group that goes", () => {
  test("leaves its members without it and raises group.deleted alone", async () => {
    const { groups, ada, bob, staff, crew } = await withTwoGroups();
    const before = await changesOf(staff);

    await groups.remove(staff);

    const left = [expect.objectContaining({ value: crew })];
    expect((await groups.client.get(ada)).body.groups).toEqual(left);
    expect((await groups.client.get(bob)).body.groups).toEqual(left);
    expect((await changesOf(staff)).slice(before.length)).toEqual(["group.deleted v2"]);
    expect(await contradictions()).toEqual([]);
  });

  test("leaves its members' versions alone", async () => {
    const { groups, ada, staff } = await withTwoGroups();

    await groups.remove(staff);

    expect((await groups.client.get(ada)).body.meta.version).toBe('W/"1"');
  });

  test("leaves the groups it is in, each one version on", async () => {
    const { groups, staff, crew, ada, bob } = await withTwoGroups();
    await groups.patch(crew, aPatch(adding(staff)));

    await groups.remove(staff);

    expect(await groups.membersOf(crew)).toEqual([ada, bob].sort());
    expect((await groups.get(crew)).body.meta.version).toBe('W/"3"');
    expect((await changesOf(crew)).at(-1)).toBe(`group.member_removed v3 ${staff}`);
  });

  test("is found by no filter on users", async () => {
    const { groups, staff } = await withTwoGroups();

    await groups.remove(staff);

    const found = await groups.client.call(`/Users${filterQuery(`groups.value eq "${staff}"`)}`);
    expect(found.body.totalResults).toBe(0);
  });
});
