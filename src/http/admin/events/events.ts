import type { Context, Hono } from "hono";
import * as z from "zod";
import { decodeIdCursor, decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { LIMIT, readQuery } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { USER } from "#scim/schema/registry.ts";
import type { EventFilter } from "#store/event-log/conditions.ts";
import { findEvent, listEvents } from "#store/event-log/list.ts";
import { listRefusals } from "#store/event-log/refusals.ts";
import { EXPORT_PAGE_ROWS, exportResponse } from "./export.ts";
import { EVENT_FILTERS, eventFilter, eventView, USER_FILTER } from "./query.ts";

const PAGE = { cursor: z.string().optional(), limit: LIMIT };

/** The query of GET /connectors/{id}/events. */
export const EVENT_QUERY = z.strictObject({ ...EVENT_FILTERS, ...USER_FILTER, ...PAGE });

/** The query of GET /connectors/{id}/users/{userId}/events. */
export const HISTORY_QUERY = z.strictObject({ ...EVENT_FILTERS, ...PAGE });

/** The query of GET /connectors/{id}/events/export. */
export const EXPORT_QUERY = z.strictObject({
  format: z.enum(["ndjson", "csv"]).default("ndjson"),
  ...EVENT_FILTERS,
  ...USER_FILTER,
});

/** The query of GET /refusals. */
export const REFUSAL_QUERY = z.strictObject(PAGE);

/** Registers the event log in the admin API. */
export function addEventRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { log } = services;
  admin.get("/connectors/:id/events", async (context) => {
    const { cursor, limit, ...filters } = readQuery(context, EVENT_QUERY);
    return await answerPage(services, context, eventFilter(filters), { cursor, limit });
  });
  admin.get("/connectors/:id/users/:userId/events", async (context) => {
    const { cursor, limit, ...filters } = readQuery(context, HISTORY_QUERY);
    // Events outlive their user, so nobody is looked up here.
    const person = { text: context.req.param("userId").toLowerCase(), by: "id" } as const;
    const filter = { ...eventFilter(filters), person, resourceType: USER.name };
    return await answerPage(services, context, filter, { cursor, limit });
  });
  admin.get("/connectors/:id/events/export", async (context) => {
    const { id, number } = await findOr404(context, context.req.param("id"));
    const { format, ...filters } = readQuery(context, EXPORT_QUERY);
    const filter = eventFilter(filters);
    await log.flush(context.env.DB, "all");
    return await exportResponse(format, `events-${id}`, (beforeId) =>
      listEvents(context.env.DB, number, filter, { beforeId, limit: EXPORT_PAGE_ROWS }),
    );
  });
  admin.get("/connectors/:id/events/:eventId", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    await log.flush(context.env.DB, "all");
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

/** One page of a connector's events. */
async function answerPage(
  { log }: Services,
  context: Context<AppEnv>,
  filter: EventFilter,
  { cursor, limit }: { readonly cursor: string | undefined; readonly limit: number },
): Promise<Response> {
  const { number } = await findOr404(context, context.req.param("id") ?? "");
  // What this isolate still holds back is part of the answer: on a laptop that is everything.
  await log.flush(context.env.DB, "all");
  const beforeId = decodeIdCursor(cursor);
  const page = await listEvents(context.env.DB, number, filter, { beforeId, limit });
  return context.json({
    items: page.events.map(eventView),
    nextCursor: encodeCursor(page.beforeId),
  });
}
