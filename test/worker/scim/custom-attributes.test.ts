import { beforeAll, describe, expect, test } from "vitest";
import { BULK_REQUEST, CORE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";
import { aClientWith, FULL } from "#test/support/scim/custom-client.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const gateway = openGateway();
/** A Bulk looks, commits, and logs what it refused. */
const slowGateway = openGateway({ roundTripsMax: 5 });
let client: TestClient;

beforeAll(async () => {
  client = await aClientWith(gateway, DECLARATIONS);
});

async function warningsOf({ id }: TestClient): Promise<readonly string[]> {
  const { body } = await gateway.admin(`/connectors/${id}/events?limit=1`);
  return body.items[0].warnings;
}

describe("POST", () => {
  test("stores each type and answers it where it was declared, without a warning", async () => {
    const { status, body } = await client.post(aUser(FULL));

    expect(status).toBe(201);
    expect(body).toMatchObject({ ...FULL, schemas: [CORE_USER, STAFF] });
    expect((await client.get(body.id)).body).toEqual(body);
    expect(await warningsOf(client)).toEqual([]);
  });

  test("accepts them where the connector is strict", async () => {
    const strict = await aClientWith(gateway, DECLARATIONS, { settings: { strict: true } });

    const { status, body } = await strict.post(aUser(FULL));

    expect(status).toBe(201);
    expect(body).toMatchObject(FULL);
  });

  test.each<[string, object, object]>([
    ["in another letter case", { PROFILEFIELD_CITY: "Bonn" }, { profileField_city: "Bonn" }],
    [
      "with the core URN",
      { [`${CORE_USER}:profileField_city`]: "Bonn" },
      { profileField_city: "Bonn" },
    ],
    ["bare, of an own URN", { shirtSize: "L" }, { [STAFF]: { shirtSize: "L" } }],
    ["with the own URN", { [`${STAFF}:shirtSize`]: "L" }, { [STAFF]: { shirtSize: "L" } }],
  ])("reads a name %s", async (_how, given, stored) => {
    const { status, body } = await client.post(aUser({ ...given }));

    expect(status).toBe(201);
    expect(body).toMatchObject(stored);
    expect(await warningsOf(client)).toEqual([]);
  });

  test.each<[string, object]>([
    ["profileField_city", { profileField_city: true }],
    ["floor", { floor: "3" }],
    ["startDate", { startDate: "tomorrow" }],
    ["isRemote", { isRemote: 2 }],
    ["skills[1]", { skills: ["go", true] }],
    ["shirtSize", { [STAFF]: { shirtSize: ["M", "L"] } }],
  ])("refuses a wrong type of %s", async (name, given) => {
    const { status, body } = await client.post(aUser({ ...given }));

    expect([status, body.scimType]).toEqual([400, "invalidValue"]);
    expect(body.detail).toContain(name);
  });

  test("restores an inactive user with the new values", async () => {
    const user = aUser({ externalId: crypto.randomUUID() });
    const { body: former } = await client.post({ ...user, ...FULL, active: false });

    const { status, body } = await client.post({ ...user, floor: 9 });

    expect([status, body.id, body.floor]).toEqual([201, former.id, 9]);
    expect(body).not.toHaveProperty("skills");
  });
});

describe("PUT", () => {
  test("replaces them, and clears what it leaves out", async () => {
    const user = aUser();
    const { body: before } = await client.post({ ...user, ...FULL });

    const { body } = await client.put(before.id, { ...user, profileField_city: "Bonn", floor: "" });

    expect(body.profileField_city).toBe("Bonn");
    for (const name of ["floor", "skills", STAFF]) expect(body).not.toHaveProperty([name]);
    expect(body.schemas).toEqual([CORE_USER]);
  });

  test("that changes nothing makes no version", async () => {
    const user = aUser(FULL);
    const { body: before } = await client.post(user);

    const { body } = await client.put(before.id, user);

    expect(body.meta.version).toBe(before.meta.version);
  });

  test("refuses a wrong type", async () => {
    const { body: before } = await client.post(aUser());

    const { status } = await client.put(before.id, aUser({ floor: true }));

    expect(status).toBe(400);
  });
});

describe("PATCH", () => {
  test.each<[string, object, object]>([
    ["add", { op: "Add", path: "profileField_city", value: "Bonn" }, { profileField_city: "Bonn" }],
    [
      "replace in capitals",
      { op: "Replace", path: "PROFILEFIELD_CITY", value: "Bonn" },
      { profileField_city: "Bonn" },
    ],
    [
      "replace without a path",
      { op: "replace", value: { profileField_city: "Bonn", floor: 4 } },
      { profileField_city: "Bonn", floor: 4 },
    ],
    [
      "replace by the core URN",
      { op: "replace", path: `${CORE_USER}:profileField_city`, value: "Bonn" },
      { profileField_city: "Bonn" },
    ],
    [
      "replace by its own URN",
      { op: "replace", path: `${STAFF}:shirtSize`, value: "XL" },
      { [STAFF]: { shirtSize: "XL", lockers: [1, 8] } },
    ],
    [
      "replace by its bare name",
      { op: "replace", path: "shirtSize", value: "XL" },
      { [STAFF]: { shirtSize: "XL", lockers: [1, 8] } },
    ],
    [
      "add to a list",
      { op: "add", path: "skills", value: ["sql", "rust"] },
      { skills: ["go", "sql", "rust"] },
    ],
    ["remove from a list", { op: "remove", path: 'skills[value eq "sql"]' }, { skills: ["go"] }],
  ])("can %s", async (_what, operation, expected) => {
    const { body: before } = await client.post(aUser(FULL));

    const { status, body } = await client.patch(before.id, aPatch(operation));

    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
    expect((await client.get(before.id)).body).toEqual(body);
    expect(await warningsOf(client)).toEqual([]);
  });

  test.each<[string, object]>([
    ["remove", { op: "remove", path: "floor" }],
    ['""', { op: "replace", path: "floor", value: "" }],
    ["null", { op: "replace", path: "floor", value: null }],
    ['"" without a path', { op: "replace", value: { floor: "" } }],
  ])("clears by %s", async (_how, operation) => {
    const { body: before } = await client.post(aUser(FULL));

    const { status, body } = await client.patch(before.id, aPatch(operation));

    expect(status).toBe(200);
    expect(body).not.toHaveProperty("floor");
  });

  test("refuses a wrong type and changes nothing", async () => {
    const { body: before } = await client.post(aUser(FULL));

    const answer = await client.patch(
      before.id,
      aPatch(
        { op: "replace", path: "badge", value: "C" },
        { op: "replace", path: "startDate", value: 7 },
      ),
    );

    expect([answer.status, answer.body.scimType]).toEqual([400, "invalidValue"]);
    expect((await client.get(before.id)).body).toEqual(before);
  });
});

describe("a write with them", () => {
  test("takes no more round trips than one without", async () => {
    const created = await client.post(aUser(FULL));
    const replaced = await client.put(created.body.id, aUser({ floor: 4 }));
    const patched = await client.patch(
      created.body.id,
      aPatch({ op: "replace", path: "floor", value: 5 }),
    );

    const costs = [created, replaced, patched].map(({ cost }) => cost.roundTrips);
    expect(costs).toEqual([1, 2, 1]);
  });

  test("may be part of a Bulk", async () => {
    const Operations = [
      { method: "POST", path: "/Users", bulkId: "a", data: aUser({ profileField_city: "Bulk" }) },
      { method: "POST", path: "/Users", bulkId: "b", data: aUser({ floor: "3" }) },
    ];

    const body = { schemas: [BULK_REQUEST], Operations };
    const answer = await slowGateway.scim("/Bulk", { token: client.token, body });
    const found = await client.find('profileField_city eq "bulk"');

    expect(answer.body.Operations).toMatchObject([
      { status: "201" },
      { status: "400", response: { scimType: "invalidValue" } },
    ]);
    expect(found.body.totalResults).toBe(1);
  });
});

describe("an attribute of groups", () => {
  test("is created, patched, filtered and shown", async () => {
    const own = await aClientWith(gateway, [aDeclaration({ name: "site", resourceType: "Group" })]);
    const body = { displayName: "Staff", site: "Berlin" };

    const created = await own.call("/Groups", { body });
    const path = `/Groups/${created.body.id}`;
    const patch = aPatch({ op: "replace", value: { site: "Bonn" } });
    const patched = await own.call(path, { method: "PATCH", body: patch });
    const found = await own.call(`/Groups${filterQuery('site eq "bonn"')}`);

    expect([created.status, created.body.site]).toEqual([201, "Berlin"]);
    expect(patched.status).toBe(204);
    expect(found.body.Resources).toMatchObject([{ id: created.body.id, site: "Bonn" }]);
    expect((await own.post(aUser({ site: "Bonn" }))).body).not.toHaveProperty("site");
  });
});
