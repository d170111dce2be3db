import { changeAt, positionBefore } from "#store/changes/delivery-feed.ts";
import { databaseOf } from "#store/databases.ts";
import { runQuery } from "#store/query.ts";
import type { Endpoint } from "./endpoint.ts";
import { deliveryOf } from "./message.ts";
import type { EndpointState } from "./storage/queue.ts";
import type { Replay, ReplayAnswer } from "./views.ts";

/**
 * Puts events in the queue once more, under the ids they had; undefined where there is no such event.
 * A single event is delivered whether or not the webhook's filter wants its type.
 */
export async function replay(
  endpoint: Endpoint,
  state: EndpointState,
  what: Replay,
): Promise<ReplayAnswer | undefined> {
  const { databases, clock } = endpoint.tools;
  const { connectorId } = state;
  switch (what.kind) {
    case "event":
      return replayEvent(endpoint, state, what);
    case "deadSince":
      return { queued: endpoint.queue.reviveDead(what.at, clock.now()) };
    case "rewindTo": {
      const db = databaseOf(databases, connectorId);
      const position = await runQuery(db, positionBefore(db, connectorId, what.at), clock);
      endpoint.queue.rewind(Math.min(position, state.position));
      return { queued: null };
    }
  }
}

async function replayEvent(
  endpoint: Endpoint,
  { webhookId, connectorId }: EndpointState,
  { seq, eventId }: Extract<Replay, { readonly kind: "event" }>,
): Promise<ReplayAnswer | undefined> {
  const { databases, clock } = endpoint.tools;
  const db = databaseOf(databases, connectorId);
  const change = await runQuery(db, changeAt(db, connectorId, seq), clock);
  const target = await endpoint.readTarget(webhookId);
  if (change === undefined || target === undefined) return undefined;
  if (eventId !== undefined && eventId !== change.eventId) return undefined;
  endpoint.queue.queueAgain(deliveryOf(change, target), clock.now());
  return { queued: 1 };
}
