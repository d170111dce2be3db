import type { Context, Hono } from "hono";
import { decodeIdCursor, decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { EXPORT_PAGE_ROWS, exportResponse } from "#http/admin/call/export.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { USER } from "#scim/schema/registry.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import type { EventFilter } from "#store/event-log/conditions.ts";
import { findEvent, listEvents } from "#store/event-log/list.ts";
import { listRefusals } from "#store/event-log/unknown-callers.ts";
import { EVENT_LINES } from "./export.ts";
import { EVENT_OPERATIONS } from "./operations.ts";
import { eventFilter, eventView } from "./query.ts";

const {
  listEvents: list,
  listUserEvents,
  exportEvents,
  getEvent,
  listRefusals: refusals,
} = EVENT_OPERATIONS;

/** Registers the event log in the admin API. */
export function addEventRoutes(admin: Hono<AppEnv>, services: Services): void {
  const { log } = services;
  addCall(admin, list, async (context) => {
    const { cursor, limit, ...filters } = readQuery(context, list);
    return await answerPage(services, context, eventFilter(filters), { cursor, limit });
  });
  addCall(admin, listUserEvents, async (context) => {
    const { cursor, limit, ...filters } = readQuery(context, listUserEvents);
    // Events outlive their user, so nobody is looked up here.
    const person = { text: context.req.param("userId").toLowerCase(), by: "id" } as const;
    const filter = { ...eventFilter(filters), person, resourceType: USER.name };
    return await answerPage(services, context, filter, { cursor, limit });
  });
  addCall(admin, exportEvents, async (context) => {
    const { id, number } = await findOr404(context, context.req.param("id"));
    const { format, ...filters } = readQuery(context, exportEvents);
    const filter = eventFilter(filters);
    await log.flush(context.env, "all");
    return await exportResponse(format, `events-${id}`, EVENT_LINES, async (beforeId) => {
      const db = databaseOf(context.env, number);
      const at = { beforeId, limit: EXPORT_PAGE_ROWS };
      const { events: items, beforeId: next } = await listEvents(db, number, filter, at);
      return { items, beforeId: next };
    });
  });
  addCall(admin, getEvent, async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    await log.flush(context.env, "all");
    const event = await findEvent(
      databaseOf(context.env, number),
      number,
      context.req.param("eventId"),
    );
    if (event === undefined) throw new Problem(404, "This connector has no event with that id.");
    return reply(context, getEvent, 200, eventView(event));
  });
  addCall(admin, refusals, async (context) => {
    const { cursor, limit } = readQuery(context, refusals);
    await log.flush(context.env, "all");
    const offset = decodeOffsetCursor(cursor);
    const found = await listRefusals(centralDatabase(context.env), { offset, limit });
    return reply(context, refusals, 200, {
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
  await log.flush(context.env, "all");
  const beforeId = decodeIdCursor(cursor);
  const page = await listEvents(databaseOf(context.env, number), number, filter, {
    beforeId,
    limit,
  });
  return reply(context, list, 200, {
    items: page.events.map(eventView),
    nextCursor: encodeCursor(page.beforeId),
  });
}
