import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's root folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Settings that keep wrangler quiet and off the network where the task at hand needs no network. */
export const QUIET_WRANGLER = {
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_HIDE_BANNER: "true",
  WRANGLER_WRITE_LOGS: "false",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
};

const PROGRAMS = {
  "drizzle-kit": "node_modules/drizzle-kit/bin.cjs",
  redocly: "node_modules/@redocly/cli/bin/cli.js",
  tsc: "node_modules/typescript/bin/tsc",
  vite: "node_modules/vite/bin/vite.js",
  vitest: "node_modules/vitest/vitest.mjs",
  wrangler: "node_modules/wrangler/bin/wrangler.js",
};

/**
 * Starts a tool of node_modules on this very Node, without the shell or PATH in between.
 *
 * @param {keyof typeof PROGRAMS} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function startProgram(program, args, options = {}) {
  return spawn(process.execPath, [join(ROOT, PROGRAMS[program]), ...args], {
    cwd: ROOT,
    stdio: ["ignore", "inherit", "inherit"],
    ...options,
    env: { ...process.env, ...QUIET_WRANGLER, ...options.env },
  });
}

/**
 * Runs a tool of node_modules to its end.
 *
 * @param {keyof typeof PROGRAMS} program
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 */
export function runProgram(program, args, options) {
  return outcomeOf(startProgram(program, args, options));
}

/**
 * Waits for a process and gives its exit code and what it wrote to piped outputs.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
export async function outcomeOf(child) {
  const [code, stdout, stderr] = await Promise.all([
    exitCode(child),
    textOf(child.stdout),
    textOf(child.stderr),
  ]);
  return { code, stdout, stderr };
}

/**
 * One that a signal ended counts as a failure.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** @param {import("node:stream").Readable | null} stream */
async function textOf(stream) {
  let text = "";
  for await (const chunk of stream?.setEncoding("utf8") ?? []) text += chunk;
  return text;
}
