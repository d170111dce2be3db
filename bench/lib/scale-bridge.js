import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { ROOT } from "../../scripts/lib/project.js";
import { startChild } from "./child.js";
import { send } from "./client.js";
import { bridgeBytes } from "./database-file.js";

/**
 * What a run of the Bridge took in all, and what its Durable Object keeps of each user after it.
 *
 * @typedef {import("./count-costs.js").Cost} Cost
 * @typedef {{ users: number, seconds: number, changed: number, cost: Cost }} BridgeRun
 * @typedef {{ fresh: BridgeRun, unchanged: BridgeRun, linkBytes: number }} BridgeResult
 * @typedef {{ runId: string, state: string, error: string | null, startedAt: string, finishedAt: string | null, counts: Record<string, number> }} Run
 * @typedef {(path: string, method?: string, body?: object) => Promise<{ body: any, cost: Cost }>} Ask
 */

const POLL_MS = 250;
const SAY_EVERY_MS = 10_000;

/**
 * Lets the Bridge bring so many users from a fake Okta into an empty connector, and then once more
 * when nothing has changed.
 *
 * @param {number} users
 * @param {(text: string) => void} say
 * @returns {Promise<BridgeResult>}
 */
export async function measureBridge(users, say) {
  const folder = mkdtempSync(join(tmpdir(), "scim-edge-scale-"));
  const provider = await startProvider(users);
  const child = await startChild("worker", ["counting", folder, "0"]);
  const agent = new Agent({ keepAlive: true });
  try {
    const ask = askerOf(agent, child);
    const { body } = await ask("/connectors");
    const path = `/connectors/${body.items[0].id}/bridge`;
    const { source, credentials } = provider;
    await ask(path, "PUT", { source, credentials });
    const fresh = await finishedRun(ask, path, users, undefined, say);
    await ask(`${path}/sync`, "POST", { mode: "full" });
    const second = await finishedRun(ask, path, users, fresh, say);
    const unchanged = { ...second, cost: costBetween(fresh.cost, second.cost) };
    return { fresh, unchanged, linkBytes: bridgeBytes(folder) / users };
  } finally {
    agent.destroy();
    await child.stop();
    provider.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The fake of the tests, as a process of its own.
 *
 * @param {number} users
 */
async function startProvider(users) {
  const script = join(ROOT, "test/support/fake-directory/serve.ts");
  const flags = ["--experimental-transform-types", "--no-warnings"];
  const args = ["--provider", "okta", "--users", String(users), "--groups", "0"];
  const child = spawn(process.execPath, [...flags, script, ...args], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { source, credentials } = JSON.parse(line);
    const { kind: _, ...secrets } = credentials;
    return { source, credentials: secrets, stop: () => child.kill() };
  }
  throw new Error("The fake provider did not start.");
}

/**
 * @param {Agent} agent
 * @param {import("./child.js").Started} started
 * @returns {Ask}
 */
function askerOf(agent, { admin }) {
  if (admin === undefined) throw new Error("The server has no admin API.");
  return async (path, method = "GET", body) => {
    const { status, text, headers } = await send(agent, admin, { method, path, body });
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    const cost = JSON.parse(String(headers["d1-bridge"]));
    return { body: text === "" ? undefined : JSON.parse(text), cost };
  };
}

/**
 * Waits for the end of the run after `before`.
 *
 * @param {Ask} ask
 * @param {string} path
 * @param {number} users
 * @param {{ runId: string } | undefined} before
 * @param {(text: string) => void} say
 */
async function finishedRun(ask, path, users, before, say) {
  for (let saidAt = performance.now(); ; await sleep(POLL_MS)) {
    const { body, cost } = await ask(`${path}/runs?limit=1`);
    /** @type {Run | undefined} */
    const run = body.items[0];
    if (run === undefined || run.runId === before?.runId) continue;
    if (run.state === "failed") throw new Error(`The run failed: ${run.error}`);
    const { runId, startedAt, finishedAt, counts } = run;
    const { seen = 0, created = 0, updated = 0, deactivated = 0, reactivated = 0 } = counts;
    if (finishedAt !== null) {
      const seconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1000;
      const changed = created + updated + deactivated + reactivated;
      return { runId, users: seen, seconds, changed, cost };
    }
    if (performance.now() - saidAt < SAY_EVERY_MS) continue;
    say(`bridge: ${seen} of ${users} users`);
    saidAt = performance.now();
  }
}

/**
 * @param {Cost} before
 * @param {Cost} after
 * @returns {Cost}
 */
function costBetween(before, after) {
  return {
    roundTrips: after.roundTrips - before.roundTrips,
    rowsRead: after.rowsRead - before.rowsRead,
    rowsWritten: after.rowsWritten - before.rowsWritten,
  };
}
