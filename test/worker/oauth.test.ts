import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { breakableDatabase } from "#test/support/faulty-d1.ts";
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
    [
      "as JSON",
      400,
      "invalid_request",
      (client) => ({
        form: JSON.stringify(credentials(client)),
        headers: { "Content-Type": "application/json" },
      }),
    ],
    [
      "for an unknown scope",
      400,
      "invalid_scope",
      (client) => ({ form: { ...credentials(client), scope: "everything" } }),
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
