import type { Context, Hono } from "hono";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { createTokenCalls } from "#http/admin/connectors/tokens.ts";
import { eventFilter, eventView } from "#http/admin/events/query.ts";
import { readAbilities } from "#http/admin/setup-links/setup-links.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { databaseOf } from "#store/databases.ts";
import { findEvent, listEvents, type StoredEvent } from "#store/event-log/list.ts";
import { knownHolder, permitHolder } from "./holder.ts";
import { SETUP_OPERATIONS } from "./operations.ts";

const {
  getOwnConnector,
  listArrivals,
  createOwnToken,
  listOwnTokens,
  rotateOwnToken,
  listOwnEvents,
  getOwnEvent,
} = SETUP_OPERATIONS;

/** So many of the newest requests tell what has arrived. */
const ARRIVALS_SHOWN = 50;

/** Registers what the holder of a link sees of the connector, its tokens and its log. */
export function addOwnConnectorRoutes(setup: Hono<AppEnv>, services: Services): void {
  const { config, log } = services;
  const tokens = createTokenCalls(services);
  addCall(
    setup,
    getOwnConnector,
    async (context) => {
      const { id, name, preset } = await findOr404(context, context.req.param("id"));
      const { linkName, can, endsAt } = knownHolder(context);
      const origin = config.publicUrl ?? new URL(context.req.raw.url).origin;
      const expiresAt = new Date(endsAt).toISOString();
      return reply(context, getOwnConnector, 200, {
        id,
        name,
        preset,
        scimBaseUrl: `${origin}${config.scimBasePaths[0]}`,
        link: { name: linkName, can: readAbilities(can), expiresAt },
      });
    },
    permitHolder,
  );
  const newest = async (
    context: Context<AppEnv>,
    filter: Parameters<typeof listEvents>[2],
    page: Parameters<typeof listEvents>[3],
  ) => {
    const { number } = await findOr404(context, context.req.param("id") ?? "");
    await log.flush(context.env, "all");
    return await listEvents(databaseOf(context.env, number), number, filter, page);
  };
  addCall(
    setup,
    listArrivals,
    async (context) => {
      const page = { beforeId: undefined, limit: ARRIVALS_SHOWN };
      const { events } = await newest(context, {}, page);
      return reply(context, listArrivals, 200, {
        items: events.filter(isTheirs).map((event) => {
          const { id, time, method, path, status, resourceType, explanation } = eventView(event);
          return { id, time, method, path, status, resourceType, explanation };
        }),
      });
    },
    permitHolder,
  );
  addCall(setup, createOwnToken, tokens.create, permitHolder);
  addCall(setup, listOwnTokens, tokens.list, permitHolder);
  addCall(setup, rotateOwnToken, tokens.rotate, permitHolder);
  addCall(
    setup,
    listOwnEvents,
    async (context) => {
      const { cursor, limit, ...filters } = readQuery(context, listOwnEvents);
      const page = { beforeId: decodeIdCursor(cursor), limit };
      const { events, beforeId } = await newest(context, eventFilter(filters), page);
      return reply(context, listOwnEvents, 200, {
        items: events.filter(isTheirs).map(ownEventView),
        nextCursor: encodeCursor(beforeId),
      });
    },
    permitHolder,
  );
  addCall(
    setup,
    getOwnEvent,
    async (context) => {
      const { number } = await findOr404(context, context.req.param("id"));
      await log.flush(context.env, "all");
      const db = databaseOf(context.env, number);
      const event = await findEvent(db, number, context.req.param("eventId"));
      if (event === undefined || !isTheirs(event)) {
        throw new Problem(404, "This connector has no event with that id.");
      }
      return reply(context, getOwnEvent, 200, ownEventView(event));
    },
    permitHolder,
  );
}

/** Whether an event is the customer's matter: alerts tell the team of webhooks and the like. */
function isTheirs({ method }: Pick<StoredEvent, "method">): boolean {
  return method !== "ALERT";
}

/** An event without who on the team's side did it, and from where. */
function ownEventView(stored: StoredEvent) {
  const { actor, credentialId: _, ...event } = eventView(stored);
  if (actor === null) return event;
  return { ...event, clientIp: null, userAgent: null };
}
