import type { Context } from "hono";
import { Problem } from "#http/admin/call/problem.ts";
import { isoOrNull } from "#http/admin/call/token-view.ts";
import type { AppEnv } from "#http/request/services.ts";
import { waitUntil } from "#http/request/wait-until.ts";
import type { Webhook } from "#store/admin/webhooks.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { databaseOf } from "#store/databases.ts";
import { webhookObject } from "#store/placement.ts";
import { listFollowers } from "#store/webhooks/followers.ts";

/** The answer for a webhook's id that is not there, or not within what was asked or may be seen. */
export function noWebhook(): Problem {
  return new Problem(404, "There is no webhook with this id here.");
}

/** What a webhook follows, as the admin API shows it. */
export function scopeView({ connector, tenant }: Pick<Webhook, "connector" | "tenant">): ScopeView {
  if (connector !== null) return { connectorId: connector };
  return tenant === null ? "everything" : { tenant };
}

/** One connector by its public id, those of a tenant, or all. */
export type ScopeView =
  | { readonly connectorId: string }
  | { readonly tenant: string }
  | "everything";

/** A webhook as the admin API shows it; the secrets are not among it. */
export function webhookView(webhook: Webhook) {
  return {
    id: webhook.id,
    scope: scopeView(webhook),
    name: webhook.name,
    url: webhook.url,
    eventTypes: webhook.eventTypes,
    status: webhook.status,
    disabledReason: webhook.disabledReason,
    formerSecretUntil: isoOrNull(webhook.formerSecretUntil),
    createdAt: new Date(webhook.createdAt).toISOString(),
    modifiedAt: new Date(webhook.modifiedAt).toISOString(),
  };
}

type Stub = ReturnType<typeof webhookObject>;

/**
 * Tells the Durable Object of a webhook what was stored. One that cannot be told learns it by itself
 * when it next looks, and so the call does not fail.
 */
export async function tellWebhook(
  env: Env,
  id: string,
  tell: (stub: Stub) => Promise<unknown>,
): Promise<void> {
  await orLogged({ id }, () => tell(webhookObject(env, id)));
}

async function orLogged(whom: object, tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    const kind = error instanceof Error ? error.name : typeof error;
    console.error(JSON.stringify({ message: "webhook not told", ...whom, kind }));
  }
}

/** Tells all webhooks that follow a connector, after the answer, that it was changed or deleted. */
export function tellWebhooks(context: Context<AppEnv>, connectorId: ConnectorId): void {
  const { env } = context;
  const tellAll = async () => {
    const ids = await listFollowers(databaseOf(env, connectorId), connectorId);
    const told = ids.map((id) => tellWebhook(env, id, (stub) => stub.configured(id, false)));
    await Promise.all(told);
  };
  waitUntil(context)(orLogged({ connectorId }, tellAll));
}
