import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { openGateway, type TestAnswer, type TestClient } from "#test/support/gateway.ts";
import { cursorPages, idsIn } from "#test/support/scim/pages.ts";

// A page is bounded by its bytes as well as by its count: no list reads or answers 250 MB.

const gateway = openGateway({ roundTripsMax: 4 });

const MB = 1024 * 1024;
/** A page, and what ListResponse and meta add. */
const PAGE_BYTES_MAX = 4 * MB + 0.6 * MB;

/** Lengthens the documents of a connector's users; `length` is SQL over n, the number of the user. */
async function lengthen(client: TestClient, length: string): Promise<void> {
  const n =
    "(row_id - (SELECT min(row_id) FROM resources AS r WHERE r.connector_id = resources.connector_id))";
  await env.DB.prepare(
    `UPDATE resources SET doc = json_set(doc, '$.nickName', hex(zeroblob((${length.replaceAll("N", n)}) / 2)))
     WHERE connector_id = (SELECT number FROM connectors WHERE id = ?1) AND type = 'User'`,
  )
    .bind(client.id)
    .run();
}

function bytesOf({ body }: TestAnswer): number {
  return JSON.stringify(body).length;
}

/** All ids of a list, by startIndex: each page begins behind what the page before has shown. */
async function walkByIndex(
  client: TestClient,
  query: Record<string, string>,
  check: (answer: TestAnswer) => void,
): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const startIndex = String(ids.length + 1);
    const answer = await client.call(`/Users?${new URLSearchParams({ ...query, startIndex })}`);
    expect(answer.body.itemsPerPage).toBe(answer.body.Resources.length);
    check(answer);
    if (answer.body.itemsPerPage === 0) return ids;
    ids.push(...idsIn(answer));
  }
}

/** The orders and filters that are read by statements of their own. */
const LISTS: readonly (readonly [string, Record<string, string>])[] = [
  ["creation", {}],
  ["creation, descending", { sortBy: "meta.created", sortOrder: "descending" }],
  ["names", { sortBy: "userName" }],
  ["an order without an index", { sortBy: "title", sortOrder: "descending" }],
  ["a prefix", { filter: 'userName sw "user"' }],
  ["the members of a group", { filter: "GROUP" }],
  ["a filter without an index", { filter: 'title co "title"' }],
];

describe("users of very different sizes", () => {
  const COUNT = 1_200;
  let client: TestClient;
  let group: string;

  beforeAll(async () => {
    client = await gateway.client();
    await fillUsers(client.id, COUNT);
    // Most are small; every 40th has 100 KB to 400 KB, and some of those are neighbours.
    await lengthen(client, "iif(N % 40 < 1 + (N % 7 = 0), 100000 + N * 250, 50 + N % 3000)");
    group = (await client.call("/Groups", { body: { displayName: "Staff" } })).body.id;
    await fillMembers(group, COUNT);
  }, 60_000);

  const listOf = ({ filter, ...others }: Record<string, string>) => ({
    ...others,
    ...(filter !== undefined && { filter: filter.replace("GROUP", `groups eq "${group}"`) }),
  });

  describe.each(["1000", "100"])("%s a page", (count) => {
    test.each(LISTS)("a walk by startIndex sees each once: %s", async (_order, list) => {
      const query = { ...listOf(list), count };

      const ids = await walkByIndex(client, query, (answer) => {
        expect(answer.body.totalResults).toBe(COUNT);
        expect(bytesOf(answer)).toBeLessThan(PAGE_BYTES_MAX);
      });

      expect(ids).toHaveLength(COUNT);
      expect(new Set(ids).size).toBe(COUNT);
    });

    test.each(LISTS)("a walk by cursor sees each once: %s", async (_order, list) => {
      const pages = await cursorPages(client, { query: { ...listOf(list), count } });

      expect(new Set(idsIn(...pages)).size).toBe(COUNT);
      expect(idsIn(...pages)).toHaveLength(COUNT);
      expect(Math.max(...pages.map(bytesOf))).toBeLessThan(PAGE_BYTES_MAX);
    });
  });

  test("the documents are whole, and the same as alone", async () => {
    const { body } = await client.call("/Users?count=100");

    for (const at of [0, 1, 5]) {
      const alone = await client.get(body.Resources[at].id);
      expect(body.Resources[at]).toEqual(alone.body);
    }
  });

  test("so does the admin's directory", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query = new URLSearchParams({ limit: "1000", cursor });
      const answer: TestAnswer = await gateway.admin(`/connectors/${client.id}/users?${query}`);
      expect(bytesOf(answer)).toBeLessThan(PAGE_BYTES_MAX);
      seen.push(...answer.body.items.map(({ id }: { id: string }) => id));
      cursor = answer.body.nextCursor;
    }
    expect(seen).toHaveLength(COUNT);
    expect(new Set(seen).size).toBe(COUNT);
  });

  test("so does a search, also at the root", async () => {
    for (const path of ["/.search", "/Users/.search"]) {
      const body = { count: 1_000, filter: 'userName sw "user"' };
      const answer = await client.call(path, { body });
      expect(answer.body.itemsPerPage).toBeLessThan(1_000);
      expect(bytesOf(answer)).toBeLessThan(PAGE_BYTES_MAX);
    }
  });
});

test("60 users of 250 KB make no answer of 15 MB", async () => {
  const client = await gateway.client();
  await fillUsers(client.id, 60);
  await lengthen(client, "250000");

  const answer = await client.call("/Users?count=60");

  expect(answer.body).toMatchObject({ totalResults: 60, itemsPerPage: 16 });
  expect(answer.cost.roundTrips).toBe(2);
});

test("a page as short as Entra's, or of usual documents, never ends early", async () => {
  const client = await gateway.client();
  await fillUsers(client.id, 1_000);
  await lengthen(client, "3000");
  const usual = await client.call("/Users?count=1000");
  await lengthen(client, "480000");
  const five = await client.call("/Users?startIndex=6&count=5");

  expect(usual.body.itemsPerPage).toBe(1_000);
  expect(usual.cost.roundTrips).toBe(1);
  expect(five.body.itemsPerPage).toBe(5);
  expect(idsIn(five)[0]).toBe(filled.id(5));
});

test("users in very many groups make no long page either", async () => {
  const client = await gateway.client();
  await fillUsers(client.id, 100);
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999)
       INSERT INTO resources (connector_id, type, id, name_key, name_slot, active, version, created_at, modified_at, event_id, doc, folded)
       SELECT k.number, 'Group', printf('01910000-0000-7000-8000-%012x', n), 'group ' || n, '', 1, 1, 0, 0, '',
         json_object('displayName', 'group ' || n || printf('%.*c', 100, 'x')), '{}'
       FROM numbers CROSS JOIN connectors AS k WHERE k.id = ?1`,
    ).bind(client.id),
    env.DB.prepare(
      `INSERT INTO group_members (connector_id, group_id, member_id, member_type)
       SELECT g.connector_id, g.id, u.id, 'User' FROM resources AS g CROSS JOIN resources AS u
       WHERE g.type = 'Group' AND u.connector_id = g.connector_id AND u.type = 'User'
         AND g.connector_id = (SELECT number FROM connectors WHERE id = ?1)`,
    ).bind(client.id),
  ]);

  const pages = await cursorPages(client, { query: { count: "100" } });

  expect(new Set(idsIn(...pages)).size).toBe(100);
  expect(idsIn(...pages)).toHaveLength(100);
  expect(
    pages.every(({ body }) =>
      body.Resources.every(({ groups }: { groups: object[] }) => groups.length === 1_000),
    ),
  ).toBe(true);
  expect(Math.max(...pages.map(bytesOf))).toBeLessThan(8 * MB);
}, 60_000);

test("a long name is not repeated in whole beside each member", async () => {
  const client = await gateway.client();
  const displayName = "n".repeat(8_000);
  const { body: user } = await client.post({ userName: "a@example.com", displayName });
  const { body: group } = await client.call("/Groups", {
    body: { displayName: "Staff", members: [{ value: user.id }] },
  });

  const { body } = await client.call(`/Groups/${group.id}`);

  expect(body.members).toMatchObject([{ value: user.id, display: displayName.slice(0, 200) }]);
});

test("a page of the event log ends early, and the next one goes on behind it", async () => {
  const client = await gateway.client();
  for (let n = 0; n < 3; n += 1) await client.post({ userName: `u${n}@example.com` });
  await env.DB.prepare(
    `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 400)
     INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, request_body, response_body, warnings)
     SELECT k.number, printf('01900000-0000-7000-8000-%012x', n), 0, 'POST', '/scim/v2/Users', 201, 1,
       printf('%.*c', 16000, 'x'), printf('%.*c', 16000, 'y'), '[]'
     FROM numbers CROSS JOIN connectors AS k WHERE k.id = ?1`,
  )
    .bind(client.id)
    .run();

  for (const filter of [{}, { method: "POST" }]) {
    const seen: string[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const query = new URLSearchParams({ limit: "500", ...filter, ...(cursor && { cursor }) });
      const answer: TestAnswer = await gateway.admin(`/connectors/${client.id}/events?${query}`);
      expect(bytesOf(answer)).toBeLessThan(PAGE_BYTES_MAX);
      seen.push(...answer.body.items.map(({ id }: { id: string }) => id));
      cursor = answer.body.nextCursor ?? undefined;
    }
    expect(seen).toHaveLength(403);
    expect(new Set(seen).size).toBe(403);
  }
});
