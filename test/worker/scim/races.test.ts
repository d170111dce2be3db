import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, aUser, filterQuery, openGateway } from "#test/support/gateway.ts";

// Contention repeats round trips on purpose, and its pauses are what lets rivals through.
const gateway = openGateway({
  roundTripsMax: 30,
  clock: { sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
});

const PAIRS = 1_000;
const PAIRS_AT_ONCE = 25;

test("of two simultaneous POSTs of one userName exactly one answers 201, the other 409", async () => {
  const { token } = await gateway.connector();
  const pair = async () => {
    const body = aUser();
    const answers = await Promise.all([
      gateway.scim("/Users", { token, body }),
      gateway.scim("/Users", { token, body: { ...body, userName: body.userName.toUpperCase() } }),
    ]);
    return answers.map(({ status }) => status).sort();
  };

  const outcomes = await inGroups(PAIRS, PAIRS_AT_ONCE, pair);

  expect(outcomes.filter((statuses) => statuses.join() !== "201,409")).toEqual([]);
  const list = await gateway.scim("/Users?count=0", { token });
  expect(list.body.totalResults).toBe(PAIRS);
});

const PATCHES = 300;
const CLIENTS = 16;

test("of 300 PATCHes by 16 clients on one user none is lost", async () => {
  const { token } = await gateway.connector();
  const user = await gateway.scim("/Users", { token, body: aUser() });
  const path = `/Users/${user.body.id}`;
  const lists = ["emails", "phoneNumbers", "roles", "entitlements"];
  const pending = Array.from({ length: PATCHES }, (_, n) => ({
    op: "add",
    path: lists[n % lists.length],
    value: [{ value: `value-${n}` }],
  }));
  const client = async (): Promise<number[]> => {
    const operation = pending.pop();
    if (operation === undefined) return [];
    const answer = await gateway.scim(path, { token, method: "PATCH", body: aPatch(operation) });
    return [answer.status, ...(await client())];
  };

  const statuses = (await Promise.all(Array.from({ length: CLIENTS }, client))).flat();

  const { body } = await gateway.scim(path, { token });
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
  expect(lists.flatMap((name) => body[name])).toHaveLength(PATCHES);
  expect(body.meta.version).toBe(`W/"${PATCHES + 1}"`);
});

test("of six simultaneous POSTs after a deactivation one restores and the others are refused", async () => {
  const { token } = await gateway.connector();
  const body = aUser({ externalId: "e1" });
  const user = await gateway.scim("/Users", { token, body });
  const off = aPatch({ op: "replace", path: "active", value: false });
  await gateway.scim(`/Users/${user.body.id}`, { token, method: "PATCH", body: off });

  const answers = await Promise.all(
    Array.from({ length: 6 }, () => gateway.scim("/Users", { token, body })),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  expect(answers.find(({ status }) => status === 201)?.body.id).toBe(user.body.id);
});

test("simultaneous deletes of one user count it down once", async () => {
  const { id, token } = await gateway.connector();
  const user = await gateway.scim("/Users", { token, body: aUser() });
  await gateway.scim("/Users", { token, body: aUser({ userName: "stays" }) });

  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      gateway.scim(`/Users/${user.body.id}`, { token, method: "DELETE" }),
    ),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([204, ...Array(7).fill(404)]);
  const counted = await gateway.scim("/Users?count=0", { token });
  const found = await gateway.scim(`/Users${filterQuery('userName eq "stays"')}`, { token });
  expect([counted.body.totalResults, found.body.totalResults]).toEqual([1, 1]);
  const deletions = await env.DB.prepare(
    "SELECT count(*) AS n FROM changes JOIN connectors ON number = connector_id WHERE id = ? AND type = 'user.deleted'",
  )
    .bind(id)
    .first("n");
  expect(deletions).toBe(1);
  expect(await contradictions()).toEqual([]);
});

/** Runs so many tasks, so many at a time. */
async function inGroups<T>(count: number, atOnce: number, task: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  while (results.length < count) {
    results.push(...(await Promise.all(Array.from({ length: atOnce }, task))));
  }
  return results;
}
