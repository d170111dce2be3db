import { fork, spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/project.js";

/**
 * @typedef {import("./client.js").Target} Target
 * @typedef {{ target: Target, admin?: Target, bytesPerUser: number, fillMs?: number, pid: number }} Started
 */

/**
 * The Node that can load what node-gyp built for the peers: ours, or the one that npm runs on.
 *
 * @returns {string}
 */
function nodeForPeers() {
  const candidates = [process.execPath, process.env.npm_node_execpath, "node"];
  const test = ["-e", "new (require('better-sqlite3'))(':memory:')"];
  const found = candidates.find(
    (node) => node && spawnSync(node, test, { cwd: join(ROOT, "bench") }).status === 0,
  );
  if (found === undefined) throw new Error("better-sqlite3 was built for no Node there is.");
  return found;
}

/**
 * Runs a server of bench/servers as a process of its own until `stop` is called.
 *
 * @param {string} name
 * @param {readonly string[]} args
 * @returns {Promise<Started & { stop: () => Promise<void> }>}
 */
export async function startChild(name, args) {
  const child = fork(join(ROOT, "bench/servers", `${name}.js`), [...args], {
    cwd: join(ROOT, "bench"),
    execArgv: ["--no-warnings"],
    ...(name !== "worker" && { execPath: nodeForPeers() }),
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const started = await new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`${name} ended with ${code}.`)));
  });
  return {
    ...started,
    stop: async () => {
      child.send("stop");
      await ended;
    },
  };
}

/**
 * In the child: starts the server, tells the parent where it is, and stops when told to.
 *
 * @param {{ start: () => Promise<Started>, stop: () => Promise<void> }} server
 */
export async function serveParent({ start, stop }) {
  process.once("message", async () => {
    await stop();
    process.exit(0);
  });
  const started = await start();
  process.send?.(started);
}
