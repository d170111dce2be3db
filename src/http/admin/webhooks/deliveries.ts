import type { Context, Hono } from "hono";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { Told, Trail } from "#http/admin/call/trail.ts";
import { noWebhook } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { centralDatabase } from "#store/databases.ts";
import { webhookObject } from "#store/placement.ts";
import { readReplay } from "./input.ts";
import type { WebhookOperations } from "./operations.ts";
import { type FindPlace, foundWebhook } from "./place.ts";

/** Registers what a webhook's Durable Object does and knows: test, replay, deliveries. */
export function addDeliveryRoutes(
  admin: Hono<AppEnv>,
  { test, replay, deliveries }: WebhookOperations,
  find: FindPlace,
): void {
  addCall(admin, test, async (context, trail) => {
    const { id, connectorId } = await found(context, find);
    await begin(context, trail, { id, connectorId });
    const result = await webhookObject(context.env, id).sendTest(id);
    if (result === undefined) throw noWebhook();
    return reply(context, test, 200, result);
  });
  addCall(admin, replay, async (context, trail) => {
    const { id, connectorId } = await found(context, find);
    const asked = await readInput(context, replay);
    const what = readReplay(asked);
    await begin(context, trail, { id, connectorId, after: asked });
    const answer = await webhookObject(context.env, id).replay(id, what);
    if (answer === undefined) {
      throw new Problem(404, "The webhook follows no such event, or it is kept no more.");
    }
    return reply(context, replay, 202, answer);
  });
  addCall(admin, deliveries, async (context) => {
    const { id } = await found(context, find);
    const { outcome, cursor, limit } = readQuery(context, deliveries);
    const beforeId = decodeOffsetCursor(cursor) || undefined;
    const items = await webhookObject(context.env, id).tries({ limit, beforeId, outcome });
    const last = items.length === limit ? items.at(-1) : undefined;
    const nextCursor = encodeCursor(last && String(last.id));
    return reply(context, deliveries, 200, { items, nextCursor });
  });
}

/** Writes down what a webhook's object is going to be asked for. */
function begin(context: Context<AppEnv>, trail: Trail, told: Told) {
  return trail.begin(centralDatabase(context.env), told);
}

/** The webhook that a path names, and the public id of the one connector that it follows. */
async function found(context: Context<AppEnv>, find: FindPlace) {
  const { id, connector } = await foundWebhook(context, await find(context));
  return { id, connectorId: connector ?? undefined };
}
