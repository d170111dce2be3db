import type { Context, MiddlewareHandler } from "hono";
import { createAccessVerifier } from "#credentials/access-jwt.ts";
import { equalSecrets } from "#credentials/equal.ts";
import { hashToken, isWellFormedKey } from "#credentials/token.ts";
import { type AccessConfig, isAdministrator } from "#http/access-config.ts";
import type { Config } from "#http/config.ts";
import type { Actor, Grant, Sight } from "#http/request/actor.ts";
import { FAILURES_HEADERS, hasFailedTooOften } from "#http/request/rate-limit.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { challenge } from "#http/response/error.ts";
import { type Connector, findConnector } from "#store/admin/connectors.ts";
import { useKey } from "#store/admin/keys.ts";
import { centralDatabase } from "#store/databases.ts";
import { noConnector, Problem } from "./problem.ts";
import { type Role, rolesFrom } from "./roles.ts";

/** Who calls. */
interface Caller {
  readonly actor: Actor;
  readonly grant: Grant;
  /** Whether the caller may change nothing, whatever the grant. */
  readonly isReadOnly?: boolean;
  /** Whether the browser adds the credential by itself, on whichever site the call was written. */
  readonly isByCookie: boolean;
}

/** Finds out whether a call comes from an administrator; undefined for a stranger. */
type Recognise = (context: Context<AppEnv>) => Promise<Caller | undefined>;

/**
 * Lets an admin call pass with the operator's token, compared in constant time, a key, or the JWT that
 * Cloudflare Access adds. For anything but GET and HEAD, which change nothing, 403 goes to whoever may
 * only read, and to a call by way of Access that was written on another site.
 */
export function requireAdmin(
  services: Pick<Services, "config" | "clock" | "fetch">,
): MiddlewareHandler<AppEnv> {
  const { adminToken, access } = services.config;
  const ways: readonly Recognise[] = [
    ...(adminToken === undefined ? [] : [byToken(adminToken)]),
    ...(access === undefined ? [] : [byAccess(services, access)]),
  ];
  const isClosed = ways.length === 0;
  const byAny = [byKey(services), ...ways];
  return async (context, next) => {
    if (isClosed) {
      throw new Problem(
        503,
        "The admin API is closed: set the secret ADMIN_TOKEN, or ACCESS_TEAM_DOMAIN and ACCESS_AUD.",
      );
    }
    const caller = await recognise(context, byAny);
    if (caller === undefined) {
      if (await hasFailedTooOften(context.env, services.config, context.req.raw.headers)) {
        const detail = "Too many calls with bad credentials came from this address. Wait a minute.";
        throw new Problem(429, detail, FAILURES_HEADERS);
      }
      const isBearer = /^bearer\s+\S/i.test(context.req.header("Authorization") ?? "");
      throw new Problem(
        401,
        "Send the admin token or a key as: Authorization: Bearer …",
        challenge("admin", isBearer ? "invalid_token" : undefined),
      );
    }
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    if (!isReading) {
      if (caller.isByCookie) refuseForeignSite(context.req.raw, services.config);
      if (caller.isReadOnly) throw new Problem(403, READ_ONLY);
    }
    context.set("actor", caller.actor);
    context.set("grant", caller.grant);
    await next();
  };
}

/**
 * Lets a call pass that the caller's role is enough for, and whose path names a connector that the caller
 * sees: else 403 that says which role is, and 404 as for a connector that is not there.
 */
export async function authorize(
  context: Context<AppEnv>,
  { role: least, path }: { readonly role: Role; readonly path: string },
): Promise<void> {
  const { role, sees } = grantOf(context);
  const enough = rolesFrom(least);
  if (!enough.includes(role)) {
    const wanted = enough.map((each) => `"${each}"`).join(" or ");
    throw new Problem(403, `This key has the role "${role}". The call takes one with ${wanted}.`);
  }
  if (!path.startsWith("/connectors/:id") || !isLimited(sees)) return;
  const id = context.req.param("id") ?? "";
  const connector = await findConnector(centralDatabase(context.env), id);
  if (connector === undefined || !isSeen(sees, connector)) throw noConnector();
  context.set("connector", connector);
}

/** What the caller of an admin call sees: what names no connector in its path must keep to it. */
export function sightOf(context: Context<AppEnv>): Sight {
  return grantOf(context).sees;
}

/** Whether there is something that a caller does not see. */
export function isLimited({ connectorId, tenant }: Sight): boolean {
  return connectorId !== null || tenant !== null;
}

function grantOf(context: Context<AppEnv>): Grant {
  const grant = context.get("grant");
  if (grant === undefined) throw new Error("Nobody asked what this call may do.");
  return grant;
}

/** Whether a connector, as it is now, is one that a caller sees. */
function isSeen({ connectorId, tenant }: Sight, connector: Connector): boolean {
  return (
    (connectorId === null || connectorId === connector.id) &&
    (tenant === null || tenant === connector.tenant)
  );
}

const EVERYTHING: Grant = { role: "admin", sees: { connectorId: null, tenant: null } };

async function recognise(
  context: Context<AppEnv>,
  ways: readonly Recognise[],
): Promise<Caller | undefined> {
  for (const way of ways) {
    const caller = await way(context);
    if (caller !== undefined) return caller;
  }
  return undefined;
}

function byToken(adminToken: string): Recognise {
  return async (context) => {
    const token = bearerOf(context);
    if (token === undefined || !(await equalSecrets(token, adminToken))) return undefined;
    return { actor: { kind: "adminToken" }, grant: EVERYTHING, isByCookie: false };
  };
}

/** A key is looked up by its hash for each call, so that it ends with its revocation; a wrong checksum costs no look-up. */
function byKey({ clock }: Pick<Services, "clock">): Recognise {
  return async (context) => {
    const token = bearerOf(context);
    if (token === undefined || !isWellFormedKey(token)) return undefined;
    const key = await useKey(centralDatabase(context.env), await hashToken(token), clock);
    if (key === undefined) return undefined;
    const { id, name, role, connectorId, tenant } = key;
    const grant = { role, sees: { connectorId, tenant } };
    return { actor: { kind: "key", id, name }, grant, isByCookie: false };
  };
}

/** The bearer token of a call (RFC 6750 §2.1, the scheme in any case). */
function bearerOf(context: Context<AppEnv>): string | undefined {
  const header = context.req.header("Authorization") ?? "";
  const [scheme, token, ...others] = header.trim().split(/\s+/);
  return scheme?.toLowerCase() === "bearer" && others.length === 0 ? token : undefined;
}

function byAccess(
  { clock, fetch }: Pick<Services, "clock" | "fetch">,
  access: AccessConfig,
): Recognise {
  const { teamDomain, audience } = access;
  const verify = createAccessVerifier({ teamDomain, audience, now: clock.now, fetch });
  return async (context) => {
    const jwt = context.req.header("Cf-Access-Jwt-Assertion");
    const identity = jwt === undefined ? undefined : await verify(jwt).catch(refuseUnverified);
    if (identity === undefined) return undefined;
    const isReadOnly = !isAdministrator(access, identity.email);
    const actor = { kind: "access", email: identity.email } as const;
    return { actor, grant: EVERYTHING, isReadOnly, isByCookie: true };
  };
}

/**
 * Refuses a call that another site wrote: Access signs a browser in by a cookie, which goes along
 * wherever the call comes from. What the browser says in Sec-Fetch-Site decides, else its Origin.
 */
function refuseForeignSite({ url, headers }: Request, { publicUrl }: Config): void {
  const site = headers.get("Sec-Fetch-Site");
  const origin = headers.get("Origin");
  const isOurs =
    site === null
      ? origin !== null && (origin === new URL(url).origin || origin === publicUrl)
      : site === "same-origin" || site === "none";
  if (!isOurs) throw new Problem(403, FOREIGN_SITE);
}

const READ_ONLY =
  "You may read but not change anything here; ask an administrator. ACCESS_ADMIN_EMAILS names them.";

const FOREIGN_SITE =
  "Through Cloudflare Access a call that changes anything must come from this gateway's own origin. " +
  "From a program, send the header Origin with the gateway's origin, or use the admin token or a key.";

function refuseUnverified(): never {
  const detail =
    "The keys of Cloudflare Access cannot be fetched right now. Repeat the call later.";
  throw new Problem(503, detail, { "Retry-After": "10" });
}
