import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./child.js";
import { openAgent, send } from "./client.js";
import { OPERATIONS } from "./operations.js";
import { person } from "./people.js";

/** @typedef {{ roundTrips: number, rowsRead: number, rowsWritten: number }} Cost */

/** Each operation is done once first: the first request of an isolate finds out more. */
const ATTEMPTS = 3;

/**
 * What each operation costs in D1 with so many users, its deferred log row apart.
 *
 * @param {number} users
 * @returns {Promise<Record<string, Cost>>}
 */
export async function countCosts(users) {
  const folder = mkdtempSync(join(tmpdir(), "scim-edge-bench-"));
  const child = await startChild("worker", ["counting", folder, String(users)]);
  const agent = openAgent();
  try {
    /** @type {Record<string, Cost>} */
    const costs = {};
    // So many that those behind the ones seen again and again are changed once only.
    const ids = Array.from({ length: Math.min(users, 512) }, (_, n) => person.id(n));
    for (const { name, callAt } of OPERATIONS) {
      const calls = callAt({ ids, users, tag: "count" });
      for (let n = 0; n < ATTEMPTS; n += 1) {
        const { headers } = await send(agent, child.target, calls(n));
        costs[name] = {
          roundTrips: Number(headers["d1-round-trips"]),
          rowsRead: Number(headers["d1-rows-read"]),
          rowsWritten: Number(headers["d1-rows-written"]),
        };
      }
    }
    return costs;
  } finally {
    agent.destroy();
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
