import { describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import {
  expectRefused,
  expectScimError,
  list,
  patchBody,
  post,
  put,
  type Row,
  replace,
  withAda,
} from "#test/support/bad-input.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";

// BAD-INPUTS, sections A, B, H and J; bodies and queries have files of their own.

const gateway = openGateway();

const USERS = "https://scim.example.com/scim/v2/Users";

describe("A authentication", () => {
  test.each<[string, string, (token: string) => string, number]>([
    ["2", "an empty token", () => "Bearer ", 0],
    ["3", "Basic", (token) => `Basic ${btoa(`${token}:`)}`, 0],
    ["3", "another scheme", (token) => `Token ${token}`, 0],
    ["5", "a bad checksum", (token) => `Bearer ${withOtherDigit(token, 20)}`, 0],
    ["5", "a bad last digit", (token) => `Bearer ${withOtherDigit(token, 52)}`, 0],
    ["9", "a token of 10 KB", (token) => `Bearer ${token.padEnd(10_240, "0")}`, 0],
    ["10", "a token that is not ASCII", (token) => `Bearer ${token.slice(0, -1)}é`, 0],
    ["12", "two values", (token) => `Bearer ${token}, Bearer ${token}`, 0],
  ])("%s: %s is 401 and costs no query", async (_row, _what, authorization, roundTrips) => {
    const { token } = await gateway.connector();

    const answer = await gateway.scim("/Users", {
      headers: { Authorization: authorization(token) },
    });

    expectScimError(answer, 401);
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(answer.cost.roundTrips).toBe(roundTrips);
  });

  test("1: no Authorization is 401 with WWW-Authenticate, and costs no query", async () => {
    const answer = await gateway.scim("/Users");

    expectScimError(answer, 401);
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(answer.cost.roundTrips).toBe(0);
  });

  test.each(["bEaReR", "bearer", "BEARER"])("4: the scheme may be written %s", async (scheme) => {
    const { token } = await gateway.connector();

    const answer = await gateway.scim("/Users", {
      headers: { Authorization: `${scheme} ${token}` },
    });

    expect(answer.status).toBe(200);
  });

  test("6: a well-formed token that nobody has is 401 after one query", async () => {
    const { secret } = await createToken();

    const answer = await gateway.scim("/Users", { token: secret });

    expectScimError(answer, 401);
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
    expect(answer.cost).toMatchObject({ roundTrips: 1, rowsWritten: 0 });
  });

  test("7: a revoked token is 401 on the very next request", async () => {
    const { id, token } = await gateway.connector();
    const { body } = await gateway.admin(`/connectors/${id}/tokens`);
    const path = `/connectors/${id}/tokens/${body.items[0].id}`;
    await gateway.admin(path, { method: "DELETE" });

    const answer = await gateway.scim("/Users", { token });

    expectScimError(answer, 401);
  });

  test("8: an expired token is 401 on the very next request", async () => {
    let now = Date.now();
    const timed = openGateway({ clock: { now: () => now } });
    const { id } = await timed.connector();
    const expiresAt = new Date(now + 60_000).toISOString();
    const { body } = await timed.admin(`/connectors/${id}/tokens`, { body: { expiresAt } });
    now += 60_000;

    const answer = await timed.scim("/Users", { token: body.secret });

    expectScimError(answer, 401);
  });

  test("11: a token in the query is no token", async () => {
    const { token } = await gateway.connector();

    const answer = await gateway.scim(`/Users?access_token=${token}`);

    expectScimError(answer, 401);
    expect(answer.cost.roundTrips).toBe(0);
  });

  test("15: a read-only token that POSTs is 403", async () => {
    const { id } = await gateway.connector();
    const { body } = await gateway.admin(`/connectors/${id}/tokens`, { body: { scope: "read" } });

    const answer = await gateway.scim("/Users", { token: body.secret, body: aUser() });

    expectScimError(answer, 403);
  });

  test("16: a SCIM token on the admin API is 401", async () => {
    const { token } = await gateway.connector();

    const answer = await gateway.admin("/connectors", { token });

    expect(answer.status).toBe(401);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  });
});

describe("B HTTP", () => {
  const user = JSON.stringify(aUser());
  const large = JSON.stringify(aUser({ title: "x".repeat(300 * 1024) }));
  const rows: Row[] = [
    ["17", "PUT /Users", { ...put(aUser()), path: "/Users" }, 405],
    ["17", "DELETE /Users", { method: "DELETE" }, 405],
    ["17", "POST on one user", { ...post(aUser()), path: "/Users/{id}" }, 405],
    ["18", "POST of text/plain", { ...post(user), headers: typed("text/plain") }, 415],
    ["18", "PUT of a form", { ...put(user), headers: typed("multipart/form-data") }, 415],
    ["18", "PATCH of XML", { ...patchBody(user), headers: typed("application/xml") }, 415],
    [
      "19",
      "a body of 300 KB that says so",
      { ...post(large), headers: { "Content-Length": String(large.length) } },
      413,
    ],
    ["19", "a PUT of 300 KB", put(large), 413],
    ["21", "an empty body", post(""), 400, "invalidSyntax"],
    ["23", "an id that climbs", { path: "/Users/..%2fGroups" }, 404],
    ["24", "an id of NUL", { path: "/Users/%00" }, 404],
    ["24", "an id that is no UTF-8", { path: "/Users/%ff" }, 404],
    ["24", "an id with a bare percent sign", { path: "/Users/%zz" }, 404],
    ["25", "an id with SQL in it", { path: "/Users/'--" }, 404],
    ["29", "two filters", list("?filter=a&filter=b"), 400, "invalidFilter"],
    ["30", "a path that climbs out", { path: "/Users/me/../.." }, 404],
    ["30", "/Me", { path: "/Me" }, 501],
  ];

  test.each(rows)("%s: %s", async (_row, _what, sent, status, scimType) => {
    await expectRefused(sent, status, scimType);
  });

  test.each([
    ["/Users", "PUT", "GET, HEAD, POST"],
    ["/Users/x", "POST", "GET, HEAD, PUT, PATCH, DELETE"],
  ])("17: %s answers %s with the methods it knows", async (path, method, allow) => {
    const client = await gateway.client();

    const answer = await client.call(path, { method });

    expect(answer.status).toBe(405);
    expect(answer.headers.get("Allow")).toBe(allow);
  });

  test("20: a chunked body of 300 KB is 413, though nothing said its length", async () => {
    const client = await gateway.client();
    const chunk = new TextEncoder().encode("x".repeat(100 * 1024));
    const body = new ReadableStream({
      start(controller) {
        for (const each of [chunk, chunk, chunk]) controller.enqueue(each);
        controller.close();
      },
    });
    const headers = { Authorization: `Bearer ${client.token}` };

    const answer = await gateway.send(new Request(USERS, { method: "POST", headers, body }));

    expectScimError(answer, 413);
  });

  test.each([
    [256 * 1024, 201],
    [256 * 1024 + 1, 413],
  ])("19: a body of %i bytes is %i", async (bytes, status) => {
    const client = await gateway.client();

    const answer = await client.post(JSON.stringify(aUser()).padEnd(bytes, " "));

    expect(answer.status).toBe(status);
  });

  test("22: a URL of 17 KB is 414 or 400", async () => {
    const client = await gateway.client();

    const answer = await client.call(`/Users?x=${"x".repeat(17 * 1024)}`);

    expect([400, 414]).toContain(answer.status);
  });

  test("26: a preflight from another origin is allowed nothing", async () => {
    const client = await gateway.client();
    const headers = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };

    const answer = await client.call("/Users", { method: "OPTIONS", headers });

    expect(answer.headers.get("Access-Control-Allow-Origin")).toBeNull();
  });

  test("27: X-HTTP-Method-Override on a GET is ignored", async () => {
    const { client, id } = await withAda();

    const answer = await client.get(id, { "X-HTTP-Method-Override": "DELETE" });

    expect(answer.status).toBe(200);
    expect((await client.get(id)).status).toBe(200);
  });

  test("28: X-Forwarded-Host changes no location", async () => {
    const client = await gateway.client();
    const headers = { "X-Forwarded-Host": "evil.example", Forwarded: "host=evil.example" };

    const created = await client.call("/Users", { body: aUser(), headers });

    expect(created.headers.get("Location")).toBe(`${USERS}/${created.body.id}`);
    expect(created.body.meta.location).toBe(`${USERS}/${created.body.id}`);
  });
});

describe("H tenancy", () => {
  test.each<[string, string, unknown]>([
    ["119", "GET", undefined],
    ["120", "PUT", aUser()],
    ["121", "PATCH", aPatch(replace("title"))],
    ["122", "DELETE", undefined],
  ])("%s: %s of another connector's id answers as of a random id", async (_row, method, body) => {
    const { id } = await withAda();
    const stranger = await gateway.client();

    const foreign = await stranger.call(`/Users/${id}`, { method, body });
    const random = await stranger.call(`/Users/${crypto.randomUUID()}`, { method, body });

    expectScimError(foreign, 404);
    expect(foreign.body).toEqual(random.body);
  });

  test("123: a filter by another connector's id finds nothing", async () => {
    const { id } = await withAda();
    const stranger = await gateway.client();

    const found = await stranger.find(`id eq "${id}"`);

    expect(found).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
  });

  test("125: a connector that does not exist is 404", async () => {
    const answer = await gateway.admin(`/connectors/${crypto.randomUUID()}`);

    expect(answer.status).toBe(404);
  });
});

describe("J admin", () => {
  const text = JSON.stringify({ name: "Evil" });
  const headers = { "Content-Type": "text/plain", Cookie: "CF_Authorization=x" };

  test("152: a cross-site form without the token is 401", async () => {
    const answer = await gateway.admin("/connectors", { token: "", body: text, headers });

    expect(answer.status).toBe(401);
  });

  test("152: text/plain is 415 even with the token", async () => {
    const answer = await gateway.admin("/connectors", { body: text, headers });

    expect(answer.status).toBe(415);
  });
});

/** The token with another digit at one place, so that its checksum is wrong. */
function withOtherDigit(token: string, at: number): string {
  const digit = token.charAt(at) === "0" ? "1" : "0";
  return `${token.slice(0, at)}${digit}${token.slice(at + 1)}`;
}

function typed(contentType: string) {
  return { "Content-Type": contentType };
}
