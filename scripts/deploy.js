// Deploys to the Cloudflare account wrangler is logged in to: shows the account, the Worker, the database and the
// migrations, asks, then finds or creates the database, migrates it, and uploads the console and the Worker.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { buildConsole } from "./lib/console.js";
import { readDeployArgs } from "./lib/deploy-args.js";
import { deploy } from "./lib/deploy-run.js";
import { isAttended } from "./lib/deploy-settings.js";
import { runProgram } from "./lib/project.js";

/** Which environment is meant was read once; wrangler is told, and may not look for itself. */
const CHILD = { CLOUDFLARE_ENV: "" };

const folder = mkdtempSync(join(tmpdir(), "scim-edge-deploy-"));
try {
  await deploy(readDeployArgs(process.argv.slice(2), process.env), {
    askWrangler: (args) =>
      runProgram("wrangler", args, {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, ...CHILD },
      }),
    // Without a terminal to read from wrangler asks nothing: all was asked here.
    runWrangler: async (args) =>
      (await runProgram("wrangler", args, { env: { ...process.env, ...CHILD } })).code,
    say: (text) => console.log(text),
    ask,
    environment: process.env,
    isAttended: isAttended(process.env, process.stdin, process.stdout),
    buildConsole,
    keepSecrets,
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {string} question */
async function ask(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise((_, reject) => {
    terminal.once("close", () => reject(new Error("\nStopped; nothing was deployed.")));
  });
  try {
    return (await Promise.race([terminal.question(question), closed])).trim();
  } finally {
    terminal.close();
  }
}

/** @param {Record<string, string>} secrets */
function keepSecrets(secrets) {
  const file = join(folder, "secrets.json");
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return file;
}
