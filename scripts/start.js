// The development server: makes its own secrets and database, builds the console, starts wrangler, shows how to try
// it. With --watch the console is built anew whenever one of its sources changes.
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildConsole, watchConsole } from "./lib/console.js";
import { greeting } from "./lib/demo.js";
import { prepareDevVars } from "./lib/dev-vars.js";
import { applyLocalMigrations, STATE_DIR } from "./lib/migrations.js";
import { outcomeOf, startProgram } from "./lib/project.js";

const HOST = "127.0.0.1";
/** The first start bundles the Worker and unpacks workerd: about 25 s on a small machine. */
const START_TIMEOUT_MS = 120_000;
const HEALTH_POLL_MS = 200;
const PARENT_POLL_MS = 500;
/** Long enough for workerd to close its database; after that the group is killed. */
const STOP_TIMEOUT_MS = 5_000;

const port = readPort(process.env.PORT || "8787");
const stateDir = resolve(process.env.STATE_DIR || STATE_DIR);
const origin = `http://${HOST}:${port}`;
/** @type {import("node:child_process").ChildProcess | undefined} */
let running;
/** @type {import("node:child_process").ChildProcess | undefined} */
let watching;
let isStopping = false;

stopWithParent();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop(0));
try {
  await main();
} catch (error) {
  if (!isStopping) console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

async function main() {
  await requireFreePort();
  const { ADMIN_TOKEN: adminToken = "" } = prepareDevVars();
  await applyLocalMigrations(stateDir, runWrangler);
  // A gateway without its console is still a gateway: say why and go on.
  const problem = await buildConsole();
  if (problem !== undefined) console.error(problem);
  if (process.argv.includes("--watch")) watching = watchConsole();
  startServer();
  await waitForHealth();
  // A server without its demo is still a server: say why and go on.
  const text = await greeting({ origin, stateDir, adminToken }).catch(
    (error) => `scim-edge answers at ${origin}\n${error.message}`,
  );
  console.log(text);
}

/** @param {string} text */
function readPort(text) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65536) return number;
  console.error(`PORT must be a number from 1 to 65535, not "${text}"`);
  process.exit(1);
}

/** Without this test an older server on the port would answer the health check. */
function requireFreePort() {
  return new Promise((resolveFree, reject) => {
    const probe = createServer();
    probe.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      const isTaken = error.code === "EADDRINUSE";
      reject(isTaken ? new Error(`port ${port} is in use; set PORT`) : error);
    });
    probe.listen(port, HOST, () => probe.close(resolveFree));
  });
}

/** @param {readonly string[]} args */
async function runWrangler(args) {
  const { code, stdout, stderr } = await outcomeOf(startGroup(args, "pipe"));
  if (code !== 0) throw new Error(`wrangler ${args.join(" ")}\n${stdout}${stderr}`);
}

function startServer() {
  const listen = ["--ip", HOST, "--port", String(port), "--inspector-port", "0"];
  const quiet = ["--show-interactive-dev-session=false", "--log-level", "warn"];
  const server = startGroup(["dev", ...listen, ...quiet, "--persist-to", stateDir], "inherit");
  server.once("exit", (code) => stop(code ?? 1));
}

/**
 * Starts wrangler in a process group of its own, so that one signal stops workerd as well.
 *
 * @param {readonly string[]} args
 * @param {"pipe" | "inherit"} output
 */
function startGroup(args, output) {
  running = startProgram("wrangler", args, { detached: true, stdio: ["ignore", output, output] });
  return running;
}

async function waitForHealth() {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isHealthy())) {
    if (Date.now() > deadline) throw new Error(`${origin}/healthz did not answer 200 in time`);
    await sleep(HEALTH_POLL_MS);
  }
}

async function isHealthy() {
  try {
    return (await fetch(`${origin}/healthz`)).ok;
  } catch {
    return false;
  }
}

/** A SIGTERM to npm ends only the shell above this process: a new parent means nobody is left. */
function stopWithParent() {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void stop(0);
  }, PARENT_POLL_MS).unref();
}

/** @param {number} code */
async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  watching?.kill();
  signalGroup("SIGTERM");
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isGroupAlive() && Date.now() < deadline) await sleep(50);
  signalGroup("SIGKILL");
  process.exit(code);
}

function isGroupAlive() {
  return signalGroup(0);
}

/** @param {NodeJS.Signals | 0} signal */
function signalGroup(signal) {
  if (running?.pid === undefined) return false;
  try {
    return process.kill(-running.pid, signal);
  } catch {
    // ESRCH: the whole group is gone already.
    return false;
  }
}
