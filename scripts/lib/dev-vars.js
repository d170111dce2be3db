import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ROOT } from "./project.js";
import { SECRET_MAKERS } from "./secrets.js";

/** Where `wrangler dev` reads secrets from: the folder of wrangler.toml. */
export const DEV_VARS = join(ROOT, ".dev.vars");

/** What a development server sets: a load test should not be told to wait, and receivers run beside it. */
const MAKERS = {
  ...SECRET_MAKERS,
  RATE_LIMITS: () => "off",
  ALLOW_INSECURE_URLS: () => "loopback",
};

/** Makes .dev.vars complete and readable by its owner alone, and gives the variables it holds. */
export function prepareDevVars() {
  const before = existsSync(DEV_VARS) ? readFileSync(DEV_VARS, "utf8") : "";
  const after = withMissingVars(before, MAKERS);
  if (after !== before) writeFileSync(DEV_VARS, after, { mode: 0o600 });
  chmodSync(DEV_VARS, 0o600);
  return parseEnv(after);
}

/**
 * Gives the text of a .dev.vars file with a line added for each variable it lacks.
 *
 * @param {string} text
 * @param {Record<string, () => string>} makers
 */
export function withMissingVars(text, makers) {
  const present = parseEnv(text);
  const lines = Object.entries(makers)
    .filter(([name]) => !Object.hasOwn(present, name))
    .map(([name, makeValue]) => `${name}=${makeValue()}\n`);
  const lineEnd = text === "" || text.endsWith("\n") || lines.length === 0 ? "" : "\n";
  return text + lineEnd + lines.join("");
}

const SET_UP = "Run `npm run setup` once: it makes .dev.vars and the local database.";

/**
 * Gives what is wrong with the variables of a development server, in one sentence that names the line; undefined
 * where nothing is. The Worker would refuse each request, and leave a stack for each.
 *
 * @param {{
 *   readonly devVars: string | undefined,
 *   readonly toml: string,
 *   readonly environment: Record<string, string | undefined>,
 * }} given  the text of .dev.vars, that of wrangler.toml, and the environment, in which secrets may stand too
 */
export async function devVarsProblem({ devVars = "", toml, environment }) {
  const names = Object.keys(SECRET_MAKERS);
  const outside = Object.fromEntries(
    names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const variables = { ...defaultsOf(toml), ...outside, ...parseEnv(devVars) };
  const lacking = names.filter((name) => !variables[name]);
  if (lacking.length > 0 && devVars === "") return `There is no .dev.vars yet. ${SET_UP}`;
  if (lacking.length > 0) return `.dev.vars lacks ${lacking.join(" and ")}. ${SET_UP}`;
  const reason = await refusalOf(variables);
  if (reason === undefined) return undefined;
  const [name = ""] = /^\w+/.exec(reason) ?? [];
  const line = new RegExp(`^\\s*(export\\s+)?${name}\\s*=`);
  const at = devVars.split("\n").findLastIndex((each) => line.test(each));
  return at === -1 ? reason : `.dev.vars, line ${at + 1}: ${reason}`;
}

/**
 * What the Worker itself says of its variables.
 *
 * @param {Record<string, string | undefined>} variables
 */
async function refusalOf(variables) {
  const settings = await import("./deploy-settings.js").catch(() => undefined);
  try {
    // A Node that reads no TypeScript cannot ask: the Worker will say it.
    settings?.checkSettings(variables, {
      ADMIN_TOKEN: variables.ADMIN_TOKEN ?? "",
      ENCRYPTION_KEYS: variables.ENCRYPTION_KEYS ?? "",
    });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * The variables of the top level, one a line; the first of a name is that of [vars].
 *
 * @param {string} toml
 * @returns {Record<string, string>}
 */
function defaultsOf(toml) {
  const lines = [...toml.matchAll(/^([A-Z_]+) = "(.*)"$/gm)];
  return Object.fromEntries(lines.toReversed().map(([, name, value]) => [name, value]));
}
