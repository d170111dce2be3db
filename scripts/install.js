// Installs the dependencies when they are missing or stale, so that `npm start` and `npm test` work
// in a clean checkout. Runs on the system's Node: plain JavaScript, no dependencies.
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";

const LOCK = "package-lock.json";
const INSTALLED = "node_modules/.package-lock.json";

if (modifiedAt(INSTALLED) < modifiedAt(LOCK)) install();

/** @param {string} path */
function modifiedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function install() {
  console.log("Installing dependencies ...");
  // `npm ci` fails where a registry lacks the optional packages of foreign platforms (npm/cli#9846).
  const args = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status } = spawnNpm(args);
  process.exitCode = status ?? 1;
}

/** @param {readonly string[]} args */
function spawnNpm(args) {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const stdio = "inherit";
  // npm must not run on the Node of node_modules, which it may be about to replace.
  return npm && node
    ? spawnSync(node, [npm, ...args], { stdio })
    : spawnSync("npm", args, { stdio });
}
