import { documentOf, type ResourceChange } from "#scim/ports.ts";
import { differenceOf } from "#scim/resource/difference.ts";
import { nameAttribute } from "#scim/resource/identity.ts";
import { foldText } from "#scim/text.ts";
import type { EventRow } from "#store/event-log/events.ts";
import { maskEvent } from "#store/event-log/mask.ts";
import { redactDifference } from "#store/event-log/redact.ts";
import { redactText } from "#store/event-log/redact-text.ts";
import type { Provider } from "../config/settings.ts";
import type { Notice } from "../storage/notice.ts";

/** What is the same for all events of a run. */
export interface BridgeFacts {
  readonly runId: string;
  readonly provider: Provider;
  /** The moment of the write, in milliseconds. */
  readonly at: number;
  /** A fresh UUIDv7: the op_id of an event, whose order is the order of time. */
  readonly newId: () => string;
  /** Whether the connector keeps personal data out of its log. */
  readonly isMasked: boolean;
}

const SHORT_TEXT_BYTES_MAX = 1_024;

/**
 * Composes the event-log row of a change that the Bridge makes: with its difference, redacted, and without bodies or a credential, since it made no request here.
 */
export function bridgeEvent(
  { runId, provider, at, newId, isMasked }: BridgeFacts,
  change: ResourceChange,
  warnings: readonly string[],
): EventRow {
  const { after } = change;
  const name = documentOf(after)[nameAttribute(after.type)];
  const userName = typeof name === "string" ? redactText(name, SHORT_TEXT_BYTES_MAX) : null;
  const row: EventRow = {
    ...rowOf(runId, provider),
    opId: newId(),
    at,
    status: statusOf(change),
    resourceType: after.type,
    resourceId: after.id,
    userName,
    userNameKey: userName === null ? null : foldText(userName),
    warnings: warnings.map((warning) => redactText(warning, SHORT_TEXT_BYTES_MAX)),
    difference: redactDifference(differenceOf(change)),
  };
  return isMasked ? maskEvent(row) : row;
}

/**
 * Composes the event-log row of something that the Bridge did not write, by the name that its notice
 * says or else by the one that the directory has.
 */
export function noticeEvent(
  notice: Notice,
  nameHere: string | undefined,
  { provider, isMasked }: Pick<BridgeFacts, "provider" | "isMasked">,
): EventRow {
  const { runId, opId, at, status, scimType, resourceType, resourceId } = notice;
  const name = notice.userName ?? nameHere;
  const userName = name === undefined ? null : redactText(printable(name), SHORT_TEXT_BYTES_MAX);
  const row: EventRow = {
    ...rowOf(runId, provider),
    opId,
    at,
    status,
    scimType,
    resourceType,
    resourceId,
    userName,
    userNameKey: userName === null ? null : foldText(userName),
    explanation: redactText(printable(notice.explanation), EXPLANATION_BYTES_MAX),
  };
  if (!isMasked) return row;
  return { ...maskEvent(row), explanation: notice.maskedExplanation };
}

const EXPLANATION_BYTES_MAX = 2_048;

/** The database takes no NUL and no half of a surrogate pair; neither was checked in a record that was refused. */
function printable(text: string): string {
  return text.toWellFormed().replaceAll(/\p{Cc}/gu, "\uFFFD");
}

function rowOf(runId: string, provider: Provider) {
  return {
    method: "BRIDGE",
    path: `/bridge/runs/${runId}`,
    scimType: null,
    latencyMs: 0,
    clientIp: null,
    userAgent: `bridge ${provider}`,
    credentialId: null,
    requestBody: null,
    responseBody: null,
    warnings: [],
    difference: null,
    explanation: null,
  };
}

/** What a client would have been answered, so that the log is filtered alike for push and pull. */
function statusOf({ kind }: ResourceChange): number {
  switch (kind) {
    case "create":
    case "restore":
      return 201;
    case "update":
      return 200;
    case "delete":
    case "erase":
      return 204;
  }
}
