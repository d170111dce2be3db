import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { JsonObject } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { keyText } from "#scim/resource/key.ts";
import { replacedRecord } from "#scim/resource/record.ts";
import { USER } from "#scim/schema/registry.ts";
import { commitChanges } from "#store/commit/commit.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { resourcesByKeys } from "#store/directory/lookup.ts";
import { runQuery } from "#store/query.ts";
import { anEvent } from "#test/support/bridge/events.ts";
import { contradictions } from "#test/support/consistency.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";
import { TEST_CLOCK } from "#test/support/gateway.ts";
import { connectorNumber, storeUser } from "#test/support/scim/stored-user.ts";

const NAMES = ["ada", "bob", "cleo", "dan"];

/** A connector with users who are named, and known at the provider, as NAMES says. */
async function aConnector(): Promise<{ number: ConnectorId; users: readonly ResourceRecord[] }> {
  const number = await connectorNumber();
  for (const [n, name] of NAMES.entries()) {
    await storeUser(number, USER, n, { ...schemas, userName: name, externalId: `x-${name}` });
  }
  return { number, users: await usersOf(number, NAMES) };
}

const schemas = { schemas: [USER.schema.id] };

async function usersOf(number: ConnectorId, names: readonly string[]) {
  const keys = names.map((value) => ({ key: "name" as const, value }));
  const scope = { kind: "connector" as const, connectorId: number };
  const query = resourcesByKeys(env.DB, scope, "User", keys);
  const found = await runQuery(env.DB, query, TEST_CLOCK);
  return keys.flatMap((key) => found.get(keyText(key)) ?? []);
}

/** The users of the connector's updates in the change feed, one entry for each update. */
async function updatedIds(number: ConnectorId): Promise<readonly unknown[]> {
  const text = "SELECT resource_id FROM changes WHERE connector_id = ?1 AND type = 'user.updated'";
  const { results } = await env.DB.prepare(text).bind(number).all();
  return results.map(({ resource_id }) => resource_id).sort();
}

/** Gives users other attributes in one write. */
function change(
  number: ConnectorId,
  users: readonly (readonly [ResourceRecord | undefined, JsonObject])[],
  db: Database = env.DB,
) {
  const at = Date.now();
  const changes = users.flatMap(([before, members]) => {
    if (before === undefined) return [];
    const after = replacedRecord(USER, before, { ...documentOf(before), ...members }, at);
    const change = { kind: "update" as const, before, after };
    return [{ change, type: USER, event: anEvent({ resourceId: before.id }) }];
  });
  const options = { allowDuplicateGroupNames: false, uniqueExternalId: false };
  const write = { changes, credentialHash: undefined, at, ...options };
  return commitChanges(db, number, write, TEST_CLOCK);
}

test.each([
  ["two users swap names", { ada: "bob", bob: "ada" }],
  ["three users rotate names", { ada: "bob", bob: "cleo", cleo: "ada" }],
  ["a chain of names moves on", { ada: "bob", bob: "cleo", cleo: "eve" }],
  ["a chain of names moves on, listed from its end", { cleo: "eve", bob: "cleo", ada: "bob" }],
  ["two pairs swap names", { ada: "bob", cleo: "dan", bob: "ada", dan: "cleo" }],
])("in one write %s, each with one change event", async (_, moves) => {
  const { number, users } = await aConnector();
  const moved = Object.entries(moves).map(([from, to]) => {
    const user = users[NAMES.indexOf(from)];
    return { user, to };
  });

  const outcome = await change(
    number,
    moved.map(({ user, to }) => [user, { userName: to }]),
  );

  const renamed = await usersOf(
    number,
    moved.map(({ to }) => to),
  );
  expect(outcome.kind).toBe("committed");
  expect(renamed.map(({ id }) => id)).toEqual(moved.map(({ user }) => user?.id));
  expect(await updatedIds(number)).toEqual(renamed.map(({ id }) => id).sort());
  expect(await contradictions()).toEqual([]);
});

test("in one write two users swap externalIds", async () => {
  const { number, users } = await aConnector();
  const [ada, bob] = users;

  const outcome = await change(number, [
    [ada, { externalId: "x-bob" }],
    [bob, { externalId: "x-ada" }],
  ]);

  const after = await usersOf(number, ["ada", "bob"]);
  expect(outcome.kind).toBe("committed");
  expect(after.map((user) => documentOf(user).externalId)).toEqual(["x-bob", "x-ada"]);
});

test("a name that an unchanged user holds is still refused, and nothing is stored", async () => {
  const { number, users } = await aConnector();
  const [ada, bob] = users;

  const outcome = await change(number, [
    [ada, { userName: "bob" }],
    [bob, { userName: "cleo" }],
  ]);

  expect(outcome).toEqual({ kind: "uniqueness", key: "name" });
  expect((await usersOf(number, NAMES)).map(({ id }) => id)).toEqual(users.map(({ id }) => id));
});

test("renames that do not overlap cost no row more than they did", async () => {
  const { number, users } = await aConnector();
  const [ada, bob, cleo, dan] = users;
  const costOf = async (
    ...moves: readonly (readonly [ResourceRecord | undefined, JsonObject])[]
  ) => {
    const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
    await change(number, moves, countingDatabase(env.DB, cost));
    return cost.rowsWritten;
  };

  const apart = await costOf([ada, { userName: "x" }], [bob, { userName: "y" }]);
  const swapped = await costOf([cleo, { userName: "dan" }], [dan, { userName: "cleo" }]);

  // Parking writes each row and its name's index once more.
  expect(swapped - apart).toBe(4);
});
