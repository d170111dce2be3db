import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import { createToken } from "#credentials/token.ts";
import { readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { noConnector, Problem } from "#http/admin/call/problem.ts";
import { isoOrNull } from "#http/admin/call/token-view.ts";
import { replyOnce } from "#http/admin/first-answers/first-answers.ts";
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
export function addClientRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { clock } = services;
  addCall(admin, create, async (context, trail) => {
    const { id: connectorId, number } = await findOr404(context, context.req.param("id"));
    const input = await readInput(context, create);
    const db = databaseOf(context.env, number);
    const call = { operation: create, context, trail, db, input };
    return await replyOnce(services, call, async (keep) => {
      const { name, scope } = input;
      const { secret, hash, hint } = await createToken();
      const id = uuidv7();
      const now = clock.now();
      const client = { id, name, secretHash: hash, hint, scope };
      const stored = { id, name: name ?? null, hint, scope, createdAt: now };
      const view = clientView({ ...stored, revokedAt: null, lastUsedAt: null });
      const answer = {
        location: `/admin/v1/connectors/${connectorId}/clients/${id}`,
        body: { ...view, clientSecret: secret },
      };
      const audit = trail.row({ connectorId, id, after: { name, scope } });
      const at = { now, audit, first: await keep(answer) };
      if ((await createClient(db, number, client, at)) === undefined) throw noConnector();
      return answer;
    });
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
