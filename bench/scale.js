// The scale run: what every operation costs in D1 and how long it takes with 1,000 users, with a tenth
// and with all of `--users` (1,000,000), in one connector with one large group. Prints the results,
// writes scale.md and ends with 1 where a cost grows with the number of users.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/lib/project.js";
import { machine } from "./lib/machine.js";
import { measureBridge } from "./lib/scale-bridge.js";
import { measureOperations } from "./lib/scale-measure.js";
import { faultsOf, renderScale } from "./lib/scale-report.js";
import { measureGrowth, sizesOf } from "./lib/scale-storage.js";
import { walkUsers } from "./lib/scale-walk.js";
import { openWorld } from "./lib/scale-world.js";

const USERS = 1_000_000;
/** The smallest size has to hold as many different users as the operations use. */
const LEAST = 1_000;

const { values } = parseArgs({
  options: {
    users: { type: "string", default: String(USERS) },
    "skip-bridge": { type: "boolean", default: false },
  },
});
const users = Number(values.users);
if (!Number.isInteger(users / LEAST) || users < 20 * LEAST) {
  console.error(`--users must be a multiple of ${LEAST}, at least ${20 * LEAST}`);
  process.exit(2);
}
const startedAt = performance.now();
/** @type {import("./lib/scale-world.js").World[]} */
const worlds = [];
/** @type {import("./lib/scale-report.js").Results} */
let results;
try {
  results = await measureGateway();
} finally {
  for (const world of worlds) await world.stop();
}
write();
for (const size of values["skip-bridge"] ? [] : [users / 10, users]) {
  say(`bridge: ${size} users`);
  results = { ...results, bridge: [...results.bridge, await measureBridge(size, say)] };
  write();
}
console.log(renderScale(results));
process.exitCode = faultsOf(results).length === 0 ? 0 : 1;

/** @returns {Promise<import("./lib/scale-report.js").Results>} */
async function measureGateway() {
  for (const size of [LEAST, users / 10, users]) {
    say(`${size} users: starts and fills`);
    worlds.push(await openWorld(size, (text) => say(`${size} users: ${text}`)));
  }
  const rows = await measureOperations(worlds, say);
  const walks = [];
  for (const world of worlds) {
    say(`${world.users} users: walks over all of them`);
    walks.push(await walkUsers(world, say));
  }
  const [least, most] = [worlds[0], worlds.at(-1)];
  if (least === undefined || most === undefined) throw new Error("There is no gateway.");
  say("what requests leave in the database");
  const growths = await measureGrowth(least);
  const sizes = worlds.map(({ membersStorage: { bytes }, ...world }) => ({ ...world, bytes }));
  const bytes = sizesOf(most);
  return { machine: machine(), sizes, rows, walks, bytes, growths, bridge: [] };
}

/** What is measured so far; a smaller trial leaves the file alone. */
function write() {
  if (users === USERS) writeFileSync(join(ROOT, "bench/scale.md"), renderScale(results));
}

/** @param {string} text */
function say(text) {
  console.log(`${Math.round((performance.now() - startedAt) / 1000)} s  ${text}`);
}
