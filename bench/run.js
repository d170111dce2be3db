// The benchmark: the gateway, the floor and the peers one after another on loopback, with the same
// client. Prints one table and writes results.md. `--quick` takes about two minutes.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/lib/project.js";
import { CONNECTIONS } from "./lib/client.js";
import { countCosts } from "./lib/count-costs.js";
import { machine } from "./lib/machine.js";
import { measureDevelopment } from "./lib/measure-development.js";
import { measureServer } from "./lib/measure-server.js";
import { renderResults } from "./lib/report.js";

const HERE = join(ROOT, "bench");
const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const isQuick = values.quick;
const SIZES = isQuick ? [1_000] : [1_000, 10_000, 100_000];
const EFFORT = isQuick ? { rounds: 3, budgetMs: 300 } : { rounds: 3, budgetMs: 1_000 };
const SERVERS = [
  { title: "floor", name: "worker", args: ["floor"], isFloor: true },
  { title: "gateway", name: "worker", args: ["gateway"] },
  { title: "scimmy", name: "scimmy", args: [] },
  { title: "jackson", name: "jackson", args: [] },
];

installPeers();
/** @type {import("./lib/report.js").Size[]} */
const sizes = [];
for (const users of SIZES) {
  /** @type {import("./lib/report.js").Size["servers"]} */
  const servers = {};
  for (const server of SERVERS) {
    const label = `${users} users, ${server.title}`;
    console.log(`${label}: starts and fills`);
    servers[server.title] = await measureServer(server, users, EFFORT, (text) =>
      console.log(`${label}: ${text}`),
    );
  }
  console.log(`${users} users: counts what an operation costs in D1`);
  sizes.push({ users, servers, costs: await countCosts(users) });
}
console.log("the gateway under wrangler dev");
const development = await measureDevelopment(EFFORT.budgetMs);
console.log("CPU of a request");
const cpu = JSON.parse(runNode([join(HERE, "cpu.js")]));
const text = renderResults({
  machine: machine(),
  connections: CONNECTIONS,
  isQuick,
  sizes,
  development,
  cpu,
});
if (!isQuick) writeFileSync(join(HERE, "results.md"), text);
console.log(text);

/** The peers are large and nobody else needs them. */
function installPeers() {
  if (existsSync(join(HERE, "node_modules/.package-lock.json"))) return;
  console.log("Installs the peers; better-sqlite3 may have to be compiled");
  const npm = process.env.npm_execpath;
  const args = ["install", "--no-audit", "--no-fund", "--loglevel=error"];
  const [program, ...first] = npm ? [process.env.npm_node_execpath ?? "node", npm] : ["npm"];
  const { status } = spawnSync(program ?? "npm", [...first, ...args], {
    cwd: HERE,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("The peers could not be installed.");
}

/** @param {readonly string[]} args */
function runNode(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--no-warnings", ...args], {
    cwd: HERE,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}
