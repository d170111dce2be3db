import { readConfig } from "../../src/http/config.ts";
import { SECRET_MAKERS } from "./secrets.js";

/** What is typed to make a value of each secret, and to set it. */
const HOW_TO_MAKE = {
  ADMIN_TOKEN: "openssl rand -base64 32",
  ENCRYPTION_KEYS: `echo "k1:$(openssl rand 32 | basenc --base64url | tr -d '=')"`,
};

/** Why PUBLIC_URL should be set, for whoever deploys without it. */
export const WHY_PUBLIC_URL = `PUBLIC_URL is empty. It is the origin that clients see, such as https://scim.example.com.
It is the issuer of security event tokens, and it stands in every Location. While it is empty, both are
whatever host name a request came by: with a workers.dev address beside one of your own, or a wildcard
route, the caller chooses which issuer the tokens name.`;

/**
 * Whether a person sits in front of it: without a terminal, and in CI, what is printed is kept in a log.
 *
 * @param {Record<string, string | undefined>} environment
 * @param {{ readonly isTTY?: boolean }} input
 * @param {{ readonly isTTY?: boolean }} output
 */
export function isAttended(environment, input, output) {
  return !environment.CI && input.isTTY === true && output.isTTY === true;
}

/**
 * Throws the Worker's own Error, which names the variable, for variables and secrets with which it would
 * not start. Secrets that are not known here are taken for good.
 *
 * @param {Record<string, unknown>} variables
 * @param {Record<string, string>} [secrets]
 */
export function checkSettings(variables, secrets = {}) {
  const good = Object.fromEntries(
    Object.entries(SECRET_MAKERS).map(([name, make]) => [name, make()]),
  );
  // What stands in wrangler.toml is of any type, as it is for the Worker.
  const bound = /** @type {import("../../src/http/config.ts").Variables} */ ({
    ...variables,
    ...good,
    ...secrets,
  });
  return readConfig(bound);
}

/**
 * Gives the secrets that an upload must bring along, since the Worker lacks them: from the environment, or
 * made at random where a person is there to keep them. Throws an Error that says how to set them where
 * nobody is.
 *
 * @param {{
 *   readonly present: readonly string[],
 *   readonly environment: Record<string, string | undefined>,
 *   readonly isAttended: boolean,
 * }} situation
 * @returns {{ readonly secrets: Record<string, string>, readonly made: readonly string[] }}
 */
export function secretsToBring({ present, environment, isAttended }) {
  const missing = Object.entries(SECRET_MAKERS).filter(([name]) => !present.includes(name));
  const made = missing.map(([name]) => name).filter((name) => !environment[name]);
  if (made.length > 0 && !isAttended) throw new Error(unattended(made));
  const secrets = missing.map(([name, make]) => [name, environment[name] || make()]);
  return { secrets: Object.fromEntries(secrets), made };
}

/** @param {readonly string[]} names */
function unattended(names) {
  const list = names.join(" and ");
  const commands = Object.entries(HOW_TO_MAKE)
    .filter(([name]) => names.includes(name))
    .map(([name, make]) => `  npx wrangler secret put ${name}   # make one: ${make}`);
  return `The Worker has no ${list}. A person at a terminal would be shown new ones; with CI set, or without a
terminal, they would stay in a log, so nothing was made and nothing uploaded. Set them once by hand,

${commands.join("\n")}

or give ${list} to this deployment in its environment, from your CI's own secrets. Keep a copy.`;
}
