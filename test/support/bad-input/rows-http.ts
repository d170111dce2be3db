import { expect } from "vitest";
import { createToken } from "#credentials/token.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import { list, patchBody, post, put, type Sent } from "./bad-input.ts";
import { type HttpRow, refused, type World } from "./table.ts";

const USERS = "https://scim.example.com/scim/v2/Users";

const BEARER = { "WWW-Authenticate": 'Bearer realm="scim", error="invalid_token"' };

/** What a request is told that brought no bearer token, without asking the database. */
const UNASKED = { headers: { "WWW-Authenticate": 'Bearer realm="scim"' }, roundTrips: 0 };

/** Section A: what stands in Authorization. */
export const AUTHENTICATION_ROWS: readonly HttpRow[] = [
  ...refused(401, undefined, [
    [1, "no Authorization", { token: undefined }, UNASKED],
    [2, "an empty token", authorized(() => "Bearer "), UNASKED],
    [3, "Basic", authorized((token) => `Basic ${btoa(`${token}:`)}`), UNASKED],
    [3, "another scheme", authorized((token) => `Token ${token}`), UNASKED],
    [5, "a bad checksum", authorized((token) => `Bearer ${withOtherDigit(token, 20)}`), costing(0)],
    [5, "a bad last digit", authorized((t) => `Bearer ${withOtherDigit(t, 52)}`), costing(0)],
    [6, "a token that nobody has", unknownToken, costing(1)],
    [7, "a revoked token", revokedToken, { headers: BEARER }],
    [8, "an expired token", expiredToken, { headers: BEARER }],
    [9, "a token of 10 KB", authorized((t) => `Bearer ${t.padEnd(10_240, "0")}`), costing(0)],
    [10, "a token beyond ASCII", authorized((t) => `Bearer ${t.slice(0, -1)}é`), costing(0)],
    [11, "a token in the query", tokenInQuery, UNASKED],
    [12, "two values", authorized((token) => `Bearer ${token}, Bearer ${token}`), costing(0)],
  ]),
  ...["bEaReR", "bearer", "BEARER"].map((scheme) => ({
    row: 4,
    what: `the scheme written ${scheme}`,
    sent: authorized((token) => `${scheme} ${token}`),
    status: 200,
  })),
  { row: 13, what: "a good token after 100 bad ones", sent: after100Failures, status: 200 },
  ...refused(403, undefined, [[15, "a read-only token that POSTs", readOnlyToken]]),
  ...refused(401, undefined, [
    [16, "a SCIM token on /admin", scimTokenOnAdmin, { form: "problem" }],
  ]),
];

const USER = JSON.stringify(aUser());
const LARGE = JSON.stringify(aUser({ title: "x".repeat(300 * 1024) }));
const LARGEST = 256 * 1024;

/** Section B: methods, types, sizes, paths and headers. */
export const HTTP_ROWS: readonly HttpRow[] = [
  ...refused(405, undefined, [
    [17, "PUT /Users", { ...put(aUser()), path: "/Users" }, allowing("GET, HEAD, POST")],
    [17, "DELETE /Users", { method: "DELETE" }, allowing("GET, HEAD, POST")],
    [
      17,
      "POST on one user",
      { ...post(USER), path: "/Users/{id}" },
      allowing("GET, HEAD, PUT, PATCH, DELETE"),
    ],
  ]),
  ...refused(405, undefined, [
    [26, "a preflight from another origin", preflight(), allowingNoOrigin()],
  ]),
  ...refused(415, undefined, [
    [18, "POST of text/plain", { ...post(USER), headers: typed("text/plain") }],
    [18, "PUT of a form", { ...put(USER), headers: typed("multipart/form-data") }],
    [18, "PATCH of XML", { ...patchBody(USER), headers: typed("application/xml") }],
  ]),
  ...refused(413, undefined, [
    [
      19,
      "300 KB that say so",
      { ...post(LARGE), headers: { "Content-Length": `${LARGE.length}` } },
    ],
    [19, "a PUT of 300 KB", put(LARGE)],
    [19, "256 KB and a byte", post(USER.padEnd(LARGEST + 1, " "))],
    [20, "300 KB in chunks", inChunks],
  ]),
  { row: 19, what: "256 KB and no byte more", sent: post(USER.padEnd(LARGEST, " ")), status: 201 },
  ...refused(400, "invalidSyntax", [[21, "an empty body", post("")]]),
  ...refused(414, undefined, [[22, "a URL of 17 KB", list(`?x=${"x".repeat(17 * 1024)}`)]]),
  ...refused(404, undefined, [
    [23, "an id that climbs", { path: "/Users/..%2fGroups" }],
    [24, "an id of NUL", { path: "/Users/%00" }],
    [24, "an id that is no UTF-8", { path: "/Users/%ff" }],
    [24, "an id with a bare percent sign", { path: "/Users/%zz" }],
    [25, "an id with SQL in it", { path: "/Users/'--" }],
    [30, "a path that climbs out", { path: "/Users/me/../.." }],
  ]),
  {
    row: 27,
    what: "X-HTTP-Method-Override on a GET",
    sent: { path: "/Users/{id}", headers: { "X-HTTP-Method-Override": "DELETE" } },
    status: 200,
    after: isStillThere,
  },
  {
    row: 28,
    what: "X-Forwarded-Host",
    sent: {
      ...post(aUser({ userName: "forwarded" })),
      headers: { "X-Forwarded-Host": "evil.example", Forwarded: "host=evil.example" },
    },
    status: 201,
    after: (_world, { headers, body }) => {
      expect(headers.get("Location")).toBe(`${USERS}/${body.id}`);
      expect(body.meta.location).toBe(`${USERS}/${body.id}`);
    },
  },
  ...refused(400, "invalidFilter", [[29, "two filters", list("?filter=a&filter=b")]]),
  ...refused(501, undefined, [[30, "/Me", { path: "/Me" }]]),
];

/** A refusal before or after so many questions to the database. */
function costing(roundTrips: number) {
  return { headers: BEARER, roundTrips };
}

/** A list with an Authorization that is made of the client's token. */
function authorized(authorization: (token: string) => string) {
  return ({ client }: World): Sent => ({ headers: { Authorization: authorization(client.token) } });
}

async function unknownToken(): Promise<Sent> {
  return { token: (await createToken()).secret };
}

/** The token with another digit at one place, so that its checksum is wrong. */
function withOtherDigit(token: string, at: number): string {
  const digit = token.charAt(at) === "0" ? "1" : "0";
  return `${token.slice(0, at)}${digit}${token.slice(at + 1)}`;
}

const gateway = openGateway();

async function revokedToken({ client }: World): Promise<Sent> {
  const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
  const path = `/connectors/${client.id}/tokens/${body.items[0].id}`;
  await gateway.admin(path, { method: "DELETE" });
  return {};
}

async function expiredToken({ client }: World): Promise<Sent> {
  const expiresAt = new Date(Date.now() + 60_000).toISOString();
  const path = `/connectors/${client.id}/tokens`;
  const { body } = await gateway.admin(path, { body: { expiresAt } });
  const through = openGateway({ clock: { now: () => Date.parse(expiresAt) } });
  return { token: body.secret, through };
}

function tokenInQuery({ client }: World): Sent {
  return { token: undefined, ...list(`?access_token=${client.token}`) };
}

async function after100Failures({ client }: World): Promise<Sent> {
  const through = openGateway({ rateLimits: "on" });
  const headers = { "CF-Connecting-IP": "198.51.100.13" };
  const statuses = new Set<number>();
  for (let sent = 0; sent < 100; sent += 1) {
    statuses.add((await through.scim("/Users", { token: "bad", headers })).status);
  }
  expect([...statuses]).toEqual([401, 429]);
  return { headers, through, token: client.token };
}

async function readOnlyToken({ client }: World): Promise<Sent> {
  const path = `/connectors/${client.id}/tokens`;
  const { body } = await gateway.admin(path, { body: { scope: "read" } });
  return { ...post(aUser()), token: body.secret };
}

function scimTokenOnAdmin({ client }: World): Sent {
  return { to: "admin", path: "/connectors", token: client.token };
}

function allowing(methods: string) {
  return { headers: { Allow: methods } };
}

function typed(contentType: string) {
  return { "Content-Type": contentType };
}

/** A body whose length nothing says. */
function inChunks({ client }: World): Request {
  const chunk = new TextEncoder().encode("x".repeat(100 * 1024));
  const body = new ReadableStream({
    start(controller) {
      for (const each of [chunk, chunk, chunk]) controller.enqueue(each);
      controller.close();
    },
  });
  const headers = { Authorization: `Bearer ${client.token}` };
  return new Request(USERS, { method: "POST", headers, body });
}

function preflight(): Sent {
  const headers = { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" };
  return { method: "OPTIONS", headers };
}

function allowingNoOrigin() {
  return { headers: { "Access-Control-Allow-Origin": null } };
}

async function isStillThere({ client, id }: World): Promise<void> {
  expect((await client.get(id)).status).toBe(200);
}
