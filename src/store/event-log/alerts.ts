import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { appendEvents, type EventRow } from "./events.ts";

/** What a `connector.alert` can be about. */
export type AlertKind = BridgeAlertKind | "token.expiring" | "webhook.disabled";

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
  const { connectorId, connector, eventId, at, kind, facts } = alert;
  const payload = JSON.stringify({ alert: kind, ...facts });
  return [
    // The change row first: it looks whether the event is new.
    db
      .prepare(
        `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
         SELECT ?1, ?2, 'Connector', ?3, 0, 'connector.alert', ?4, ?5
         WHERE NOT EXISTS (SELECT 1 FROM events WHERE connector_id = ?2 AND op_id = ?1)`,
      )
      .bind(eventId, connectorId, connector, at, payload),
    ...appendEvents(db, connectorId, [alertEvent(alert)]),
  ];
}

function alertEvent({ eventId, at, kind, explanation, credentialId }: Alert): EventRow {
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
