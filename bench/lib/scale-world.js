import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./child.js";
import { send } from "./client.js";
import { storageOf } from "./database-file.js";
import { person } from "./people.js";

/**
 * A gateway that counts what D1 does, with so many users and one group that a tenth of them is in.
 *
 * @typedef {import("./client.js").Call} Call
 * @typedef {import("./database-file.js").Storage} Storage
 * @typedef {{ status: number, text: string, headers: import("node:http").IncomingHttpHeaders }} Answer
 * @typedef {object} World
 * @property {number} users
 * @property {number} members
 * @property {string} groupId the large group
 * @property {string} connectorId
 * @property {string} cursor of the second page of users
 * @property {string} folder where its database is
 * @property {number} fillMs
 * @property {number} membersMs how long the members took to come in by PATCH
 * @property {Storage} usersStorage with its users alone
 * @property {Storage} membersStorage with the large group as well
 * @property {(call: Call, options?: { isAdmin?: boolean, isForApplications?: boolean, token?: string | undefined }) => Promise<Answer>} ask
 * @property {() => Promise<void>} stop
 */

export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
/** The large group's members begin at this part of the users; what is read and changed lies elsewhere. */
const MEMBERS_FROM = 0.4;
const MEMBERS_PART = 0.1;
const MEMBERS_AT_ONCE = 1_000;

/**
 * Starts a gateway and fills it.
 *
 * @param {number} users
 * @param {(text: string) => void} say
 * @returns {Promise<World>}
 */
export async function openWorld(users, say) {
  const folder = mkdtempSync(join(tmpdir(), "scim-edge-scale-"));
  const child = await startChild("worker", ["counting", folder, String(users)]);
  const { target, admin, fillMs = 0 } = child;
  if (admin === undefined) throw new Error("The server has no admin API.");
  const agent = new Agent({ keepAlive: true });
  /** @type {World["ask"]} */
  const ask = async (call, { isAdmin = false, isForApplications = false, token } = {}) => {
    const to = isForApplications ? { ...admin, base: "/v1" } : isAdmin ? admin : target;
    const answer = await send(agent, token === undefined ? to : { ...to, token }, call);
    if (answer.status === (call.status ?? 200)) return answer;
    throw new Error(`${call.method ?? "GET"} ${call.path}: ${answer.status} ${answer.text}`);
  };
  const stop = async () => {
    agent.destroy();
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    say(`filled in ${Math.round(fillMs / 1000)} s`);
    const usersStorage = storageOf(folder);
    const group = await fillGroup(ask, users);
    say(`${group.members} members came in within ${Math.round(group.membersMs / 1000)} s`);
    const { text } = await ask({ path: "/connectors" }, { isAdmin: true });
    const connectorId = String(JSON.parse(text).items[0].id);
    const page = await ask({ path: "/Users?cursor=&count=100&attributes=id" });
    const cursor = String(JSON.parse(page.text).nextCursor);
    const membersStorage = storageOf(folder);
    const made = { ...group, connectorId, cursor, usersStorage, membersStorage };
    return { users, folder, fillMs, ...made, ask, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * The number of the n-th of `samples` users in the tenth of all that begins at `from`.
 *
 * @param {{ users: number }} world
 * @param {number} from 0 to 0.9
 * @param {number} n
 * @param {number} samples
 */
export function sampled({ users }, from, n, samples) {
  return Math.round(users * from) + Math.floor(((n % samples) / samples) * (users / 10));
}

/**
 * @param {World["ask"]} ask
 * @param {number} users
 */
async function fillGroup(ask, users) {
  const body = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:Group"], displayName: "Large" };
  const { text } = await ask({ method: "POST", path: "/Groups", body, status: 201 });
  const groupId = String(JSON.parse(text).id);
  const first = Math.round(users * MEMBERS_FROM);
  const members = Math.round(users * MEMBERS_PART);
  const startedAt = performance.now();
  for (let from = 0; from < members; from += MEMBERS_AT_ONCE) {
    const size = Math.min(MEMBERS_AT_ONCE, members - from);
    const ids = Array.from({ length: size }, (_, at) => person.id(first + from + at));
    await ask(patchMembers(groupId, "add", ids));
  }
  return { groupId, members, membersMs: performance.now() - startedAt };
}

/**
 * A PATCH that adds users to a group or removes them.
 *
 * @param {string} groupId
 * @param {"add" | "remove"} op
 * @param {readonly string[]} ids
 * @returns {Call}
 */
export function patchMembers(groupId, op, ids) {
  const value = ids.map((id) => ({ value: id }));
  const Operations = [{ op, path: "members", value }];
  const body = { schemas: [PATCH_OP], Operations };
  return { method: "PATCH", path: `/Groups/${groupId}`, body, status: 204 };
}
