import { describe, expect, test } from "vitest";
import { aPatch, aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";

// The directory as an application reads it: the documents of SCIM, in pages.

const gateway = openGateway();

/** Asks for something of a connector. */
function ask(
  connector: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<TestAnswer> {
  return gateway.api(`${path}?${new URLSearchParams({ connector, ...query })}`);
}

/** All items of a list, read in pages of the given size. */
async function allOf(connectorId: string, path: string, limit: number) {
  const items = [];
  let after: string | null = "";
  while (after !== null) {
    const { body } = await ask(connectorId, path, { limit: String(limit), after });
    items.push(...body.items);
    expect(body.hasMore).toBe(body.next !== null);
    after = body.next;
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
    const connector = groups.client.id;
    expect(list.body).toEqual({ items: [scim], next: null, hasMore: false, connector });
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
    expect(without.body.items).toEqual([bare]);
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
    ["a cursor of another list", "/users", { after: "abc" }],
    [
      "a member cursor of its own making",
      `/groups/${crypto.randomUUID()}/members`,
      { after: "abc" },
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

    const answer = await ask(other.id, "/users", { after: body.next });

    expect(answer.status).toBe(400);
  });
});

describe("the users and groups of all that a key sees", () => {
  /** Three connectors of a tenant: with users, without any, and with users again; and one of another tenant. */
  async function aTenant() {
    const tenant = crypto.randomUUID();
    const clients = [];
    for (let n = 0; n < 3; n += 1) clients.push(await gateway.client({ tenant }));
    const foreign = await gateway.client({ tenant: crypto.randomUUID() });
    const made: [string | undefined, string][] = [];
    for (const [at, client] of [...clients, foreign].entries()) {
      for (let n = 0; n < 3 && at !== 1; n += 1) {
        const { body } = await client.post(aUser({ title: n === 0 ? "Dr" : "Mr" }));
        if (client !== foreign) made.push([client.id, body.id]);
      }
    }
    const key = { name: "Apps", role: "directory", tenant };
    const token: string = (await gateway.admin("/keys", { body: key })).body.secret;
    return { tenant, clients, foreign, made, token };
  }

  /** All that a list has, read in pages: each item with the connector of its page. */
  async function walked(token: string, path: string, query: Readonly<Record<string, string>>) {
    const seen: [string | undefined, string][] = [];
    let after = "";
    for (;;) {
      const { body } = await gateway.api(`${path}?${new URLSearchParams({ ...query, after })}`, {
        token,
      });
      for (const { id } of body.items) seen.push([body.connector, id]);
      if (!body.hasMore) return seen;
      after = body.next;
    }
  }

  test("come connector by connector, each once, and no other tenant's", async () => {
    const { made, token } = await aTenant();

    for (const limit of ["1", "2", "3", "100"]) {
      expect(await walked(token, "/users", { limit })).toEqual(made);
    }
  });

  test("are narrowed by a filter, a state, a connector, or a tenant that the key sees", async () => {
    const { tenant, clients, made, token } = await aTenant();
    const [first, , last] = clients;
    const ofLast = made.filter(([connector]) => connector === last?.id);
    const off = { op: "replace", path: "active", value: false };
    const [, offId = ""] = ofLast[1] ?? [];
    await last?.patch(offId, aPatch(off));

    expect(await walked(token, "/users", { filter: 'title eq "Dr"', limit: "1" })).toEqual([
      made[0],
      made[3],
    ]);
    expect(await walked(token, "/users", { state: "inactive" })).toEqual([ofLast[1]]);
    const active = { state: "active", limit: "2", filter: 'title eq "Mr"' };
    expect(await walked(token, "/users", active)).toEqual([made[1], made[2], ofLast[2]]);
    expect(await walked(token, "/users", { connector: last?.id ?? "" })).toEqual(ofLast);
    expect(await walked(token, "/users", { tenant })).toEqual(made);
    expect(first?.id).not.toBe(last?.id);
  });

  test("leave a staged connector out, and go on behind one that went meanwhile", async () => {
    const { clients, made, token } = await aTenant();
    const [first, second] = clients;
    const page = await gateway.api("/users?limit=1", { token });
    await gateway.admin(`/connectors/${first?.id}`, { method: "DELETE" });
    await second?.post(aUser());
    await second?.changeSettings({ staged: true });

    const next = new URLSearchParams({ after: page.body.next });
    const rest = await gateway.api(`/users?${next}`, { token });

    expect(rest.body.items.map(({ id }: { id: string }) => id)).toEqual(
      made.slice(3).map(([, id]) => id),
    );
    expect(rest.body.hasMore).toBe(false);
  });

  test("are none where there is no connector", async () => {
    const { body } = await gateway.api("/groups?tenant=nobodys");

    expect(body).toEqual({ items: [], next: null, hasMore: false, connector: null });
  });

  test.each(["abc", "01900000-0000-7000-8000-000000000000.abc", ".", "%00"])(
    "refuse the cursor %s, which no list gave out",
    async (after) => {
      const { token, clients } = await aTenant();
      const own = `${clients[0]?.id}.abc`;

      for (const each of [after, own]) {
        const { status } = await gateway.api(`/users?after=${each}`, { token });
        expect([200, 400]).toContain(status);
        if (each === own || !after.includes("-")) expect(status).toBe(400);
      }
    },
  );
});

test("a single thing needs its connector named, but for a key of one connector", async () => {
  const client = await gateway.client();
  const { body: user } = await client.post(aUser());
  const key = { name: "One", role: "directory", connectorId: client.id };
  const token = (await gateway.admin("/keys", { body: key })).body.secret;

  const named = await gateway.api(`/users/${user.id}?connector=${client.id}`);
  const unnamed = await gateway.api(`/users/${user.id}`);
  const ofOne = await gateway.api(`/users/${user.id}`, { token });

  expect([named.status, unnamed.status, ofOne.status]).toEqual([200, 400, 200]);
  expect(unnamed.body.errors).toMatchObject([{ parameter: "connector" }]);
});

describe("connectors", () => {
  test("show whose directories they are, and nothing of how they are set up", async () => {
    const tenant = crypto.randomUUID();
    const made = [];
    for (let n = 0; n < 3; n += 1) made.push((await gateway.client({ tenant })).id);

    const first = await gateway.api(`/connectors?tenant=${tenant}&limit=2`);
    const rest = await gateway.api(`/connectors?tenant=${tenant}&limit=2&after=${first.body.next}`);
    const one = await gateway.api(`/connectors/${made[0]}`);

    const ids = [...first.body.items, ...rest.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.toReversed());
    expect([first.body.hasMore, rest.body.hasMore, rest.body.next]).toEqual([true, false, null]);
    expect(one.body).toEqual(rest.body.items[0]);
    expect(Object.keys(one.body).toSorted()).toEqual(
      "createdAt id modifiedAt name preset staged status tenant".split(" "),
    );
  });
});

test("administrators read the same groups, under the connector's own path", async () => {
  const groups = await openGroups(gateway);
  const id = await groups.group(await groups.user(), await groups.user());
  const own = `/connectors/${groups.client.id}/groups`;

  const list = await gateway.admin(own);
  const one = await gateway.admin(`${own}/${id}`);
  const first = await gateway.admin(`${own}/${id}/members?limit=1`);
  const rest = await gateway.admin(`${own}/${id}/members?limit=2&cursor=${first.body.nextCursor}`);

  expect(list.body.items).toEqual([(await groups.get(id)).body]);
  expect(one.body).toEqual(list.body.items[0]);
  expect([...first.body.items, ...rest.body.items]).toEqual(one.body.members);
});
