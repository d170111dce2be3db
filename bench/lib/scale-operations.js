import { createToken } from "../../src/credentials/token.ts";
import { filterPath } from "./operations.js";
import { bodyOf, person } from "./people.js";
import { PATCH_OP, patchMembers, sampled } from "./scale-world.js";

/**
 * One operation that has a budget (docs/storage.md). `prepare` makes what the calls of a round use up, unmeasured.
 *
 * @typedef {import("./client.js").Call} Call
 * @typedef {import("./scale-world.js").World} World
 * @typedef {object} ScaleOperation
 * @property {string} name
 * @property {(world: World, n: number, prepared: readonly string[]) => Call} callAt
 * @property {(world: World, tag: string, count: number) => Promise<readonly string[]>} [prepare]
 * @property {boolean} [isForApplications]
 * @property {string} [token]
 * @property {number} [rowsReadMax] its budget, where it may cost more with more users
 */

/** So many different users are there for each operation, at every size. */
export const SAMPLES = 96;

const PAGE = 100;
const UNKNOWN = await createToken();
/** The last character belongs to the checksum. */
const BAD_CHECKSUM = UNKNOWN.secret.slice(0, -1) + (UNKNOWN.secret.endsWith("0") ? "1" : "0");

/** Users who are only read, from the start of the directory on. */
const READ_FROM = 0;
/** Members of the large group. */
const MEMBER_FROM = 0.4;

/** @param {World} world @param {number} n */
const reader = (world, n) => sampled(world, READ_FROM, n, SAMPLES);

/** @type {readonly ScaleOperation[]} */
const READS = [
  { name: "GET user by id", callAt: (world, n) => userAt(reader(world, n)) },
  {
    name: "GET user who is in 1 group",
    callAt: (world, n) => userAt(sampled(world, MEMBER_FROM, n, SAMPLES)),
  },
  {
    name: "GET user by unknown id",
    callAt: (_, n) => ({ path: `/Users/${person.id(2 ** 40 + n)}`, status: 404 }),
  },
  ...["userName", "externalId", "emails.value"].flatMap(lookup),
  {
    name: "list of 100 from the start",
    callAt: () => ({ path: `/Users?startIndex=1&count=${PAGE}` }),
  },
  {
    name: "list of 100 by cursor",
    callAt: ({ cursor }) => ({ path: `/Users?cursor=${cursor}&count=${PAGE}` }),
  },
  {
    name: "list of 100 at 90 %",
    rowsReadMax: 5_500,
    callAt: ({ users }) => ({ path: `/Users?startIndex=${users * 0.9 + 1}&count=${PAGE}` }),
  },
  {
    name: "GET group without members",
    callAt: ({ groupId }) => ({ path: `/Groups/${groupId}?excludedAttributes=members` }),
  },
  {
    name: "is the user a member (Entra)",
    callAt: (world, n) => {
      const id = person.id(sampled(world, MEMBER_FROM, n, SAMPLES));
      const filter = `id eq "${world.groupId}" and members eq "${id}"`;
      return {
        path: `/Groups?excludedAttributes=members&filter=${encodeURIComponent(filter)}`,
      };
    },
  },
  {
    name: "page of 100 members (API for applications)",
    isForApplications: true,
    callAt: ({ connectorId, groupId }) => ({
      path: `/groups/${groupId}/members?connector=${connectorId}&limit=${PAGE}`,
    }),
  },
  {
    name: "401, unknown token",
    token: UNKNOWN.secret,
    callAt: (world, n) => ({ ...userAt(reader(world, n)), status: 401 }),
  },
  {
    name: "401, wrong checksum",
    token: BAD_CHECKSUM,
    callAt: (world, n) => ({ ...userAt(reader(world, n)), status: 401 }),
  },
];

/** @type {readonly ScaleOperation[]} */
const WRITES = [
  {
    name: "POST user",
    prepare: async (_, tag, count) =>
      Array.from({ length: count }, (_, n) => `new-${tag}-${n}@example.com`),
    callAt: (_, n, names) => postUser(String(names[n])),
  },
  {
    name: "POST user, 409",
    callAt: (world, n) => ({ ...postUser(person.userName(reader(world, n))), status: 409 }),
  },
  {
    name: "PATCH user, active",
    callAt: (world, n) => patchUser(sampled(world, 0.1, n, SAMPLES), { active: false }),
  },
  {
    name: "PATCH user, e-mail",
    callAt: (world, n) => {
      const number = sampled(world, 0.2, n, SAMPLES);
      return patchUser(number, { 'emails[type eq "work"].value': `moved${number}@example.com` });
    },
  },
  {
    name: "PUT user",
    callAt: (world, n) => {
      const number = sampled(world, 0.3, n, SAMPLES);
      const body = { ...bodyOf(person.userName(number)), title: "Lead" };
      return { method: "PUT", path: `/Users/${person.id(number)}`, body };
    },
  },
  {
    name: "add 1 member to the large group",
    callAt: (world, n) =>
      patchMembers(world.groupId, "add", [person.id(sampled(world, 0.5, n, SAMPLES))]),
  },
  {
    name: "remove 1 member of the large group",
    callAt: (world, n) =>
      patchMembers(world.groupId, "remove", [person.id(sampled(world, MEMBER_FROM, n, SAMPLES))]),
  },
  {
    name: "DELETE user in 0 groups",
    prepare: createUsers,
    callAt: (_, n, ids) => ({ method: "DELETE", path: `/Users/${ids[n]}`, status: 204 }),
  },
  {
    name: "DELETE user in 3 groups",
    prepare: createMembersOfThree,
    callAt: (_, n, ids) => ({ method: "DELETE", path: `/Users/${ids[n]}`, status: 204 }),
  },
];

/** What is measured, in this order: what changes users comes last. */
export const SCALE_OPERATIONS = [...READS, ...WRITES];

/**
 * A hit and a miss.
 *
 * @param {string} attribute
 * @returns {readonly ScaleOperation[]}
 */
function lookup(attribute) {
  const path = (/** @type {string} */ name) => {
    const value = attribute === "externalId" ? `ext-${name}` : name;
    return filterPath(value, attribute);
  };
  return [
    {
      name: `${attribute} eq, hit`,
      callAt: (world, n) => ({ path: path(person.userName(reader(world, n))) }),
    },
    { name: `${attribute} eq, miss`, callAt: (_, n) => ({ path: path(`nobody${n}@example.com`) }) },
  ];
}

/** @param {number} number @returns {Call} */
function userAt(number) {
  return { path: `/Users/${person.id(number)}` };
}

/** @param {string} userName @returns {Call} */
function postUser(userName) {
  return { method: "POST", path: "/Users", body: bodyOf(userName), status: 201 };
}

/** @param {number} number @param {Record<string, unknown>} value @returns {Call} */
function patchUser(number, value) {
  const body = { schemas: [PATCH_OP], Operations: [{ op: "replace", value }] };
  return { method: "PATCH", path: `/Users/${person.id(number)}`, body };
}

/** @type {NonNullable<ScaleOperation["prepare"]>} */
async function createUsers({ ask }, tag, count) {
  const ids = [];
  for (let n = 0; n < count; n += 1) {
    const { text } = await ask(postUser(`leaver-${tag}-${n}@example.com`));
    ids.push(String(JSON.parse(text).id));
  }
  return ids;
}

/** @type {NonNullable<ScaleOperation["prepare"]>} */
async function createMembersOfThree(world, tag, count) {
  const ids = await createUsers(world, `three-${tag}`, count);
  const members = ids.map((value) => ({ value }));
  for (const name of ["a", "b", "c"]) {
    const body = { displayName: `Group ${tag} ${name}`, members };
    await world.ask({ method: "POST", path: "/Groups", body, status: 201 });
  }
  return ids;
}
