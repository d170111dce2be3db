import { documentOf, type ResourceChange } from "#scim/ports.ts";
import { renderPayload, shownRecord } from "#scim/resource-record.ts";
import { isActive } from "./columns.ts";
import type { RowSource } from "./row-source.ts";
import type { ChangeToCommit } from "./write.ts";

/** The change events that a resource's own write raises; those of members are raised by triggers. */
export type ChangeType =
  | "user.created"
  | "user.updated"
  | "user.deactivated"
  | "user.reactivated"
  | "user.deleted"
  | "user.restored"
  | "group.created"
  | "group.updated"
  | "group.deleted";

/** One row of the outbox, as the insert statement reads it from JSON. */
export interface ChangeRow {
  readonly eventId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly version: number;
  readonly type: ChangeType;
  readonly at: number;
  /** The resource as it is after the change, or as it last was, with id and meta, as JSON text. */
  readonly payload: string;
}

/** Turns a decided change into its outbox row, which names its event by the op_id. */
export function changeRow({ change, type, event }: ChangeToCommit, at: number): ChangeRow {
  const { after } = change;
  return {
    eventId: event.opId,
    resourceType: after.type,
    resourceId: after.id,
    version: after.version,
    type: after.type === "User" ? userChangeType(change) : groupChangeType(change),
    at,
    payload: renderPayload(shownRecord(type, after)),
  };
}

/** Appends change rows; ?1 = rows, ?2 = connector. */
export function insertChanges({ row, from }: RowSource): string {
  return `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
    SELECT ${row} ->> 'eventId', ?2, ${row} ->> 'resourceType', ${row} ->> 'resourceId', ${row} ->> 'version',
      ${row} ->> 'type', ${row} ->> 'at', ${row} ->> 'payload' ${from}`;
}

function userChangeType(change: ResourceChange): ChangeType {
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

function groupChangeType(change: ResourceChange): ChangeType {
  switch (change.kind) {
    case "create":
    case "restore":
      return "group.created";
    case "delete":
    case "erase":
      return "group.deleted";
    case "update":
      return "group.updated";
  }
}
