import { describe, expect, test } from "vitest";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import { openGateway } from "#test/support/gateway.ts";
import {
  aGroup,
  changesOf,
  type GroupClient,
  listOf,
  openGroups,
  valuesOf,
} from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** A client with two users and a group of them. */
async function withStaff(settings: object = {}) {
  const groups = await openGroups(gateway, settings);
  const [ada = "", bob = ""] = await groups.users(2);
  const body = aGroup({ displayName: "Staff", externalId: "g1", members: listOf([ada, bob]) });
  const created = await groups.post(body);
  return { groups, ada, bob, created, id: created.body.id as string };
}

describe("creating", () => {
  test("answers 201 with the whole group, its Location and its tag", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user({ displayName: "Ada" });

    const created = await groups.post(
      aGroup({ displayName: "Staff", externalId: "g1", members: listOf([ada]) }),
    );

    const { id } = created.body;
    const location = `https://scim.example.com/scim/v2/Groups/${id}`;
    expect(created.status).toBe(201);
    expect(created.headers.get("Location")).toBe(location);
    expect(created.headers.get("ETag")).toBe('W/"1"');
    expect(created.body).toEqual({
      schemas: [CORE_GROUP],
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      externalId: "g1",
      displayName: "Staff",
      members: [
        {
          value: ada,
          $ref: `https://scim.example.com/scim/v2/Users/${ada}`,
          type: "User",
          display: "Ada",
        },
      ],
      meta: {
        resourceType: "Group",
        created: expect.stringMatching(/^\d{4}-.*Z$/),
        lastModified: created.body.meta.created,
        version: 'W/"1"',
        location,
      },
    });
    expect((await groups.get(id)).body).toEqual(created.body);
  });

  test.each([
    ["no members", {}],
    ["an empty list of members", { members: [] }],
    ["null for members", { members: null }],
    ["Entra's legacy schema and its meta", entraMembers()],
    ["names in other letter case", { DISPLAYNAME: "Staff", displayName: undefined }],
    ["no schemas", { schemas: undefined }],
    ["an id and a display of its own", { id: "x", members: [] }],
  ])("with %s makes an empty group", async (_what, members) => {
    const groups = await openGroups(gateway);

    const created = await groups.post(aGroup({ displayName: "Staff", ...members }));

    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ schemas: [CORE_GROUP], displayName: "Staff" });
    expect(created.body.members).toEqual([]);
    expect(await changesOf(created.body.id)).toEqual(["group.created v1"]);
  });

  test("with members raises one change for the group and one for each member", async () => {
    const { ada, bob, id } = await withStaff();

    expect(await changesOf(id)).toEqual([
      "group.created v1",
      `group.member_added v1 ${ada}`,
      `group.member_added v1 ${bob}`,
    ]);
  });

  test("takes a member that is named twice once", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user();

    const created = await groups.post(aGroup({ members: [...listOf([ada, ada]), ada] }));

    expect(valuesOf(created.body)).toEqual([ada]);
  });

  test.each([
    ["no displayName", { displayName: undefined }],
    ["an empty displayName", { displayName: "" }],
    ["a blank displayName", { displayName: "  " }],
    ["a displayName that is a boolean", { displayName: true }],
    ["a control character in displayName", { displayName: "a\u0007b" }],
    ["a bidirectional control in displayName", { displayName: "a\u202eb" }],
    ["members that are a number", { members: 1 }],
    ["members that are text", { members: "x" }],
    ["members that are JSON text", { members: '[{"value":"x"}]' }],
    ["a member that is null", { members: [null] }],
    ["a member that is nothing", { members: [{}] }],
    ["a member that is a blank", { members: [{ value: " " }] }],
    ["a member without a value", { members: [{ type: "User" }] }],
    ["a member whose value is a number", { members: [{ value: 1 }] }],
  ])("with %s is 400 invalidValue and makes nothing", async (_what, members) => {
    const groups = await openGroups(gateway);

    const refused = await groups.post(aGroup(members));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
    expect((await groups.client.call("/Groups?count=0")).body.totalResults).toBe(0);
  });
});

describe("displayName is unique among a connector's groups, externalId where it says so", () => {
  test.each([
    ["another letter case", { displayName: "sTaFf" }],
    ["full-width letters", { displayName: "Ｓｔａｆｆ" }],
    ["the same externalId", { externalId: "g1" }],
  ])("POST with %s is 409 uniqueness", async (_what, members) => {
    const { groups, created } = await withStaff({ uniqueExternalId: true });

    const refused = await groups.post(aGroup(members));

    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
    expect(JSON.stringify(refused.body)).not.toContain(created.body.id);
  });

  test.each(["PUT", "PATCH"] as const)("%s to a taken name is 409 uniqueness", async (method) => {
    const { groups } = await withStaff();
    const other = await groups.post(aGroup({ displayName: "Other" }));
    const rename = { Operations: [{ op: "replace", value: { displayName: "STAFF" } }] };

    const refused = await groups.client.call(`/Groups/${other.body.id}`, {
      method,
      body: method === "PUT" ? aGroup({ displayName: "STAFF" }) : rename,
    });

    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
    expect((await groups.get(other.body.id)).body).toEqual(other.body);
  });

  test("a user may have the name and the externalId of a group", async () => {
    const { groups } = await withStaff({ uniqueExternalId: true });

    const user = await groups.client.post({ userName: "Staff", externalId: "g1" });

    expect(user.status).toBe(201);
  });

  test("another connector's group is no hindrance", async () => {
    await withStaff();

    const { created } = await withStaff();

    expect(created.status).toBe(201);
  });

  test("a deleted group's name and externalId are free, and its id stays gone", async () => {
    const { groups, id } = await withStaff();
    await groups.remove(id);

    const again = await groups.post(aGroup({ displayName: "Staff", externalId: "g1" }));

    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(id);
  });

  test("allowDuplicateGroupNames lets two groups have one name, but not one unique externalId", async () => {
    const { groups } = await withStaff({ allowDuplicateGroupNames: true, uniqueExternalId: true });

    const twin = await groups.post(aGroup({ displayName: "staff" }));
    const refused = await groups.post(aGroup({ externalId: "g1" }));

    expect(twin.status).toBe(201);
    expect(refused.status).toBe(409);
    expect((await groups.find('displayName eq "Staff"')).body.totalResults).toBe(2);
  });

  test("allowDuplicateGroupNames lets a group be renamed to a name that is there", async () => {
    const { groups } = await withStaff({ allowDuplicateGroupNames: true });
    const other = await groups.post(aGroup());

    const renamed = await groups.put(other.body.id, aGroup({ displayName: "STAFF" }));

    expect(renamed).toMatchObject({ status: 200, body: { displayName: "STAFF" } });
  });
});

describe("deleting", () => {
  test("answers 204, then 404 everywhere", async () => {
    const { groups, id } = await withStaff();

    const removed = await groups.remove(id);

    expect([removed.status, removed.body]).toEqual([204, undefined]);
    expect((await groups.get(id)).status).toBe(404);
    expect((await groups.remove(id)).status).toBe(404);
    expect((await groups.patch(id, { Operations: [] })).status).toBe(404);
    expect((await groups.put(id, aGroup())).status).toBe(404);
    expect((await groups.find('displayName eq "Staff"')).body.totalResults).toBe(0);
    expect((await groups.client.call("/Groups?count=0")).body.totalResults).toBe(0);
  });

  test("is for good, whatever `deletion` says of users", async () => {
    const { groups, id } = await withStaff({ deletion: "deactivate" });

    await groups.remove(id);

    expect((await groups.get(id)).status).toBe(404);
  });
});

describe("ETags", () => {
  test("If-None-Match of the version is 304", async () => {
    const { groups, id } = await withStaff();

    const same = await groups.get(id, "", { "If-None-Match": 'W/"1"' });

    expect([same.status, same.body]).toEqual([304, undefined]);
  });

  test.each<[string, (groups: GroupClient, id: string, tag: string) => Promise<number>]>([
    ["PUT", async (groups, id, tag) => (await groups.put(id, aGroup(), ifMatch(tag))).status],
    ["PATCH", async (groups, id, tag) => (await groups.patch(id, EMPTIED, ifMatch(tag))).status],
    ["DELETE", async (groups, id, tag) => (await groups.remove(id, ifMatch(tag))).status],
  ])("%s with If-Match of another version is 412 and changes nothing", async (_name, write) => {
    const { groups, id, created } = await withStaff();

    const status = await write(groups, id, 'W/"7"');

    expect(status).toBe(412);
    expect((await groups.get(id)).body).toEqual(created.body);
  });

  test("PATCH with If-Match of the version goes through", async () => {
    const { groups, id } = await withStaff();

    const patched = await groups.patch(id, EMPTIED, ifMatch('W/"1"'));

    expect(patched.status).toBe(204);
    expect(patched.headers.get("ETag")).toBe('W/"2"');
  });
});

const EMPTIED = { Operations: [{ op: "remove", path: "members" }] };

function ifMatch(tag: string) {
  return { "If-Match": tag };
}

/** What Entra adds to a new group. */
function entraMembers() {
  const legacy = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group";
  return { schemas: [CORE_GROUP, legacy], externalId: "8aa1", meta: { resourceType: "Group" } };
}
