// Builds the Worker as it is deployed and holds it to two rules: it fits the platform, and is free of Node's modules.
// Says besides what it takes to start, which Cloudflare limits too, but measures on its own machines.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runProgram } from "./lib/project.js";

/** The platform's limit on its free plan; what the Worker weighs is printed, so that growth is seen. */
const GZIP_BYTES_MAX = 3_000_000;

/** The platform gives a Worker so much CPU to evaluate its modules. */
const START_UP_MS_MAX = 400;

const folder = mkdtempSync(join(tmpdir(), "scim-edge-bundle-"));
try {
  const { code, stdout, stderr } = await build();
  if (code === 0) {
    checkBundle();
    await showStartUp();
  } else fail(stdout + stderr);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function build() {
  const args = ["deploy", "--dry-run", "--minify", "--outdir", folder, "--metafile"];
  return runProgram("wrangler", args, { stdio: ["ignore", "pipe", "pipe"] });
}

function checkBundle() {
  const gzipBytes = gzipSync(readFileSync(join(folder, "worker.js"))).length;
  console.log(`Worker: ${gzipBytes} bytes gzipped, ${GZIP_BYTES_MAX} are allowed`);
  if (gzipBytes >= GZIP_BYTES_MAX) fail("The Worker is too large.");
  for (const path of foreignImports()) fail(`The Worker imports "${path}", which is not bundled.`);
}

async function showStartUp() {
  const outfile = join(folder, "startup.cpuprofile");
  const args = ["check", "startup", "--args=--minify", "--outfile", outfile];
  const { code, stdout, stderr } = await runProgram("wrangler", args, {
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (code !== 0) return fail(stdout + stderr);
  const milliseconds = busyMilliseconds(JSON.parse(readFileSync(outfile, "utf8")));
  console.log(`Start-up: ${milliseconds} ms of CPU here, ${START_UP_MS_MAX} ms are allowed`);
}

/**
 * The time of a V8 CPU profile in which something ran.
 *
 * @param {{ nodes: { id: number, callFrame: { functionName: string } }[], samples: number[], timeDeltas: number[] }} profile
 */
function busyMilliseconds({ nodes, samples, timeDeltas }) {
  const idle = new Set(
    nodes.filter(({ callFrame }) => callFrame.functionName === "(idle)").map(({ id }) => id),
  );
  const microseconds = samples.map((id, at) => (idle.has(id) ? 0 : (timeDeltas[at] ?? 0)));
  return Math.round(microseconds.reduce((sum, each) => sum + each, 0) / 1_000);
}

/** What the bundle leaves to the runtime; only the Workers runtime's own modules are there. */
function foreignImports() {
  /** @type {{ outputs: Record<string, { imports: { path: string, external?: boolean }[] }> }} */
  const { outputs } = JSON.parse(readFileSync(join(folder, "bundle-meta.json"), "utf8"));
  return (
    Object.values(outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ path, external }) => external && !path.startsWith("cloudflare:"))
      // A text that is uploaded beside the Worker.
      .filter(({ path }) => !path.endsWith(".sql"))
      .map(({ path }) => path)
  );
}

/** @param {string} message */
function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
