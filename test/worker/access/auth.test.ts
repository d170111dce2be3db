import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import { ERROR } from "#scim/schema/urns.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

const TITLE = aPatch({ op: "replace", path: "title", value: "x" });

/** Every endpoint with a body that it would take; `{id}` stands for a user of the connector asked. */
const ENDPOINTS: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ["GET", "/Users", undefined],
  ["HEAD", "/Users", undefined],
  ["POST", "/Users", aUser()],
  ["GET", "/Users/{id}", undefined],
  ["PUT", "/Users/{id}", aUser()],
  ["PATCH", "/Users/{id}", TITLE],
  ["DELETE", "/Users/{id}", undefined],
  ["GET", "/Groups", undefined],
  ["POST", "/Groups", { displayName: "Engineers" }],
  ["GET", "/Groups/x", undefined],
  ["PUT", "/Groups/x", { displayName: "Engineers" }],
  ["PATCH", "/Groups/x", aPatch({ op: "replace", path: "displayName", value: "x" })],
  ["DELETE", "/Groups/x", undefined],
  ["GET", "/Me", undefined],
  ["DELETE", "/Users", undefined],
  ["GET", "/NoSuchEndpoint", undefined],
  ["GET", "", undefined],
];

const WRITES: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ["POST", "/Users", aUser()],
  ["PUT", "/Users/{id}", aUser()],
  ["PATCH", "/Users/{id}", TITLE],
  ["DELETE", "/Users/{id}", undefined],
];

const CHALLENGE = 'Bearer realm="scim"';
const INVALID_TOKEN = `${CHALLENGE}, error="invalid_token"`;

const unauthorized = {
  status: 401,
  body: { schemas: [ERROR], status: "401", detail: expect.stringMatching(/\S/) },
};

/** A client with one user, and everything that is stored of the connector's users. */
async function withUser() {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada" }));
  return { client, id: body.id as string, stored: () => rowsOf(client) };
}

/** Every row of a connector but those of its log and its credentials, which note the refusal. */
async function rowsOf({ id }: { readonly id: string }): Promise<unknown> {
  const tables = await env.DB.prepare(
    `SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'
       AND substr(m.name, 1, 3) <> '_cf' AND c.name = 'connector_id' AND m.name NOT IN ('events', 'credentials')`,
  ).all<{ name: string }>();
  const connector = "(SELECT number FROM connectors WHERE id = ?1)";
  const results = await env.DB.batch(
    tables.results.map(({ name }) =>
      env.DB.prepare(`SELECT * FROM "${name}" WHERE connector_id = ${connector}`).bind(id),
    ),
  );
  return results.map((each) => each.results);
}

async function onlyTokenOf(client: TestClient): Promise<string> {
  const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
  return body.items[0].id;
}

async function revokeTokenOf(client: TestClient) {
  const tokenId = await onlyTokenOf(client);
  return gateway.admin(`/connectors/${client.id}/tokens/${tokenId}`, { method: "DELETE" });
}

function changeStatus(client: TestClient, status: "active" | "disabled") {
  return gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body: { status } });
}

function deleteConnector(client: TestClient) {
  return gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });
}

describe.each(ENDPOINTS)("%s %s", (method, path, body) => {
  test("without a token is 401 and writes nothing", async () => {
    const { id, stored } = await withUser();
    const before = await stored();

    const answer = await gateway.scim(path.replace("{id}", id), { method, body });

    expect(answer.status).toBe(401);
    expect(answer.headers.get("WWW-Authenticate")).toBe(CHALLENGE);
    expect(await stored()).toEqual(before);
  });

  test("with a token that nobody has is 401 and writes nothing", async () => {
    const { id, stored } = await withUser();
    const before = await stored();
    const { secret } = await createToken();

    const answer = await gateway.scim(path.replace("{id}", id), { method, body, token: secret });

    expect(answer.status).toBe(401);
    expect(answer.headers.get("WWW-Authenticate")).toBe(INVALID_TOKEN);
    expect(await stored()).toEqual(before);
  });

  test("with another connector's token touches nothing here", async () => {
    const { id, stored } = await withUser();
    const before = await stored();
    const { token } = await gateway.connector();

    await gateway.scim(path.replace("{id}", id), { method, body, token });

    expect(await stored()).toEqual(before);
  });

  test("with a revoked token is 401 on the very next request", async () => {
    const { client, id } = await withUser();
    await revokeTokenOf(client);

    const answer = await client.call(path.replace("{id}", id), { method, body });

    expect(answer.status).toBe(401);
    expect(answer.headers.get("WWW-Authenticate")).toBe(INVALID_TOKEN);
  });

  test("of a disabled connector is 403 on the very next request", async () => {
    const { client, id, stored } = await withUser();
    const before = await stored();
    await changeStatus(client, "disabled");

    const answer = await client.call(path.replace("{id}", id), { method, body });

    expect(answer.status).toBe(403);
    expect(await stored()).toEqual(before);
  });

  test("of a deleted connector is 401 on the very next request", async () => {
    const { client, id, stored } = await withUser();
    await deleteConnector(client);
    const before = await stored();

    const answer = await client.call(path.replace("{id}", id), { method, body });

    expect(answer.status).toBe(401);
    expect(await stored()).toEqual(before);
  });
});

test("a 401 is a SCIM error of exactly RFC 7644's members", async () => {
  const answer = await gateway.scim("/Users");

  expect(answer.body).toEqual(unauthorized.body);
  expect(answer.headers.get("Content-Type")).toBe("application/scim+json");
});

test.each([
  ["broken JSON", "{"],
  ["a body of 300 KB", "x".repeat(300 * 1024)],
  ["an empty body", ""],
])("%s with a bad token is 401: the token is judged first", async (_what, body) => {
  const { secret } = await createToken();

  const answer = await gateway.scim("/Users", { token: secret, body });

  expect(answer).toMatchObject(unauthorized);
});

test("a token without its scheme, as Okta's header authentication sends it, is accepted", async () => {
  const { token } = await gateway.connector();

  const answer = await gateway.scim("/Users", { headers: { Authorization: token } });

  expect(answer.status).toBe(200);
});

describe("an Authorization header", () => {
  test.each<[what: string, write: (token: string) => string, header: string, says: RegExp]>([
    ["of Basic", (token) => `Basic ${btoa(`a:${token}`)}`, CHALLENGE, /no bearer token/],
    ["of another scheme", (token) => `Token ${token}`, CHALLENGE, /no bearer token/],
    ["of the scheme alone", () => "Bearer ", CHALLENGE, /no bearer token/],
    ["that is empty", () => "", CHALLENGE, /no bearer token/],
    ["with a token cut short", (token) => `Bearer ${token.slice(0, -1)}`, INVALID_TOKEN, /whole/],
    ["with half a token alone", (token) => token.slice(0, 30), INVALID_TOKEN, /whole/],
    ["with two values", (token) => `Bearer ${token}, Bearer ${token}`, INVALID_TOKEN, /whole/],
    [
      "with the word twice",
      (token) => `Bearer Bearer ${token}`,
      INVALID_TOKEN,
      /"Bearer" came twice/,
    ],
    ["with it twice in small letters", (token) => `bearer bearer ${token}`, INVALID_TOKEN, /twice/],
    ["with the word twice alone", () => "Bearer Bearer", INVALID_TOKEN, /twice/],
  ])(
    "%s is 401 that says so, and asks the database nothing",
    async (_what, write, header, says) => {
      const { token } = await gateway.connector();

      const answer = await gateway.scim("/Users", { headers: { Authorization: write(token) } });

      expect(answer).toMatchObject(unauthorized);
      expect(answer.body.detail).toMatch(says);
      expect(answer.headers.get("WWW-Authenticate")).toBe(header);
      expect(answer.cost.roundTrips).toBe(0);
    },
  );
});

test("a wrong filter with a bad token is 401", async () => {
  const { secret } = await createToken();

  const answer = await gateway.scim("/Users?filter=nonsense", { token: secret });

  expect(answer).toMatchObject(unauthorized);
});

describe("a read-only token", () => {
  async function readOnly() {
    const { client, id } = await withUser();
    const path = `/connectors/${client.id}/tokens`;
    const { body } = await gateway.admin(path, { body: { scope: "read" } });
    return { client, id, token: body.secret as string };
  }

  test.each([
    ["/Users", 200],
    ["/Users/{id}", 200],
    ["/Groups", 200],
    ["/ServiceProviderConfig", 200],
  ])("may GET %s", async (path, status) => {
    const { id, token } = await readOnly();

    const answer = await gateway.scim(path.replace("{id}", id), { token });

    expect(answer.status).toBe(status);
  });

  test.each(WRITES)("may not %s %s: 403, nothing is written", async (method, path, body) => {
    const { client, id, token } = await readOnly();
    const before = await rowsOf(client);

    const answer = await gateway.scim(path.replace("{id}", id), { method, body, token });

    expect(answer).toMatchObject({ status: 403, body: { schemas: [ERROR], status: "403" } });
    expect(answer.headers.get("WWW-Authenticate")).toBe(`${CHALLENGE}, error="insufficient_scope"`);
    expect(await rowsOf(client)).toEqual(before);
  });

  test("learns nothing from a broken body: 403 before 400", async () => {
    const { token } = await readOnly();

    const answer = await gateway.scim("/Users", { token, body: "{" });

    expect(answer.status).toBe(403);
  });

  test("does not weaken the connector's other token", async () => {
    const { client } = await readOnly();

    const created = await client.post(aUser());

    expect(created.status).toBe(201);
  });
});

describe("an expiring token", () => {
  async function expiring() {
    const time = { now: Date.parse("2026-01-01T00:00:00Z") };
    const timed = openGateway({ clock: { now: () => time.now } });
    const client = await timed.client();
    const { body } = await timed.admin(`/connectors/${client.id}/tokens`, {
      body: { expiresAt: "2026-01-01T01:00:00Z" },
    });
    return { time, timed, client, token: body.secret as string };
  }

  test("holds until its last millisecond", async () => {
    const { time, timed, token } = await expiring();
    time.now = Date.parse("2026-01-01T00:59:59.999Z");

    const created = await timed.scim("/Users", { token, body: aUser() });

    expect(created.status).toBe(201);
  });

  test.each(WRITES)("is 401 for %s %s from then on", async (method, path, body) => {
    const { time, timed, client, token } = await expiring();
    const { id } = (await client.post(aUser())).body;
    time.now = Date.parse("2026-01-01T01:00:00Z");

    const answer = await timed.scim(path.replace("{id}", id), { method, body, token });

    expect(answer).toMatchObject(unauthorized);
  });

  test("leaves the connector's other token alone", async () => {
    const { time, client } = await expiring();
    time.now = Date.parse("2026-01-02T00:00:00Z");

    const listed = await client.call("/Users");

    expect(listed.status).toBe(200);
  });
});

test("a connector that is enabled again answers as before", async () => {
  const { client, id } = await withUser();
  await changeStatus(client, "disabled");
  await changeStatus(client, "active");

  const read = await client.get(id);

  expect(read.status).toBe(200);
});

test("of several tokens one can be revoked without the other", async () => {
  const client = await gateway.client();
  const first = await onlyTokenOf(client);
  const { body } = await gateway.admin(`/connectors/${client.id}/tokens`, { body: {} });
  await gateway.admin(`/connectors/${client.id}/tokens/${first}`, { method: "DELETE" });

  const revoked = await client.call("/Users");
  const live = await gateway.scim("/Users", { token: body.secret });

  expect(revoked.status).toBe(401);
  expect(live.status).toBe(200);
});

describe("a credential that goes between the read and the commit", () => {
  /** A gateway on which something happens right before the second round trip, the commit. */
  function interrupted(before: () => Promise<unknown>) {
    let roundTrips = 0;
    const db = wrapDatabase(env.DB, async (run) => {
      roundTrips += 1;
      if (roundTrips === 2) await before();
      return run();
    });
    // The refused batch is followed by a second look at the credential and by the log row.
    return openGateway({ db, roundTripsMax: 4 });
  }

  test.each(WRITES)(
    "by revocation: %s %s is 401, nothing is written",
    async (method, path, body) => {
      const { client, id, stored } = await withUser();
      const before = await stored();
      const race = interrupted(() => revokeTokenOf(client));

      const answer = await race.scim(path.replace("{id}", id), {
        method,
        body,
        token: client.token,
      });

      expect(answer).toMatchObject(unauthorized);
      expect(await stored()).toEqual(before);
    },
  );

  test("by deletion of its connector is 401, nothing is written", async () => {
    const { client, stored } = await withUser();
    let ended: unknown;
    const race = interrupted(async () => {
      await deleteConnector(client);
      ended = await stored();
    });

    const answer = await race.scim("/Users", { body: aUser(), token: client.token });

    expect(answer).toMatchObject(unauthorized);
    expect(await stored()).toEqual(ended);
  });

  test("by disabling its connector is 403, nothing is written", async () => {
    const { client, stored } = await withUser();
    const before = await stored();
    const race = interrupted(() => changeStatus(client, "disabled"));

    const answer = await race.scim("/Users", { body: aUser(), token: client.token });

    expect(answer.status).toBe(403);
    expect(await stored()).toEqual(before);
  });

  test("has its refusal in the event log", async () => {
    const { client } = await withUser();
    const race = interrupted(() => revokeTokenOf(client));

    await race.scim("/Users", { body: aUser({ userName: "late" }), token: client.token });

    const { body } = await gateway.admin(`/connectors/${client.id}/events?status=4xx`);
    expect(body.items).toMatchObject([
      { method: "POST", status: 401, userName: null, requestBody: null },
    ]);
  });
});
