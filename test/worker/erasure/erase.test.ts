import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { BridgeSource } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { aPatch, aUser, changeTypesOf, filterQuery, openGateway } from "#test/support/gateway.ts";
import { openReceiver, ring } from "#test/support/receiver.ts";
import { aPerson, cronIn, erase, placesOf, withUser } from "#test/support/upkeep/erasing.ts";

// The right to be forgotten: after an erase nothing anywhere tells who the person was.

const gateway = openGateway({ roundTripsMax: Number.POSITIVE_INFINITY });

/** A connector with a bridge that linked a person, and a webhook that nobody answers. */
async function planted() {
  const person = aPerson();
  const { sourceId, login, first, last } = person;
  const source = new BridgeSource([{ id: "p0" }, { id: "p1" }]);
  const profile = { login, email: login, firstName: first, lastName: last };
  source.putRaw({ id: sourceId, status: "ACTIVE", profile });
  // Another record wants the same name: an issue that names both.
  source.putRaw({ id: `twin-${person.mark}`, status: "ACTIVE", profile: { ...profile } });
  const bridge = await TestBridge.open(source);
  await bridge.due();
  const { connector } = bridge;
  const call = (path: string, request: object = {}) =>
    gateway.scim(path, { token: connector.token, ...request });
  const user = (await bridge.users()).find(({ externalId }) => externalId === sourceId);
  const id = user?.id ?? "";
  return { person, bridge, connector, call, id };
}

test("nothing is left of a person whom bridge, log, feed and webhooks know", async () => {
  const { person, bridge, connector, call, id } = await planted();
  const { login, former, mark, first } = person;
  const { received } = openReceiver(({ text }) => new Response(text, { status: 500 }));
  const body = { url: "https://receiver.example/erase" };
  const webhook = (await gateway.admin(`/connectors/${connector.id}/webhooks`, { body })).body;
  const others = (await bridge.users()).filter((other) => other.id !== id);
  // Members, parked members, writes, refusals and look-ups that name the person.
  const members = [{ value: id, display: first }, { value: `parked-${mark}` }];
  const group = await call("/Groups", { body: { displayName: "Team", members } });
  await call(`/Users/${id}`, {
    method: "PATCH",
    body: aPatch(
      { op: "replace", path: "userName", value: former },
      {
        op: "replace",
        path: "emails",
        value: [{ value: `mail-${mark}@example.com`, type: "home" }],
      },
    ),
  });
  await call(`/Users/${id}`, {
    method: "PATCH",
    body: aPatch({ op: "replace", path: "userName", value: login }),
  });
  const refusedPost = await call("/Users", { body: aUser({ userName: login.toUpperCase() }) });
  const refusedPatch = await call(`/Users/${others[0]?.id}`, {
    method: "PATCH",
    body: aPatch({ op: "replace", path: "userName", value: login }),
  });
  await call(`/Users${filterQuery(`userName eq "${login}"`)}`);
  await call(`/Users${filterQuery(`emails eq "mail-${mark}@example.com"`)}`);
  await call(`/Users/${encodeURIComponent(login)}`);
  await call("/Users");
  await ring(webhook);
  expect([refusedPost.status, refusedPatch.status]).toEqual([409, 409]);
  expect(received.length).toBeGreaterThan(0);
  const texts = [person.mark];
  const before = await placesOf(texts);
  for (const place of ["D1 resources", "D1 events", "D1 changes", "D1 parked_members"]) {
    expect(before.some((row) => row.startsWith(place))).toBe(true);
  }
  for (const place of [
    "BRIDGE links",
    "BRIDGE open_issues",
    "WEBHOOK deliveries",
    "WEBHOOK tries",
  ]) {
    expect(before.some((row) => row.startsWith(place))).toBe(true);
  }

  const answer = await erase(gateway, connector, id);
  await cronIn(2);
  await cronIn(3);
  await cronIn(4);

  expect(answer).toMatchObject({ status: 202, body: { userId: id, state: "erasing" } });
  // The bridge's own record of the other person of that name, and what waits in the group by a value of its own.
  expect(await placesOf([login, former, first, person.last, `mail-${mark}`])).toEqual([]);
  expect((await erase(gateway, connector, id)).body).toEqual({ userId: id, state: "erased" });
  expect((await call(`/Users/${id}`)).status).toBe(404);
  expect((await call(`/Groups/${group.body.id}`)).body.members ?? []).toEqual([]);
  const types = new Set(await changeTypesOf(id));
  expect([...types]).toEqual(["user.erased"]);
  const feed = await gateway.api(`/changes?connector=${connector.id}`);
  const tombstones = feed.body.items.filter(
    (event: { resourceId?: string }) => event.resourceId === id,
  );
  for (const { type, resource } of tombstones) {
    expect([type, resource.id, Object.keys(resource)]).toEqual([
      "user.erased",
      id,
      ["schemas", "id", "meta"],
    ]);
  }
  expect(tombstones.at(-1).actor).toEqual({ kind: "administrator", name: "admin token" });
  const gone = `/connectors/${connector.id}/webhooks/${webhook.id}`;
  await gateway.admin(gone, { method: "DELETE" });
});

test("a soft-deleted user is erased as well, and can then not be restored", async () => {
  const { person, client, id } = await withUser(gateway);
  await client.remove(id);

  expect((await erase(gateway, client, id)).status).toBe(202);
  await cronIn(2);

  expect(await placesOf([person.mark])).toEqual([]);
  const restore = `/connectors/${client.id}/users/${id}/restore`;
  expect((await gateway.admin(restore, { method: "POST" })).status).toBe(404);
});

test("somebody of whom no row is left is erased from log and feed", async () => {
  const { person, client, id } = await withUser(gateway);
  await client.changeSettings({ deletion: "hard" });
  await client.remove(id);

  expect((await erase(gateway, client, id)).status).toBe(202);
  await cronIn(2);

  expect(await placesOf([person.mark])).toEqual([]);
  expect((await erase(gateway, client, id)).body.state).toBe("erased");
});

test("a name that is a word of the protocol takes no other event along", async () => {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "users", externalId: "scim" }));
  const { body: other } = await client.post(aUser({ userName: "ada" }));
  await client.post(aUser({ userName: "Users" }));
  const eventsOf = async () => {
    const { body: log } = await gateway.admin(`/connectors/${client.id}/events`);
    return log.items;
  };
  const isOthers = ({ resourceId }: { resourceId: string }) => resourceId === other.id;
  const before = (await eventsOf()).filter(isOthers);

  await erase(gateway, client, body.id);
  await cronIn(2);

  const after = await eventsOf();
  expect(after.filter(isOthers)).toEqual(before);
  const refused = after.find(({ status }: { status: number }) => status === 409);
  expect(refused).toMatchObject({ path: "/scim/v2/Users", userName: null, requestBody: null });
  expect(refused.explanation).toBeNull();
});

test("of two people the other one stays", async () => {
  const { client, id } = await withUser(gateway);
  const { body: other } = await client.post(aUser({ title: "Dr" }));

  await erase(gateway, client, id);
  await cronIn(2);

  expect((await client.get(other.id)).body).toEqual(other);
  expect(await changeTypesOf(other.id)).toEqual(["user.created"]);
});

test("nobody of another connector, and no group, is erased", async () => {
  const { client, id } = await withUser(gateway);
  const other = await gateway.client();
  const { body: group } = await client.call("/Groups", { body: { displayName: "Team" } });

  expect((await erase(gateway, other, id)).status).toBe(404);
  expect((await erase(gateway, client, crypto.randomUUID())).status).toBe(404);
  expect((await client.get(id)).status).toBe(200);
  expect((await client.call(`/Groups/${group.id}`)).status).toBe(200);
});

test("a group that waits for a deleted user does not get an erased one", async () => {
  const { client, id } = await withUser(gateway);
  await client.remove(id);
  const members = [{ value: id }];
  const { body: group } = await client.call("/Groups", { body: { displayName: "Team", members } });

  await erase(gateway, client, id);

  const { results } = await env.DB.prepare(
    "SELECT group_id FROM group_members WHERE group_id = ?1 UNION ALL SELECT group_id FROM parked_members WHERE group_id = ?1",
  )
    .bind(group.id)
    .all();
  expect(results).toEqual([]);
});

test("the erased person who is pushed again is a new person", async () => {
  const client = await gateway.client();
  const person = aUser({ userName: "again@example.com", externalId: "hr-again-1" });
  const { body: former } = await client.post(person);
  await client.remove(former.id);
  await erase(gateway, client, former.id);
  await cronIn(2);

  const pushed = await client.post(person);

  expect(pushed.status).toBe(201);
  expect(pushed.body.id).not.toBe(former.id);
  expect(pushed.body.meta.created).toBe(pushed.body.meta.lastModified);
  expect(await changeTypesOf(pushed.body.id)).toEqual(["user.created"]);
  expect(new Set(await changeTypesOf(former.id))).toEqual(new Set(["user.erased"]));
  // A later erasure of the new person leaves the former tombstone as it is.
  await erase(gateway, client, pushed.body.id);
  await cronIn(4);
  expect(await placesOf(["again@example.com", "hr-again-1"])).toEqual([]);
});

test("a former name that the log alone knows of is looked for as well", async () => {
  const { person, client, id } = await withUser(gateway);
  await client.patch(id, aPatch({ op: "replace", path: "userName", value: person.former }));
  await client.post(aUser({ userName: person.login, externalId: null, title: "Dr" }));
  // The feed keeps its rows for 30 days, the log for longer.
  await env.DB.prepare("DELETE FROM changes WHERE resource_id = ?1").bind(id).run();
  const { body: taken } = await client.find(`userName eq "${person.login}"`);
  await client.remove(taken.Resources[0].id);
  await erase(gateway, client, taken.Resources[0].id);

  await erase(gateway, client, id);
  await cronIn(2);

  expect(await placesOf([person.mark])).toEqual([]);
});

test("neither exports, nor the trail, nor lists of log and feed tell who it was", async () => {
  const { person, client, id } = await withUser(gateway, { displayName: "Ada L." });
  await gateway.admin(`/connectors/${client.id}/users/${id}/deactivate`, { method: "POST" });
  await erase(gateway, client, id);
  await cronIn(2);

  const own = `/connectors/${client.id}`;
  const paths = [
    `${own}/events`,
    `${own}/events/export`,
    `${own}/events/export?format=csv`,
    `/audit?connectorId=${client.id}`,
    `/audit/export?connectorId=${client.id}`,
    `${own}/users?state=deleted`,
  ];
  const feeds = [`/changes?connector=${client.id}`, `/changes?connector=${client.id}&format=set`];
  const answers = await Promise.all([
    ...paths.map((path) => gateway.admin(path)),
    ...feeds.map((path) => gateway.api(path)),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([...paths, ...feeds].map(() => 200));
  const text = answers.map(({ body }) => JSON.stringify(body)).join("\n");
  expect(text).toContain(id);
  expect(text).not.toContain(person.mark);
  expect(text).not.toContain("Ada L.");
  const { body: trail } = await gateway.admin(`/audit?connectorId=${client.id}`);
  const told = trail.items.find(
    ({ operation }: { operation: string }) => operation === "eraseUser",
  );
  expect(told).toMatchObject({ subject: { kind: "user", id }, outcome: "succeeded" });
});
