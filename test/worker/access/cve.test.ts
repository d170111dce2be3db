import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { openSynced, type Pull, playFull } from "#test/support/bridge/pull.ts";
import type { PersonSeed } from "#test/support/fake-directory/person.ts";
import { SCIM_USERS } from "#test/support/fake-directory/providers/scim.ts";
import { aPatch, aUser, filterQuery, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

describe("CVE-2022-1680: an e-mail address takes over nobody's account", () => {
  const shared = [{ value: "ceo@example.com", type: "work" }];

  test("taking on another user's address leaves both users who they were", async () => {
    const { token } = await gateway.connector();
    const victim = await gateway.scim("/Users", { token, body: aUser({ emails: shared }) });
    const other = await gateway.scim("/Users", { token, body: aUser() });
    const body = aPatch({ op: "replace", path: "emails", value: shared });

    const patched = await gateway.scim(`/Users/${other.body.id}`, { token, method: "PATCH", body });

    const read = await gateway.scim(`/Users/${victim.body.id}`, { token });
    expect([patched.status, patched.body.id]).toEqual([200, other.body.id]);
    expect(read.body).toEqual(victim.body);
  });

  test("a new user with an inactive user's address becomes a user of its own", async () => {
    const { token } = await gateway.connector();
    const body = aUser({ emails: shared, active: false });
    const leaver = await gateway.scim("/Users", { token, body });

    const heir = await gateway.scim("/Users", { token, body: aUser({ emails: shared }) });

    const found = await gateway.scim(`/Users${filterQuery('emails.value eq "ceo@example.com"')}`, {
      token,
    });
    expect(heir.status).toBe(201);
    expect(heir.body.id).not.toBe(leaver.body.id);
    expect(found.body.totalResults).toBe(2);
  });
});

describe("CVE-2025-41115: a numeric externalId never acts as an id", () => {
  test.each(["GET", "PUT", "PATCH", "DELETE"])("%s of it is 404", async (method) => {
    const { token } = await gateway.connector();
    const body = aUser({ externalId: "1" });
    const { body: user } = await gateway.scim("/Users", { token, body });

    const answer = await gateway.scim("/Users/1", {
      token,
      method,
      ...(method === "PUT" && { body }),
      ...(method === "PATCH" && { body: aPatch({ op: "replace", path: "active", value: false }) }),
    });

    const read = await gateway.scim(`/Users/${user.id}`, { token });
    expect(answer.status).toBe(404);
    expect(read.body).toEqual(user);
  });

  test("a filter on id does not find it", async () => {
    const { token } = await gateway.connector();
    await gateway.scim("/Users", { token, body: aUser({ externalId: "1" }) });

    const found = await gateway.scim(`/Users${filterQuery('id eq "1"')}`, { token });

    expect(found.body.totalResults).toBe(0);
  });
});

describe("CVE-2026-92539: no request reaches another connector", () => {
  test.each(["Users", "Groups"])(
    "another connector's /%s are as unknown as a random id",
    async (type) => {
      const owner = await gateway.connector();
      const stranger = await gateway.connector();
      const body = type === "Users" ? aUser() : { displayName: crypto.randomUUID() };
      const { body: own } = await gateway.scim(`/${type}`, { token: owner.token, body });
      const { token } = stranger;

      const foreign = await gateway.scim(`/${type}/${own.id}`, { token, method: "DELETE" });
      const random = await gateway.scim(`/${type}/${crypto.randomUUID()}`, {
        token,
        method: "DELETE",
      });

      const kept = await gateway.scim(`/${type}/${own.id}`, { token: owner.token });
      expect([foreign.status, foreign.body]).toEqual([random.status, random.body]);
      expect(kept.status).toBe(200);
    },
  );
});

describe("CVE-2026-67330: an id of a provider takes over nobody's account", () => {
  test("two connectors whose providers give out the same ids have users of their own", async () => {
    const first = await openSynced("scim", [person("ada")]);
    const [ada] = await first.bridge.users();

    const second = await openSynced("scim", [person("mallory")]);

    const [mallory] = await second.bridge.users();
    expect(mallory?.externalId).toBe(ada?.externalId);
    expect(mallory?.id).not.toBe(ada?.id);
    expect(await first.bridge.users()).toEqual([ada]);
  });

  test("another connector's externalId, pushed or pulled, is matched by no bridge", async () => {
    const { token } = await gateway.connector();
    const body = aUser({ externalId: SCIM_USERS.of(0) });
    const { body: pushed } = await gateway.scim("/Users", { token, body });

    const pull = await openSynced("scim", [person("mallory")]);

    const [mallory] = await pull.bridge.users();
    const read = await gateway.scim(`/Users/${pushed.id}`, { token });
    expect(mallory?.id).not.toBe(pushed.id);
    expect(read.body).toEqual(pushed);
  });

  test.each(["id", "userName"])(
    "a source id that is the %s of a user of the connector makes a user of its own",
    async (attribute) => {
      const pull = await openSynced("scim", [person("ada")]);
      const [ada] = await pull.bridge.users();
      const { token } = pull.bridge.connector;
      const { body: pushed } = await gateway.scim("/Users", { token, body: aUser() });
      const raw = { id: pushed[attribute] };
      pull.directory.apply({ op: "add", person: { ...person("mallory"), raw } });

      const { counts, issues } = await playFull(pull);

      const read = await gateway.scim(`/Users/${pushed.id}`, { token });
      expect([counts.created, issues]).toEqual([1, []]);
      expect(read.body).toEqual(pushed);
      expect(await pull.bridge.users()).toContainEqual(ada);
    },
  );

  test("an externalId that two pushed users share is matched by no bridge", async () => {
    const pull = await openSynced("scim", [person("ada")]);
    const { token } = pull.bridge.connector;
    const push = async () =>
      (await gateway.scim("/Users", { token, body: aUser({ externalId: SCIM_USERS.of(1) }) })).body;
    const pushed = [await push(), await push()];
    pull.directory.apply({ op: "add", person: person("mallory") });

    const { counts } = await playFull(pull);

    const read = await Promise.all(
      pushed.map(async ({ id }) => (await gateway.scim(`/Users/${id}`, { token })).body),
    );
    expect(counts.created).toBe(1);
    expect(read).toEqual(pushed);
  });

  test("a linked user whose externalId a push sets to another's source id stays who he is", async () => {
    const pull = await openSynced("scim", [person("ada")]);
    const [ada] = await pull.bridge.users();
    const { token } = pull.bridge.connector;
    const body = aPatch({ op: "replace", path: "externalId", value: SCIM_USERS.of(1) });
    await gateway.scim(`/Users/${ada?.id}`, { token, method: "PATCH", body });
    pull.directory.apply({ op: "add", person: person("mallory") });

    const { state, issues } = await playFull(pull);

    const users = await pull.bridge.users();
    expect([state, issues.map(({ kind }) => kind)]).toEqual(["succeeded", ["externalId-taken"]]);
    expect(users.map(({ id, userName }) => [id, userName])).toEqual([[ada?.id, "ada@example.com"]]);
  });

  test("a bridge that follows users takes no other provider, whose same ids would be other people", async () => {
    const pull = await openSynced("scim", [person("ada")]);
    const before = await pull.bridge.users();

    const answer = await moveTo("https://other.example/scim/v2", pull);

    await playFull(pull);
    expect(answer.status).toBe(409);
    expect(answer.body.detail).toContain("a connector of its own");
    expect(new Set(pull.sent.map(({ url }) => url.host))).toEqual(new Set(["directory.example"]));
    expect(await pull.bridge.users()).toEqual(before);
  });

  test("a directory that moved is set up anew, and its users keep their ids", async () => {
    const pull = await openSynced("scim", [person("ada"), person("boss")]);
    const before = await pull.bridge.users();
    const path = `/connectors/${pull.bridge.connector.id}/bridge`;
    await gateway.admin(path, { method: "DELETE" });
    pull.directory.apply({ op: "rename", person: 0, userName: "countess@example.com" });

    const answer = await moveTo("https://moved.example/scim/v2", pull);

    const { state, counts } = await playFull(pull);
    const after = await pull.bridge.users();
    expect([answer.status, state, counts.created]).toEqual([200, "succeeded", 0]);
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    expect(after[0]?.userName).toBe("countess@example.com");
    expect(pull.sent.at(-1)?.url.host).toBe("moved.example");
  });

  test("so is one whose new version is lower than its former one, though its object stays", async () => {
    const pull = await openSynced("scim", [person("ada")]);
    // A bridge that is made begins at a random version: this one is above all of them.
    const raised = "UPDATE bridges SET version = ?2 WHERE connector_id = ?1";
    await env.DB.prepare(raised)
      .bind(pull.bridge.number, 2 ** 51)
      .run();
    await playFull(pull);
    const path = `/connectors/${pull.bridge.connector.id}/bridge`;
    await gateway.admin(path, { method: "DELETE" });

    const answer = await moveTo("https://moved.example/scim/v2", pull);

    const { state, counts } = await playFull(pull);
    expect([answer.status, state, counts.seen]).toEqual([200, "succeeded", 1]);
  });

  test("ids that look like a prototype's members, or differ in their case alone, are different people", async () => {
    const ids = ["__proto__", "constructor", "toString", "hasOwnProperty", "ABC", "abc", "1", "01"];
    const people = ids.map((id, n) => ({ ...person(`p${n}`), raw: { id } }));
    const pull = await openSynced("scim", people);
    const before = await pull.bridge.users();
    pull.directory.apply({ op: "change", person: 0, set: { title: "Changed" } });

    const { counts } = await playFull(pull);

    const after = await pull.bridge.users();
    expect(before.map(({ externalId }) => externalId)).toEqual(ids.toSorted());
    expect(counts).toMatchObject({ seen: 8, created: 0, updated: 1, skipped: 7 });
    expect(after.filter(({ doc }) => doc.includes("Changed"))).toMatchObject([
      { externalId: "__proto__" },
    ]);
  });

  test("the same ids, pushed, are different people too", async () => {
    const { token } = await gateway.connector();
    const ids = ["__proto__", "constructor", "ABC", "abc", "1", "01"];

    const made = await Promise.all(
      ids.map((externalId) => gateway.scim("/Users", { token, body: aUser({ externalId }) })),
    );

    const found = await Promise.all(
      ids.map((id) =>
        gateway.scim(`/Users${filterQuery(`externalId eq ${JSON.stringify(id)}`)}`, { token }),
      ),
    );
    expect(new Set(made.map(({ status, body }) => [status, body.id].join(" "))).size).toBe(6);
    expect(found.map(({ body }) => body.Resources.map((each: { id: string }) => each.id))).toEqual(
      made.map(({ body }) => [body.id]),
    );
  });

  test("a record with a member called constructor is mapped as any other, and pollutes nothing", async () => {
    const raw = JSON.parse('{"constructor":"Acme","__proto__":{"active":false,"userName":"root"}}');

    const pull = await openSynced("scim", [{ ...person("ada"), raw }, person("mallory")]);

    const users = await pull.bridge.users();
    expect(users.map(({ userName, active }) => [userName, active])).toEqual([
      ["ada@example.com", 1],
      ["mallory@example.com", 1],
    ]);
    expect(users.some(({ doc }) => /constructor|__proto__|root/.test(doc))).toBe(false);
    expect("userName" in {}).toBe(false);
  });
});

/** Gives a bridge another address, with the credentials that the fake takes everywhere. */
function moveTo(baseUrl: string, { bridge, fake }: Pull) {
  const { kind: _, ...credentials } = fake.credentials;
  return gateway.admin(`/connectors/${bridge.connector.id}/bridge`, {
    method: "PUT",
    body: { source: { type: "scim", baseUrl }, credentials },
  });
}

function person(name: string): PersonSeed {
  const login = `${name}@example.com`;
  return { userName: login, email: login, givenName: name, familyName: "Lovelace" };
}
