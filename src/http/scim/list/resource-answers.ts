import { type Answer, jsonAnswer, versionHeaders } from "#http/response/answer.ts";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject } from "#scim/json.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { withAccount } from "#scim/resource/account.ts";
import { isEverything, type Projection, projectResource } from "#scim/resource/projection.ts";
import { locationOf, renderResource, shownRecord } from "#scim/resource/record.ts";
import { type ApplicationView, shownToApplications } from "#scim/rules/shown.ts";
import { LIST_RESPONSE } from "#scim/schema/urns.ts";

/** How a request wants its resources shown. */
export interface View {
  /** The resource type as the caller's connector has it, once that is known. */
  readonly type: () => ResourceType;
  readonly baseUrl: string;
  readonly projection: Projection;
  /** Whether a user is shown with what its application said of its account. */
  readonly showsAccount?: true | undefined;
  /** How an application sees the resource; left out for a client of SCIM. */
  readonly application?: ApplicationView | undefined;
}

/** A resource as JSON text with the attributes asked for; `members` is the text of a group's members. */
export function resourceText(record: ResourceRecord, view: View, members?: string): string {
  const type = view.type();
  const declared = shownRecord(type, record);
  const { application } = view;
  const seen = application === undefined ? declared : shownToApplications(declared, application);
  const text = renderResource(seen, view.baseUrl, members);
  const shown = isEverything(view.projection) ? text : projectedText(type, text, view.projection);
  return view.showsAccount ? withAccount(shown, record, view.projection) : shown;
}

function projectedText(type: ResourceType, text: string, projection: Projection): string {
  // renderResource writes a JSON object.
  const resource = JSON.parse(text) as JsonObject;
  return JSON.stringify(projectResource(type, resource, projection));
}

/** The answer that shows one resource. */
export function resourceAnswer(record: ResourceRecord, view: View, members?: string): Answer {
  return jsonAnswer(200, resourceText(record, view, members), versionHeaders(record.version));
}

/** The 201 of RFC 7644 §3.3, also for a restored user: Entra and Okta take it as the new link. */
export function createdAnswer(record: ResourceRecord, view: View, members?: string): Answer {
  return jsonAnswer(201, resourceText(record, view, members), {
    ...versionHeaders(record.version),
    Location: locationOf(record, view.baseUrl),
  });
}

/** What a ListResponse says of itself: by index where it starts, by cursor where it goes on. */
export interface PageFacts {
  readonly totalResults: number;
  readonly startIndex?: number;
  readonly nextCursor?: string;
}

/** The ListResponse of RFC 7644 §3.4.2 and RFC 9865 §2 from resources that are JSON text already. */
export function listAnswer(page: PageFacts, resources: readonly string[]): Answer {
  const head = JSON.stringify({
    schemas: [LIST_RESPONSE],
    ...page,
    itemsPerPage: resources.length,
  });
  return jsonAnswer(200, `${head.slice(0, -1)},"Resources":[${resources.join(",")}]}`);
}
