// Builds the console, and holds it to what a first visit may load.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { buildConsole } from "./lib/console.js";
import { ROOT } from "./lib/project.js";

/** Scripts and styles that the browser needs before the first page is there, compressed. */
const FIRST_LOAD_BYTES_MAX = 250_000;

const DIST = join(ROOT, "console/dist/console");

const problem = await buildConsole();
if (problem === undefined) checkFirstLoad();
else fail(problem);

function checkFirstLoad() {
  const files = firstLoad();
  const bytes = files.map((file) => gzipSync(readFileSync(join(DIST, file))).length);
  const sum = bytes.reduce((total, each) => total + each, 0);
  console.log(`Console: ${sum} bytes gzipped at first, ${FIRST_LOAD_BYTES_MAX} are allowed`);
  if (sum > FIRST_LOAD_BYTES_MAX) fail(`The console is too large: ${files.join(", ")}`);
}

/** The page's own script and styles, what they import, and the first page that it shows. */
function firstLoad() {
  /** @type {Record<string, Chunk>} */
  const manifest = JSON.parse(readFileSync(join(DIST, ".vite/manifest.json"), "utf8"));
  const seen = new Set();
  /** @param {string} name */
  const visit = (name) => {
    const chunk = manifest[name];
    if (chunk === undefined || seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const css of chunk.css ?? []) seen.add(css);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  visit("index.html");
  visit("src/pages/connectors/connectors.tsx");
  return [...seen].map(String);
}

/** @typedef {{ file: string, css?: string[], imports?: string[] }} Chunk */

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
