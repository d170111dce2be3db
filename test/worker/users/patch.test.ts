import { describe, expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aPatch, aUser, changeTypesOf, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

const ADA = {
  userName: "ada",
  title: "Dr",
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [{ value: "ada@work", type: "work", primary: true }],
  [ENTERPRISE_USER]: { department: "Engines", manager: { value: "m1" } },
};

/** A client whose connector has one user. */
async function withUser(settings: object = {}) {
  const client = await gateway.client({ settings });
  const schemas = [CORE_USER, ENTERPRISE_USER];
  const { body } = await client.post(aUser({ ...ADA, schemas }));
  return { client, id: body.id as string, created: body };
}

function replace(path: string, value: unknown) {
  return { op: "replace", path, value };
}

test("a patched user is answered with 200, the whole user and the next tag", async () => {
  const { client, id, created } = await withUser();

  const patched = await client.patch(id, aPatch(replace("title", "Prof")));

  expect(patched.status).toBe(200);
  expect(patched.headers.get("ETag")).toBe('W/"2"');
  expect(patched.body).toEqual({
    ...created,
    title: "Prof",
    meta: { ...created.meta, version: 'W/"2"', lastModified: expect.any(String) },
  });
  expect((await client.get(id)).body).toEqual(patched.body);
});

test("attributes narrow the answer", async () => {
  const { client, id } = await withUser();

  const patched = await client.call(`/Users/${id}?attributes=title`, {
    method: "PATCH",
    body: aPatch(replace("title", "Prof")),
  });

  expect(patched).toMatchObject({ status: 200, body: { id, title: "Prof" } });
  expect(patched.body).not.toHaveProperty("userName");
});

describe("read-only attributes", () => {
  test("inside a value without a path are ignored", async () => {
    const { client, id } = await withUser();
    const value = { id: "other", meta: { version: "x" }, groups: [], schemas: ["x"], title: "x" };

    const patched = await client.patch(id, aPatch({ op: "replace", value }));

    expect(patched).toMatchObject({ status: 200, body: { id, title: "x" } });
  });

  test("as a path with the value they have are ignored", async () => {
    const { client, id, created } = await withUser();
    const { resourceType, created: at } = created.meta;
    const operations = [
      replace("id", id),
      replace("meta.resourceType", resourceType),
      replace("meta.created", at),
    ];

    const patched = await client.patch(id, aPatch(...operations));

    expect(patched).toMatchObject({ status: 200, body: created });
  });

  test.each(["id", "meta", "meta.version", "groups"])("%s cannot be removed", async (path) => {
    const { client, id } = await withUser();

    const refused = await client.patch(id, aPatch({ op: "remove", path }));

    expect(refused).toMatchObject({ status: 400, body: { scimType: "mutability" } });
  });
});

describe("one PATCH", () => {
  test("of several operations is one version and one change event", async () => {
    const { client, id } = await withUser();

    const patched = await client.patch(id, aPatch(replace("title", "x"), replace("nickName", "y")));

    expect(patched.headers.get("ETag")).toBe('W/"2"');
    expect(await changeTypesOf(id)).toEqual(["user.created", "user.updated"]);
  });

  test("applies its operations in order", async () => {
    const { client, id } = await withUser();
    const operations = [replace("title", "x"), { op: "remove", path: "title" }];

    const patched = await client.patch(id, aPatch(...operations, replace("title", "z")));

    expect(patched.body.title).toBe("z");
  });

  test.each([
    ["an empty list of operations", []],
    ["the values that are there", [replace("title", "Dr"), replace("active", "True")]],
    ["a change and its reverse", [replace("title", "x"), replace("title", "Dr")]],
    ["an unknown attribute", [replace("nosuch", "x")]],
    ["schemas", [replace("schemas", ["urn:example:x"])]],
    ["a password", [replace("password", "hunter2hunter2")]],
  ])("of %s changes nothing: 200, no new version, no change event", async (_what, operations) => {
    const { client, id, created } = await withUser();

    const patched = await client.patch(id, aPatch(...operations));

    expect(patched).toMatchObject({ status: 200, body: created });
    expect(await changeTypesOf(id)).toEqual(["user.created"]);
  });

  test("is all or nothing", async () => {
    const { client, id, created } = await withUser();

    const refused = await client.patch(id, aPatch(replace("title", "x"), replace("active", {})));

    expect(refused.status).toBe(400);
    expect((await client.get(id)).body).toEqual(created);
    expect(await changeTypesOf(id)).toEqual(["user.created"]);
  });

  test("that takes another user's userName is refused and applies nothing", async () => {
    const { client, id, created } = await withUser();
    await client.post(aUser({ userName: "bob" }));

    const refused = await client.patch(
      id,
      aPatch(replace("title", "x"), replace("userName", "BOB")),
    );

    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
    expect((await client.get(id)).body).toEqual(created);
  });

  test("that takes another user's externalId is refused where it is unique", async () => {
    const { client, id } = await withUser();
    await client.changeSettings({ uniqueExternalId: true });
    await client.post(aUser({ externalId: "e2" }));

    const refused = await client.patch(id, aPatch(replace("externalId", "e2")));

    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
  });

  test("may take a deleted user's userName and externalId", async () => {
    const { client, id } = await withUser();
    const bob = await client.post(aUser({ userName: "bob", externalId: "e2" }));
    await client.remove(bob.body.id);

    const patched = await client.patch(
      id,
      aPatch(replace("userName", "bob"), replace("externalId", "e2")),
    );

    expect(patched).toMatchObject({ status: 200, body: { userName: "bob", externalId: "e2" } });
  });
});

test.each([
  ["an attribute", replace("nosuch", "x")],
  ["a sub-attribute", replace("name.nosuch", "x")],
  ["an attribute without a path", { op: "replace", value: { nosuch: "x" } }],
  ["an attribute of another schema", replace("urn:example:x:2.0:User:nosuch", "x")],
])(
  "%s that nobody knows is let pass, and invalidPath for a strict connector",
  async (_what, op) => {
    const lenient = await withUser();
    const strict = await withUser({ strict: true });

    const accepted = await lenient.client.patch(lenient.id, aPatch(op));
    const refused = await strict.client.patch(strict.id, aPatch(op));

    expect(accepted.status).toBe(200);
    expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidPath" } });
  },
);

test.each([
  ["add without a value", { op: "add", path: "title" }],
  ["replace without a value", { op: "replace", path: "title" }],
  ["a string without a path", { op: "replace", value: "x" }],
  ["a list of two without a path", { op: "add", value: [{ title: "x" }, { title: "y" }] }],
  ["null without a path", { op: "replace", value: null }],
])("%s is invalidValue", async (_what, operation) => {
  const { client, id } = await withUser();

  const refused = await client.patch(id, aPatch(operation));

  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidValue" } });
});

test.each([
  ["an op that is no string", { op: 1, path: "title", value: "x" }],
  ["no op", { path: "title", value: "x" }],
  ["a path that is no string", { op: "replace", path: ["title"], value: "x" }],
  ["an operation that is no object", "replace"],
])("%s is invalidSyntax", async (_what, operation) => {
  const { client, id } = await withUser();

  const refused = await client.call(`/Users/${id}`, {
    method: "PATCH",
    body: { Operations: [operation] },
  });

  expect(refused).toMatchObject({ status: 400, body: { scimType: "invalidSyntax" } });
});

test.each([
  ["of an id that never was", crypto.randomUUID()],
  ["of an id that is none", "not-an-id"],
])("PATCH %s answers 404", async (_what, id) => {
  const client = await gateway.client();

  const refused = await client.patch(id, aPatch(replace("title", "x")));

  expect(refused).toMatchObject({ status: 404, body: { status: "404" } });
});

describe("If-Match on a PATCH", () => {
  test.each(['W/"1"', "*"])("%s names the version", async (ifMatch) => {
    const { client, id } = await withUser();

    const patched = await client.patch(id, aPatch(replace("title", "x")), { "If-Match": ifMatch });

    expect(patched.status).toBe(200);
  });

  test("of another version is 412, and nothing is applied", async () => {
    const { client, id } = await withUser();
    const other = await client.patch(id, aPatch(replace("title", "x")));

    const refused = await client.patch(id, aPatch(replace("title", "y")), { "If-Match": 'W/"1"' });

    expect(refused).toMatchObject({ status: 412, body: { status: "412" } });
    expect((await client.get(id)).body).toEqual(other.body);
  });

  test("of another version is 412 even where nothing would change", async () => {
    const { client, id } = await withUser();

    const refused = await client.patch(id, aPatch(replace("title", "Dr")), { "If-Match": 'W/"7"' });

    expect(refused.status).toBe(412);
  });
});
