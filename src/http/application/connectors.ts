import type { Hono } from "hono";
import { sightOf } from "#http/admin/call/authorize.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import type { AppEnv } from "#http/request/services.ts";
import { type Connector, listConnectors } from "#store/admin/connectors.ts";
import { centralDatabase } from "#store/databases.ts";
import { APPLICATION_OPERATIONS } from "./operations.ts";

const { listDirectories, getDirectory } = APPLICATION_OPERATIONS;

/** Registers the connectors as an application sees them. */
export function addVisibleConnectorRoutes(api: Hono<AppEnv>): void {
  addCall(api, listDirectories, async (context) => {
    const { tenant, after, limit } = readQuery(context, listDirectories);
    const beforeId = decodeIdCursor(after);
    const page = { tenant, beforeId, limit, sees: sightOf(context) };
    const found = await listConnectors(centralDatabase(context.env), page);
    const next = encodeCursor(found.length === limit ? found.at(-1)?.id : undefined);
    const items = found.map(viewOf);
    return reply(context, listDirectories, 200, { items, next, hasMore: next !== null });
  });
  addCall(api, getDirectory, async (context) => {
    const connector = await findOr404(context, context.req.param("id"));
    return reply(context, getDirectory, 200, viewOf(connector));
  });
}

function viewOf({ id, name, tenant, preset, status, settings, ...times }: Connector) {
  return {
    id,
    name,
    tenant,
    preset,
    status,
    staged: settings.staged,
    createdAt: new Date(times.createdAt).toISOString(),
    modifiedAt: new Date(times.modifiedAt).toISOString(),
  };
}
