import type { Difference } from "#scim/resource/difference.ts";
import type { EventFilter } from "#store/event-log/conditions.ts";
import type { StoredEvent } from "#store/event-log/list.ts";
import type { EventMembership, EventPerson } from "#store/event-log/person.ts";
import type { EventFilters } from "./schemas.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the filters of a query ask of the store. */
export function eventFilter(filters: EventFilters): EventFilter {
  const { status, method, user, explanation, resourceId, credentialId, ...others } = filters;
  const isClass = status?.endsWith("xx") ?? false;
  return {
    ...others,
    statusClass: status !== undefined && isClass ? Number(status.slice(0, 1)) : undefined,
    status: status === undefined || isClass ? undefined : Number(status),
    method: method?.toUpperCase(),
    credentialId: credentialId?.toLowerCase(),
    resourceId: resourceId && (isId(resourceId) ? resourceId.toLowerCase() : resourceId),
    person: user === undefined ? undefined : personOf(user),
    words: explanation?.split(/\s+/).filter((word) => word !== ""),
  };
}

/** Whom a text names: ids are written in lower case, and read in any. */
export function personOf(text: string): EventPerson {
  return { text, by: isId(text) ? "idOrExternalId" : "name" };
}

function isId(text: string): boolean {
  return UUID.test(text.toLowerCase());
}

/** An event as the admin API shows it. */
export function eventView({ opId, at, warnings, difference, memberships, ...event }: StoredEvent) {
  const { explanation, count } = event;
  const times = count > 1 ? ` This happened ${count} times in this minute.` : "";
  return {
    id: opId,
    time: new Date(at).toISOString(),
    ...event,
    explanation: explanation && `${explanation}${times}`,
    // Both are JSON texts that the event log wrote.
    warnings: JSON.parse(warnings) as readonly string[],
    difference: difference === null ? null : (JSON.parse(difference) as Difference),
    // Only the events of a person have them; SQLite made the text.
    ...(memberships && { memberships: JSON.parse(memberships) as readonly EventMembership[] }),
  };
}
