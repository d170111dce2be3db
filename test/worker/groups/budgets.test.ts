import { beforeAll, describe, expect, test } from "vitest";
import type { Cost } from "#test/support/d1/counting-d1.ts";
import { filled, fillMembers, fillUsers } from "#test/support/fill.ts";
import { aPatch, filterQuery, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  type GroupClient,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

// The budgets of groups (docs/storage.md), on one group of 100,000 members. Without safety k members
// would cost some 3k + 12 rows read; the bounds here are what was measured. Safety costs the rest, for each
// member: the insert looks once more whether the member is still there, the trigger that writes the
// change row reads the group's version, and SQLite counts a row of json_each twice.

const MEMBERS = 100_000;
const OTHERS = 1_000;

const gateway = openGateway();
let groups: GroupClient;
let large: string;
let nextOther = MEMBERS;

beforeAll(async () => {
  groups = await openGroups(gateway);
  await fillUsers(groups.client.id, MEMBERS + OTHERS);
  large = await groups.group();
  await fillMembers(large, MEMBERS);
});

/** So many users whom no test has used yet, and who are in no group. */
function others(count: number): readonly string[] {
  nextOther += count;
  return Array.from({ length: count }, (_, n) => filled.id(nextOther - count + n));
}

/** What a cost has beyond its budget, in words; empty when it keeps it. */
function excess(cost: Cost, roundTrips: number, rowsRead: number, rowsWritten: number): string[] {
  const budget: Cost = { roundTrips, rowsRead, rowsWritten };
  const names = ["roundTrips", "rowsRead", "rowsWritten"] as const;
  return names
    .filter((name) => cost[name] > budget[name])
    .map((name) => `${name} ${cost[name]} > ${budget[name]}`);
}

describe("a group of 100,000 members", () => {
  test("takes one more member", async () => {
    const answer = await groups.patch(large, aPatch(adding(...others(1))));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 15, 12)).toEqual([]);
  });

  test.each([2, 10, 50])("takes %d more members", async (k) => {
    const answer = await groups.patch(large, aPatch(adding(...others(k))));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 7 * k + 10, 4 * k + 8)).toEqual([]);
  });

  test("loses one member", async () => {
    const answer = await groups.patch(large, aPatch(removing(filled.id(50_000))));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 16, 12)).toEqual([]);
  });

  test.each([2, 10, 50])("loses %d members", async (k) => {
    const value = listOf(Array.from({ length: k }, (_, n) => filled.id(1_000 * k + n)));

    const answer = await groups.patch(large, aPatch({ op: "remove", path: "members", value }));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 10 * k + 10, 4 * k + 8)).toEqual([]);
  });

  test("is told of members who are there already", async () => {
    const members = Array.from({ length: 50 }, (_, n) => filled.id(n));

    const answer = await groups.patch(large, aPatch(adding(...members)));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 4 * 50 + 6, 3)).toEqual([]);
  });

  test("is renamed", async () => {
    const rename = { op: "replace", value: { id: large, displayName: "Large" } };

    const answer = await groups.patch(large, aPatch(rename));

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, 2, 9, 8)).toEqual([]);
  });

  test.each([
    ["by id", () => `/${large}?excludedAttributes=members`, 4],
    ["in a list", () => "?excludedAttributes=members", 10],
    ["by its name", () => aSearch('displayName eq "Large"'), 6],
    [
      "by id and member (Entra)",
      () => aSearch(`id eq "${large}" and members eq "${filled.id(5)}"`),
      8,
    ],
    ["by member", () => aSearch(`members.value eq "${filled.id(5)}"`), 8],
  ])("is found %s without a look at its members", async (_what, path, rowsRead) => {
    const answer = await groups.client.call(`/Groups${path()}`);

    expect(answer.status).toBe(200);
    expect(excess(answer.cost, 1, rowsRead, 0)).toEqual([]);
  });
});

function aSearch(filter: string): string {
  return filterQuery(filter, { excludedAttributes: "members" });
}

test("a member that nobody knows costs no walk over 100,000 users", async () => {
  const id = await groups.group();

  const answer = await groups.patch(id, aPatch(adding("nobody")));

  expect(answer.status).toBe(204);
  // The third round trip asks how many wait already.
  expect(excess(answer.cost, 3, 15, 12)).toEqual([]);
});

test("a page of members is one round trip, at two rows for each of them", async () => {
  const id = await groups.group();
  await fillMembers(id, 999);

  const answer = await groups.get(id);

  expect(answer.body.members).toHaveLength(999);
  expect(excess(answer.cost, 1, 2 * 999 + 6, 0)).toEqual([]);
});

describe.each([0, 1, 10])("a user in %d groups", (count) => {
  /** A user of that many groups. */
  async function aMember(): Promise<string> {
    const user = await groups.user();
    for (let n = 0; n < count; n += 1) await groups.group(user);
    return user;
  }

  test("is read", async () => {
    const answer = await groups.client.get(await aMember());

    expect(answer.body.groups ?? []).toHaveLength(count);
    expect(excess(answer.cost, 1, 6 + 2 * count, 0)).toEqual([]);
  });

  test("is deleted", async () => {
    const answer = await groups.client.remove(await aMember());

    expect(answer.status).toBe(204);
    // Each group left is looked up, moved on, and read once more for its change row: 14 rows. The brake counts
    // an active user's end: up to 8 rows read, and one written.
    expect(excess(answer.cost, 2, 13 + 8 + 14 * count, 8 + 1 + 6 * count)).toEqual([]);
  });
});

test("whether one user is in a group of 100,000 is asked of that membership alone", async () => {
  const inGroup = `id eq "${filled.id(7)}" and groups.value eq "${large}"`;

  const answer = await groups.client.call(`/Users${filterQuery(inGroup)}`);

  expect(answer.body.totalResults).toBe(1);
  expect(excess(answer.cost, 1, 12, 0)).toEqual([]);
});
