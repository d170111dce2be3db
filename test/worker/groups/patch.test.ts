import { describe, expect, test } from "vitest";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** Operations that a test writes down before the ids are known, which stand as ADA, BOB, CYD, GROUP in them. */
type Operations = readonly object[];

/** A client with the users ada, bob and cyd, of whom the first two are a group. */
async function withStaff(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const [ada = "", bob = "", cyd = ""] = await groups.users(3);
  const body = aGroup({ displayName: "Staff", externalId: "g1", members: listOf([ada, bob]) });
  const created = await groups.post(body);
  const id = created.body.id as string;
  const names = { ADA: ada, BOB: bob, CYD: cyd, GROUP: id };
  const patch = (operations: Operations, query = "") => {
    const sent = JSON.stringify(aPatch(...operations));
    const body = sent.replaceAll(/\b(?:ADA|BOB|CYD|GROUP)\b/g, (name) => Object(names)[name]);
    return groups.client.call(`/Groups/${id}${query}`, { method: "PATCH", body });
  };
  const members = async () => {
    const ids = await groups.membersOf(id);
    return ids.map((each) => Object.entries(names).find(([, value]) => value === each)?.[0]);
  };
  const changesSince = async () => (await changesOf(id)).slice(3);
  return { groups, ada, bob, cyd, id, created, patch, members, changesSince };
}

const CYD = { value: "CYD" };

test.each<[string, Operations]>([
  ["a list of values", [adding("CYD")]],
  [
    "display and no type (Okta)",
    [{ op: "add", path: "members", value: [{ ...CYD, display: "x" }] }],
  ],
  ["a null $ref (Entra)", [{ op: "Add", path: "members", value: [{ $ref: null, ...CYD }] }]],
  ["one value without a list", [{ op: "add", path: "members", value: CYD }]],
  [
    "a bare id (Microsoft's Postman)",
    [{ name: "addMember", op: "ADD", path: "members", value: "CYD" }],
  ],
  ["a list of bare ids", [{ op: "add", path: "members", value: ["CYD"] }]],
  ["no path", [{ op: "add", value: { members: [CYD] } }]],
  ["no path and a bare id", [{ op: "Add", value: { members: "CYD" } }]],
  ["the URN before the path", [{ op: "add", path: `${CORE_GROUP}:members`, value: [CYD] }]],
  ["other letter case", [{ Op: "aDd", Path: "MEMBERS", Value: [{ VALUE: "CYD" }] }]],
  ["a path to the values", [{ op: "add", path: "members.value", value: "CYD" }]],
  ["those who are there already", [adding("ADA", "CYD", "CYD")]],
  ["two operations", [adding("ADA"), adding("CYD")]],
  ["somebody who was removed before", [removing("CYD"), adding("CYD")]],
])("adding members by %s keeps the others", async (_what, operations) => {
  const { patch, members, changesSince, cyd } = await withStaff();

  const patched = await patch(operations);

  expect([patched.status, patched.body]).toEqual([204, undefined]);
  expect(patched.headers.get("ETag")).toBe('W/"2"');
  expect(await members()).toEqual(["ADA", "BOB", "CYD"]);
  expect(await changesSince()).toEqual([`group.member_added v2 ${cyd}`]);
});

test.each<[string, Operations]>([
  ["a filter", [removing("ADA")]],
  ["a filter in other letter case", [{ op: "Remove", path: 'Members[VALUE Eq "ADA"]' }]],
  ["a filter and a null value", [{ op: "remove", path: 'members[value eq "ADA"]', value: null }]],
  [
    "a list of values (Entra)",
    [{ op: "Remove", path: "members", value: [{ $ref: null, value: "ADA" }] }],
  ],
  ["a list of bare ids", [{ op: "remove", path: "members", value: ["ADA"] }]],
  ["a bare id", [{ op: "remove", path: "members", value: "ADA" }]],
  ["one value without a list", [{ op: "remove", path: "members", value: { value: "ADA" } }]],
  ["an or of values", [{ op: "remove", path: 'members[value eq "ADA" or value eq "CYD"]' }]],
  ["the URN before the path", [{ op: "remove", path: `${CORE_GROUP}:members[value eq "ADA"]` }]],
  ["those who are no members, too", [removing("CYD"), removing("ADA"), removing("nobody")]],
  ["adding somebody first", [adding("CYD"), removing("CYD"), removing("ADA")]],
])("removing a member by %s keeps the others", async (_what, operations) => {
  const { patch, members, changesSince, ada } = await withStaff();

  const patched = await patch(operations);

  expect(patched.status).toBe(204);
  expect(await members()).toEqual(["BOB"]);
  expect(await changesSince()).toEqual([`group.member_removed v2 ${ada}`]);
});

test.each<[string, Operations]>([
  ["neither value nor filter", [{ op: "remove", path: "members" }]],
  ["an empty list (Okta's Push now)", [{ op: "replace", path: "members", value: [] }]],
  [
    "an empty list without a path",
    [{ op: "replace", value: { members: [], id: "GROUP", displayName: "Staff" } }],
  ],
  ["removing each of them", [removing("ADA"), removing("BOB")]],
])("%s empties the group, whose members are then an empty list", async (_what, operations) => {
  const { groups, id, patch, changesSince } = await withStaff();

  const patched = await patch(operations);

  expect(patched.status).toBe(204);
  expect((await groups.get(id)).body.members).toEqual([]);
  expect(await changesSince()).toHaveLength(2);
});

test.each<[string, Operations]>([
  ["a path", [{ op: "replace", path: "members", value: [{ value: "BOB" }, CYD] }]],
  ["no path", [{ op: "Replace", value: { members: [{ value: "BOB" }, CYD] } }]],
  ["bare ids", [{ op: "replace", path: "members", value: ["CYD", "BOB"] }]],
  ["removing all and adding", [{ op: "remove", path: "members" }, adding("BOB", "CYD")]],
  [
    "replacing, adding and removing",
    [{ op: "replace", path: "members", value: ["ADA"] }, adding("BOB", "CYD"), removing("ADA")],
  ],
])("replacing members by %s is a set difference", async (_what, operations) => {
  const { patch, members, changesSince, ada, cyd } = await withStaff();

  const patched = await patch(operations);

  expect(patched.status).toBe(204);
  expect(await members()).toEqual(["BOB", "CYD"]);
  expect(await changesSince()).toEqual([
    `group.member_removed v2 ${ada}`,
    `group.member_added v2 ${cyd}`,
  ]);
});

test.each<[string, Operations]>([
  [
    "Okta's, with the id inside the value",
    [{ op: "replace", value: { id: "GROUP", displayName: "New" } }],
  ],
  [
    "one with another id inside the value",
    [{ op: "replace", value: { id: "x", displayName: "New" } }],
  ],
  ["one with a path", [{ op: "Replace", path: "displayName", value: "New" }]],
  ["one with a URN", [{ op: "replace", path: `${CORE_GROUP}:displayName`, value: "New" }]],
])("%s is a rename that keeps the members", async (_what, operations) => {
  const { groups, id, patch, members, changesSince } = await withStaff();

  const patched = await patch(operations);

  expect(patched.status).toBe(204);
  expect(await members()).toEqual(["ADA", "BOB"]);
  expect((await groups.get(id)).body).toMatchObject({ displayName: "New", externalId: "g1" });
  expect(await changesSince()).toEqual(["group.updated v2"]);
});

test("a rename and a change of members in one PATCH are one version", async () => {
  const { patch, changesSince, cyd, ada } = await withStaff();
  const rename = { op: "replace", path: "displayName", value: "New" };

  await patch([adding("CYD"), rename, removing("ADA")]);

  expect(await changesSince()).toEqual([
    "group.updated v2",
    `group.member_removed v2 ${ada}`,
    `group.member_added v2 ${cyd}`,
  ]);
});

test.each<[string, Operations]>([
  ["no operations", []],
  ["adding who is there", [adding("ADA", "BOB")]],
  ["removing who is not", [removing("CYD")]],
  ["an empty list of members to add", [{ op: "add", path: "members", value: [] }]],
  ["an empty list of members to remove", [{ op: "remove", path: "members", value: [] }]],
  ["the members that are there", [{ op: "replace", path: "members", value: ["BOB", "ADA"] }]],
  ["the name that is there", [{ op: "replace", value: { displayName: "Staff" } }]],
  ["adding and removing again", [adding("CYD"), removing("CYD")]],
  ["an unknown attribute", [{ op: "replace", path: "nosuch", value: "x" }]],
])("%s changes nothing: 204, the same version, no changes", async (_what, operations) => {
  const { groups, id, patch, created, changesSince } = await withStaff();

  const patched = await patch(operations);

  expect(patched.status).toBe(204);
  expect(patched.headers.get("ETag")).toBe('W/"1"');
  expect((await groups.get(id)).body).toEqual(created.body);
  expect(await changesSince()).toEqual([]);
});

describe("the answer to a PATCH", () => {
  test.each<[string, Operations]>([
    ["adds a member", [adding("CYD")]],
    ["replaces the members", [{ op: "replace", path: "members", value: ["ADA", "CYD", "x"] }]],
    ["renames", [{ op: "replace", path: "displayName", value: "New" }]],
    ["changes nothing", []],
  ])("that %s is 200 with the attributes asked for", async (_what, operations) => {
    const { groups, id, patch } = await withStaff();

    const patched = await patch(operations, "?attributes=displayName,members");

    expect(patched.status).toBe(200);
    expect(patched.body).toEqual((await groups.get(id, "?attributes=displayName,members")).body);
  });

  test("that asks for other attributes reads no members", async () => {
    const { patch } = await withStaff();

    const patched = await patch([adding("CYD")], "?attributes=displayName");

    expect(patched).toMatchObject({ status: 200, body: { displayName: "Staff" } });
    expect(patched.body).not.toHaveProperty("members");
    expect(patched.cost.roundTrips).toBe(2);
  });
});

test("a member that is changed leaves the user's own version alone", async () => {
  const { groups, patch, cyd } = await withStaff();

  await patch([adding("CYD"), removing("ADA")]);

  expect((await groups.client.get(cyd)).body.meta.version).toBe('W/"1"');
});

describe("members that name nobody are 400 and change nothing", () => {
  const NOBODY = [[null], [{}], [{ value: "BOB" }, { display: "x" }], null, { value: "" }, "ADA"];

  test("by PATCH and PUT", async () => {
    const { groups, id, patch, members, changesSince, bob } = await withStaff();
    const rename = { op: "replace", path: "displayName", value: "New" };

    for (const value of NOBODY) {
      const patched = await patch([rename, { op: "replace", path: "members", value }]);
      const sent = JSON.parse(JSON.stringify(value).replace("BOB", bob));
      const replaced = await groups.put(id, aGroup({ displayName: "New", members: sent }));
      const inObject = await groups.put(id, {
        displayName: "New",
        [CORE_GROUP]: { members: sent },
      });

      for (const { status, body } of [patched, replaced, inObject]) {
        expect([value, status, body.scimType]).toEqual([value, 400, "invalidValue"]);
      }
    }
    expect(await members()).toEqual(["ADA", "BOB"]);
    expect(await changesSince()).toEqual([]);
  });
});

describe("strict, one operation after the other", () => {
  test.each<[string, Operations, number]>([
    ["adding and removing one", [adding("CYD"), removing("CYD")], 204],
    ["removing one and adding it", [removing("ADA"), adding("ADA")], 204],
    ["removing, adding and removing one", [removing("ADA"), adding("ADA"), removing("ADA")], 204],
    ["removing one twice", [removing("ADA"), removing("ADA")], 400],
    ["adding one and removing it twice", [adding("CYD"), removing("CYD"), removing("CYD")], 400],
    ["removing who is none", [removing("CYD")], 400],
    ["removing all and then one", [{ op: "remove", path: "members" }, removing("ADA")], 400],
    [
      "replacing all and removing one of them",
      [{ op: "replace", path: "members", value: [{ value: "CYD" }] }, removing("CYD")],
      204,
    ],
  ])("%s", async (_what, operations, status) => {
    const { patch, members } = await withStaff({ strict: true });

    const patched = await patch(operations);

    expect(patched.status).toBe(status);
    if (status === 400) {
      expect(patched.body.scimType).toBe("noTarget");
      expect(await members()).toEqual(["ADA", "BOB"]);
    }
  });
});

describe("a PATCH is all or nothing", () => {
  test.each<[string, Operations, number, string | undefined]>([
    ["a bad path", [{ op: "replace", path: "members[", value: [] }], 400, "invalidPath"],
    ["an unknown op", [{ op: "frobnicate", path: "members" }], 400, "invalidSyntax"],
    ["remove without a path", [{ op: "remove" }], 400, "noTarget"],
    ["add without a value", [{ op: "add", path: "members" }], 400, "invalidValue"],
    [
      "a member without a value",
      [{ op: "add", path: "members", value: { type: "User" } }],
      400,
      "invalidValue",
    ],
    ["no displayName", [{ op: "remove", path: "displayName" }], 400, "mutability"],
    [
      "an empty displayName",
      [{ op: "replace", path: "displayName", value: "" }],
      400,
      "invalidValue",
    ],
    ["another id", [{ op: "replace", path: "id", value: "x" }], 400, "mutability"],
    ["a member of itself", [adding("GROUP")], 400, "invalidValue"],
    [
      "a filter by no attribute",
      [{ op: "remove", path: 'members[nosuch eq "x"]' }],
      400,
      "invalidFilter",
    ],
    [
      "a member's type removed",
      [{ op: "remove", path: 'members[value eq "ADA"].type' }],
      400,
      "mutability",
    ],
    [
      "a member's display removed",
      [{ op: "remove", path: 'members[value eq "ADA"].display' }],
      400,
      "mutability",
    ],
    [
      "a member's value removed",
      [{ op: "remove", path: 'members[value eq "ADA"].value' }],
      400,
      "mutability",
    ],
    ["all values removed", [{ op: "remove", path: "members.value" }], 400, "mutability"],
    [
      "a member's value changed",
      [{ op: "replace", path: 'members[value eq "ADA"].value', value: "CYD" }],
      400,
      "mutability",
    ],
    [
      "a member's type changed",
      [{ op: "replace", path: 'members[value eq "ADA"].type', value: "Group" }],
      400,
      "mutability",
    ],
  ])("%s refuses the operations before it too", async (_what, bad, status, scimType) => {
    const { groups, id, patch, created, changesSince } = await withStaff();
    const good = [adding("CYD"), { op: "replace", path: "displayName", value: "New" }];

    const refused = await patch([...good, ...bad]);

    expect(refused).toMatchObject({ status, body: { scimType } });
    expect((await groups.get(id)).body).toEqual(created.body);
    expect(await changesSince()).toEqual([]);
  });
});

describe("a strict connector", () => {
  test.each<[string, Operations, string]>([
    ["removing who is no member", [removing("CYD")], "noTarget"],
    ["removing a value that nobody has", [removing("nobody")], "noTarget"],
    ["an unknown attribute", [{ op: "replace", path: "nosuch", value: 1 }], "invalidPath"],
    [
      "an unknown attribute of a member",
      [{ op: "add", path: "members", value: [{ ...CYD, nosuch: 1 }] }],
      "invalidSyntax",
    ],
  ])("refuses %s", async (_what, operations, scimType) => {
    const { patch, members } = await withStaff({ strict: true });

    const refused = await patch(operations);

    expect(refused).toMatchObject({ status: 400, body: { scimType } });
    expect(await members()).toEqual(["ADA", "BOB"]);
  });

  test("takes what the RFC says", async () => {
    const { patch, members } = await withStaff({ strict: true });

    const patched = await patch([adding("CYD"), removing("ADA")]);

    expect(patched.status).toBe(204);
    expect(await members()).toEqual(["BOB", "CYD"]);
  });
});

test.each([
  [
    "added by id and removed by externalId",
    [
      { op: "add", by: "id" },
      { op: "remove", by: "externalId" },
    ],
  ],
  [
    "removed by externalId and added by id",
    [
      { op: "remove", by: "externalId" },
      { op: "add", by: "id" },
    ],
  ],
  [
    "put on the list by id and taken off by externalId",
    [
      { op: "replace", by: "id" },
      { op: "remove", by: "externalId" },
    ],
  ],
] as const)(
  "a member %s in one request is refused, since nobody can tell which holds",
  async (_name, steps) => {
    const { token } = await gateway.connector();
    const user = await gateway.scim("/Users", {
      token,
      body: { userName: "u", externalId: "ext-u" },
    });
    const group = await gateway.scim("/Groups", { token, body: { displayName: "G" } });
    const names = { id: user.body.id, externalId: "ext-u" };
    const operations = steps.map(({ op, by }) => ({
      op,
      path: "members",
      value: [{ value: names[by] }],
    }));
    const path = `/Groups/${group.body.id}`;

    const answer = await gateway.scim(path, {
      token,
      method: "PATCH",
      body: aPatch(...operations),
    });

    const read = await gateway.scim(path, { token });
    expect([answer.status, answer.body.scimType]).toEqual([400, "invalidValue"]);
    expect(read.body).toEqual(group.body);
  },
);
