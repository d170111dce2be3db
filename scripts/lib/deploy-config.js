import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { experimental_readRawConfig, unstable_readConfig } from "wrangler";

/** The binding of the directory's database. */
export const BINDING = "DB";

/** The file that every step of a deployment is given; beside the one it is made of, whose relative paths stay right. */
const GENERATED = "wrangler.deploy.json";

/**
 * Reads the configuration of one environment: whose Worker it is, its variables, its database, its migrations.
 * Throws an Error for an environment that is not there, or has no database of its own.
 *
 * @param {string} file
 * @param {string | undefined} environment
 */
export function readTarget(file, environment) {
  const rawConfig = readRaw(file);
  if (environment !== undefined && rawConfig.env?.[environment] === undefined) {
    const known = Object.keys(rawConfig.env ?? {});
    throw new Error(
      `${file} has no [env.${environment}]; it has ${known.length > 0 ? known.join(", ") : "none"}. Nothing was done.`,
    );
  }
  const config = unstable_readConfig({ config: file, env: environment }, { hideWarnings: true });
  /** @type {Required<Section>["d1_databases"]} */
  const databases = config.d1_databases;
  const database = databases.find(({ binding }) => binding === BINDING);
  if (database === undefined) {
    throw new Error(
      `${sectionName(environment)} of ${file} has no D1 binding ${BINDING}: an environment inherits no bindings.`,
    );
  }
  refuseShared(file, rawConfig, environment, database);
  refuseInheritedRoutes(file, rawConfig, environment);
  if (config.name === undefined) throw new Error(`${file} has no name for the Worker.`);
  return {
    file,
    environment,
    worker: config.name,
    accountId: config.account_id,
    variables: config.vars,
    databaseName: database.database_name,
    databaseId: database.database_id,
    migrationsTable: database.migrations_table ?? "d1_migrations",
    migrations: migrationNames(join(dirname(file), database.migrations_dir ?? "migrations")),
  };
}

/** @typedef {ReturnType<typeof readTarget>} Target */

/**
 * A section of the configuration as it stands in the file: what concerns a deployment of it.
 *
 * @typedef {object} Section
 * @property {string} [name]
 * @property {unknown} [route]
 * @property {unknown} [routes]
 * @property {Record<string, unknown>} [vars]
 * @property {{ binding: string, database_name?: string, database_id?: string, migrations_dir?: string, migrations_table?: string }[]} [d1_databases]
 */

/** @typedef {Section & { env?: Record<string, Section> }} Raw */

/**
 * @param {string} file
 * @returns {Raw}
 */
function readRaw(file) {
  return experimental_readRawConfig({ config: file }).rawConfig;
}

/**
 * An environment that names the database of another one would migrate and write to that.
 *
 * @param {string} file
 * @param {Raw} raw
 * @param {string | undefined} environment
 * @param {{ database_name?: string, database_id?: string }} database
 */
function refuseShared(file, raw, environment, database) {
  const others = Object.entries({ "": raw, ...raw.env }).filter(
    ([name]) => name !== (environment ?? ""),
  );
  const shares = others.find(([, section]) =>
    section.d1_databases?.some(
      (other) =>
        (other.database_name !== undefined && other.database_name === database.database_name) ||
        (other.database_id !== undefined && other.database_id === database.database_id),
    ),
  );
  if (shares === undefined) return;
  throw new Error(
    `${sectionName(environment)} and ${sectionName(shares[0])} of ${file} name the same database. Give each its own database_name.`,
  );
}

/**
 * Routes are among the few things that an environment inherits: production's host name would lead to it.
 *
 * @param {string} file
 * @param {Raw} raw
 * @param {string | undefined} environment
 */
function refuseInheritedRoutes(file, raw, environment) {
  if (environment === undefined || (raw.routes === undefined && raw.route === undefined)) return;
  const own = raw.env?.[environment];
  if (own?.routes !== undefined || own?.route !== undefined) return;
  throw new Error(
    `${sectionName(environment)} of ${file} would take over the routes of the top level. Give it its own, or routes = [].`,
  );
}

/** @param {string | undefined} environment */
function sectionName(environment) {
  return environment ? `[env.${environment}]` : "The top level";
}

/** @param {string} folder */
function migrationNames(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
}

/**
 * Gives the file, and its text, that all steps of a deployment read: this environment alone, with the Worker, the
 * account, the database and the variables that were decided on. So no step can read another target than the one
 * that was shown.
 *
 * @param {Target} target
 * @param {{
 *   readonly worker: string,
 *   readonly accountId: string,
 *   readonly database: { readonly name: string, readonly id?: string },
 *   readonly variables?: Record<string, string>,
 * }} decided
 */
export function generatedConfig(target, { worker, accountId, database, variables = {} }) {
  const rawConfig = readRaw(target.file);
  const { env, ...top } = rawConfig;
  const own = target.environment === undefined ? top : (env?.[target.environment] ?? {});
  const section = {
    ...own,
    name: worker,
    account_id: accountId,
    vars: { ...own.vars, ...variables },
    d1_databases: own.d1_databases?.map((each) =>
      each.binding === BINDING
        ? {
            ...each,
            database_name: database.name,
            ...(database.id && { database_id: database.id }),
          }
        : each,
    ),
  };
  const config =
    target.environment === undefined ? section : { ...top, env: { [target.environment]: section } };
  return {
    file: join(dirname(resolve(target.file)), GENERATED),
    text: `${JSON.stringify(config, null, 2)}\n`,
  };
}

/**
 * Gives a wrangler.toml text in which an empty variable of the environment has this value; everything else stays.
 * Throws an Error where there is no such line, as in a JSON file.
 *
 * @param {string} toml
 * @param {string} name
 * @param {string} value
 * @param {string} [environment]
 */
export function withVariable(toml, name, value, environment) {
  const lines = toml.split("\n");
  const table = environment === undefined ? "vars" : `env.${environment}.vars`;
  const start = lines.findIndex((line) => tableName(line) === table);
  const end = lines.findIndex((line, index) => index > start && /^\s*\[/.test(line));
  const empty = new RegExp(`^\\s*${name}\\s*=\\s*(""|'')`);
  const at = lines.findIndex(
    (line, index) => index > start && (end === -1 || index < end) && empty.test(line),
  );
  if (start === -1 || at === -1) {
    throw new Error(`The configuration has no ${name} = "" in [${table}]; set it there by hand.`);
  }
  const text = JSON.stringify(value);
  return lines
    .map((line, index) => (index === at ? line.replace(/(""|'')/, () => text) : line))
    .join("\n");
}

/** @param {string} line */
function tableName(line) {
  return line.match(/^\s*\[\s*([\w.-]+)\s*\]/)?.[1];
}

/** @param {string} file */
export function readText(file) {
  return readFileSync(file, "utf8");
}
