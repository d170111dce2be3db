// The load run: the development server as a developer has it, 4 connectors and 100 requests a second
// for a minute, or for `--minutes`. Ends with 1 on any error, at a p99 of 500 ms or more, when memory
// goes on growing after five minutes, or when the database contradicts itself afterwards.
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ADMIN_TOKEN, contradictionsIn, startServer } from "../test/faults/server-process.ts";
import { seededRandom } from "../test/support/random.ts";
import { loadRequests } from "./lib/load-mix.js";
import { growthOf, loadFaults, renderLoad, renderUses } from "./lib/load-report.js";
import { runLoad } from "./lib/load-run.js";
import { createConnectors } from "./lib/load-world.js";
import { machine } from "./lib/machine.js";
import { usesOfDescendants } from "./lib/processes.js";

const SEED = 7;
const PROGRESS_SECONDS = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    rate: { type: "string", default: "100" },
  },
});
const [minutes, perSecond] = [Number(values.minutes), Number(values.rate)];
if (!(minutes > 0) || !(perSecond > 0)) {
  console.error("--minutes and --rate must be numbers above 0");
  process.exit(2);
}
const stateDir = mkdtempSync(join(tmpdir(), "scim-edge-load-"));
try {
  process.exitCode = await run();
} finally {
  rmSync(stateDir, { recursive: true, force: true });
}

async function run() {
  console.log(`${machine()}\nstarts wrangler dev on ${stateDir}`);
  const server = await startServer(stateDir);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => server.kill().finally(() => process.exit(1)));
  }
  try {
    const { outcomes, samples } = await loadServer(server.origin);
    await server.kill();
    const faults = loadFaults(outcomes, samples, contradictionsIn(stateDir));
    const [average = 0] = loadavg();
    console.log(`\nload average of the machine in the last minute: ${average.toFixed(1)}`);
    console.log(`\n${renderLoad(outcomes)}\n\n${renderUses(samples)}\n`);
    for (const { process, growth } of growthOf(samples)) {
      console.log(`${process} grew by ${(growth * 100).toFixed(1)} % from minute 5 to the end`);
    }
    console.log(faults.length === 0 ? "passed" : `failed: ${faults.join("; ")}`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await server.kill();
  }
}

/** @param {string} origin */
async function loadServer(origin) {
  const connectors = await createConnectors(origin, ADMIN_TOKEN);
  console.log(`${connectors.length} connectors are filled; ${perSecond} requests a second`);
  const seconds = Math.round(minutes * 60);
  /** @type {import("./lib/load-report.js").Sample[]} */
  const samples = [];
  const sample = (/** @type {number} */ second) =>
    samples.push({ second, uses: usesOfDescendants() });
  const requests = loadRequests(connectors, seededRandom(SEED));
  const outcomes = await runLoad(requests, { perSecond, seconds }, (second) => {
    if (second % 60 === 0) sample(second);
    if (second % PROGRESS_SECONDS === 0) console.log(`${second} of ${seconds} s`);
  });
  sample(seconds);
  return { outcomes, samples };
}
