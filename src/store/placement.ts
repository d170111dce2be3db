/** Where the data is kept: in a jurisdiction by law, near a place by a hint, or wherever it was made. */
export interface Placement {
  readonly jurisdiction: DurableObjectJurisdiction | undefined;
  readonly location: DurableObjectLocationHint | undefined;
}

/** The variables that say so; a wrangler.toml of the operator's own may be older than they are. */
export type PlacementVariables = Partial<Pick<Env, "DATA_JURISDICTION" | "DATA_LOCATION">>;

/** The Durable Objects as they are bound, with where they are kept. */
export type ObjectBindings = Pick<Env, "BRIDGE" | "WEBHOOK"> & PlacementVariables;

/** Those of D1, which are fewer than Durable Objects know. */
const JURISDICTIONS = ["eu", "fedramp", "us"] as const;
const LOCATIONS = ["weur", "eeur", "apac", "oc", "wnam", "enam"] as const;

/** Reads where the data is kept; throws an Error that names the variable when it makes no sense. */
export function readPlacement({
  DATA_JURISDICTION: jurisdiction = "",
  DATA_LOCATION: location = "",
}: PlacementVariables): Placement {
  if (jurisdiction !== "" && location !== "") {
    throw new Error(
      "DATA_LOCATION means nothing beside DATA_JURISDICTION: leave one of them empty.",
    );
  }
  return {
    jurisdiction: oneOf("DATA_JURISDICTION", jurisdiction, JURISDICTIONS),
    location: oneOf("DATA_LOCATION", location, LOCATIONS),
  };
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T | undefined {
  const chosen = choices.find((choice) => choice === text);
  if (chosen !== undefined || text === "") return chosen;
  throw new Error(`${name} must be empty or one of ${choices.join(", ")}, not "${text}".`);
}

/** The Durable Object of a connector's bridge, whether or not it has one. */
export function bridgeObject(env: Omit<ObjectBindings, "WEBHOOK">, connectorId: string) {
  return placed(env.BRIDGE, env).getByName(connectorId, hint(env));
}

/** The Durable Object of a webhook. */
export function webhookObject(env: Omit<ObjectBindings, "BRIDGE">, webhookId: string) {
  return placed(env.WEBHOOK, env).getByName(webhookId, hint(env));
}

/** An object of another jurisdiction is another object, with nothing in it. */
function placed<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  variables: PlacementVariables,
): DurableObjectNamespace<T> {
  const { jurisdiction } = readPlacement(variables);
  return jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction);
}

function hint(variables: PlacementVariables): { locationHint?: DurableObjectLocationHint } {
  const { location } = readPlacement(variables);
  return location === undefined ? {} : { locationHint: location };
}
