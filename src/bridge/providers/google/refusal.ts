import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { inTrouble, isOfRequest, type RefusedExchange, throttled } from "../../source/http/http.ts";
import { readRetryAfter } from "../../source/http/retry-after.ts";
import { cursorExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";
import { SourceError } from "../../source/source.ts";

/** What the Directory API's refusals mean; a 403 may be a limit, and its reason says so. */
export function explainGoogle(refusal: RefusedExchange): SourceError | undefined {
  const { status, headers, now } = refusal;
  const reasons = readReasons(refusal);
  if (reasons.some((reason) => LIMIT_REASONS.has(reason))) {
    return throttled("Google", readRetryAfter(headers, now));
  }
  const passing = reasons.find((reason) => TRANSIENT_REASONS.has(reason));
  if (passing !== undefined) return inTrouble("Google", passing);
  if (status === 403 && reasons.some((reason) => DISABLED_REASONS.has(reason))) {
    return new SourceError(
      { kind: "forbidden" },
      "The Admin SDK API is off in the service account's Google Cloud project. Enable it there, and wait a few minutes.",
    );
  }
  if (status === 403 && reasons.some((reason) => POLICY_REASONS.has(reason))) {
    return new SourceError(
      { kind: "forbidden" },
      "A policy of the Google Workspace domain keeps programs out of its API. In the Google Admin console, under Security > API controls, let the service account's client ID use the Directory API.",
    );
  }
  if (status === 403) {
    return new SourceError(
      { kind: "forbidden" },
      "Google does not let the administrator that the bridge stands in for read this. Give him a role with the privileges to read users and groups, and check the customer id.",
    );
  }
  if (status === 404 && !reasons.includes("notFound")) {
    return new SourceError(
      { kind: "malformed" },
      "This address is not Google's Directory API. Enter https://admin.googleapis.com.",
    );
  }
  return undefined;
}

/** What a refusal means to a page that was asked for by its token. */
export function explainPageToken(refusal: RefusedExchange): SourceError | undefined {
  const isAboutToken = isOfRequest(refusal.status) && explainPassing(refusal) === undefined;
  return isAboutToken ? cursorExpired("Google") : undefined;
}

/**
 * Whether Google says that it has no such user: with 404; for 20 days after a deletion with 412 (where it
 * is not that of a user who is still being made); and with a 403 that names him as not found.
 */
export function isGoneAtGoogle(refusal: RefusedExchange): boolean {
  const reasons = readReasons(refusal);
  const message = readMessage(refusal);
  switch (refusal.status) {
    case 404:
      return reasons.includes("notFound") && !/domain|groupKey|customer/i.test(message);
    case 412:
      return reasons.includes("conditionNotMet") && !/creat|not complete/i.test(message);
    case 403:
      return /resource not found: ?userKey|user (?:is|was|has been) deleted/i.test(message);
  }
  return false;
}

/** Whether Google says that it has no such group. */
export function isGroupGoneAtGoogle(refusal: RefusedExchange): boolean {
  if (refusal.status !== 404 || !readReasons(refusal).includes("notFound")) return false;
  return !/domain|userKey|customer|memberKey/i.test(readMessage(refusal));
}

/** What a refusal of the token endpoint means (RFC 6749 §5.2). */
export function explainGoogleToken(
  { body }: RefusedExchange,
  scopes: readonly string[],
): SourceError | undefined {
  const answer = isJsonObject(body) ? body : {};
  const description = readText(answer, "error_description") ?? "";
  const error = readMember(answer, "error");
  if (POLICY_ERRORS.has(error) || /polic|admin_/i.test(description)) return keptOut();
  switch (error) {
    case "unauthorized_client":
    case "access_denied":
    case "invalid_scope":
      return new SourceError(
        { kind: "forbidden" },
        `The service account's domain-wide delegation lacks a scope. In the Google Admin console, under Security > API controls, give its client ID ${scopes.join(" and ")}.`,
      );
    case "invalid_grant":
      return invalidGrant(description);
    case "disabled_client":
    case "deleted_client":
      return new SourceError(
        { kind: "unauthorized" },
        "The service account is disabled or deleted at Google. Enable it in its Google Cloud project, or enter another one's key.",
      );
    case "invalid_client":
      return new SourceError(
        { kind: "unauthorized" },
        "Google does not know this service account. Check its e-mail address (client_email of the key file), and that it was not deleted.",
      );
  }
  return undefined;
}

/** Whether a refusal of the token endpoint says that the assertion's times are not those of Google's clock. */
export function isAboutClock({ body }: Pick<RefusedExchange, "body">): boolean {
  const answer = isJsonObject(body) ? body : {};
  const description = readText(answer, "error_description") ?? "";
  return readMember(answer, "error") === "invalid_grant" && CLOCK.test(description);
}

const CLOCK = /timeframe|\biat\b|short-lived|token (?:is )?(?:expired|used too early|too early)/i;

/** An administrator of the Workspace or of the Cloud organization forbids it by a policy. */
const POLICY_ERRORS: ReadonlySet<unknown> = new Set([
  "admin_policy_enforced",
  "org_internal",
  "policy_enforced",
]);

const POLICY_REASONS: ReadonlySet<string> = new Set(["domainCannotUseApis", "domainPolicy"]);

/** Trouble of Google's own, at whatever status it comes. */
const TRANSIENT_REASONS: ReadonlySet<string> = new Set([
  "backendError",
  "internalError",
  "UNAVAILABLE",
  "INTERNAL",
]);

const LIMIT_REASONS: ReadonlySet<string> = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

const DISABLED_REASONS: ReadonlySet<string> = new Set(["accessNotConfigured", "SERVICE_DISABLED"]);

function explainPassing(refusal: RefusedExchange): SourceError | undefined {
  const reasons = readReasons(refusal);
  const isPassing = reasons.some((each) => LIMIT_REASONS.has(each) || TRANSIENT_REASONS.has(each));
  return isPassing ? explainGoogle(refusal) : undefined;
}

function keptOut(): SourceError {
  return new SourceError(
    { kind: "forbidden" },
    "A policy of the Google organization keeps the service account out. In the Google Admin console, under Security > API controls > App access control, trust its client ID; or have the organization policy changed.",
  );
}

function invalidGrant(description: string): SourceError {
  if (CLOCK.test(description)) {
    return new SourceError(
      { kind: "unavailable" },
      "Google says that the request for a token is not of this time (\"Invalid JWT\"): the gateway's clock and Google's differ. The bridge tries again by itself; if it lasts, set the clock of the machine that the gateway runs on.",
    );
  }
  if (/signature/i.test(description)) {
    return new SourceError(
      { kind: "unauthorized" },
      "Google does not accept the service account's signature. Its key was deleted or is another account's; make a new key and enter it.",
    );
  }
  return new SourceError(
    { kind: "unauthorized" },
    "Google knows no such administrator or service account. Check the administrator's e-mail address, that he is not suspended, and that the service account was not deleted.",
  );
}

/** `error.errors[].reason`, and the status and detail reasons of Google's newer answers. */
function readReasons({ body }: RefusedExchange): readonly string[] {
  const error = isJsonObject(body) ? readMember(body, "error") : undefined;
  if (!isJsonObject(error)) return [];
  const listed = ["errors", "details"].flatMap((name) => objectsOf(readMember(error, name)));
  const reasons = listed.flatMap((each) => readText(each, "reason") ?? []);
  return [...reasons, ...(readText(error, "status") ?? "").split(" ")];
}

function readMessage({ body }: RefusedExchange): string {
  const error = isJsonObject(body) ? readMember(body, "error") : undefined;
  return isJsonObject(error) ? (readText(error, "message") ?? "") : "";
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((each) => isJsonObject(each)) : [];
}
