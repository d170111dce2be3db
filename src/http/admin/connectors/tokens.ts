import type { Hono } from "hono";
import * as z from "zod";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { LIMIT, readInput, readQuery } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { makeToken, tokenView } from "#http/admin/call/token-view.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  createStoredToken,
  findLiveToken,
  listTokens,
  listUnusedTokens,
  revokeToken,
  rotateToken,
  type Token,
} from "#store/admin/tokens.ts";
import { deleted, findOr404 } from "./connectors.ts";

/** The body of POST /connectors/{id}/tokens. */
export const NEW_TOKEN = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  scope: z.enum(["read", "read-write"]).default("read-write"),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

const DAY_SECONDS = 86_400;

/** The body of POST /connectors/{id}/tokens/{tokenId}/rotate. */
export const ROTATION = z.strictObject({
  /** How long both tokens work: an IdP has to be told of the new one by hand. */
  overlapSeconds: z
    .int()
    .min(0)
    .max(90 * DAY_SECONDS)
    .default(DAY_SECONDS),
});

/** The query of GET /tokens. */
export const UNUSED_QUERY = z.strictObject({
  unusedDays: z.coerce.number().int().min(1).max(3_650).default(30),
  cursor: z.string().optional(),
  limit: LIMIT,
});

/** Registers the tokens of a connector in the admin API. */
export function addTokenRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  admin.post("/connectors/:id/tokens", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { name, scope, expiresAt } = await readInput(context, NEW_TOKEN);
    const now = clock.now();
    const expiry = expiresAt === undefined ? undefined : Date.parse(expiresAt);
    if (expiry !== undefined && expiry <= now) {
      throw new Problem(400, "expiresAt: must lie in the future");
    }
    const { secret, token } = await makeToken({ name, scope, expiresAt: expiry });
    if ((await createStoredToken(context.env.DB, number, token, now)) === undefined)
      throw deleted();
    const stored = {
      ...token,
      name: name ?? null,
      createdAt: now,
      ...NEVER,
      expiresAt: expiry ?? null,
    };
    return context.json({ ...tokenView(stored), secret }, 201);
  });
  admin.post("/connectors/:id/tokens/:tokenId/rotate", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { overlapSeconds } = await readInput(context, ROTATION);
    const now = clock.now();
    const former = await findLiveToken(context.env.DB, number, context.req.param("tokenId"), now);
    if (former === undefined) throw notLive();
    const { name, scope } = former;
    const expiresAt = renewedExpiry(former, now);
    const { secret, token } = await makeToken({ name: name ?? undefined, scope, expiresAt });
    const endsAt = now + overlapSeconds * 1_000;
    const outcome = await rotateToken(context.env.DB, number, former.id, token, { now, endsAt });
    if (outcome === undefined) throw notLive();
    const stored = { ...token, name, createdAt: now, ...NEVER, expiresAt: expiresAt ?? null };
    return context.json({ ...tokenView(stored), secret, replaces: former.id }, 201);
  });
  admin.get("/tokens", async (context) => {
    const { unusedDays, cursor, limit } = readQuery(context, UNUSED_QUERY);
    const now = clock.now();
    const offset = decodeOffsetCursor(cursor);
    const since = now - unusedDays * DAY_SECONDS * 1_000;
    const found = await listUnusedTokens(context.env.DB, { since, now, offset, limit });
    return context.json({
      items: found.map(({ connectorId, ...token }) => ({ connectorId, ...tokenView(token) })),
      nextCursor: encodeCursor(found.length === limit ? String(offset + limit) : undefined),
    });
  });
  admin.get("/connectors/:id/tokens", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const tokens = await listTokens(context.env.DB, number);
    return context.json({ items: tokens.map(tokenView), nextCursor: null });
  });
  admin.delete("/connectors/:id/tokens/:tokenId", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { tokenId } = context.req.param();
    const outcome = await revokeToken(context.env.DB, number, tokenId, clock.now());
    if (outcome === undefined) throw new Problem(404, "This connector has no token with that id.");
    return context.body(null, 204);
  });
}

function notLive(): Problem {
  return new Problem(404, "This connector has no live token with that id.");
}

/** What has not happened yet to a new token. */
const NEVER = { expiresAt: null, revokedAt: null, lastUsedAt: null };

/** A token that was made to end gets a successor that lives as long as it was to live. */
function renewedExpiry({ createdAt, expiresAt }: Token, now: number): number | undefined {
  return expiresAt === null ? undefined : now + (expiresAt - createdAt);
}
