import type { Hono } from "hono";
import * as z from "zod/mini";
import { createStoredToken, listTokens, revokeToken } from "#store/tokens.ts";
import type { AppEnv, Services } from "../services.ts";
import { findOr404 } from "./connectors.ts";
import { readInput } from "./input.ts";
import { Problem } from "./problem.ts";
import { makeToken, tokenView } from "./token-view.ts";

const NEW_TOKEN = z.strictObject({
  name: z.optional(z.string().check(z.trim(), z.minLength(1), z.maxLength(200))),
  scope: z._default(z.enum(["read", "read-write"]), "read-write"),
  expiresAt: z.optional(z.iso.datetime({ offset: true })),
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
    await createStoredToken(context.env.DB, number, token, now);
    const stored = {
      ...token,
      name: name ?? null,
      expiresAt: expiry ?? null,
      createdAt: now,
      revokedAt: null,
      lastUsedAt: null,
    };
    return context.json({ ...tokenView(stored), secret }, 201);
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
