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

describe("a token", () => {
  function addToken(id: string, body: object) {
    return gateway.admin(`/connectors/${id}/tokens`, { body });
  }

  async function tokensOf(id: string) {
    const { body } = await gateway.admin(`/connectors/${id}/tokens`);
    return body.items;
  }

  test("is answered once with its secret and whatever was chosen", async () => {
    const id = await newId();

    const { status, body } = await addToken(id, {
      name: "CI",
      scope: "read",
      expiresAt: "2099-01-01T01:00:00+01:00",
    });

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: "CI",
      secret: expect.stringMatching(SECRET),
      hint: body.secret.slice(4, 12),
      scope: "read",
      createdAt: expect.stringMatching(TIME),
      expiresAt: "2099-01-01T00:00:00.000Z",
      revokedAt: null,
      lastUsedAt: null,
    });
  });

  test("reads and writes and never expires unless something else is chosen", async () => {
    const id = await newId();

    const { body } = await addToken(id, {});

    expect(body).toMatchObject({ name: null, scope: "read-write", expiresAt: null });
  });

  test("is listed by its hint, newest first, without its secret", async () => {
    const id = await newId();
    const { secret, ...shown } = (await addToken(id, { name: "second" })).body;

    const tokens = await tokensOf(id);

    expect(tokens).toMatchObject([shown, { name: null, scope: "read-write" }]);
    expect(Object.keys(tokens[0]).sort()).toEqual(Object.keys(shown).sort());
    expect(JSON.stringify(tokens)).not.toContain(secret);
  });

  test("works beside the connector's others", async () => {
    const client = await gateway.client();
    const { body } = await addToken(client.id, {});

    const first = await client.call("/Users");
    const second = await gateway.scim("/Users", { token: body.secret });

    expect([first.status, second.status]).toEqual([200, 200]);
  });

  test("is revoked with 204, and listed with the time of it", async () => {
    const id = await newId();
    const { body } = await addToken(id, {});

    const revoked = await gateway.admin(`/connectors/${id}/tokens/${body.id}`, {
      method: "DELETE",
    });

    expect(revoked).toMatchObject({ status: 204, body: undefined });
    expect(await tokensOf(id)).toMatchObject([
      { id: body.id, revokedAt: expect.stringMatching(TIME) },
      { revokedAt: null },
    ]);
  });

  test("revoked twice keeps the time of the first", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const timed = openGateway({ clock: { now: () => now } });
    const { id } = await timed.connector();
    const { body } = await timed.admin(`/connectors/${id}/tokens`, { body: {} });
    const path = `/connectors/${id}/tokens/${body.id}`;
    await timed.admin(path, { method: "DELETE" });
    now += 60_000;

    const again = await timed.admin(path, { method: "DELETE" });

    expect(again.status).toBe(204);
    expect((await tokensOf(id))[0].revokedAt).toBe("2026-01-01T00:00:00.000Z");
  });

  test("that the connector does not have is 404", async () => {
    const id = await newId();

    const answer = await gateway.admin(`/connectors/${id}/tokens/${crypto.randomUUID()}`, {
      method: "DELETE",
    });

    expectProblem(answer, 404);
  });

  test("says when it was last used, to five minutes", async () => {
    let now = Date.parse("2026-01-01T00:00:00Z");
    const timed = openGateway({ clock: { now: () => now } });
    const client = await timed.client();
    await client.call("/Users");
    now += 4 * 60_000;
    await client.call("/Users");
    const soon = await tokensOf(client.id);
    now += 60_000;
    await client.call("/Users");

    const later = await tokensOf(client.id);

    expect(soon).toMatchObject([{ lastUsedAt: "2026-01-01T00:00:00.000Z" }]);
    expect(later).toMatchObject([{ lastUsedAt: "2026-01-01T00:05:00.000Z" }]);
  });

  test("that only ever writes says when it was last used too", async () => {
    const client = await gateway.client();
    await client.post(aUser());

    const tokens = await tokensOf(client.id);

    expect(tokens).toMatchObject([{ lastUsedAt: expect.stringMatching(TIME) }]);
  });
});

describe("secrets", () => {
  test("are shown in no later answer of the admin API", async () => {
    const client = await gateway.client();
    const added = await gateway.admin(`/connectors/${client.id}/tokens`, { body: {} });
    await client.call("/Users");
    const paths = ["", "/tokens", "/events"].map((path) => `/connectors/${client.id}${path}`);

    const answers = await Promise.all([...paths, "/connectors"].map((path) => gateway.admin(path)));

    const shown = JSON.stringify(answers.map(({ body }) => body));
    expect(shown).not.toContain(client.token);
    expect(shown).not.toContain(added.body.secret);
  });

  test("are stored as their SHA-256 only", async () => {
    const { token } = await gateway.connector();
    const { results } = await env.DB.prepare("SELECT * FROM credentials").all();

    const stored = JSON.stringify(results);

    expect(stored).not.toContain(token);
    expect(stored).toContain(await sha256(token));
  });
});

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
