import type { JsonObject } from "#scim/json.ts";
import type { UserRecord } from "#scim/ports.ts";
import { isEverything, type Projection, projectResource } from "#scim/projection.ts";
import { USER } from "#scim/schema/registry.ts";
import { LIST_RESPONSE } from "#scim/urns.ts";
import { locationOf, renderUser } from "#scim/user-record.ts";
import { type Answer, jsonAnswer, versionHeaders } from "../answer.ts";

/** A user as JSON text, with the attributes that were asked for. */
export function userText(user: UserRecord, baseUrl: string, projection: Projection): string {
  const text = renderUser(user, baseUrl);
  if (isEverything(projection)) return text;
  // renderUser writes a JSON object.
  const resource = JSON.parse(text) as JsonObject;
  return JSON.stringify(projectResource(USER, resource, projection));
}

/** The answer that shows one user. */
export function userAnswer(user: UserRecord, baseUrl: string, projection: Projection): Answer {
  return jsonAnswer(200, userText(user, baseUrl, projection), versionHeaders(user.version));
}

/** The 201 of RFC 7644 §3.3, also for a restored user: Entra and Okta take it as the new link. */
export function createdAnswer(user: UserRecord, baseUrl: string, projection: Projection): Answer {
  return jsonAnswer(201, userText(user, baseUrl, projection), {
    ...versionHeaders(user.version),
    Location: locationOf(user, baseUrl),
  });
}

/** The ListResponse of RFC 7644 §3.4.2 from resources that are JSON text already. */
export function listAnswer(
  page: { readonly totalResults: number; readonly startIndex: number },
  resources: readonly string[],
): Answer {
  const head = JSON.stringify({
    schemas: [LIST_RESPONSE],
    ...page,
    itemsPerPage: resources.length,
  });
  return jsonAnswer(200, `${head.slice(0, -1)},"Resources":[${resources.join(",")}]}`);
}
