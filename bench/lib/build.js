import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { ROOT } from "../../scripts/lib/project.js";

/**
 * What wrangler takes for text by itself.
 *
 * @type {Record<string, import("esbuild").Loader>}
 */
const TEXTS = { ".sql": "text" };

/**
 * Bundles a Worker as `wrangler deploy` does: minified, one module. Gives the path of the module.
 *
 * @param {string} entry path under the project's root
 */
export async function bundleWorker(entry) {
  const outfile = join(mkdtempSync(join(tmpdir(), "scim-edge-bench-")), "worker.js");
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    loader: TEXTS,
    logLevel: "error",
  });
  return outfile;
}

/**
 * Bundles a module for Node, so that the gateway's own code runs without workerd.
 *
 * @param {string} entry path under the project's root
 */
export async function bundleForNode(entry) {
  const outfile = join(mkdtempSync(join(tmpdir(), "scim-edge-bench-")), "module.mjs");
  await build({
    entryPoints: [join(ROOT, entry)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node24",
    loader: TEXTS,
    logLevel: "error",
  });
  return outfile;
}
