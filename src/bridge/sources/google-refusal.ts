import { isJsonObject, type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { readRetryAfter } from "../retry-after.ts";
import { SourceError } from "../source.ts";
import { type Refusal, throttled } from "../source-http.ts";
import { cursorExpired } from "../source-paging.ts";
import { readText } from "../source-records.ts";

/** What the Directory API's refusals mean; a 403 may be a limit, and its reason says so. */
export function explainGoogle(refusal: Refusal): SourceError | undefined {
  const { status, headers, now } = refusal;
  const reasons = readReasons(refusal);
  if (status === 403 && reasons.some((reason) => LIMIT_REASONS.has(reason))) {
    return throttled("Google", readRetryAfter(headers, now));
  }
  if (status === 403 && reasons.some((reason) => DISABLED_REASONS.has(reason))) {
    return new SourceError(
      { kind: "forbidden" },
      "The Admin SDK API is off in the service account's Google Cloud project. Enable it there, and wait a few minutes.",
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
export function explainPageToken({ status }: Refusal): SourceError | undefined {
  return status === 400 || status === 410 ? cursorExpired("Google") : undefined;
}

/** What a refusal of the token endpoint means (RFC 6749 §5.2). */
export function explainGoogleToken(
  { body }: Refusal,
  scopes: readonly string[],
): SourceError | undefined {
  const answer = isJsonObject(body) ? body : {};
  switch (readMember(answer, "error")) {
    case "unauthorized_client":
    case "access_denied":
    case "invalid_scope":
      return new SourceError(
        { kind: "forbidden" },
        `The service account's domain-wide delegation lacks a scope. In the Google Admin console, under Security > API controls, give its client ID ${scopes.join(" and ")}.`,
      );
    case "invalid_grant":
      return invalidGrant(readText(answer, "error_description") ?? "");
    case "invalid_client":
      return new SourceError(
        { kind: "unauthorized" },
        "Google does not know this service account. Check its e-mail address (client_email of the key file), and that it was not deleted.",
      );
  }
  return undefined;
}

const LIMIT_REASONS: ReadonlySet<string> = new Set([
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "quotaExceeded",
  "dailyLimitExceeded",
  "RATE_LIMIT_EXCEEDED",
  "RESOURCE_EXHAUSTED",
]);

const DISABLED_REASONS: ReadonlySet<string> = new Set(["accessNotConfigured", "SERVICE_DISABLED"]);

function invalidGrant(description: string): SourceError {
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
function readReasons({ body }: Refusal): readonly string[] {
  const error = isJsonObject(body) ? readMember(body, "error") : undefined;
  if (!isJsonObject(error)) return [];
  const listed = ["errors", "details"].flatMap((name) => objectsOf(readMember(error, name)));
  const reasons = listed.flatMap((each) => readText(each, "reason") ?? []);
  return [...reasons, ...(readText(error, "status") ?? "").split(" ")];
}

function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((each) => isJsonObject(each)) : [];
}
