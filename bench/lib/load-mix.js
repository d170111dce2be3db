import { filterPath } from "./operations.js";
import { bodyOf } from "./people.js";
import { PATCH_OP, patchMembers } from "./scale-world.js";

/**
 * A request of the load: `learn` is told of the answer's body once it was answered as expected.
 *
 * @typedef {import("./client.js").Call} Call
 * @typedef {import("./load-world.js").Connector} Connector
 * @typedef {"read" | "PATCH" | "POST" | "PUT" | "member" | "list"} Kind
 * @typedef {{ kind: Kind, connector: Connector, call: Call & { status: number }, learn?: (body: any) => void }} LoadRequest
 * @typedef {() => number} Random from 0 to 1
 */

/** What identity providers send: of 20 requests so many of each kind. */
const DECK = /** @type {readonly Kind[]} */ ([
  ...Array(12).fill("read"),
  ...Array(3).fill("PATCH"),
  ...Array(2).fill("POST"),
  "PUT",
  "member",
  "list",
]);

/**
 * The requests of a load without end: the deck is shuffled again and again, the connectors take turns.
 *
 * @param {readonly Connector[]} connectors
 * @param {Random} random
 * @returns {Generator<LoadRequest, never, void>}
 */
export function* loadRequests(connectors, random) {
  for (let sent = 0; ; ) {
    for (const kind of shuffled(DECK, random)) {
      const connector = connectors[sent % connectors.length];
      if (connector === undefined) throw new Error("There is no connector.");
      yield requestOf(kind, connector, random, sent);
      sent += 1;
    }
  }
}

/**
 * @param {Kind} kind
 * @param {Connector} connector
 * @param {Random} random
 * @param {number} n
 * @returns {LoadRequest}
 */
function requestOf(kind, connector, random, n) {
  const user = pick(connector.users, random);
  const groupId = pick(connector.groupIds, random);
  switch (kind) {
    case "read":
      return { kind, connector, call: { path: readPath(connector, random, n), status: 200 } };
    case "PATCH": {
      const value = random() < 0.3 ? { active: random() < 0.5 } : { title: `Title ${n}` };
      const body = { schemas: [PATCH_OP], Operations: [{ op: "replace", value }] };
      return {
        kind,
        connector,
        call: { method: kind, path: `/Users/${user.id}`, body, status: 200 },
      };
    }
    case "POST": {
      const userName = `${connector.name}-new${n}@example.com`;
      const call = { method: kind, path: "/Users", body: bodyOf(userName), status: 201 };
      const learn = (/** @type {any} */ { id }) => connector.users.push({ id, userName });
      return { kind, connector, call, learn };
    }
    case "PUT": {
      const body = { ...bodyOf(user.userName), title: `Title ${n}` };
      return {
        kind,
        connector,
        call: { method: kind, path: `/Users/${user.id}`, body, status: 200 },
      };
    }
    case "member": {
      const call = patchMembers(groupId, random() < 0.5 ? "add" : "remove", [user.id]);
      return { kind, connector, call: { ...call, status: 204 } };
    }
    case "list":
      return { kind, connector, call: { path: listPath(connector, random), status: 200 } };
  }
}

/**
 * @param {Connector} connector
 * @param {Random} random
 * @param {number} n
 */
function readPath({ users, groupIds }, random, n) {
  const { id, userName } = pick(users, random);
  const groupId = pick(groupIds, random);
  const isMember = encodeURIComponent(`id eq "${groupId}" and members eq "${id}"`);
  return pick(
    [
      `/Users/${id}`,
      filterPath(userName),
      filterPath(`nobody${n}@example.com`),
      filterPath(`ext-${userName}`, "externalId"),
      `/Groups/${groupId}?excludedAttributes=members`,
      `/Groups?excludedAttributes=members&filter=${isMember}`,
    ],
    random,
  );
}

/**
 * @param {Connector} connector
 * @param {Random} random
 */
function listPath({ users }, random) {
  const startIndex = 1 + Math.floor(random() * users.length);
  return pick(
    ["/Users?startIndex=1&count=100", `/Users?startIndex=${startIndex}&count=100`, "/Groups"],
    random,
  );
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {Random} random
 */
function pick(values, random) {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error("There is nothing to pick from.");
  return value;
}

/**
 * @template T
 * @param {readonly T[]} values
 * @param {Random} random
 */
function shuffled(values, random) {
  return values
    .map((value) => ({ value, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}
