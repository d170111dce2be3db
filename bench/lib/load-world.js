import { Agent } from "node:http";
import { send } from "./client.js";
import { bodyOf } from "./people.js";
import { patchMembers } from "./scale-world.js";

/**
 * The connectors that the load is sent to, and what the sender knows to be in them.
 *
 * @typedef {import("./client.js").Target} Target
 * @typedef {{ id: string, userName: string }} KnownUser
 * @typedef {{ name: string, target: Target, users: KnownUser[], groupIds: string[] }} Connector
 */

const CONNECTORS = 4;
const USERS = 500;
const USERS_AT_ONCE = 250;
const GROUPS = 5;
const MEMBERS = 50;

/**
 * Makes the connectors, their users and their groups through the server's own endpoints.
 *
 * @param {string} origin
 * @param {string} adminToken
 * @returns {Promise<readonly Connector[]>}
 */
export async function createConnectors(origin, adminToken) {
  const agent = new Agent({ keepAlive: true });
  /** @type {Connector[]} */
  const connectors = [];
  for (let number = 0; number < CONNECTORS; number += 1) {
    const name = `load-${number}`;
    const token = await createConnector(origin, adminToken, name);
    const target = { origin, base: "/scim/v2", token };
    const users = await createUsers(agent, target, name);
    connectors.push({ name, target, users, groupIds: await createGroups(agent, target, users) });
  }
  agent.destroy();
  return connectors;
}

/**
 * @param {string} origin
 * @param {string} adminToken
 * @param {string} name
 */
async function createConnector(origin, adminToken, name) {
  const answer = await fetch(`${origin}/admin/v1/connectors`, {
    method: "POST",
    headers: { Authorization: `Bearer ${adminToken}`, "Content-Type": "application/json" },
    body: JSON.stringify({ name }),
  });
  if (answer.status !== 201) throw new Error(`No connector was made: ${answer.status}.`);
  const { token } = /** @type {{ token: { secret: string } }} */ (await answer.json());
  return token.secret;
}

/**
 * @param {Agent} agent
 * @param {Target} target
 * @param {string} name
 */
async function createUsers(agent, target, name) {
  /** @type {KnownUser[]} */
  const users = [];
  while (users.length < USERS) {
    const names = Array.from(
      { length: USERS_AT_ONCE },
      (_, n) => `${name}-user${users.length + n}@example.com`,
    );
    const body = {
      schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
      Operations: names.map((userName) => ({
        method: "POST",
        path: "/Users",
        bulkId: userName,
        data: bodyOf(userName),
      })),
    };
    const { status, text } = await send(agent, target, { method: "POST", path: "/Bulk", body });
    if (status !== 200) throw new Error(`Bulk was answered ${status}: ${text}`);
    /** @type {{ Operations: { bulkId: string, location: string }[] }} */
    const { Operations } = JSON.parse(text);
    users.push(
      ...Operations.map(({ bulkId, location }) => ({
        id: location.slice(location.lastIndexOf("/") + 1),
        userName: bulkId,
      })),
    );
  }
  return users;
}

/**
 * @param {Agent} agent
 * @param {Target} target
 * @param {readonly KnownUser[]} users
 */
async function createGroups(agent, target, users) {
  const ids = [];
  for (let number = 0; number < GROUPS; number += 1) {
    const body = { displayName: `Group ${number}` };
    const created = await send(agent, target, { method: "POST", path: "/Groups", body });
    if (created.status !== 201) throw new Error(`No group was made: ${created.text}`);
    const id = String(JSON.parse(created.text).id);
    const members = users.slice(number * MEMBERS, (number + 1) * MEMBERS).map((user) => user.id);
    await send(agent, target, patchMembers(id, "add", members));
    ids.push(id);
  }
  return ids;
}
