import { describe, expect, test } from "vitest";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aUser, changeTypesOf, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

/** A client whose connector has one user, whose userName is ada unless a test says otherwise. */
async function withUser(members: Readonly<Record<string, unknown>> = {}) {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada", ...members }));
  return { client, id: body.id, created: body };
}

test("a replaced user is answered with 200, the whole user and the next tag", async () => {
  const { client, id, created } = await withUser();

  const replaced = await client.put(id, { schemas: [CORE_USER], userName: "ada", title: "Dr" });

  expect(replaced.status).toBe(200);
  expect(replaced.headers.get("ETag")).toBe('W/"2"');
  expect(replaced.body).toEqual({
    ...created,
    title: "Dr",
    meta: { ...created.meta, version: 'W/"2"', lastModified: expect.any(String) },
  });
  expect((await client.get(id)).body).toEqual(replaced.body);
});

test("lastModified is the time of the replace, created stays", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const timed = openGateway({ clock: { now: () => now } });
  const client = await timed.client();
  const { body } = await client.post(aUser());
  now = Date.parse("2026-02-01T00:00:00Z");

  const replaced = await client.put(body.id, aUser());

  expect(replaced.body.meta).toMatchObject({
    created: "2026-01-01T00:00:00.000Z",
    lastModified: "2026-02-01T00:00:00.000Z",
  });
});

test("omitted attributes are cleared, those of extensions too", async () => {
  const { client, id } = await withUser({
    title: "Dr",
    externalId: "e1",
    emails: [{ value: "a@b.c" }],
    [ENTERPRISE_USER]: { department: "Engines" },
  });

  const replaced = await client.put(id, aUser({ userName: "ada" }));

  expect(Object.keys(replaced.body).sort()).toEqual([
    "active",
    "id",
    "meta",
    "schemas",
    "userName",
  ]);
  expect(replaced.body.schemas).toEqual([CORE_USER]);
});

test("a cleared e-mail is found no more, a new one is", async () => {
  const { client, id } = await withUser({ emails: [{ value: "old@b.c", type: "work" }] });
  await client.put(id, aUser({ userName: "ada", emails: [{ value: "new@b.c", type: "work" }] }));

  const old = await client.find('emails.value eq "old@b.c"');
  const found = await client.find('emails[type eq "work"].value eq "new@b.c"');

  expect(old.body.totalResults).toBe(0);
  expect(found.body.totalResults).toBe(1);
});

test.each([
  ["false stays false without active", false, {}, false],
  ["true stays true without active", true, {}, true],
  ["false stays false with active null", false, { active: null }, false],
  ["false becomes true with active true", false, { active: true }, true],
  ["true becomes false with active False", true, { active: "False" }, false],
])("active: %s", async (_rule, before, sent, after) => {
  const { client, id } = await withUser({ active: before });

  const replaced = await client.put(id, aUser({ userName: "ada", title: "x", ...sent }));

  expect(replaced.body.active).toBe(after);
});

test.each([
  ["another id", { id: "someone-else" }],
  ["other meta", { meta: { created: "2001-01-01T00:00:00Z", version: 'W/"99"' } }],
  ["an empty list of groups", { groups: [] }],
  ["groups of their own", { groups: [{ value: "g1" }] }],
])("%s in the body is ignored", async (_what, members) => {
  const { client, id, created } = await withUser();

  const replaced = await client.put(id, aUser({ userName: "ada", title: "Dr", ...members }));

  expect(replaced.status).toBe(200);
  expect(replaced.body).toMatchObject({ id, title: "Dr", meta: { created: created.meta.created } });
  expect(replaced.body).not.toHaveProperty("groups");
});

test.each(["id", "ID"])("another %s in the body is refused by a strict connector", async (name) => {
  const { client, id } = await withUser();
  await client.changeSettings({ strict: true });

  const refused = await client.put(id, aUser({ userName: "ada", [name]: "someone-else" }));

  expect(refused).toMatchObject({ status: 400, body: { scimType: "mutability" } });
});

test("the user's own id in the body is accepted by a strict connector", async () => {
  const { client, id } = await withUser();
  await client.changeSettings({ strict: true });

  const replaced = await client.put(id, aUser({ userName: "ada", id }));

  expect(replaced.status).toBe(200);
});

test("the whole object that was read can be sent back", async () => {
  const { client, id } = await withUser({ emails: [{ value: "a@b.c", primary: true }] });
  const read = await client.get(id);

  const replaced = await client.put(id, read.body);

  expect(replaced).toMatchObject({ status: 200, body: read.body });
});

test("a replace that changes nothing makes no new version and no change event", async () => {
  const { client, id, created } = await withUser({ title: "Dr" });

  const replaced = await client.put(id, aUser({ userName: "ada", title: "Dr" }));

  expect(replaced.body).toEqual(created);
  expect(await changeTypesOf(id)).toEqual(["user.created"]);
});

test.each([
  ["a profile change", { title: "Dr" }, "user.updated"],
  ["a deactivation", { active: false }, "user.deactivated"],
])("%s raises one change event", async (_what, members, type) => {
  const { client, id } = await withUser();

  await client.put(id, aUser({ userName: "ada", ...members }));

  expect(await changeTypesOf(id)).toEqual(["user.created", type]);
});

test("a password in the body is neither kept nor answered", async () => {
  const { client, id } = await withUser();

  const replaced = await client.put(id, aUser({ userName: "ada", password: "hunter2hunter2" }));

  expect(replaced.status).toBe(200);
  expect(JSON.stringify(replaced.body)).not.toMatch(/hunter2|password/i);
});

test("attributes narrow the answer", async () => {
  const { client, id } = await withUser();

  const replaced = await client.call(`/Users/${id}?attributes=userName`, {
    method: "PUT",
    body: aUser({ userName: "ada", title: "Dr" }),
  });

  expect(Object.keys(replaced.body).sort()).toEqual(["id", "schemas", "userName"]);
});

describe("the keys of a replaced user", () => {
  test("its own userName may change its letter case", async () => {
    const { client, id } = await withUser();

    const replaced = await client.put(id, aUser({ userName: "ADA" }));

    expect(replaced).toMatchObject({ status: 200, body: { userName: "ADA" } });
  });

  test("a rename keeps the id and is found under the new name only", async () => {
    const { client, id } = await withUser();
    await client.put(id, aUser({ userName: "lovelace" }));

    const old = await client.find('userName eq "ada"');
    const found = await client.find('userName eq "lovelace"');

    expect(old.body.totalResults).toBe(0);
    expect(found.body.Resources[0].id).toBe(id);
  });

  test.each([
    ["userName", { userName: "BOB" }],
    ["externalId", { userName: "ada", externalId: "e2" }],
  ])("another live user's %s is refused and nothing is applied", async (attribute, members) => {
    const { client, id, created } = await withUser();
    await client.changeSettings({ uniqueExternalId: true });
    const bob = await client.post(aUser({ userName: "bob", externalId: "e2" }));

    const refused = await client.put(id, aUser({ ...members, title: "Dr" }));

    expect(refused).toMatchObject({ status: 409, body: { scimType: "uniqueness" } });
    expect(refused.body.detail).toContain(`"${attribute}"`);
    expect(JSON.stringify(refused.body)).not.toContain(bob.body.id);
    expect((await client.get(id)).body).toEqual(created);
  });

  test("an inactive user's userName is taken too", async () => {
    const { client, id } = await withUser();
    await client.post(aUser({ userName: "bob", active: false }));

    const refused = await client.put(id, aUser({ userName: "bob" }));

    expect(refused.status).toBe(409);
  });

  test("a deleted user's userName and externalId are free", async () => {
    const { client, id } = await withUser();
    const bob = await client.post(aUser({ userName: "bob", externalId: "e2" }));
    await client.remove(bob.body.id);

    const replaced = await client.put(id, aUser({ userName: "bob", externalId: "e2" }));

    expect(replaced).toMatchObject({ status: 200, body: { id, externalId: "e2" } });
  });

  test("a given-up externalId is free for another user", async () => {
    const { client, id } = await withUser({ externalId: "e1" });
    await client.put(id, aUser({ userName: "ada" }));

    const created = await client.post(aUser({ externalId: "e1" }));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
  });
});

describe("a replace of nobody", () => {
  test("answers 404 and creates nothing", async () => {
    const client = await gateway.client();
    const id = crypto.randomUUID();

    const refused = await client.put(id, aUser({ id, userName: "ada" }));

    expect(refused.status).toBe(404);
    expect((await client.call("/Users")).body.totalResults).toBe(0);
  });

  test("answers 404 for a deleted user, who stays deleted", async () => {
    const { client, id } = await withUser({ externalId: "e1" });
    await client.remove(id);

    const refused = await client.put(id, aUser({ externalId: "e1" }));

    expect(refused.status).toBe(404);
    expect((await client.get(id)).status).toBe(404);
  });
});

describe("If-Match on a replace", () => {
  test.each(['W/"1"', '"1"', "*", 'W/"7", W/"1"'])("%s names the version", async (ifMatch) => {
    const { client, id } = await withUser();

    const replaced = await client.put(id, aUser({ userName: "ada" }), { "If-Match": ifMatch });

    expect(replaced.status).toBe(200);
  });

  test.each(['W/"0"', 'W/"2"', '"11"', "1", "garbage"])("%s is 412", async (ifMatch) => {
    const { client, id, created } = await withUser();

    const refused = await client.put(id, aUser({ title: "Dr" }), { "If-Match": ifMatch });

    expect(refused).toMatchObject({ status: 412, body: { status: "412" } });
    expect((await client.get(id)).body).toEqual(created);
  });

  test("a tag of before the last change is 412", async () => {
    const { client, id } = await withUser();
    await client.put(id, aUser({ userName: "ada", title: "Dr" }));

    const refused = await client.put(id, aUser({ userName: "ada" }), { "If-Match": 'W/"1"' });

    expect(refused.status).toBe(412);
  });
});
