import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { aPatch, aUser, changeTypesOf, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

/** A client whose connector has one user with every key that a user is found by. */
async function withUser(settings: object = {}) {
  const client = await gateway.client({ settings });
  const members = { userName: "ada", externalId: "e1", emails: [{ value: "a@b.c", type: "work" }] };
  const { body } = await client.post(aUser(members));
  return { client, id: body.id as string, created: body };
}

async function rowsOf(id: string) {
  const { results } = await env.DB.prepare("SELECT deleted_at FROM resources WHERE id = ?1")
    .bind(id)
    .all();
  return results;
}

async function lookupsOf(id: string) {
  const { results } = await env.DB.prepare(
    "SELECT path FROM resource_values WHERE resource_id = ?1",
  )
    .bind(id)
    .all();
  return results;
}

const LOOKUPS = [
  ['userName eq "ada"'],
  ['externalId eq "e1"'],
  ['emails.value eq "a@b.c"'],
  ['emails[type eq "work"].value eq "a@b.c"'],
  ['emails co "b.c"'],
  ["active eq true"],
];

test("DELETE answers 204 without a body", async () => {
  const { client, id } = await withUser();

  const removed = await client.remove(id);

  expect(removed).toMatchObject({ status: 204, body: undefined });
});

test.each([
  ["GET", undefined],
  ["PUT", aUser()],
  ["PATCH", aPatch({ op: "replace", path: "active", value: true })],
  ["DELETE", undefined],
])("%s of a deleted user answers 404", async (method, body) => {
  const { client, id } = await withUser();
  await client.remove(id);

  const answer = await client.call(`/Users/${id}`, { method, body });

  expect(answer).toMatchObject({ status: 404, body: { status: "404" } });
});

test.each(LOOKUPS)("a deleted user is not found by %s", async (filter) => {
  const { client, id } = await withUser();
  await client.remove(id);

  const found = await client.find(filter);

  expect(found).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
});

test("a deleted user is not found by id and not listed", async () => {
  const { client, id } = await withUser();
  await client.remove(id);

  const found = await client.find(`id eq "${id}"`);
  const listed = await client.call("/Users");

  expect(found.body.totalResults).toBe(0);
  expect(listed.body).toMatchObject({ totalResults: 0, Resources: [] });
});

test("DELETE of an id that never was answers 404", async () => {
  const client = await gateway.client();

  const removed = await client.remove(crypto.randomUUID());

  expect(removed.status).toBe(404);
});

test("a deleted user's row is kept for a restore", async () => {
  const { client, id } = await withUser();

  await client.remove(id);

  expect(await rowsOf(id)).toEqual([{ deleted_at: expect.any(Number) }]);
});

test("DELETE raises one change event", async () => {
  const { client, id } = await withUser();

  await client.remove(id);

  expect(await changeTypesOf(id)).toEqual(["user.created", "user.deleted"]);
});

test("a restore after a DELETE raises a change event of its own", async () => {
  const { client, id } = await withUser();
  await client.remove(id);

  await client.post(aUser({ userName: "ada", externalId: "e1" }));

  expect(await changeTypesOf(id)).toEqual(["user.created", "user.deleted", "user.restored"]);
});

test("an inactive user can be deleted", async () => {
  const { client, id } = await withUser();
  await client.patch(id, aPatch({ op: "replace", path: "active", value: false }));

  const removed = await client.remove(id);

  expect(removed.status).toBe(204);
  expect((await client.get(id)).status).toBe(404);
});

describe("If-Match on a DELETE", () => {
  test.each([
    ['W/"1"', 204],
    ["*", 204],
    ['W/"2"', 412],
    ["garbage", 412],
  ])("%s answers %i", async (ifMatch, status) => {
    const { client, id } = await withUser();

    const removed = await client.remove(id, { "If-Match": ifMatch });

    expect(removed.status).toBe(status);
    expect((await client.get(id)).status).toBe(status === 204 ? 404 : 200);
  });
});

describe("a deactivated user", () => {
  const deactivation = aPatch({ op: "replace", value: { active: false } });

  test("stays visible to GET", async () => {
    const { client, id } = await withUser();
    await client.patch(id, deactivation);

    const read = await client.get(id);

    expect(read).toMatchObject({ status: 200, body: { id, active: false } });
  });

  test.each([
    ['userName eq "ada"'],
    ['externalId eq "e1"'],
    ['emails.value eq "a@b.c"'],
    ["active eq false"],
  ])("is found by %s", async (filter) => {
    const { client, id } = await withUser();
    await client.patch(id, deactivation);

    const found = await client.find(filter);

    expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id, active: false }] });
  });

  test("is counted and listed", async () => {
    const { client, id } = await withUser();
    await client.patch(id, deactivation);

    const listed = await client.call("/Users");

    expect(listed.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
  });

  test("raises change events when it goes and when it comes back", async () => {
    const { client, id } = await withUser();

    await client.patch(id, deactivation);
    await client.patch(id, aPatch({ op: "replace", value: { active: true } }));

    expect(await changeTypesOf(id)).toEqual([
      "user.created",
      "user.deactivated",
      "user.reactivated",
    ]);
  });
});

describe("deletion hard", () => {
  test("erases the user and what it is found by", async () => {
    const { client, id } = await withUser({ deletion: "hard" });

    const removed = await client.remove(id);

    expect(removed.status).toBe(204);
    expect(await rowsOf(id)).toEqual([]);
    expect(await lookupsOf(id)).toEqual([]);
  });

  test("leaves nothing to restore: the same externalId is a new user", async () => {
    const { client, id } = await withUser({ deletion: "hard" });
    await client.remove(id);

    const created = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
  });

  test("answers 404 the second time, and raises one change event", async () => {
    const { client, id } = await withUser({ deletion: "hard" });
    await client.remove(id);

    const again = await client.remove(id);

    expect(again.status).toBe(404);
    expect(await changeTypesOf(id)).toEqual(["user.created", "user.deleted"]);
  });

  test("takes the user out of the count", async () => {
    const { client, id } = await withUser({ deletion: "hard" });
    await client.post(aUser());
    await client.remove(id);

    const listed = await client.call("/Users");

    expect(listed.body).toMatchObject({ totalResults: 1, itemsPerPage: 1 });
  });
});

describe("deletion deactivate", () => {
  test("answers 204 and keeps the user visible, inactive", async () => {
    const { client, id } = await withUser({ deletion: "deactivate" });

    const removed = await client.remove(id);

    expect(removed).toMatchObject({ status: 204, body: undefined });
    expect((await client.get(id)).body).toMatchObject({ userName: "ada", active: false });
  });

  test("answers 204 again and changes nothing the second time", async () => {
    const { client, id } = await withUser({ deletion: "deactivate" });
    await client.remove(id);

    const again = await client.remove(id);

    expect(again.status).toBe(204);
    expect((await client.get(id)).headers.get("ETag")).toBe('W/"2"');
    expect(await changeTypesOf(id)).toEqual(["user.created", "user.deactivated"]);
  });

  test("has a POST of the same identity restore the user", async () => {
    const { client, id } = await withUser({ deletion: "deactivate" });
    await client.remove(id);

    const restored = await client.post(aUser({ userName: "ada", externalId: "e1" }));

    expect(restored).toMatchObject({ status: 201, body: { id, active: true } });
  });
});

test("a connector's deletion can be changed and holds from the next request on", async () => {
  const { client, id } = await withUser();
  await client.changeSettings({ deletion: "deactivate" });

  await client.remove(id);

  expect((await client.get(id)).body.active).toBe(false);
});
