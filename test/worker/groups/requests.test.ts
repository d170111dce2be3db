import { describe, expect, test } from "vitest";
import { aPatch, openGateway } from "#test/support/gateway.ts";
import { adding, aGroup, listOf, openGroups } from "#test/support/scim/groups.ts";

const gateway = openGateway();

/** A client with one group. */
async function withGroup() {
  const groups = await openGroups(gateway);
  const ada = await groups.user();
  const { body } = await groups.post(aGroup({ displayName: "Staff", members: listOf([ada]) }));
  return { groups, id: body.id as string, created: body };
}

const REQUESTS: readonly (readonly [method: string, path: string, body: unknown])[] = [
  ["GET", "/Groups", undefined],
  ["POST", "/Groups", aGroup()],
  ["GET", "/Groups/{id}", undefined],
  ["PUT", "/Groups/{id}", aGroup()],
  ["PATCH", "/Groups/{id}", aPatch({ op: "remove", path: "members" })],
  ["DELETE", "/Groups/{id}", undefined],
];

const SINGLE = REQUESTS.filter(([, path]) => path !== "/Groups");
const WITH_BODY = REQUESTS.filter(([, , body]) => body !== undefined);

describe.each(REQUESTS)("%s %s", (method, path, body) => {
  test("without a token is 401", async () => {
    const { groups, id } = await withGroup();

    const refused = await groups.client.call(path.replace("{id}", id), {
      method,
      body,
      token: undefined,
    });

    expect(refused).toMatchObject({ status: 401, body: { status: "401" } });
    expect(refused.headers.get("WWW-Authenticate")).toMatch(/^Bearer/);
  });

  test("with a token that was deleted is 401", async () => {
    const { groups, id } = await withGroup();
    const tokens = await gateway.admin(`/connectors/${groups.client.id}/tokens`);
    const token = `/connectors/${groups.client.id}/tokens/${tokens.body.items[0].id}`;
    await gateway.admin(token, { method: "DELETE" });

    const refused = await groups.client.call(path.replace("{id}", id), { method, body });

    expect(refused.status).toBe(401);
  });
});

describe.each(SINGLE)("%s %s of another connector", (method, path, body) => {
  test("answers exactly as of an id that never was, and changes nothing", async () => {
    const { groups, id, created } = await withGroup();
    const stranger = await openGroups(gateway);

    const foreign = await stranger.client.call(path.replace("{id}", id), { method, body });
    const unknown = await stranger.client.call(path.replace("{id}", crypto.randomUUID()), {
      method,
      body,
    });

    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(unknown.body);
    expect((await groups.get(id)).body).toEqual(created);
  });
});

describe.each(WITH_BODY)("%s %s", (method, path) => {
  test.each([
    ["broken JSON", "{", {}, 400],
    ["a list", [], {}, 400],
    ["text/plain", "{}", { "Content-Type": "text/plain" }, 415],
    ["two spellings of a name", '{"displayName":"a","DISPLAYNAME":"b"}', {}, 400],
    ["__proto__", '{"__proto__":{"x":1},"displayName":"a","Operations":[]}', {}, 400],
    ["more than 4 MB", `{"displayName":"${"x".repeat(4 * 1024 * 1024)}"}`, {}, 413],
  ])("with %s is refused and changes nothing", async (_what, body, headers, status) => {
    const { groups, id, created } = await withGroup();

    const refused = await groups.client.call(path.replace("{id}", id), { method, body, headers });

    expect(refused).toMatchObject({ status, body: { status: String(status) } });
    expect((await groups.get(id)).body).toEqual(created);
  });
});

test("a token that may only read cannot write groups", async () => {
  const { groups, id, created } = await withGroup();
  const tokens = `/connectors/${groups.client.id}/tokens`;
  const { body } = await gateway.admin(tokens, { body: { scope: "read" } });

  const refused = await groups.client.call(`/Groups/${id}`, {
    method: "PATCH",
    body: aPatch({ op: "remove", path: "members" }),
    token: body.secret,
  });

  expect(refused.status).toBe(403);
  expect((await groups.get(id)).body).toEqual(created);
});

test("a filter never shows another connector's groups", async () => {
  const { id } = await withGroup();
  const stranger = await openGroups(gateway);

  const byId = await stranger.find(`id eq "${id}"`);
  const byName = await stranger.find('displayName eq "Staff"');

  expect([byId.body.totalResults, byName.body.totalResults]).toEqual([0, 0]);
});

test("a body of 20,000 members, known or not, is taken", async () => {
  const groups = await openGroups(gateway);
  const values = Array.from({ length: 20_000 }, (_, n) => `00000000-0000-4000-8000-${n + 1e11}`);
  const [ada = ""] = await groups.users(1);

  const created = await groups.post(aGroup({ members: listOf([...values, ada]) }));

  expect(created.status).toBe(201);
  expect(created.body.members).toEqual([expect.objectContaining({ value: ada })]);
});

test("1,000 operations on many members are counted together", async () => {
  const groups = await openGroups(gateway);
  const id = await groups.group();
  const values = Array.from({ length: 30_000 }, (_, n) => `u${n}`);
  const removals = values.slice(1).map((value) => ({ op: "remove", path: "members", value }));
  const operations = [adding(...values), ...removals.slice(0, 999)];

  const patched = await groups.patch(id, aPatch(...operations));

  expect(patched.status).toBe(204);
});
