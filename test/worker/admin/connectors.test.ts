import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { aUser, openGateway, type TestAnswer } from "#test/support/gateway.ts";

const gateway = openGateway();

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const SECRET = /^sgw_[0-9A-Za-z]{49}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function create(input: object = {}) {
  return gateway.admin("/connectors", { body: { name: "Test", ...input } });
}

async function newId(input: object = {}): Promise<string> {
  return (await create(input)).body.connector.id;
}

function change(id: string, body: object) {
  return gateway.admin(`/connectors/${id}`, { method: "PATCH", body });
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

describe("a new connector", () => {
  test("is answered with itself and its first token", async () => {
    const { status, body } = await create({ name: "Okta", tenant: "acme", preset: "okta" });

    expect(status).toBe(201);
    expect(body).toEqual({
      connector: {
        id: expect.stringMatching(UUID),
        name: "Okta",
        tenant: "acme",
        preset: "okta",
        status: "active",
        settings: expect.objectContaining({
          strict: false,
          reprovision: "restore",
          deletion: "soft",
        }),
        scimBaseUrl: "https://scim.example.com/scim/v2",
        tokenEndpoint: "https://scim.example.com/oauth/token",
        createdAt: expect.stringMatching(TIME),
        modifiedAt: body.connector.createdAt,
        users: { active: 0, inactive: 0, deleted: 0 },
        groups: 0,
        parkedMembers: 0,
        lastRequestAt: null,
        lastError: null,
        lastDay: {
          requests: { "2xx": 0, "3xx": 0, "4xx": 0, "5xx": 0 },
          refusals: { "4xx": 0, "5xx": 0 },
        },
        bridge: null,
        webhooks: { active: 0, disabled: 0, waiting: 0, waitingSince: null },
        held: 0,
      },
      token: {
        id: expect.stringMatching(UUID),
        secret: expect.stringMatching(SECRET),
        hint: body.token.secret.slice(4, 12),
      },
    });
  });

  test("answers SCIM at once under its base URL", async () => {
    const { body } = await create();
    const headers = { Authorization: `Bearer ${body.token.secret}` };
    const url = `${body.connector.scimBaseUrl}/Users`;

    const answer = await gateway.send(new Request(url, { headers }));

    expect(answer).toMatchObject({ status: 200, body: { totalResults: 0 } });
  });

  test("takes the settings it is given, and the defaults for the others", async () => {
    const { body } = await create({ settings: { strict: true } });

    expect(body.connector.settings).toMatchObject({
      strict: true,
      reprovision: "restore",
      deletion: "soft",
    });
  });

  test("has its name without blanks around it", async () => {
    const { body } = await create({ name: "  Okta  " });

    expect(body.connector.name).toBe("Okta");
  });

  test("is read as it was answered", async () => {
    const { body } = await create({ tenant: "acme" });

    const read = await gateway.admin(`/connectors/${body.connector.id}`);

    expect(read).toMatchObject({ status: 200, body: body.connector });
  });
});

describe("a list of connectors", () => {
  async function threeOf(tenant: string): Promise<string[]> {
    return [await newId({ tenant }), await newId({ tenant }), await newId({ tenant })];
  }

  test("by tenant shows that tenant's, newest first", async () => {
    const tenant = crypto.randomUUID();
    const [first, second, third] = await threeOf(tenant);
    await newId({ tenant: crypto.randomUUID() });

    const { status, body } = await gateway.admin(`/connectors?tenant=${tenant}`);

    expect(status).toBe(200);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([third, second, first]);
    expect(body.nextCursor).toBeNull();
  });

  test("goes on at its cursor", async () => {
    const tenant = crypto.randomUUID();
    const [first, second, third] = await threeOf(tenant);

    const page = await gateway.admin(`/connectors?tenant=${tenant}&limit=2`);
    const query = new URLSearchParams({ tenant, limit: "2", cursor: page.body.nextCursor });
    const rest = await gateway.admin(`/connectors?${query}`);

    expect(page.body.items).toMatchObject([{ id: third }, { id: second }]);
    expect(rest.body).toMatchObject({ items: [{ id: first }], nextCursor: null });
  });

  test("goes on behind what was deleted meanwhile", async () => {
    const tenant = crypto.randomUUID();
    const [first, second] = await threeOf(tenant);
    const page = await gateway.admin(`/connectors?tenant=${tenant}&limit=2`);
    await gateway.admin(`/connectors/${second}`, { method: "DELETE" });

    const query = new URLSearchParams({ tenant, cursor: page.body.nextCursor });
    const rest = await gateway.admin(`/connectors?${query}`);

    expect(rest.body.items).toMatchObject([{ id: first }]);
  });

  test("shows connectors without a tenant too, and all of them with an empty cursor", async () => {
    const id = await newId();

    const { body } = await gateway.admin("/connectors?limit=1&cursor=");

    expect(body.items).toMatchObject([{ id, tenant: null }]);
  });

  test("shows no deleted connector", async () => {
    const tenant = crypto.randomUUID();
    const id = await newId({ tenant });
    await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

    const { body } = await gateway.admin(`/connectors?tenant=${tenant}`);

    expect(body).toEqual({ items: [], nextCursor: null });
  });

  test.each([
    "limit=0",
    "limit=501",
    "limit=ten",
    "limit=1.5",
    "limit=1&limit=2",
    "nosuch=1",
    "tenant=",
    "cursor=!!!",
    "cursor=YWJj",
  ])("?%s is 400", async (query) => {
    const answer = await gateway.admin(`/connectors?${query}`);

    expectProblem(answer, 400);
  });
});

describe("a changed connector", () => {
  test.each([
    ["name", { name: "New" }],
    ["status", { status: "disabled" }],
    ["tenant", { tenant: "other" }],
    ["tenant of null", { tenant: null }],
  ])("has its new %s and keeps the rest", async (_what, members) => {
    const { body } = await create({ tenant: "acme", preset: "entra" });

    const changed = await change(body.connector.id, members);

    const modifiedAt = expect.stringMatching(TIME);
    expect(changed.status).toBe(200);
    expect(changed.body).toEqual({ ...body.connector, ...members, modifiedAt });
    expect((await gateway.admin(`/connectors/${body.connector.id}`)).body).toEqual(changed.body);
  });

  test("keeps the settings that are not named", async () => {
    const id = await newId({ settings: { strict: true, deletion: "hard" } });

    const changed = await change(id, { settings: { reprovision: "conflict" } });

    expect(changed.body.settings).toMatchObject({
      strict: true,
      reprovision: "conflict",
      deletion: "hard",
    });
  });

  test("of no members stays as it is", async () => {
    const { body } = await create();

    const changed = await change(body.connector.id, {});

    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: "Test", settings: body.connector.settings });
  });

  test("says when it was changed", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const timed = openGateway({ clock: { now: () => now } });
    const { body } = await timed.admin("/connectors", { body: { name: "Test" } });
    now = Date.parse("2026-02-01T00:00:00Z");

    const changed = await timed.admin(`/connectors/${body.connector.id}`, {
      method: "PATCH",
      body: { name: "New" },
    });

    expect(changed.body).toMatchObject({
      createdAt: "2026-01-01T00:00:00.000Z",
      modifiedAt: "2026-02-01T00:00:00.000Z",
    });
  });
});

describe("a deleted connector", () => {
  test("is answered with 204 and no body", async () => {
    const id = await newId();

    const deleted = await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

    expect(deleted).toMatchObject({ status: 204, body: undefined });
  });

  test("keeps its users", async () => {
    const client = await gateway.client();
    const { body } = await client.post(aUser());
    await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

    const { results } = await env.DB.prepare("SELECT deleted_at FROM resources WHERE id = ?1")
      .bind(body.id)
      .all();

    expect(results).toEqual([{ deleted_at: null }]);
  });
});
