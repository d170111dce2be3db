import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aUser, openGateway, type TestAnswer, type TestClient } from "#test/support/gateway.ts";

// One tenant cannot stall all: D1 answers one query after the other, so that a walk over all resources
// is bounded, comes alone, and not too often.

const FULL = { limit: async () => ({ success: false }) };

const gateway = openGateway();
const limited = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_SCANS: FULL } });

/** Enough that one term on each of them is no small matter. */
const MANY = 5_000;

const INDEXED = /userName.*externalId.*id.*emails\.value/;

/** A search of so many terms that no index helps with. */
function terms(count: number, term = 'title co "x"', joint = "or"): string {
  return Array.from({ length: count }, (_, n) => term.replace("x", `x${n}`)).join(` ${joint} `);
}

async function manyUsers(count = MANY): Promise<TestClient> {
  const client = await gateway.client();
  await fillUsers(client.id, count);
  return client;
}

/** The ways to send one search. */
const WAYS: readonly (readonly [
  string,
  (via: typeof gateway, client: TestClient, filter: string) => Promise<TestAnswer>,
])[] = [
  [
    "GET /Users",
    (via, { token }, filter) => via.scim(`/Users?${new URLSearchParams({ filter })}`, { token }),
  ],
  [
    "GET /Users by cursor",
    (via, { token }, filter) =>
      via.scim(`/Users?${new URLSearchParams({ filter, cursor: "" })}`, { token }),
  ],
  [
    "GET /Users for the total alone",
    (via, { token }, filter) =>
      via.scim(`/Users?${new URLSearchParams({ filter, count: "0" })}`, { token }),
  ],
  [
    "POST /Users/.search",
    (via, { token }, filter) => via.scim("/Users/.search", { token, body: { filter } }),
  ],
  ["POST /.search", (via, { token }, filter) => via.scim("/.search", { token, body: { filter } })],
  [
    "the admin's directory",
    (via, { id }, filter) =>
      via.admin(`/connectors/${id}/users?${new URLSearchParams({ filter })}`),
  ],
];

describe("the budget of one search", () => {
  test.each(WAYS)("50 terms on 5,000 users are too many: %s", async (_way, search) => {
    const client = await manyUsers();

    const refused = await search(gateway, client, terms(50, 'emails co "x"'));

    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(INDEXED);
    // What was read is the length of documents, until it was plain that they are too many.
    expect(refused.cost.rowsRead).toBeLessThan(3 * MANY);
    expect(refused.cost.rowsWritten).toBe(0);
  });

  test("the refusal is tooMany, and stands in the event log", async () => {
    const client = await manyUsers();

    const refused = await client.find(terms(50, 'emails co "x"'));

    expectScimError(refused, 400, "tooMany");
    const { body } = await gateway.admin(`/connectors/${client.id}/events`);
    expect(body.items).toMatchObject([{ status: 400, scimType: "tooMany" }]);
  });

  test.each([
    ["value paths", terms(25, 'emails[type eq "work" and value co "x"]')],
    ["presence", terms(50, "addresses pr")],
    ["negations", terms(50, 'not (emails ew "x")')],
    ["an and whose terms all hold", terms(50, 'not (emails co "x")', "and")],
    ["a prefix of everybody's name", `userName sw "user" and (${terms(49, 'emails co "x"')})`],
    ["an e-mail or all", `emails eq "x" or (${terms(49, 'emails co "x"')})`],
  ])("%s are weighed", async (_what, filter) => {
    const client = await manyUsers();

    expectScimError(await client.call("/.search", { body: { filter } }), 400, "tooMany");
  });

  test("an address that all users share does not hide what else is tried on them", async () => {
    const client = await manyUsers();
    await env.DB.prepare(
      "UPDATE resource_values SET value_key = 'all@example.com' WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)",
    )
      .bind(client.id)
      .run();

    const filter = `emails eq "all@example.com" and (${terms(49, 'emails co "x"')})`;

    expectScimError(await client.call("/.search", { body: { filter } }), 400, "tooMany");
  });

  test("long documents count: a hundred times the text allows a hundredth of the users", async () => {
    const client = await manyUsers(1_500);
    const filter = terms(10, 'nickName co "x"');
    const before = await client.find(filter);
    await env.DB.prepare(
      `UPDATE resources SET folded = json_set(folded, '$.nickName', printf('%.*c', 60000, 'n'))
       WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)`,
    )
      .bind(client.id)
      .run();

    expect(before.status).toBe(200);
    expectScimError(await client.find(filter), 400, "tooMany");
  });

  test.each([
    'title eq "title 3"',
    "title pr",
    'meta.lastModified gt "2020-01-01T00:00:00Z"',
    'emails co "mail1"',
  ])("one term on 5,000 users is answered: %s", async (filter) => {
    const client = await manyUsers();

    const answer = await client.find(filter);

    expect(answer.status).toBe(200);
    expect(answer.body.totalResults).toBeGreaterThan(0);
  });
});

/** Reference CLIENTS: what Entra, Okta and others look up, and joins of an indexed and another term. */
const LOOKUPS = [
  `userName eq "${filled.userName(7)}"`,
  `externalId eq "${filled.externalId(7)}"`,
  `emails eq "${filled.email(7)}"`,
  `emails[type eq "work"].value eq "${filled.email(7)}"`,
  `emails[type eq "work" and value eq "${filled.email(7)}"]`,
  `id eq "${filled.id(7)}"`,
  `id eq "${filled.id(7)}" and manager eq "x"`,
  `userName eq "${filled.userName(7)}" and (${terms(40, 'emails co "x"')})`,
  `externalId eq "${filled.externalId(7)}" and title pr`,
  `emails eq "${filled.email(7)}" and active eq true`,
  `title co "title" and emails eq "${filled.email(7)}"`,
  `userName eq "${filled.userName(7)}" or externalId eq "${filled.externalId(8)}"`,
  'userName sw "user77"',
  'groups.value eq "nobody"',
];

describe("the rate of scans", () => {
  const heavy = 'title eq "nothing"';

  test.each(WAYS)("beyond it is 429 with Retry-After: %s", async (_way, search) => {
    const client = await manyUsers();

    const refused = await search(limited, client, heavy);

    expect(refused.status).toBe(429);
    expect(refused.headers.get("Retry-After")).toBe("10");
    expect(refused.body.detail).toMatch(INDEXED);
  });

  test("an order without an index is a scan as well", async () => {
    const { token } = await manyUsers();

    const refused = await limited.scim("/Users?sortBy=title", { token });

    expectScimError(refused, 429);
  });

  test.each(LOOKUPS)("%s is none", async (filter) => {
    const { token } = await manyUsers();

    const answer = await limited.scim("/.search", { token, body: { filter } });

    expect(answer.status).toBe(200);
  });

  test("groups found by name or by a member are none", async () => {
    const { token } = await manyUsers();
    for (const filter of ['displayName eq "Staff"', `members eq "${filled.id(7)}"`]) {
      const answer = await limited.scim(`/Groups?${new URLSearchParams({ filter })}`, { token });
      expect(answer.status).toBe(200);
    }
  });

  test.each([heavy, terms(5, 'emails co "x"')])(
    "a small directory is walked like a list: %s",
    async (filter) => {
      const client = await gateway.client();
      for (let n = 0; n < 20; n += 1) await client.post(aUser({ title: "Dr" }));

      const answer = await limited.scim("/.search", { token: client.token, body: { filter } });

      expect(answer.status).toBe(200);
    },
  );

  test("is counted for each connector by its own number, and not with RATE_LIMITS off", async () => {
    const keys: string[] = [];
    const counting = {
      limit: async ({ key }: { key: string }) => {
        keys.push(key);
        return { success: true };
      },
    };
    const bindings = { RATE_LIMIT_SCANS: counting };
    const [on, off] = [openGateway({ rateLimits: "on", bindings }), openGateway({ bindings })];
    const clients = [await manyUsers(), await manyUsers()];

    for (const { token } of clients) {
      await off.scim("/Users?sortBy=title", { token });
      await on.scim("/Users?sortBy=title", { token });
    }

    expect(new Set(keys).size).toBe(2);
    expect(keys).toHaveLength(2);
  });
});

test("a token that is not let in scans nothing", async () => {
  const client = await manyUsers();
  const tokens = `/connectors/${client.id}/tokens`;
  const [token] = (await gateway.admin(tokens)).body.items;
  await gateway.admin(`${tokens}/${token.id}`, { method: "DELETE" });

  const refused = await client.find('title eq "nothing"');

  expect(refused.status).toBe(401);
  expect(refused.cost.rowsRead).toBeLessThan(100);
});

test("while a scan runs, its connector's next is refused, and all else is answered", async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let trips = 0;
  const db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    if (trips === 2) {
      begun.resolve();
      await gate.promise;
    }
    return await run();
  });
  const held = openGateway({ db });
  const { token } = await manyUsers();
  const neighbour = await manyUsers();
  const sorted = "/Users?sortBy=title";

  // The first question tells who asks, and that it is no small matter; the second is the scan.
  const scan = held.scim(sorted, { token });
  await begun.promise;
  const second = await held.scim(sorted, { token });
  const found = await held.scim(`/Users?${new URLSearchParams({ filter: LOOKUPS[0] ?? "" })}`, {
    token,
  });
  const neighbours = await held.scim(sorted, { token: neighbour.token });
  gate.resolve();

  expectScimError(second, 429);
  expect(second.headers.get("Retry-After")).toBe("1");
  expect(second.body.detail).toMatch(INDEXED);
  expect([found.status, neighbours.status, (await scan).status]).toEqual([200, 200, 200]);
  expect((await held.scim(sorted, { token })).status).toBe(200);
});
