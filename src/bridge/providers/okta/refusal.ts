import { isJsonObject, readMember } from "#scim/json.ts";
import {
  type ExplainRefusal,
  inTrouble,
  isOfRequest,
  type RefusedExchange,
  throttled,
} from "../../source/http/http.ts";
import { readResetAt, readRetryAfter } from "../../source/http/retry-after.ts";
import { cursorExpired, deltaExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";
import { SourceError } from "../../source/source.ts";

/** What Okta's refusals mean to requests that need a scope. */
export function explainOkta(scope: string): ExplainRefusal {
  return (refusal) => {
    const code = readOktaCode(refusal);
    if (code === "E0000047") {
      const { headers, now } = refusal;
      return throttled("Okta", readRetryAfter(headers, now) ?? readOktaReset(headers, now));
    }
    if (TRANSIENT_CODES.has(code)) return inTrouble("Okta", String(code));
    switch (refusal.status) {
      case 401:
        return new SourceError(
          { kind: "unauthorized" },
          "Okta refuses the bridge's credentials. An API token ends when it is revoked, when its administrator leaves or after 30 days without use; a service app when it is deactivated. Enter new ones.",
        );
      case 403:
        return forbidden(refusal, scope);
      case 404:
        return code === "E0000007" ? undefined : noSuchPath();
    }
    return undefined;
  };
}

/** Okta promises no Retry-After, but always the second at which the bucket is full again. */
export function readOktaReset(headers: Headers, now: number): number | undefined {
  return readResetAt("X-Rate-Limit-Reset", headers, now);
}

/**
 * Whether Okta says that it has no such user or group; the summary, where it names an id, must name this
 * one, and as what was asked for: a group is "Group" or "UserGroup" there.
 */
export function isGoneAtOkta(
  refusal: RefusedExchange,
  key: string,
  type: "User" | "Group",
): boolean {
  if (refusal.status !== 404 || readOktaCode(refusal) !== "E0000007") return false;
  const { body } = refusal;
  const summary = isJsonObject(body) ? (readText(body, "errorSummary") ?? "") : "";
  const [, id, what] = /Resource not found: (\S+) \((?:User)?(User|Group)\)/.exec(summary) ?? [];
  return id === undefined || (id.toLowerCase() === key.toLowerCase() && what === type);
}

/** An internal error, and a cell that is read-only for maintenance. */
const TRANSIENT_CODES: ReadonlySet<unknown> = new Set(["E0000009", "E0000010"]);

/** What a refusal means to a page that was asked for by its cursor. */
export function explainOktaCursor({ status }: RefusedExchange): SourceError | undefined {
  return isOfRequest(status) ? cursorExpired("Okta") : undefined;
}

/** What a refusal means to the first page of what changed since a stamp. */
export function explainOktaDelta({ status }: RefusedExchange): SourceError | undefined {
  return isOfRequest(status) ? deltaExpired("Okta") : undefined;
}

function forbidden(refusal: RefusedExchange, scope: string): SourceError {
  const code = readOktaCode(refusal);
  if (code === "E0000006") {
    return new SourceError(
      { kind: "forbidden" },
      `Okta knows the bridge's credentials, but they may not read this (E0000006). Give the service app the scope ${scope} and the role Read-Only Administrator, or make the API token as an administrator with that role.`,
    );
  }
  return new SourceError(
    { kind: "forbidden" },
    `Okta does not let the bridge read this. Grant the scope ${scope} and the role Read-Only Administrator, and check that Okta's network zones let the bridge in.`,
  );
}

function noSuchPath(): SourceError {
  return new SourceError(
    { kind: "malformed" },
    "This address is no Okta org. Enter the org's own address, such as https://example.okta.com, without -admin.",
  );
}

function readOktaCode({ body }: RefusedExchange): unknown {
  return isJsonObject(body) ? readMember(body, "errorCode") : undefined;
}
