import type { DisabledReason } from "#store/admin/webhooks.ts";
import type { DeliveryTarget } from "#store/changes/delivery-feed.ts";
import type { Alert } from "#store/event-log/alerts.ts";

/** The alert that says that a webhook was disabled; its URL may hold a secret, and is left out. */
export function disabledAlert(
  { id, connectorId, connector }: DeliveryTarget,
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
    explanation: `The webhook ${id} was disabled: ${CAUSES[reason]} Repair its receiver, then set the webhook's status to active: what was recorded meanwhile is delivered then.`,
    credentialId: null,
  };
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
