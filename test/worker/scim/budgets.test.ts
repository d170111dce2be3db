import { beforeAll, describe, expect, test } from "vitest";
import { createToken } from "#credentials/token.ts";
import type { Cost } from "#test/support/d1/counting-d1.ts";
import { filled, fillUsers } from "#test/support/fill.ts";
import {
  aPatch,
  aUser,
  filterQuery,
  openGateway,
  type TestConnector,
} from "#test/support/gateway.ts";

/** The most an operation may cost, its deferred log row apart (docs/storage.md, "Budgets"). */
interface Budget {
  readonly roundTrips: number;
  readonly rowsRead: number;
  readonly rowsWritten: number;
}

const LOOKUP: Budget = { roundTrips: 1, rowsRead: 6, rowsWritten: 0 };
const LIST: Budget = { roundTrips: 1, rowsRead: 205, rowsWritten: 0 };
const DEEP_LIST: Budget = { roundTrips: 1, rowsRead: 5_500, rowsWritten: 0 };
const CREATE: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 13 };
const CREATE_WITH_EMAIL: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 15 };
const REFUSED: Budget = { roundTrips: 2, rowsRead: 8, rowsWritten: 4 };
/** A write that is decided on what is remembered buys its round trip with a row read. */
const KNOWN_CREATE: Budget = { roundTrips: 1, rowsRead: 12, rowsWritten: 13 };
const KNOWN_CREATE_WITH_EMAIL: Budget = { roundTrips: 1, rowsRead: 13, rowsWritten: 15 };
const KNOWN_REFUSED: Budget = { roundTrips: 2, rowsRead: 9, rowsWritten: 4 };
const KNOWN_UPDATE: Budget = { roundTrips: 1, rowsRead: 12, rowsWritten: 8 };
const UPDATE: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 8 };
const UPDATE_KEY: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 9 };
const UPDATE_EMAIL: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 10 };
/** Where the brake counts, an active user's end writes a row more. */
const SWITCH_OFF: Budget = { roundTrips: 2, rowsRead: 20, rowsWritten: 9 };
const KNOWN_SWITCH_OFF: Budget = { ...SWITCH_OFF, roundTrips: 1 };
const DELETE: Budget = { roundTrips: 2, rowsRead: 12, rowsWritten: 8 };

const gateway = openGateway();
const connectors = new Map<number, TestConnector>();

describe.each([1_000, 100_000])("with %i users", (count) => {
  beforeAll(async () => {
    const connector = await gateway.connector();
    await fillUsers(connector.id, count);
    connectors.set(count, connector);
  });

  const scim = (path: string, request: { method?: string; body?: unknown } = {}) =>
    gateway.scim(path, { token: connectors.get(count)?.token, ...request });

  test.each<[string, string, number]>([
    ["GET by id, hit", `/Users/${filled.id(77)}`, 200],
    ["GET by id, miss", `/Users/${crypto.randomUUID()}`, 404],
    ["filter userName, hit", `/Users${filterQuery(`userName eq "${filled.userName(5)}"`)}`, 200],
    ["filter userName, miss", `/Users${filterQuery('userName eq "nobody"')}`, 200],
    ["filter id, hit", `/Users${filterQuery(`id eq "${filled.id(5)}"`)}`, 200],
    [
      "filter externalId, hit",
      `/Users${filterQuery(`externalId eq "${filled.externalId(9)}"`)}`,
      200,
    ],
    ["filter externalId, miss", `/Users${filterQuery('externalId eq "none"')}`, 200],
    [
      "filter emails.value, hit",
      `/Users${filterQuery(`emails.value eq "${filled.email(3)}"`)}`,
      200,
    ],
    ["filter emails.value, miss", `/Users${filterQuery('emails.value eq "none"')}`, 200],
    [
      "filter typed e-mail, hit",
      `/Users${filterQuery(`emails[type eq "work"].value eq "${filled.email(3)}"`)}`,
      200,
    ],
    [
      "filter two keys, hit",
      `/Users${filterQuery(`id eq "${filled.id(4)}" and userName eq "${filled.userName(4)}"`)}`,
      200,
    ],
  ])("%s keeps the budget of a lookup", async (_name, path, status) => {
    const answer = await scim(path);

    expect(answer.status).toBe(status);
    expect(excess(answer.cost, LOOKUP)).toEqual([]);
  });

  test("a userName prefix is read through the index", async () => {
    const answer = await scim(`/Users${filterQuery('userName sw "user99"', { count: "5" })}`);

    expect(answer.body.Resources).toHaveLength(5);
    expect(answer.cost.rowsRead).toBeLessThan(count / 8);
  });

  test("a list from the start keeps its budget and is exact", async () => {
    const answer = await scim("/Users?count=100");

    expect(answer.body.itemsPerPage).toBe(100);
    expect(answer.body.totalResults).toBeGreaterThanOrEqual(count - 1);
    expect(excess(answer.cost, LIST)).toEqual([]);
  });

  test.each([0.3, 0.5, 0.9])("a list at %d of the directory keeps its budget", async (part) => {
    const answer = await scim(`/Users?count=100&startIndex=${count * part + 1}`);

    expect(answer.body.Resources[0].id).toBe(filled.id(count * part));
    expect(excess(answer.cost, DEEP_LIST)).toEqual([]);
  });

  describe.each([
    ["nothing", CREATE, CREATE_WITH_EMAIL, REFUSED],
    ["the caller", KNOWN_CREATE, KNOWN_CREATE_WITH_EMAIL, KNOWN_REFUSED],
  ])("to an isolate that knows %s", (known, created, createdWithEmail, refused) => {
    const post = async (body: object) => {
      const isolate = openGateway();
      const { token } = connectors.get(count) ?? {};
      if (known === "the caller") await isolate.scim("/Users?count=0", { token });
      return await isolate.scim("/Users", { token, body });
    };

    test("POST keeps its budget", async () => {
      const answer = await post(aUser({ externalId: `new-${known}` }));

      expect(answer.status).toBe(201);
      expect(excess(answer.cost, created)).toEqual([]);
    });

    test("POST with an e-mail keeps its budget", async () => {
      const answer = await post(aUser({ emails: [{ value: "a@b.c", type: "work" }] }));

      expect(answer.status).toBe(201);
      expect(excess(answer.cost, createdWithEmail)).toEqual([]);
    });

    test("POST refused with 409 keeps its budget", async () => {
      const body = { userName: filled.userName(8), externalId: filled.externalId(8) };

      const answer = await post(aUser(body));

      expect(answer.status).toBe(409);
      expect(excess(answer.cost, refused)).toEqual([]);
    });
  });

  test.each([
    ["title", 25, KNOWN_UPDATE, "Dr"],
    ["active", 24, KNOWN_SWITCH_OFF, false],
  ] as const)(
    "PATCH %s of a user who was just read keeps its budget",
    async (attribute, n, budget, value) => {
      const path = `/Users/${filled.id(n)}`;
      await scim(path);
      const body = aPatch({ op: "replace", path: attribute, value });

      const answer = await scim(path, { method: "PATCH", body });

      expect(answer.status).toBe(200);
      expect(excess(answer.cost, budget)).toEqual([]);
    },
  );

  test.each([
    ["PATCH active", 20, SWITCH_OFF, { op: "replace", path: "active", value: false }],
    ["PATCH userName", 21, UPDATE_KEY, { op: "replace", path: "userName", value: "renamed" }],
    ["PATCH externalId", 22, UPDATE_KEY, { op: "replace", path: "externalId", value: "other" }],
    [
      "PATCH an e-mail",
      23,
      UPDATE_EMAIL,
      { op: "replace", path: 'emails[type eq "work"].value', value: "new@example.com" },
    ],
  ])("%s keeps its budget", async (_name, n, budget, operation) => {
    const answer = await scim(`/Users/${filled.id(n)}`, {
      method: "PATCH",
      body: aPatch(operation),
    });

    expect(answer.status).toBe(200);
    expect(excess(answer.cost, budget)).toEqual([]);
  });

  test("PUT keeps its budget", async () => {
    const body = {
      userName: filled.userName(30),
      externalId: filled.externalId(30),
      displayName: "Thirty",
      emails: [{ value: filled.email(30), type: "work" }],
    };

    const answer = await scim(`/Users/${filled.id(30)}`, { method: "PUT", body });

    expect(answer.status).toBe(200);
    expect(excess(answer.cost, UPDATE)).toEqual([]);
  });

  test.each([
    ["alert", 40, SWITCH_OFF],
    ["hold", 41, SWITCH_OFF],
    ["off", 42, DELETE],
  ] as const)("DELETE keeps its budget, with the brake at %s", async (mode, n, budget) => {
    const { id } = connectors.get(count) ?? {};
    const body = { settings: { brake: { mode } } };
    await gateway.admin(`/connectors/${id}`, { method: "PATCH", body });

    const answer = await scim(`/Users/${filled.id(n)}`, { method: "DELETE" });

    expect(answer.status).toBe(204);
    expect(excess(answer.cost, budget)).toEqual([]);
  });

  test("an unknown token costs one row at most, one with a wrong checksum nothing", async () => {
    const { secret } = await createToken();

    const unknown = await gateway.scim("/Users", { token: secret });
    const misspelt = await gateway.scim("/Users", { token: `${secret.slice(0, -1)}!` });

    expect([unknown.status, misspelt.status]).toEqual([401, 401]);
    expect(excess(unknown.cost, { roundTrips: 1, rowsRead: 1, rowsWritten: 0 })).toEqual([]);
    expect(misspelt.cost).toEqual({ roundTrips: 0, rowsRead: 0, rowsWritten: 0 });
  });
});

/** What a cost has beyond its budget, in words; empty when it keeps it. */
function excess(cost: Cost, budget: Budget): string[] {
  const names = ["roundTrips", "rowsRead", "rowsWritten"] as const;
  return names
    .filter((name) => cost[name] > budget[name])
    .map((name) => `${name} ${cost[name]} > ${budget[name]}`);
}
