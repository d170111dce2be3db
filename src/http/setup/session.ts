import type { Context, Hono } from "hono";
import {
  createSessionSecret,
  hashToken,
  isWellFormedSession,
  isWellFormedSetupSecret,
} from "#credentials/token.ts";
import { refuseForeignSite } from "#http/admin/call/authorize.ts";
import { refuseParameters } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { bearerOf } from "#http/admin/call/recognise.ts";
import { withTrail } from "#http/admin/call/trail.ts";
import { readAbilities } from "#http/admin/setup-links/setup-links.ts";
import { newSession } from "#http/request/new-session.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  clearSessionCookie,
  giveSessionCookie,
  readSessionCookie,
} from "#http/request/session-cookie.ts";
import { whomToAsk } from "#http/team.ts";
import { endSession, SESSION_IDLE_MS } from "#store/admin/sessions.ts";
import { centralDatabase } from "#store/databases.ts";
import { type FoundSetupLink, findSetupLink } from "#store/setup-links/links.ts";
import { openSetupSession, type SetupSession } from "#store/setup-links/sessions.ts";
import { holderOf, refusalOfVisitor } from "./holder.ts";

const UNKNOWN = "This is no set-up link. Check that it was copied whole.";

type Opening = Pick<Services, "config" | "clock">;

/**
 * Registers how a browser exchanges the secret of a set-up link for its session, asks whether it has one, and gives it
 * back. Whose set-up it is, and whom to ask, is told to everybody.
 */
export function addSetupSessionRoutes(app: Hono<AppEnv>, services: Opening): void {
  const { config, clock } = services;
  app.use("/session", async (context, next) => {
    refuseParameters(context);
    context.set("calledAt", clock.now());
    await next();
  });
  app.get("/session", async (context) => {
    const holder = await holderOf(context, services);
    return context.json({ team: teamView(services), session: holder ? sessionView(holder) : null });
  });
  app.post("/session", async (context) => {
    const secret = bearerOf(context);
    if (secret === undefined || !isWellFormedSetupSecret(secret)) {
      throw await refusalOfVisitor(context, config, UNKNOWN);
    }
    const link = await findSetupLink(centralDatabase(context.env), await hashToken(secret), clock);
    if (link === undefined) throw await refusalOfVisitor(context, config, UNKNOWN);
    return await open(context, services, link);
  });
  app.delete("/session", async (context) => {
    refuseForeignSite(context.req.raw, config);
    const secret = readSessionCookie(context, "setup_session");
    clearSessionCookie(context, "setup_session");
    if (secret === undefined || !isWellFormedSession(secret)) return context.body(null, 204);
    const holder = await holderOf(context, services);
    if (holder === undefined) return context.body(null, 204);
    const { id, connectorId, linkId, linkName } = holder;
    context.set("actor", { kind: "setupLink", id: linkId, name: linkName });
    const audited = { name: "closeSetupLink", subject: "setupLink" } as const;
    return await withTrail(context, audited, async (trail) => {
      const audit = trail.row({ connectorId, id: linkId });
      await endSession(centralDatabase(context.env), { kind: "setup", id }, audit);
      return context.body(null, 204);
    });
  });
}

/** Opens a link: 410, which says whom to ask, where it has ended. */
async function open(
  context: Context<AppEnv>,
  services: Opening,
  { hash: linkHash, id: linkId, name, can, connectorId, expiresAt, revokedAt }: FoundSetupLink,
): Promise<Response> {
  const now = services.clock.now();
  if (revokedAt !== null || expiresAt <= now) throw ended(services, revokedAt !== null);
  context.set("actor", { kind: "setupLink", id: linkId, name });
  const audited = { name: "openSetupLink", subject: "setupLink" } as const;
  return await withTrail(context, audited, async (trail) => {
    const made = await createSessionSecret();
    const session = newSession(context.req.raw, made.hash, expiresAt);
    const audit = trail.row({ connectorId, id: linkId });
    const db = centralDatabase(context.env);
    const isOpened = await openSetupSession(db, linkHash, session, { now, audit });
    if (!isOpened) throw ended(services, true);
    const seconds = Math.ceil((expiresAt - now) / 1_000);
    giveSessionCookie(context, made.secret, seconds, "setup_session");
    const holder = { connectorId, linkName: name, can, endsAt: expiresAt };
    return context.json({ team: teamView(services), session: sessionView(holder) }, 201);
  });
}

function ended({ config }: Opening, isRevoked: boolean): Problem {
  const what = isRevoked ? "This set-up link was revoked." : "This set-up link has expired.";
  return new Problem(410, `${what} ${whomToAsk(config.team)}`);
}

function teamView({ config: { team } }: Opening) {
  return { name: team.name ?? null, logo: team.logo ?? null, contact: team.contact ?? null };
}

function sessionView({
  connectorId,
  linkName,
  can,
  endsAt,
}: Pick<SetupSession, "connectorId" | "linkName" | "can" | "endsAt">) {
  return {
    connectorId,
    name: linkName,
    can: readAbilities(can),
    endsAt: new Date(endsAt).toISOString(),
    idleSeconds: SESSION_IDLE_MS / 1_000,
  };
}
