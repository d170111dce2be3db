import { beforeAll, describe, expect, test } from "vitest";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import type { Cost } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aUser, openGateway, type TestAnswer, type TestClient } from "#test/support/gateway.ts";
import { cursorPage, idsIn } from "#test/support/scim/pages.ts";

const gateway = openGateway();
const clients = new Map<number, TestClient>();

/** The budget of a list of 100 with its exact total, from the start or by cursor. */
const LIST_ROWS_READ = 205;

/** What a page of 100 cost beyond its budget, in words; `memberships` are those that it shows. */
function excess({ roundTrips, rowsRead, rowsWritten }: Cost, memberships = 0): string[] {
  const most = LIST_ROWS_READ + 2 * memberships;
  const within = roundTrips === 1 && rowsRead <= most && rowsWritten === 0;
  return within ? [] : [`${roundTrips} round trips, ${rowsRead} > ${most} rows, ${rowsWritten}`];
}

describe.each([1_000, 100_000])("with %i users", (count) => {
  let client: TestClient;

  beforeAll(async () => {
    client = await gateway.client();
    await fillUsers(client.id, count);
    clients.set(count, client);
  });

  /** The answer to a page of 100 that comes after so many pages of another size. */
  const pageAfter = async (
    pages: number,
    size: number,
    query: Readonly<Record<string, string>>,
  ): Promise<TestAnswer> => {
    let cursor = "";
    for (let page = 0; page < pages; page += 1) {
      const list = { query: { ...query, count: String(size), attributes: "id" } };
      cursor = (await cursorPage(client, list, cursor)).body.nextCursor;
    }
    return cursorPage(client, { query: { ...query, count: "100" } }, cursor);
  };

  test.each<[string, Record<string, string>]>([
    ["creation", {}],
    ["creation, descending", { sortBy: "meta.created", sortOrder: "descending" }],
    ["names", { sortBy: "userName" }],
    ["names, descending", { sortBy: "userName", sortOrder: "descending" }],
  ])("every page by cursor in the order of %s keeps the budget of a list", async (_name, query) => {
    const size = Math.min(1_000, count / 10);

    const answers = [
      await pageAfter(0, size, query),
      await pageAfter(1, size, query),
      await pageAfter(9, size, query),
    ];

    expect(answers.map(({ body }) => body.itemsPerPage)).toEqual([100, 100, 100]);
    expect(answers.map(({ body }) => body.totalResults)).toEqual([count, count, count]);
    expect(answers.flatMap(({ cost }) => excess(cost))).toEqual([]);
  });

  test.each([
    ["sortBy=id", filled.id(0)],
    ["sortBy=meta.created&sortOrder=ascending", filled.id(0)],
    ["sortBy=meta.created&sortOrder=descending", undefined],
    ["sortBy=userName", filled.id(0)],
  ])("%s keeps the budget of a plain list", async (query, firstId) => {
    const answer = await client.call(`/Users?${query}&count=100`);

    expect(answer.body).toMatchObject({ itemsPerPage: 100, totalResults: count });
    expect(answer.body.Resources[0].id).toBe(firstId ?? filled.id(count - 1));
    expect(excess(answer.cost)).toEqual([]);
  });

  test("a page by cursor costs two rows more for each membership it shows", async () => {
    const members = Array.from({ length: 50 }, (_, n) => ({ value: filled.id(n) }));
    await client.call("/Groups", { body: { displayName: "Staff", members } });

    const answer = await cursorPage(client, { query: { count: "100" } }, "");

    expect(answer.body.Resources.filter((user: object) => "groups" in user)).toHaveLength(50);
    expect(excess(answer.cost, 50)).toEqual([]);
  });

  test("an order without an index is found in one walk", async () => {
    const query = { sortBy: "title", sortOrder: "descending", count: "100" };

    const first = await cursorPage(client, { query }, "");
    const second = await cursorPage(client, { query }, first.body.nextCursor);

    expect(idsIn(first, second)).toHaveLength(new Set(idsIn(first, second)).size);
    // A long walk waits for its connector's turn, which is known only after the first question.
    const trips = count > 1_000 ? 2 : 1;
    expect([first.cost.roundTrips, second.cost.roundTrips]).toEqual([trips, trips]);
    expect(Math.max(first.cost.rowsRead, second.cost.rowsRead)).toBeLessThan(8 * count);
  });
});

describe("with more than 100,000 users", () => {
  let client: TestClient;

  beforeAll(async () => {
    client = clients.get(100_000) ?? (await gateway.client());
    await client.post(aUser());
    await client.post(aUser());
  });

  test.each(["sortBy=title", "sortBy=title&cursor=", "sortBy=userName&startIndex=100002"])(
    "%s would look at too many: tooMany",
    async (query) => {
      const answer = await client.call(`/Users?${query}`);

      expectScimError(answer, 400, "tooMany");
      expect(answer.cost.rowsRead).toBeLessThan(20);
    },
  );

  test.each([
    `userName eq "${filled.userName(7)}"`,
    `externalId eq "${filled.externalId(7)}"`,
    `emails.value eq "${filled.email(7)}"`,
    `emails[type eq "work" and value eq "${filled.email(7)}"]`,
  ])("an order of what %s finds is answered, and so is a search at the root", async (filter) => {
    const query = new URLSearchParams({ sortBy: "title", filter });

    const sorted = await client.call(`/Users?${query}`);
    const searched = await client.call("/.search", { body: { filter } });

    expect([idsIn(sorted), idsIn(searched)]).toEqual([[filled.id(7)], [filled.id(7)]]);
    expect(Math.max(sorted.cost.rowsRead, searched.cost.rowsRead)).toBeLessThan(40);
  });

  // Deep pages begin at a block of a thousand: where one ends exactly, the next one is the nearest.
  test.each([2_000, 50_000, 99_000])(
    "a page behind exactly %i walks over no block",
    async (offset) => {
      const answer = await client.call(`/Users?startIndex=${offset + 1}&count=10`);

      expect(answer.body.Resources[0].id).toBe(filled.id(offset));
      expect(answer.cost.rowsRead).toBeLessThan(1_000);
    },
  );

  test("a page beyond the end is empty in any order", async () => {
    const answer = await client.call("/Users?sortBy=userName&startIndex=100003");

    expect(answer.body).toMatchObject({ totalResults: 100_002, itemsPerPage: 0 });
  });
});
