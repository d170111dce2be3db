import type { Explanation, ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { entityTag } from "#scim/resource/etag.ts";
import { ERROR } from "#scim/schema/urns.ts";

/** What a SCIM request is answered with, before it becomes a Response. */
export interface Answer {
  readonly status: number;
  /** JSON text; undefined for an answer without a body. */
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly scimType: string | undefined;
  /** For the event log alone; no client sees it. */
  readonly explanation?: Explanation | undefined;
}

/** An answer with a JSON body. */
export function jsonAnswer(
  status: number,
  body: JsonObject | string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, body: text, headers, scimType: undefined };
}

/** An answer without a body, such as 204. */
export function emptyAnswer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, body: undefined, headers, scimType: undefined };
}

/** The headers of an answer that shows one version of a resource. */
export function versionHeaders(version: number): Readonly<Record<string, string>> {
  return { ETag: entityTag(version) };
}

/** The error body of RFC 7644 §3.12, whose status is a string. */
export function errorAnswer(
  error: ScimError,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const { status, scimType, detail, explanation } = error;
  const type = scimType === undefined ? {} : { scimType };
  const body = { schemas: [ERROR], status: String(status), ...type, detail };
  return { status, body: JSON.stringify(body), headers, scimType, explanation };
}

/** Turns an answer into the Response that a SCIM client gets. */
export function toResponse(answer: Answer): Response {
  const headers = new Headers({ "Cache-Control": "no-store", ...answer.headers });
  // Entra wants every answer as application/scim+json, errors included.
  if (answer.body !== undefined) headers.set("Content-Type", "application/scim+json");
  return new Response(answer.body ?? null, { status: answer.status, headers });
}
