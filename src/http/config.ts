import { type KeyRing, parseKeyRing } from "#credentials/key-ring.ts";
import { createSigner, type Signer } from "#credentials/signer.ts";
import { type AccessConfig, readAccess } from "./access-config.ts";

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
  /** Cloudflare Access in front of the admin API; undefined when it is not configured. */
  readonly access: AccessConfig | undefined;
  /** Whether requests are counted against the rate limits. */
  readonly isRateLimited: boolean;
  /** Whether sources and webhooks may be http on loopback, for development. */
  readonly allowsLoopback: boolean;
  /** Seals what is kept of providers' and webhooks' secrets. */
  readonly keyRing: KeyRing;
  /** Signs the cursors of SCIM lists, with a key derived from ENCRYPTION_KEYS. */
  readonly cursorSigner: Signer;
}

/** Reads the Worker's variables; throws an Error that names the variable when one makes no sense. */
export function readConfig(env: Env): Config {
  const keyRing = readKeys(env.ENCRYPTION_KEYS);
  return {
    scimBasePaths: readPaths("SCIM_BASE_PATHS", env.SCIM_BASE_PATHS),
    tokenPaths: readPaths("TOKEN_PATHS", env.TOKEN_PATHS),
    publicUrl: env.PUBLIC_URL === "" ? undefined : new URL(env.PUBLIC_URL).origin,
    adminToken: env.ADMIN_TOKEN || undefined,
    access: readAccess(env),
    isRateLimited: readSwitch("RATE_LIMITS", env.RATE_LIMITS),
    allowsLoopback: readLoopback(env.ALLOW_INSECURE_URLS),
    keyRing,
    cursorSigner: createSigner(keyRing, "scim-edge list cursor"),
  };
}

function readKeys(text: string | undefined): KeyRing {
  try {
    return parseKeyRing(text ?? "");
  } catch (error) {
    throw new Error("ENCRYPTION_KEYS is missing or malformed.", { cause: error });
  }
}

function readSwitch(variable: string, text: string): boolean {
  if (text === "on" || text === "off") return text === "on";
  throw new Error(`${variable} must be "on" or "off", not "${text}".`);
}

function readLoopback(text: string): boolean {
  if (text === "" || text === "loopback") return text === "loopback";
  throw new Error(`ALLOW_INSECURE_URLS must be "loopback" or empty, not "${text}".`);
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
