import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { aPatch, openGateway } from "#test/support/gateway.ts";
import {
  adding,
  aGroup,
  changesOf,
  listOf,
  openGroups,
  removing,
} from "#test/support/scim/groups.ts";

/** Longer than any pause between rivals at first, shorter than the log waits for neighbours. */
const SLEEP_MS_MAX = 50;

// Contention repeats round trips on purpose, and its pauses are what lets rivals through.
const gateway = openGateway({
  roundTripsMax: 40,
  clock: {
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, SLEEP_MS_MAX))),
  },
});

const CLIENTS = 16;
const EACH = 6;

/** Each of 16 clients does its tasks one after the other; all clients at once. */
async function inParallel<T>(task: (client: number, n: number) => Promise<T>): Promise<T[]> {
  const client = async (at: number) => {
    const results: T[] = [];
    for (let n = 0; n < EACH; n += 1) results.push(await task(at, n));
    return results;
  };
  return (await Promise.all(Array.from({ length: CLIENTS }, (_, at) => client(at)))).flat();
}

test("of 96 PATCHes by 16 clients that add and remove different members none is lost", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(CLIENTS * EACH);
  const userOf = (client: number, n: number) => users[client * EACH + n] ?? "";
  const leaving = users.filter((_, at) => at % 2 === 0);
  const id = await groups.group(...leaving);

  const answers = await inParallel((client, n) => {
    const user = userOf(client, n);
    return groups.patch(id, aPatch(leaving.includes(user) ? removing(user) : adding(user)));
  });

  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(await groups.membersOf(id)).toEqual(users.filter((_, at) => at % 2 === 1).sort());
  expect((await groups.get(id)).body.meta.version).toBe(`W/"${CLIENTS * EACH + 1}"`);
  expect(await contradictions()).toEqual([]);
});

test("changes of members and renames at once lose neither", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(CLIENTS);
  const id = await groups.group();
  const rename = { op: "replace", path: "displayName", value: "Renamed" };

  const answers = await Promise.all([
    ...users.map((user) => groups.patch(id, aPatch(adding(user)))),
    groups.patch(id, aPatch(rename)),
    groups.patch(id, aPatch({ op: "add", path: "externalId", value: "g1" })),
  ]);

  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(await groups.membersOf(id)).toEqual([...users].sort());
  expect((await groups.get(id)).body).toMatchObject({ displayName: "Renamed", externalId: "g1" });
});

test("one member added by 16 clients at once joins once", async () => {
  const groups = await openGroups(gateway);
  const [ada = ""] = await groups.users(1);
  const id = await groups.group();

  const answers = await Promise.all(
    Array.from({ length: CLIENTS }, () => groups.patch(id, aPatch(adding(ada)))),
  );

  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(await groups.membersOf(id)).toEqual([ada]);
  expect((await changesOf(id)).filter((line) => line.endsWith(ada))).toHaveLength(1);
});

test("of 16 PATCHes with If-Match of one version exactly one goes through", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(CLIENTS);
  const id = await groups.group();
  const headers = { "If-Match": 'W/"1"' };

  const answers = await Promise.all(
    users.map((user) => groups.patch(id, aPatch(adding(user)), headers)),
  );

  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([204, ...Array(CLIENTS - 1).fill(412)]);
  expect(await groups.membersOf(id)).toHaveLength(1);
});

test("of PUTs at once the last one's members are the group's, and no others", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(6);
  const pairs = [users.slice(0, 2), users.slice(2, 4), users.slice(4, 6)];
  const id = await groups.group();

  const answers = await Promise.all(
    pairs.map((members) => groups.put(id, aGroup({ members: listOf(members) }))),
  );

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(pairs.map((pair) => [...pair].sort())).toContainEqual(await groups.membersOf(id));
});

test("of six POSTs of one displayName exactly one answers 201, the others 409", async () => {
  const groups = await openGroups(gateway);

  const answers = await Promise.all(
    Array.from({ length: 6 }, () => groups.post(aGroup({ displayName: "Staff" }))),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
});

test("users deleted while they are being added are in no group", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(CLIENTS);
  const id = await groups.group();

  const answers = await Promise.all(
    users.flatMap((user) => [groups.patch(id, aPatch(adding(user))), groups.client.remove(user)]),
  );

  expect(answers.filter(({ status }) => status !== 204)).toEqual([]);
  expect(await groups.membersOf(id)).toEqual([]);
  expect(await contradictions()).toEqual([]);
});

test("a group deleted while members are being added is gone with all of them", async () => {
  const groups = await openGroups(gateway);
  const users = await groups.users(CLIENTS);
  const id = await groups.group();

  const answers = await Promise.all([
    ...users.map((user) => groups.patch(id, aPatch(adding(user)))),
    groups.remove(id),
  ]);

  expect(answers.filter(({ status }) => status !== 204 && status !== 404)).toEqual([]);
  expect((await groups.get(id)).status).toBe(404);
  expect(await contradictions()).toEqual([]);
});
