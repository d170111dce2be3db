// Deploys to the Cloudflare account wrangler is logged in to: finds or creates the database, applies
// the migrations, builds the console, uploads both. Arguments are handed on to `wrangler deploy`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { unstable_readConfig } from "wrangler";
import { buildConsole } from "./lib/console.js";
import { readDatabaseName, withDatabaseId, withPublicUrl } from "./lib/deploy-config.js";
import {
  checkSettings,
  isAttended,
  secretsToBring,
  WHY_PUBLIC_URL,
} from "./lib/deploy-settings.js";
import { ROOT, runProgram } from "./lib/project.js";

const BINDING = "DB";
/** Beside wrangler.toml, so that the relative paths in it stay right. */
const DEPLOY_CONFIG = "wrangler.deploy.toml";
const TOML = join(ROOT, "wrangler.toml");

const isWatched = isAttended(process.env, process.stdin, process.stdout);

const deployArgs = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "scim-edge-deploy-"));
try {
  // The Worker would refuse to start: better here, before anything is changed.
  checkSettings(readVariables());
  if (!deployArgs.includes("--dry-run")) await deploy();
  else {
    await requireConsole();
    await wrangler(["deploy", "--minify", ...deployArgs]);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function deploy() {
  const secrets = await missingSecrets();
  await lookAtPublicUrl();
  await requireConsole();
  const toml = readFileSync(TOML, "utf8");
  const databaseId = await ensureDatabase(readDatabaseName(toml, BINDING));
  writeFileSync(join(ROOT, DEPLOY_CONFIG), withDatabaseId(toml, BINDING, databaseId));
  const config = ["--config", DEPLOY_CONFIG];
  await wrangler(["d1", "migrations", "apply", BINDING, "--remote", ...config]);
  const brought = bringAlong(secrets);
  await wrangler(["deploy", "--minify", ...config, ...brought, ...deployArgs]);
}

/** Builds the console, which is uploaded with the Worker; throws before anything is changed where it cannot be built. */
async function requireConsole() {
  const problem = await buildConsole();
  if (problem !== undefined) throw new Error(problem);
}

/** The [vars] of wrangler.toml. */
function readVariables() {
  return unstable_readConfig({ config: TOML }, { hideWarnings: true }).vars;
}

/** Asks for PUBLIC_URL where it is empty and somebody is there, and says why it should not be. */
async function lookAtPublicUrl() {
  const variables = readVariables();
  if (variables.PUBLIC_URL !== "") return;
  if (!isWatched) {
    console.error(`\nWarning: ${WHY_PUBLIC_URL}\nSet it in wrangler.toml.\n`);
    return;
  }
  console.log(`\n${WHY_PUBLIC_URL}\n`);
  const answer = await ask("PUBLIC_URL (nothing: leave it empty): ");
  if (answer === "") return;
  const { publicUrl } = checkSettings({ ...variables, PUBLIC_URL: answer });
  writeFileSync(TOML, withPublicUrl(readFileSync(TOML, "utf8"), publicUrl ?? ""));
  console.log(`wrangler.toml holds PUBLIC_URL = "${publicUrl}" now.\n`);
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

/** @param {string} name */
async function ensureDatabase(name) {
  const found = await findDatabaseId(name);
  if (found !== undefined) return found;
  await wrangler(["d1", "create", name]);
  const created = await findDatabaseId(name);
  if (created !== undefined) return created;
  throw new Error(`The D1 database ${name} was created, but is not listed yet; deploy again.`);
}

/**
 * @param {string} name
 * @returns {Promise<string | undefined>}
 */
async function findDatabaseId(name) {
  const { code, stdout, stderr } = await askWrangler(["d1", "list", "--json"]);
  if (code !== 0) throw new Error(`${stdout}${stderr}\nIs wrangler logged in? npx wrangler login`);
  /** @type {{ name: string, uuid: string }[]} */
  const databases = JSON.parse(stdout);
  return databases.find((database) => database.name === name)?.uuid;
}

/** The secrets that the Worker lacks, and which of them are new. */
async function missingSecrets() {
  if (deployArgs.includes("--secrets-file")) return { secrets: {}, made: [] };
  const present = await secretNames();
  const bring = secretsToBring({ present, environment: process.env, isAttended: isWatched });
  checkSettings(readVariables(), bring.secrets);
  return bring;
}

/**
 * Gives the arguments with which an upload brings secrets along; those that are there already stay. A new
 * one is shown before the upload: were it shown after, a failure in between would lose it.
 *
 * @param {Awaited<ReturnType<typeof missingSecrets>>} bring
 */
function bringAlong({ secrets, made }) {
  if (Object.keys(secrets).length === 0) return [];
  for (const name of made) {
    console.log(`\nA new ${name}, shown this once; keep it safe:\n\n  ${secrets[name]}\n`);
  }
  const file = join(folder, "secrets.json");
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return ["--secrets-file", file];
}

/** @returns {Promise<string[]>} */
async function secretNames() {
  const { code, stdout, stderr } = await askWrangler(["secret", "list"]);
  if (code !== 0 && /Worker ".*" not found/.test(stderr)) return [];
  if (code !== 0) throw new Error(`${stdout}${stderr}\nIs wrangler logged in? npx wrangler login`);
  /** @type {{ name: string }[]} */
  const secrets = JSON.parse(stdout);
  return secrets.map(({ name }) => name);
}

/** @param {readonly string[]} args */
function askWrangler(args) {
  return runProgram("wrangler", args, { stdio: ["ignore", "pipe", "pipe"] });
}

/** @param {readonly string[]} args */
async function wrangler(args) {
  const { code } = await runProgram("wrangler", args);
  if (code !== 0) throw new Error(`wrangler ${args.slice(0, 2).join(" ")} failed.`);
}
