// Builds the Worker as it is deployed and holds it to two rules: it fits the platform, and is free of Node's modules.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runProgram } from "./lib/project.js";

/** The platform's limit on its free plan; what the Worker weighs is printed, so that growth is seen. */
const GZIP_BYTES_MAX = 3_000_000;

const folder = mkdtempSync(join(tmpdir(), "scim-edge-bundle-"));
try {
  const { code, stdout, stderr } = await build();
  if (code === 0) checkBundle();
  else fail(stdout + stderr);
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
