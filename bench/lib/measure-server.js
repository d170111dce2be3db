import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startChild } from "./child.js";
import { measure, openAgent, send } from "./client.js";
import { filterPath, OPERATIONS } from "./operations.js";
import { person } from "./people.js";

/** So many users are read and changed one by one: more than an isolate of the gateway remembers. */
const SAMPLE = 2048;

/**
 * @typedef {{ perSecond: number, p50: number, p99: number }} Figure
 * @typedef {{ figures: Record<string, Figure>, bytesPerUser: number, memoryMb: number }} Measured
 */

/**
 * Starts a server with so many users and measures every operation in several rounds; each figure is
 * the median of its rounds.
 *
 * @param {{ name: string, args: readonly string[], isFloor?: boolean }} server
 * @param {number} users
 * @param {{ rounds: number, budgetMs: number }} effort
 * @param {(text: string) => void} say
 * @returns {Promise<Measured>}
 */
export async function measureServer(
  { name, args, isFloor = false },
  users,
  { rounds, budgetMs },
  say,
) {
  const folder = mkdtempSync(join(tmpdir(), "scim-edge-bench-"));
  const child = await startChild(name, [...args, folder, String(users)]);
  const agent = openAgent();
  try {
    const { target } = child;
    const ids = isFloor ? sample(users).map(person.id) : await idsOf(agent, target, users);
    const operations = OPERATIONS.filter((operation) => !isFloor || operation.isFloor);
    /** @type {Map<string, Figure[]>} */
    const all = new Map(operations.map((operation) => [operation.name, []]));
    const next = new Map(operations.map((operation) => [operation.name, 0]));
    for (let round = 0; round < rounds; round += 1) {
      for (const { name: operation, least, callAt } of operations) {
        // A figure of seconds for one request needs no second round.
        if ((all.get(operation)?.[0]?.perSecond ?? Infinity) < 1) continue;
        const calls = callAt({ ids, users, tag: `${process.pid}` });
        const limits = { least, budgetMs, first: next.get(operation) ?? 0 };
        const result = await measure(agent, target, calls, limits);
        next.set(operation, result.next);
        all.get(operation)?.push(figureOf(result));
        say(`${operation} ${Math.round(result.perSecond)}/s`);
      }
    }
    const figures = Object.fromEntries([...all].map(([key, each]) => [key, medianOf(each)]));
    return { figures, bytesPerUser: child.bytesPerUser, memoryMb: residentMb(child.pid) };
  } finally {
    agent.destroy();
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {number} users */
function sample(users) {
  const size = Math.min(SAMPLE, users);
  return Array.from({ length: size }, (_, at) => Math.floor((at * users) / size));
}

/**
 * @param {import("node:http").Agent} agent
 * @param {import("./client.js").Target} target
 * @param {number} users
 */
async function idsOf(agent, target, users) {
  const find = async (/** @type {number} */ n) => {
    const { text } = await send(agent, target, { path: filterPath(person.userName(n)) });
    const { Resources } = JSON.parse(text);
    return String(Resources[0].id);
  };
  return await Promise.all(sample(users).map(find));
}

/** @param {{ perSecond: number, times: number[] }} result */
function figureOf({ perSecond, times }) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ part) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return { perSecond, p50: at(0.5), p99: at(0.99) };
}

/** @param {Figure[]} figures */
function medianOf(figures) {
  const sorted = [...figures].sort((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new Error("Nothing was measured.");
  return middle;
}

/** @param {number} pid */
function residentMb(pid) {
  const [, kilobytes = "0"] =
    /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) / 1024;
}
