import type { Context, Hono } from "hono";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { Told, Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { noWebhook } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { findWebhook } from "#store/admin/webhooks.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import { readReplay } from "./input.ts";
import { WEBHOOK_OPERATIONS } from "./operations.ts";

const { testWebhook, replayWebhook, listDeliveries } = WEBHOOK_OPERATIONS;

/** Registers what a webhook's Durable Object does and knows: test, replay, deliveries. */
export function addDeliveryRoutes(admin: Hono<AppEnv>): void {
  addCall(admin, testWebhook, async (context, trail) => {
    const id = await webhookIdOr404(context, context.req.param());
    await begin(context, trail, { id });
    const result = await context.env.WEBHOOK.getByName(id).sendTest(id);
    if (result === undefined) throw noWebhook();
    return reply(context, testWebhook, 200, result);
  });
  addCall(admin, replayWebhook, async (context, trail) => {
    const id = await webhookIdOr404(context, context.req.param());
    const asked = await readInput(context, replayWebhook);
    const what = readReplay(asked);
    await begin(context, trail, { id, after: asked });
    const answer = await context.env.WEBHOOK.getByName(id).replay(id, what);
    if (answer === undefined) {
      throw new Problem(404, "This connector has no such event, or has it no more.");
    }
    return reply(context, replayWebhook, 202, answer);
  });
  addCall(admin, listDeliveries, async (context) => {
    const id = await webhookIdOr404(context, context.req.param());
    const { outcome, cursor, limit } = readQuery(context, listDeliveries);
    const beforeId = decodeOffsetCursor(cursor) || undefined;
    const items = await context.env.WEBHOOK.getByName(id).tries({ limit, beforeId, outcome });
    const last = items.length === limit ? items.at(-1) : undefined;
    const nextCursor = encodeCursor(last && String(last.id));
    return reply(context, listDeliveries, 200, { items, nextCursor });
  });
}

/** Writes down what a webhook's object is going to be asked for. */
function begin(context: Context<AppEnv>, trail: Trail, told: Omit<Told, "connectorId">) {
  const connectorId = context.req.param("id") ?? "";
  return trail.begin(centralDatabase(context.env), { connectorId, ...told });
}

async function webhookIdOr404(
  context: Context<AppEnv>,
  path: { readonly id: string; readonly webhookId: string },
): Promise<string> {
  const { number } = await findOr404(context, path.id);
  const webhook = await findWebhook(databaseOf(context.env, number), number, path.webhookId);
  if (webhook === undefined) throw noWebhook();
  return webhook.id;
}
