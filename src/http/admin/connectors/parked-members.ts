import type { Hono } from "hono";
import * as z from "zod";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { LIMIT, readQuery } from "#http/admin/call/input.ts";
import type { AppEnv } from "#http/request/services.ts";
import { listParked } from "#store/admin/parked-list.ts";
import { findOr404 } from "./connectors.ts";

/** The query of the list of parked members. */
export const PARKED_QUERY = z.strictObject({ cursor: z.string().optional(), limit: LIMIT });

/** Registers the list of members that wait for their users (SEMANTICS 7) in the admin API. */
export function addParkedRoutes(admin: Hono<AppEnv>): void {
  admin.get("/connectors/:id/parked-members", async (context) => {
    const { number } = await findOr404(context, context.req.param("id"));
    const { cursor, limit } = readQuery(context, PARKED_QUERY);
    const offset = decodeOffsetCursor(cursor);
    const found = await listParked(context.env.DB, number, { offset, limit });
    return context.json({
      items: found.map(({ parkedAt, ...member }) => ({
        ...member,
        parkedAt: new Date(parkedAt).toISOString(),
      })),
      nextCursor: encodeCursor(found.length === limit ? String(offset + limit) : undefined),
    });
  });
}
