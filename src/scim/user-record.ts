import { entityTag } from "./etag.ts";
import type { JsonObject } from "./json.ts";
import type { UserRecord } from "./ports.ts";
import { type Document, orderDocument, schemasFor } from "./resource.ts";
import { USER } from "./schema/registry.ts";

/** A user that is not stored yet. */
export function newRecord(id: string, document: Document, now: number): UserRecord {
  return {
    rowId: undefined,
    id,
    version: 1,
    createdAt: now,
    modifiedAt: now,
    deletedAt: undefined,
    documentText: textOf(document),
  };
}

/** The same user, live, one version on, with another document. */
export function replacedRecord(before: UserRecord, document: Document, now: number): UserRecord {
  return {
    ...before,
    version: before.version + 1,
    modifiedAt: now,
    deletedAt: undefined,
    documentText: textOf(document),
  };
}

/** The same user, one version on, soft-deleted. */
export function deletedRecord(before: UserRecord, now: number): UserRecord {
  return { ...before, version: before.version + 1, modifiedAt: now, deletedAt: now };
}

/** The document with `active` as it says itself, or else as given (RFC 7643 §4.1.1 has no default). */
export function withActive(document: Document, otherwise: boolean): Document {
  return { ...document, active: document.active ?? otherwise };
}

/** The `meta` of a user (RFC 7643 §3.1) but its location, which depends on the URL asked. */
export function metaOf(record: UserRecord): JsonObject {
  return {
    resourceType: USER.name,
    created: new Date(record.createdAt).toISOString(),
    lastModified: new Date(record.modifiedAt).toISOString(),
    version: entityTag(record.version),
  };
}

/**
 * A user as JSON text with `id` and `meta`; baseUrl gives meta.location, and undefined leaves it out.
 * The stored text is extended rather than parsed: most reads need no more.
 */
export function renderUser(record: UserRecord, baseUrl: string | undefined): string {
  const location = baseUrl === undefined ? {} : { location: locationOf(record, baseUrl) };
  const meta = JSON.stringify({ ...metaOf(record), ...location });
  return `${record.documentText.slice(0, -1)},"id":${JSON.stringify(record.id)},"meta":${meta}}`;
}

/** The URL of a user under a SCIM base URL. */
export function locationOf(record: UserRecord, baseUrl: string): string {
  return `${baseUrl}${USER.endpoint}/${record.id}`;
}

function textOf(document: Document): string {
  const ordered = orderDocument(USER, document);
  return JSON.stringify({ schemas: schemasFor(USER, ordered), ...ordered });
}
