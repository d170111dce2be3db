/** What the operator set, read once per isolate. */
export interface Config {
  /** The paths under which SCIM answers, each with a leading and no trailing slash; at least one. */
  readonly scimBasePaths: readonly [string, ...string[]];
  /** The public origin, such as https://scim.example.com; undefined means that of each request. */
  readonly publicUrl: string | undefined;
  /** The administrators' bearer token; undefined when none is configured. */
  readonly adminToken: string | undefined;
}

/** Reads the Worker's variables; throws an Error that names the variable when one makes no sense. */
export function readConfig(env: Env): Config {
  const [first, ...others] = env.SCIM_BASE_PATHS.split(",").map(basePath);
  if (first === undefined) throw new Error("SCIM_BASE_PATHS must name at least one path.");
  return {
    scimBasePaths: [first, ...others],
    publicUrl: env.PUBLIC_URL === "" ? undefined : new URL(env.PUBLIC_URL).origin,
    adminToken: env.ADMIN_TOKEN || undefined,
  };
}

function basePath(text: string): string {
  const path = text.trim().replace(/\/+$/, "");
  if (!/^(\/[\w.~-]+)+$/.test(path)) {
    throw new Error(`SCIM_BASE_PATHS holds "${text}", which is no path such as /scim/v2.`);
  }
  return path;
}
