/** What the operator set, read once per isolate. */
export interface Config {
  /** The paths under which SCIM answers, each with a leading and no trailing slash; at least one. */
  readonly scimBasePaths: readonly [string, ...string[]];
  /** The paths of the OAuth token endpoint; at least one. */
  readonly tokenPaths: readonly [string, ...string[]];
  /** The public origin, such as https://scim.example.com; undefined means that of each request. */
  readonly publicUrl: string | undefined;
  /** The administrators' bearer token; undefined when none is configured. */
  readonly adminToken: string | undefined;
}

/** Reads the Worker's variables; throws an Error that names the variable when one makes no sense. */
export function readConfig(env: Env): Config {
  return {
    scimBasePaths: readPaths("SCIM_BASE_PATHS", env.SCIM_BASE_PATHS),
    tokenPaths: readPaths("TOKEN_PATHS", env.TOKEN_PATHS),
    publicUrl: env.PUBLIC_URL === "" ? undefined : new URL(env.PUBLIC_URL).origin,
    adminToken: env.ADMIN_TOKEN || undefined,
  };
}

function readPaths(variable: string, list: string): [string, ...string[]] {
  const [first, ...others] = list.split(",").map((text) => readPath(variable, text));
  if (first === undefined) throw new Error(`${variable} must name at least one path.`);
  return [first, ...others];
}

function readPath(variable: string, text: string): string {
  const path = text.trim().replace(/\/+$/, "");
  if (/^(\/[\w.~-]+)+$/.test(path)) return path;
  throw new Error(`${variable} holds "${text}", which is no path such as /scim/v2.`);
}
