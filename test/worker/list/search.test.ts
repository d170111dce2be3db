import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { ENTERPRISE_USER, LIST_RESPONSE, SEARCH_REQUEST } from "#scim/schema/urns.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { aUser, filterQuery, openGateway, type TestClient } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { idsIn } from "#test/support/scim/pages.ts";

const gateway = openGateway();

/** A SearchRequest (RFC 7644 §3.4.3). */
function aSearch(members: object = {}) {
  return { schemas: [SEARCH_REQUEST], ...members };
}

let client: TestClient;
/** Two users, two groups, in this order at the root. */
let ids: string[];

beforeAll(async () => {
  const groups = await openGroups(gateway);
  client = groups.client;
  const ada = await groups.user({ userName: "ada", displayName: "Staff", title: "Dr" });
  const bob = await groups.user({ userName: "bob", displayName: "Bob" });
  const staff = await groups.post({ displayName: "Staff", members: [{ value: ada }] });
  const board = await groups.post({ displayName: "Board" });
  ids = [ada, bob, staff.body.id, board.body.id];
});

const search = (path: string, body: unknown) => client.call(`${path}/.search`, { body });

describe.each([
  ["/Users", 0, 2],
  ["/Groups", 2, 4],
  ["", 0, 4],
])("%s/.search", (path, from, to) => {
  test("answers 200 with a ListResponse of what a list shows", async () => {
    const { status, body } = await search(path, aSearch());

    expect(status).toBe(200);
    expect(body).toEqual({
      schemas: [LIST_RESPONSE],
      totalResults: to - from,
      startIndex: 1,
      itemsPerPage: to - from,
      Resources: body.Resources,
    });
    const single = (id: string, at: number) => client.call(`/${at < 2 ? "Users" : "Groups"}/${id}`);
    const shown = await Promise.all(ids.map(single));
    expect(body.Resources).toEqual(shown.slice(from, to).map((each) => each.body));
  });

  test.each([
    [{ startIndex: 2 }, 1, undefined],
    [{ startIndex: "2", count: "1" }, 1, 2],
    [{ COUNT: 1 }, 0, 1],
    [{ count: 0 }, 0, 0],
    [{ count: -3 }, 0, 0],
    [{ startIndex: 99 }, 99, undefined],
    [{ startIndex: null, count: null, filter: null, attributes: null }, 0, undefined],
    [{ startIndex: 1e15 }, 99, undefined],
  ])("%j takes the part from %d to %d", async (members, first, last) => {
    const answer = await search(path, aSearch(members));

    expect(idsIn(answer)).toEqual(ids.slice(from, to).slice(first, last));
    expect(answer.body.totalResults).toBe(to - from);
  });

  test("pages by cursor through all of it", async () => {
    const seen: string[] = [];
    let cursor: string | undefined = "";
    while (cursor !== undefined) {
      const answer: Awaited<ReturnType<typeof search>> = await search(
        path,
        aSearch({ cursor, count: 1 }),
      );
      expect(answer.body.totalResults).toBe(to - from);
      seen.push(...idsIn(answer));
      cursor = answer.body.nextCursor;
    }

    expect(seen).toEqual(ids.slice(from, to));
  });

  test.each([[["id"]], ["id"], [["id", "meta.created"]], ["id,nosuch"]])(
    "shows the attributes %j",
    async (attributes) => {
      const { body } = await search(path, aSearch({ attributes, count: 1 }));

      expect(Object.keys(body.Resources[0])).toEqual(expect.arrayContaining(["id", "schemas"]));
      expect(body.Resources[0]).not.toHaveProperty("displayName");
    },
  );

  test("hides excludedAttributes", async () => {
    const { body } = await search(
      path,
      aSearch({ excludedAttributes: ["displayName", "members"] }),
    );

    for (const resource of body.Resources) {
      expect(resource).not.toHaveProperty("displayName");
      expect(resource).not.toHaveProperty("members");
    }
  });

  test.each(["GET", "PUT", "PATCH", "DELETE"])("%s is 405 and names POST", async (method) => {
    const answer = await client.call(`${path}/.search`, { method });

    expectScimError(answer, 405);
    expect(answer.headers.get("Allow")).toBe("POST");
  });

  test.each<[string, unknown, string]>([
    ["{", "{", "invalidSyntax"],
    ["a list", [], "invalidSyntax"],
    ["two spellings", { count: 1, Count: 1 }, "invalidSyntax"],
    ["a filter that is none", aSearch({ filter: "x" }), "invalidFilter"],
    ["a filter that is a number", aSearch({ filter: 5 }), "invalidFilter"],
    ["a filter on what no type has", aSearch({ filter: 'nosuch eq "x"' }), "invalidFilter"],
    ["a filter on the password", aSearch({ filter: 'password eq "x"' }), "invalidFilter"],
    ["10,000 parentheses", aSearch({ filter: "(".repeat(10_000) }), "invalidFilter"],
    ["a filter of 8 KB and more", aSearch({ filter: longFilter(8_193) }), "invalidFilter"],
    ["a startIndex that is no number", aSearch({ startIndex: "abc" }), "invalidValue"],
    ["a startIndex that is a list", aSearch({ startIndex: [1] }), "invalidValue"],
    ["a count with a fraction", aSearch({ count: 1.5 }), "invalidValue"],
    ["a wrong sortOrder", aSearch({ sortBy: "id", sortOrder: "up" }), "invalidValue"],
    ["a sortBy that no type has", aSearch({ sortBy: "nosuch" }), "invalidPath"],
    ["a sortBy of the password", aSearch({ sortBy: "password" }), "invalidPath"],
    ["attributes that are numbers", aSearch({ attributes: [1] }), "invalidValue"],
    [
      "both kinds of attributes",
      aSearch({ attributes: "id", excludedAttributes: "x" }),
      "invalidValue",
    ],
    ["a cursor and a startIndex", aSearch({ cursor: "", startIndex: 1 }), "invalidValue"],
    ["a forged cursor", aSearch({ cursor: "x".repeat(100) }), "invalidCursor"],
  ])("refuses %s", async (_name, body, scimType) => {
    const answer = await search(path, body);

    expectScimError(answer, 400, scimType);
  });

  test("refuses a body of more than 256 KB", async () => {
    expectScimError(await search(path, aSearch({ x: "x".repeat(256 * 1024) })), 413);
  });

  test("is a read: a read-only token may search, and the log says what was asked", async () => {
    const token = await gateway.admin(`/connectors/${client.id}/tokens`, {
      body: { scope: "read" },
    });

    const answer = await gateway.scim(`${path}/.search`, {
      token: token.body.secret,
      body: aSearch({ filter: 'displayName eq "Staff"' }),
    });

    expect(answer.status).toBe(200);
    expect(answer.cost.rowsWritten).toBe(0);
    const { results } = await env.DB.prepare(
      "SELECT method, status, request_body FROM events ORDER BY row_id DESC LIMIT 1",
    ).all();
    expect(results).toEqual([
      { method: "POST", status: 200, request_body: expect.stringContaining("Staff") },
    ]);
  });

  test("wants a token", async () => {
    expectScimError(await gateway.scim(`${path}/.search`, { body: aSearch() }), 401);
  });
});

/** A filter of so many bytes, in which there are few comparisons. */
function longFilter(bytes: number): string {
  const filter = 'displayName eq ""';
  return `displayName eq "${"x".repeat(bytes - filter.length)}"`;
}

describe("the filter", () => {
  test("of a search may have 8 KB, that of a GET 2 KB", async () => {
    const long = longFilter(8_192);

    const searched = await search("/Users", aSearch({ filter: long }));
    const listed = await client.call(`/Users${filterQuery(longFilter(2_049))}`);

    expect(searched).toMatchObject({ status: 200, body: { totalResults: 0 } });
    expectScimError(listed, 400, "invalidFilter");
  });

  test.each<[string, number[]]>([
    ['displayName eq "staff"', [0, 2]],
    ['userName eq "ada"', [0]],
    ["title pr", [0]],
    ["members pr", [2]],
    ['title pr or displayName eq "Board"', [0, 3]],
    ['title pr and displayName eq "Board"', []],
    ['not (title eq "Dr")', [1, 2, 3]],
    ['title ne "Dr"', [1, 2, 3]],
    ["title eq null", [1, 2, 3]],
    ["title ne null", [0]],
    ["not (members pr)", [0, 1, 3]],
    ['emails[type eq "work"]', []],
    ['meta.resourceType eq "Group"', [2, 3]],
    ['userName sw "" and meta.resourceType eq "User"', [0, 1]],
  ])("%s at the root takes an attribute that a type lacks as unassigned", async (filter, found) => {
    const answer = await search("", aSearch({ filter }));

    expect(idsIn(answer)).toEqual(found.map((n) => ids[n]));
    expect(answer.body.totalResults).toBe(found.length);
  });

  test("of one type may not name what only the other has", async () => {
    expectScimError(
      await search("/Users", aSearch({ filter: "members pr" })),
      400,
      "invalidFilter",
    );
    expectScimError(await search("/Groups", aSearch({ filter: "title pr" })), 400, "invalidFilter");
  });
});

describe("the order", () => {
  test.each<[string, string, number[]]>([
    ["displayName", "ascending", [1, 0, 3, 2]],
    ["displayName", "descending", [0, 1, 2, 3]],
    ["userName", "descending", [1, 0, 2, 3]],
    ["id", "descending", [1, 0, 3, 2]],
  ])("by %s, %s, is one of users and then one of groups", async (sortBy, sortOrder, expected) => {
    const answer = await search("", aSearch({ sortBy, sortOrder }));

    expect(idsIn(answer)).toEqual(expected.map((n) => ids[n]));
  });
});

test("a search may go on where a list of the same type was, and the root's may not", async () => {
  const { body } = await client.call("/Users?cursor=&count=1");

  const users = await search("/Users", aSearch({ cursor: body.nextCursor }));
  const root = await search("", aSearch({ cursor: body.nextCursor }));

  expect(idsIn(users)).toEqual([ids[1]]);
  expectScimError(root, 400, "invalidCursor");
});

describe("a search without the SearchRequest schema", () => {
  test.each([{}, { schemas: [] }, { schemas: [LIST_RESPONSE] }, { schemas: SEARCH_REQUEST }])(
    "%j is accepted unless the connector is strict",
    async (body) => {
      const strict = await gateway.client({ settings: { strict: true } });

      const lenient = await search("/Users", body);
      const refused = await strict.call("/Users/.search", { body });

      expect(lenient.status).toBe(200);
      expectScimError(refused, 400, "invalidSyntax");
    },
  );

  test("is what a strict connector wants to be there", async () => {
    const strict = await gateway.client({ settings: { strict: true } });
    await strict.post(aUser());

    const { status, body } = await strict.call("/.search", { body: aSearch() });

    expect(status).toBe(200);
    expect(body.totalResults).toBe(1);
  });
});

test.each([false, true])(
  "brackets on one value are matched against it, strict %s",
  async (strict) => {
    const own = await gateway.client({ settings: { strict } });
    const manager = { value: "m1" };
    const { body } = await own.post(
      aUser({ name: { familyName: "Byron" }, [ENTERPRISE_USER]: { manager } }),
    );
    await own.post(aUser());
    const found = async (filter: string) => [
      idsIn(await own.find(filter)),
      idsIn(await own.call("/Users/.search", { body: aSearch({ filter }) })),
      idsIn(await own.call("/.search", { body: aSearch({ filter }) })),
    ];
    const [all, none] = [Array(3).fill([body.id]), Array(3).fill([])];

    expect(await found('manager[value eq "m1"]')).toEqual(all);
    expect(await found(`${ENTERPRISE_USER}:manager[value eq "m1"]`)).toEqual(all);
    expect(await found('name[familyName eq "BYRON" and not (givenName pr)]')).toEqual(all);
    expect(await found('manager[value ne "m2"]')).toEqual(all);
    expect(await found('manager[value eq "m2"]')).toEqual(none);
  },
);
