import { isJsonObject, type JsonValue } from "#scim/json.ts";
import { SourceError } from "../source.ts";
import type { RefusedExchange } from "./http.ts";

/**
 * The error of a 404 that is a web page: some other server's word, which must not be taken for the
 * provider's that a user is gone. Undefined for every other refusal.
 */
export function explainHtml(
  provider: string,
  { status, headers }: RefusedExchange,
): SourceError | undefined {
  const isHtml = headers.get("Content-Type")?.toLowerCase().includes("html") === true;
  if (status !== 404 || !isHtml) return undefined;
  return new SourceError(
    { kind: "malformed" },
    `${provider} answered with a web page (status 404). Check the bridge's base address.`,
  );
}

/** Whether a 404 is the API's own word: JSON, no body, or its bare "Not Found", but no web page. */
export function isNotFound(refusal: RefusedExchange): boolean {
  return refusal.status === 404 && explainHtml("", refusal) === undefined;
}

/** Whether an accepted answer to a question for one user holds nobody: no body, null or an empty object. */
export function isNobody(body: JsonValue | undefined): boolean {
  if (body === undefined || body === null) return true;
  return isJsonObject(body) && Object.keys(body).length === 0;
}
