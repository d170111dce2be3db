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

const TITLE = aPatch({ op: "replace", path: "title", value: "x" });

/** A client with one user, ada; the POST is the first event of the connector. */
async function withAda() {
  const client = await gateway.client();
  const { body } = await client.post(aUser({ userName: "ada", externalId: "e1" }));
  return { client, id: body.id as string };
}

async function eventsOf(client: TestClient, query = "") {
  const { body } = await gateway.admin(`/connectors/${client.id}/events${query}`);
  return body.items;
}

describe("a list of events", () => {
  /** A client whose connector has a POST, a GET, a PATCH, a refused POST and a POST, in this order. */
  async function withHistory() {
    const { client, id } = await withAda();
    await client.get(id);
    await client.patch(id, TITLE);
    await client.post(aUser({ userName: "Ada" }));
    const bob = await client.post(aUser({ userName: "Bób@example.com" }));
    return { client, id, bobId: bob.body.id as string };
  }

  async function shown(client: TestClient, query: string): Promise<string[]> {
    const events = await eventsOf(client, query);
    return events.map(
      ({ method, status }: { method: string; status: number }) => `${method} ${status}`,
    );
  }

  test("is newest first", async () => {
    const { client } = await withHistory();

    const events = await shown(client, "");

    expect(events).toEqual(["POST 201", "POST 409", "PATCH 200", "GET 200", "POST 201"]);
  });

  test.each([
    ["status=2xx", ["POST 201", "PATCH 200", "GET 200", "POST 201"]],
    ["status=4xx", ["POST 409"]],
    ["status=5xx", []],
    ["method=PATCH", ["PATCH 200"]],
    ["method=post", ["POST 201", "POST 409", "POST 201"]],
    ["method=POST&status=2xx", ["POST 201", "POST 201"]],
    ["user=ADA", ["POST 409", "PATCH 200", "GET 200", "POST 201"]],
    ["user=ada&status=4xx", ["POST 409"]],
    ["user=b%C3%93b@EXAMPLE.com", ["POST 201"]],
    ["user=nobody", []],
    ["limit=2", ["POST 201", "POST 409"]],
  ])("by %s holds %j", async (query, expected) => {
    const { client } = await withHistory();

    const events = await shown(client, `?${query}`);

    expect(events).toEqual(expected);
  });

  test("by a user's id holds that user's history", async () => {
    const { client, id, bobId } = await withHistory();

    const ofAda = await shown(client, `?user=${id}`);
    const ofBob = await shown(client, `?user=${bobId}`);

    expect(ofAda).toEqual(["PATCH 200", "GET 200", "POST 201"]);
    expect(ofBob).toEqual(["POST 201"]);
  });

  test("by a userName holds what happened under that name, before a rename too", async () => {
    const { client, id } = await withAda();
    await client.patch(id, aPatch({ op: "replace", path: "userName", value: "countess" }));

    const before = await shown(client, "?user=ada");
    const after = await shown(client, "?user=countess");

    expect(before).toEqual(["POST 201"]);
    expect(after).toEqual(["PATCH 200"]);
  });

  test("by time begins with from and ends before to", async () => {
    const { client } = await withHistory();
    const [, refused, patched] = await eventsOf(client);
    const time = new URLSearchParams({ from: patched.time, to: refused.time });

    const events = await shown(client, `?${time}`);

    expect(events).toEqual(["PATCH 200"]);
  });

  test("by time reads a zone", async () => {
    const { client } = await withHistory();

    const before = await shown(client, "?to=2026-01-01T01:00:00%2B01:00");
    const after = await shown(client, "?from=2026-01-01T01:00:00%2B01:00");

    expect(before).toEqual([]);
    expect(after).toHaveLength(5);
  });

  test.each([
    "status=2",
    "status=1xx",
    "from=yesterday",
    "to=2026-01-01",
    "limit=0",
    "limit=501",
    "nosuch=1",
    "method=GET&method=PUT",
    "cursor=!!!",
    "cursor=YWJj",
  ])("by %s is 400", async (query) => {
    const { client } = await withAda();

    const answer = await gateway.admin(`/connectors/${client.id}/events?${query}`);

    expect(answer.status).toBe(400);
    expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  });

  test("goes on at its cursor until every event was shown once", async () => {
    const { client } = await withHistory();
    const path = `/connectors/${client.id}/events`;
    const whole = await eventsOf(client);

    const first = await gateway.admin(`${path}?limit=2`);
    const second = await gateway.admin(`${path}?limit=2&cursor=${first.body.nextCursor}`);
    const third = await gateway.admin(`${path}?limit=2&cursor=${second.body.nextCursor}`);

    const pages = [first, second, third].flatMap(({ body }) => body.items);
    expect(pages).toEqual(whole);
    expect(third.body.nextCursor).toBeNull();
  });

  test("goes on at its cursor under a filter", async () => {
    const { client } = await withHistory();
    const path = `/connectors/${client.id}/events?method=POST&limit=2`;

    const first = await gateway.admin(path);
    const second = await gateway.admin(`${path}&cursor=${first.body.nextCursor}`);

    expect(first.body.items).toHaveLength(2);
    expect(second.body).toMatchObject({ items: [{ userName: "ada" }], nextCursor: null });
  });

  test("goes on at its cursor although new events came in", async () => {
    const { client } = await withHistory();
    const path = `/connectors/${client.id}/events?limit=4`;
    const first = await gateway.admin(path);
    await client.call("/Users");

    const second = await gateway.admin(`${path}&cursor=${first.body.nextCursor}`);

    expect(second.body).toMatchObject({ items: [{ method: "POST", userName: "ada" }] });
  });
});

test("refused changes of a user are found by the name that the user has", async () => {
  const client = await gateway.client();
  const user = await client.call("/Users", { body: aUser({ userName: "yy@x.y" }) });
  await client.call("/Users", { body: aUser({ userName: "taken@x.y" }) });
  const path = `/Users/${user.body.id}`;
  const wrong = aPatch({ op: "replace", path: "title", value: { x: 1 } });
  const taken = aPatch({ op: "replace", path: "userName", value: "taken@x.y" });
  await client.call(path, { method: "PATCH", body: wrong });
  await client.call(path, { method: "PATCH", body: taken });
  await client.call(path, { method: "PUT", body: { displayName: "No name" } });
  await client.call(path, { method: "DELETE", headers: { "If-Match": 'W/"9"' } });

  const { body } = await gateway.admin(`/connectors/${client.id}/events?user=yy@x.y&status=4xx`);

  const statuses = body.items.map(({ status }: { status: number }) => status);
  expect(statuses).toEqual([412, 400, 409, 400]);
});
