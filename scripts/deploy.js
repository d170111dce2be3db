// Deploys to the Cloudflare account wrangler is logged in to: finds or creates the database, applies
// the migrations, uploads the Worker. Arguments are handed on to `wrangler deploy`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDatabaseName, withDatabaseId } from "./lib/deploy-config.js";
import { ROOT, runProgram } from "./lib/project.js";
import { SECRET_MAKERS } from "./lib/secrets.js";

const BINDING = "DB";
/** Beside wrangler.toml, so that the relative paths in it stay right. */
const DEPLOY_CONFIG = "wrangler.deploy.toml";

const deployArgs = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "scim-edge-deploy-"));
try {
  if (deployArgs.includes("--dry-run")) await wrangler(["deploy", "--minify", ...deployArgs]);
  else await deploy();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function deploy() {
  const toml = readFileSync(join(ROOT, "wrangler.toml"), "utf8");
  const databaseId = await ensureDatabase(readDatabaseName(toml, BINDING));
  writeFileSync(join(ROOT, DEPLOY_CONFIG), withDatabaseId(toml, BINDING, databaseId));
  const config = ["--config", DEPLOY_CONFIG];
  await wrangler(["d1", "migrations", "apply", BINDING, "--remote", ...config]);
  const secrets = await missingSecrets(config);
  await wrangler(["deploy", "--minify", ...config, ...secrets, ...deployArgs]);
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

/**
 * An upload must bring along each required secret that the Worker lacks: from the environment, or a
 * random one that is shown once. The secrets that are there stay.
 *
 * @param {readonly string[]} config
 */
async function missingSecrets(config) {
  if (deployArgs.includes("--secrets-file")) return [];
  const present = await secretNames(config);
  const missing = Object.entries(SECRET_MAKERS).filter(([name]) => !present.includes(name));
  if (missing.length === 0) return [];
  const secrets = missing.map(([name, make]) => [name, process.env[name] || shown(name, make())]);
  const file = join(folder, "secrets.json");
  writeFileSync(file, JSON.stringify(Object.fromEntries(secrets)), { mode: 0o600 });
  return ["--secrets-file", file];
}

/**
 * Shown before the upload: were it shown after, a failure in between would lose it.
 *
 * @param {string} name
 * @param {string} value
 */
function shown(name, value) {
  console.log(`\nA new ${name}, shown this once; keep it safe:\n\n  ${value}\n`);
  return value;
}

/**
 * @param {readonly string[]} config
 * @returns {Promise<string[]>}
 */
async function secretNames(config) {
  const { code, stdout, stderr } = await askWrangler(["secret", "list", ...config]);
  if (code !== 0 && /Worker ".*" not found/.test(stderr)) return [];
  if (code !== 0) throw new Error(`${stdout}${stderr}`);
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
