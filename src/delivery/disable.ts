import { type DisabledReason, disableWebhook } from "#store/admin/webhooks.ts";
import type { DeliveryTarget } from "#store/changes/delivery-feed.ts";
import type { Alert } from "#store/event-log/alerts.ts";
import { isWide, scopeOfConnector } from "#store/webhooks/scope.ts";
import type { Endpoint } from "./endpoint.ts";

/**
 * Disables a webhook that failed, unless it was changed since, and says so: in the log and the feed of its
 * connector, or in the Worker's log where it follows several.
 */
export async function disable(
  endpoint: Endpoint,
  target: DeliveryTarget,
  reason: DisabledReason,
): Promise<void> {
  const { clock } = endpoint.tools;
  const at = clock.now();
  const { id, version, connectorId, connector } = target;
  const scope = isWide(target) ? target : scopeOfConnector(connectorId);
  const alert =
    connector === null ? undefined : disabledAlert({ ...target, connector }, reason, at);
  const webhook = { id, version, connectorId, tenant: scope.tenant };
  const done = await disableWebhook(endpoint.database(), webhook, { reason, at, alert }, clock);
  if (!done || alert !== undefined) return;
  const facts = { webhookId: id, reason, explanation: sentence(id, reason) };
  console.warn(JSON.stringify({ message: "webhook.disabled", ...facts }));
}

/** The alert that says that a webhook was disabled; its URL may hold a secret, and is left out. */
function disabledAlert(
  { id, connectorId, connector }: DeliveryTarget & { readonly connector: string },
  reason: DisabledReason,
  at: number,
): Alert {
  return {
    connectorId,
    connector,
    eventId: eventIdAt(at),
    at,
    kind: "webhook.disabled",
    facts: { webhookId: id, reason },
    explanation: sentence(id, reason),
    credentialId: null,
  };
}

function sentence(id: string, reason: DisabledReason): string {
  return `The webhook ${id} was disabled: ${CAUSES[reason]} Repair its receiver, then set the webhook's status to active: what was recorded meanwhile is delivered then.`;
}

const CAUSES: Readonly<Record<DisabledReason, string>> = {
  administrator: "an administrator did it.",
  gone: "its receiver answered 410.",
  failing: "every try of five days failed.",
};

/** A UUIDv7 (RFC 9562 §5.7), so that the event stands in its place in the log. */
function eventIdAt(at: number): string {
  const time = at.toString(16).padStart(12, "0");
  // Version and variant stand at the same places in a UUIDv4, whose random digits are kept.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${crypto.randomUUID().slice(15)}`;
}
