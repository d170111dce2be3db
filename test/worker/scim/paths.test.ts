import { describe, expect, test } from "vitest";
import { aPatch, aUser, openGateway, type ScimRequest } from "#test/support/gateway.ts";
import { aGroup } from "#test/support/scim/groups.ts";

const gateway = openGateway({ roundTripsMax: 10 });
const client = await gateway.client();
const ORIGIN = "https://scim.example.com";

const ada = (await client.post(aUser({ userName: "ada@example.com" }))).body;
const staff = (await client.call("/Groups", { body: aGroup({ displayName: "Staff" }) })).body;

type Spelled = readonly [basePath: string, path: string, request: ScimRequest, status: number];

describe("F6: doubled slashes count as one, and endpoints are found in any letter case", () => {
  const search = { body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"] } };

  test.each<Spelled>([
    ["/scim/v2/", "/Users", {}, 200],
    ["//scim/v2", "/Users/", {}, 200],
    ["//scim//v2//", "//Users//", {}, 200],
    ["/scim/v2", "/users", {}, 200],
    ["/scim/v2", "//GROUPS?count=1", {}, 200],
    ["/scim/v2", `/Users//${ada.id}`, {}, 200],
    ["/scim/v2", `/groups///${staff.id}/`, {}, 200],
    ["/scim/v2", `//users/${ada.id}`, { method: "HEAD" }, 200],
    ["/scim/v2", "/users//.SEARCH", search, 200],
    ["/scim/v2", "//.Search", search, 200],
    ["/scim/v2", "//schemas", {}, 200],
    ["/scim/v2", "/resourcetypes//User", {}, 200],
    ["/scim/v2", "/SERVICEPROVIDERCONFIG", {}, 200],
    ["/scim/v2", "//me", {}, 501],
    ["/scim/v2", "/bulk", {}, 405],
    ["/scim/v2", "//Persons", {}, 404],
    ["/scim/v2", "//", {}, 404],
    ["//scim", "//users", {}, 200],
    ["/api/connect//v1/scim/2.0", "//users", {}, 200],
    ["//nowhere", "//Users", {}, 404],
  ])("%s%s", async (basePath, path, request, status) => {
    const answer = await client.call(path, { ...request, basePath });

    expect(answer.status).toBe(status);
  });

  test("what it makes has its canonical Location", async () => {
    const { status, headers, body } = await client.call("//users/", {
      basePath: "//scim/v2/",
      body: aUser(),
    });

    expect(status).toBe(201);
    expect(headers.get("Location")).toBe(`${ORIGIN}/scim/v2/Users/${body.id}`);
    expect(body.meta.location).toBe(`${ORIGIN}/scim/v2/Users/${body.id}`);
  });

  test("ids keep their letter case", async () => {
    const answer = await client.call(`/users/${ada.id.toUpperCase()}`);

    expect(answer.status).toBe(404);
  });

  test("a request is in the log as it came, with the resource it was about", async () => {
    await client.call(`//users//${ada.id}`, { method: "PATCH", body: aPatch() });

    const { body } = await gateway.admin(`/connectors/${client.id}/events?method=PATCH&limit=1`);

    expect(body.items[0]).toMatchObject({
      path: `/scim/v2//users//${ada.id}`,
      resourceType: "User",
      resourceId: ada.id,
    });
  });

  test("the paths of a Bulk are read in the same way", async () => {
    const Operations = [
      { method: "POST", path: "//users", bulkId: "a//b", data: aUser() },
      { method: "PATCH", path: `Groups//${staff.id}/`, data: aPatch() },
      {
        method: "PATCH",
        path: "//GROUPS",
        data: {},
      },
      { method: "DELETE", path: "users/bulkId:a//b" },
    ];

    const { body } = await client.call("//bulk//", {
      body: { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], Operations },
    });

    expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual([
      "201",
      "204",
      "400",
      "204",
    ]);
    expect(body.Operations[0].location).toMatch(/\/scim\/v2\/Users\/[0-9a-f-]{36}$/);
  });

  test("nobody without a credential gets further by a doubled slash", async () => {
    const paths = ["//admin/v1/connectors", "/admin//v1//connectors", "//admin//v1/connectors/"];

    const answers = await Promise.all(
      paths.map((path) => gateway.send(new Request(`${ORIGIN}${path}`))),
    );
    const scim = await client.call("//users", { token: undefined, basePath: "//scim/v2" });

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(scim.status).toBe(401);
  });

  test("the admin API and the token endpoint answer there as well", async () => {
    const request = new Request(`${ORIGIN}//oauth//token/`, {
      method: "POST",
      body: "grant_type=client_credentials",
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
    });

    expect((await gateway.admin(`//connectors//${client.id}/`)).body.id).toBe(client.id);
    expect((await gateway.send(request)).status).toBe(401);
  });

  test.each(["//users//ada", "/USERS/ada", "/%55sers/ada"])(
    "a masked log keeps the name in %s to itself",
    async (path) => {
      const masking = await gateway.client({ settings: { maskPersonalData: true } });
      await masking.call(path);

      const { body } = await gateway.admin(`/connectors/${masking.id}/events`);

      expect(body.items[0].path).toMatch(/\/…$/);
    },
  );
});

describe("F7: an empty group shows an empty list of members", () => {
  const shown = async (path: string, request: ScimRequest = {}) => {
    const { body } = await client.call(path, request);
    return body.Resources?.find(({ id }: { id: string }) => id === staff.id) ?? body;
  };
  const rename = (displayName: string) => ({
    method: "PATCH",
    body: aPatch({ op: "replace", path: "displayName", value: displayName }),
  });

  test.each<[path: string, request: ScimRequest]>([
    [`/Groups/${staff.id}`, {}],
    [`/Groups/${staff.id}?attributes=members`, {}],
    [`/Groups/${staff.id}?attributes=members.value`, {}],
    [`/Groups/${staff.id}?excludedAttributes=displayName`, {}],
    [`/Groups/${staff.id}?excludedAttributes=members.display`, {}],
    [`/Groups/${staff.id}?attributes=members`, rename("Staff 2")],
    [`/Groups/${staff.id}`, { method: "PUT", body: aGroup({ displayName: "Staff" }) }],
    ["/Groups", {}],
    ["/Groups?attributes=members", {}],
    ["/Groups/.search", { body: { attributes: ["members"] } }],
    ["/.search", { body: {} }],
  ])("%s", async (path, request) => {
    expect((await shown(path, request)).members).toEqual([]);
  });

  test.each<[path: string, request: ScimRequest]>([
    [`/Groups/${staff.id}?attributes=displayName`, {}],
    [`/Groups/${staff.id}?excludedAttributes=members`, {}],
    [`/Groups/${staff.id}?attributes=displayName`, rename("Staff 3")],
    ["/Groups?excludedAttributes=members", {}],
    ["/.search", { body: { excludedAttributes: ["members"] } }],
    [`/Users/${ada.id}`, {}],
    ["/Users", {}],
  ])("but not %s", async (path, request) => {
    expect(await shown(path, request)).not.toHaveProperty("members");
  });

  test("a list of users and groups gives no user members", async () => {
    const { body } = await client.call("/.search", { body: {} });

    const users = body.Resources.filter(({ meta }: { meta: { resourceType: string } }) =>
      meta.resourceType.startsWith("User"),
    );
    expect(users.length).toBeGreaterThan(0);
    for (const user of users) expect(user).not.toHaveProperty("members");
  });
});

describe("F12: a body that is compressed or in another charset", () => {
  const JSON_IN = (charset: string) => ({ "Content-Type": `application/scim+json; ${charset}` });

  test.each<[headers: Readonly<Record<string, string>>, says: RegExp]>([
    [{ "Content-Encoding": "gzip" }, /Content-Encoding "gzip"/],
    [{ "Content-Encoding": "identity, BR" }, /Content-Encoding "br"/],
    [JSON_IN("charset=iso-8859-1"), /charset "iso-8859-1"/],
    [JSON_IN('v=1; Charset="UTF-16"'), /charset "utf-16"/],
  ])("is 415 and says so: %j", async (headers, says) => {
    const paths = ["/Users", "/Groups", "/Users/.search", "/Bulk"];
    const answers = await Promise.all(
      paths.map((path) => client.call(path, { body: aUser(), headers })),
    );

    for (const { status, body } of answers) {
      expect(status).toBe(415);
      expect(body.detail).toMatch(says);
    }
    const { body } = await gateway.admin(`/connectors/${client.id}/events?limit=1&status=4xx`);
    expect(body.items[0].explanation).toMatch(/provider's app/);
  });

  test.each([
    { "Content-Encoding": "identity" },
    { "Content-Encoding": "" },
    JSON_IN("charset=utf-8"),
    JSON_IN('charset="UTF-8"'),
    JSON_IN("charset=utf8"),
  ])("is read where it is neither: %j", async (headers) => {
    expect((await client.call("/Users", { body: aUser(), headers })).status).toBe(201);
  });

  test("is 401 for a stranger", async () => {
    const headers = { "Content-Encoding": "gzip" };

    const answer = await client.call("/Users", { token: "sgw_no", body: aUser(), headers });

    expect(answer.status).toBe(401);
  });

  test("is 415 at the admin API, and 400 at the token endpoint", async () => {
    const headers = { "Content-Encoding": "gzip" };
    const token = new Request(`${ORIGIN}/oauth/token`, {
      method: "POST",
      body: "grant_type=client_credentials",
      headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
    });

    expect((await gateway.admin("/connectors", { body: { name: "x" }, headers })).status).toBe(415);
    expect((await gateway.send(token)).status).toBe(400);
  });
});
