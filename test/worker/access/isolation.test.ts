import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { hashToken } from "#credentials/token.ts";
import { guardCredential, guardRows } from "#store/commit/guards.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";

const gateway = openGateway();

const ADA = {
  userName: "ada@example.com",
  externalId: "e1",
  title: "Dr",
  emails: [{ value: "ada@work", type: "work" }],
};

/** Two connectors, the first of which has one user. */
async function twoConnectors() {
  const owner = await gateway.client();
  const stranger = await gateway.client();
  const { body } = await owner.post(aUser(ADA));
  return { owner, stranger, id: body.id as string, created: body };
}

const REQUESTS: readonly (readonly [method: string, body: unknown])[] = [
  ["GET", undefined],
  ["HEAD", undefined],
  ["PUT", aUser(ADA)],
  ["PATCH", aPatch({ op: "replace", path: "active", value: false })],
  ["DELETE", undefined],
];

test.each(REQUESTS)(
  "%s of another connector's id answers exactly as of an id that never was",
  async (method, body) => {
    const { stranger, id } = await twoConnectors();

    const foreign = await stranger.call(`/Users/${id}`, { method, body });
    const unknown = await stranger.call(`/Users/${crypto.randomUUID()}`, { method, body });

    expect(foreign.status).toBe(404);
    expect(foreign.body).toEqual(unknown.body);
    expect([...foreign.headers]).toEqual([...unknown.headers]);
  },
);

test.each(REQUESTS)(
  "%s of another connector's id leaves the user as it was",
  async (method, body) => {
    const { owner, stranger, id, created } = await twoConnectors();

    await stranger.call(`/Users/${id}`, { method, body });

    expect((await owner.get(id)).body).toEqual(created);
  },
);

test.each([
  ["If-Match", 'W/"1"'],
  ["If-None-Match", 'W/"1"'],
])("%s does not betray another connector's user", async (header, tag) => {
  const { stranger, id } = await twoConnectors();

  const answer = await stranger.call(`/Users/${id}`, { headers: { [header]: tag } });

  expect(answer.status).toBe(404);
});

test.each([
  ["userName", 'userName eq "ada@example.com"'],
  ["userName prefix", 'userName sw "ada"'],
  ["externalId", 'externalId eq "e1"'],
  ["e-mail", 'emails.value eq "ada@work"'],
  ["typed e-mail", 'emails[type eq "work"].value eq "ada@work"'],
  ["a title", 'title eq "Dr"'],
  ["anything", "id pr"],
  ["not", 'not (userName eq "nobody")'],
  ["or", 'userName eq "nobody" or id pr'],
])("a filter by %s finds nobody of another connector", async (_what, filter) => {
  const { stranger } = await twoConnectors();

  const found = await stranger.find(filter);

  expect(found).toMatchObject({ status: 200, body: { totalResults: 0, Resources: [] } });
});

test("a filter by id finds nobody of another connector", async () => {
  const { stranger, id } = await twoConnectors();

  const found = await stranger.find(`id eq "${id}"`);

  expect(found.body).toMatchObject({ totalResults: 0, Resources: [] });
});

test("a list shows and counts the connector's own users only", async () => {
  const { stranger } = await twoConnectors();
  const own = await stranger.post(aUser());

  const listed = await stranger.call("/Users");

  expect(listed.body).toMatchObject({ totalResults: 1, Resources: [{ id: own.body.id }] });
});

describe("the same person in two connectors", () => {
  test("is two users with every key the same", async () => {
    const { stranger, id } = await twoConnectors();

    const created = await stranger.post(aUser(ADA));

    expect(created).toMatchObject({ status: 201, body: ADA });
    expect(created.body.id).not.toBe(id);
  });

  test("is found in each under its own id", async () => {
    const { owner, stranger, id } = await twoConnectors();
    const other = await stranger.post(aUser(ADA));

    const here = await owner.find('emails.value eq "ada@work"');
    const there = await stranger.find('emails.value eq "ada@work"');

    expect(here.body.Resources).toMatchObject([{ id }]);
    expect(there.body.Resources).toMatchObject([{ id: other.body.id }]);
  });

  test("is deleted in one and stays in the other", async () => {
    const { owner, stranger, id } = await twoConnectors();
    const other = await stranger.post(aUser(ADA));

    await stranger.remove(other.body.id);

    expect((await owner.get(id)).status).toBe(200);
    expect((await owner.call("/Users")).body.totalResults).toBe(1);
  });

  test("is not restored here because it was deleted there", async () => {
    const { owner, stranger, id } = await twoConnectors();
    await owner.remove(id);

    const created = await stranger.post(aUser(ADA));

    expect(created.status).toBe(201);
    expect(created.body.id).not.toBe(id);
  });

  test("is not reactivated here because it is inactive there", async () => {
    const { owner, stranger, id } = await twoConnectors();
    await owner.patch(id, aPatch({ op: "replace", path: "active", value: false }));

    await stranger.post(aUser(ADA));

    expect((await owner.get(id)).body.active).toBe(false);
  });
});

describe("the admin API of one connector", () => {
  test("shows no event of another", async () => {
    const { stranger } = await twoConnectors();

    const { body } = await gateway.admin(`/connectors/${stranger.id}/events`);

    expect(body.items).toEqual([]);
  });

  test("finds no event of another by its id", async () => {
    const { owner, stranger } = await twoConnectors();
    const { body } = await gateway.admin(`/connectors/${owner.id}/events`);

    const answer = await gateway.admin(`/connectors/${stranger.id}/events/${body.items[0].id}`);

    expect(answer.status).toBe(404);
  });

  test("shows no events of another connector's user", async () => {
    const { stranger, id } = await twoConnectors();

    const byId = await gateway.admin(`/connectors/${stranger.id}/events?user=${id}`);
    const byName = await gateway.admin(`/connectors/${stranger.id}/events?user=ada@example.com`);

    expect(byId.body.items).toEqual([]);
    expect(byName.body.items).toEqual([]);
  });

  test("revokes no token of another", async () => {
    const { owner, stranger } = await twoConnectors();
    const { body } = await gateway.admin(`/connectors/${owner.id}/tokens`);
    const path = `/connectors/${stranger.id}/tokens/${body.items[0].id}`;

    const answer = await gateway.admin(path, { method: "DELETE" });

    expect(answer.status).toBe(404);
    expect((await owner.call("/Users")).status).toBe(200);
  });

  test("disables no other", async () => {
    const { owner, stranger } = await twoConnectors();
    const body = { status: "disabled" };

    await gateway.admin(`/connectors/${stranger.id}`, { method: "PATCH", body });

    expect((await owner.call("/Users")).status).toBe(200);
  });

  test("deletes no other", async () => {
    const { owner, stranger, id } = await twoConnectors();

    await gateway.admin(`/connectors/${stranger.id}`, { method: "DELETE" });

    expect((await owner.get(id)).status).toBe(200);
  });
});

describe("the guards of a batch", () => {
  const numberOf = async ({ id }: { readonly id: string }) => {
    const text = "SELECT number FROM connectors WHERE id = ?";
    const number = await env.DB.prepare(text).bind(id).first<ConnectorId>("number");
    if (number === null) throw new Error("The connector was just made.");
    return number;
  };

  test("let a token write in its own connector alone", async () => {
    const { owner, stranger } = await twoConnectors();
    const caller = { hash: await hashToken(owner.token), at: Date.now() };
    const guard = (connectorId: ConnectorId) =>
      env.DB.batch([guardCredential.bind(env.DB, { ...caller, connectorId })]);

    const [own, foreign] = [await numberOf(owner), await numberOf(stranger)];

    await expect(guard(own)).resolves.toHaveLength(1);
    await expect(guard(foreign)).rejects.toThrow(/credential_valid/);
  });

  test("let a row be changed by its own connector alone", async () => {
    const { owner, stranger, id } = await twoConnectors();
    const text = "SELECT row_id FROM resources WHERE id = ?";
    const rowId = (await env.DB.prepare(text).bind(id).first<number>("row_id")) ?? 0;
    const guard = (connectorId: ConnectorId) =>
      env.DB.batch([...guardRows(env.DB, [{ rowId, id, version: 1 }], { connectorId })]);

    const [own, foreign] = [await numberOf(owner), await numberOf(stranger)];

    await expect(guard(own)).resolves.toHaveLength(1);
    await expect(guard(foreign)).rejects.toThrow(/version_unchanged/);
  });
});
