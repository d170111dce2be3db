import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { allEvents } from "#test/support/changes/feed.ts";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";

// Accounts that the application has already wait as users for their persons, and are taken over once.

const gateway = openGateway({ roundTripsMax: 10 });

interface Account {
  readonly userName: string;
  readonly externalId?: string;
  readonly email?: string;
  readonly accountId?: string;
}

function importAccounts(
  { id }: { readonly id: string },
  users: readonly unknown[],
  query = "",
): Promise<TestAnswer> {
  return gateway.admin(`/connectors/${id}/users/import${query}`, { body: { users } });
}

const ADA: Account = { userName: "Ada@example.com", accountId: "acc-1", email: "ada@example.com" };

/** A client whose connector had accounts imported, with the ids of their users. */
async function withAccounts(accounts: readonly Account[] = [ADA], settings: object = {}) {
  const client = await gateway.client({ settings });
  const { body } = await importAccounts(client, accounts);
  expect(body.refused).toBe(0);
  const ids: readonly string[] = body.results.map(({ id }: { id: string }) => id);
  return { client, ids, id: ids[0] ?? "" };
}

async function eventsOf(client: TestClient, id: string) {
  return (await allEvents(gateway, client.id)).filter(({ resourceId }) => resourceId === id);
}

async function lastRow(client: TestClient, method: string) {
  const { body } = await gateway.admin(`/connectors/${client.id}/events?method=${method}&limit=1`);
  const { body: row } = await gateway.admin(`/connectors/${client.id}/events/${body.items[0].id}`);
  return row;
}

const view = (client: TestClient, id: string) =>
  gateway.admin(`/connectors/${client.id}/users/${id}`);

const listed = async (client: TestClient, query: string): Promise<readonly string[]> => {
  const { status, body } = await gateway.admin(`/connectors/${client.id}/users?${query}`);
  expect(status).toBe(200);
  return body.items.map(({ id }: { id: string }) => id);
};

describe("an import", () => {
  test("makes users who wait, with an event each, and is in the trail without names", async () => {
    const client = await gateway.client();

    const { status, body } = await importAccounts(client, [ADA, { userName: "bo" }]);

    expect(status).toBe(200);
    expect(body).toMatchObject({ dryRun: false, created: 2, unchanged: 0, refused: 0 });
    expect(body.results).toMatchObject([
      { status: "created", userName: "Ada@example.com", accountId: "acc-1", reason: null },
      { status: "created", userName: "bo", accountId: null },
    ]);
    const [{ id }] = body.results;
    const events = await eventsOf(client, id);
    expect(events).toMatchObject([
      {
        type: "user.created",
        actor: { kind: "administrator" },
        resource: { userName: "Ada@example.com", accountId: "acc-1", claimed: false, active: true },
      },
    ]);
    expect(events[0]).not.toHaveProperty("claimed");
    const { body: trail } = await gateway.admin(
      `/audit?connectorId=${client.id}&operation=importUsers`,
    );
    expect(trail.items).toMatchObject([{ difference: { created: { to: 2 } } }]);
    expect(JSON.stringify(trail.items)).not.toContain("acc-1");
    const { body: log } = await gateway.admin(`/connectors/${client.id}/events?user=bo`);
    expect(log.items).toHaveLength(1);
  });

  test("changes nothing when it is repeated, also once its users are claimed and renamed", async () => {
    const accounts = [ADA, { userName: "bo", accountId: "acc-2" }];
    const { client, ids } = await withAccounts(accounts);

    const again = await importAccounts(client, accounts);
    await client.put(ids[1] ?? "", aUser({ userName: "bob" }));
    const before = await allEvents(gateway, client.id);
    const later = await importAccounts(client, accounts);

    for (const { body } of [again, later]) {
      expect(body).toMatchObject({ created: 0, unchanged: 2, refused: 0 });
      expect(body.results.map(({ id }: { id: string }) => id)).toEqual(ids);
    }
    expect(await allEvents(gateway, client.id)).toEqual(before);
  });

  test("says what it would do in a dry run, and does nothing", async () => {
    const { client, id } = await withAccounts();
    const before = await allEvents(gateway, client.id);

    const { body } = await importAccounts(
      client,
      [ADA, { userName: "bo" }, { userName: "" }],
      "?dryRun=true",
    );

    expect(body).toMatchObject({ dryRun: true, created: 1, unchanged: 1, refused: 1 });
    expect(body.results).toMatchObject([
      { status: "unchanged", id },
      { status: "created", id: null },
      { status: "refused", reason: "invalid", id: null },
    ]);
    expect(await allEvents(gateway, client.id)).toEqual(before);
    expect((await client.find('userName eq "bo"')).body.totalResults).toBe(0);
  });

  test.each<[string, unknown, string]>([
    ["a blank userName", { userName: " " }, "invalid"],
    ["no userName", { accountId: "a" }, "invalid"],
    ["a hidden character in a name", { userName: "a\u200bb" }, "invalid"],
    ["a member that is none", { userName: "a", phone: "1" }, "invalid"],
    ["a number for a text", { userName: 5 }, "invalid"],
    ["an accountId with a line break", { userName: "a", accountId: "a\nb" }, "invalid"],
    ["no object", "ada", "invalid"],
    ["the userName of a pushed user, in another case", { userName: "PUSHED" }, "userName"],
    ["the externalId of a pushed user", { userName: "a", externalId: "x-pushed" }, "externalId"],
    ["the externalId of a deleted user", { userName: "a", externalId: "x-gone" }, "deleted"],
    [
      "the accountId of a user who waits, with another name",
      { userName: "a", accountId: "acc-1" },
      "accountId",
    ],
    [
      "the userName of a user who waits, with another account",
      { ...ADA, accountId: "acc-9" },
      "userName",
    ],
  ])("refuses %s by itself, and says why", async (_what, row, reason) => {
    const { client } = await withAccounts();
    await client.post(aUser({ userName: "pushed", externalId: "x-pushed" }));
    const { body: gone } = await client.post(aUser({ userName: "gone", externalId: "x-gone" }));
    await client.remove(gone.id);

    const { status, body } = await importAccounts(client, [row, { userName: "good" }]);

    expect(status).toBe(200);
    expect(body).toMatchObject({ created: 1, refused: 1 });
    expect(body.results[0]).toMatchObject({ status: "refused", id: null, reason });
    expect(body.results[0].detail).toMatch(/\w.*\.$/);
  });

  test("refuses whom a create would be refused for, by the rules of the connector", async () => {
    const client = await gateway.client({ settings: { allowedDomains: ["example.com"] } });

    const { body } = await importAccounts(client, [ADA, { userName: "eve@elsewhere.example" }]);

    expect(body.results).toMatchObject([
      { status: "created" },
      { status: "refused", reason: "invalid" },
    ]);
    expect(body.results[1].detail).toContain("elsewhere.example");
  });

  test("refuses the account of a deleted user, who can be restored", async () => {
    const { client, id } = await withAccounts();
    await client.remove(id);

    const { body } = await importAccounts(client, [ADA]);

    expect(body.results).toMatchObject([{ status: "refused", reason: "deleted" }]);
    expect(body.results[0].detail).toContain(id);
  });

  test("takes a row that comes twice once, and none of those that share a key and differ", async () => {
    const client = await gateway.client();
    const rows = [
      { userName: "cy", accountId: "3" },
      { userName: "CY", accountId: "3" },
      { userName: "dee", accountId: "4" },
      { userName: "DEE", accountId: "5" },
      { userName: "fi", externalId: "x", accountId: "6" },
      { userName: "gus", externalId: "x", accountId: "7" },
      { userName: "hal", accountId: "8" },
      { userName: "ian", accountId: "8" },
      { userName: "jo", email: "shared@example.com" },
      { userName: "kim", email: "shared@example.com" },
    ];

    const { body } = await importAccounts(client, rows);

    const statuses = body.results.map(({ status }: { status: string }) => status === "created");
    expect(statuses).toEqual([true, false, false, false, false, false, false, false, true, true]);
    expect(body.results[1]).toMatchObject({ reason: "duplicate" });
  });

  test.each<[string, unknown, string, number]>([
    ["no rows", { users: [] }, "", 400],
    ["more than 1,000 rows", { users: Array.from({ length: 1_001 }, () => ADA) }, "", 400],
    ["no list", { users: ADA }, "", 400],
    ["another member", { users: [ADA], force: true }, "", 400],
    ["another parameter", { users: [ADA] }, "?dryrun=true", 400],
    ["a dryRun that is neither", { users: [ADA] }, "?dryRun=1", 400],
    ["more than a megabyte", { users: [{ userName: "a".repeat(1_100_000) }] }, "", 413],
  ])("is refused with %s, and stores nothing", async (_what, body, query, status) => {
    const client = await gateway.client();

    const answer = await gateway.admin(`/connectors/${client.id}/users/import${query}`, { body });

    expect(answer.status).toBe(status);
    expect((await client.call("/Users")).body.totalResults).toBe(0);
  });

  test("of 1,000 rows takes few round trips and statements, and so does its repetition", async () => {
    const client = await gateway.client();
    const rows = Array.from({ length: 1_000 }, (_, n) => ({
      userName: `user-${n}@example.com`,
      externalId: `x-${n}`,
      email: `user-${n}@example.com`,
      accountId: `acc-${n}`,
    }));
    let statements = 0;
    const db: D1Database = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === "prepare") {
          return (text: string) => {
            statements += 1;
            return target.prepare(text);
          };
        }
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const counted = openGateway({ db, roundTripsMax: 10 });
    const send = () =>
      counted.admin(`/connectors/${client.id}/users/import`, { body: { users: rows } });

    const first = await send();

    expect(first.body).toMatchObject({ created: 1_000, refused: 0 });
    expect(first.cost.roundTrips).toBeLessThanOrEqual(4);
    expect(statements).toBeLessThanOrEqual(40);
    const again = await send();
    expect(again.body).toMatchObject({ created: 0, unchanged: 1_000 });
    expect(again.cost).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
  });

  test("and a push at the same moment leave one user of a name", async () => {
    const client = await gateway.client();

    const [pushed, imported] = await Promise.all([
      client.post(aUser({ userName: ADA.userName })),
      importAccounts(client, [ADA]),
    ]);

    expect([pushed.status, imported.status]).toEqual([201, 200]);
    const { body } = await client.find(`userName eq "${ADA.userName}"`);
    expect(body.totalResults).toBe(1);
    expect(body.Resources[0].id).toBe(pushed.body.id);
  });
});

describe("a POST", () => {
  test.each([
    ["to an isolate that remembers nothing", () => openGateway({ roundTripsMax: 10 })],
    ["to one that remembers the caller", () => gateway],
    ["that looks first", () => openGateway({ roundTripsMax: 10, optimisticWrites: "off" })],
  ])("%s takes the account over once, under its id, and the event says so", async (_how, open) => {
    const { client, id } = await withAccounts();
    const isolate = open();
    const post = (body: object) => isolate.scim("/Users", { token: client.token, body });

    const claimed = await post(
      aUser({ userName: "ada@EXAMPLE.com", title: "Dr", externalId: "x" }),
    );
    const again = await post(aUser({ userName: ADA.userName }));

    expect([claimed.status, again.status]).toEqual([201, 409]);
    expect(claimed.headers.get("Location")).toContain(id);
    expect(claimed.body).toMatchObject({ id, title: "Dr", userName: "ada@EXAMPLE.com" });
    expect(claimed.body).not.toHaveProperty("accountId");
    const [, event, ...more] = await eventsOf(client, id);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      type: "user.claimed",
      claimed: true,
      version: 2,
      resource: { accountId: "acc-1", title: "Dr" },
      difference: { claimed: { from: false }, title: { to: "Dr" } },
    });
    expect(event?.resource).not.toHaveProperty("claimed");
    expect((await view(client, id)).body).toMatchObject({ accountId: "acc-1", title: "Dr" });
  });

  test("that says active false switches the user off, and the event says both", async () => {
    const { client, id } = await withAccounts();

    const { status } = await client.post(aUser({ userName: ADA.userName, active: false }));

    expect(status).toBe(201);
    expect((await eventsOf(client, id)).at(-1)).toMatchObject({
      type: "user.deactivated",
      claimed: true,
    });
  });

  test("of two at once, one takes the account over and the other is refused", async () => {
    const { client, id } = await withAccounts();
    const post = (n: number) => client.post(aUser({ userName: ADA.userName, title: `${n}` }));

    const answers = await Promise.all([1, 2, 3].map(post));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(answers.find(({ status }) => status === 201)?.body.id).toBe(id);
    const types = (await eventsOf(client, id)).map(({ type }) => type);
    expect(types).toEqual(["user.created", "user.claimed"]);
  });

  test("in a Bulk takes accounts over, each once", async () => {
    const { client, ids } = await withAccounts([ADA, { userName: "bo", accountId: "acc-2" }]);
    const operation = (bulkId: string, userName: string) => ({
      method: "POST",
      path: "/Users",
      bulkId,
      data: aUser({ userName }),
    });
    const Operations = [
      operation("1", ADA.userName),
      operation("2", "BO"),
      operation("3", "bo"),
      operation("4", "new"),
    ];
    const schemas = ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"];

    const { body } = await client.call("/Bulk", { body: { schemas, Operations } });

    const statuses = body.Operations.map(({ status }: { status: string }) => status);
    expect(statuses).toEqual(["201", "201", "409", "201"]);
    expect(body.Operations[0].location).toContain(ids[0]);
    expect(body.Operations[1].location).toContain(ids[1]);
  });

  test("that contradicts the externalId is 409, and the log says why", async () => {
    const { client, id } = await withAccounts([{ ...ADA, externalId: "x-1" }]);

    const { status, body } = await client.post(
      aUser({ userName: ADA.userName, externalId: "x-2" }),
    );

    expect(status).toBe(409);
    expect(body).toMatchObject({ scimType: "uniqueness" });
    expect(JSON.stringify(body)).not.toContain(id);
    const row = await lastRow(client, "POST");
    expect(row.explanation).toContain(id);
    expect(row.explanation).toContain("imported");
    expect((await view(client, id)).body.claimed).toBe(false);
  });

  test("by externalId alone takes nobody; with the primary e-mail address it does", async () => {
    const { client, ids } = await withAccounts([
      { userName: "a", externalId: "x-1", email: "a@example.com" },
      { userName: "b", externalId: "x-2", email: "b@example.com" },
    ]);
    const emails = (value: string) => [{ value, primary: true }];

    const alone = await client.post(
      aUser({ userName: "n1", externalId: "x-1", emails: emails("other@example.com") }),
    );
    const both = await client.post(
      aUser({ userName: "n2", externalId: "x-2", emails: emails("B@example.com") }),
    );

    expect([alone.status, both.status]).toEqual([201, 201]);
    expect(ids).not.toContain(alone.body.id);
    expect(both.body.id).toBe(ids[1]);
    const row = await lastRow(client, "POST");
    expect(row.warnings[0]).toContain("was claimed as userName");
  });

  test("with the e-mail address alone takes nobody", async () => {
    const { client, id } = await withAccounts();
    const emails = [{ value: "ada@example.com", primary: true }];

    const { status, body } = await client.post(aUser({ userName: "countess", emails }));

    expect(status).toBe(201);
    expect(body.id).not.toBe(id);
    expect((await view(client, id)).body.claimed).toBe(false);
  });

  test.each<[string, readonly Account[], object]>([
    [
      "one account by userName and another by externalId",
      [
        { userName: "a", accountId: "1" },
        { userName: "b", externalId: "x", accountId: "2" },
      ],
      { userName: "a", externalId: "x" },
    ],
    [
      "an account by userName and a deleted user by both",
      [{ userName: "gone", accountId: "1" }],
      { userName: "gone", externalId: "x-gone" },
    ],
    [
      "an account by externalId and address, and an inactive user by userName",
      [{ userName: "a", externalId: "x", email: "e@example.com" }],
      { userName: "off", externalId: "x", emails: [{ value: "e@example.com", primary: true }] },
    ],
  ])("that meets two accounts is refused and shown: %s", async (_what, accounts, body) => {
    const client = await gateway.client();
    const { body: gone } = await client.post(aUser({ userName: "gone", externalId: "x-gone" }));
    await client.remove(gone.id);
    await client.post(aUser({ userName: "off", active: false }));
    await importAccounts(client, accounts);
    const before = await allEvents(gateway, client.id);

    const { status } = await client.post(aUser({ ...body }));

    expect(status).toBe(409);
    const row = await lastRow(client, "POST");
    expect(row.explanation).toContain("may mean several users");
    expect(await allEvents(gateway, client.id)).toEqual(before);
  });

  test("takes an account over whatever reprovision says, and one that was switched off here", async () => {
    const { client, id } = await withAccounts([ADA], { reprovision: "conflict" });
    await gateway.admin(`/connectors/${client.id}/users/${id}/deactivate`, { method: "POST" });
    expect((await view(client, id)).body).toMatchObject({ claimed: false, active: false });

    const { status, body } = await client.post(aUser({ userName: ADA.userName }));

    expect([status, body.id]).toEqual([201, id]);
    expect((await eventsOf(client, id)).map(({ type }) => type)).toEqual([
      "user.created",
      "user.deactivated",
      "user.reactivated",
    ]);
  });
});

describe("a provider that looks users up", () => {
  test("finds the account by userName, in lists and by id, as a user like any other", async () => {
    const { client, id } = await withAccounts();

    const found = await client.find(`userName eq "${ADA.userName}"`);
    const { body } = await client.get(id);

    expect(found.body.Resources).toEqual([body]);
    expect(body).toMatchObject({ id, active: true, userName: ADA.userName });
    for (const name of ["accountId", "registered", "claimed"])
      expect(body).not.toHaveProperty(name);
    expect((await client.call("/Users")).body.totalResults).toBe(1);
  });

  test.each<[string, (client: TestClient, id: string) => Promise<TestAnswer>]>([
    ["PUT", (client, id) => client.put(id, aUser({ userName: ADA.userName, title: "Dr" }))],
    [
      "PATCH with a path",
      (client, id) => client.patch(id, aPatch({ op: "replace", path: "title", value: "Dr" })),
    ],
    [
      "PATCH without a path",
      (client, id) => client.patch(id, aPatch({ op: "add", value: { title: "Dr" } })),
    ],
    [
      "PATCH in a Bulk",
      (client, id) => {
        const data = aPatch({ op: "replace", path: "title", value: "Dr" });
        const Operations = [{ method: "PATCH", path: `/Users/${id}`, data }];
        return client.call("/Bulk", { body: { Operations } });
      },
    ],
    [
      "PATCH that changes nothing",
      (client, id) => client.patch(id, aPatch({ op: "replace", path: "active", value: true })),
    ],
    [
      "PUT that changes nothing",
      async (client, id) => {
        const { id: _, meta: __, ...body } = (await client.get(id)).body;
        return await client.put(id, body);
      },
    ],
  ])("claims the account by %s", async (_what, claim) => {
    const { client, id } = await withAccounts();

    const { status } = await claim(client, id);

    expect(status).toBe(200);
    expect((await eventsOf(client, id)).at(-1)).toMatchObject({
      type: "user.claimed",
      claimed: true,
      version: 2,
    });
    expect((await view(client, id)).body).not.toHaveProperty("claimed");
    expect((await client.post(aUser({ userName: ADA.userName }))).status).toBe(409);
    expect(await listed(client, "state=unclaimed")).toEqual([]);
  });

  test.each<[string, (client: TestClient, id: string) => Promise<TestAnswer>]>([
    ["PUT", (client, id) => client.put(id, aUser({ userName: ADA.userName, externalId: "x-2" }))],
    [
      "PATCH",
      (client, id) => client.patch(id, aPatch({ op: "add", path: "externalId", value: "x-2" })),
    ],
  ])("is refused where a %s brings another externalId", async (_what, change) => {
    const { client, id } = await withAccounts([{ ...ADA, externalId: "x-1" }]);

    const { status } = await change(client, id);

    expect(status).toBe(409);
    expect((await view(client, id)).body).toMatchObject({ claimed: false, externalId: "x-1" });
  });

  test("deletes an account as any user, and no later create of that name gets it", async () => {
    const { client, id } = await withAccounts();

    const { status } = await client.remove(id);
    const { body } = await client.post(aUser({ userName: ADA.userName }));

    expect(status).toBe(204);
    expect(body.id).not.toBe(id);
  });

  test("makes an account a member of a group without claiming it", async () => {
    const { client, id } = await withAccounts();

    const body = { displayName: "G", members: [{ value: id }] };
    const { status } = await client.call("/Groups", { body });

    expect(status).toBe(201);
    expect((await view(client, id)).body.claimed).toBe(false);
  });
});

describe("the application", () => {
  const say = (client: TestClient, id: string, body: object, headers = {}) =>
    gateway.admin(`/connectors/${client.id}/users/${id}`, { method: "PATCH", body, headers });

  test("says which account a user has and when the person signed in: view and event have both", async () => {
    const client = await gateway.client();
    const { body: ada } = await client.post(aUser());

    const { status, body, headers } = await say(client, ada.id, {
      accountId: "acc-7",
      registered: "2026-11-30T12:00:00+01:00",
    });

    const account = { accountId: "acc-7", registered: "2026-11-30T11:00:00.000Z" };
    expect(status).toBe(200);
    expect(body).toMatchObject({ id: ada.id, ...account });
    expect(headers.get("ETag")).toBe('W/"2"');
    expect((await view(client, ada.id)).body).toMatchObject(account);
    expect((await eventsOf(client, ada.id)).at(-1)).toMatchObject({
      type: "user.updated",
      actor: { kind: "administrator" },
      resource: account,
      changed: ["accountId", "registered"],
      difference: { accountId: { to: "acc-7" } },
    });
    const later = await client.patch(ada.id, aPatch({ op: "add", path: "title", value: "Dr" }));
    expect(later.body).not.toHaveProperty("accountId");
    expect((await eventsOf(client, ada.id)).at(-1)?.resource).toMatchObject(account);
    const { body: same } = await say(client, ada.id, account);
    expect(same.meta.version).toBe('W/"3"');
    const { body: cleared } = await say(client, ada.id, { accountId: null, registered: null });
    expect(cleared).not.toHaveProperty("accountId");
    expect(cleared).not.toHaveProperty("registered");
  });

  test("keeps an account that waits waiting", async () => {
    const { client, id } = await withAccounts();

    await say(client, id, { registered: "2026-11-30T12:00:00Z" });

    expect((await view(client, id)).body).toMatchObject({ claimed: false });
    const { body } = await client.post(aUser({ userName: ADA.userName }));
    expect(body.id).toBe(id);
    expect((await eventsOf(client, id)).at(-1)).toMatchObject({ claimed: true });
  });

  test("is refused an account that another user has, and may take it from a deleted one", async () => {
    const { client, id } = await withAccounts();
    const { body: bo } = await client.post(aUser());

    const taken = await say(client, bo.id, { accountId: "acc-1" });
    await client.remove(id);
    const given = await say(client, bo.id, { accountId: "acc-1" });

    expect([taken.status, given.status]).toEqual([409, 200]);
    expect(taken.body.detail).toContain(id);
    const restored = await gateway.admin(`/connectors/${client.id}/users/${id}/restore`, {
      method: "POST",
    });
    expect(restored.status).toBe(200);
    expect(restored.body).not.toHaveProperty("accountId");
  });

  test.each<[string, object, number]>([
    ["a time that is none", { registered: "yesterday" }, 400],
    ["an empty accountId", { accountId: "" }, 400],
    ["a member of the user's own", { userName: "x" }, 400],
  ])("is refused %s", async (_what, body, status) => {
    const { client, id } = await withAccounts();

    expect((await say(client, id, body)).status).toBe(status);
  });

  test("gets 404 for nobody and for a deleted user, 412 for another version, 403 with a smaller role", async () => {
    const { client, id } = await withAccounts();
    const body = { accountId: "acc-2" };

    const stale = await say(client, id, body, { "If-Match": 'W/"9"' });
    const nobody = await say(client, crypto.randomUUID(), body);
    await client.remove(id);
    const deleted = await say(client, id, body);

    expect([stale.status, nobody.status, deleted.status]).toEqual([412, 404, 404]);
    const made = await gateway.admin("/keys", {
      body: { name: "App", role: "feed", connectorId: client.id },
    });
    const token = made.body.secret ?? made.body.key?.secret;
    const refused = await gateway.admin(`/connectors/${client.id}/users/import`, {
      token,
      body: { users: [ADA] },
    });
    expect(refused.status).toBe(403);
  });
});

describe("users by the state of their accounts", () => {
  test("are registered or pending, also with a filter and in pages, and those who wait", async () => {
    const { client, id } = await withAccounts();
    const ids: string[] = [];
    for (const n of [0, 1, 2, 3, 4]) {
      const { body } = await client.post(aUser({ title: n < 2 ? "Dr" : "Ms" }));
      ids.push(body.id);
    }
    const [first = "", second = "", third = ""] = ids;
    for (const each of [first, third, second]) {
      const body = { registered: "2026-11-30T12:00:00Z" };
      await gateway.admin(`/connectors/${client.id}/users/${each}`, { method: "PATCH", body });
    }
    await client.remove(second);

    expect(await listed(client, "state=registered")).toEqual([first, third]);
    expect(await listed(client, "state=pending")).toEqual([id, ...ids.slice(3)]);
    expect(await listed(client, "state=unclaimed")).toEqual([id]);
    const filtered = (state: string) =>
      listed(client, `state=${state}&${new URLSearchParams({ filter: 'title eq "Dr"' })}`);
    expect(await filtered("registered")).toEqual([first]);
    expect(await filtered("pending")).toEqual([]);
    const named = filterQuery(`userName eq "${ADA.userName}"`).slice(1);
    expect(await listed(client, `state=unclaimed&${named}`)).toEqual([id]);
    expect(await listed(client, `state=registered&${named}`)).toEqual([]);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = new URLSearchParams({ state: "pending", limit: "2", cursor });
      const { body } = await gateway.admin(`/connectors/${client.id}/users?${query}`);
      seen.push(...body.items.map((user: { id: string }) => user.id));
      cursor = body.nextCursor;
    }
    expect(seen).toEqual([id, ...ids.slice(3)]);
  });

  test("cost their own rows, however many others there are", async () => {
    const { client, ids } = await withAccounts(
      Array.from({ length: 300 }, (_, n) => ({ userName: `u${n}`, accountId: `${n}` })),
    );
    const [registered = ""] = ids.slice(-1);
    const body = { registered: "2026-11-30T12:00:00Z" };
    await gateway.admin(`/connectors/${client.id}/users/${registered}`, { method: "PATCH", body });

    const cost = async (query: string) => {
      const answer = await gateway.admin(`/connectors/${client.id}/users?${query}`);
      return { items: answer.body.items.length, rowsRead: answer.cost.rowsRead };
    };

    const one = await cost("state=registered");
    expect(one.items).toBe(1);
    expect(one.rowsRead).toBeLessThanOrEqual(10);
    const ten = await cost("state=pending&limit=10");
    expect(ten.items).toBe(10);
    expect(ten.rowsRead).toBeLessThanOrEqual(40);
  });

  test("show the attributes asked for", async () => {
    const { client, id } = await withAccounts();

    const { body } = await gateway.admin(
      `/connectors/${client.id}/users?state=pending&attributes=accountId`,
    );
    const { body: less } = await gateway.admin(
      `/connectors/${client.id}/users/${id}?excludedAttributes=accountId`,
    );

    expect(body.items).toMatchObject([{ id, accountId: "acc-1" }]);
    expect(body.items[0]).not.toHaveProperty("claimed");
    expect(less).not.toHaveProperty("accountId");
    expect(less.claimed).toBe(false);
  });
});
