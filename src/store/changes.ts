import { documentOf, type UserChange } from "#scim/ports.ts";
import { renderUser } from "#scim/user-record.ts";
import { isActive } from "./columns.ts";
import type { RowSource } from "./row-source.ts";

/** The change events of a user that an application can receive. */
export type ChangeType =
  | "user.created"
  | "user.updated"
  | "user.deactivated"
  | "user.reactivated"
  | "user.deleted"
  | "user.restored";

/** One row of the outbox, as the insert statement reads it from JSON. */
export interface ChangeRow {
  readonly eventId: string;
  readonly resourceType: "User";
  readonly resourceId: string;
  readonly version: number;
  readonly type: ChangeType;
  readonly at: number;
  /** The resource as it is after the change, or as it last was, with id and meta, as JSON text. */
  readonly payload: string;
}

/** Turns a decided change into its outbox row; eventId is the op_id of its event-log row. */
export function changeRow(change: UserChange, eventId: string, at: number): ChangeRow {
  const state = change.kind === "erase" ? change.before : change.after;
  return {
    eventId,
    resourceType: "User",
    resourceId: state.id,
    version: state.version,
    type: changeType(change),
    at,
    payload: renderUser(state, undefined),
  };
}

/** Appends change rows; ?1 = rows, ?2 = connector. */
export function insertChanges({ row, from }: RowSource): string {
  return `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
    SELECT ${row} ->> 'eventId', ?2, ${row} ->> 'resourceType', ${row} ->> 'resourceId', ${row} ->> 'version',
      ${row} ->> 'type', ${row} ->> 'at', ${row} ->> 'payload' ${from}`;
}

function changeType(change: UserChange): ChangeType {
  switch (change.kind) {
    case "create":
      return "user.created";
    case "restore":
      return "user.restored";
    case "delete":
    case "erase":
      return "user.deleted";
    case "update": {
      const wasActive = isActive(documentOf(change.before));
      const isNowActive = isActive(documentOf(change.after));
      if (wasActive === isNowActive) return "user.updated";
      return isNowActive ? "user.reactivated" : "user.deactivated";
    }
  }
}
