/** The variables by which the Worker places its Durable Objects, in the words of the arguments. */
const JURISDICTION = "DATA_JURISDICTION";
const LOCATION = "DATA_LOCATION";

/**
 * Decides where a deployment keeps its data. Throws an Error with the reason where that cannot be: Cloudflare
 * fixes the place of a database when it is made, and a Durable Object of another jurisdiction is another object.
 *
 * @param {{
 *   readonly asked: { readonly jurisdiction?: string | undefined, readonly location?: string | undefined },
 *   readonly variables: Record<string, unknown>,
 *   readonly database: { readonly name: string, readonly jurisdiction: string | null, readonly region?: string | undefined } | undefined,
 * }} situation  `database` is undefined where it is still to be made; its `region` is asked for with a location alone
 */
export function decideRegion({ asked, variables, database }) {
  const jurisdiction = agreed("jurisdiction", JURISDICTION, asked.jurisdiction, variables);
  const location = agreed("location", LOCATION, asked.location, variables);
  if (jurisdiction !== "" && location !== "") {
    throw new Error(
      `${JURISDICTION} is "${jurisdiction}": a location beside it means nothing. Leave ${LOCATION} empty.`,
    );
  }
  if (database !== undefined) refuseChange(database, jurisdiction, asked);
  return {
    variables: { [JURISDICTION]: jurisdiction, [LOCATION]: location },
    /** What `wrangler d1 create` is told. */
    createArgs: [
      ...(jurisdiction === "" ? [] : ["--jurisdiction", jurisdiction]),
      ...(location === "" ? [] : ["--location", location]),
    ],
  };
}

/**
 * @param {string} option
 * @param {string} variable
 * @param {string | undefined} asked
 * @param {Record<string, unknown>} variables
 */
function agreed(option, variable, asked, variables) {
  const set = String(variables[variable] ?? "");
  if (asked === undefined || set === "" || asked === set) return asked ?? set;
  throw new Error(`--${option} is ${asked}, but ${variable} is "${set}". Nothing was done.`);
}

/**
 * @param {{ readonly name: string, readonly jurisdiction: string | null, readonly region?: string | undefined }} database
 * @param {string} jurisdiction
 * @param {{ readonly location?: string | undefined }} asked
 */
function refuseChange({ name, jurisdiction: actual, region }, jurisdiction, asked) {
  const is = actual ?? "";
  if (is !== jurisdiction && jurisdiction === "") {
    throw new Error(
      `The database ${name} is in the jurisdiction ${is}, but ${JURISDICTION} is empty: Durable Objects would keep
their part elsewhere. Set ${JURISDICTION} = "${is}" in the variables. Nothing was done.`,
    );
  }
  if (is !== jurisdiction) {
    throw new Error(
      `The database ${name} is in ${is === "" ? "no jurisdiction" : `the jurisdiction ${is}`} and cannot move to ${jurisdiction}: Cloudflare
fixes that when a database is made. Deploy a second Worker with a database of its own there (docs/operations/deploy-and-upgrade.md,
"Where the data is kept"). Nothing was done.`,
    );
  }
  if (asked.location === undefined || asked.location === region?.toLowerCase()) return;
  throw new Error(
    `The database ${name} runs in ${region ?? "a region that Cloudflare does not name"} and cannot move to ${asked.location}: Cloudflare places a database once,
when it is made. Deploy without --location. Nothing was done.`,
  );
}
