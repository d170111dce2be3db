import type { Hono } from "hono";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import type { AppEnv } from "#http/request/services.ts";
import { databaseOf } from "#store/databases.ts";
import { countForEnding, eventsAtEnd } from "#store/endings/preview.ts";
import { findOr404 } from "./connectors.ts";
import { CONNECTOR_OPERATIONS } from "./operations.ts";

const { previewEnding } = CONNECTOR_OPERATIONS;

/** Registers the look at what the end of a connector's directory would do. */
export function addEndingRoute(admin: Hono<AppEnv>): void {
  addCall(admin, previewEnding, async (context) => {
    const { users } = readQuery(context, previewEnding);
    const { number } = await findOr404(context, context.req.param("id"));
    const numbers = await countForEnding(databaseOf(context.env, number), number);
    return reply(context, previewEnding, 200, {
      users,
      ...eventsAtEnd(users, numbers),
      ...numbers,
    });
  });
}
