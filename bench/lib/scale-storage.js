import { setTimeout as sleep } from "node:timers/promises";
import { rowsOf, storageOf } from "./database-file.js";
import { filterPath } from "./operations.js";
import { bodyOf, person } from "./people.js";
import { PATCH_OP, patchMembers } from "./scale-world.js";

/**
 * What one request of a kind leaves in the event log and in the change feed, in bytes of the file.
 *
 * @typedef {import("./scale-world.js").World} World
 * @typedef {{ name: string, callAt: (world: World, n: number) => import("./client.js").Call }} Kind
 * @typedef {{ name: string, event: number, change: number }} Growth
 * @typedef {{ user: number, member: number, memberChange: number }} Sizes
 */

/** So many rows that a page more or less does not show; so many users are in no group at any size. */
const CALLS = 400;
/** The log of a read is written a quarter of a second later. */
const LOG_POLL_MS = 50;

/** @type {readonly Kind[]} */
const KINDS = [
  { name: "GET user by id", callAt: (_, n) => ({ path: `/Users/${person.id(n)}` }) },
  { name: "userName eq, hit", callAt: (_, n) => ({ path: filterPath(person.userName(n)) }) },
  { name: "userName eq, miss", callAt: (_, n) => ({ path: filterPath(`nobody${n}@example.com`) }) },
  { name: "list of 100", callAt: () => ({ path: "/Users?startIndex=1&count=100" }) },
  {
    name: "GET group without members",
    callAt: ({ groupId }) => ({ path: `/Groups/${groupId}?excludedAttributes=members` }),
  },
  {
    name: "POST user",
    callAt: (_, n) => post(`grown-${n}@example.com`, 201),
  },
  { name: "POST user, 409", callAt: ({ users }, n) => post(person.userName(users / 2 + n), 409) },
  {
    name: "PATCH user, one attribute",
    callAt: (_, n) => ({
      method: "PATCH",
      path: `/Users/${person.id(n)}`,
      body: { schemas: [PATCH_OP], Operations: [{ op: "replace", value: { title: `Lead ${n}` } }] },
    }),
  },
  {
    name: "PUT user",
    callAt: (_, n) => ({
      method: "PUT",
      path: `/Users/${person.id(n)}`,
      body: { ...bodyOf(person.userName(n)), title: `Head ${n}` },
    }),
  },
  {
    name: "add 1 member",
    callAt: ({ groupId }, n) => patchMembers(groupId, "add", [person.id(n)]),
  },
];

/**
 * What a user and a membership take, with all their indexes.
 *
 * @param {World} world
 * @returns {Sizes}
 */
export function sizesOf({ users, members, usersStorage, membersStorage }) {
  const names = ["resources", "resource_values", "resource_blocks"];
  const userBytes = names.map((name) => usersStorage.tables.get(name) ?? 0);
  const grown = (/** @type {string} */ name) =>
    ((membersStorage.tables.get(name) ?? 0) - (usersStorage.tables.get(name) ?? 0)) / members;
  return {
    user: userBytes.reduce((sum, bytes) => sum + bytes, 0) / users,
    member: grown("group_members"),
    memberChange: grown("changes"),
  };
}

/**
 * Sends 400 requests of each kind and looks what they left.
 *
 * @param {World} world with 1,000 users or more
 * @returns {Promise<readonly Growth[]>}
 */
export async function measureGrowth(world) {
  const growths = [];
  for (const { name, callAt } of KINDS) {
    const logged = rowsOf(world.folder, "events");
    const before = storageOf(world.folder);
    for (let n = 0; n < CALLS; n += 1) await world.ask(callAt(world, n));
    while (rowsOf(world.folder, "events") < logged + CALLS) await sleep(LOG_POLL_MS);
    const after = storageOf(world.folder);
    const grown = (/** @type {string} */ table) =>
      ((after.tables.get(table) ?? 0) - (before.tables.get(table) ?? 0)) / CALLS;
    growths.push({ name, event: grown("events"), change: grown("changes") });
  }
  return growths;
}

/** @param {string} userName @param {number} status */
function post(userName, status) {
  return { method: "POST", path: "/Users", body: bodyOf(userName), status };
}
