import { and, eq, isNotNull, isNull, notExists, type SQLWrapper, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import { changes, connectors, endings, events } from "#store/schema.ts";
import { build, named, prepare } from "#store/statement.ts";
import { appendEvents, type EventRow } from "./events.ts";

/** What a `connector.alert` can be about. */
export type AlertKind =
  | BridgeAlertKind
  | "brake.reached"
  | "ending.failing"
  | "key.expiring"
  | "token.expiring"
  | "webhook.disabled";

/** What the alert of a bridge can be about. */
export type BridgeAlertKind =
  | "bridge.unauthorized"
  | "bridge.failing"
  | "bridge.recovered"
  | "bridge.incomplete"
  | "bridge.held"
  | "bridge.disabled";

/** Something that an administrator has to be told, once. */
export interface Alert {
  readonly connectorId: ConnectorId;
  /** The connector's public id. */
  readonly connector: string;
  /** A UUIDv7; the same one again raises nothing. */
  readonly eventId: string;
  readonly at: number;
  readonly kind: AlertKind;
  /** What the change event says beside its kind; no secrets. */
  readonly facts: Readonly<Record<string, string | number>>;
  /** The plain sentence of the event log: what happened, and the next step. */
  readonly explanation: string;
  readonly credentialId: string | null;
}

/** Statements that raise an alert: its row in the event log, and its `connector.alert` in the change feed. */
export function alertStatements(db: Database, alert: Alert): readonly D1PreparedStatement[] {
  // The change row first: it looks whether the event is new.
  return [
    prepare(db, insertAlert(alert)),
    ...appendEvents(db, alert.connectorId, [alertEvent(alert)]),
  ];
}

function insertAlert({ connectorId, connector, eventId, at, kind, facts }: Alert): SQLWrapper {
  const type: (typeof changes.$inferInsert)["type"] = "connector.alert";
  const cells = {
    eventId: sql`${eventId}`,
    connectorId: sql`${connectorId}`,
    resourceType: sql`${"Connector"}`,
    resourceId: sql`${connector}`,
    version: sql`${0}`,
    type: sql`${type}`,
    at: sql`${at}`,
    payload: sql`${JSON.stringify({ alert: kind, ...facts })}`,
  };
  const known = build
    .select(named({ opId: events.opId }))
    .from(events)
    .where(and(eq(events.connectorId, connectorId), eq(events.opId, eventId)));
  // Nothing is told of a connector after its end, which is under way for a while.
  const open = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(and(eq(endings.connectorId, connectorId), isNull(endings.untilSeq)));
  const deleted = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(
      and(eq(connectors.number, connectorId), isNotNull(connectors.deletedAt), notExists(open)),
    );
  return insertRows(changes, cells, { where: and(notExists(known), notExists(deleted)) });
}

/** The row that an alert has in the event log. */
export function alertEvent({
  eventId,
  at,
  kind,
  explanation,
  credentialId,
}: Omit<Alert, "connectorId" | "connector" | "facts">): EventRow {
  return {
    opId: eventId,
    at,
    method: "ALERT",
    path: kind,
    status: 200,
    scimType: null,
    latencyMs: 0,
    clientIp: null,
    userAgent: null,
    credentialId,
    resourceType: null,
    resourceId: null,
    userName: null,
    userNameKey: null,
    requestBody: null,
    responseBody: null,
    warnings: [],
    difference: null,
    explanation,
  };
}
