import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { createToken } from "#credentials/token.ts";
import { readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { noConnector, Problem } from "#http/admin/call/problem.ts";
import { isoOrNull } from "#http/admin/call/token-view.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import {
  createClient,
  listClients,
  type OauthClient,
  revokeClient,
} from "#store/admin/oauth-clients.ts";
import { databaseOf } from "#store/databases.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const { createClient: create, listClients: list, revokeClient: revoke } = CONNECTOR_OPERATIONS;

/** Registers the OAuth clients of a connector in the admin API. */
export function addClientRoutes(admin: Hono<AppEnv>, { clock }: Services): void {
  addCall(admin, create, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const { name, scope } = await readInput(context, create);
    const { secret, hash, hint } = await createToken();
    const id = uuidv7();
    const now = clock.now();
    const client = { id, name, secretHash: hash, hint, scope };
    const audit = trail.row({ connectorId, id, after: { name, scope } });
    const db = databaseOf(context.env, number);
    if ((await createClient(db, number, client, { now, audit })) === undefined) throw noConnector();
    const stored = { id, name: name ?? null, hint, scope, createdAt: now };
    const view = clientView({ ...stored, revokedAt: null, lastUsedAt: null });
    context.header("Location", `/admin/v1/connectors/${connectorId}/clients/${id}`);
    return reply(context, create, 201, { ...view, clientSecret: secret });
  });
  addCall(admin, list, async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const clients = await listClients(databaseOf(context.env, number), number);
    return reply(context, list, 200, { items: clients.map(clientView), nextCursor: null });
  });
  addCall(admin, revoke, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const { clientId } = context.req.param();
    const now = clock.now();
    const after = { revokedAt: isoOrNull(now) };
    const audit = trail.row({ connectorId, id: clientId, after });
    const db = databaseOf(context.env, number);
    const outcome = await revokeClient(db, number, clientId, { now, audit });
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
