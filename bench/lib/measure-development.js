import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN_TOKEN, startServer } from "../../test/faults/server-process.ts";
import { measure, openAgent } from "./client.js";
import { createConnectors } from "./load-world.js";
import { quantile } from "./statistics.js";

/**
 * What a GET of one user costs under `wrangler dev`, where a proxy stands before the Worker.
 *
 * @param {number} budgetMs
 * @returns {Promise<{ perSecond: number, p50: number }>}
 */
export async function measureDevelopment(budgetMs) {
  const stateDir = mkdtempSync(join(tmpdir(), "scim-edge-bench-"));
  const server = await startServer(stateDir);
  const agent = openAgent();
  try {
    const [connector] = await createConnectors(server.origin, ADMIN_TOKEN);
    if (connector === undefined) throw new Error("There is no connector.");
    const { target, users } = connector;
    const callAt = (/** @type {number} */ n) => ({ path: `/Users/${users[n % users.length]?.id}` });
    const limits = { least: 64, budgetMs, first: 0 };
    await measure(agent, target, callAt, limits);
    const { perSecond, times } = await measure(agent, target, callAt, limits);
    return { perSecond, p50: quantile(times, 0.5) };
  } finally {
    agent.destroy();
    await server.kill();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
