import type { Context, MiddlewareHandler } from "hono";
import { hashToken, isWellFormedSession } from "#credentials/token.ts";
import { refuseForeignSite } from "#http/admin/call/authorize.ts";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { noConnector, Problem } from "#http/admin/call/problem.ts";
import type { Ability } from "#http/admin/call/roles.ts";
import { readAbilities } from "#http/admin/setup-links/setup-links.ts";
import type { Config } from "#http/config.ts";
import {
  FAILURES_HEADERS,
  hasFailedTooOften,
  hasSetUpTooMuch,
  SETUP_HEADERS,
} from "#http/request/rate-limit.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { readSessionCookie } from "#http/request/session-cookie.ts";
import { whomToAsk } from "#http/team.ts";
import { findConnector } from "#store/admin/connectors.ts";
import { centralDatabase } from "#store/databases.ts";
import { type SetupSession, useSetupSession } from "#store/setup-links/sessions.ts";

/** Where the holder of a set-up link calls. */
export const SETUP_API_PATH = "/setup/v1";

/** The session of somebody who opened a set-up link, by the cookie of a request; undefined for a stranger. */
export async function holderOf(
  context: Context<AppEnv>,
  { clock }: Pick<Services, "clock">,
): Promise<SetupSession | undefined> {
  const secret = readSessionCookie(context, "setup_session");
  if (secret === undefined || !isWellFormedSession(secret)) return undefined;
  return await useSetupSession(centralDatabase(context.env), await hashToken(secret), clock);
}

/**
 * Lets a call pass whose cookie stands for a set-up link that works. A key, the admin token, a session of the console
 * and Cloudflare Access count for nothing here. 403 for a change that another site wrote, 429 for too many calls.
 */
export function requireHolder(
  services: Pick<Services, "config" | "clock">,
): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const holder = await holderOf(context, services);
    if (holder === undefined) throw await refusalOfVisitor(context, services.config);
    const isReading = context.req.method === "GET" || context.req.method === "HEAD";
    if (!isReading) refuseForeignSite(context.req.raw, services.config);
    if (await hasSetUpTooMuch(context.env, services.config, holder.linkId)) {
      throw new Problem(429, "Too many calls came by this link. Wait a moment.", SETUP_HEADERS);
    }
    context.set("actor", { kind: "setupLink", id: holder.linkId, name: holder.linkName });
    context.set("holder", holder);
    await next();
  };
}

/**
 * Lets a call pass that the link of its holder lets make, of the link's own connector: another one is answered as one
 * that is not there, and what the link does not let do as no call at all.
 */
export async function permitHolder(
  context: Context<AppEnv>,
  { abilities }: AdminOperation,
): Promise<void> {
  const holder = knownHolder(context);
  const id = context.req.param("id");
  if (id !== holder.connectorId) throw noConnector();
  const can = readAbilities(holder.can);
  if (abilities === undefined || !isEnough(abilities, can)) throw noSuchCall();
  const connector = await findConnector(centralDatabase(context.env), id);
  if (connector === undefined) throw noConnector();
  context.set("connector", connector);
}

function isEnough(abilities: readonly Ability[], can: readonly Ability[]): boolean {
  return abilities.length === 0 || abilities.some((ability) => can.includes(ability));
}

/** Who makes a call that requireHolder let pass. */
export function knownHolder(context: Context<AppEnv>): SetupSession {
  const holder = context.get("holder");
  if (holder === undefined) throw new Error("Nobody asked who holds the link.");
  return holder;
}

/** The 404 for what is no call, or none for this holder. */
export function noSuchCall(): Problem {
  return new Problem(404, `There is no such call below ${SETUP_API_PATH}.`);
}

/** The 401 for whoever has no session of a link that works: it says whom to ask. 429 after too many of them. */
export async function refusalOfVisitor(
  context: Context<AppEnv>,
  config: Config,
  detail = "Open the set-up link that you were given. If it does not work any more, it has ended.",
): Promise<Problem> {
  if (await hasFailedTooOften(context.env, config, context.req.raw.headers)) {
    const tooMany =
      "Too many calls without a link that works came from this address. Wait a minute.";
    return new Problem(429, tooMany, FAILURES_HEADERS);
  }
  return new Problem(401, `${detail} ${whomToAsk(config.team)}`, {
    "WWW-Authenticate": 'SetupLink realm="setup"',
  });
}
