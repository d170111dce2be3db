import { isJsonObject, readMember } from "#scim/json.ts";
import { readResetAt, readRetryAfter } from "../retry-after.ts";
import { SourceError } from "../source.ts";
import { type ExplainRefusal, type Refusal, throttled } from "../source-http.ts";
import { cursorExpired } from "../source-paging.ts";

/** What Okta's refusals mean to requests that need a scope. */
export function explainOkta(scope: string): ExplainRefusal {
  return (refusal) => {
    const { status, headers, now } = refusal;
    switch (status) {
      case 401:
        return new SourceError(
          { kind: "unauthorized" },
          "Okta refuses the bridge's credentials. An API token ends when it is revoked, when its administrator leaves or after 30 days without use; a service app when it is deactivated. Enter new ones.",
        );
      case 403:
        return forbidden(refusal, scope);
      case 404:
        return readOktaCode(refusal) === "E0000007" ? undefined : noSuchPath();
      case 429:
        // Okta promises no Retry-After, but always the second at which the bucket is full again.
        return throttled(
          "Okta",
          readRetryAfter(headers, now) ?? readResetAt("X-Rate-Limit-Reset", headers, now),
        );
    }
    return undefined;
  };
}

/** What a refusal means to a page that was asked for by its cursor. */
export function explainOktaCursor({ status }: Refusal): SourceError | undefined {
  return status === 400 || status === 404 || status === 410 ? cursorExpired("Okta") : undefined;
}

function forbidden(refusal: Refusal, scope: string): SourceError {
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

function readOktaCode({ body }: Refusal): unknown {
  return isJsonObject(body) ? readMember(body, "errorCode") : undefined;
}
