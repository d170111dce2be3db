import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { type Query, rowsOf } from "#store/query.ts";
import { CHANGE_COLUMNS, JOIN_CHANGE_FACTS, type StoredChange } from "./event.ts";
import { type ChangePage, connectorChanges } from "./feed.ts";

/** A webhook with what its deliveries need to know of its connector. */
export interface DeliveryTarget {
  readonly id: string;
  readonly connectorId: ConnectorId;
  /** The connector's public id. */
  readonly connector: string;
  readonly tenant: string | null;
  /** Whether anything may go out: neither the webhook nor its connector is disabled or staged. */
  readonly isOpen: boolean;
  readonly url: string;
  /** The change types it wants; null for all. */
  readonly eventTypes: readonly string[] | null;
  /** Sealed, as the next one. */
  readonly secret: string;
  readonly formerSecret: string | null;
  readonly formerSecretUntil: number | null;
  readonly position: number;
  /** Moves on with each change of the webhook. */
  readonly version: number;
}

type TargetRow = Omit<DeliveryTarget, "isOpen" | "eventTypes"> & {
  readonly isOpen: number;
  readonly eventTypes: string | null;
};

/** Reads the target of a webhook; undefined once it, or its connector, is deleted. */
export function deliveryTarget(db: Database, webhookId: string): Query<DeliveryTarget | undefined> {
  const statement = db
    .prepare(
      `SELECT w.id AS id, w.connector_id AS connectorId, k.id AS connector, k.tenant AS tenant,
         w.status = 'active' AND k.status = 'active' AND coalesce(k.settings ->> 'staged', 0) = 0 AS isOpen,
         w.url AS url, w.event_types AS eventTypes, w.secret AS secret, w.former_secret AS formerSecret,
         w.former_secret_until AS formerSecretUntil, w.position AS position, w.version AS version
       FROM webhooks AS w CROSS JOIN connectors AS k ON k.number = w.connector_id
       WHERE w.id = ?1 AND k.deleted_at IS NULL`,
    )
    .bind(webhookId);
  return { statements: [statement], read: ([result]) => rowsOf<TargetRow>(result).map(fromRow)[0] };
}

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
  const statement = db
    .prepare(
      `SELECT ${CHANGE_COLUMNS} FROM changes AS c ${JOIN_CHANGE_FACTS}
       WHERE c.seq = ?2 AND c.connector_id = ?1`,
    )
    .bind(connectorId, seq);
  return { statements: [statement], read: ([result]) => rowsOf<StoredChange>(result)[0] };
}

/** Requests overlap: one that began before a moment may be stored behind one that began after it. */
const OVERLAP_MS = 60_000;

/** The seq behind which everything stands that was recorded since a moment, and up to a minute more. */
export function positionBefore(db: Database, connectorId: ConnectorId, at: number): Query<number> {
  // From the newest row on: what is looked at is what is delivered once more.
  const statement = db
    .prepare(
      "SELECT seq FROM changes WHERE connector_id = ?1 AND at < ?2 ORDER BY seq DESC LIMIT 1",
    )
    .bind(connectorId, at - OVERLAP_MS);
  return {
    statements: [statement],
    read: ([result]) => rowsOf<{ readonly seq: number }>(result)[0]?.seq ?? 0,
  };
}

/** The statement that mirrors up to where a webhook's Durable Object has taken changes over. */
export function notePosition(
  db: Database,
  webhookId: string,
  position: number,
): D1PreparedStatement {
  return db.prepare("UPDATE webhooks SET position = ?2 WHERE id = ?1").bind(webhookId, position);
}

/** Erases a webhook, and so its secrets, whose connector is deleted: there is no way back for it. */
export async function dropDeletedWebhook(db: Database, webhookId: string): Promise<void> {
  await db
    .prepare(
      `DELETE FROM webhooks WHERE id = ?1
         AND connector_id IN (SELECT number FROM connectors WHERE deleted_at IS NOT NULL)`,
    )
    .bind(webhookId)
    .run();
}

function fromRow({ isOpen, eventTypes, ...columns }: TargetRow): DeliveryTarget {
  return {
    ...columns,
    isOpen: isOpen === 1,
    // Written by webhooks.ts.
    eventTypes: eventTypes === null ? null : (JSON.parse(eventTypes) as string[]),
  };
}
