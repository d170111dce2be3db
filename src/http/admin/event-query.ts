import * as z from "zod/mini";
import type { Difference } from "#scim/difference.ts";
import { foldText } from "#scim/text.ts";
import type { EventFilter, StoredEvent } from "#store/event-list.ts";

const TIME = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => Date.parse(text)),
);

/** The filters that every list of events takes. */
export const EVENT_FILTERS = {
  from: z.optional(TIME),
  to: z.optional(TIME),
  /** "2xx", "4xx" …, as an access log names them. */
  status: z.optional(z.enum(["2xx", "3xx", "4xx", "5xx"])),
  method: z.optional(z.string().check(z.maxLength(16))),
  /** A text that the userName or the path holds. */
  search: z.optional(
    z.string().check(
      z.minLength(1),
      z.maxLength(200),
      z.refine((text) => text.isWellFormed(), "Invalid text"),
    ),
  ),
};

/** The filter on a resource's id or name, where the path does not name a user already. */
export const USER_FILTER = { user: z.optional(z.string().check(z.maxLength(1_024))) };

/** The filters as they come out of their schemas. */
interface EventFilters {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly status?: string | undefined;
  readonly method?: string | undefined;
  readonly search?: string | undefined;
  readonly user?: string | undefined;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the filters of a query ask of the store. */
export function eventFilter({ status, method, user, ...others }: EventFilters): EventFilter {
  const isId = user !== undefined && UUID.test(user.toLowerCase());
  return {
    ...others,
    statusClass: status === undefined ? undefined : Number(status.slice(0, 1)),
    method: method?.toUpperCase(),
    resourceId: isId ? user.toLowerCase() : undefined,
    userNameKey: user === undefined || isId ? undefined : foldText(user),
  };
}

/** An event as the admin API shows it. */
export function eventView({ opId, at, warnings, difference, ...event }: StoredEvent) {
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
  };
}
