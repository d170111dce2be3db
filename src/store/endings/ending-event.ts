import { documentOf, type ResourceChange } from "#scim/ports.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { foldText } from "#scim/text.ts";
import type { EventRow } from "#store/event-log/events.ts";
import { maskEvent } from "#store/event-log/mask.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import { redactText } from "#store/event-log/redact-text.ts";
import type { OpenEnding } from "./open.ts";

const NAME_BYTES_MAX = 1_024;

/** Composes the event-log row of what the end of a directory does to one user or group. */
export function changeEventRow(
  ending: OpenEnding,
  change: ResourceChange,
  { opId, at }: { readonly opId: string; readonly at: number },
): EventRow {
  const { after } = change;
  const name = documentOf(after)[nameAttribute(after.type)];
  const userName = typeof name === "string" ? redactText(name, NAME_BYTES_MAX) : null;
  const row: EventRow = {
    ...endingEventRow(ending, { opId, at }),
    status: change.kind === "update" ? 200 : 204,
    resourceType: after.type,
    resourceId: after.id,
    userName,
    userNameKey: userName === null ? null : foldText(userName),
    difference: redactDifference(differenceOf(change)),
  };
  return ending.settings.maskPersonalData ? maskEvent(row) : row;
}

/** Composes the event-log row of the end itself, as of the administrator's call that began it. */
export function endingEventRow(
  { kind, connector, actor }: OpenEnding,
  { opId, at }: { readonly opId: string; readonly at: number },
): EventRow {
  return {
    opId,
    at,
    method: kind === "deleted" ? "DELETE" : "PATCH",
    path: `/admin/v1/connectors/${connector}`,
    status: kind === "deleted" ? 204 : 200,
    scimType: null,
    latencyMs: 0,
    clientIp: null,
    userAgent: null,
    credentialId: null,
    actor,
    resourceType: null,
    resourceId: null,
    userName: null,
    userNameKey: null,
    requestBody: null,
    responseBody: null,
    warnings: [],
    difference: null,
    explanation: null,
  };
}
