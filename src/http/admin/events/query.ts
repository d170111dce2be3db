import * as z from "zod";
import type { Difference } from "#scim/resource/difference.ts";
import type { EventFilter } from "#store/event-log/conditions.ts";
import type { StoredEvent } from "#store/event-log/list.ts";
import type { EventMembership, EventPerson } from "#store/event-log/person.ts";

const TIME = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const TEXT = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed(), "Invalid text");

/** The filters that every list of events takes. */
export const EVENT_FILTERS = {
  from: TIME.optional(),
  to: TIME.optional(),
  /** One status, or "2xx", "4xx" …, as an access log names them. */
  status: z
    .string()
    .regex(/^([2-5]xx|[1-5][0-9]{2})$/)
    .optional(),
  method: z.string().max(16).optional(),
  credentialId: z.string().max(64).optional(),
  clientIp: z.string().max(64).optional(),
  /** Words that the explanation or the warnings hold. */
  explanation: TEXT.optional(),
  /** A text that the userName or the path holds. */
  search: TEXT.optional(),
};

/** The filters on whom events are about, where the path does not name a user already. */
export const USER_FILTER = {
  /** An id, a name or an externalId. */
  user: z
    .string()
    .max(1_024)
    .refine((text) => text.isWellFormed(), "Invalid text")
    .optional(),
  resourceId: z.string().min(1).max(64).optional(),
};

/** The filters as they come out of their schemas. */
interface EventFilters {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly status?: string | undefined;
  readonly method?: string | undefined;
  readonly search?: string | undefined;
  readonly user?: string | undefined;
  readonly credentialId?: string | undefined;
  readonly clientIp?: string | undefined;
  readonly explanation?: string | undefined;
  readonly resourceId?: string | undefined;
}

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
