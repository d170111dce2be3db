import { rmSync, writeFileSync } from "node:fs";
import { appliedMigrations, findAccount, findDatabase, findSecrets } from "./deploy-cloudflare.js";
import { BINDING, generatedConfig, readTarget, readText, withVariable } from "./deploy-config.js";
import { decideRegion } from "./deploy-region.js";
import { checkSettings, secretsToBring, WHY_PUBLIC_URL } from "./deploy-settings.js";

/**
 * What a deployment needs of the world.
 *
 * @typedef {object} World
 * @property {import("./deploy-cloudflare.js").AskWrangler} askWrangler  runs wrangler and gives what it printed
 * @property {(args: readonly string[]) => Promise<number>} runWrangler  runs wrangler in view, without asking anything; gives its exit code
 * @property {(text: string) => void} say
 * @property {(question: string) => Promise<string>} ask
 * @property {Record<string, string | undefined>} environment
 * @property {boolean} isAttended  whether a person is there to answer
 * @property {() => Promise<string | undefined>} buildConsole  gives what went wrong
 * @property {(secrets: Record<string, string>) => string} keepSecrets  puts them into a file for the upload
 */

/** @typedef {import("./deploy-args.js").DeployArgs} DeployArgs */

/**
 * Deploys to one environment: looks at everything first, shows what it will touch, asks, and only then writes.
 * Each step of wrangler reads one generated file. Throws an Error that says what was done where it stops.
 *
 * @param {DeployArgs} args
 * @param {World} world
 */
export async function deploy(args, world) {
  const target = readTarget(args.config ?? "wrangler.toml", args.environment);
  // The Worker would refuse to start: better here, before anything is changed.
  checkSettings(target.variables);
  if (args.isDryRun) return await dryRun(args, target, world);
  if (!world.isAttended && !mayWrite(args, world)) {
    throw new Error(
      "Nobody is here to ask, and --yes is not given; nothing was done. In CI: npm run deploy -- --yes",
    );
  }
  const files = new GeneratedFile();
  try {
    await write(await look(args, target, world, files), world, files);
  } finally {
    files.remove();
  }
}

/**
 * Whether the deployment was allowed beforehand. Workers Builds runs what somebody connected it to: the account, the
 * Worker and its secrets are set there.
 *
 * @param {DeployArgs} args
 * @param {World} world
 */
function mayWrite(args, { environment }) {
  return args.isYes || environment.WORKERS_CI === "1";
}

/**
 * @param {DeployArgs} args
 * @param {import("./deploy-config.js").Target} target
 * @param {World} world
 */
async function dryRun(args, target, world) {
  await requireConsole(world);
  const named = args.name === undefined ? [] : ["--name", args.name];
  const config = ["--config", target.file, "--env", target.environment ?? ""];
  const code = await world.runWrangler([
    "deploy",
    "--dry-run",
    "--minify",
    ...config,
    ...named,
    ...args.handedOn,
  ]);
  if (code !== 0) throw new Error("wrangler deploy --dry-run failed.");
}

/**
 * Looks at everything, and changes nothing at Cloudflare.
 *
 * @param {DeployArgs} args
 * @param {import("./deploy-config.js").Target} target
 * @param {World} world
 * @param {GeneratedFile} files
 */
async function look(args, target, world, files) {
  const { CLOUDFLARE_ACCOUNT_ID, WRANGLER_CI_OVERRIDE_NAME, WORKERS_CI } = world.environment;
  const worker = args.name ?? (WRANGLER_CI_OVERRIDE_NAME || target.worker);
  const name = databaseName(args, target);
  const wanted = target.accountId ?? (CLOUDFLARE_ACCOUNT_ID || undefined);
  const account = await findAccount(world.askWrangler, wanted);
  const generate = (/** @type {Parameters<typeof generatedConfig>[1]} */ decided) =>
    files.put(generatedConfig(target, decided), target.environment);
  const decided = { worker, accountId: account.id, database: { name } };
  const ask = (/** @type {readonly string[]} */ command) =>
    world.askWrangler([...command, ...files.args]);
  generate(decided);
  const present = await findSecrets(ask);
  const bring =
    args.bringsSecrets || WORKERS_CI === "1"
      ? { secrets: {}, made: [] }
      : secretsToBring({
          present: present ?? [],
          environment: world.environment,
          isAttended: world.isAttended,
        });
  checkSettings(target.variables, bring.secrets);
  const database = await findDatabase(ask, {
    name,
    ...(args.database === undefined && target.databaseId && { id: target.databaseId }),
    needsRegion: args.location !== undefined,
  });
  const region = decideRegion({ asked: args, variables: target.variables, database });
  const found = { ...decided, database: database ?? { name }, variables: region.variables };
  generate(found);
  const applied =
    database === undefined ? [] : await appliedMigrations(ask, BINDING, target.migrationsTable);
  const publicUrl = await lookAtPublicUrl(target, world);
  /** @type {Record<string, string>} */
  const variables = { ...region.variables, ...publicUrl };
  checkSettings({ ...target.variables, ...variables }, bring.secrets);
  await requireConsole(world);
  return {
    args,
    target,
    account,
    worker,
    present,
    bring,
    database,
    name,
    region,
    variables,
    applied,
    ask,
    generate,
  };
}

/** @typedef {Awaited<ReturnType<typeof look>>} Look */

/**
 * A Worker of another name on the configured database would be a second one beside the first: that has to be said.
 *
 * @param {DeployArgs} args
 * @param {import("./deploy-config.js").Target} target
 */
function databaseName(args, target) {
  const name = args.database ?? target.databaseName;
  if (name === undefined) throw new Error(`${target.file} has no database_name for ${BINDING}.`);
  const { name: worker = target.worker } = args;
  if (worker === target.worker || args.database !== undefined) return name;
  throw new Error(
    `The Worker ${worker} would use the database ${name} of ${target.worker}. Nothing was done. Give it its own by
--database ${worker}, or say that they share it: --database ${name}`,
  );
}

/** @param {World} world */
async function requireConsole(world) {
  const problem = await world.buildConsole();
  if (problem !== undefined) throw new Error(problem);
}

/**
 * Asks for PUBLIC_URL where it is empty and somebody is there, and says why it should not be.
 *
 * @param {import("./deploy-config.js").Target} target
 * @param {World} world
 * @returns {Promise<Record<string, string>>}
 */
async function lookAtPublicUrl({ variables, environment }, world) {
  if (variables.PUBLIC_URL !== "") return {};
  if (!world.isAttended) {
    const table = environment === undefined ? "[vars]" : `[env.${environment}.vars]`;
    world.say(`\nWarning: ${WHY_PUBLIC_URL}\nSet it in ${table}.\n`);
    return {};
  }
  world.say(`\n${WHY_PUBLIC_URL}\n`);
  const answer = await world.ask("PUBLIC_URL (nothing: leave it empty): ");
  if (answer === "") return {};
  const { publicUrl } = checkSettings({ ...variables, PUBLIC_URL: answer });
  return { PUBLIC_URL: publicUrl ?? "" };
}

/**
 * Shows what was found, asks, and writes: the database, its migrations, the Worker.
 *
 * @param {Look} found
 * @param {World} world
 * @param {GeneratedFile} files
 */
async function write(found, world, files) {
  const { args, bring, target, variables } = found;
  world.say(describe(found));
  if (!mayWrite(args, world)) {
    const answer = await world.ask("\nDo this? (yes or no) ");
    if (!/^y(es)?$/i.test(answer)) throw new Error("Stopped; nothing was done.");
  }
  keepVariables(target, variables, world);
  const database = found.database ?? (await createDatabase(found, world, files));
  found.generate({ worker: found.worker, accountId: found.account.id, database, variables });
  if (pendingOf(found).length > 0) await migrate(found, world, files);
  const brought = bringAlong(bring, world);
  const upload = ["deploy", "--minify", ...files.args, ...brought, ...args.handedOn];
  if ((await world.runWrangler(upload)) === 0) return;
  throw new Error(
    `wrangler deploy failed. The database is up to date; the Worker ${found.worker} is as it was. Deploy again once the cause is gone.`,
  );
}

/** @param {Look} found */
function describe(found) {
  const { account, worker, present, database, name, region, bring, target, applied, variables } =
    found;
  const pending = pendingOf(found);
  const unknown = applied.filter((each) => !target.migrations.includes(each));
  const where = region.createArgs.join(" ").replaceAll("--", "");
  const isIn = database?.jurisdiction ? `, jurisdiction ${database.jurisdiction}` : "";
  const lines = [
    ["Account", `${account.name} (${account.id})`.trim()],
    ["Environment", target.environment ?? "production (the top level)"],
    ["Worker", `${worker}${present === undefined ? ", made new" : ""}`],
    [
      "Database",
      database === undefined
        ? `${name}, made new${where === "" ? "" : `, ${where}`}`
        : `${database.name} (${database.id})${isIn}`,
    ],
    [
      "Migrations",
      pending.length === 0 ? "none pending" : `${pending.length}: ${pending.join(", ")}`,
    ],
    ["Secrets", Object.keys(bring.secrets).join(", ") || "none new"],
    ["PUBLIC_URL", String(variables.PUBLIC_URL ?? target.variables.PUBLIC_URL) || "empty"],
  ];
  const warning =
    unknown.length === 0
      ? ""
      : `\n\nWarning: the database has migrations of a newer version than this one: ${unknown.join(", ")}.`;
  const text = lines.map(([what, is]) => `  ${what?.padEnd(12)} ${is}`).join("\n");
  return `\nThis will be deployed:\n\n${text}${warning}`;
}

/** @param {Look} found */
function pendingOf({ target, applied }) {
  return target.migrations.filter((name) => !applied.includes(name));
}

/**
 * What was asked or decided for this deployment holds for the next one too, so it is put where wrangler reads it.
 *
 * @param {import("./deploy-config.js").Target} target
 * @param {Record<string, string>} variables
 * @param {World} world
 */
function keepVariables(target, variables, world) {
  const changed = Object.entries(variables).filter(
    ([name, value]) => value !== "" && value !== target.variables[name],
  );
  for (const [name, value] of changed) {
    const text = withVariable(readText(target.file), name, value, target.environment);
    writeFileSync(target.file, text);
    world.say(`${target.file} holds ${name} = "${value}" now: commit that.`);
  }
}

/**
 * @param {Look} found
 * @param {World} world
 * @param {GeneratedFile} files
 */
async function createDatabase({ ask, name, region }, world, files) {
  const create = ["d1", "create", name, ...region.createArgs, ...files.args];
  if ((await world.runWrangler(create)) !== 0) {
    throw new Error(`The database ${name} was not made; nothing was changed.`);
  }
  const created = await findDatabase(ask, { name, needsRegion: false });
  if (created !== undefined) return created;
  throw new Error(`The database ${name} was made, but is not listed yet; deploy again.`);
}

/**
 * @param {Look} found
 * @param {World} world
 * @param {GeneratedFile} files
 */
async function migrate({ ask, target, worker, present }, world, files) {
  const apply = ["d1", "migrations", "apply", BINDING, "--remote", ...files.args];
  if ((await world.runWrangler(apply)) === 0) return;
  const applied = await appliedMigrations(ask, BINDING, target.migrationsTable);
  const failed = target.migrations.find((name) => !applied.includes(name));
  const stays =
    present === undefined
      ? "No Worker was uploaded."
      : `The Worker ${worker} was not touched and goes on.`;
  throw new Error(
    `The migration ${failed} failed and was rolled back; those before it stay. ${stays}
Migrations only add, so the version that runs works with what was added. Deploy again once the cause is gone: it goes on there.`,
  );
}

/**
 * Gives the arguments with which an upload brings secrets along; those that are there already stay. A new
 * one is shown before the upload: were it shown after, a failure in between would lose it.
 *
 * @param {{ readonly secrets: Record<string, string>, readonly made: readonly string[] }} bring
 * @param {World} world
 */
function bringAlong({ secrets, made }, world) {
  if (Object.keys(secrets).length === 0) return [];
  for (const name of made) {
    world.say(`\nA new ${name}, shown this once; keep it safe:\n\n  ${secrets[name]}\n`);
  }
  return ["--secrets-file", world.keepSecrets(secrets)];
}

/** The generated configuration, which is there for as long as the deployment runs. */
class GeneratedFile {
  #file = "";
  /** What every step of wrangler is given. @type {readonly string[]} */
  args = [];

  /**
   * @param {{ readonly file: string, readonly text: string }} generated
   * @param {string | undefined} environment
   */
  put({ file, text }, environment) {
    writeFileSync(file, text);
    this.#file = file;
    this.args = ["--config", file, ...(environment === undefined ? [] : ["--env", environment])];
  }

  remove() {
    if (this.#file !== "") rmSync(this.#file, { force: true });
  }
}
