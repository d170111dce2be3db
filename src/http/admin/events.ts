import type { Hono } from "hono";
import * as z from "zod/mini";
import type { Difference } from "#scim/difference.ts";
import { foldText } from "#scim/text.ts";
import { findEvent, listEvents, type StoredEvent } from "#store/event-list.ts";
import { listRefusals } from "#store/refusals.ts";
import type { AppEnv, Services } from "../services.ts";
import { findOr404 } from "./connectors.ts";
import { decodeIdCursor, decodeOffsetCursor, encodeCursor } from "./cursor.ts";
import { LIMIT, readQuery } from "./input.ts";
import { Problem } from "./problem.ts";

const TIME = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => Date.parse(text)),
);

const EVENT_QUERY = z.strictObject({
  from: z.optional(TIME),
  to: z.optional(TIME),
  /** "2xx", "4xx" …, as an access log names them. */
  status: z.optional(z.enum(["2xx", "3xx", "4xx", "5xx"])),
  method: z.optional(z.string().check(z.maxLength(16))),
  /** A resource's id or name. */
  user: z.optional(z.string().check(z.maxLength(1_024))),
  cursor: z.optional(z.string()),
  limit: LIMIT,
});

const REFUSAL_QUERY = z.strictObject({ cursor: z.optional(z.string()), limit: LIMIT });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Registers the event log in the admin API. */
export function addEventRoutes(admin: Hono<AppEnv>, { log }: Services): void {
  admin.get("/connectors/:id/events", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { from, to, status, method, user, cursor, limit } = readQuery(context, EVENT_QUERY);
    const isId = user !== undefined && UUID.test(user.toLowerCase());
    const filter = {
      from,
      to,
      statusClass: status === undefined ? undefined : Number(status.slice(0, 1)),
      method: method?.toUpperCase(),
      resourceId: isId ? user.toLowerCase() : undefined,
      userNameKey: user === undefined || isId ? undefined : foldText(user),
    };
    // What this isolate still holds back is part of the answer: on a laptop that is everything.
    await log.flush(context.env.DB);
    const page = await listEvents(context.env.DB, number, filter, {
      beforeId: decodeIdCursor(cursor),
      limit,
    });
    return context.json({
      items: page.events.map(eventView),
      nextCursor: encodeCursor(page.beforeId),
    });
  });
  admin.get("/connectors/:id/events/:eventId", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    await log.flush(context.env.DB);
    const event = await findEvent(context.env.DB, number, context.req.param("eventId"));
    if (event === undefined) throw new Problem(404, "This connector has no event with that id.");
    return context.json(eventView(event));
  });
  admin.get("/refusals", async (context) => {
    const { cursor, limit } = readQuery(context, REFUSAL_QUERY);
    await log.flush(context.env.DB, "all");
    const offset = decodeOffsetCursor(cursor);
    const found = await listRefusals(context.env.DB, { offset, limit });
    return context.json({
      items: found.map(({ minute, ...counted }) => ({
        minute: new Date(minute * 60_000).toISOString(),
        ...counted,
      })),
      nextCursor: encodeCursor(found.length === limit ? String(offset + limit) : undefined),
    });
  });
}

function eventView({ opId, at, warnings, difference, ...event }: StoredEvent) {
  return {
    id: opId,
    time: new Date(at).toISOString(),
    ...event,
    // Both are JSON texts that the event log wrote.
    warnings: JSON.parse(warnings) as readonly string[],
    difference: difference === null ? null : (JSON.parse(difference) as Difference),
  };
}
