import { type KeyRing, parseKeyRing } from "#credentials/key-ring.ts";
import { createSigner, type Signer } from "#credentials/signer.ts";
import { withoutTrailing } from "#scim/text.ts";
import { type Placement, type PlacementVariables, readPlacement } from "#store/placement.ts";
import { type AccessConfig, readAccess } from "./access-config.ts";
import { readTeam, type Team } from "./team.ts";

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
  /** Who a customer's administrator is told that a set-up comes from. */
  readonly team: Team;
  /** For how many days the trail of administrators' actions is kept. */
  readonly auditDays: number;
  /** Whether requests are counted against the rate limits. */
  readonly isRateLimited: boolean;
  /** Whether a write may be tried on what the isolate remembers (docs/decisions/0013). */
  readonly writesOptimistically: boolean;
  /** Where the data is kept. */
  readonly placement: Placement;
  /** Whether sources and webhooks may be http on loopback, for development. */
  readonly allowsLoopback: boolean;
  /** Seals what is kept of providers' and webhooks' secrets. */
  readonly keyRing: KeyRing;
  /** Signs the cursors of SCIM lists, with a key derived from ENCRYPTION_KEYS. */
  readonly cursorSigner: Signer;
}

/** The variables that wrangler.toml holds with their defaults. */
const VARIABLES = [
  "SCIM_BASE_PATHS",
  "TOKEN_PATHS",
  "PUBLIC_URL",
  "ACCESS_TEAM_DOMAIN",
  "ACCESS_AUD",
  "ACCESS_ADMIN_EMAILS",
  "RATE_LIMITS",
  "ALLOW_INSECURE_URLS",
] as const;

/** Variables and secrets, as they are bound to the Worker. */
export type Variables = Pick<Env, (typeof VARIABLES)[number] | "ENCRYPTION_KEYS"> &
  PlacementVariables &
  Partial<
    Pick<
      Env,
      | "ADMIN_TOKEN"
      | "AUDIT_RETENTION_DAYS"
      | "OPTIMISTIC_WRITES"
      | "TEAM_CONTACT"
      | "TEAM_LOGO"
      | "TEAM_NAME"
    >
  >;

/** Reads the Worker's variables; throws an Error that names the variable when one makes no sense. */
export function readConfig(env: Variables): Config {
  for (const name of VARIABLES) {
    if (typeof env[name] === "string") continue;
    throw new Error(`${name} must be a text; wrangler.toml holds its default.`);
  }
  const keyRing = readKeys(env.ENCRYPTION_KEYS);
  return {
    scimBasePaths: readPaths("SCIM_BASE_PATHS", env.SCIM_BASE_PATHS),
    tokenPaths: readPaths("TOKEN_PATHS", env.TOKEN_PATHS),
    publicUrl: readPublicUrl(env.PUBLIC_URL),
    adminToken: readAdminToken(env.ADMIN_TOKEN),
    access: readAccess(env),
    team: readTeam(env),
    auditDays: readAuditDays(env),
    isRateLimited: readSwitch("RATE_LIMITS", env.RATE_LIMITS),
    // A wrangler.toml of the operator's own may be older than the variable.
    writesOptimistically: readSwitch("OPTIMISTIC_WRITES", env.OPTIMISTIC_WRITES ?? "on"),
    placement: readPlacement(env),
    allowsLoopback: readLoopback(env.ALLOW_INSECURE_URLS),
    keyRing,
    cursorSigner: createSigner(keyRing, "scim-edge list cursor"),
  };
}

/** A path, a query or a user name would be dropped without a word, and http is read on the way. */
function readPublicUrl(text: string): string | undefined {
  if (text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === "https:" || LOOPBACK.test(url?.origin ?? "");
  if (isSecure && url?.href === `${url?.origin}/`) return url.origin;
  throw new Error(
    `PUBLIC_URL must be an https origin without a path, such as https://scim.example.com, not "${text}".`,
  );
}

/** http is good enough for a development server. */
const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** Visible ASCII alone can be sent as a bearer token; fewer characters could be guessed. */
const ADMIN_TOKEN = /^[!-~]{32,}$/;

/** Throws an Error that does not show the token. */
function readAdminToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  if (ADMIN_TOKEN.test(token)) return token;
  throw new Error(
    "ADMIN_TOKEN must have at least 32 characters, all of them visible ASCII: openssl rand -base64 32 makes one.",
  );
}

function readKeys(text: string | undefined): KeyRing {
  try {
    return parseKeyRing(text ?? "");
  } catch (error) {
    throw new Error("ENCRYPTION_KEYS is missing or malformed.", { cause: error });
  }
}

/** So long a trail is of use at least, and nobody needs more of it. */
const AUDIT_DAYS = { least: 30, most: 3_650, usual: "400" };

/** Reads for how many days the trail of administrators' actions is kept; throws an Error that names the variable. */
export function readAuditDays({
  // A wrangler.toml of the operator's own may be older than the variable.
  AUDIT_RETENTION_DAYS: text = AUDIT_DAYS.usual,
}: Partial<Pick<Env, "AUDIT_RETENTION_DAYS">>): number {
  const { least, most } = AUDIT_DAYS;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= least && days <= most) return days;
  throw new Error(
    `AUDIT_RETENTION_DAYS must be a number of days from ${least} to ${most}, not "${text}".`,
  );
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
  const path = withoutTrailing(text.trim(), "/");
  // A URL's own dot segments are gone before it is looked at: nobody could ask for such a path.
  const isPath =
    /^(\/[\w.~-]+)+$/.test(path) && new URL(path, "https://any.example").pathname === path;
  if (!isPath) throw new Error(`${variable} holds "${text}", which is no path such as /scim/v2.`);
  const taken = TAKEN_PATHS.find((each) => path === each || path.startsWith(`${each}/`));
  if (taken === undefined) return path;
  throw new Error(`${variable} holds "${text}", but ${taken} is the gateway's own.`);
}

const TAKEN_PATHS = [
  "/admin/v1",
  "/v1",
  "/console",
  "/setup",
  "/healthz",
  "/.well-known/jwks.json",
];
