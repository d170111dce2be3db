import type { Context, MiddlewareHandler } from "hono";
import type { Config } from "#http/config.ts";
import type { Grant, Sight } from "#http/request/actor.ts";
import { FAILURES_HEADERS, hasFailedTooOften } from "#http/request/rate-limit.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { challenge } from "#http/response/error.ts";
import { type Connector, findConnector } from "#store/admin/connectors.ts";
import { centralDatabase } from "#store/databases.ts";
import { noConnector, Problem } from "./problem.ts";
import { createRecognisers, recognise } from "./recognise.ts";
import { type Role, rolesFrom } from "./roles.ts";

/**
 * Lets a call of the admin API, or of the one for applications, pass with the operator's token, compared in
 * constant time, a key, the session of somebody signed in to the console, or the JWT that Cloudflare Access adds.
 * For anything but GET and HEAD, which change nothing, 403 goes to whoever may only read, and to a browser's call
 * that was written on another site.
 */
export function requireAdmin(
  services: Pick<Services, "config" | "clock" | "fetch">,
  realm: "admin" | "applications" = "admin",
): MiddlewareHandler<AppEnv> {
  const { byBearer, byBrowser } = createRecognisers(services);
  const byAny = [...byBearer, ...byBrowser];
  return async (context, next) => {
    requireOpen(services.config);
    const caller = await recognise(context, byAny);
    if (caller === undefined) throw await refusalOfStranger(context, services.config, realm);
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    if (!isReading) {
      if (caller.isByCookie) refuseForeignSite(context.req.raw, services.config);
      if (caller.isReadOnly) throw new Problem("readOnly", READ_ONLY);
    }
    context.set("actor", caller.actor);
    context.set("grant", caller.grant);
    context.set("mayWrite", !caller.isReadOnly);
    await next();
  };
}

/** Throws the 503 of an admin API that nobody can be let in to. */
export function requireOpen({ adminToken, access }: Config): void {
  if (adminToken !== undefined || access !== undefined) return;
  throw new Problem(
    "adminApiClosed",
    "The admin API is closed: set the secret ADMIN_TOKEN, or ACCESS_TEAM_DOMAIN and ACCESS_AUD.",
  );
}

/** The 401 for whoever showed no credential that is good, or 429 once an address has failed too often. */
export async function refusalOfStranger(
  context: Context<AppEnv>,
  config: Config,
  realm: "admin" | "applications" = "admin",
): Promise<Problem> {
  if (await hasFailedTooOften(context.env, config, context.req.raw.headers)) {
    const detail = "Too many calls with bad credentials came from this address. Wait a minute.";
    return new Problem(429, detail, FAILURES_HEADERS);
  }
  const isBearer = /^bearer\s+\S/i.test(context.req.header("Authorization") ?? "");
  return new Problem(
    401,
    "Send the admin token or a key as: Authorization: Bearer …",
    challenge(realm, isBearer ? "invalid_token" : undefined),
  );
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
    throw new Problem(
      "roleTooSmall",
      `This key has the role "${role}". The call takes one with ${wanted}.`,
    );
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

/** What the caller of an admin call may do; throws where nobody was asked. */
export function grantOf(context: Context<AppEnv>): Grant {
  const grant = context.get("grant");
  if (grant === undefined) throw new Error("Nobody asked what this call may do.");
  return grant;
}

/** Whether a connector, as it is now, is one that a caller sees. */
export function isSeen({ connectorId, tenant }: Sight, connector: Connector): boolean {
  return (
    (connectorId === null || connectorId === connector.id) &&
    (tenant === null || tenant === connector.tenant)
  );
}

/**
 * Refuses a call that another site wrote: Access and the console sign a browser in by a cookie, and that of
 * Access goes along wherever the call comes from. What the browser says in Sec-Fetch-Site decides, else its Origin.
 */
export function refuseForeignSite({ url, headers }: Request, { publicUrl }: Config): void {
  const site = headers.get("Sec-Fetch-Site");
  const origin = headers.get("Origin");
  const isOurs =
    site === null
      ? origin !== null && (origin === new URL(url).origin || origin === publicUrl)
      : site === "same-origin" || site === "none";
  if (!isOurs) throw new Problem("foreignSite", FOREIGN_SITE);
}

const READ_ONLY =
  "You may read but not change anything here; ask an administrator. ACCESS_ADMIN_EMAILS names them.";

const FOREIGN_SITE =
  "A browser's call that changes anything must come from this gateway's own origin. " +
  "From a program behind Cloudflare Access, send the header Origin with the gateway's origin, or use the admin token or a key.";
