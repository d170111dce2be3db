import { beforeAll, describe, expect, test } from "vitest";
import { LIST_RESPONSE } from "#scim/schema/urns.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import { aUser, openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { cursorPage, cursorPages, idsIn } from "#test/support/scim/pages.ts";

const gateway = openGateway();

/** The number of resources on each page. */
function sizesOf(answers: Awaited<ReturnType<typeof cursorPages>>): number[] {
  return answers.map(({ body }) => body.itemsPerPage);
}

describe("seven users by cursor", () => {
  let client: TestClient;
  const ids: string[] = [];

  beforeAll(async () => {
    client = await gateway.client();
    for (let n = 0; n < 7; n += 1) {
      const members = n % 2 === 0 ? { title: `title ${n % 3}` } : {};
      ids.push((await client.post(aUser({ userName: `user-${6 - n}`, ...members }))).body.id);
    }
  });

  test("an empty cursor answers the first page with nextCursor and without startIndex", async () => {
    const { body } = await client.call("/Users?cursor=&count=3&attributes=id");

    expect(body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: 7,
      itemsPerPage: 3,
      nextCursor: expect.stringMatching(/^[\w-]+$/),
      Resources: ids.slice(0, 3).map((id) => ({ id, schemas: expect.any(Array) })),
    });
  });

  test("a cursor without a value is an empty one", async () => {
    const { body } = await client.call("/Users?cursor&count=3");

    expect(body).toMatchObject({ itemsPerPage: 3, nextCursor: expect.any(String) });
  });

  test("without a cursor the list is paged by index", async () => {
    const { body } = await client.call("/Users?count=3");

    expect(body.startIndex).toBe(1);
    expect(body).not.toHaveProperty("nextCursor");
  });

  test.each([
    ["3", [3, 3, 1]],
    ["6", [6, 1]],
    ["7", [7]],
    ["1000", [7]],
    ["0", [0]],
    ["-1", [0]],
  ])("pages of %s have the sizes %j, and the last one has no nextCursor", async (count, sizes) => {
    const answers = await cursorPages(client, { query: { count } });

    expect(sizesOf(answers)).toEqual(sizes);
    expect(idsIn(...answers)).toEqual(
      ids.slice(
        0,
        sizes.reduce((sum, size) => sum + size),
      ),
    );
    expect(answers.map(({ body }) => body.totalResults)).toEqual(sizes.map(() => 7));
  });

  test("the count may change from page to page", async () => {
    const first = await client.call("/Users?cursor=&count=2");

    const second = await cursorPage(client, { query: { count: "4" } }, first.body.nextCursor);

    expect(idsIn(second)).toEqual(ids.slice(2, 6));
  });

  test.each<[string, Record<string, string>, number[]]>([
    ["a scanned filter", { filter: "title pr" }, [0, 2, 4, 6]],
    ["a filter by the index", { filter: 'userName sw "user-"' }, [0, 1, 2, 3, 4, 5, 6]],
    ["a filter of one user", { filter: 'userName eq "USER-2"' }, [4]],
    ["a filter of nobody", { filter: 'title eq "none"' }, []],
    [
      "the order of ids, descending",
      { sortBy: "id", sortOrder: "descending" },
      [6, 5, 4, 3, 2, 1, 0],
    ],
    ["the order of names", { sortBy: "userName" }, [6, 5, 4, 3, 2, 1, 0]],
    [
      "the order of names, descending",
      { sortBy: "userName", sortOrder: "descending" },
      [0, 1, 2, 3, 4, 5, 6],
    ],
    ["an order with ties and gaps", { sortBy: "title" }, [0, 6, 4, 2, 1, 3, 5]],
    [
      "such an order, descending",
      { sortBy: "title", sortOrder: "descending" },
      [1, 3, 5, 2, 4, 0, 6],
    ],
    [
      "an order and a filter",
      { sortBy: "title", filter: 'not (userName eq "user-0")' },
      [0, 4, 2, 1, 3, 5],
    ],
  ])("%s goes through all pages", async (_name, query, expected) => {
    const answers = await cursorPages(client, { query: { ...query, count: "2" } });

    expect(idsIn(...answers)).toEqual(expected.map((n) => ids[n]));
    expect(answers.every(({ body }) => body.totalResults === expected.length)).toBe(true);
  });

  test("a page ends where its last user was, whoever has been deleted since", async () => {
    const own = await gateway.client();
    const users = await Promise.all([1, 2, 3, 4].map(() => own.post(aUser())));
    const sorted = users.map(({ body }) => body.id as string).sort();
    const first = await own.call("/Users?cursor=&count=2");
    await own.remove(sorted[1] ?? "");

    const second = await cursorPage(own, {}, first.body.nextCursor);

    expect(idsIn(second)).toEqual(sorted.slice(2));
  });

  test("a sort value too long for a URL is refused rather than cut", async () => {
    const own = await gateway.client();
    await own.post(aUser({ title: "x".repeat(3_000) }));
    await own.post(aUser({ title: "y" }));

    const answer = await own.call("/Users?cursor=&count=1&sortBy=title");

    expectScimError(answer, 400, "invalidValue");
  });

  describe("is refused", () => {
    const list = { query: { count: "3", filter: "active eq true", sortBy: "title" } };
    let cursor: string;

    beforeAll(async () => {
      cursor = (await cursorPage(client, list, "")).body.nextCursor;
    });

    test("with any character changed: invalidCursor", async () => {
      for (let at = 0; at < cursor.length; at += 1) {
        const other = cursor.charAt(at) === "x" ? "y" : "x";
        const forged = `${cursor.slice(0, at)}${other}${cursor.slice(at + 1)}`;

        expectScimError(await cursorPage(client, list, forged), 400, "invalidCursor");
      }
    });

    test.each(["x", "eyJ9", "A".repeat(43), "A".repeat(200), "%F0%9F", "../..", "\u0000"])(
      "when it is %j: invalidCursor",
      async (text) => {
        expectScimError(await cursorPage(client, list, text), 400, "invalidCursor");
      },
    );

    test.each<[string, Record<string, string>]>([
      ["filter", { filter: "active eq false" }],
      ["attribute to sort by", { sortBy: "displayName" }],
      ["order", { sortOrder: "descending" }],
    ])("with another %s: invalidCursor", async (_name, other) => {
      const answer = await cursorPage(client, { query: { ...list.query, ...other } }, cursor);

      expectScimError(answer, 400, "invalidCursor");
    });

    test("at another endpoint: invalidCursor", async () => {
      const query = { sortBy: "displayName" };
      const first = await cursorPage(client, { query: { ...query, count: "1" } }, "");

      const answer = await cursorPage(client, { path: "/Groups", query }, first.body.nextCursor);

      expectScimError(answer, 400, "invalidCursor");
    });

    test("from another connector: invalidCursor", async () => {
      const stranger = await gateway.client();

      const answer = await cursorPage(stranger, list, cursor);

      expectScimError(answer, 400, "invalidCursor");
    });

    test("without a good token: 401", async () => {
      const path = `/Users?${new URLSearchParams({ ...list.query, cursor: "x" })}`;

      expectScimError(await gateway.scim(path, { token: "sgw_x" }), 401);
    });

    test("together with startIndex: invalidValue", async () => {
      expectScimError(await client.call(`/Users?cursor=&startIndex=1`), 400, "invalidValue");
    });

    test("given twice: invalidCursor", async () => {
      expectScimError(await client.call(`/Users?cursor=&cursor=`), 400, "invalidCursor");
    });

    test("with a count that is no number: invalidCount", async () => {
      expectScimError(await client.call(`/Users?cursor=&count=abc`), 400, "invalidCount");
    });
  });

  test.each([
    [3_600, 200],
    [3_601, 400],
  ])("a cursor that is %d seconds old is answered %d", async (seconds, status) => {
    const first = await client.call("/Users?cursor=&count=3");
    const now = () => TEST_CLOCK.now() + (seconds - 1) * 1_000;
    const late = openGateway({ clock: { now } });

    const path = `/Users?cursor=${first.body.nextCursor}`;
    const answer = await late.scim(path, { token: client.token });

    expect(answer.status).toBe(status);
    expect(answer.body.scimType).toBe(status === 400 ? "expiredCursor" : undefined);
  });
});

describe("the ring of keys", () => {
  const [older, newer] = ["A", "B"].map((letter) => `${letter}:${letter.repeat(43)}`);

  test.each([
    [`${newer},${older}`, 200],
    [newer, 400],
  ])("%s answers a cursor of the older key %d", async (encryptionKeys, status) => {
    const before = openGateway({ encryptionKeys: older ?? "" });
    const after = openGateway({ encryptionKeys: encryptionKeys ?? "" });
    const { id, token } = await before.client();
    await fillUsers(id, 3);
    const { body } = await before.scim("/Users?cursor=&count=1", { token });

    const answer = await after.scim(`/Users?cursor=${body.nextCursor}`, { token });

    expect(answer.status).toBe(status);
  });
});

test.each([
  ["ascending", [1, 0, 2, 3]],
  ["descending", [0, 2, 3, 1]],
])("groups of one name are paged %s in the order of their ids", async (sortOrder, expected) => {
  const groups = await openGroups(gateway, { allowDuplicateGroupNames: true });
  const post = async (displayName: string) => (await groups.post({ displayName })).body.id;
  const ids = [await post("Same"), await post("Other"), await post("same"), await post("SAME")];

  const query = { sortBy: "displayName", sortOrder, count: "1" };
  const answers = await cursorPages(groups.client, { path: "/Groups", query });

  expect(idsIn(...answers)).toEqual(expected.map((n) => ids[n]));
});

test("pages of groups that end early at 5,000 members lose no group", async () => {
  // A body over 64 KB of a caller not yet known is read after the token was looked up.
  const groups = await openGroups(openGateway({ roundTripsMax: 4 }));
  await fillUsers(groups.client.id, 4_000);
  const everyone = Array.from({ length: 4_000 }, (_, n) => filled.id(n));
  const ids: string[] = [];
  for (let n = 0; n < 4; n += 1) ids.push(await groups.group(...(n === 2 ? [] : everyone)));

  const answers = await cursorPages(groups.client, { path: "/Groups" });

  expect(idsIn(...answers)).toEqual(ids);
  expect(sizesOf(answers)).toEqual([1, 2, 1]);
});

describe("10,000 users, while others create, delete, rename and restore", () => {
  const COUNT = 10_000;

  /** Each page meets a create, deletes, a rename and a restore, before and behind where it reads. */
  function writers(client: TestClient) {
    const places = [0, 0.25, 0.5, 0.75];
    return async (page: number) => {
      const numbers = places.map((place) => (Math.floor(place * COUNT) + page * 60) % COUNT);
      await client.post(aUser());
      for (const n of numbers) {
        const id = filled.id(n);
        await client.remove(id);
        const emails = [{ value: filled.email(n), type: "work" }];
        if (n % 120 === 0) await client.post(aUser({ externalId: filled.externalId(n), emails }));
        const operation = { op: "replace", path: "userName", value: `renamed-${n}-${page}` };
        await client.patch(filled.id((n + 1) % COUNT), { Operations: [operation] });
      }
      return numbers.map(filled.id);
    };
  }

  test.each<[string, Record<string, string>]>([
    ["in the order of creation", {}],
    ["with a filter", { filter: "emails pr and externalId pr" }],
    ["in an order of values that stay", { sortBy: "emails" }],
  ])("%s every user that existed throughout is seen exactly once", async (_name, query) => {
    const client = await gateway.client();
    await fillUsers(client.id, COUNT);
    const write = writers(client);
    const touched = new Set<string>();
    const meanwhile = async (page: number) => {
      for (const id of await write(page)) touched.add(id);
    };

    const list = { query: { ...query, count: "400", attributes: "id" }, meanwhile };
    const ids = idsIn(...(await cursorPages(client, list)));

    const seen = new Set(ids);
    const stayed = Array.from({ length: COUNT }, (_, n) => filled.id(n)).filter(
      (id) => !touched.has(id),
    );
    expect(touched.size).toBeGreaterThan(90);
    expect(seen.size).toBe(ids.length);
    expect(stayed.filter((id) => !seen.has(id))).toEqual([]);
  });
});
