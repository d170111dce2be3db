import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import { createToken } from "#credentials/token.ts";
import { readInput } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { isoOrNull } from "#http/admin/call/token-view.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  createClient,
  listClients,
  type OauthClient,
  revokeClient,
} from "#store/admin/oauth-clients.ts";
import { deleted, findOr404 } from "./connectors.ts";

/** The body of POST /connectors/{id}/clients. */
export const NEW_CLIENT = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  scope: z.enum(["read", "read-write"]).default("read-write"),
});

/** Registers the OAuth clients of a connector in the admin API. */
export function addClientRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  admin.post("/connectors/:id/clients", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { name, scope } = await readInput(context, NEW_CLIENT);
    const { secret, hash, hint } = await createToken();
    const id = uuidv7();
    const now = clock.now();
    const client = { id, name, secretHash: hash, hint, scope };
    if ((await createClient(context.env.DB, number, client, now)) === undefined) throw deleted();
    const stored = { id, name: name ?? null, hint, scope, createdAt: now };
    const view = clientView({ ...stored, revokedAt: null, lastUsedAt: null });
    return context.json({ ...view, clientSecret: secret }, 201);
  });
  admin.get("/connectors/:id/clients", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const clients = await listClients(context.env.DB, number);
    return context.json({ items: clients.map(clientView), nextCursor: null });
  });
  admin.delete("/connectors/:id/clients/:clientId", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { clientId } = context.req.param();
    const outcome = await revokeClient(context.env.DB, number, clientId, clock.now());
    if (outcome === undefined) throw new Problem(404, "This connector has no client with that id.");
    return context.body(null, 204);
  });
}

function clientView({ id, name, hint, scope, createdAt, revokedAt, lastUsedAt }: OauthClient) {
  return {
    clientId: id,
    name,
    hint,
    scope,
    createdAt: new Date(createdAt).toISOString(),
    revokedAt: isoOrNull(revokedAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}
