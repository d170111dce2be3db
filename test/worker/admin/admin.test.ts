import { describe, expect, test } from "vitest";
import { ADMIN_TOKEN, openGateway, type TestAnswer } from "#test/support/gateway.ts";

const gateway = openGateway();

/** Every call of the admin API; `{id}` stands for a connector's id. */
const CALLS: readonly (readonly [method: string, path: string])[] = [
  ["POST", "/connectors"],
  ["GET", "/connectors"],
  ["GET", "/connectors/{id}"],
  ["PATCH", "/connectors/{id}"],
  ["DELETE", "/connectors/{id}"],
  ["POST", "/connectors/{id}/tokens"],
  ["GET", "/connectors/{id}/tokens"],
  ["DELETE", "/connectors/{id}/tokens/x"],
  ["GET", "/connectors/{id}/events"],
  ["GET", "/connectors/{id}/events/x"],
  ["GET", "/refusals"],
  ["GET", "/nosuchcall"],
];

function create(input: object = {}) {
  return gateway.admin("/connectors", { body: { name: "Test", ...input } });
}

async function newId(input: object = {}): Promise<string> {
  return (await create(input)).body.connector.id;
}

function change(id: string, body: object) {
  return gateway.admin(`/connectors/${id}`, { method: "PATCH", body });
}

function bodyFor(method: string): { body?: object } {
  return method === "POST" || method === "PATCH" ? { body: { name: "Test" } } : {};
}

function expectProblem(answer: TestAnswer, status: number) {
  expect(answer.status).toBe(status);
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expect(answer.body).toEqual({
    type: "about:blank",
    title: expect.stringMatching(/\S/),
    status,
    code: expect.stringMatching(/^[a-zA-Z]+$/),
    detail: expect.stringMatching(/\S/),
    ...(answer.body.errors && { errors: expect.any(Array) }),
  });
}

const INVALID = ', error="invalid_token"';

describe.each(CALLS)("%s %s", (method, path) => {
  test.each([
    ["no token", {}, ""],
    ["an empty token", { Authorization: "Bearer " }, ""],
    ["another token", { Authorization: "Bearer wrong" }, INVALID],
    ["the token with another end", { Authorization: `Bearer ${ADMIN_TOKEN}x` }, INVALID],
    ["the token by Basic", { Authorization: `Basic ${btoa(`admin:${ADMIN_TOKEN}`)}` }, ""],
    ["the token twice", { Authorization: `Bearer ${ADMIN_TOKEN}, Bearer ${ADMIN_TOKEN}` }, INVALID],
  ])("with %s is 401", async (_what, headers, error) => {
    const id = await newId();
    const url = `https://scim.example.com/admin/v1${path.replace("{id}", id)}`;

    const answer = await gateway.send(new Request(url, { method, headers }));

    expectProblem(answer, 401);
    expect(answer.headers.get("WWW-Authenticate")).toBe(`Bearer realm="admin"${error}`);
  });

  test("is 503 where no ADMIN_TOKEN is configured", async () => {
    const closed = openGateway({ adminToken: undefined });

    const answer = await closed.admin(path.replace("{id}", "x"), { method, ...bodyFor(method) });

    expectProblem(answer, 503);
  });

  test("is never cached and never sniffed", async () => {
    const id = await newId();

    const { headers } = await gateway.admin(path.replace("{id}", id), {
      method,
      ...bodyFor(method),
    });

    expect(headers.get("Cache-Control")).toBe("no-store");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(headers.get("Access-Control-Allow-Origin")).toBeNull();
  });
});

describe.each(CALLS.filter(([, path]) => path.includes("{id}")))("%s %s", (method, path) => {
  test.each([
    ["an id that never was", crypto.randomUUID()],
    ["an id that is none", "nobody"],
    ["an id with SQL in it", "'%20OR%201=1--"],
  ])("with %s is 404", async (_what, id) => {
    const answer = await gateway.admin(path.replace("{id}", id), { method, ...bodyFor(method) });

    expectProblem(answer, 404);
  });

  test("of a deleted connector is 404", async () => {
    const id = await newId();
    await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

    const answer = await gateway.admin(path.replace("{id}", id), { method, ...bodyFor(method) });

    expectProblem(answer, 404);
  });
});

test("a call that does not exist is 404", async () => {
  const answer = await gateway.admin("/nosuchcall");

  expectProblem(answer, 404);
});

test("the admin token opens no SCIM endpoint", async () => {
  const answer = await gateway.scim("/Users", { token: ADMIN_TOKEN });

  expect(answer.status).toBe(401);
});

test("the scheme of the admin token may be written in any case", async () => {
  const headers = { Authorization: `bEARER ${ADMIN_TOKEN}` };

  const answer = await gateway.admin("/connectors", { headers });

  expect(answer.status).toBe(200);
});

test("/healthz answers without a token", async () => {
  const answer = await gateway.send(new Request("https://scim.example.com/healthz"));

  expect(answer).toMatchObject({ status: 200, body: { status: "ok" } });
});

describe("a refused body", () => {
  const POST = "/connectors";
  const rows: readonly (readonly [what: string, path: string, body: unknown])[] = [
    ["broken JSON", POST, "{"],
    ["an empty body", POST, ""],
    ["a list", POST, "[]"],
    ["null", POST, "null"],
    ["no name", POST, {}],
    ["a blank name", POST, { name: "  " }],
    ["a name of 201 characters", POST, { name: "x".repeat(201) }],
    ["a name that is a number", POST, { name: 1 }],
    ["an unknown member", POST, { name: "x", nosuch: 1 }],
    ["an id", POST, { name: "x", id: crypto.randomUUID() }],
    ["an unknown preset", POST, { name: "x", preset: "nosuch" }],
    ["a tenant of null", POST, { name: "x", tenant: null }],
    ["an unknown setting", POST, { name: "x", settings: { nosuch: true } }],
    ["a setting of another type", POST, { name: "x", settings: { strict: "true" } }],
    ["an unknown reprovision", POST, { name: "x", settings: { reprovision: "x" } }],
    ["an unknown deletion", POST, { name: "x", settings: { deletion: "x" } }],
    ["a name given twice", POST, '{"name":"a","name":"b"}'],
    ["__proto__", POST, '{"name":"a","__proto__":{"status":"x"}}'],
    ["nesting 33 deep", POST, `{"name":${"[".repeat(33)}${"]".repeat(33)}}`],
    ["an unknown status", "/connectors/{id}", { status: "paused" }],
    ["a status of null", "/connectors/{id}", { status: null }],
    ["an unknown member in a change", "/connectors/{id}", { createdAt: "2001" }],
    ["an unknown setting in a change", "/connectors/{id}", { settings: { nosuch: 1 } }],
    ["an unknown scope", "/connectors/{id}/tokens", { scope: "admin" }],
    ["an expiry that is no time", "/connectors/{id}/tokens", { expiresAt: "tomorrow" }],
    ["an expiry without a zone", "/connectors/{id}/tokens", { expiresAt: "2099-01-01T00:00:00" }],
    ["an expiry that is a number", "/connectors/{id}/tokens", { expiresAt: 4e12 }],
    ["an expiry in the past", "/connectors/{id}/tokens", { expiresAt: "2001-01-01T00:00:00Z" }],
    ["a secret of the caller's own", "/connectors/{id}/tokens", { secret: "sgw_x" }],
  ];

  test.each(rows)("of %s is 400", async (_what, path, body) => {
    const id = await newId();
    const method = path.endsWith("{id}") ? "PATCH" : "POST";

    const answer = await gateway.admin(path.replace("{id}", id), { method, body });

    expectProblem(answer, 400);
  });

  test("names what is wrong with it", async () => {
    const { body } = await gateway.admin("/connectors", { body: { name: "x", nosuch: 1 } });

    expect(body.detail).toContain("nosuch");
  });

  test("changes nothing", async () => {
    const { body } = await create();
    await change(body.connector.id, { name: "Other", nosuch: 1 });

    const read = await gateway.admin(`/connectors/${body.connector.id}`);

    expect(read.body).toEqual(body.connector);
  });

  test("of more than 64 KB is 413", async () => {
    const answer = await gateway.admin("/connectors", { body: { name: "x".repeat(65 * 1024) } });

    expectProblem(answer, 413);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/scim+json"])(
    "of the type %s is 415",
    async (type) => {
      const headers = { "Content-Type": type };

      const answer = await gateway.admin("/connectors", { body: '{"name":"x"}', headers });

      expectProblem(answer, 415);
    },
  );

  test("without a type is 415", async () => {
    const request = new Request("https://scim.example.com/admin/v1/connectors", {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
      body: new TextEncoder().encode('{"name":"x"}'),
    });

    const answer = await gateway.send(request);

    expectProblem(answer, 415);
  });

  test("of JSON with a charset is no refusal", async () => {
    const headers = { "Content-Type": "application/json; charset=utf-8" };

    const answer = await gateway.admin("/connectors", { body: { name: "x" }, headers });

    expect(answer.status).toBe(201);
  });
});
