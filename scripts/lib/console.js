import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runProgram, startProgram } from "./project.js";

const FOLDER = join(ROOT, "console");

/** What the last build was made of; in the folder that each build empties. */
const STAMP = join(FOLDER, "dist/console/.sources");

/** All that a build is made of, beside the libraries of the lock file. */
const SOURCES = [
  "console/src",
  "console/index.html",
  "console/vite.config.ts",
  "package-lock.json",
];

const ARGS = ["build", "console", "--logLevel", "warn"];

/** Builds the console unless it was built of these very sources; gives what went wrong, if anything did. */
export async function buildConsole() {
  if (!existsSync(FOLDER)) return "There is no folder console.";
  const sources = digestOfSources();
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8") === sources) return undefined;
  const { code, stdout, stderr } = await runProgram("vite", ARGS, {
    stdio: ["ignore", "pipe", "pipe"],
    // What is built is what is served and uploaded, whoever asks: a test's own NODE_ENV makes React a third larger.
    env: { ...process.env, NODE_ENV: "production" },
  });
  if (code !== 0) return `The console was not built.\n${stdout}${stderr}`;
  writeFileSync(STAMP, sources);
  return undefined;
}

/** Whether the console was built at all. */
export function isConsoleBuilt() {
  return existsSync(STAMP);
}

/** Builds the console anew whenever one of its sources changes; gives the process that does. */
export function watchConsole() {
  return startProgram("vite", [...ARGS, "--watch"]);
}

function digestOfSources() {
  const hash = createHash("sha256");
  for (const file of SOURCES.flatMap(filesOf)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {readonly string[]}
 */
function filesOf(path) {
  if (!path.endsWith("src")) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .sort();
}
