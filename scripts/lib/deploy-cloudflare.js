const LOGIN = "Is wrangler logged in? npx wrangler login, or CLOUDFLARE_API_TOKEN";

/**
 * @typedef {{ readonly code: number, readonly stdout: string, readonly stderr: string }} Outcome
 * @typedef {(args: readonly string[]) => Promise<Outcome>} AskWrangler
 */

/**
 * Gives the account to deploy to: the configured one, or the only one there is. Throws an Error where it is not
 * among those of the login, or where there are several.
 *
 * @param {AskWrangler} askWrangler
 * @param {string | undefined} wanted
 */
export async function findAccount(askWrangler, wanted) {
  /** @type {{ accounts?: { id: string, name: string }[] }} */
  const { accounts = [] } = await askJson(askWrangler, ["whoami", "--json"]);
  const list = accounts.map(({ id, name }) => `  ${id}  ${name}`).join("\n");
  if (wanted !== undefined) {
    const found = accounts.find(({ id }) => id === wanted);
    if (found !== undefined) return found;
    // A token of an account alone may not be allowed to list accounts.
    if (accounts.length === 0) return { id: wanted, name: "" };
    throw new Error(
      `The account ${wanted} is none that this login may use. Nothing was done. It may use:\n${list}`,
    );
  }
  const [only, ...others] = accounts;
  if (only === undefined)
    throw new Error(`No account was found; set CLOUDFLARE_ACCOUNT_ID. ${LOGIN}`);
  if (others.length === 0) return only;
  throw new Error(
    `This login may use several accounts. Nothing was done. Choose one by CLOUDFLARE_ACCOUNT_ID, or account_id in the\nconfiguration:\n${list}`,
  );
}

/**
 * The names of the secrets that the Worker has; undefined where there is no such Worker yet.
 *
 * @param {AskWrangler} askWrangler
 * @returns {Promise<readonly string[] | undefined>}
 */
export async function findSecrets(askWrangler) {
  const outcome = await askWrangler(["secret", "list"]);
  if (
    outcome.code !== 0 &&
    /Worker ".*"( \(env: .*\))? not found/.test(outcome.stderr + outcome.stdout)
  ) {
    return undefined;
  }
  /** @type {{ name: string }[]} */
  const secrets = parse(["secret", "list"], outcome);
  return secrets.map(({ name }) => name);
}

/**
 * The database of this id, or else of this name; undefined where there is none of that name. Throws an Error for
 * an id that the account does not have.
 *
 * @param {AskWrangler} askWrangler
 * @param {{ readonly name: string, readonly id?: string, readonly needsRegion: boolean }} wanted
 */
export async function findDatabase(askWrangler, { name, id, needsRegion }) {
  /** @type {{ name: string, uuid: string, jurisdiction?: string | null }[]} */
  const databases = await askJson(askWrangler, ["d1", "list", "--json"]);
  const found = databases.find((each) =>
    id === undefined ? each.name === name : each.uuid === id,
  );
  if (found === undefined && id !== undefined) {
    throw new Error(
      `The account has no database with the id ${id}, which the configuration names. Is it the right account? Nothing was done.`,
    );
  }
  if (found === undefined) return undefined;
  const { running_in_region: region } = needsRegion
    ? await askJson(askWrangler, ["d1", "info", found.name, "--json"])
    : { running_in_region: undefined };
  return { name: found.name, id: found.uuid, jurisdiction: found.jurisdiction ?? null, region };
}

/**
 * The names of the migrations that the database has.
 *
 * @param {AskWrangler} askWrangler
 * @param {string} binding
 * @param {string} table
 * @returns {Promise<readonly string[]>}
 */
export async function appliedMigrations(askWrangler, binding, table) {
  // `d1 migrations list` would make the table: this only reads.
  const command = `SELECT name FROM ${table} ORDER BY id`;
  const args = ["d1", "execute", binding, "--remote", "--json", "--command", command];
  const outcome = await askWrangler(args);
  if ((outcome.stdout + outcome.stderr).includes(`no such table: ${table}`)) return [];
  /** @type {{ results: { name: string }[] }[]} */
  const [answer] = parse(args, outcome);
  return (answer?.results ?? []).map(({ name }) => name);
}

/**
 * @param {AskWrangler} askWrangler
 * @param {readonly string[]} args
 */
async function askJson(askWrangler, args) {
  return parse(args, await askWrangler(args));
}

/**
 * @param {readonly string[]} args
 * @param {Outcome} outcome
 */
function parse(args, { code, stdout, stderr }) {
  const command = `wrangler ${args.slice(0, 2).join(" ")}`;
  if (code !== 0) throw new Error(`${command} failed.\n${stdout}${stderr}\n${LOGIN}`);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`${command} answered no JSON:\n${stdout}${stderr}`);
  }
}
