import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { breakableDatabase } from "#test/support/d1/faulty-d1.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";

const gateway = openGateway();

async function aClient(input: object = {}) {
  const connector = await gateway.connector();
  const { body } = await gateway.admin(`/connectors/${connector.id}/clients`, { body: input });
  return { connector, id: body.clientId, secret: body.clientSecret };
}

interface TokenCall {
  readonly form?: Readonly<Record<string, string>> | string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly method?: string;
}

function askToken(call: TokenCall, asked = gateway) {
  const { form = {}, headers = {}, path = "/oauth/token", method = "POST" } = call;
  return asked.send(
    new Request(`https://scim.example.com${path}`, {
      method,
      headers: { "Content-Type": "application/x-www-form-urlencoded", ...headers },
      ...(method === "POST" && {
        body: typeof form === "string" ? form : new URLSearchParams(form),
      }),
    }),
  );
}

const JSON_TYPE = "application/json";

function typed(body: object, type: string): TokenCall {
  return { form: JSON.stringify(body), headers: { "Content-Type": type } };
}

function credentials({ id, secret }: { id: string; secret: string }) {
  return { grant_type: "client_credentials", client_id: id, client_secret: secret };
}

test("a client's secret in the form gets a bearer token that provisions a user", async () => {
  const client = await aClient();

  const { status, body, headers } = await askToken({ form: credentials(client) });
  const created = await gateway.scim("/Users", { token: body.access_token, body: aUser() });

  expect(status).toBe(200);
  expect(body).toEqual({
    access_token: expect.stringMatching(/^sgw_/),
    token_type: "Bearer",
    expires_in: 3_600,
    scope: "read-write",
  });
  expect(headers.get("Cache-Control")).toBe("no-store");
  expect(created.status).toBe(201);
});

test("the secret may come by HTTP Basic, and under every configured path", async () => {
  const client = await aClient();
  const headers = { Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` };
  const form = { grant_type: "client_credentials" };

  const answers = [
    await askToken({ form, headers }),
    await askToken({ form, headers, path: "/api/oauth/token" }),
  ];

  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
});

test.each([JSON_TYPE, "application/json; charset=utf-8"])(
  "the request may come as %s",
  async (type) => {
    const client = await aClient();

    const answer = await askToken(typed({ ...credentials(client), audience: ["x"] }, type));
    const read = await gateway.scim("/Users", { token: answer.body.access_token });

    expect([answer.status, read.status]).toEqual([200, 200]);
  },
);

test.each([
  ["read-write", "everything", "read-write"],
  ["read-write", "", "read-write"],
  ["read-write", "openid read", "read"],
  ["read-write", "read read-write", "read-write"],
  ["read", "scim.full", "read"],
  ["read", "read-write read", "read"],
])(
  "a client of the scope %s that asks for `%s` is granted %s and told so",
  async (has, asks, gets) => {
    const client = await aClient({ scope: has });

    const { body } = await askToken({ form: { ...credentials(client), scope: asks } });
    const written = await gateway.scim("/Users", { token: body.access_token, body: aUser() });

    expect(body.scope).toBe(gets);
    expect(written.status).toBe(gets === "read" ? 403 : 201);
  },
);

describe("a client that asks again", () => {
  const HALF_MS = 1_800_000;

  function at(ms: number) {
    const now = TEST_CLOCK.now() + ms;
    return openGateway({ clock: { now: () => now } });
  }

  async function storedTokens(id: string) {
    const text = "SELECT count(*) AS n FROM credentials WHERE client_id = ?1";
    return await env.DB.prepare(text).bind(id).first<number>("n");
  }

  test("while its token has over half its life gets that one, and how long it holds", async () => {
    const client = await aClient();
    const first = await askToken({ form: credentials(client) }, at(0));

    const second = await askToken({ form: credentials(client) }, at(HALF_MS - 60_000));

    expect(second.body.access_token).toBe(first.body.access_token);
    expect(second.body.expires_in).toBeGreaterThan(1_800);
    expect(second.body.expires_in).toBeLessThan(1_900);
    expect(await storedTokens(client.id)).toBe(1);
  });

  test("later gets another one, and both hold", async () => {
    const client = await aClient();
    const first = await askToken({ form: credentials(client) });
    const later = at(HALF_MS + 60_000);

    const second = await askToken({ form: credentials(client) }, later);

    const tokens = [first, second].map(({ body }) => body.access_token);
    const uses = await Promise.all(tokens.map((token) => later.scim("/Users", { token })));
    expect(tokens[1]).not.toBe(tokens[0]);
    expect(second.body.expires_in).toBe(3_600);
    expect(uses.map(({ status }) => status)).toEqual([200, 200]);
  });

  test("200 times leaves one token", async () => {
    const client = await aClient();

    for (let count = 0; count < 200; count += 1) await askToken({ form: credentials(client) });

    expect(await storedTokens(client.id)).toBe(1);
  });

  test("for another scope gets another one", async () => {
    const client = await aClient();
    const wide = await askToken({ form: credentials(client) });

    const narrow = await askToken({ form: { ...credentials(client), scope: "read" } });

    expect(narrow.body).toMatchObject({ scope: "read" });
    expect(narrow.body.access_token).not.toBe(wide.body.access_token);
  });

  test("never gets what another client of its connector got", async () => {
    const client = await aClient();
    const path = `/connectors/${client.connector.id}/clients`;
    const { body: other } = await gateway.admin(path, { body: {} });
    const first = await askToken({ form: credentials(client) });

    const form = credentials({ id: other.clientId, secret: other.clientSecret });
    const second = await askToken({ form });

    expect(second.body.access_token).not.toBe(first.body.access_token);
  });

  test("and has a token that is not of this way gets a new one", async () => {
    const client = await aClient();
    await askToken({ form: credentials(client) });
    const text = "UPDATE credentials SET hash = id WHERE client_id = ?1";
    await env.DB.prepare(text).bind(client.id).run();

    const { body } = await askToken({ form: credentials(client) });

    expect((await gateway.scim("/Users", { token: body.access_token })).status).toBe(200);
  });
});

describe("a token request is refused", () => {
  test.each<[string, number, string, (client: { id: string; secret: string }) => TokenCall]>([
    [
      "without grant_type",
      400,
      "invalid_request",
      ({ id, secret }) => ({ form: { client_id: id, client_secret: secret } }),
    ],
    [
      "for the password grant",
      400,
      "unsupported_grant_type",
      (client) => ({ form: { ...credentials(client), grant_type: "password" } }),
    ],
    [
      "with a wrong secret",
      401,
      "invalid_client",
      (client) => ({ form: { ...credentials(client), client_secret: "wrong" } }),
    ],
    [
      "of an unknown client",
      401,
      "invalid_client",
      (client) => ({ form: { ...credentials(client), client_id: crypto.randomUUID() } }),
    ],
    [
      "without any client",
      401,
      "invalid_client",
      () => ({ form: { grant_type: "client_credentials" } }),
    ],
    [
      "with the secret by Basic and in the form",
      400,
      "invalid_request",
      (client) => ({
        form: credentials(client),
        headers: { Authorization: `Basic ${btoa(`${client.id}:${client.secret}`)}` },
      }),
    ],
    ["as XML", 400, "invalid_request", (client) => typed(credentials(client), "text/xml")],
    ["as a JSON list", 400, "invalid_request", () => typed([], JSON_TYPE)],
    ["as broken JSON", 400, "invalid_request", () => ({ ...typed({}, JSON_TYPE), form: "{" })],
    [
      "as JSON that names a member twice",
      400,
      "invalid_request",
      () => ({ ...typed({}, JSON_TYPE), form: '{"scope":"read","scope":"read-write"}' }),
    ],
    [
      "as JSON with a list for a secret",
      400,
      "invalid_request",
      (client) => typed({ ...credentials(client), client_secret: [client.secret] }, JSON_TYPE),
    ],
    [
      "of more than 8 KB",
      400,
      "invalid_request",
      (client) => ({ form: { ...credentials(client), scope: "x".repeat(8_192) } }),
    ],
    [
      "with an empty secret",
      401,
      "invalid_client",
      (client) => ({ form: { ...credentials(client), client_secret: "" } }),
    ],
    [
      "with a parameter given twice",
      400,
      "invalid_request",
      (client) => ({
        form: `${new URLSearchParams(credentials(client))}&grant_type=client_credentials`,
      }),
    ],
  ])("%s", async (_name, status, code, call) => {
    const client = await aClient();

    const answer = await askToken(call(client));

    expect(answer.status).toBe(status);
    expect(answer.body.error).toBe(code);
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
  });

  test("by GET", async () => {
    const answer = await askToken({ method: "GET" });

    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "POST"]);
  });

  test("beyond the client's own scope", async () => {
    const client = await aClient({ scope: "read" });

    const answer = await askToken({ form: { ...credentials(client), scope: "read-write" } });

    expect(answer.body.error).toBe("invalid_scope");
  });

  test("while the connector is disabled", async () => {
    const client = await aClient();
    const path = `/connectors/${client.connector.id}`;
    await gateway.admin(path, { method: "PATCH", body: { status: "disabled" } });

    const answer = await askToken({ form: credentials(client) });

    expect([answer.status, answer.body.error]).toEqual([400, "unauthorized_client"]);
  });
});

test.each([0, 1])(
  "a client of a deleted connector is unknown, also where it had got %i tokens before",
  async (tokens) => {
    const client = await aClient();
    for (let got = 0; got < tokens; got += 1) await askToken({ form: credentials(client) });
    await gateway.admin(`/connectors/${client.connector.id}`, { method: "DELETE" });

    const answer = await askToken({ form: credentials(client) });

    expect([answer.status, answer.body.error]).toEqual([401, "invalid_client"]);
    expect(answer.body).not.toHaveProperty("access_token");
  },
);

test("a client of scope read gets a token that cannot write", async () => {
  const client = await aClient({ scope: "read" });

  const { body } = await askToken({ form: credentials(client) });

  const written = await gateway.scim("/Users", { token: body.access_token, body: aUser() });
  const read = await gateway.scim("/Users", { token: body.access_token });
  expect([written.status, read.status]).toEqual([403, 200]);
});

test("an access token ends after an hour", async () => {
  const client = await aClient();
  const { body } = await askToken({ form: credentials(client) });
  const later = openGateway({ clock: { now: () => TEST_CLOCK.now() + 3_600_001 } });

  const answer = await later.scim("/Users", { token: body.access_token });

  expect(answer.status).toBe(401);
});

test("revoking a client ends its tokens with the next request, and another client's not", async () => {
  const client = await aClient();
  const path = `/connectors/${client.connector.id}/clients`;
  const other = (await gateway.admin(path, { body: {} })).body;
  const token = (await askToken({ form: credentials(client) })).body.access_token;
  const otherForm = credentials({ id: other.clientId, secret: other.clientSecret });
  const otherToken = (await askToken({ form: otherForm })).body.access_token;

  await gateway.admin(`${path}/${client.id}`, { method: "DELETE" });

  const statuses = [
    (await gateway.scim("/Users", { token })).status,
    (await askToken({ form: credentials(client) })).status,
    (await gateway.scim("/Users", { token: otherToken })).status,
  ];
  expect(statuses).toEqual([401, 401, 200]);
});

test.each([1, 2])(
  "a D1 that is overloaded at round trip %i is 503 with Retry-After",
  async (trip) => {
    const client = await aClient();
    const { db, breakAt, repair } = breakableDatabase(env.DB);
    const asked = openGateway({ db });
    breakAt(trip, "D1_ERROR: D1 DB is overloaded. Requests queued for too long.");

    const refused = await askToken({ form: credentials(client) }, asked);
    repair();
    const granted = await askToken({ form: credentials(client) }, asked);

    expect(refused.status).toBe(503);
    expect(refused.headers.get("Retry-After")).toBe("2");
    expect(refused.body).toEqual({ error: "server_error" });
    expect(granted.status).toBe(200);
  },
);

test("neither secret nor access token is stored or listed", async () => {
  const client = await aClient({ name: "Entra" });
  const { body } = await askToken({ form: credentials(client) });

  const listed = await gateway.admin(`/connectors/${client.connector.id}/clients`);
  const tokens = await gateway.admin(`/connectors/${client.connector.id}/tokens`);
  const dump = await env.DB.batch(
    ["oauth_clients", "credentials", "events"].map((table) =>
      env.DB.prepare(`SELECT * FROM ${table}`),
    ),
  );

  const text = JSON.stringify([listed.body, tokens.body, dump.map(({ results }) => results)]);
  expect(listed.body.items).toMatchObject([{ clientId: client.id, name: "Entra" }]);
  expect(tokens.body.items).toHaveLength(1);
  expect(text).not.toContain(client.secret);
  expect(text).not.toContain(body.access_token);
});

test("token requests of a known client stand in its connector's event log", async () => {
  const client = await aClient();
  await askToken({ form: credentials(client) });
  await askToken({ form: { ...credentials(client), client_secret: "wrong" } });

  const { body } = await gateway.admin(`/connectors/${client.connector.id}/events`);

  expect(
    body.items.map(({ path, status, credentialId }: Record<string, unknown>) => [
      path,
      status,
      credentialId,
    ]),
  ).toEqual([
    ["/oauth/token", 401, client.id],
    ["/oauth/token", 200, client.id],
  ]);
});

test("another connector's client is unknown to an administrator of this one", async () => {
  const client = await aClient();
  const other = await gateway.connector();

  const answer = await gateway.admin(`/connectors/${other.id}/clients/${client.id}`, {
    method: "DELETE",
  });

  expect(answer.status).toBe(404);
  expect((await askToken({ form: credentials(client) })).status).toBe(200);
});

test("the log tells a wrong secret from a revoked client, and the answer does not", async () => {
  const client = await aClient();
  const wrong = await askToken({ form: { ...credentials(client), client_secret: "wrong" } });
  const path = `/connectors/${client.connector.id}`;
  await gateway.admin(`${path}/clients/${client.id}`, { method: "DELETE" });
  const revoked = await askToken({ form: credentials(client) });

  const { body } = await gateway.admin(`${path}/events`);

  const [last, first] = body.items.map(({ explanation }: { explanation: string }) => explanation);
  expect(first).toContain("is not the one it was made with");
  expect(last).toContain("was revoked");
  expect(wrong.body).toEqual(revoked.body);
});
