import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import { matchesFilter } from "#scim/filter/match.ts";
import { withAddresses } from "#scim/filter/membership.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import type { AttributePath, Filter } from "#scim/filter/syntax/ast.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject } from "#scim/json.ts";
import { CREATION_ORDER } from "#scim/list/sort.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { indexedMatches, scannedMatches } from "#store/directory/matches.ts";
import { hasIndexedTerm } from "#store/filter/indexed.ts";
import { runQuery } from "#store/query.ts";
import { expectScimError } from "#test/support/bad-input/bad-input.ts";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { filterQuery, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { printFilter } from "#test/support/scim/arbitraries.ts";
import { aGroup, listOf, openGroups } from "#test/support/scim/groups.ts";

const gateway = openGateway();
const BASE = "https://scim.example.com/scim/v2";

/** Names that meet under folding, and one that is longer than what is shown of it. */
const NAMES = ["ada", "ADA", "Ada L", "Straße", "a%_", "Å", "ﬀ", "😀", "z".repeat(250)];

/** A connector with users and groups in groups, as a client sees them, `$ref` below the base URL. */
async function directory() {
  const groups = await openGroups(gateway);
  const users: string[] = [];
  for (const [n, name] of NAMES.entries()) {
    // Who has no displayName is shown by userName.
    users.push(
      await groups.user({ userName: `${name}-${n}`, ...(n % 2 && { displayName: name }) }),
    );
  }
  const made: string[] = [];
  const pick = (...places: readonly number[]) => places.flatMap((at) => users[at] ?? []);
  const wanted = [[], [0], [1, 2], [0, 3, 5], [4, 8], [...users.keys()], [2, 8]];
  for (const [n, places] of wanted.entries()) {
    const inner = n === 3 || n === 4 ? made.slice(1, n - 1) : [];
    const body = aGroup({
      displayName: `${NAMES[n + 2]}g`,
      members: listOf([...pick(...places), ...inner]),
    });
    made.push((await groups.post(body)).body.id);
  }
  const number = await env.DB.prepare("SELECT number FROM connectors WHERE id = ?")
    .bind(groups.client.id)
    .first<ConnectorId>("number");
  if (number === null) throw new Error("The connector was not stored.");
  const seen = async (type: ResourceType) => {
    const listed = await groups.client.call(`${type.endpoint}?count=1000`);
    const text = JSON.stringify(listed.body.Resources).replaceAll(`${BASE}/`, "");
    const resources: JsonObject[] = JSON.parse(text);
    return resources.map((each) => foldDocument(type, each));
  };
  return { groups, users, made, number, seen };
}

const operator = fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");

/** Filters on a membership attribute, whose values are among the given ids and names. */
function filtersOn(list: "members" | "groups", ids: readonly string[]): fc.Arbitrary<Filter> {
  const paths = ["value", "display", "type", "$ref"];
  const refs = ids.flatMap((id) => [
    `${BASE}/Users/${id}`,
    `Users/${id}`,
    `../Groups/${id}`,
    `/scim/v2/Groups/${id}`,
  ]);
  const value = fc.constantFrom(
    ...ids,
    ...refs,
    ...NAMES,
    ...NAMES.map((name) => `${name}g`),
    ...["User", "group", "direct", "Direct", "https", "Users/", "0", "a", "z".repeat(200)],
  );
  const compare = (path: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
    fc.record({ kind: fc.constant("compare"), path, operator, value });
  const present = (path: fc.Arbitrary<AttributePath>): fc.Arbitrary<Filter> =>
    fc.record({ kind: fc.constant("present"), path });
  const outer = fc.constantFrom<AttributePath>(
    { attribute: list },
    ...paths.map((subAttribute) => ({ attribute: list, subAttribute })),
  );
  const inner = fc.constantFrom<AttributePath>(...paths.map((attribute) => ({ attribute })));
  const others = fc.constantFrom<AttributePath>({ attribute: "displayName" }, { attribute: "id" });
  const some: fc.Arbitrary<Filter> = fc.record({
    kind: fc.constant("some"),
    path: fc.constant({ attribute: list }),
    filter: combined(combined(fc.oneof(compare(inner), present(inner)))),
  });
  return combined(
    combined(fc.oneof(compare(outer), some, present(outer), compare(others), present(others))),
  );
}

function combined(inner: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: inner },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("and", "or"), filters: several }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("not"), filter: inner }) },
  );
}

test("a filter on members or groups finds in SQL what it matches in memory, as it is shown", async () => {
  const { number, seen, users, made } = await directory();
  const ids = [...users.slice(0, 4), ...made.slice(0, 4)];
  const scope = { kind: "connector", connectorId: number } as const;
  const page = { start: { kind: "offset", offset: 0 }, count: 1_000 } as const;
  let found = 0;

  for (const [type, list] of [[GROUP, "members"] as const, [USER, "groups"] as const]) {
    const resources = await seen(type);
    await fc.assert(
      fc.asyncProperty(filtersOn(list, ids), async (filter) => {
        const resolved = withAddresses(resolveFilter(type, parseFilter(printFilter(filter))), BASE);
        const inMemory = resources.filter((each) => matchesFilter(resolved, each));
        const wanted = inMemory.map(({ id }) => id);
        const scanned = await runQuery(
          env.DB,
          scannedMatches(env.DB, scope, type.name, resolved, page, CREATION_ORDER),
          TEST_CLOCK,
        );
        expect(scanned?.records.map(({ id }) => id)).toEqual(wanted);
        found += wanted.length;
        if (!hasIndexedTerm(resolved)) return;
        const indexed = await runQuery(
          env.DB,
          indexedMatches(env.DB, scope, type.name, resolved, 1_000),
          TEST_CLOCK,
        );
        expect(indexed).toMatchObject({ isComplete: true });
        expect(indexed.records.map(({ id }) => id)).toEqual(wanted);
      }),
      { numRuns: 300 },
    );
  }
  expect(found).toBeGreaterThan(500);
});

/** Ada and Bob in Staff, the group Staff and Cyd in All, and nobody in None. */
async function company() {
  const groups = await openGroups(gateway);
  const ada = await groups.user({ userName: "ada@example.com", displayName: "Ada Lovelace" });
  const bob = await groups.user({ userName: "Bob@example.com" });
  const cyd = await groups.user({ userName: "cyd@example.com", displayName: "Cyd" });
  const named = async (displayName: string, ...ids: readonly string[]) =>
    (await groups.post(aGroup({ displayName, members: listOf(ids) }))).body.id as string;
  const staff = await named("Staff", ada, bob);
  await named("All", staff, cyd);
  await named("None");
  const names = { ADA: ada, BOB: bob, CYD: cyd, STAFF: staff };
  const filled = (text: string) =>
    text.replaceAll(/\b(?:ADA|BOB|CYD|STAFF)\b/g, (name) => Object(names)[name]);
  return { groups, filled, names };
}

type Company = Awaited<ReturnType<typeof company>>;

/** The displayNames that a search finds, asked for in every way there is. */
async function foundIn({ groups, filled }: Company, endpoint: string, text: string) {
  const filter = filled(text);
  const { client } = groups;
  const answers = [
    await client.call(`${endpoint}${filterQuery(filter)}`),
    await client.call(`${endpoint}${filterQuery(filter)}&sortBy=displayName`),
    await client.call(`${endpoint}${filterQuery(filter)}&attributes=displayName,userName`),
    await client.call(`${endpoint}/.search`, { body: { filter } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const found = answers.map(({ body }) =>
    body.Resources.map(
      ({ displayName, userName }: Record<string, string>) => displayName ?? userName,
    ).sort(),
  );
  expect(found).toEqual(found.map(() => found[0]));
  return found[0].join(" ");
}

describe("a filter on members and groups over HTTP", () => {
  test("finds groups by their members", async () => {
    const here = await company();
    const expected: Readonly<Record<string, string>> = {
      'members.value eq "ADA"': "Staff",
      'members.value ne "ADA"': "All None",
      'members.value sw "0"': "All Staff",
      'members.value gt "0" and members.value co "-"': "All Staff",
      'members.display eq "ada LOVELACE"': "Staff",
      'members.display eq "bob@EXAMPLE.com"': "Staff",
      'members.display eq "ada@example.com"': "",
      'members.display sw "s"': "All",
      'members.display ew "LACE"': "Staff",
      'members.display co "y"': "All",
      'members.display ne "Cyd"': "None Staff",
      'members.type eq "Group"': "All",
      'members.type eq "user"': "All Staff",
      'not (members.type eq "user")': "None",
      "members pr": "All Staff",
      "members.display pr": "All Staff",
      "not (members pr)": "None",
      "members eq null": "None",
      [`members.$ref eq "${BASE}/Users/ADA"`]: "Staff",
      'members.$ref eq "Users/ADA"': "Staff",
      'members.$ref eq "/Users/ADA"': "Staff",
      'members.$ref eq "../Users/ADA"': "Staff",
      'members.$ref eq "/scim/v2/Users/ADA"': "Staff",
      'members.$ref eq "Groups/ADA"': "",
      'members.$ref eq "https://elsewhere.example.com/scim/v2/Users/ADA"': "",
      [`members.$ref sw "${BASE}/Groups/"`]: "All",
      'members.$ref sw "Groups/"': "All",
      'members.$ref sw "https://"': "All Staff",
      'members.$ref co "/Groups/"': "All",
      'members.$ref ew "CYD"': "All",
      'members[type eq "User" and display co "ada"]': "Staff",
      'members[type eq "Group" and display co "ada"]': "",
      'members[value eq "ADA" and type eq "User"]': "Staff",
      'members[value eq "ADA" and type eq "Group"]': "",
      'members[value eq "ADA" or value eq "CYD"]': "All Staff",
      'members[value eq "ADA" or display eq "cyd"]': "All Staff",
      'members[not (type eq "User")]': "All",
      "members[value pr]": "All Staff",
      'members.type eq "Group" and displayName eq "all"': "All",
      'members.display eq "Cyd" or displayName eq "none"': "All None",
      [`${CORE_GROUP}:members.display eq "cyd"`]: "All",
      'MEMBERS.DISPLAY EQ "cyd"': "All",
    };

    const found = Object.fromEntries(
      await Promise.all(
        Object.keys(expected).map(async (text) => [text, await foundIn(here, "/Groups", text)]),
      ),
    );

    expect(found).toEqual(expected);
  });

  test("finds users by their groups", async () => {
    const here = await company();
    const everybody = "Ada Lovelace Bob@example.com Cyd";
    const inStaff = "Ada Lovelace Bob@example.com";
    const expected: Readonly<Record<string, string>> = {
      'groups.value eq "STAFF"': inStaff,
      'groups.display eq "sTAFF"': inStaff,
      'groups.display ne "staff"': "Cyd",
      'groups.display sw "a"': "Cyd",
      'groups.display co "ff"': inStaff,
      'groups.type eq "direct"': everybody,
      'groups.type eq "indirect"': "",
      [`groups.$ref eq "${BASE}/Groups/STAFF"`]: inStaff,
      'groups.$ref eq "Groups/STAFF"': inStaff,
      'groups[display eq "Staff" and type eq "direct"]': inStaff,
      'groups[display eq "Staff" or display eq "all"]': everybody,
      'groups[value eq "STAFF" and display eq "All"]': "",
      'groups.display eq "Staff" and userName sw "ada"': "Ada Lovelace",
      'userName eq "bob@example.com" and groups.display eq "staff"': "Bob@example.com",
      'userName eq "bob@example.com" and groups.display co "ALL"': "",
      'groups.display eq "All" or userName sw "bob"': "Bob@example.com Cyd",
    };

    const found = Object.fromEntries(
      await Promise.all(
        Object.keys(expected).map(async (text) => [text, await foundIn(here, "/Users", text)]),
      ),
    );

    expect(found).toEqual(expected);
  });

  test("is unassigned on the other type in a search of both", async () => {
    const { groups, filled } = await company();
    const total = async (filter: string) =>
      (await groups.client.call("/.search", { body: { filter: filled(filter) } })).body
        .totalResults;

    expect(await total('members.display eq "Cyd"')).toBe(1);
    expect(await total('groups.display eq "staff" or members.type eq "Group"')).toBe(3);
    expect(await total('groups[display co "STA"] or members[$ref co "/Groups/"]')).toBe(3);
    expect(await total('members.display ne "Cyd"')).toBe(3 + 2);
  });

  test.each([
    'members.nosuch eq "x"',
    'members[nosuch eq "x"]',
    'members[members.value eq "x"]',
    "members.display eq 1",
    "members[]",
  ])("is refused: %s", async (filter) => {
    const { groups } = await company();

    expectScimError(await groups.find(filter), 400, "invalidFilter");
  });
});

describe("what a filter on members may cost", () => {
  const MANY = 5_000;
  const FULL = { limit: async () => ({ success: false }) };
  const limited = openGateway({ rateLimits: "on", bindings: { RATE_LIMIT_SCANS: FULL } });
  let groups: Awaited<ReturnType<typeof openGroups>>;
  let large: string;

  beforeAll(async () => {
    groups = await openGroups(gateway);
    await fillUsers(groups.client.id, MANY);
    large = await groups.group();
    await groups.group(filled.id(7));
    await fillMembers(large, MANY);
  });

  const found = (via: typeof gateway, text: string, type = "Groups") =>
    via.scim(
      `/${type}${filterQuery(text.replaceAll("LARGE", large))}&attributes=id`,
      groups.client,
    );

  test.each([
    ["Groups", 'members.display co "user7@"', 2],
    ["Groups", 'id eq "LARGE" and members.display eq "user7@example.com"', 1],
    ["Groups", `members.value eq "${filled.id(7)}" and members.display ew "nobody"`, 0],
    ["Users", 'groups.type eq "direct" and groups.display co "group"', MANY],
  ])("%s by %s is a scan, where there are many members", async (type, filter, total) => {
    const answer = await found(gateway, filter, type);
    const refused = await found(limited, filter, type);

    expect([answer.status, answer.body.totalResults]).toEqual([200, total]);
    expectScimError(refused, 429);
  });

  test.each([
    ["Groups", `members.value eq "${filled.id(7)}"`, 2],
    ["Groups", `members[value eq "${filled.id(7)}" and type eq "User"]`, 2],
    ["Groups", `members[value eq "${filled.id(7)}" or value eq "${filled.id(8)}"]`, 2],
    ["Groups", `id eq "LARGE" and members.value eq "${filled.id(7)}"`, 1],
    ["Groups", "members pr", 2],
    ["Users", `userName eq "${filled.userName(7)}" and groups.display co "group"`, 1],
    ["Users", 'groups.display eq "nobody"', 0],
  ])("%s by %s is none", async (type, filter, total) => {
    const answer = await found(limited, filter, type);

    expect([answer.status, answer.body.totalResults]).toEqual([200, total]);
    expect(answer.cost.rowsRead).toBeLessThan(200);
  });

  test("beyond the budget it is tooMany, and says what to narrow", async () => {
    const names = Array.from({ length: 10 }, (_, n) => `display co "x${n}"`).join(" or ");

    const byName = await found(gateway, `id eq "LARGE" and members[${names}]`);
    const byType = await found(gateway, 'id eq "LARGE" and members.type eq "Group"');
    const both = await groups.client.call("/.search", { body: { filter: `members[${names}]` } });

    for (const refused of [byName, both]) {
      expectScimError(refused, 400, "tooMany");
      expect(refused.body.detail).toMatch(/members\.value eq.*id or displayName/);
    }
    expect(byType.body.totalResults).toBe(0);
  });
});
