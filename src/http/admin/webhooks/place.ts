import type { Context } from "hono";
import type * as z from "zod";
import { isLimited, isSeen, sightOf } from "#http/admin/call/authorize.ts";
import { Problem, unfitMember } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { noWebhook } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { findConnector } from "#store/admin/connectors.ts";
import { findSeenWebhook, findWebhook, type Webhook } from "#store/admin/webhooks.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import {
  ALL_CONNECTORS,
  isWide,
  NO_CONNECTOR,
  scopeOfConnector,
  type WebhookScope,
} from "#store/webhooks/scope.ts";
import type { NEW_SCOPED_WEBHOOK } from "./schemas.ts";

/** Where the webhooks of a call stand. */
export interface WebhookPlace {
  readonly scope: WebhookScope;
  /** The public id of the one connector that they follow; null where they follow several. */
  readonly connector: string | null;
  readonly db: Database;
}

/** How the place is found that the path of a call names. */
export type FindPlace = (context: Context<AppEnv>) => Promise<WebhookPlace>;

/** The webhook that a path names, in its place; 404 where it is not there. */
export async function foundWebhook(
  context: Context<AppEnv>,
  place: WebhookPlace,
): Promise<Webhook> {
  const id = context.req.param("webhookId") ?? "";
  const webhook = await findWebhook(place.db, place.scope, id);
  if (webhook === undefined) throw noWebhook();
  return webhook;
}

/** The place of a connector that a path names; 404 where it is not there. */
export async function placeOfConnector(context: Context<AppEnv>): Promise<WebhookPlace> {
  const { number, id } = await findOr404(context, context.req.param("id") ?? "");
  return placeOf(context, scopeOfConnector(number), id);
}

/** The place of the webhook that a path names, if the caller sees it; else 404, as for one that is not there. */
export async function placeOfWebhook(context: Context<AppEnv>): Promise<WebhookPlace> {
  const id = context.req.param("webhookId") ?? "";
  const webhook = await findSeenWebhook(centralDatabase(context.env), id, sightOf(context));
  if (webhook === undefined) throw noWebhook();
  return placeOf(context, webhook, webhook.connector);
}

/** The place of a webhook that is to be made; refuses what the caller does not see. */
export async function placeOfNew(
  context: Context<AppEnv>,
  scope: z.infer<typeof NEW_SCOPED_WEBHOOK>["scope"],
): Promise<WebhookPlace> {
  const sees = sightOf(context);
  if (scope === "everything") {
    if (isLimited(sees)) throw new Problem("outOfSight", `${TOO_WIDE} every connector.`);
    return placeOf(context, ALL_CONNECTORS, null);
  }
  if ("tenant" in scope) {
    const { tenant } = scope;
    if (isLimited(sees) && sees.tenant !== tenant) {
      throw new Problem("outOfSight", `${TOO_WIDE} every connector of that tenant.`);
    }
    return placeOf(context, { connectorId: NO_CONNECTOR, tenant }, null);
  }
  const connector = await findConnector(centralDatabase(context.env), scope.connectorId);
  if (connector === undefined || !isSeen(sees, connector)) {
    throw unfitMember(["scope", "connectorId"], "there is no connector with this id");
  }
  return placeOf(context, scopeOfConnector(connector.number), connector.id);
}

const TOO_WIDE = "A webhook follows no more than its maker sees, and this key does not see";

function placeOf(
  { env }: Context<AppEnv>,
  { connectorId, tenant }: WebhookScope,
  connector: string | null,
): WebhookPlace {
  const scope = { connectorId, tenant };
  const db = isWide(scope) ? centralDatabase(env) : databaseOf(env, connectorId);
  return { scope, connector, db };
}
