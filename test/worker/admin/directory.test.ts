import { describe, expect, test } from "vitest";
import { aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";

// The directory as an application reads it: the documents of SCIM, in the admin API's lists.

const gateway = openGateway();

/** Asks the admin API for something of a connector. */
function ask(
  connectorId: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  return gateway.admin(`/connectors/${connectorId}${path}?${new URLSearchParams(query)}`);
}

/** All items of a list, read in pages of the given size. */
async function allOf(connectorId: string, path: string, limit: number) {
  const items = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const { body } = await ask(connectorId, path, { limit: String(limit), cursor });
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

describe("users", () => {
  test("are the documents that SCIM answers, in a list and alone", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user({ displayName: "Ada", emails: [{ value: "ada@a.com" }] });
    await groups.group(ada);
    const { body: scim } = await groups.client.get(ada);

    const list = await ask(groups.client.id, "/users");
    const single = await ask(groups.client.id, `/users/${ada}`);

    expect(list.headers.get("Content-Type")).toBe("application/json");
    expect(list.body).toEqual({ items: [scim], nextCursor: null });
    expect(single.body).toEqual(scim);
    expect(single.body.groups).toHaveLength(1);
  });

  test("are paged by cursor, each one once", async () => {
    const client = await gateway.client();
    const made = [];
    for (let n = 0; n < 7; n += 1) made.push((await client.post(aUser())).body.id);

    for (const limit of [1, 3, 7, 100]) {
      const users = await allOf(client.id, "/users", limit);
      expect(users.map(({ id }) => id)).toEqual(made);
    }
  });

  test("are filtered as in SCIM", async () => {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser({ title: "Dr", externalId: "a1" }));
    await client.post(aUser({ title: "Mr" }));

    for (const filter of ['title eq "dr"', 'externalId eq "a1"', `id eq "${ada.id}"`]) {
      const { body } = await ask(client.id, "/users", { filter });
      expect(body.items).toEqual([ada]);
    }
  });

  test("show the attributes asked for", async () => {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser({ title: "Dr" }));

    const { body } = await ask(client.id, "/users", { attributes: "title" });

    expect(body.items).toEqual([{ schemas: ada.schemas, title: "Dr", id: ada.id }]);
  });

  test("with the connector's own attributes are shown and found by them", async () => {
    const client = await gateway.client();
    const attributes = [{ name: "badge", type: "string" }];
    const body = { attributes };
    await gateway.admin(`/connectors/${client.id}/attributes`, { method: "PUT", body });
    const { body: ada } = await client.post(aUser({ badge: "7" }));

    const { body: found } = await ask(client.id, "/users", { filter: 'badge eq "7"' });

    expect(found.items).toEqual([ada]);
    expect(ada.badge).toBe("7");
  });

  test("who were deleted are no longer there", async () => {
    const client = await gateway.client();
    const { body: user } = await client.post(aUser());
    await client.remove(user.id);

    expect((await ask(client.id, `/users/${user.id}`)).status).toBe(404);
    expect((await ask(client.id, "/users")).body.items).toEqual([]);
  });
});

describe("groups", () => {
  test("are the documents that SCIM answers, with or without their members", async () => {
    const groups = await openGroups(gateway);
    const id = await groups.group(await groups.user(), await groups.user());
    const { body: scim } = await groups.get(id);
    const { members, ...bare } = scim;

    const whole = await ask(groups.client.id, `/groups/${id}`);
    const without = await ask(groups.client.id, "/groups", { excludedAttributes: "members" });

    expect(members).toHaveLength(2);
    expect(whole.body).toEqual(scim);
    expect(without.body).toEqual({ items: [bare], nextCursor: null });
  });

  test("tell their members in pages", async () => {
    const groups = await openGroups(gateway);
    const id = await groups.group(...(await groups.users(5)));
    const { body: scim } = await groups.get(id);

    for (const limit of [1, 2, 5, 100]) {
      expect(await allOf(groups.client.id, `/groups/${id}/members`, limit)).toEqual(scim.members);
    }
  });

  test("of one user are found by a filter", async () => {
    const groups = await openGroups(gateway);
    const ada = await groups.user();
    const id = await groups.group(ada);
    await groups.group();

    const filter = `members.value eq "${ada}"`;
    const { body } = await ask(groups.client.id, "/groups", { filter });

    expect(body.items.map((group: { id: string }) => group.id)).toEqual([id]);
  });

  test("that are not there have no members", async () => {
    const client = await gateway.client();

    const answer = await ask(client.id, `/groups/${crypto.randomUUID()}/members`);

    expect(answer.status).toBe(404);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  });
});

describe("what the directory refuses", () => {
  test.each([
    ["a broken filter", "/users", { filter: "userName eq" }],
    ["a filter on what there is not", "/users", { filter: 'shoe eq "7"' }],
    ["a cursor of another list", "/users", { cursor: "abc" }],
    [
      "a member cursor of its own making",
      `/groups/${crypto.randomUUID()}/members`,
      { cursor: "abc" },
    ],
    ["a limit of none", "/users", { limit: "0" }],
    ["a parameter that it does not know", "/users", { count: "1" }],
  ])("is %s, as problem+json", async (_what, path, query) => {
    const client = await gateway.client();

    const answer = await ask(client.id, path, query);

    expect(answer.status).toBe(400);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
    expect(answer.body.detail).toMatch(/\w/);
  });

  test("is another connector's user", async () => {
    const [one, other] = [await gateway.client(), await gateway.client()];
    const { body: user } = await one.post(aUser());

    expect((await ask(other.id, `/users/${user.id}`)).status).toBe(404);
  });

  test("is another connector's cursor", async () => {
    const [one, other] = [await gateway.client(), await gateway.client()];
    for (const client of [one, one, other]) await client.post(aUser());
    const { body } = await ask(one.id, "/users", { limit: "1" });

    const answer = await ask(other.id, "/users", { cursor: body.nextCursor });

    expect(answer.status).toBe(400);
  });
});
