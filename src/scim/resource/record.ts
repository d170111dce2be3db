import type { ResourceType } from "#scim/attribute.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonObject } from "#scim/json.ts";
import { documentOf, type ResourceRecord, type TypeName } from "#scim/ports.ts";
import { withAccount } from "./account.ts";
import { requireCleanNames } from "./clean-names.ts";
import { entityTag } from "./etag.ts";
import { EVERYTHING, projectResource } from "./projection.ts";
import { type Document, orderDocument, schemasFor } from "./resource.ts";

/** A resource that is not stored yet; a name with hidden characters is refused (clean-names.ts). */
export function newRecord(
  type: ResourceType,
  id: string,
  document: Document,
  now: number,
): ResourceRecord {
  requireCleanNames(type, document, undefined);
  return {
    rowId: undefined,
    type: type.name,
    id,
    version: 1,
    createdAt: now,
    modifiedAt: now,
    deletedAt: undefined,
    documentText: textOf(type.storedAs ?? type, document),
    groupsText: "[]",
  };
}

/**
 * The same resource, live, one version on, with another document, whose names are clean or as they were.
 * Nobody waits for it any more (stillUnclaimed).
 */
export function replacedRecord(
  type: ResourceType,
  before: ResourceRecord,
  document: Document,
  now: number,
): ResourceRecord {
  requireCleanNames(type, document, before);
  return {
    ...before,
    version: before.version + 1,
    modifiedAt: now,
    deletedAt: undefined,
    documentText: textOf(type.storedAs ?? type, document),
    isUnclaimed: undefined,
  };
}

/** A user as an administrator or the application changes it, which claims nothing. */
export function stillUnclaimed(after: ResourceRecord, before: ResourceRecord): ResourceRecord {
  return { ...after, isUnclaimed: before.isUnclaimed };
}

/** The same resource, one version on, soft-deleted. */
export function deletedRecord(before: ResourceRecord, now: number): ResourceRecord {
  return {
    ...before,
    version: before.version + 1,
    modifiedAt: now,
    deletedAt: now,
    groupsText: "[]",
    isUnclaimed: undefined,
  };
}

/** The resource as answers and change events show it: without what its connector no longer declares. */
export function shownRecord(type: ResourceType, record: ResourceRecord): ResourceRecord {
  if (type.storedAs === undefined) return record;
  const document = projectResource(type, documentOf(record), EVERYTHING);
  return { ...record, documentText: textOf(type, document) };
}

/** The document with `active` as it says itself, or else as given (RFC 7643 §4.1.1 has no default). */
export function withActive(document: Document, otherwise: boolean): Document {
  return { ...document, active: document.active ?? otherwise };
}

/** The `meta` of a resource (RFC 7643 §3.1) but its location, which depends on the URL asked. */
export function metaOf(record: ResourceRecord): JsonObject {
  return {
    resourceType: record.type,
    created: new Date(record.createdAt).toISOString(),
    lastModified: new Date(record.modifiedAt).toISOString(),
    version: entityTag(record.version),
  };
}

/** The `groups` of a user (RFC 7643 §4.1.2), computed from the memberships; undefined for none. */
export function groupsOf(
  record: ResourceRecord,
  baseUrl: string,
): readonly JsonObject[] | undefined {
  if (record.groupsText === "[]") return undefined;
  // The store writes a JSON list of values and displays.
  const groups = JSON.parse(record.groupsText) as { value: string; display: string }[];
  return groups.map(({ value, display }) => ({
    value,
    $ref: locationOf({ type: "Group", id: value }, baseUrl),
    display,
    type: "direct",
  }));
}

/**
 * A resource as JSON text with `id` and `meta`, as it appears under a base URL. The stored text is
 * extended rather than parsed: most reads need no more. `members` is the text of a group's members.
 */
export function renderResource(record: ResourceRecord, baseUrl: string, members?: string): string {
  const groups = record.type === "User" ? groupsOf(record, baseUrl) : undefined;
  const meta = { ...metaOf(record), location: locationOf(record, baseUrl) };
  return [
    record.documentText.slice(0, -1),
    ...(groups === undefined ? [] : [`"groups":${JSON.stringify(groups)}`]),
    ...(members === undefined ? [] : [`"members":${members}`]),
    `"id":${JSON.stringify(record.id)}`,
    `"meta":${JSON.stringify(meta)}}`,
  ].join(",");
}

/**
 * A resource as the change feed carries it: with what the application sees of its account, and without what
 * depends on a URL or on other resources.
 */
export function renderPayload(record: ResourceRecord): string {
  const meta = JSON.stringify(metaOf(record));
  const text = `${record.documentText.slice(0, -1)},"id":${JSON.stringify(record.id)},"meta":${meta}}`;
  return withAccount(text, record);
}

/** The URL of a resource under a SCIM base URL. */
export function locationOf(
  { type, id }: { readonly type: TypeName; readonly id: string },
  baseUrl: string,
): string {
  return `${baseUrl}/${type}s/${id}`;
}

/**
 * A row holds the document twice, as sent and folded, and travels in one D1 value of at most 2 MB: a
 * document may grow by PATCH beyond what one body brings, but not beyond this.
 */
const DOCUMENT_BYTES_MAX = 512 * 1024;

function textOf(type: ResourceType, document: Document): string {
  const ordered = orderDocument(type, document);
  const text = JSON.stringify({ schemas: schemasFor(type, ordered), ...ordered });
  // A character takes three bytes at most, so that short texts need no counting.
  if (text.length * 3 > DOCUMENT_BYTES_MAX && isTooLarge(text)) {
    throw ScimError.status(
      413,
      `The ${type.name.toLowerCase()} would hold more than ${DOCUMENT_BYTES_MAX} bytes in all; send fewer or shorter values.`,
    );
  }
  return text;
}

function isTooLarge(text: string): boolean {
  return new TextEncoder().encode(text).byteLength > DOCUMENT_BYTES_MAX;
}
