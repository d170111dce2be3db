import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";

// Two isolates: what one of them remembers, the other makes untrue.
const here = openGateway();
const elsewhere = openGateway();

const title = aPatch({ op: "replace", path: "title", value: "Engineer" });

/** A client whose token and one user `here` remembers. */
async function aKnownClient(settings: object = {}) {
  const client = await here.client({ settings });
  const { body } = await client.post(aUser({ userName: "anna", externalId: "e1" }));
  await client.get(body.id);
  const away = (path: string, request: object = {}) =>
    elsewhere.scim(path, { token: client.token, ...request });
  return { client, away, id: body.id as string, path: `/Users/${body.id}` };
}

async function eventsOf(client: TestClient) {
  const { body } = await here.admin(`/connectors/${client.id}/events`);
  return body.items as readonly { method: string; status: number }[];
}

test("a write by a client who is remembered takes one round trip", async () => {
  const { client, id, path } = await aKnownClient();

  const created = await client.post(aUser({ emails: [{ value: "a@b.c" }, { value: "d@e.f" }] }));
  const patched = await client.patch(id, title);
  const patchedAgain = await client.patch(id, aPatch({ op: "remove", path: "title" }));
  const replaced = await client.put(id, aUser({ userName: "anna", title: "Boss" }));
  const removed = await client.remove(id);

  const answers = [created, patched, patchedAgain, replaced, removed];
  expect(answers.map(({ status, cost }) => [status, cost.roundTrips])).toEqual([
    [201, 1],
    [200, 1],
    [200, 1],
    [200, 1],
    [204, 1],
  ]);
  expect((await client.call(path)).status).toBe(404);
  expect((await client.find('emails.value eq "d@e.f"')).body.totalResults).toBe(1);
});

test("where optimistic writes are off, each write looks first and answers the same", async () => {
  const { client, path } = await aKnownClient();
  const looking = openGateway({ optimisticWrites: "off" });
  const write = (to: string, request: object) =>
    looking.scim(to, { token: client.token, ...request });

  const created = await write("/Users", { body: aUser() });
  const patched = await write(path, { method: "PATCH", body: title });
  const replaced = await write(path, { method: "PUT", body: aUser({ userName: "anna" }) });
  const removed = await write(path, { method: "DELETE" });

  const answers = [created, patched, replaced, removed];
  expect(answers.map(({ status, cost }) => [status, cost.roundTrips])).toEqual([
    [201, 2],
    [200, 2],
    [200, 2],
    [204, 2],
  ]);
});

test("a user found by its name is remembered too", async () => {
  const { client, id } = await aKnownClient();
  const fresh = openGateway();
  const { token } = client;
  await fresh.scim(`/Users${filterQuery('userName eq "ANNA"')}`, { token });

  const answer = await fresh.scim(`/Users/${id}`, { token, method: "PATCH", body: title });

  expect(answer.status).toBe(200);
  expect(answer.cost.roundTrips).toBe(1);
});

test("a user who changed elsewhere is changed from there on, in two round trips", async () => {
  const { client, away, id, path } = await aKnownClient();
  const body = aPatch({ op: "replace", path: "nickName", value: "Annie" });
  await away(path, { method: "PATCH", body });

  const answer = await client.patch(id, title);

  expect(answer.body).toMatchObject({ title: "Engineer", nickName: "Annie" });
  expect(answer.body.meta.version).toBe('W/"3"');
  expect(answer.cost.roundTrips).toBe(2);
});

describe("within one millisecond", () => {
  const clock = { now: () => Date.parse("2026-01-01T00:00:00Z") };
  const [hereNow, elsewhereNow] = [openGateway({ clock }), openGateway({ clock })];

  test("a user who changed elsewhere is told by the version", async () => {
    const client = await hereNow.client();
    const { id } = (await client.post(aUser())).body;
    await client.get(id);
    const body = aPatch({ op: "replace", path: "nickName", value: "Annie" });
    await elsewhereNow.scim(`/Users/${id}`, { token: client.token, method: "PATCH", body });

    const answer = await client.patch(id, title);

    expect(answer.body).toMatchObject({ title: "Engineer", nickName: "Annie" });
    expect(answer.body.meta.version).toBe('W/"3"');
  });

  test("a user who got the row of an erased one is told by the id", async () => {
    const client = await hereNow.client({ settings: { deletion: "hard" } });
    const { token } = client;
    const alice = (await client.post(aUser())).body.id;
    await client.get(alice);
    await elsewhereNow.scim(`/Users/${alice}`, { token, method: "DELETE" });
    const bob = (await elsewhereNow.scim("/Users", { token, body: aUser({ title: "Boss" }) })).body;

    const answer = await client.patch(alice, title);

    expect(answer.status).toBe(404);
    expect((await client.get(bob.id)).body).toEqual(bob);
  });
});

test("a user who joined a group elsewhere is answered with it", async () => {
  const { client, away, id } = await aKnownClient();
  await away("/Groups", { body: { displayName: "Staff", members: [{ value: id }] } });

  const answer = await client.patch(id, title);

  expect(answer.body.groups).toMatchObject([{ display: "Staff" }]);
});

test("a user who was deleted elsewhere is gone", async () => {
  const { client, away, id, path } = await aKnownClient();
  await away(path, { method: "DELETE" });

  expect((await client.patch(id, title)).status).toBe(404);
  expect((await client.remove(id)).status).toBe(404);
});

test("If-Match is judged by the true version", async () => {
  const { client, away, id, path } = await aKnownClient();
  await away(path, { method: "PATCH", body: title });

  const old = await client.patch(id, aPatch(), { "If-Match": 'W/"1"' });
  const current = await client.put(id, aUser(), { "If-Match": 'W/"2"' });

  expect(old.status).toBe(412);
  expect(current.status).toBe(200);
});

test("a name taken elsewhere is refused, and the log says by whom", async () => {
  const { client, away } = await aKnownClient();
  const bea = await away("/Users", { body: aUser({ userName: "bea" }) });

  const answer = await client.post(aUser({ userName: "Bea" }));

  expect(answer.status).toBe(409);
  expect(answer.body.scimType).toBe("uniqueness");
  expect(answer.cost.roundTrips).toBe(2);
  const [event] = await eventsOf(client);
  expect(JSON.stringify(event)).toContain(bea.body.id);
});

test("a leaver whom another isolate deleted comes back under the same id", async () => {
  const { client, away, id, path } = await aKnownClient();
  await away(path, { method: "DELETE" });

  const answer = await client.post(aUser({ userName: "anna", externalId: "e1" }));

  expect(answer.status).toBe(201);
  expect(answer.body.id).toBe(id);
});

test("a revoked token stores nothing, by no kind of write", async () => {
  const { client, id } = await aKnownClient();
  const tokens = await elsewhere.admin(`/connectors/${client.id}/tokens`);
  const tokenPath = `/connectors/${client.id}/tokens/${tokens.body.items[0].id}`;
  await elsewhere.admin(tokenPath, { method: "DELETE" });

  // Each by an isolate that still takes the token for good.
  expect((await client.post(aUser())).status).toBe(401);
  expect((await client.patch(id, title)).status).toBe(401);
  expect((await client.remove(id)).status).toBe(401);
  const { body } = await elsewhere.admin(`/connectors/${client.id}/users`);
  expect(body.items).toMatchObject([{ userName: "anna", meta: { version: 'W/"1"' } }]);
});

test.each([
  ["disabled", { status: "disabled" }, 403],
  ["made strict", { settings: { strict: true } }, 400],
])("a connector that was %s elsewhere is believed at once", async (_name, change, status) => {
  const { client, id } = await aKnownClient();
  await elsewhere.admin(`/connectors/${client.id}`, { method: "PATCH", body: change });

  const answer = await client.patch(id, aPatch({ op: "add", value: { unheard: "of" } }));
  const created = await client.post(aUser({ unheard: "of" }));

  expect(answer.status).toBe(status);
  expect(created.status).toBe(status);
});

test("a connector that was made lenient elsewhere is believed at once", async () => {
  const { client, id } = await aKnownClient({ strict: true });
  const body = { settings: { strict: false } };
  await elsewhere.admin(`/connectors/${client.id}`, { method: "PATCH", body });

  const answer = await client.patch(id, aPatch({ op: "add", value: { unheard: "of" } }));

  expect(answer.status).toBe(200);
});

test("an attribute declared elsewhere is stored", async () => {
  const { client, id } = await aKnownClient();
  const body = { attributes: [{ name: "costCode", type: "string" }] };
  const path = `/connectors/${client.id}/attributes`;
  const declared = await elsewhere.admin(path, { method: "PUT", body });

  const patched = await client.patch(id, aPatch({ op: "add", value: { costCode: "7" } }));

  expect(declared.status).toBe(200);
  expect(JSON.stringify(patched.body)).toContain('"costCode":"7"');
});

test("each write stands in the log once, whether its assumption held or not", async () => {
  const { client, away, id, path } = await aKnownClient();
  await client.patch(id, title);
  await away(path, { method: "PATCH", body: aPatch({ op: "remove", path: "title" }) });
  await client.patch(id, title);
  await client.patch(id, title);

  const events = await eventsOf(client);

  expect(events.filter(({ method }) => method === "PATCH")).toHaveLength(4);
  expect(await contradictions()).toEqual([]);
});

test("a user too large to be looked at beside the credential is looked at by itself", async () => {
  const { client, away } = await aKnownClient();
  const addresses = Array.from({ length: 10 }, (_, n) => ({
    formatted: `${n}`.padEnd(8_000, "x"),
  }));
  const body = aUser({ userName: "large", externalId: "l1", addresses });
  const { id } = (await away("/Users", { body })).body;
  const fresh = (path: string, request: object = {}) =>
    openGateway().scim(path, { token: client.token, ...request });

  const read = await fresh(`/Users/${id}`);
  const found = await fresh(`/Users${filterQuery('userName eq "large"')}`);
  const patched = await fresh(`/Users/${id}`, { method: "PATCH", body: title });
  const again = await client.post(body);
  await away(`/Users/${id}`, { method: "DELETE" });
  const restored = await client.post(body);

  expect(read.body.addresses).toHaveLength(10);
  expect(read.cost.roundTrips).toBe(2);
  expect(found.body.Resources).toHaveLength(1);
  expect(patched.body).toMatchObject({ id, title: "Engineer" });
  expect(again.status).toBe(409);
  expect([restored.status, restored.body.id]).toEqual([201, id]);
});

// At the end: a row that goes back a version contradicts its changes.
test("a user who was restored from a backup is told by the moment of its version", async () => {
  const { client, away, id, path } = await aKnownClient();
  await away(path, {
    method: "PATCH",
    body: aPatch({ op: "add", path: "nickName", value: "Annie" }),
  });
  // The backup was taken before that change, and the same version was written anew behind it.
  await env.DB.prepare("UPDATE resources SET version = 1 WHERE id = ?").bind(id).run();

  const answer = await client.patch(id, title);

  expect(answer.body).toMatchObject({ title: "Engineer", nickName: "Annie" });
});
