import { describe, expect, test } from "vitest";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type ScimRequest,
  type TestAnswer,
  type TestClient,
} from "#test/support/gateway.ts";

let now = Date.parse("2026-01-01T00:00:00Z");
const clock = {
  now: () => {
    now += 1;
    return now;
  },
};
// Who holds a name is one look more, and only of a write that is refused for it.
const gateway = openGateway({ clock, roundTripsMax: 5 });

async function withAda(settings: object = {}) {
  const client = await gateway.client({ settings });
  const { body } = await client.post(aUser({ userName: "ada", externalId: "e1" }));
  return { client, id: body.id as string };
}

async function lastEvent(client: TestClient) {
  const { body } = await gateway.admin(`/connectors/${client.id}/events?limit=1`);
  return body.items[0];
}

async function explanationOf(client: TestClient): Promise<string> {
  return (await lastEvent(client)).explanation;
}

const INACTIVE = aPatch({ op: "replace", path: "active", value: false });

/** Everything that a client gets of an answer. */
function seen(answer: TestAnswer): string {
  return JSON.stringify([answer.body, [...answer.headers]]);
}

describe("a name that is taken", () => {
  test("is explained with the id of its holder, which the client does not get", async () => {
    const { client, id } = await withAda();

    const answer = await client.post(aUser({ userName: "ADA" }));

    expect(await explanationOf(client)).toBe(
      `The client sent userName "ADA", which the user with the id ${id} (userName "ada", externalId "e1", active) already holds; rename one of them, or remove that user.`,
    );
    expect(answer.status).toBe(409);
    expect(seen(answer)).not.toContain(id);
    expect((await lastEvent(client)).responseBody).not.toContain(id);
  });

  test("by an inactive user is explained with the moment of the last change", async () => {
    const { client, id } = await withAda({ reprovision: "conflict" });
    const { body } = await client.patch(id, INACTIVE);

    const answer = await client.post(aUser({ userName: "ada" }));

    expect(await explanationOf(client)).toContain(
      `the user with the id ${id} (userName "ada", externalId "e1", inactive, last changed ${body.meta.lastModified}) already holds; if it is the same person, reactivate that user`,
    );
    expect(seen(answer)).not.toContain(id);
  });

  test("by another person who left is explained with that person's id", async () => {
    const { client, id } = await withAda();
    await client.patch(id, INACTIVE);

    const answer = await client.post(aUser({ userName: "ada", externalId: "e2" }));

    const explanation = await explanationOf(client);
    expect(answer.status).toBe(409);
    expect(explanation).toContain(
      `inactive user with the id ${id} has userName "ada" and externalId "e1", but the client sent externalId "e2"`,
    );
    expect(explanation).toContain("If it is the same person");
    expect(seen(answer)).not.toContain(id);
  });

  test("is not what a body without a name is refused for: that is found by its externalId", async () => {
    const { client } = await withAda();

    await client.post({ externalId: "e-noname", displayName: "No name" });

    const { body } = await gateway.admin(`/connectors/${client.id}/events?user=e-noname`);
    expect(body.items).toMatchObject([{ status: 400, userName: "e-noname" }]);
    expect(body.items[0].explanation).toContain("e-noname");
  });

  test("as externalId is explained with the id of its holder", async () => {
    const { client, id } = await withAda({ uniqueExternalId: true });

    const answer = await client.post(aUser({ userName: "bob", externalId: "e1" }));

    expect(await explanationOf(client)).toContain(
      `sent externalId "e1", which the user with the id ${id} (userName "ada", externalId "e1", active) already holds; give one of them another externalId`,
    );
    expect(seen(answer)).not.toContain(id);
  });

  test("of a group is explained with the id of its holder", async () => {
    const { client } = await withAda();
    const { body } = await client.call("/Groups", { body: { displayName: "Team" } });

    const answer = await client.call("/Groups", { body: { displayName: "team" } });

    expect(await explanationOf(client)).toContain(
      `displayName "team", which the group with the id ${body.id} (displayName "Team", no externalId) already holds`,
    );
    expect(seen(answer)).not.toContain(body.id);
  });

  test.each(["PUT", "PATCH"])(
    "in a %s is explained with whom it should have gone to, and who holds it",
    async (method) => {
      const { client, id } = await withAda();
      const { body: bob } = await client.post(aUser({ userName: "bob" }));
      const patch = aPatch({ op: "replace", path: "userName", value: "ada" });

      const answer = await client.call(`/Users/${bob.id}`, {
        method,
        body: method === "PUT" ? aUser({ userName: "ada" }) : patch,
      });

      expect(answer.status).toBe(409);
      expect(await explanationOf(client)).toContain(
        `the user with the id ${bob.id} to have userName "ada", which the user with the id ${id} (userName "ada", externalId "e1", active) already holds; rename one of them`,
      );
      expect(seen(answer)).not.toContain(id);
    },
  );

  test.each(["PUT", "PATCH"])("of a group in a %s is explained with its holder", async (method) => {
    const { client } = await withAda();
    const { body: held } = await client.call("/Groups", { body: { displayName: "Team" } });
    const { body: crew } = await client.call("/Groups", { body: { displayName: "Crew" } });
    const patch = aPatch({ op: "replace", path: "displayName", value: "TEAM" });

    const answer = await client.call(`/Groups/${crew.id}`, {
      method,
      body: method === "PUT" ? { displayName: "TEAM" } : patch,
    });

    expect(answer.status).toBe(409);
    expect(await explanationOf(client)).toContain(
      `to have displayName "TEAM", which the group with the id ${held.id} (displayName "Team", no externalId) already holds`,
    );
    expect(seen(answer)).not.toContain(held.id);
  });

  test("in a PATCH of a Bulk is explained with its holder", async () => {
    const { client, id } = await withAda();
    const { body: bob } = await client.post(aUser({ userName: "bob" }));
    const data = aPatch({ op: "replace", path: "userName", value: "ada" });

    const answer = await client.call("/Bulk", {
      body: { Operations: [{ method: "PATCH", path: `/Users/${bob.id}`, data }] },
    });

    const { body } = await gateway.admin(`/connectors/${client.id}/events?status=409`);
    expect(body.items).toMatchObject([{ explanation: expect.stringContaining(id) }]);
    expect(seen(answer)).not.toContain(id);
  });

  test("in a Bulk is explained in the operation's row alone", async () => {
    const { client, id } = await withAda();
    const data = aUser({ userName: "ada" });

    const answer = await client.call("/Bulk", {
      body: { Operations: [{ method: "POST", path: "/Users", bulkId: "b", data }] },
    });

    const { body } = await gateway.admin(`/connectors/${client.id}/events?status=4xx`);
    expect(body.items).toMatchObject([{ explanation: expect.stringContaining(id) }]);
    expect(seen(answer)).not.toContain(id);
  });

  test("in another connector is no refusal, and nobody's explanation names it", async () => {
    const { id } = await withAda();
    const stranger = await gateway.client();

    const answer = await stranger.post(aUser({ userName: "ada", externalId: "e1" }));
    await stranger.get(id);

    expect(answer.status).toBe(201);
    expect(await explanationOf(stranger)).toContain("which this connector does not have");
  });
});

describe("a credential that does not hold", () => {
  async function onlyToken(client: TestClient) {
    const { body } = await gateway.admin(`/connectors/${client.id}/tokens`);
    return body.items[0];
  }

  test("because it was revoked is explained with which and when", async () => {
    const { client } = await withAda();
    const { id } = await onlyToken(client);
    await gateway.admin(`/connectors/${client.id}/tokens/${id}`, { method: "DELETE" });

    const answer = await client.call("/Users");

    const { revokedAt } = await onlyToken(client);
    expect(await explanationOf(client)).toContain(`with the id ${id} was revoked at ${revokedAt}`);
    expect(seen(answer)).not.toContain(id);
  });

  test("because it expired is explained with which and when", async () => {
    const { client } = await withAda();
    const expiresAt = new Date(now + 1_000).toISOString();
    const { body } = await gateway.admin(`/connectors/${client.id}/tokens`, {
      body: { expiresAt },
    });
    now += 2_000;

    await gateway.scim("/Users", { token: body.secret });

    expect(await explanationOf(client)).toContain(`with the id ${body.id} expired at ${expiresAt}`);
  });

  test("because it may only read is explained with which", async () => {
    const { client } = await withAda();
    const path = `/connectors/${client.id}/tokens`;
    const { body } = await gateway.admin(path, { body: { scope: "read" } });

    await gateway.scim("/Users", { token: body.secret, body: aUser({ userName: "bob" }) });

    const explanation = await explanationOf(client);
    expect(explanation).toContain(`with the id ${body.id} has the scope "read"`);
    expect(explanation).toContain('The request was about "bob".');
  });

  test("because its connector is disabled is explained with the way out", async () => {
    const { client } = await withAda();
    const status = "disabled";
    await gateway.admin(`/connectors/${client.id}`, { method: "PATCH", body: { status } });

    await client.call("/Users");

    expect(await explanationOf(client)).toContain('Set its status to "active"');
  });
});

describe("a refusal", () => {
  type Sent = ScimRequest & { readonly path?: string };

  test.each<[what: string, sent: Sent, cause: string, step: string]>([
    [
      "of an unknown id",
      { path: "/Users/nobody" },
      'the user with the id "nobody", which this connector does not have',
      "have the provider forget the id",
    ],
    [
      "of an unknown group",
      { path: "/Groups/nobody", method: "DELETE" },
      'the group with the id "nobody"',
      "Look at the events of that id",
    ],
    [
      "of an old version",
      { path: "/Users/{id}", method: "DELETE", headers: { "If-Match": 'W/"7"' } },
      'sent If-Match "W/\\"7\\"", but the resource is at version W/"1"',
      "has to read it and try again",
    ],
    [
      "of a content type",
      { body: "x", headers: { "Content-Type": "text/plain" } },
      'sent its body as "text/plain"',
      "Set the content type in the provider's app",
    ],
    [
      "of a long body",
      { body: aUser({ title: "x".repeat(300_000) }) },
      "more than 262144 bytes",
      "Have the provider send less at once",
    ],
    [
      "of a filter",
      { path: `/Users${filterQuery("nosuch eq 1")}` },
      "nosuch",
      "matching or import settings",
    ],
    [
      "of a read-only attribute",
      {
        path: "/Users/{id}",
        method: "PATCH",
        body: aPatch({ op: "replace", path: "groups", value: [{ value: "x" }] }),
      },
      '"groups" is read-only',
      "Take this attribute out of the provider's mapping",
    ],
    [
      "of a value",
      { body: aUser({ userName: "bob", active: "maybe" }) },
      '"active" must be true or false',
      'Correct the value at its source, or the mapping that makes it. The request was about "bob".',
    ],
    ["of a path", { path: "/NoSuch" }, "no such endpoint", "Check the SCIM base URL"],
  ])("%s has cause and next step", async (_what, { path = "/Users", ...request }, cause, step) => {
    const { client, id } = await withAda();

    await client.call(path.replace("{id}", id), request);

    const explanation = await explanationOf(client);
    expect(explanation).toContain(cause);
    expect(explanation).toContain(step);
  });

  test.each<[string, Sent]>([
    ["an unknown attribute", { body: aUser({ shoeSize: 42 }) }],
    [
      "an unknown path",
      {
        path: "/Users/{id}",
        method: "PATCH",
        body: aPatch({ op: "replace", path: "shoeSize", value: 42 }),
      },
    ],
  ])("of %s by a strict connector says that it is strict", async (_what, sent) => {
    const { client, id } = await withAda({ strict: true });
    const { path = "/Users", ...request } = sent;

    const answer = await client.call(path.replace("{id}", id), request);

    const explanation = await explanationOf(client);
    expect(explanation).toContain(answer.body.detail);
    expect(explanation).toContain('set "strict" to false');
    expect(answer.body.detail).not.toContain("strict");
  });

  test("of a request that succeeds there is none", async () => {
    const { client } = await withAda();

    expect(await explanationOf(client)).toBeNull();
  });
});
