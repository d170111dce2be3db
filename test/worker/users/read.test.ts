import { beforeAll, describe, expect, test } from "vitest";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

let client: TestClient;
let id: string;

beforeAll(async () => {
  client = await gateway.client();
  const emails = [{ value: "ada@work", type: "work", primary: true }];
  const name = { givenName: "Ada", familyName: "Lovelace" };
  const extension = { department: "Engines", division: "y" };
  const ada = aUser({ userName: "ada", title: "Dr", name, emails, [ENTERPRISE_USER]: extension });
  id = (await client.post(ada)).body.id;
});

test.each([
  ["attributes=userName", { userName: "ada" }],
  ["attributes=USERNAME,title", { userName: "ada", title: "Dr" }],
  ["attributes=userName&attributes=title", { userName: "ada", title: "Dr" }],
  ["attributes=name.givenName", { name: { givenName: "Ada" } }],
  ["attributes=emails.value", { emails: [{ value: "ada@work" }] }],
  [
    'attributes=emails[type eq "work"]',
    { emails: [{ value: "ada@work", type: "work", primary: true }] },
  ],
  [`attributes=${ENTERPRISE_USER}:department`, { [ENTERPRISE_USER]: { department: "Engines" } }],
  [
    `attributes=${ENTERPRISE_USER}`,
    { [ENTERPRISE_USER]: { department: "Engines", division: "y" } },
  ],
  ["attributes=urn:ietf:params:scim:schemas:core:2.0:User:title", { title: "Dr" }],
  ["attributes=nosuch", {}],
  ["attributes=__proto__", {}],
  ["attributes=password", {}],
])("?%s answers these and what is always returned", async (query, members) => {
  const { status, body } = await client.call(`/Users/${id}?${query}`);

  expect(status).toBe(200);
  expect(body).toEqual({ id, schemas: expect.any(Array), ...members });
});

test.each([
  ["excludedAttributes=emails,name", ["emails", "name"]],
  ["excludedAttributes=META", ["meta"]],
  [`excludedAttributes=${ENTERPRISE_USER}`, [ENTERPRISE_USER]],
  ["excludedAttributes=id,schemas", []],
  ["excludedAttributes=members", []],
])("?%s leaves out %j and nothing else", async (query, names) => {
  const whole = await client.get(id);

  const { body } = await client.call(`/Users/${id}?${query}`);

  const left = Object.entries(whole.body).filter(([name]) => !names.includes(name));
  expect(body).toEqual(Object.fromEntries(left));
});

test("excludedAttributes may name a sub-attribute", async () => {
  const { body } = await client.call(`/Users/${id}?excludedAttributes=emails.type,name.givenName`);

  expect(body.emails).toEqual([{ value: "ada@work", primary: true }]);
  expect(body.name).toEqual({ familyName: "Lovelace" });
});

test("attributes and excludedAttributes together are invalidValue", async () => {
  const refused = await client.call(`/Users/${id}?attributes=title&excludedAttributes=name`);

  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
});

test("a narrowed answer still has the tag of its version", async () => {
  const { headers } = await client.call(`/Users/${id}?attributes=title`);

  expect(headers.get("ETag")).toBe('W/"1"');
});

describe("If-None-Match", () => {
  test.each(['W/"1"', '"1"', "*", 'W/"5", W/"1"'])("%s is 304 without a body", async (tag) => {
    const { status, headers, body } = await client.get(id, { "If-None-Match": tag });

    expect(status).toBe(304);
    expect(body).toBeUndefined();
    expect(headers.get("ETag")).toBe('W/"1"');
  });

  test.each(['W/"2"', "garbage", '"11"'])("%s is answered in full", async (tag) => {
    const { status, body } = await client.get(id, { "If-None-Match": tag });

    expect(status).toBe(200);
    expect(body.id).toBe(id);
  });

  test("with the tag of before a change is answered in full", async () => {
    const { body } = await client.post(aUser());
    await client.patch(body.id, aPatch({ op: "replace", path: "title", value: "x" }));

    const read = await client.get(body.id, { "If-None-Match": 'W/"1"' });

    expect(read.status).toBe(200);
    expect(read.headers.get("ETag")).toBe('W/"2"');
  });
});

test.each([
  ["one user", () => `/Users/${id}`],
  ["a list", () => "/Users"],
  ["a discovery document", () => "/ServiceProviderConfig"],
])("HEAD of %s is GET without its body", async (_what, path) => {
  const got = await client.call(path());

  const answer = await client.call(path(), { method: "HEAD" });

  expect(answer.status).toBe(200);
  expect(answer.body).toBeUndefined();
  expect([...answer.headers]).toEqual([...got.headers]);
});

test("HEAD of nobody is 404", async () => {
  const { status, body } = await client.call(`/Users/${crypto.randomUUID()}`, { method: "HEAD" });

  expect(status).toBe(404);
  expect(body).toBeUndefined();
});

describe("a trailing slash", () => {
  test.each([
    ["GET", "/Users/", undefined, 200],
    ["POST", "/Users/", aUser(), 201],
    ["GET", "/Groups/", undefined, 200],
    ["GET", "/Schemas/", undefined, 200],
    ["GET", "/ServiceProviderConfig/", undefined, 200],
  ])("is accepted by %s %s", async (method, path, body, status) => {
    const answer = await client.call(path, { method, body });

    expect(answer.status).toBe(status);
  });

  test.each([
    ["GET", undefined, 200],
    ["PUT", aUser({ userName: "other" }), 200],
    ["PATCH", aPatch(), 200],
    ["DELETE", undefined, 204],
  ])("is accepted by %s of one user", async (method, body, status) => {
    const created = await client.post(aUser());

    const answer = await client.call(`/Users/${created.body.id}/`, { method, body });

    expect(answer.status).toBe(status);
  });

  test("is no part of meta.location", async () => {
    const { body } = await client.call("/Users/", { body: aUser() });

    expect(body.meta.location).toBe(`https://scim.example.com/scim/v2/Users/${body.id}`);
  });
});

test.each([
  ["no Accept header", {}],
  ["Accept text/html", { Accept: "text/html" }],
  ["Accept application/xml", { Accept: "application/xml;q=1" }],
  ["Accept-Charset", { Accept: "application/scim+json", "Accept-Charset": "utf-8" }],
])("%s is answered in SCIM's own type", async (_what, headers) => {
  const answer = await client.get(id, headers);

  expect(answer.status).toBe(200);
  expect(answer.headers.get("Content-Type")).toBe("application/scim+json");
});

test.each([
  "application/scim+json",
  "application/json",
  "application/scim+json; charset=utf-8",
  "APPLICATION/JSON;charset=UTF-8",
])("a body is accepted as %s", async (type) => {
  const created = await client.call("/Users", { body: aUser(), headers: { "Content-Type": type } });

  expect(created.status).toBe(201);
});

test("a body without a Content-Type is accepted", async () => {
  const created = await gateway.send(
    new Request("https://scim.example.com/scim/v2/Users", {
      method: "POST",
      headers: { Authorization: `Bearer ${client.token}` },
      body: new TextEncoder().encode(JSON.stringify(aUser())),
    }),
  );

  expect(created.status).toBe(201);
});
