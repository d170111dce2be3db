import type { ChangeType } from "#store/changes/changes.ts";
import type { DeliveryTarget } from "#store/changes/delivery-feed.ts";
import { changeEvent } from "#store/changes/event.ts";
import type { TakenChange } from "./intake.ts";
import type { Message } from "./send.ts";
import type { NewDelivery } from "./storage/queue.ts";

/** The type of a test event, which no change has. */
export const TEST_TYPE = "webhook.test";

/** The `webhook-id` of a change: the same for every webhook, every try and every replay. */
export function messageId(seq: number): string {
  return `evt_${seq}`;
}

/** A change of the feed as a delivery: its body is the change event as the feed shows it. */
export function deliveryOf({ change, of }: TakenChange): NewDelivery {
  const { seq, type, resourceType, resourceId } = change;
  const body = JSON.stringify(changeEvent(change, of));
  // A membership's change row names the group, and so stays in order with the group's own.
  return { seq, resource: `${resourceType}/${resourceId}`, type, body };
}

/** Whether a delivery tells the end of a directory: of a connector that was deleted, or is its tenant's no more. */
export function isEnd({ type }: Pick<NewDelivery, "type">): boolean {
  return type === "connector.deleted" || type === "connector.moved";
}

/** The public id of the connector that the end of a directory is about. */
export function endedConnector({ resource }: Pick<NewDelivery, "resource">): string {
  return resource.slice(resource.indexOf("/") + 1);
}

/** Whether a webhook wants changes of a type; whoever wants to know of deleted users is told of erased ones. */
export function isWanted(
  type: string,
  { eventTypes }: Pick<DeliveryTarget, "eventTypes">,
): boolean {
  if (eventTypes === null || eventTypes.includes(type)) return true;
  return type === ERASED_TYPE && eventTypes.includes("user.deleted");
}

/** The type of what is left of a person who was erased. */
const ERASED_TYPE: ChangeType = "user.erased";

/** A message that says nothing but that the receiver can be reached. */
export function testMessage({ id, connector, tenant }: DeliveryTarget, now: number): Message {
  const eventId = `evt_test_${crypto.randomUUID()}`;
  const time = new Date(now).toISOString();
  const body = { id: eventId, type: TEST_TYPE, time, tenant, connector, webhook: id };
  return { id: eventId, body: JSON.stringify(body) };
}
