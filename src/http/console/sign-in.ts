import type { Context, Hono } from "hono";
import {
  createLinkCode,
  createSessionSecret,
  hashToken,
  isWellFormedLink,
  isWellFormedSession,
  type NewToken,
} from "#credentials/token.ts";
import { refusalOfStranger, refuseForeignSite, requireOpen } from "#http/admin/call/authorize.ts";
import { refuseParameters } from "#http/admin/call/input.ts";
import {
  bearerOf,
  createBacking,
  createRecognisers,
  recognise,
} from "#http/admin/call/recognise.ts";
import { withTrail } from "#http/admin/call/trail.ts";
import { newSession } from "#http/request/new-session.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  clearSessionCookie,
  giveSessionCookie,
  readSessionCookie,
} from "#http/request/session-cookie.ts";
import {
  endSession,
  findLink,
  openByLink,
  SESSION_IDLE_MS,
  type SessionToStore,
  storeSession,
  useSession,
} from "#store/admin/sessions.ts";
import { centralDatabase } from "#store/databases.ts";

/** A session is over after so long, however it is used. */
const SESSION_MS = 12 * 3_600_000;

/** A link is over after so long, or once it was used. */
const LINK_MS = 15 * 60_000;

type SigningIn = Pick<Services, "config" | "clock" | "fetch">;

/**
 * Registers how a browser gets a session: for a key, the admin token, or the code of a link, which works once;
 * how it gives it back; and how whoever holds a key or the admin token makes a link.
 */
export function addSignInRoutes(app: Hono<AppEnv>, services: SigningIn): void {
  const { byBearer } = createRecognisers(services);
  const signInByLink = byLink(services);
  app.post("/session", async (context) => {
    const opening = begin(context, services);
    const code = bearerOf(context);
    if (code !== undefined && isWellFormedLink(code)) return await signInByLink(context, code);
    const bearer = await recognise(context, byBearer);
    if (bearer === undefined) throw await refusalOfStranger(context, services.config);
    context.set("actor", bearer.actor);
    return await withTrail(context, { name: "signIn", subject: "session" }, async (trail) => {
      const made = await createSessionSecret();
      const session = newSession(context.req.raw, made.hash, opening.now + SESSION_MS);
      const audit = trail.row({ id: session.id });
      const stored = { ...session, kind: "session", standsFor: bearer.standsFor } as const;
      await storeSession(centralDatabase(context.env), stored, { now: opening.now, audit });
      return signedIn(context, made, session);
    });
  });
  app.post("/session/links", async (context) => {
    const { now } = begin(context, services);
    const bearer = await recognise(context, byBearer);
    if (bearer === undefined) throw await refusalOfStranger(context, services.config);
    context.set("actor", bearer.actor);
    return await withTrail(
      context,
      { name: "makeSignInLink", subject: "session" },
      async (trail) => {
        const made = await createLinkCode();
        const link = newSession(context.req.raw, made.hash, now + LINK_MS);
        const audit = trail.row({ id: link.id });
        const stored = { ...link, kind: "link", standsFor: bearer.standsFor } as const;
        await storeSession(centralDatabase(context.env), stored, { now, audit });
        const origin = services.config.publicUrl ?? new URL(context.req.raw.url).origin;
        // Behind the #, which no browser sends and no log has.
        const url = `${origin}/console/sign-in#${made.secret}`;
        return context.json({ url, expiresAt: new Date(link.endsAt).toISOString() }, 201);
      },
    );
  });
  const signOut = signingOut(services);
  app.delete("/session", signOut);
}

function byLink({ config, clock }: SigningIn) {
  const backing = createBacking(config);
  return async (context: Context<AppEnv>, code: string): Promise<Response> => {
    const db = centralDatabase(context.env);
    const now = calledAt(context);
    const linkHash = await hashToken(code);
    const link = await findLink(db, linkHash, clock);
    const caller = link === undefined ? undefined : await backing(link);
    if (caller === undefined) throw await refusalOfStranger(context, config);
    context.set("actor", caller.actor);
    return await withTrail(context, { name: "signIn", subject: "session" }, async (trail) => {
      const made = await createSessionSecret();
      const session = newSession(context.req.raw, made.hash, now + SESSION_MS);
      const audit = trail.row({ id: session.id });
      const isOpened = await openByLink(db, linkHash, session, { now, audit });
      if (!isOpened) throw await refusalOfStranger(context, config);
      return signedIn(context, made, session);
    });
  };
}

/** Ends the session of a browser, and has it forget the cookie; whoever is signed in by nothing is told the same. */
function signingOut({ config, clock }: SigningIn) {
  const backing = createBacking(config);
  return async (context: Context<AppEnv>): Promise<Response> => {
    begin(context, { config, clock });
    refuseForeignSite(context.req.raw, config);
    const secret = readSessionCookie(context);
    clearSessionCookie(context);
    if (secret === undefined || !isWellFormedSession(secret)) return context.body(null, 204);
    const db = centralDatabase(context.env);
    const session = await useSession(db, await hashToken(secret), clock);
    const caller = session === undefined ? undefined : await backing(session);
    if (session === undefined || caller === undefined) return context.body(null, 204);
    context.set("actor", caller.actor);
    return await withTrail(context, { name: "signOut", subject: "session" }, async (trail) => {
      await endSession(db, { kind: "session", id: session.id }, trail.row({ id: session.id }));
      return context.body(null, 204);
    });
  };
}

/** Notes when a call came, which its row in the trail tells. */
function begin(
  context: Context<AppEnv>,
  { config, clock }: Pick<Services, "config" | "clock">,
): { readonly now: number } {
  requireOpen(config);
  refuseParameters(context);
  const now = clock.now();
  context.set("calledAt", now);
  return { now };
}

function calledAt(context: Context<AppEnv>): number {
  const at = context.get("calledAt");
  if (at === undefined) throw new Error("Nobody noted when this call came.");
  return at;
}

function signedIn(
  context: Context<AppEnv>,
  { secret }: NewToken,
  { endsAt }: SessionToStore,
): Response {
  giveSessionCookie(context, secret, SESSION_MS / 1_000);
  const idleSeconds = SESSION_IDLE_MS / 1_000;
  return context.json({ endsAt: new Date(endsAt).toISOString(), idleSeconds }, 201);
}
