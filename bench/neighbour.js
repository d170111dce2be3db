// The noisy neighbour: how long a GET of one connector waits while another one sends the dearest
// searches it can, over eight connections and without a pause. Prints the results and writes no file.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startChild } from "./lib/child.js";
import { openAgent, send } from "./lib/client.js";
import { machine } from "./lib/machine.js";
import { table } from "./lib/markdown.js";
import { quantile } from "./lib/statistics.js";

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "5000" },
    seconds: { type: "string", default: "10" },
  },
});
const users = Number(values.users);
const seconds = Number(values.seconds);
if (!(users >= 1_000) || !(seconds > 0 && seconds <= 60)) {
  console.error("--users must be 1,000 or more, and --seconds at most 60");
  process.exit(2);
}

const CONNECTIONS = 8;
/** A GET is sent when it is due, whether or not the one before was answered. */
const GETS_A_SECOND = 20;
/** The steps of SCAN_STEPS_MAX, and what a term on the e-mails costs with the people of the benchmark. */
const STEPS = 250_000;
const STEPS_OF_TERM = 6;

/** @param {number} count */
const termsOf = (count) =>
  Array.from({ length: count }, (_, n) => `emails co "nobody${n}"`).join(" or ");
const allowedTerms = Math.max(1, Math.min(50, Math.floor(STEPS / users / STEPS_OF_TERM) - 1));

/** @type {readonly (readonly [string, Record<string, unknown> | undefined])[]} */
const SCENES = [
  ["nothing", undefined],
  ["50 terms on the e-mails", { filter: termsOf(50) }],
  [`${allowedTerms} terms on the e-mails`, { filter: termsOf(allowedTerms) }],
  ["an order by title", { sortBy: "title", count: 1 }],
  ["lists of 1,000 users", { count: 1_000 }],
];

const folder = mkdtempSync(join(tmpdir(), "scim-edge-neighbour-"));
const child = await startChild("worker", ["gateway", folder, String(users), "limited"]);
const [agent, neighboursAgent] = [openAgent(), openAgent()];
try {
  const neighbour = await openNeighbour();
  const rows = [];
  for (const [name, body] of SCENES) {
    console.log(`${name}: ${seconds} s`);
    rows.push([name, ...(await play(neighbour, body))]);
    // The limits count by ten seconds: each scene begins with fresh ones.
    await sleep(10_000);
  }
  const head = ["the noisy connector sends", "answers", "GET p50", "GET p99", "GET at most"];
  const [average = 0] = loadavg();
  console.log(`\n${machine()}, load average ${average.toFixed(1)}; ${users} users\n`);
  console.log(table(head, rows));
} finally {
  agent.destroy();
  neighboursAgent.destroy();
  await child.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Another connector with one user, and the call that reads it. */
async function openNeighbour() {
  if (child.admin === undefined) throw new Error("The server has no admin API.");
  const made = await send(agent, child.admin, {
    method: "POST",
    path: "/connectors",
    body: { name: "Neighbour" },
  });
  const target = { ...child.target, token: String(JSON.parse(made.text).token.secret) };
  const user = await send(agent, target, {
    method: "POST",
    path: "/Users",
    body: { userName: "ada@example.com" },
  });
  return { target, path: `/Users/${JSON.parse(user.text).id}` };
}

/**
 * The noise for so many seconds, and the times of the neighbour's GETs meanwhile, from when each was due.
 *
 * @param {Awaited<ReturnType<typeof openNeighbour>>} neighbour
 * @param {Record<string, unknown> | undefined} body
 * @returns {Promise<string[]>}
 */
async function play({ target, path }, body) {
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt > seconds * 1_000;
  /** @type {Map<number, number>} */
  const statuses = new Map();
  const noise = async () => {
    while (body !== undefined && !isOver()) {
      const { status } = await send(agent, child.target, {
        method: "POST",
        path: "/Users/.search",
        body,
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      // The connector's own limit of requests would hide its scans.
      if (status !== 200) await sleep(80);
    }
  };
  const noises = Array.from({ length: CONNECTIONS }, noise);
  const gets = Array.from({ length: GETS_A_SECOND * seconds }, async (_, n) => {
    const dueMs = (n * 1_000) / GETS_A_SECOND;
    await sleep(dueMs);
    const { status } = await send(neighboursAgent, target, { path });
    if (status !== 200) throw new Error(`The neighbour's GET was answered ${status}.`);
    return performance.now() - startedAt - dueMs;
  });
  const times = await Promise.all(gets);
  await Promise.all(noises);
  const answers = [...statuses].map(([status, count]) => `${count} × ${status}`).join(", ");
  return [answers, ...[0.5, 0.99, 1].map((part) => `${Math.round(quantile(times, part))} ms`)];
}
