import { and, desc, eq, inArray, isNotNull, isNull, lt, notExists, or, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseStored } from "#store/json-text.ts";
import { type Query, queryOf } from "#store/query.ts";
import { changes, connectors, endings, events, resources, webhooks } from "#store/schema.ts";
import { build, named, prepare, type RowOf, statement } from "#store/statement.ts";
import { hasLiveOwner, NO_CONNECTOR } from "#store/webhooks/scope.ts";
import { CHANGE_FIELDS, ofEvent, ofMember, type StoredChange } from "./event.ts";
import { type ChangePage, connectorChanges, isReadable, isUnstaged } from "./feed.ts";

/** A webhook with what its deliveries need to know of the connector that it follows, if it is one alone. */
export interface DeliveryTarget extends Omit<TargetRow, "isOpen" | "eventTypes"> {
  /** Whether anything may go out: neither the webhook nor its one connector is disabled or staged. */
  readonly isOpen: boolean;
  /** The change types it wants; null for all. */
  readonly eventTypes: readonly string[] | null;
}

type TargetRow = RowOf<typeof TARGET>;

/** Reads the target of a webhook; undefined once it is deleted, or what its deleted connector told is not kept any more. */
export function deliveryTarget(db: Database, webhookId: string): Query<DeliveryTarget | undefined> {
  return queryOf(TARGET.bind(db, { webhookId }), (rows) => rows.map(fromRow)[0]);
}

const TARGET = statement<{ webhookId: string }>()(({ webhookId }) => {
  const openEnd = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(and(eq(endings.connectorId, webhooks.connectorId), isNull(endings.untilSeq)));
  return build
    .select(
      named({
        id: webhooks.id,
        connectorId: webhooks.connectorId,
        /** The connector's public id; null of a webhook that follows several. */
        connector: sql<string | null>`${connectors.id}`,
        /** The tenant that it follows, or its connector is of; null of one that follows all. */
        tenant: sql<string | null>`coalesce(${webhooks.tenant}, ${connectors.tenant})`,
        isOpen: sql<number>`${and(
          eq(webhooks.status, "active"),
          sql`(${or(eq(webhooks.connectorId, NO_CONNECTOR), and(or(eq(connectors.status, "active"), isNotNull(connectors.deletedAt)), isUnstaged()))})`,
        )}`,
        /** Of a deleted connector: whether the last of it is in the outbox; null of any other webhook. */
        isEnded: sql<
          0 | 1 | null
        >`iif(${connectors.deletedAt} is null, null, ${notExists(openEnd)})`,
        url: webhooks.url,
        eventTypes: webhooks.eventTypes,
        /** Sealed, as the next one. */
        secret: webhooks.secret,
        formerSecret: webhooks.formerSecret,
        formerSecretUntil: webhooks.formerSecretUntil,
        position: webhooks.position,
        /** Moves on with each change of the webhook. */
        version: webhooks.version,
      }),
    )
    .from(webhooks)
    .leftJoin(connectors, eq(connectors.number, webhooks.connectorId))
    .where(
      and(
        eq(webhooks.id, webhookId),
        or(hasLiveOwner(), and(isNotNull(connectors.deletedAt), isReadable())),
      ),
    );
});

/** So many changes are handed to a webhook's Durable Object at once; fewer where they are long. */
const PAGE_CHANGES_MAX = 200;

/** Reads the next changes of a connector behind a seq, in the order of commits. */
export function nextChanges(
  db: Database,
  connectorId: ConnectorId,
  after: number,
): Query<ChangePage> {
  return connectorChanges(db, connectorId, { after, limit: PAGE_CHANGES_MAX });
}

/** Reads one change of a connector; undefined where it is pruned or another connector's. */
export function changeAt(
  db: Database,
  connectorId: ConnectorId,
  seq: number,
): Query<StoredChange | undefined> {
  const query = build
    .select(named(CHANGE_FIELDS))
    .from(changes)
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(and(eq(changes.seq, seq), eq(changes.connectorId, connectorId)));
  return queryOf(prepare(db, query), (rows) => rows[0]);
}

/** Requests overlap: one that began before a moment may be stored behind one that began after it. */
export const OVERLAP_MS = 60_000;

/** The seq behind which everything stands that was recorded since a moment, and up to a minute more. */
export function positionBefore(db: Database, connectorId: ConnectorId, at: number): Query<number> {
  // From the newest row on: what is looked at is what is delivered once more.
  const query = build
    .select(named({ seq: changes.seq }))
    .from(changes)
    .where(and(eq(changes.connectorId, connectorId), lt(changes.at, at - OVERLAP_MS)))
    .orderBy(desc(changes.seq))
    .limit(1);
  return queryOf(prepare(db, query), (rows) => rows[0]?.seq ?? 0);
}

/** What the database is told of a webhook's Durable Object. */
export interface EndpointMirror {
  /** Up to where it has taken changes over. */
  readonly position: number;
  /** How many deliveries wait there, and since when the event of the oldest does; null for none. */
  readonly waiting: number;
  readonly waitingSince: number | null;
}

/** The statement that mirrors where a webhook's Durable Object stands. */
export function noteEndpoint(
  db: Database,
  webhookId: string,
  mirror: EndpointMirror,
): D1PreparedStatement {
  return NOTE_ENDPOINT.bind(db, { webhookId, ...mirror });
}

const NOTE_ENDPOINT = statement<{
  webhookId: string;
  position: number;
  waiting: number;
  waitingSince: number | null;
}>()((given) =>
  build
    .update(webhooks)
    .set({
      position: sql`${given.position}`,
      waiting: sql`${given.waiting}`,
      waitingSince: sql`${given.waitingSince}`,
    })
    .where(eq(webhooks.id, given.webhookId)),
);

/** Erases a webhook, and so its secrets, whose connector is deleted: there is no way back for it. */
export async function dropDeletedWebhook(db: Database, webhookId: string): Promise<void> {
  const deleted = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(isNotNull(connectors.deletedAt));
  const query = build
    .delete(webhooks)
    .where(and(eq(webhooks.id, webhookId), inArray(webhooks.connectorId, deleted)));
  await prepare(db, query).run();
}

function fromRow({ isOpen, eventTypes, ...columns }: TargetRow): DeliveryTarget {
  return {
    ...columns,
    isOpen: isOpen === 1,
    eventTypes: eventTypes && parseStored(eventTypes),
  };
}
