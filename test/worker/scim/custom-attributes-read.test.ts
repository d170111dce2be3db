import { beforeAll, describe, expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";
import { aClientWith, FULL } from "#test/support/scim/custom-client.ts";
import { DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const gateway = openGateway();
let client: TestClient;

beforeAll(async () => {
  client = await aClientWith(gateway, DECLARATIONS);
});

describe("a list", () => {
  const userName = "listed@example.com";

  beforeAll(async () => {
    await client.post(aUser({ ...FULL, userName, badge: "Unique", profileField_city: "Essen" }));
  });

  test.each([
    'profileField_city eq "essen"',
    `${CORE_USER}:PROFILEFIELD_CITY sw "ess"`,
    'badge eq "Unique" and profileField_city co "SS"',
    'badge eq "Unique" and floor gt 2 and floor lt 4',
    'badge eq "Unique" and startDate gt "2026-02-01T07:59:59Z"',
    'badge eq "Unique" and startDate eq "2026-02-01T08:00:00Z"',
    'badge eq "Unique" and isRemote eq "False"',
    'badge eq "Unique" and skills eq "sql" and skills[value eq "go"]',
    `badge eq "Unique" and ${STAFF}:shirtSize eq "m"`,
    'badge eq "Unique" and shirtSize eq "m" and lockers eq 8',
    `userName eq "${userName}" and profileField_city pr`,
  ])("filtered by %s finds the user", async (filter) => {
    const { status, body } = await client.find(filter);

    expect(status).toBe(200);
    expect(body.Resources.map((user: { userName: string }) => user.userName)).toEqual([userName]);
  });

  test.each([
    'badge eq "unique"',
    'profileField_city eq "Essen" and not (floor pr)',
    "floor gt 99",
  ])("filtered by %s finds nobody", async (filter) => {
    expect((await client.find(filter)).body.totalResults).toBe(0);
  });

  test.each(['floor eq "3"', "isRemote gt true", 'startDate gt "soon"'])(
    "filtered by %s is refused",
    async (filter) => {
      const { status, body } = await client.find(filter);

      expect([status, body.scimType]).toEqual([400, "invalidFilter"]);
    },
  );

  test.each([
    ["profilefield_city", { profileField_city: "Essen" }],
    [`${STAFF}:shirtSize`, { [STAFF]: { shirtSize: "M" } }],
  ])("shows %s alone where it is asked for", async (attributes, shown) => {
    const query = filterQuery(`userName eq "${userName}"`, { attributes });

    const { body } = await client.call(`/Users${query}`);

    expect(body.Resources).toEqual([
      { schemas: expect.any(Array), id: expect.any(String), ...shown },
    ]);
  });

  test("leaves out what is excluded", async () => {
    const query = filterQuery(`userName eq "${userName}"`, { excludedAttributes: "floor,skills" });

    const { body } = await client.call(`/Users${query}`);

    expect(body.Resources[0]).not.toHaveProperty("floor");
    expect(body.Resources[0]).toHaveProperty("badge");
  });

  test.each([
    ["floor", "descending", [null, 7, 5]],
    ["profilefield_CITY", "ascending", [5, 7, null]],
    [`${STAFF}:shirtSize`, "ascending", [7, 5, null]],
  ])("is sorted by %s, %s", async (sortBy, sortOrder, floors) => {
    const own = await aClientWith(gateway, DECLARATIONS);
    await own.post(aUser());
    await own.post(aUser({ floor: 5, profileField_city: "aachen", shirtSize: "XL" }));
    await own.post(aUser({ floor: 7, profileField_city: "Bonn", shirtSize: "L" }));

    const { body } = await own.call(`/Users?${new URLSearchParams({ sortBy, sortOrder })}`);

    expect(body.Resources.map((user: { floor?: number }) => user.floor ?? null)).toEqual(floors);
  });

  test("of the root search is filtered by them as well", async () => {
    const filter = `profileField_city eq "essen" or displayName eq "no such group"`;

    const { body } = await client.call("/.search", { body: { filter } });

    expect(body.Resources).toMatchObject([{ userName }]);
  });

  test("takes one more round trip for a filter by an own attribute, and none for another", async () => {
    const own = await client.find('profileField_city eq "Essen" and userName pr');
    const standard = await client.find(`userName eq "${userName}"`);

    expect(own.cost.roundTrips).toBe(2);
    expect(standard.cost.roundTrips).toBe(1);
  });
});

describe("discovery", () => {
  test("shows them with the connector's token, and to nobody else", async () => {
    const path = `/Schemas/${CORE_USER}`;
    const stranger = await gateway.client();
    const names = async (schema: Promise<{ body: { attributes: { name: string }[] } }>) =>
      (await schema).body.attributes.map(({ name }) => name);

    expect(await names(client.call(path))).toContain("profileField_city");
    expect(await names(gateway.scim(path))).not.toContain("profileField_city");
    expect(await names(stranger.call(path))).not.toContain("profileField_city");
  });

  test("has an own URN as a schema and as an extension", async () => {
    const listed = await client.call("/Schemas");
    const type = await client.call("/ResourceTypes/User");

    expect(listed.body.totalResults).toBe(4);
    expect((await client.call(`/Schemas/${STAFF}`)).body.id).toBe(STAFF);
    expect((await gateway.scim(`/Schemas/${STAFF}`)).status).toBe(404);
    expect(type.body.schemaExtensions).toEqual([
      { schema: ENTERPRISE_USER, required: false },
      { schema: STAFF, required: false },
    ]);
  });
});

describe("a connector without them", () => {
  test("keeps them out, with a warning", async () => {
    const stranger = await gateway.client();

    const { status, body } = await stranger.post(aUser(FULL));

    expect(status).toBe(201);
    expect(body).not.toHaveProperty("profileField_city");
    const events = await gateway.admin(`/connectors/${stranger.id}/events?limit=1`);
    expect(events.body.items[0].warnings).toContain(
      'The schemas of User have no attribute "profileField_city". It is left out.',
    );
  });

  test("refuses a filter by them", async () => {
    const stranger = await gateway.client();

    const { status, body, cost } = await stranger.find('profileField_city eq "Berlin"');

    expect([status, body.scimType, cost.roundTrips]).toEqual([400, "invalidFilter", 1]);
  });
});
