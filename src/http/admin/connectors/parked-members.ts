import type { Hono } from "hono";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { AppEnv } from "#http/request/services.ts";
import { listParked } from "#store/admin/parked-list.ts";
import { databaseOf } from "#store/databases.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const { listParkedMembers } = CONNECTOR_OPERATIONS;

/** Registers the list of members that wait for their users in the admin API. */
export function addParkedRoutes(admin: Hono<AppEnv>): void {
  addCall(admin, listParkedMembers, async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { cursor, limit } = readQuery(context, listParkedMembers);
    const offset = decodeOffsetCursor(cursor);
    const found = await listParked(databaseOf(context.env, number), number, { offset, limit });
    return reply(context, listParkedMembers, 200, {
      items: found.map(({ parkedAt, ...member }) => ({
        ...member,
        parkedAt: new Date(parkedAt).toISOString(),
      })),
      nextCursor: encodeCursor(found.length === limit ? String(offset + limit) : undefined),
    });
  });
}
