import { describe, expect, test } from "vitest";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";

// Every look at this clock is a millisecond later, so that the order of events is certain.
let now = Date.parse("2026-01-01T00:00:00Z");
const clock = {
  now: () => {
    now += 1;
    return now;
  },
};
const gateway = openGateway({ clock });

/** A client with ada, who was read, renamed and deleted, and with bob. */
async function withHistory() {
  const client = await gateway.client();
  const { body: ada } = await client.post(aUser({ userName: "ada@example.com" }));
  await client.get(ada.id);
  await client.patch(ada.id, aPatch({ op: "replace", path: "userName", value: "Ségolène" }));
  const { body: bob } = await client.post(aUser({ userName: "bob" }));
  await client.remove(ada.id);
  await client.get(ada.id);
  return { client, adaId: ada.id as string, bobId: bob.id as string };
}

async function shown(client: TestClient, path: string): Promise<string[]> {
  const { body } = await gateway.admin(`/connectors/${client.id}${path}`);
  return body.items.map(
    ({ method, status }: { method: string; status: number }) => `${method} ${status}`,
  );
}

describe("a user's history", () => {
  const WHOLE = ["GET 404", "DELETE 204", "PATCH 200", "GET 200", "POST 201"];

  test("is whole although the user was renamed and deleted", async () => {
    const { client, adaId } = await withHistory();

    const events = await shown(client, `/users/${adaId}/events`);

    expect(events).toEqual(WHOLE);
  });

  test("is found by an id in capitals", async () => {
    const { client, adaId } = await withHistory();

    const events = await shown(client, `/users/${adaId.toUpperCase()}/events`);

    expect(events).toEqual(WHOLE);
  });

  test("holds nobody else's events", async () => {
    const { client, bobId } = await withHistory();

    expect(await shown(client, `/users/${bobId}/events`)).toEqual(["POST 201"]);
  });

  test("can be narrowed down like every list of events", async () => {
    const { client, adaId } = await withHistory();

    expect(await shown(client, `/users/${adaId}/events?status=4xx`)).toEqual(["GET 404"]);
    expect(await shown(client, `/users/${adaId}/events?method=get&limit=1`)).toEqual(["GET 404"]);
  });

  test("is shown page by page", async () => {
    const { client, adaId } = await withHistory();
    const path = `/connectors/${client.id}/users/${adaId}/events`;

    const first = await gateway.admin(`${path}?limit=3`);
    const second = await gateway.admin(`${path}?limit=3&cursor=${first.body.nextCursor}`);

    expect(first.body.items).toHaveLength(3);
    expect(second.body).toMatchObject({ items: [{ method: "GET" }, { method: "POST" }] });
    expect(second.body.nextCursor).toBeNull();
  });

  test("is empty in another connector, and for an id that never was", async () => {
    const { client, adaId } = await withHistory();
    const stranger = await gateway.client();

    expect(await shown(stranger, `/users/${adaId}/events`)).toEqual([]);
    expect(await shown(client, `/users/${crypto.randomUUID()}/events`)).toEqual([]);
  });

  test("is no list of a group's events", async () => {
    const client = await gateway.client();
    const { body } = await client.call("/Groups", { body: { displayName: "team" } });

    expect(await shown(client, `/users/${body.id}/events`)).toEqual([]);
  });

  test.each(["user=ada", "nosuch=1"])("takes no %s", async (query) => {
    const { client, adaId } = await withHistory();

    const answer = await gateway.admin(`/connectors/${client.id}/users/${adaId}/events?${query}`);

    expect(answer.status).toBe(400);
  });

  test("of a connector that does not exist is 404", async () => {
    const path = `/connectors/${crypto.randomUUID()}/users/${crypto.randomUUID()}/events`;

    expect((await gateway.admin(path)).status).toBe(404);
  });
});

describe("a search", () => {
  test.each([
    ["ADA@", ["GET 200", "POST 201"]],
    ["sÉGOL", ["DELETE 204", "PATCH 200"]],
    ["bob", ["POST 201"]],
    ["%", []],
    ["nobody", []],
  ])("for %s finds %j by userName", async (search, expected) => {
    const { client } = await withHistory();

    const events = await shown(client, `/events?${new URLSearchParams({ search })}`);

    expect(events).toEqual(expected);
  });

  test.each(["/SCIM/V2/schemas", "lastname%2Cx", "LastName,x", 'TITLE eq "a b"'])(
    "for %s finds a request by its path",
    async (search) => {
      const client = await gateway.client();
      await client.call("/Schemas?attributes=lastName%2Cx&z=title%20eq%20%22A%20b%22");
      await client.call("/ResourceTypes");

      const events = await shown(client, `/events?${new URLSearchParams({ search })}`);

      expect(events).toEqual(["GET 200"]);
    },
  );

  test("is joined with the other filters", async () => {
    const { client } = await withHistory();

    expect(await shown(client, "/events?search=ada&method=POST")).toEqual(["POST 201"]);
    expect(await shown(client, "/events?search=ada&status=4xx")).toEqual([]);
  });

  test("treats quotes and semicolons as text", async () => {
    const { client } = await withHistory();
    const search = `' OR 1=1; --"`;

    expect(await shown(client, `/events?${new URLSearchParams({ search })}`)).toEqual([]);
  });

  test.each(["", "x".repeat(201)])("for %j is 400", async (search) => {
    const { client } = await withHistory();

    const path = `/connectors/${client.id}/events?${new URLSearchParams({ search })}`;

    expect((await gateway.admin(path)).status).toBe(400);
  });
});
