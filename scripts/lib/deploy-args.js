import { parseArgs } from "node:util";

/** Where Cloudflare keeps what belongs to a database or an object, by law; it never leaves. */
export const JURISDICTIONS = ["eu", "fedramp", "us"];

/** Where Cloudflare is asked to put a new database: a hint, not a promise. */
export const LOCATIONS = ["weur", "eeur", "apac", "oc", "wnam", "enam"];

/** What npm keeps for itself when the two dashes before it are left out. */
const SWALLOWED = [
  "env",
  "name",
  "config",
  "database",
  "jurisdiction",
  "dry_run",
  "yes",
  "secrets_file",
];

/** @type {import("node:util").ParseArgsOptionsConfig} */
const OPTIONS = {
  env: { type: "string", short: "e", multiple: true },
  name: { type: "string", multiple: true },
  config: { type: "string", short: "c", multiple: true },
  database: { type: "string", multiple: true },
  jurisdiction: { type: "string", multiple: true },
  location: { type: "string", multiple: true },
  yes: { type: "boolean", short: "y" },
  "dry-run": { type: "boolean" },
  minify: { type: "boolean" },
  "secrets-file": { type: "string", multiple: true },
  outdir: { type: "string", multiple: true },
  message: { type: "string", multiple: true },
  tag: { type: "string", multiple: true },
  "keep-vars": { type: "boolean" },
};

/** What `wrangler deploy` gets as it is, once every other step has been done. */
const HANDED_ON = ["secrets-file", "outdir", "message", "tag"];

/**
 * Reads what a deployment was asked for. Throws an Error that names what is not understood: an argument that
 * one step reads and another does not would deploy to two places.
 *
 * @param {readonly string[]} args
 * @param {Record<string, string | undefined>} environment
 */
export function readDeployArgs(args, environment) {
  refuseSwallowed(environment);
  const values = parse(args);
  const one = (/** @type {string} */ name) => onlyValue(name, values[name]);
  const jurisdiction = oneOf("jurisdiction", one("jurisdiction"), JURISDICTIONS);
  const location = oneOf("location", one("location"), LOCATIONS);
  if (jurisdiction !== undefined && location !== undefined) {
    throw new Error("Give --jurisdiction or --location: a jurisdiction already says where.");
  }
  const handedOn = HANDED_ON.flatMap((name) => {
    const value = one(name);
    return value === undefined ? [] : [`--${name}`, value];
  });
  return {
    // As wrangler does: an empty name is that of the top level.
    environment: (one("env") ?? environment.CLOUDFLARE_ENV) || undefined,
    name: one("name"),
    config: one("config"),
    database: one("database"),
    jurisdiction,
    location,
    isYes: values.yes === true,
    isDryRun: values["dry-run"] === true,
    bringsSecrets: one("secrets-file") !== undefined,
    handedOn: values["keep-vars"] === true ? [...handedOn, "--keep-vars"] : handedOn,
  };
}

/** @typedef {ReturnType<typeof readDeployArgs>} DeployArgs */

/** @param {readonly string[]} args */
function parse(args) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    if (positionals.length === 0) return values;
    throw new Error(`"${positionals.join(" ")}" is not understood.`);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : error;
    const known = Object.keys(OPTIONS).map((name) => `--${name}`);
    throw new Error(
      `${reason}\nNothing was done. Write: npm run deploy -- ${known.slice(0, 3).join(" NAME ")} FILE …\nUnderstood: ${known.join(", ")}.`,
    );
  }
}

/** @param {Record<string, string | undefined>} environment */
function refuseSwallowed(environment) {
  const name = SWALLOWED.find((each) => environment[`npm_config_${each}`]);
  if (name === undefined) return;
  const option = `--${name.replace("_", "-")}`;
  throw new Error(
    `npm kept ${option} for itself; nothing was done. Write two dashes before it: npm run deploy -- ${option} …`,
  );
}

/**
 * @param {string} name
 * @param {unknown} given
 * @returns {string | undefined}
 */
function onlyValue(name, given) {
  if (!Array.isArray(given)) return undefined;
  if (new Set(given).size > 1) throw new Error(`--${name} is given twice: ${given.join(", ")}.`);
  if (given[0] === "" && name !== "env") throw new Error(`--${name} is empty.`);
  return given[0];
}

/**
 * @param {string} name
 * @param {string | undefined} value
 * @param {readonly string[]} choices
 */
function oneOf(name, value, choices) {
  if (value === undefined || choices.includes(value)) return value;
  throw new Error(`--${name} must be one of ${choices.join(", ")}, not "${value}".`);
}
