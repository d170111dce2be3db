import { type DeliveryTarget, deliveryTarget, nextChanges } from "#store/changes/delivery-feed.ts";
import type { ChangeContext, StoredChange } from "#store/changes/event.ts";
import {
  connectorFound,
  type FoundChanges,
  nextFound,
  openAmong,
  readFound,
  tenantFound,
} from "#store/changes/wide-feed.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { bothQueries, runQuery } from "#store/query.ts";
import type { Endpoint } from "./endpoint.ts";
import type { HeldConnector } from "./storage/held.ts";
import type { EndpointState } from "./storage/queue.ts";

/** A change, and the connector that it is told of with. */
export interface TakenChange {
  readonly change: StoredChange;
  readonly of: ChangeContext;
}

/** What an endpoint takes over in one go. */
export interface Intake {
  /** The webhook as it is now; undefined where it, or its one connector, is deleted. */
  readonly target: DeliveryTarget | undefined;
  /** In the order of commits. */
  readonly changes: readonly TakenChange[];
  /** Up to here everything was looked at. */
  readonly position: number;
  readonly hasMore: boolean;
  /** Connectors whose changes are passed by from now on. */
  readonly held: readonly HeldConnector[];
  /** A connector that was passed by, and up to where it is taken over now; null where it is let go. */
  readonly resumed: Resumed | undefined;
}

interface Resumed {
  readonly connectorId: ConnectorId;
  readonly position: number | null;
}

/** Reads the webhook, and what it is to take over next. */
export async function readIntake(endpoint: Endpoint, state: EndpointState): Promise<Intake> {
  const { tenant } = state;
  return tenant === undefined
    ? await readOfOne(endpoint, state)
    : await readOfSeveral(endpoint, { ...state, tenant });
}

async function readOfOne(
  endpoint: Endpoint,
  { webhookId, connectorId, position }: EndpointState,
): Promise<Intake> {
  const db = endpoint.database();
  const both = bothQueries(deliveryTarget(db, webhookId), nextChanges(db, connectorId, position));
  const [target, { changes, hasMore }] = await runQuery(db, both, endpoint.tools.clock);
  // One that follows a single connector has it, or is deleted.
  const of = { connector: target?.connector ?? "", tenant: target?.tenant ?? null };
  return {
    target,
    changes: changes.map((change) => ({ change, of })),
    position: changes.at(-1)?.seq ?? position,
    hasMore,
    held: [],
    resumed: undefined,
  };
}

interface StateOfSeveral extends EndpointState {
  readonly tenant: string | null;
}

/**
 * Of several connectors, what follows in the order of commits and, where one that was passed by is let go, a
 * page of what it has had since. A connector that may not be told of is passed by from its first such change
 * on, until it is let go and has been caught up with: so its own changes stay in order.
 */
async function readOfSeveral(endpoint: Endpoint, state: StateOfSeveral): Promise<Intake> {
  const { webhookId, tenant, position } = state;
  const { clock } = endpoint.tools;
  const db = endpoint.database();
  const known = endpoint.held.list();
  const both = bothQueries(
    deliveryTarget(db, webhookId),
    nextFound(db, { tenant, after: position }),
  );
  const [target, next] = await runQuery(db, both, clock);
  if (target === undefined || !target.isOpen) {
    return { ...NOTHING, target, position };
  }
  // All connectors are never too sparse: undefined names a tenant.
  const found =
    next ?? (await runQuery(db, tenantFound(db, { tenant: tenant ?? "", after: position }), clock));
  const passedBy = new Set(known.map(({ connectorId }) => connectorId));
  const page = await readPage(endpoint, found, passedBy);
  const resumed = await resumeOne(endpoint, known, { tenant, last: page.position });
  return {
    target,
    changes: [...page.changes, ...(resumed?.changes ?? [])],
    position: page.position,
    hasMore: page.hasMore || resumed !== undefined,
    held: page.held,
    resumed,
  };
}

const NOTHING = { changes: [], hasMore: false, held: [], resumed: undefined };

interface Page {
  readonly changes: readonly TakenChange[];
  /** Up to here everything was read, or passed by. */
  readonly position: number;
  readonly hasMore: boolean;
  readonly held: readonly HeldConnector[];
}

/** Reads of what was found that which may go out, and notes whose changes may not. */
async function readPage(
  endpoint: Endpoint,
  found: FoundChanges,
  passedBy: ReadonlySet<ConnectorId>,
): Promise<Page> {
  const held = new Map<ConnectorId, number>();
  const seqs: number[] = [];
  for (const { connectorId, isOpen, seq } of found.changes) {
    if (passedBy.has(connectorId) || held.has(connectorId)) continue;
    if (isOpen) seqs.push(seq);
    else held.set(connectorId, seq - 1);
  }
  const { changes, cutAt } = await readInFull(endpoint, seqs);
  const position = cutAt === null ? found.end : cutAt - 1;
  return {
    changes,
    position,
    hasMore: found.hasMore || cutAt !== null,
    held: [...held]
      .map(([connectorId, before]) => ({ connectorId, position: before }))
      .filter((each) => each.position < position),
  };
}

async function readInFull(
  endpoint: Endpoint,
  seqs: readonly number[],
): Promise<{ readonly changes: readonly TakenChange[]; readonly cutAt: number | null }> {
  if (seqs.length === 0) return { changes: [], cutAt: null };
  const db = endpoint.database();
  const { changes, cutAt } = await runQuery(db, readFound(db, seqs), endpoint.tools.clock);
  return { changes: changes.map((change) => ({ change, of: change })), cutAt };
}

/** Reads a page of one of the connectors that were passed by and are so no more; undefined where there is none. */
async function resumeOne(
  endpoint: Endpoint,
  known: readonly HeldConnector[],
  { tenant, last }: { readonly tenant: string | null; readonly last: number },
): Promise<(Resumed & Pick<Page, "changes">) | undefined> {
  const db = endpoint.database();
  const { clock } = endpoint.tools;
  const { resuming } = endpoint;
  if (known.length > 0 && endpoint.isTimeForHeld()) {
    const ids = known.map(({ connectorId }) => connectorId);
    resuming.clear();
    for (const id of await runQuery(db, openAmong(db, ids), clock)) resuming.add(id);
  }
  const next = known.find(({ connectorId }) => resuming.has(connectorId));
  if (next === undefined) return undefined;
  const { connectorId, position: after } = next;
  const found = await runQuery(db, connectorFound(db, { connectorId, tenant, after, last }), clock);
  const isHeldAgain = found.changes.some(({ isOpen }) => !isOpen);
  if (isHeldAgain) {
    resuming.delete(connectorId);
    return undefined;
  }
  const page = await readPage(endpoint, found, new Set());
  return { connectorId, changes: page.changes, position: page.hasMore ? page.position : null };
}
