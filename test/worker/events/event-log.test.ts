import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import {
  aPatch,
  aUser,
  openGateway,
  type ScimRequest,
  type TestClient,
} from "#test/support/gateway.ts";

// Every look at this clock is a millisecond later, so that the order of events is certain.
let now = Date.parse("2026-01-01T00:00:00Z");
const clock = {
  now: () => {
    now += 1;
    return now;
  },
};
const gateway = openGateway({ clock });

const TITLE = aPatch({ op: "replace", path: "title", value: "x" });

/** A client with one user, ada; the POST is the first event of the connector. */
async function withAda() {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada", externalId: "e1" }));
  return { client, id: body.id as string };
}

async function eventsOf(client: TestClient, query = "") {
  const { body } = await gateway.admin(`/connectors/${client.id}/events${query}`);
  return body.items;
}

async function lastEvent(client: TestClient) {
  const [last] = await eventsOf(client, "?limit=1");
  return last;
}

async function onlyTokenOf(client: TestClient): Promise<string> {
  const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
  return body.items[0].id;
}

test("a write's row has every field", async () => {
  const client = await gateway.client();
  const sent = JSON.stringify(aUser({ userName: "ada" }));
  const headers = { "CF-Connecting-IP": "203.0.113.7", "User-Agent": "Okta SCIM Client 1.0.0" };

  const created = await client.call("/Users?attributes=active", { body: sent, headers });

  expect(await eventsOf(client)).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      time: expect.stringMatching(/^2026-01-01T00:\d\d:\d\d\.\d{3}Z$/),
      method: "POST",
      path: "/scim/v2/Users?attributes=active",
      status: 201,
      scimType: null,
      latencyMs: expect.any(Number),
      clientIp: "203.0.113.7",
      userAgent: "Okta SCIM Client 1.0.0",
      credentialId: await onlyTokenOf(client),
      actor: null,
      resourceType: "User",
      resourceId: created.body.id,
      userName: "ada",
      requestBody: sent,
      responseBody: JSON.stringify(created.body),
      warnings: [],
      difference: { userName: { to: "ada" }, active: { to: true } },
      explanation: null,
      count: 1,
    },
  ]);
});

test("a read's row has every field", async () => {
  const { client, id } = await withAda();

  const read = await client.get(id);

  expect(await lastEvent(client)).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    time: expect.stringMatching(/^2026-01-01T00:\d\d:\d\d\.\d{3}Z$/),
    method: "GET",
    path: `/scim/v2/Users/${id}`,
    status: 200,
    scimType: null,
    latencyMs: expect.any(Number),
    clientIp: null,
    userAgent: null,
    credentialId: await onlyTokenOf(client),
    actor: null,
    resourceType: "User",
    resourceId: id,
    userName: "ada",
    requestBody: null,
    responseBody: JSON.stringify(read.body),
    warnings: [],
    difference: null,
    explanation: null,
    count: 1,
  });
});

test("latency is what passed between request and answer", async () => {
  const { client, id } = await withAda();

  await client.get(id);

  expect((await lastEvent(client)).latencyMs).toBeGreaterThan(0);
});

describe("a row is there for", () => {
  type Sent = ScimRequest & { readonly path?: string };

  const rows: readonly (readonly [what: string, sent: Sent, event: object])[] = [
    [
      "a PUT",
      { method: "PUT", path: "/Users/{id}", body: aUser({ userName: "ada" }) },
      { method: "PUT", status: 200, userName: "ada" },
    ],
    [
      "a PATCH",
      { method: "PATCH", path: "/Users/{id}", body: TITLE },
      { method: "PATCH", status: 200, userName: "ada" },
    ],
    [
      "a PATCH that changes nothing",
      { method: "PATCH", path: "/Users/{id}", body: aPatch() },
      { method: "PATCH", status: 200, userName: "ada" },
    ],
    [
      "a DELETE",
      { method: "DELETE", path: "/Users/{id}" },
      { method: "DELETE", status: 204, userName: "ada", responseBody: null },
    ],
    ["a list", {}, { method: "GET", status: 200, resourceType: "User", resourceId: null }],
    [
      "a filter by userName",
      { path: '/Users?filter=userName%20eq%20"ada"' },
      { status: 200, userName: "ada" },
    ],
    ["a HEAD", { method: "HEAD", path: "/Users/{id}" }, { method: "HEAD", status: 200 }],
    [
      "a 304",
      { path: "/Users/{id}", headers: { "If-None-Match": "*" } },
      { status: 304, responseBody: null },
    ],
    ["a list of groups", { path: "/Groups" }, { path: "/scim/v2/Groups", status: 200 }],
    ["a discovery document", { path: "/Schemas" }, { path: "/scim/v2/Schemas", status: 200 }],
    [
      "another base path",
      { basePath: "/api/scim/v2" },
      { path: "/api/scim/v2/Users", status: 200 },
    ],
    [
      "a taken userName",
      { body: aUser({ userName: "ADA" }) },
      { status: 409, scimType: "uniqueness", userName: "ADA" },
    ],
    ["a missing userName", { body: {} }, { status: 400, scimType: "invalidValue", userName: null }],
    [
      "broken JSON",
      { body: "{" },
      { status: 400, scimType: "invalidSyntax", requestBody: "[not JSON, 1 characters]" },
    ],
    [
      "a body that is too large",
      { body: "x".repeat(300 * 1024) },
      { status: 413, scimType: null, requestBody: null },
    ],
    [
      "another content type",
      { body: "x", headers: { "Content-Type": "text/plain" } },
      { status: 415 },
    ],
    [
      "a userName of NUL",
      { body: aUser({ userName: "a\u0000b" }) },
      { status: 400, scimType: "invalidValue" },
    ],
    [
      "a userName of half a pair",
      { body: '{"userName":"x\\ud800"}' },
      { status: 400, scimType: "invalidValue" },
    ],
    ["an id that is not there", { path: "/Users/nobody" }, { status: 404, resourceId: "nobody" }],
    [
      "a DELETE of nobody",
      { method: "DELETE", path: "/Users/nobody" },
      { status: 404, resourceId: "nobody" },
    ],
    ["an id of NUL", { path: "/Users/%00" }, { status: 404, path: "/scim/v2/Users/%00" }],
    [
      "a stale If-Match",
      { method: "DELETE", path: "/Users/{id}", headers: { "If-Match": '"7"' } },
      { status: 412, resourceId: expect.any(String) },
    ],
    ["a wrong filter", { path: "/Users?filter=x" }, { status: 400, scimType: "invalidFilter" }],
    [
      "a wrong path in a PATCH",
      { method: "PATCH", path: "/Users/{id}", body: aPatch({ op: "remove", path: "[" }) },
      { status: 400, scimType: "invalidPath" },
    ],
    ["a wrong method", { method: "PUT", body: {} }, { method: "PUT", status: 405 }],
    ["a filter on discovery", { path: "/Schemas?filter=x" }, { status: 403 }],
    [
      "an endpoint that does not exist",
      { path: "/NoSuch" },
      { status: 404, path: "/scim/v2/NoSuch" },
    ],
    ["/Me", { path: "/Me" }, { status: 501 }],
  ];

  test.each(rows)("%s", async (_what, { path = "/Users", ...request }, event) => {
    const { client, id } = await withAda();

    const answer = await client.call(path.replace("{id}", id), request);

    const found = await lastEvent(client);
    expect(found).toMatchObject(event);
    expect(found.status).toBe(answer.status);
    expect(found.explanation !== null).toBe(answer.status >= 400 && answer.body !== undefined);
  });

  test("a disabled connector's 403", async () => {
    const { client } = await withAda();
    const status = "disabled";
    await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body: { status } });

    await client.post(aUser({ userName: "bob" }));

    expect(await lastEvent(client)).toMatchObject({ method: "POST", status: 403, userName: null });
  });

  test("a read-only token's 403, with that token", async () => {
    const { client } = await withAda();
    const path = `/connectors/${client.id}/tokens`;
    const { body } = await gateway.admin(path, { body: { scope: "read" } });

    await gateway.scim("/Users", { token: body.secret, body: aUser() });

    expect(await lastEvent(client)).toMatchObject({ status: 403, credentialId: body.id });
  });

  test("a revoked token's 401, with that token", async () => {
    const { client } = await withAda();
    const tokenId = await onlyTokenOf(client);
    await gateway.admin(`/connectors/${client.id}/tokens/${tokenId}`, { method: "DELETE" });

    await client.call("/Users");

    expect(await lastEvent(client)).toMatchObject({
      status: 401,
      credentialId: tokenId,
      explanation: expect.stringContaining("revoked"),
    });
  });

  test("an expired token's 401, with that token", async () => {
    const { client } = await withAda();
    const expiresAt = new Date(now + 1_000).toISOString();
    const path = `/connectors/${client.id}/tokens`;
    const { body } = await gateway.admin(path, { body: { expiresAt } });
    now += 2_000;

    await gateway.scim("/Users", { token: body.secret });

    expect(await lastEvent(client)).toMatchObject({
      status: 401,
      credentialId: body.id,
      explanation: expect.stringContaining("expired"),
    });
  });
});

test("a deleted connector's 401 is stored, without what the client asked for", async () => {
  const { client } = await withAda();
  await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });

  await client.call("/Users?startIndex=77");

  const text = `SELECT status, path FROM events WHERE status >= 400
    AND connector_id = (SELECT number FROM connectors WHERE id = ?1)`;
  const { results } = await env.DB.prepare(text).bind(client.id).all();
  expect(results).toEqual([{ status: 401, path: "/scim/v2/Users" }]);
});

test("what was let pass stands in the row as warnings", async () => {
  const client = await gateway.client();

  await client.post(aUser({ user_mobile: "+49", schemas: ["urn:example:x"] }));

  const { warnings } = await lastEvent(client);
  expect(warnings).toEqual([
    expect.stringContaining("user_mobile"),
    expect.stringContaining("urn:example:x"),
    expect.stringContaining("urn:ietf:params:scim:schemas:core:2.0:User"),
  ]);
});

test("warnings of a PATCH that changes nothing are kept too", async () => {
  const { client, id } = await withAda();

  await client.patch(id, aPatch({ op: "replace", path: "nosuch", value: "x" }));

  expect((await lastEvent(client)).warnings).toEqual([expect.stringContaining("nosuch")]);
});

test("a read is logged after its answer, a write with it", async () => {
  const { client, id } = await withAda();

  const read = await client.get(id);
  const written = await client.patch(id, TITLE);

  expect(read.cost).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  expect(written.cost.roundTrips).toBe(1);
  expect(await eventsOf(client)).toHaveLength(3);
});

test("a refused write's row is there before its answer is", async () => {
  const { client } = await withAda();

  const refused = await client.post(aUser({ userName: "ada" }));

  expect(refused.status).toBe(409);
  expect(refused.cost.rowsWritten).toBeGreaterThan(0);
});

test("one event is read by its id", async () => {
  const { client } = await withAda();
  const event = await lastEvent(client);

  const read = await gateway.admin(`/connectors/${client.id}/events/${event.id}`);

  expect(read).toMatchObject({ status: 200, body: event });
});

test.each([crypto.randomUUID(), "nobody", "%00"])("event %s is 404", async (id) => {
  const { client } = await withAda();

  const read = await gateway.admin(`/connectors/${client.id}/events/${id}`);

  expect(read.status).toBe(404);
});

describe("what a client says of itself", () => {
  test("is the address that Cloudflare saw, not one in another header", async () => {
    const client = await gateway.client();
    const headers = { "CF-Connecting-IP": "2001:db8::7", "X-Forwarded-For": "1.2.3.4" };

    await client.call("/Users", { headers });

    expect((await lastEvent(client)).clientIp).toBe("2001:db8::7");
  });

  test("is cut to 512 bytes of User-Agent", async () => {
    const client = await gateway.client();

    await client.call("/Users", { headers: { "User-Agent": "x".repeat(2_000) } });

    expect((await lastEvent(client)).userAgent).toBe("x".repeat(512));
  });

  test("is cut to 4 KB of path and query", async () => {
    const client = await gateway.client();

    await client.call(`/Users?x=${"y".repeat(6_000)}`);

    expect((await lastEvent(client)).path).toHaveLength(4_096);
  });
});

describe("a body", () => {
  const long = (character: string) => ({
    userName: "ada",
    title: character.repeat(4_000),
    nickName: character.repeat(4_000),
    displayName: character.repeat(4_000),
    userType: character.repeat(4_000),
    locale: character.repeat(4_000),
  });

  test("is cut to its first 16 KB", async () => {
    const client = await gateway.client();
    const sent = JSON.stringify(aUser(long("x")));

    const created = await client.post(sent);

    const { requestBody, responseBody } = await lastEvent(client);
    expect(requestBody).toBe(sent.slice(0, 16_384));
    expect(responseBody).toBe(JSON.stringify(created.body).slice(0, 16_384));
  });

  test("is cut at the end of a character", async () => {
    const client = await gateway.client();

    await client.post(aUser(long("é")));

    const { requestBody, responseBody } = await lastEvent(client);
    expect(requestBody).toMatch(/é$/);
    expect(new TextEncoder().encode(requestBody).length).toBeOneOf([16_383, 16_384]);
    expect(responseBody).not.toContain("\uFFFD");
  });

  test("of 16 KB is kept whole", async () => {
    const client = await gateway.client();
    const sent = JSON.stringify(aUser(long("x")))
      .padEnd(16_384, " ")
      .slice(0, 16_384);

    await client.post(sent.replace(/.{30}$/, ""));

    expect((await lastEvent(client)).requestBody).toMatch(/^\[not JSON, 16354 characters\]$/);
  });
});

test("a PATCH's row shows what it changed, before and after, and nothing else", async () => {
  const { client, id } = await withAda();
  const body = aPatch(
    { op: "replace", path: "title", value: "Engineer" },
    { op: "replace", path: "userName", value: "ada" },
  );

  await client.call(`/Users/${id}`, { method: "PATCH", body });

  expect((await lastEvent(client)).difference).toEqual({ title: { to: "Engineer" } });
});
