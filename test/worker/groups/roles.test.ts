import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tellWaitingRoles } from "#store/upkeep/tell-roles.ts";
import { allEvents, type SeenEvent } from "#test/support/changes/feed.ts";
import { countingDatabase } from "#test/support/d1/counting-d1.ts";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { ADMIN_TOKEN, aPatch, aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { aGroup, type GroupClient, openGroups } from "#test/support/scim/groups.ts";

// Roles that groups give, and names of groups as applications see them.

const gateway = openGateway({ roundTripsMax: 20 });
const plain = openGateway({ roundTripsMax: 20, optimisticWrites: "off" });

const addMember = (id: string) => aPatch({ op: "add", path: "members", value: [{ value: id }] });
const dropMember = (id: string) => aPatch({ op: "remove", path: `members[value eq "${id}"]` });
const rename = (name: string) => aPatch({ op: "replace", path: "displayName", value: name });

/** Lets cron do its work until nothing waits. */
async function settle() {
  await tellWaitingRoles(env.DB, TEST_CLOCK);
}

/** The users of a connector as an application reads them: the roles of each by its id. */
async function rolesRead({ client }: GroupClient): Promise<Record<string, string[]>> {
  const roles: Record<string, string[]> = {};
  let after = "";
  for (;;) {
    const { body } = await gateway.send(
      new Request(
        `https://scim.example.com/v1/users?connector=${client.id}&limit=100${after && `&after=${after}`}`,
        { headers: { Authorization: `Bearer ${ADMIN_TOKEN}` } },
      ),
    );
    for (const user of body.items) {
      roles[user.id] = (user.roles ?? []).map(({ value }: { value: string }) => value);
    }
    if (!body.hasMore) return roles;
    after = body.next;
  }
}

/** What a consumer of the feed has of each live user's roles. */
async function rolesTold({ client }: GroupClient): Promise<Record<string, readonly string[]>> {
  const roles: Record<string, readonly string[]> = {};
  for (const event of await allEvents(gateway, client.id)) {
    const { type, resourceId } = event as SeenEvent;
    if (type === "user.created" || type === "user.restored") roles[resourceId] = [];
    if (type === "user.deleted") delete roles[resourceId];
    if (type === "user.roles_changed") {
      const former = new Set([...(roles[resourceId] ?? []), ...event.added]);
      for (const role of event.removed) former.delete(role);
      expect([...former].sort()).toEqual([...event.roles].sort());
      roles[resourceId] = event.roles;
    }
  }
  return roles;
}

const ROLES = [
  { group: "Admins", role: "admin" },
  { group: "Staff", role: "user" },
];

async function open(settings: object = { roles: ROLES }, way = gateway) {
  const groups = await openGroups(way, settings);
  const ada = await groups.user();
  const admins: string = (await groups.post(aGroup({ displayName: "admins" }))).body.id;
  const typesOf = async () =>
    (await allEvents(gateway, groups.client.id)).slice(2).map(({ type }) => type);
  const lastRoles = async () => (await allEvents(gateway, groups.client.id)).at(-1);
  return { groups, client: groups.client, ada, admins, typesOf, lastRoles };
}

describe("a role that a group gives", () => {
  test.each([gateway, plain])(
    "is told with the write that adds the member, and shown",
    async (way) => {
      const { groups, ada, admins, typesOf, lastRoles } = await open({ roles: ROLES }, way);

      await groups.patch(admins, addMember(ada));

      expect(await typesOf()).toEqual(["group.member_added", "user.roles_changed"]);
      expect(await lastRoles()).toMatchObject({
        resourceId: ada,
        version: 1,
        roles: ["admin"],
        added: ["admin"],
        removed: [],
        actor: { kind: "credential" },
      });
      expect(await rolesRead(groups)).toEqual({ [ada]: ["admin"] });
    },
  );

  test("is nothing that the provider sees", async () => {
    const { groups, client, ada, admins } = await open();

    await groups.patch(admins, addMember(ada));

    expect((await client.get(ada)).body.roles).toBeUndefined();
  });

  test("takes the place of what the provider sends as roles, for applications alone", async () => {
    const { groups, client, admins } = await open();
    const sent = { roles: [{ value: "owner" }] };
    const { body } = await client.post(aUser(sent));

    await groups.patch(admins, addMember(body.id));

    expect(body.roles).toMatchObject(sent.roles);
    expect((await rolesRead(groups))[body.id]).toEqual(["admin"]);
    const created = (await allEvents(gateway, client.id)).find(
      ({ type, resourceId }) => type === "user.created" && resourceId === body.id,
    );
    expect(created?.resource.roles).toBeUndefined();
  });

  test.each<[string, (to: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ["the member leaves", ({ groups, admins, ada }) => groups.patch(admins, dropMember(ada))],
    [
      "the group is emptied",
      ({ groups, admins }) => groups.put(admins, aGroup({ displayName: "Admins" })),
    ],
    ["the group is renamed", ({ groups, admins }) => groups.patch(admins, rename("Others"))],
    ["the group goes", ({ groups, admins }) => groups.remove(admins)],
    ["no rule names it any more", ({ client }) => client.changeSettings({ roles: [] })],
  ])("is told to be gone when %s", async (_what, act) => {
    const opened = await open();
    const { groups, ada, admins, lastRoles } = opened;
    await groups.patch(admins, addMember(ada));

    await act(opened);

    expect(await lastRoles()).toMatchObject({
      type: "user.roles_changed",
      resourceId: ada,
      roles: [],
      removed: ["admin"],
    });
    expect((await rolesRead(groups))[ada]).toEqual([]);
  });

  test.each<[string, (to: Awaited<ReturnType<typeof open>>) => Promise<unknown>]>([
    ["the setting comes", ({ client }) => client.changeSettings({ roles: ROLES })],
    [
      "the setting names the group by its id",
      ({ client, admins }) =>
        client.changeSettings({ roles: [{ group: admins.toUpperCase(), role: "admin" }] }),
    ],
  ])("is told when %s", async (_what, act) => {
    const opened = await open({});
    const { groups, ada, admins, lastRoles } = opened;
    await groups.patch(admins, addMember(ada));

    await act(opened);

    expect(await lastRoles()).toMatchObject({ type: "user.roles_changed", roles: ["admin"] });
    expect((await rolesRead(groups))[ada]).toEqual(["admin"]);
  });

  test("stays while another group gives it, and is told once for two", async () => {
    const { groups, ada, admins, typesOf } = await open();
    const second: string = (await groups.post(aGroup({ displayName: "Admins 2" }))).body.id;
    await groups.client.changeSettings({ roles: [...ROLES, { group: second, role: "admin" }] });
    await groups.patch(admins, addMember(ada));
    await groups.patch(second, addMember(ada));

    await groups.patch(admins, dropMember(ada));

    expect((await typesOf()).filter((type) => type === "user.roles_changed")).toHaveLength(1);
    expect((await rolesRead(groups))[ada]).toEqual(["admin"]);
  });

  test("is not had through a group that is a member: nesting is not resolved", async () => {
    const { groups, ada, admins } = await open();
    const inner = await groups.group(ada);

    await groups.patch(admins, addMember(inner));

    expect((await rolesRead(groups))[ada]).toEqual([]);
    expect(await rolesTold(groups)).toEqual({ [ada]: [] });
  });

  test("is not got by a group that calls itself like the id of another", async () => {
    const { groups, client, ada, admins } = await open();
    await client.changeSettings({ roles: [{ group: admins, role: "admin" }] });

    await groups.post(aGroup({ displayName: admins, members: [{ value: ada }] }));

    expect((await rolesRead(groups))[ada]).toEqual([]);
    expect(await rolesTold(groups)).toEqual({ [ada]: [] });
  });

  test("comes to a member who was waited for, with the user", async () => {
    const { groups, client, admins } = await open();
    await groups.patch(admins, addMember("ext-bo"));

    const { body } = await client.post(aUser({ externalId: "ext-bo" }));

    expect((await rolesTold(groups))[body.id]).toEqual(["admin"]);
  });

  test("ends with a deleted user without a word, and is told anew when the user is back in the group", async () => {
    const { groups, client, ada, admins, typesOf } = await open();
    await groups.patch(admins, addMember(ada));
    await client.remove(ada);
    const before = (await typesOf()).at(-1);
    await gateway.admin(`/connectors/${client.id}/users/${ada}/restore`, { method: "POST" });

    await groups.patch(admins, addMember(ada));

    expect(before).toBe("user.deleted");
    expect((await rolesTold(groups))[ada]).toEqual(["admin"]);
    expect((await rolesRead(groups))[ada]).toEqual(["admin"]);
  });

  test("of another connector's group is none", async () => {
    const one = await open();
    const other = await open({});

    await other.groups.patch(other.admins, addMember(other.ada));
    await one.client.changeSettings({ roles: [{ group: other.admins, role: "admin" }] });
    await settle();

    expect(await rolesTold(other.groups)).toEqual({ [other.ada]: [] });
    expect(await rolesTold(one.groups)).toEqual({ [one.ada]: [] });
  });
});

describe("groupNamePrefix", () => {
  /** Two groups, one in the other, and Ada in the inner one. */
  async function nested(settings: object) {
    const groups = await openGroups(gateway, settings);
    const ada = await groups.user();
    const inner: string = (
      await groups.post(aGroup({ displayName: "Inner", members: [{ value: ada }] }))
    ).body.id;
    const outer: string = (
      await groups.post(aGroup({ displayName: "Outer", members: [{ value: inner }] }))
    ).body.id;
    return { groups, ada, inner, outer };
  }

  const read = async ({ client }: GroupClient, path: string) => {
    const { body } = await gateway.send(
      new Request(
        `https://scim.example.com/v1${path}${path.includes("?") ? "&" : "?"}connector=${client.id}`,
        {
          headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
        },
      ),
    );
    return body;
  };

  test("stands before the name wherever an application reads one", async () => {
    const { groups, ada, inner, outer } = await nested({ groupNamePrefix: "acme/" });

    const group = await read(groups, `/groups/${outer}`);
    const list = await read(groups, "/groups");
    const members = await read(groups, `/groups/${outer}/members`);
    const user = await read(groups, `/users/${ada}`);

    expect(group.displayName).toBe("acme/Outer");
    expect(group.members).toMatchObject([{ value: inner, display: "acme/Inner" }]);
    expect(list.items.map(({ displayName }: { displayName: string }) => displayName)).toEqual([
      "acme/Inner",
      "acme/Outer",
    ]);
    expect(members.items).toMatchObject([{ display: "acme/Inner" }]);
    expect(user.groups).toMatchObject([{ value: inner, display: "acme/Inner" }]);
  });

  test.each(["pending", "registered", "active"])(
    "stands before it, and roles are shown, in the list of %s users as well",
    async (state) => {
      const settings = { groupNamePrefix: "acme/", roles: [{ group: "Inner", role: "admin" }] };
      const { groups, ada, inner } = await nested(settings);
      await settle();
      const path = `/connectors/${groups.client.id}/users/${ada}`;
      const account = {
        accountId: "42",
        ...(state === "registered" && { registered: "2026-11-30T12:00:00Z" }),
      };
      await gateway.admin(path, { method: "PATCH", body: account });

      const { items } = await read(groups, `/users?state=${state}`);

      expect(items).toMatchObject([
        { id: ada, groups: [{ value: inner, display: "acme/Inner" }], roles: [{ value: "admin" }] },
      ]);
    },
  );

  test("stands before it in the feed, in differences as well", async () => {
    const { groups, ada, inner, outer } = await nested({ groupNamePrefix: "acme/" });
    await groups.patch(inner, rename("Core"));

    const events = await allEvents(gateway, groups.client.id);

    const of = (type: string) => events.filter((event) => event.type === type);
    expect(of("group.created").map(({ resource }) => resource.displayName)).toEqual([
      "acme/Inner",
      "acme/Outer",
    ]);
    expect(of("group.updated")).toMatchObject([
      {
        resource: { displayName: "acme/Core" },
        difference: { displayName: { from: "acme/Inner", to: "acme/Core" } },
      },
    ]);
    expect(of("group.member_added")).toMatchObject([
      { memberId: ada },
      { groupId: outer, memberId: inner, memberDisplay: "acme/Core" },
    ]);
  });

  test("is nothing that the provider sees", async () => {
    const { groups, ada, outer } = await nested({ groupNamePrefix: "acme/" });

    const group = await groups.get(outer);
    const found = await groups.find('displayName eq "Outer"');
    const user = await groups.client.get(ada);

    expect(group.body).toMatchObject({ displayName: "Outer", members: [{ display: "Inner" }] });
    expect(found.body.totalResults).toBe(1);
    expect(user.body.groups).toMatchObject([{ display: "Inner" }]);
  });

  test("does not keep a role from its group, which is named as the provider names it", async () => {
    const { groups, ada } = await nested({
      groupNamePrefix: "acme/",
      roles: [{ group: "Inner", role: "insider" }],
    });

    expect((await rolesTold(groups))[ada]).toEqual(["insider"]);
    expect((await rolesRead(groups))[ada]).toEqual(["insider"]);
  });
});

test.each<[string, object, string]>([
  ["a group without a name", { roles: [{ group: " ", role: "x" }] }, "#/settings/roles/0/group"],
  ["a role without a name", { roles: [{ group: "x", role: "" }] }, "#/settings/roles/0/role"],
  ["an unknown member", { roles: [{ group: "x", role: "y", z: 1 }] }, "#/settings/roles/0/z"],
  [
    "a role that hides something",
    { roles: [{ group: "x", role: "y\u200b" }] },
    "#/settings/roles/0/role",
  ],
  ["a prefix that hides something", { groupNamePrefix: "a\u202e" }, "#/settings/groupNamePrefix"],
  ["a long prefix", { groupNamePrefix: "a".repeat(51) }, "#/settings/groupNamePrefix"],
])("a setting with %s is refused", async (_what, settings, pointer) => {
  const { id } = await gateway.connector();

  const answer = await gateway.admin(`/connectors/${id}`, { method: "PATCH", body: { settings } });

  expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
});

test("a consumer of the feed ends with the roles that an application reads", async () => {
  const names = ["Admins", "Staff", "Others"];
  const act = fc.oneof(
    fc.record({ kind: fc.constant("add"), user: fc.nat(3), group: fc.nat(2) }),
    fc.record({ kind: fc.constant("drop"), user: fc.nat(3), group: fc.nat(2) }),
    fc.record({ kind: fc.constant("rename"), group: fc.nat(2), name: fc.nat(2) }),
    fc.record({
      kind: fc.constant("recreate"),
      group: fc.nat(2),
      name: fc.nat(2),
      user: fc.nat(3),
    }),
    fc.record({ kind: fc.constant("leave"), user: fc.nat(3) }),
    fc.record({
      kind: fc.constant("roles"),
      rules: fc.array(fc.tuple(fc.nat(4), fc.nat(1)), { maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant("cron") }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 20 }), async (acts) => {
      const groups = await openGroups(gateway, { allowDuplicateGroupNames: true, roles: ROLES });
      const users = await groups.users(4);
      const ids: string[] = [];
      for (const name of names)
        ids.push((await groups.post(aGroup({ displayName: name }))).body.id);
      for (const each of acts) {
        const user = "user" in each ? (users[each.user] ?? "") : "";
        const at = "group" in each ? each.group : 0;
        const name = "name" in each ? (names[each.name] ?? "") : "";
        const id = ids[at] ?? "";
        if (each.kind === "add") await groups.patch(id, addMember(user));
        if (each.kind === "drop") await groups.patch(id, dropMember(user));
        if (each.kind === "rename") await groups.patch(id, rename(name));
        if (each.kind === "recreate") {
          await groups.remove(id);
          const body = aGroup({ displayName: name, members: [{ value: user }] });
          ids[at] = (await groups.post(body)).body.id;
        }
        if (each.kind === "leave") {
          await groups.client.remove(user);
          users[users.indexOf(user)] = await groups.user();
        }
        if ("rules" in each) {
          const roles = each.rules.map(([group, role]) => ({
            group: names[group] ?? ids[group - 3] ?? "x",
            role: role === 0 ? "admin" : "user",
          }));
          await groups.client.changeSettings({ roles });
        }
        if (each.kind === "cron") await settle();
      }
      await settle();

      expect(await rolesTold(groups)).toEqual(await rolesRead(groups));
    }),
    { numRuns: 8 },
  );
});

describe("many users with a role", () => {
  const MANY = 1_200;

  async function many(settings: object) {
    const groups = await openGroups(gateway, settings);
    await fillUsers(groups.client.id, MANY);
    const group = await groups.group();
    await fillMembers(group, MANY);
    return { groups, group };
  }

  const told = async ({ client }: GroupClient) =>
    new Map(
      (await allEvents(gateway, client.id, 1_000)).flatMap((event) =>
        event.type === "user.roles_changed" ? [[event.resourceId, event.roles]] : [],
      ),
    );

  test("are told in slices after the setting, and after the group was renamed", async () => {
    const { groups, group } = await many({});
    const roles = [
      { group, role: "member" },
      { group: "Crew", role: "crew" },
    ];
    const changed = await groups.client.changeSettings({ roles });
    const atOnce = await told(groups);
    await settle();
    const all = await told(groups);

    const renamed = await groups.patch(group, rename("Crew"));
    const soon = (await told(groups)).get(filled.id(0));
    await settle();

    expect(changed.cost.rowsWritten).toBeLessThan(2_000);
    expect(renamed.cost.rowsWritten).toBeLessThan(2_500);
    expect([atOnce.size, all.size]).toEqual([200, MANY]);
    expect(soon).toEqual(["crew", "member"]);
    const last = await told(groups);
    expect([...last.values()].every((each) => each.length === 2)).toBe(true);
  });

  test("are told to have none once their group is gone", async () => {
    const { groups, group } = await many({});
    await groups.client.changeSettings({ roles: [{ group, role: "member" }] });
    await settle();

    await groups.remove(group);
    await settle();

    const last = await told(groups);
    expect([...last.values()].every((each) => each.length === 0)).toBe(true);
    const left = await env.DB.prepare("SELECT count(*) AS n FROM pending_roles").first("n");
    expect(left).toBe(0);
  });
});

test("a write costs nothing more where no group gives a role, and little where one does", async () => {
  const costOf = async (settings: object) => {
    const { groups, ada, admins } = await open(settings);
    await groups.get(admins);
    const { cost } = await groups.patch(admins, addMember(ada));
    return cost;
  };

  const without = await costOf({});
  const elsewhere = await costOf({ roles: [{ group: "Nobody", role: "x" }] });
  const given = await costOf({ roles: ROLES });

  expect(elsewhere.rowsWritten).toBe(without.rowsWritten);
  expect(elsewhere.rowsRead - without.rowsRead).toBeLessThanOrEqual(12);
  expect(given.rowsWritten - without.rowsWritten).toBeLessThanOrEqual(6);
  expect(given.roundTrips).toBe(without.roundTrips);
});

test("cron reads a few rows where nobody waits", async () => {
  const cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };

  await tellWaitingRoles(countingDatabase(env.DB, cost), TEST_CLOCK);

  expect(cost).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  expect(cost.rowsRead).toBeLessThanOrEqual(12);
});
