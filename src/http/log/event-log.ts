import type { Answer } from "#http/response/answer.ts";
import { type JsonValue, quoteName } from "#scim/json.ts";
import type { Difference } from "#scim/resource/difference.ts";
import { type ResourceTypes, STANDARD_TYPES } from "#scim/schema/custom.ts";
import { foldText } from "#scim/text.ts";
import type { EventRow, RefusedRow } from "#store/event-log/events.ts";
import { MASK, maskEvent, maskName } from "#store/event-log/mask.ts";
import { redactAnswer, redactBody, redactTarget, withoutEchoes } from "#store/event-log/redact.ts";
import { redactText } from "#store/event-log/redact-text.ts";

/** What is known of a request before anything is done with it. */
export interface CallFacts {
  readonly opId: string;
  readonly startedAt: number;
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** The SCIM base URL that was called. */
  readonly baseUrl: string;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
}

/** The resource that a request was about, as far as it is known. */
export interface LoggedResource {
  readonly resourceType?: string;
  readonly resourceId?: string;
  readonly userName?: string;
}

/** What became of a request. */
export interface CallResult {
  readonly answer: Answer;
  readonly credentialId: string | undefined;
  readonly resource: LoggedResource;
  readonly warnings: readonly string[];
  readonly latencyMs: number;
  readonly requestText: string;
  readonly requestBody: JsonValue | undefined;
  /** By whose schemas the names in the body mean anything. */
  readonly types: ResourceTypes;
  /** What the request changed, already redacted. */
  readonly difference: Difference | null;
  /** Whether the connector keeps personal data out of its log. */
  readonly isMasked: boolean;
}

/** Why a caller whose credential is known was not let in; none of it is told in the caller's own words. */
export type DoorReason =
  | "revoked"
  | "expired"
  | "deleted"
  | "disabled"
  | "wrong secret"
  | "client revoked";

/**
 * Composes the row of a caller who was not let in. It holds nothing that the caller
 * wrote: `facts.target` is the route's own path, and neither body, name nor user agent is there.
 */
export function refusedRow(
  facts: CallFacts,
  {
    answer,
    credentialId,
    isMasked,
  }: Pick<CallResult, "answer" | "isMasked"> & { readonly credentialId: string },
  reason: DoorReason,
): RefusedRow {
  const nothing = {
    requestText: "",
    requestBody: undefined,
    types: STANDARD_TYPES,
    difference: null,
    warnings: [],
  };
  const result = { answer, credentialId, isMasked, resource: {}, latencyMs: 0, ...nothing };
  const row = eventRow({ ...facts, userAgent: undefined }, result);
  const minute = Math.floor(facts.startedAt / 60_000);
  const refusalKey = `${minute} ${credentialId} ${reason}`;
  return { ...row, responseBody: null, refusalKey, count: 1 };
}

const TARGET_BYTES_MAX = 4_096;
const USER_AGENT_BYTES_MAX = 512;
const SHORT_TEXT_BYTES_MAX = 1_024;

/** Composes the event-log row of a request, with secrets redacted and sizes bounded. */
export function eventRow(facts: CallFacts, result: CallResult): EventRow {
  const { answer, resource } = result;
  const [path = ""] = facts.target.split("?", 1);
  const body = redactBody({
    method: facts.method,
    path,
    text: result.requestText,
    value: result.requestBody,
    types: result.types,
  });
  const target = redactTarget(facts.target, TARGET_BYTES_MAX);
  const hidden = [...target.hidden, ...body.hidden];
  const shortText = (text: string) => withoutEchoes(redactText(text, SHORT_TEXT_BYTES_MAX), hidden);
  const explanation = explain(answer, resource, result.isMasked);
  const userName = resource.userName && redactText(resource.userName, SHORT_TEXT_BYTES_MAX);
  const row: EventRow = {
    opId: facts.opId,
    at: facts.startedAt,
    method: facts.method,
    path: target.text,
    status: answer.status,
    scimType: answer.scimType ?? null,
    latencyMs: result.latencyMs,
    clientIp: facts.clientIp ?? null,
    userAgent: facts.userAgent ? redactText(facts.userAgent, USER_AGENT_BYTES_MAX) : null,
    credentialId: result.credentialId ?? null,
    resourceType: resource.resourceType ?? null,
    resourceId: resource.resourceId ? redactText(resource.resourceId, SHORT_TEXT_BYTES_MAX) : null,
    userName: userName ?? null,
    userNameKey: userName ? foldText(userName) : null,
    requestBody: body.text || null,
    // Passwords are never returned (RFC 7643 §4.1.1), but a token may stand in any attribute.
    responseBody: answer.body === undefined ? null : redactAnswer(answer.body, hidden),
    warnings: result.warnings.map(shortText),
    difference: result.difference,
    explanation: explanation === null ? null : withoutEchoes(explanation, hidden),
  };
  return result.isMasked ? maskEvent(row) : row;
}

const EXPLANATION_BYTES_MAX = 2_048;

/**
 * For a refusal: a plain sentence for the administrator with the cause, the next step and whom it
 * concerns; null for any other answer. `isMasked` keeps everything out that the client sent.
 */
function explain(
  answer: Answer,
  { userName }: { readonly userName?: string },
  isMasked: boolean,
): string | null {
  if (answer.status < 400 || answer.body === undefined) return null;
  const quote = isMasked ? () => `"${MASK}"` : quoteName;
  const cause = causeOf(answer, isMasked);
  const sentence = answer.explanation?.(quote, cause) ?? `${cause} ${nextStep(answer)}`.trim();
  const whom = userName === undefined ? "" : quoteName(isMasked ? maskName(userName) : userName);
  const isNamed = whom === "" || sentence.includes(whom);
  return redactText(
    isNamed ? sentence : `${sentence} The request was about ${whom}.`,
    EXPLANATION_BYTES_MAX,
  );
}

/** The error's detail, which can repeat what the client sent: a masked log has its kind alone. */
function causeOf({ status, scimType, body }: Answer, isMasked: boolean): string {
  if (isMasked) return `The request was refused with ${status}${scimType ? ` ${scimType}` : ""}.`;
  // Error bodies are written by answer.ts, which always gives a detail.
  return (JSON.parse(body ?? "{}") as { detail?: string }).detail ?? "";
}

/** What an administrator can do about a kind of refusal; empty where the detail says it already. */
function nextStep({ status, scimType }: Answer): string {
  return NEXT_STEPS.get(scimType ?? String(status)) ?? "";
}

const NEXT_STEPS: ReadonlyMap<string, string> = new Map([
  ["invalidFilter", "Correct the matching or import settings of the provider that ask this."],
  ["uniqueness", "Look for who holds it, then rename one of the two or remove the other."],
  ["mutability", "Take this attribute out of the provider's mapping."],
  ["invalidSyntax", "The provider has to send the request otherwise: look at its app's settings."],
  ["invalidPath", "Correct the name of this attribute in the provider's mapping."],
  ["noTarget", "Correct this path in the provider's mapping, or send the whole attribute."],
  ["invalidValue", "Correct the value at its source, or the mapping that makes it."],
  ["invalidCursor", "The client has to start this list again."],
  ["expiredCursor", "The client has to start this list again and to read it without a pause."],
  ["invalidCount", "The client has to ask for another count."],
  ["401", "Put a live token or secret of this connector in place at the provider."],
  ["404", "Check the SCIM base URL at the provider."],
  ["405", "The client asks for what SCIM does not have: look at its settings."],
  ["501", "Switch the provider's feature off that asks for this."],
  ["500", "Look for the id in the Worker's log and report it."],
  ["503", "The client repeats it by itself; look after the database if this goes on."],
]);
