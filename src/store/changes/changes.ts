import type { SQLWrapper } from "drizzle-orm";
import type { ResourceType } from "#scim/attribute.ts";
import { documentOf, type ResourceChange, type ResourceRecord } from "#scim/ports.ts";
import { isClaim } from "#scim/resource/account.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import { renderPayload, shownRecord } from "#scim/resource/record.ts";
import { type ApplicationView, toldToApplications } from "#scim/rules/shown.ts";
import { USER } from "#scim/schema/registry.ts";
import { isActive } from "#store/columns.ts";
import type { Rows } from "#store/rows.ts";
import type { changes } from "#store/schema.ts";
import type { ChangeToCommit } from "#store/write.ts";

type ChangeColumns = typeof changes.$inferSelect;

/** The change events of members, which triggers raise. */
export type MemberChangeType = Extract<ChangeColumns["type"], `group.member_${string}`>;

/** The change events that a resource's own write raises. */
export type ChangeType = Exclude<
  ChangeColumns["type"],
  MemberChangeType | "user.roles_changed" | `connector.${string}`
>;

/** One row of the outbox, as a resource's own write raises it. */
export interface ChangeRow extends Readonly<Omit<ChangeColumns, "seq" | "connectorId" | "type">> {
  readonly type: ChangeType;
}

/** That applications see what the provider sees. */
const AS_THE_PROVIDER: ApplicationView = { groupNamePrefix: "", roles: [] };

/** Turns a decided change into its outbox row, which names its event by the op_id. */
export function changeRow(
  { change, type, event }: ChangeToCommit,
  at: number,
  application: ApplicationView = AS_THE_PROVIDER,
): ChangeRow {
  const { after } = change;
  const isForgotten = change.kind === "erase" && change.isForgotten === true;
  return {
    eventId: event.opId,
    resourceType: after.type,
    resourceId: after.id,
    version: after.version,
    type: after.type === "User" ? userChangeType(change) : groupChangeType(change),
    at,
    payload: isForgotten
      ? erasedPayload(after.id)
      : renderPayload(toldToApplications(shownRecord(type, after), application)),
    difference: differenceText(type, change, application),
  };
}

/** What the feed has of a person who was erased: an id that nobody else gets, and nothing else. */
export function erasedPayload(id: string): string {
  return JSON.stringify({ schemas: [USER.schema.id], id, meta: { resourceType: USER.name } });
}

/** What a change of a connector is stored as, for a statement over change rows. */
export function changeCells({ cell }: Rows<ChangeRow>, connectorId: SQLWrapper) {
  return {
    eventId: cell("eventId"),
    connectorId,
    resourceType: cell("resourceType"),
    resourceId: cell("resourceId"),
    version: cell("version"),
    type: cell("type"),
    at: cell("at"),
    payload: cell("payload"),
    difference: cell("difference"),
  } satisfies Record<keyof ChangeRow | "connectorId", SQLWrapper>;
}

/** A change row repeats so many characters of values at most; beyond that it names the attributes alone. */
const DIFFERENCE_CHARACTERS_MAX = 64 * 1024;

function differenceText(
  type: ResourceType,
  change: ResourceChange,
  application: ApplicationView,
): string | null {
  // A restored group is told as a created one.
  const isTold = change.kind === "update" || (change.kind === "restore" && type.name === "User");
  if (!isTold) return null;
  // Members have change rows of their own.
  const { members: _, ...difference } = differenceOf(shownChange(type, change, application));
  const text = JSON.stringify(difference);
  return text.length > DIFFERENCE_CHARACTERS_MAX ? JSON.stringify(Object.keys(difference)) : text;
}

/** The change as far as its connector declares the attributes, which is nearly always the change itself. */
function shownChange(
  type: ResourceType,
  change: Extract<ResourceChange, { readonly kind: "update" | "restore" }>,
  application: ApplicationView,
): ResourceChange {
  const isPlain = application.groupNamePrefix === "" && application.roles.length === 0;
  if (type.storedAs === undefined && isPlain) return change;
  const shown = (record: ResourceRecord) =>
    toldToApplications(shownRecord(type, record), application);
  return { ...change, before: shown(change.before), after: shown(change.after) };
}

function userChangeType(change: ResourceChange): ChangeType {
  switch (change.kind) {
    case "create":
      return "user.created";
    case "restore":
      return "user.restored";
    case "delete":
      return "user.deleted";
    case "erase":
      return change.isForgotten ? "user.erased" : "user.deleted";
    case "update": {
      const wasActive = isActive(documentOf(change.before));
      const isNowActive = isActive(documentOf(change.after));
      if (wasActive === isNowActive) return isClaim(change) ? "user.claimed" : "user.updated";
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
