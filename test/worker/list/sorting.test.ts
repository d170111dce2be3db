import { beforeAll, describe, expect, test } from "vitest";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { idsIn } from "#test/support/scim/pages.ts";

const gateway = openGateway();

const PEOPLE: readonly Readonly<Record<string, unknown>>[] = [
  {
    userName: "Carl",
    externalId: "b",
    title: "ärztin",
    name: { givenName: "Carl" },
    active: true,
    emails: [
      { value: "z@x", type: "work" },
      { value: "A@x", type: "home", primary: true },
    ],
    [ENTERPRISE_USER]: { department: "20", manager: { value: "m2" } },
  },
  {
    userName: "anna",
    externalId: "B",
    title: "Boss",
    name: { givenName: "anna" },
    active: false,
    emails: [
      { value: "b@x", type: "work" },
      { value: "0@x", type: "home" },
    ],
    [ENTERPRISE_USER]: { department: "10", manager: { value: "m1" } },
  },
  { userName: "BERT", externalId: "a", title: "boss", active: true, roles: [{ value: "r" }] },
  {
    userName: "dora",
    active: false,
    emails: [{ value: "C@x" }],
    [ENTERPRISE_USER]: { department: "9" },
  },
];

describe("users", () => {
  let client: TestClient;
  const names: Map<string, string> = new Map();

  beforeAll(async () => {
    client = await gateway.client();
    for (const person of PEOPLE) {
      const { body } = await client.post(aUser(person));
      names.set(body.id, String(person.userName).charAt(0).toUpperCase());
    }
  });

  const orderOf = async (query: Readonly<Record<string, string>>) => {
    const answer = await client.call(`/Users?${new URLSearchParams(query)}`);
    expect(answer.status).toBe(200);
    return idsIn(answer)
      .map((id) => names.get(id))
      .join("");
  };

  test.each([
    ["userName", "ABCD", "DCBA"],
    ["USERNAME", "ABCD", "DCBA"],
    ["urn:ietf:params:scim:schemas:core:2.0:User:userName", "ABCD", "DCBA"],
    ["externalId", "ABCD", "DCBA"],
    ["title", "ABCD", "DCAB"],
    ["name.givenName", "ACBD", "BDCA"],
    ["active", "ADCB", "CBAD"],
    ["emails", "CADB", "BDAC"],
    ["emails.value", "CADB", "BDAC"],
    ["emails.type", "CABD", "BDAC"],
    ["roles", "BCAD", "CADB"],
    ["manager", "ACBD", "BDCA"],
    [`${ENTERPRISE_USER}:department`, "ACDB", "BDCA"],
    ["id", "CABD", "DBAC"],
    ["meta.created", "CABD", "DBAC"],
    ["meta.location", "CABD", "DBAC"],
    ["meta.resourceType", "CABD", "CABD"],
    ["schemas", "CABD", "CABD"],
  ])("by %s are %s, and %s descending", async (sortBy, ascending, descending) => {
    expect(await orderOf({ sortBy })).toBe(ascending);
    expect(await orderOf({ sortBy, sortOrder: "ascending" })).toBe(ascending);
    expect(await orderOf({ sortBy, sortOrder: "DESCENDING" })).toBe(descending);
  });

  test("a sorted list is paged by index, and its total is exact", async () => {
    const listed = await client.call("/Users?sortBy=title&startIndex=2&count=2");

    expect(listed.body).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
    expect(await orderOf({ sortBy: "title", startIndex: "2", count: "2" })).toBe("BC");
    expect(await orderOf({ sortBy: "userName", startIndex: "3", count: "9" })).toBe("CD");
    expect(await orderOf({ sortBy: "title", startIndex: "5" })).toBe("");
    expect(await orderOf({ sortBy: "userName", startIndex: "1000000000" })).toBe("");
  });

  test.each([
    ["externalId pr", "userName", "ABC"],
    ['emails[type eq "work"]', "emails", "CA"],
    ['userName eq "ANNA" or userName eq "carl"', "title", "AC"],
    ['userName eq "ANNA" or userName eq "carl"', "id", "CA"],
    ['emails eq "a@x"', "userName", "C"],
    ['title eq "none"', "title", ""],
  ])("a filter %s and the order of %s go together", async (filter, sortBy, expected) => {
    expect(await orderOf({ filter, sortBy })).toBe(expected);
  });

  test("sortOrder without sortBy changes nothing", async () => {
    expect(await orderOf({ sortOrder: "descending" })).toBe("CABD");
    expect(await orderOf({ sortOrder: "descending", sortBy: "" })).toBe("CABD");
  });

  test("the attribute that sorts need not be among those that are asked for", async () => {
    const answer = await client.call("/Users?sortBy=title&attributes=userName&count=1");

    expect(answer.body.Resources[0]).not.toHaveProperty("title");
    expect(answer.body.Resources[0].userName).toBe("anna");
  });

  test.each([
    ...["password", "PASSWORD", "nosuch", "name", "meta", "addresses", "groups", "groups.value"],
    ...["members", "__proto__", "constructor", "name.nosuch", "userName.value", "urn:x:userName"],
    ...['emails[type eq "work"].value', "user name", "1", "a.b.c", ENTERPRISE_USER],
  ])("by %s are refused: invalidPath", async (sortBy) => {
    const answer = await client.call(`/Users?${new URLSearchParams({ sortBy })}`);

    expectScimError(answer, 400, "invalidPath");
  });

  test.each(["sortOrder=up", "sortBy=title&sortOrder=1", "sortBy=title&sortBy=id"])(
    "%s is invalidValue",
    async (query) => {
      expectScimError(await client.call(`/Users?${query}`), 400, "invalidValue");
    },
  );

  test("a PATCH moves a user to its new place", async () => {
    const own = await gateway.client();
    const [first, second] = [await own.post(aUser()), await own.post(aUser())];
    await own.patch(first.body.id, { Operations: [{ op: "add", path: "title", value: "b" }] });
    await own.patch(second.body.id, { Operations: [{ op: "add", path: "title", value: "A" }] });

    const listed = await own.call("/Users?sortBy=title");

    expect(idsIn(listed)).toEqual([second.body.id, first.body.id]);
  });
});

describe("groups", () => {
  test("by displayName are sorted by their folded names", async () => {
    const groups = await openGroups(gateway);
    const post = async (displayName: string) => (await groups.post({ displayName })).body.id;
    const [b, a, c] = [await post("beta"), await post("Alpha"), await post("GAMMA")];

    const ascending = await groups.client.call("/Groups?sortBy=displayName");
    const descending = await groups.client.call("/Groups?sortBy=displayName&sortOrder=descending");

    expect(idsIn(ascending)).toEqual([a, b, c]);
    expect(idsIn(descending)).toEqual([c, b, a]);
  });

  test("of one name stand in the order of their ids, whatever direction", async () => {
    const groups = await openGroups(gateway, { allowDuplicateGroupNames: true });
    const post = async (displayName: string) => (await groups.post({ displayName })).body.id;
    const ids = [await post("Same"), await post("Other"), await post("same"), await post("SAME")];
    const [first, other, second, third] = ids;

    const ascending = await groups.client.call("/Groups?sortBy=displayName");
    const descending = await groups.client.call("/Groups?sortBy=displayName&sortOrder=descending");

    expect(idsIn(ascending)).toEqual([other, first, second, third]);
    expect(idsIn(descending)).toEqual([first, second, third, other]);
  });
});

test("another connector's users are never in a sorted list", async () => {
  const [owner, stranger] = [await gateway.client(), await gateway.client()];
  await owner.post(aUser({ title: "a" }));

  for (const sortBy of ["id", "userName", "title"]) {
    const { body } = await stranger.call(`/Users?sortBy=${sortBy}`);
    expect(body).toMatchObject({ totalResults: 0, Resources: [] });
  }
});
