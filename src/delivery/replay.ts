import { changeAt, OVERLAP_MS, positionBefore } from "#store/changes/delivery-feed.ts";
import { firstBehind, foundAt, latestSeq, readFound } from "#store/changes/wide-feed.ts";
import { runQuery } from "#store/query.ts";
import type { Endpoint } from "./endpoint.ts";
import type { TakenChange } from "./intake.ts";
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
  const { clock } = endpoint.tools;
  switch (what.kind) {
    case "event":
      return replayEvent(endpoint, state, what);
    case "deadSince":
      return { queued: endpoint.queue.reviveDead(what.at, clock.now()) };
    case "rewindTo": {
      const position = Math.min(await positionOf(endpoint, state, what.at), state.position);
      endpoint.queue.rewind(position, () => endpoint.held.rewind(position));
      return { queued: null };
    }
  }
}

/** The seq behind which everything stands that was recorded since a moment, and up to a minute more. */
async function positionOf(
  endpoint: Endpoint,
  { connectorId, tenant }: EndpointState,
  at: number,
): Promise<number> {
  const db = endpoint.database();
  const { clock } = endpoint.tools;
  if (tenant === undefined) {
    return await runQuery(db, positionBefore(db, connectorId, at), clock);
  }
  // Of all connectors the outbox is in the order of time, but for that minute: it need not be walked.
  let behind = 0;
  let before = await runQuery(db, latestSeq(db), clock);
  while (behind < before) {
    const middle = Math.floor((behind + before) / 2);
    const next = await runQuery(db, firstBehind(db, middle), clock);
    if (next === undefined || next.at >= at - OVERLAP_MS) before = middle;
    else behind = next.seq;
  }
  return behind;
}

async function replayEvent(
  endpoint: Endpoint,
  state: EndpointState,
  { seq, eventId }: Extract<Replay, { readonly kind: "event" }>,
): Promise<ReplayAnswer | undefined> {
  const { clock } = endpoint.tools;
  const taken = await takenAt(endpoint, state, seq);
  if (taken === undefined) return undefined;
  if (eventId !== undefined && eventId !== taken.change.eventId) return undefined;
  endpoint.queue.queueAgain(deliveryOf(taken), clock.now());
  return { queued: 1 };
}

/** Reads one change of those that an endpoint follows; of several connectors, one that may go out. */
async function takenAt(
  endpoint: Endpoint,
  { webhookId, connectorId, tenant }: EndpointState,
  seq: number,
): Promise<TakenChange | undefined> {
  const db = endpoint.database();
  const { clock } = endpoint.tools;
  if (tenant !== undefined) {
    const found = await runQuery(db, foundAt(db, { tenant, seq }), clock);
    if (found === undefined) return undefined;
    const { changes } = await runQuery(db, readFound(db, [seq]), clock);
    return changes.map((change) => ({ change, of: change }))[0];
  }
  const change = await runQuery(db, changeAt(db, connectorId, seq), clock);
  const target = await endpoint.readTarget(webhookId);
  if (change === undefined || target === undefined) return undefined;
  return { change, of: { connector: target.connector ?? "", tenant: target.tenant } };
}
