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
