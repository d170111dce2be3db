import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type ScimRequest,
} from "#test/support/gateway.ts";

const gateway = openGateway();

/** A request that carries a secret; `{id}` in the path stands for the id of a user that exists. */
type Sent = (secret: string) => ScimRequest & { readonly path?: string };

/** Sends a request to a connector that has one user, ada. */
async function send(sent: ReturnType<Sent>) {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada" }));
  const { path = "/Users", ...request } = sent;
  const answer = await client.call(path.replace("{id}", body.id), request);
  return { client, answer };
}

function put(body: unknown) {
  return { method: "PUT", path: "/Users/{id}", body };
}

function patch(operation: object) {
  return { method: "PATCH", path: "/Users/{id}", body: aPatch(operation) };
}

/** The tables and columns of D1 that hold a text anywhere in a value. */
async function placesOf(text: string): Promise<string[]> {
  const columns = await env.DB.prepare(
    `SELECT m.name AS "table", c.name AS "column" FROM sqlite_master AS m, pragma_table_info(m.name) AS c
     WHERE m.type = 'table' AND substr(m.name, 1, 3) <> '_cf'`,
  ).all<{ table: string; column: string }>();
  const counts = await env.DB.batch<{ found: number }>(
    columns.results.map(({ table, column }) =>
      env.DB.prepare(
        `SELECT count(*) AS found FROM "${table}" WHERE instr("${column}", ?1) > 0`,
      ).bind(text),
    ),
  );
  return columns.results
    .filter((_, at) => counts[at]?.results[0]?.found !== 0)
    .map(({ table, column }) => `${table}.${column}`);
}

test("what is no secret is found where it is stored, so that the tests below mean something", async () => {
  const title = crypto.randomUUID();

  await send({ body: aUser({ title }) });

  expect(await placesOf(title)).toEqual(
    expect.arrayContaining([
      "events.request_body",
      "resources.doc",
      "resources.folded",
      "changes.payload",
    ]),
  );
});

test.each<[string, Sent, number]>([
  ["in a POST", (password) => ({ body: aUser({ password }) }), 201],
  ["in another letter case", (PassWord) => ({ body: aUser({ PassWord }) }), 201],
  ["under the core URN", (p) => ({ body: aUser({ [`${CORE_USER}:password`]: p }) }), 201],
  ["in an object", (p) => ({ body: aUser({ password: { value: p } }) }), 201],
  ["in a list", (p) => ({ body: aUser({ password: [p] }) }), 201],
  ["under an escaped name", (p) => ({ body: `{"userName":"b","p\\u0061ssword":"${p}"}` }), 201],
  ["in a PUT", (password) => put(aUser({ password })), 200],
  ["in a PATCH value", (password) => patch({ op: "replace", value: { password } }), 200],
  ["in a PATCH path", (value) => patch({ op: "replace", path: "password", value }), 200],
  ["in a PATCH path in capitals", (Value) => patch({ op: "Add", Path: "PassWord", Value }), 200],
  [
    "in a PATCH path with the URN",
    (value) => patch({ op: "replace", path: `${CORE_USER}:password`, value }),
    200,
  ],
  [
    "in a PATCH value with the URN",
    (p) => patch({ op: "replace", value: { [`${CORE_USER}:password`]: p } }),
    200,
  ],
  [
    "in a PATCH value inside the URN",
    (p) => patch({ op: "replace", value: { [CORE_USER]: { password: p } } }),
    200,
  ],
  [
    "in a PATCH path that is escaped",
    (p) => ({
      ...put(`{"Operations":[{"op":"add","path":"p\\u0061ssword","value":"${p}"}]}`),
      method: "PATCH",
    }),
    200,
  ],
  [
    "in a PATCH path with a sub-attribute",
    (value) => patch({ op: "replace", path: "password.value", value }),
    200,
  ],
  [
    "in a PATCH path with a filter",
    (value) => patch({ op: "replace", path: 'password[type eq "x"]', value }),
    400,
  ],
  ["in a POST that is a conflict", (p) => ({ body: aUser({ userName: "ada", password: p }) }), 409],
  ["in a POST without userName", (password) => ({ body: { password } }), 400],
  [
    "beside a PATCH path that is a list",
    (value) => patch({ op: "replace", path: ["password"], value }),
    400,
  ],
  [
    "in the filter of a PATCH path",
    (p) => patch({ op: "replace", path: `password[value eq "${p}"]`, value: "x" }),
    400,
  ],
  ["as newPassword", (newPassword) => ({ body: aUser({ newPassword }) }), 201],
  [
    "as passwd in the extension",
    (passwd) => ({ body: aUser({ [ENTERPRISE_USER]: { passwd } }) }),
    201,
  ],
  ["as pwd of a name", (pwd) => ({ body: aUser({ name: { pwd } }) }), 201],
  ["as api_key in the query", (p) => ({ path: `/Users?api_key=${p}` }), 200],
  ["as pass in the query", (p) => ({ path: `/Users?pass=${p}` }), 200],
  ["as authorization in the query", (p) => ({ path: `/Users?authorization=${p}` }), 200],
  ["in a filter without quotes", (p) => ({ path: `/Users${filterQuery(`passwd eq ${p}`)}` }), 400],
  [
    "in a search",
    (p) => ({ path: "/Users/.search", body: { filter: `userPassword eq "${p}"` } }),
    400,
  ],
  ["in the User-Agent", (p) => ({ headers: { "User-Agent": `x token=${p}` } }), 200],
  ["in an attribute that no schema knows", (ssn) => ({ body: aUser({ ssn }) }), 201],
  [
    "in an extension that nobody declared",
    (p) => ({ body: aUser({ "urn:x:y:User": { newPassword: p, b: { c: [{ pwd: p }] } } }) }),
    201,
  ],
  [
    "in a PATCH of an extension that nobody declared",
    (value) => patch({ op: "add", path: "urn:x:y:User:user_password", value }),
    200,
  ],
  ["in a PATCH of what no schema knows", (value) => patch({ op: "add", path: "ssn", value }), 200],
  ["in broken JSON", (p) => ({ body: `{"password":"${p}"` }), 400],
  ["in a body of another type", (p) => ({ body: `password=${p}`, headers: textPlain() }), 415],
  ["in a body for another method", (password) => ({ ...put({ password }), path: "/Users" }), 405],
  ["in a body for /Me", (password) => ({ path: "/Me", body: { password } }), 501],
  ["in the query", (p) => ({ path: `/Users?password=${p}` }), 200],
  ["in a filter", (p) => ({ path: `/Users${filterQuery(`password eq "${p}"`)}` }), 400],
])("a password %s is stored nowhere", async (_where, sent, status) => {
  const password = `canary-${crypto.randomUUID()}`;

  const { answer } = await send(sent(password));

  expect(answer.status).toBe(status);
  expect(JSON.stringify(answer.body) ?? "").not.toContain(password);
  expect(await placesOf(password)).toEqual([]);
});

test.each<[string, Sent, number]>([
  ["in access_token of a query", (token) => ({ path: `/Users?access_token=${token}` }), 200],
  ["in any parameter of a query", (token) => ({ path: `/Users?x=${token}&y=1` }), 200],
  ["in a filter", (token) => ({ path: `/Users${filterQuery(`userName eq "${token}"`)}` }), 200],
  ["in the path", (token) => ({ path: `/Users/${token}` }), 404],
  ["in the path of no endpoint", (token) => ({ path: `/${token}` }), 404],
  ["in the User-Agent", (token) => ({ path: "/Users", headers: { "User-Agent": token } }), 200],
  ["in a refused userName", (userName) => ({ body: { userName, active: "maybe" } }), 400],
  ["in a string of a refused body", (title) => ({ body: { title, active: "maybe" } }), 400],
  ["in a name that nobody knows", (token) => ({ body: aUser({ [token]: 1 }) }), 201],
  ["in a value that nobody knows", (token) => ({ body: aUser({ access_token: token }) }), 201],
  ["in a PATCH path", (token) => patch({ op: "replace", path: token, value: 1 }), 200],
  ["in an unknown schema", (token) => ({ body: aUser({ schemas: [token] }) }), 201],
  ["in an unknown op", (token) => patch({ op: token }), 400],
])("a token %s is stored nowhere", async (_where, sent, status) => {
  const { secret } = await createToken();

  const { answer } = await send(sent(secret));

  expect(answer.status).toBe(status);
  expect(await placesOf(secret)).toEqual([]);
});

test("an opaque access_token of a query is stored nowhere", async () => {
  const token = `canary-${crypto.randomUUID()}`;

  await send({ path: `/Users?count=1&Access_Token=${token}&startIndex=1` });

  expect(await placesOf(token)).toEqual([]);
});

test("a token that a user's attribute holds is not repeated in the event log", async () => {
  const { secret } = await createToken();

  await send({ body: aUser({ title: `mine is ${secret}` }) });

  expect(await placesOf(secret)).toEqual(["changes.payload", "resources.doc"]);
});

test("the token that a request was made with is stored nowhere", async () => {
  const { client } = await send({});

  expect(await placesOf(client.token)).toEqual([]);
});

test("what is redacted leaves the rest of the body readable", async () => {
  const { client } = await send(put(aUser({ userName: "bob", password: "canary" })));

  const { body } = await gateway.admin(`/connectors/${client.id}/events?method=PUT`);

  expect(JSON.parse(body.items[0].requestBody)).toMatchObject({
    userName: "bob",
    password: "[redacted]",
  });
});

function textPlain() {
  return { "Content-Type": "text/plain" };
}
