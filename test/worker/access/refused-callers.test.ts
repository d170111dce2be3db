import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { breakableDatabase } from "#test/support/d1/faulty-d1.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

const MINUTE = Date.parse("2026-01-01T21:00:00Z");
const time = { now: MINUTE };
const clock = { now: () => time.now };
const gateway = openGateway({ clock });
type Gateway = typeof gateway;

/** What a caller writes into a request, wherever it can. */
const SECRET = "zoe-planted";

/** A rate limit that was reached. */
const FULL = { limit: async () => ({ success: false }) };

const ENDPOINTS: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ["GET", `/Users?filter=userName%20eq%20%22${SECRET}%22`, undefined],
  ["POST", `/Users?x=${SECRET}`, aUser({ userName: SECRET })],
  ["PUT", `/Users/${SECRET}`, aUser({ userName: SECRET })],
  ["PATCH", `/Users/${SECRET}`, aPatch({ op: "replace", path: "title", value: SECRET })],
  ["DELETE", `/Users/${SECRET}`, undefined],
  ["GET", `/Groups/${SECRET}`, undefined],
  ["POST", "/Groups", { displayName: SECRET, members: [{ value: SECRET }] }],
  [
    "PATCH",
    `/Groups/${SECRET}`,
    aPatch({ op: "add", path: "members", value: [{ value: SECRET }] }),
  ],
  [
    "POST",
    "/Bulk",
    { Operations: [{ method: "POST", path: "/Users", data: { userName: SECRET } }] },
  ],
  ["POST", "/.search", { filter: `userName eq "${SECRET}"` }],
  ["GET", `/Schemas/${SECRET}`, undefined],
  ["GET", `/${SECRET}`, undefined],
  ["POST", "/Users", `{"userName":"${SECRET}`],
  ["GET", `/Users?filter=${SECRET}`, undefined],
];

async function tokenIdOf({ id }: { readonly id: string }): Promise<string> {
  return (await gateway.admin(`/connectors/${id}/tokens`)).body.items[0].id;
}

async function revoke(client: TestClient): Promise<string> {
  const id = await tokenIdOf(client);
  await gateway.admin(`/connectors/${client.id}/tokens/${id}`, { method: "DELETE" });
  return id;
}

const disable = ({ id }: TestClient) =>
  gateway.admin(`/connectors/${id}`, { method: "PATCH", body: { status: "disabled" } });

/** The ways not to be let in with a token that is known. */
const WAYS: readonly (readonly [
  what: string,
  shut: (client: TestClient) => Promise<unknown>,
  explained: RegExp,
])[] = [
  ["a revoked token", revoke, /was revoked at 2026-01-01T21:00:00/],
  ["a disabled connector", disable, /connector is disabled/],
  [
    "a deleted connector",
    ({ id }) => gateway.admin(`/connectors/${id}`, { method: "DELETE" }),
    /deleted at 2026-01-01T21:00:00/,
  ],
  ["an expired token", expire, /expired at 2026-01-01T20:59:59/],
];

async function expire({ id }: TestClient): Promise<void> {
  const text = `UPDATE credentials SET expires_at = ?2
    WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)`;
  await env.DB.prepare(text)
    .bind(id, MINUTE - 1_000)
    .run();
}

/** Everything that the log's table has of a connector's callers, whether it is deleted or not. */
async function rowsOf({ id }: { readonly id: string }) {
  const text = `SELECT * FROM events WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)
    AND actor IS NULL ORDER BY op_id`;
  const { results } = await env.DB.prepare(text).bind(id).all();
  return results;
}

async function eventsOf(client: { readonly id: string }, asked: Gateway = gateway, query = "") {
  return (await asked.admin(`/connectors/${client.id}/events${query}`)).body.items;
}

function callAll(client: TestClient) {
  return Promise.all(
    ENDPOINTS.map(([method, path, body]) =>
      client.call(path, { method, body, headers: { "User-Agent": SECRET } }),
    ),
  );
}

describe.each(WAYS)("%s", (_what, shut, explained) => {
  test("leaves one row for a minute of requests, and nothing of what they held", async () => {
    const client = await gateway.client();
    await shut(client);

    for (let round = 0; round < 3; round += 1) await callAll(client);

    // Any flush writes what waits; another connector's events ask for one.
    await eventsOf(await gateway.client());
    const rows = await rowsOf(client);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      count: 3 * ENDPOINTS.length,
      request_body: null,
      response_body: null,
      user_name: null,
      user_name_key: null,
      user_agent: null,
      resource_id: null,
      explanation: expect.stringMatching(explained),
    });
    expect(JSON.stringify(rows)).not.toContain(SECRET);
  });
});

/** What is stored of a connector's only token, whether the connector is deleted or not. */
async function lastUsedAt({ id }: { readonly id: string }): Promise<number | null> {
  const text = `SELECT last_used_at AS at FROM credentials
    WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)`;
  return await env.DB.prepare(text).bind(id).first<number>("at");
}

describe.each(WAYS)("%s is not used by its refusals", (_what, shut) => {
  test("since an administrator takes the last use for the last time that it was good", async () => {
    let now = MINUTE;
    const timed = openGateway({ clock: { now: () => now } });
    const client = await timed.client();
    await client.call("/Users");
    const used = await lastUsedAt(client);
    await shut(client);
    now += 10 * 60_000;

    const statuses = (await callAll(client)).map(({ status }) => status);

    expect(used).toBe(MINUTE);
    expect(statuses.every((status) => status === 401 || status === 403)).toBe(true);
    expect(await lastUsedAt(client)).toBe(MINUTE);
  });
});

test("an administrator who asks why nothing arrives is told how often, since when and why", async () => {
  const client = await gateway.client();
  const id = await revoke(client);
  const headers = { "CF-Connecting-IP": "203.0.113.9" };
  await client.call(`/Users/${SECRET}`, { headers });
  await client.post(aUser({ userName: SECRET }));
  await client.post(aUser({ userName: SECRET }));

  const events = await eventsOf(client, gateway, "?status=4xx");

  expect(events).toMatchObject([
    {
      time: "2026-01-01T21:00:00.000Z",
      method: "GET",
      path: "/scim/v2/Users/{id}",
      status: 401,
      credentialId: id,
      clientIp: "203.0.113.9",
      count: 3,
    },
  ]);
  expect(events[0].explanation).toMatch(
    new RegExp(
      `^The token with the id ${id} was revoked at .* This happened 3 times in this minute\\.$`,
    ),
  );
});

test("the next minute has a row of its own, and so has another reason", async () => {
  const timed = { now: MINUTE };
  const moved = openGateway({ clock: { now: () => timed.now } });
  const client = await moved.client();
  await disable(client);
  await client.call("/Users");
  await client.call("/Users");
  timed.now += 60_000;
  await client.call("/Users");
  await revoke(client);
  await client.call("/Users");

  const events = await eventsOf(client, moved);

  expect(events.map(({ status, count }: Record<string, unknown>) => [status, count])).toEqual(
    expect.arrayContaining([
      [403, 2],
      [403, 1],
      [401, 1],
    ]),
  );
  expect(events).toHaveLength(3);
});

test("what two isolates and many requests at once count is added up in one row", async () => {
  const client = await gateway.client();
  await revoke(client);
  const others = [openGateway({ clock }), openGateway({ clock }), openGateway({ clock })];

  await Promise.all(
    others.flatMap((each) =>
      Array.from({ length: 20 }, () => each.scim("/Users", { token: client.token })),
    ),
  );

  for (const each of others) await eventsOf(client, each);
  expect(await rowsOf(client)).toMatchObject([{ count: 60 }]);
});

test("a flood is written a few times a minute, whatever comes beside it", async () => {
  const timed = { now: MINUTE };
  let writes = 0;
  const counted = wrapDatabase(env.DB, async (run) => {
    const results = await run();
    if (results.some(({ meta }) => meta.rows_written > 0)) writes += 1;
    return results;
  });
  const flooded = openGateway({ db: counted, clock: { now: () => timed.now } });
  const client = await flooded.client();
  await revoke(client);
  await flooded.scim("/Users", { token: client.token });
  const before = writes;

  await Promise.all(
    Array.from({ length: 300 }, () => flooded.scim("/Users", { token: client.token })),
  );

  expect(writes - before).toBeLessThan(10);
  await eventsOf(client, flooded);
  expect(await rowsOf(client)).toMatchObject([{ count: 301 }]);
});

test("a database that takes no row loses counts and no answer", async () => {
  const client = await gateway.client();
  await revoke(client);
  const { db, breakAt, repair } = breakableDatabase(env.DB);
  const broken = openGateway({ db, clock });
  // The look-up goes through, the row does not.
  breakAt(2, "D1_ERROR: database or disk is full");

  const refused = await broken.scim("/Users", { token: client.token });
  repair();

  expect(refused.status).toBe(401);
});

describe("a 429", () => {
  test.each(["RATE_LIMIT_STANDARD", "RATE_LIMIT_FAILURES"])(
    "by %s leaves no row",
    async (binding) => {
      const over = openGateway({ clock, rateLimits: "on", bindings: { [binding]: FULL } });
      const client = await over.client();
      if (binding === "RATE_LIMIT_FAILURES") await revoke(client);

      const refused = await Promise.all(
        ENDPOINTS.map(([method, path, body]) => client.call(path, { method, body })),
      );

      expect(refused.every(({ status }) => status === 429)).toBe(true);
      expect(await eventsOf(client, over)).toEqual([]);
    },
  );
});

describe("the token endpoint", () => {
  async function aClient(input: object = {}) {
    const { id } = await gateway.connector(input);
    const { body } = await gateway.admin(`/connectors/${id}/clients`, { body: {} });
    return { id, clientId: body.clientId as string, clientSecret: body.clientSecret as string };
  }

  type Client = Awaited<ReturnType<typeof aClient>>;

  function ask({ clientId, clientSecret }: Client, asked = gateway) {
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      scope: SECRET,
    });
    const headers = { "User-Agent": SECRET };
    const url = `https://scim.example.com/oauth/token?x=${SECRET}`;
    return asked.send(new Request(url, { method: "POST", headers, body }));
  }

  const CLOSED: readonly (readonly [string, (client: Client) => Promise<Client>, RegExp])[] = [
    ["a wrong secret", async (client) => ({ ...client, clientSecret: SECRET }), /not the one/],
    [
      "a revoked client",
      async (client) => {
        const path = `/connectors/${client.id}/clients/${client.clientId}`;
        await gateway.admin(path, { method: "DELETE" });
        return client;
      },
      /was revoked at 2026-01-01T21:00:00/,
    ],
    [
      "a disabled connector",
      async (client) => {
        const body = { status: "disabled" };
        await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body });
        return client;
      },
      /connector of this client is disabled/,
    ],
  ];

  test.each(CLOSED)(
    "writes one row a minute for %s, with its count",
    async (_what, close, says) => {
      const client = await close(await aClient());

      for (let count = 0; count < 20; count += 1) await ask(client);

      const [event, ...others] = await eventsOf(client);
      expect(others).toEqual([]);
      expect(event).toMatchObject({
        path: "/oauth/token",
        credentialId: client.clientId,
        count: 20,
      });
      expect(event.explanation).toMatch(says);
      expect(JSON.stringify(await rowsOf(client))).not.toContain(SECRET);
    },
  );

  test("writes no row for a 429", async () => {
    const over = openGateway({ clock, rateLimits: "on", bindings: { RATE_LIMIT_FAILURES: FULL } });
    const client = await aClient();

    const answer = await ask({ ...client, clientSecret: "wrong" }, over);

    expect(answer.status).toBe(429);
    expect(await eventsOf(client, over)).toEqual([]);
  });
});

describe("a good token", () => {
  test.each([
    ["GET", "/scim/v2/NoSuchEndpoint"],
    ["PUT", "/scim/v2/Users"],
    ["GET", "/scim/v3/Users"],
    ["POST", "/Users"],
    ["GET", "/"],
    ["POST", "/healthz"],
    ["GET", `/scim/v2/Users?x=${"y".repeat(17_000)}`],
  ])("on %s %s finds the request in its log", async (method, path) => {
    const client = await gateway.client();
    const headers = { Authorization: `Bearer ${client.token}`, "User-Agent": "Okta" };

    const answer = await gateway.send(
      new Request(`https://scim.example.com${path}`, { method, headers }),
    );

    expect([404, 405, 414]).toContain(answer.status);
    const [event, ...others] = await eventsOf(client);
    expect(others).toEqual([]);
    expect(event).toMatchObject({ method, status: answer.status, userAgent: "Okta", count: 1 });
    expect(event.path).toBe(path.slice(0, event.path.length));
    expect(event.explanation).toMatch(/\S/);
  });

  test("that may only read and writes is a request like any other", async () => {
    const client = await gateway.client();
    const path = `/connectors/${client.id}/tokens`;
    const { body } = await gateway.admin(path, { body: { scope: "read" } });

    await gateway.scim("/Users", { token: body.secret, body: aUser({ userName: "ada" }) });
    await gateway.scim("/Users", { token: body.secret, body: aUser({ userName: "bob" }) });

    const names = (await eventsOf(client)).map(({ userName }: Record<string, unknown>) => userName);
    expect(names.toSorted()).toEqual(["ada", "bob"]);
  });
});

describe("no row anywhere is written by", () => {
  const DOORS: readonly (readonly [what: string, path: string, init: RequestInit])[] = [
    ["an admin call with a wrong token", "/admin/v1/connectors", bearer("wrong")],
    [
      "an admin POST with a wrong token",
      "/admin/v1/connectors",
      { ...bearer("wrong"), method: "POST", body: SECRET },
    ],
    ["the key set", "/.well-known/jwks.json", bearer(SECRET)],
    ["health", "/healthz", bearer(SECRET)],
    ["a path that nobody knows", `/${SECRET}`, {}],
    ["a path that nobody knows with a broken token", `/${SECRET}`, bearer("sgw_short")],
  ];

  function bearer(token: string): RequestInit {
    return { headers: { Authorization: `Bearer ${token}` } };
  }

  test.each(DOORS)("%s", async (_what, path, init) => {
    const watched = openGateway({
      clock,
      db: wrapDatabase(env.DB, () => Promise.reject(new Error("asked"))),
    });

    const answer = await watched.send(new Request(`https://scim.example.com${path}`, init));

    expect([200, 401, 404]).toContain(answer.status);
    expect(answer.cost.roundTrips).toBe(0);
  });
});

test("a Bulk whose token is revoked under way keeps what came before, and no body from then on", async () => {
  const client = await gateway.client();
  await client.post(aUser({ userName: "taken" }));
  let trips = 0;
  const db = wrapDatabase(env.DB, async (run) => {
    trips += 1;
    if (trips === 3) await revoke(client);
    return await run();
  });
  const race = openGateway({ clock, db, roundTripsMax: 12 });
  const operation = (userName: string) => ({
    method: "POST",
    path: "/Users",
    bulkId: userName,
    data: aUser({ userName, title: SECRET }),
  });

  const answer = await race.scim("/Bulk", {
    token: client.token,
    body: { Operations: ["a", "b", "c"].map(operation) },
  });

  expect(JSON.stringify(answer.body)).toContain("revoked");
  const rows = await rowsOf(client);
  const refused = rows.filter(({ status }) => status === 401);
  expect(refused.length).toBeGreaterThan(0);
  expect(JSON.stringify(refused)).not.toContain(SECRET);
});
