import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { LIST_RESPONSE } from "#scim/schema/urns.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";

const gateway = openGateway();

/** The ids of a range of filled users, from the n-th up to, not including, another. */
function filledIds(from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, at) => filled.id(from + at));
}

async function idsOf(client: TestClient, query: string): Promise<string[]> {
  const { body } = await client.call(`/Users${query}`);
  return body.Resources.map(({ id }: { id: string }) => id);
}

/** The ids of a whole directory of up to 2,800 users, read in four pages. */
async function everyId(client: TestClient): Promise<string[]> {
  const pages = [1, 701, 1401, 2101].map((at) => idsOf(client, `?count=700&startIndex=${at}`));
  return (await Promise.all(pages)).flat();
}

async function filledClient(count: number): Promise<TestClient> {
  const client = await gateway.client();
  await fillUsers(client.id, count);
  return client;
}

/** Sets or clears deleted_at of the filled users of a range, as deletes and restores would. */
async function markDeleted(client: TestClient, from: number, to: number, at: number | null) {
  await env.DB.prepare(
    `UPDATE resources SET deleted_at = ?2 WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1)
       AND id >= ?3 AND id < ?4`,
  )
    .bind(client.id, at, filled.id(from), filled.id(to))
    .run();
}

test("an empty directory is a ListResponse of exactly five members", async () => {
  const client = await gateway.client();

  const listed = await client.call("/Users");

  expect(listed.status).toBe(200);
  expect(listed.body).toEqual({
    schemas: [LIST_RESPONSE],
    totalResults: 0,
    startIndex: 1,
    itemsPerPage: 0,
    Resources: [],
  });
});

test("a listed user is what GET answers for it", async () => {
  const client = await gateway.client();
  const created = await client.post(aUser({ title: "Dr" }));

  const listed = await client.call("/Users");

  expect(listed.body.Resources).toEqual([created.body]);
});

describe("a page of seven users in the order of their creation", () => {
  let client: TestClient;
  const ids: string[] = [];

  beforeAll(async () => {
    client = await gateway.client();
    for (let n = 0; n < 7; n += 1) ids.push((await client.post(aUser())).body.id);
  });

  test.each([
    ["", 1, 0, 7],
    ["?startIndex=1&count=2", 1, 0, 2],
    ["?startIndex=6&count=5", 6, 5, 7],
    ["?startIndex=7&count=5", 7, 6, 7],
    ["?startIndex=8&count=5", 8, 7, 7],
    ["?startIndex=0&count=2", 1, 0, 2],
    ["?startIndex=-5&count=2", 1, 0, 2],
    ["?startIndex=3", 3, 2, 7],
    ["?startIndex=1e15", 1e15, 7, 7],
    ["?startIndex=2&count=0", 2, 0, 0],
    ["?count=-1", 1, 0, 0],
    ["?count=", 1, 0, 7],
    ["?STARTINDEX=2&Count=1", 2, 1, 2],
    ["?aadOptscim062020&startIndex=2&count=1", 2, 1, 2],
    ["?sortOrder=ascending&nosuch=1", 1, 0, 7],
  ])("asked as %j starts at %d and holds those from %d to %d", async (query, start, from, to) => {
    const listed = await client.call(`/Users${query}`);

    expect(listed.body).toMatchObject({
      totalResults: 7,
      startIndex: start,
      itemsPerPage: to - from,
    });
    expect(listed.body.Resources.map(({ id }: { id: string }) => id)).toEqual(ids.slice(from, to));
  });
});

describe("a directory of 2,500 users", () => {
  let client: TestClient;

  beforeAll(async () => {
    client = await filledClient(2_500);
  });

  test.each([
    ["", 1, 0, 100],
    ["?count=1000", 1, 0, 1000],
    ["?count=5000", 1, 0, 1000],
    ["?count=1000000000", 1, 0, 1000],
    ["?startIndex=1000&count=3", 1000, 999, 1002],
    ["?startIndex=1001&count=3", 1001, 1000, 1003],
    ["?startIndex=1002&count=3", 1002, 1001, 1004],
    ["?startIndex=1501&count=1000", 1501, 1500, 2500],
    ["?startIndex=2000&count=2", 2000, 1999, 2001],
    ["?startIndex=2001&count=2", 2001, 2000, 2002],
    ["?startIndex=2500&count=10", 2500, 2499, 2500],
    ["?startIndex=2501&count=10", 2501, 2500, 2500],
    ["?startIndex=9007199254740993", 9007199254740991, 2500, 2500],
    ["?startIndex=2400&count=0", 2400, 0, 0],
  ])("asked as %j starts at %d and holds those from %d to %d", async (query, start, from, to) => {
    const listed = await client.call(`/Users${query}`);

    expect(listed.body).toMatchObject({ totalResults: 2500, startIndex: start });
    expect(listed.body.Resources.map(({ id }: { id: string }) => id)).toEqual(filledIds(from, to));
  });

  test.each([
    ['title eq "title 3"', {}, 357, [3, 10]],
    ['title eq "title 3"', { startIndex: "356" }, 357, [2488, 2495]],
    ['title eq "title 3"', { startIndex: "358" }, 357, []],
    ['title eq "title 3"', { count: "0" }, 357, []],
    ['userName sw "user1"', { startIndex: "1110" }, 1111, [1998, 1999]],
    ['userName sw "user24"', { startIndex: "110" }, 111, [2498, 2499]],
    ['userName eq "user7@example.com"', {}, 1, [7]],
    ['userName eq "user7@example.com"', { startIndex: "2" }, 1, []],
    ['userName eq "user7@example.com"', { count: "0" }, 1, []],
    ['id sw "01900000"', { startIndex: "1500" }, 2500, [1499, 1500]],
  ])(
    "the filter %s with %j has an exact total and its page",
    async (filter, query, total, found) => {
      const { body } = await client.call(`/Users${filterQuery(filter, { count: "2", ...query })}`);

      expect(body).toMatchObject({ totalResults: total, itemsPerPage: found.length });
      expect(body.Resources.map(({ id }: { id: string }) => id)).toEqual(found.map(filled.id));
    },
  );

  test("a filter of fifty userNames answers all fifty, in the order of their creation", async () => {
    const numbers = Array.from({ length: 50 }, (_, n) => n);
    const filter = numbers.map((n) => `userName eq "user${49 - n}@example.com"`).join(" or ");

    const ids = await idsOf(client, filterQuery(filter));

    expect(ids).toEqual(filledIds(0, 50));
  });
});

describe("deep pages after deletes and restores", () => {
  test("leave no gap and repeat nobody after single deletes in every part", async () => {
    const client = await filledClient(2_500);
    await Promise.all([0, 999, 1000, 1500, 2499].map((n) => client.remove(filled.id(n))));

    const ids = await everyId(client);

    const gone = new Set([0, 999, 1000, 1500, 2499].map(filled.id));
    expect(ids).toEqual(filledIds(0, 2_500).filter((id) => !gone.has(id)));
  });

  test("show a restored user at its former place", async () => {
    const client = await filledClient(2_500);
    await client.remove(filled.id(1_200));
    const [userName, externalId] = [filled.userName(1_200), filled.externalId(1_200)];
    await client.post(aUser({ userName, externalId }));

    const ids = await everyId(client);

    expect(ids).toEqual(filledIds(0, 2_500));
  });

  test("are exact when a run of more than a thousand is gone", async () => {
    const client = await filledClient(2_500);
    await markDeleted(client, 100, 1_300, 1);

    const ids = await everyId(client);

    expect(ids).toEqual([...filledIds(0, 100), ...filledIds(1_300, 2_500)]);
  });

  test("are exact when such a run came back", async () => {
    const client = await filledClient(2_500);
    await markDeleted(client, 100, 1_300, 1);
    await markDeleted(client, 100, 1_300, null);

    const ids = await everyId(client);

    expect(ids).toEqual(filledIds(0, 2_500));
  });

  test("are exact when such a run was purged", async () => {
    const client = await filledClient(2_500);
    await markDeleted(client, 100, 1_300, 1);
    await env.DB.prepare("DELETE FROM resources WHERE deleted_at = 1").run();

    const ids = await everyId(client);

    expect(ids).toEqual([...filledIds(0, 100), ...filledIds(1_300, 2_500)]);
  });

  test("count what is created after a purge", async () => {
    const client = await filledClient(1_100);
    await markDeleted(client, 0, 1_100, 1);
    await env.DB.prepare("DELETE FROM resources WHERE deleted_at = 1").run();
    const created = await client.post(aUser());

    const listed = await client.call("/Users");

    expect(listed.body).toMatchObject({ totalResults: 1, Resources: [{ id: created.body.id }] });
  });

  test("are exact when two users were stored in another order than their ids have", async () => {
    const client = await filledClient(999);
    const slow = openGateway({ db: overtaken(() => client.post(aUser())) });
    await slow.scim("/Users", { token: client.token, body: aUser() });
    for (let n = 0; n < 3; n += 1) await client.post(aUser());
    const walked = await idsOf(client, "?startIndex=1000&count=10");

    const deep = await idsOf(client, "?startIndex=1002&count=10");

    expect(deep).toEqual(walked.slice(2));
  });
});

/** A database on which another request gets in before the second round trip: the first one's commit. */
function overtaken(rival: () => Promise<unknown>): D1Database {
  let roundTrips = 0;
  return wrapDatabase(env.DB, async (run) => {
    roundTrips += 1;
    if (roundTrips === 2) await rival();
    return run();
  });
}
