import type { Context, Hono } from "hono";
import { decodeOffsetCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { noWebhook } from "#http/admin/objects/webhook-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { findWebhook } from "#store/admin/webhooks.ts";
import { DELIVERIES_QUERY, REPLAY, readReplay } from "./input.ts";

/** Registers what a webhook's Durable Object does and knows: test, replay, deliveries. */
export function addDeliveryRoutes(admin: Hono<AppEnv>): void {
  admin.post("/connectors/:id/webhooks/:webhookId/test", async (context) => {
    const id = await webhookIdOr404(context, context.req.param());
    const result = await context.env.WEBHOOK.getByName(id).sendTest(id);
    if (result === undefined) throw noWebhook();
    return context.json(result);
  });
  admin.post("/connectors/:id/webhooks/:webhookId/replay", async (context) => {
    const id = await webhookIdOr404(context, context.req.param());
    const what = readReplay(await readInput(context, REPLAY));
    const answer = await context.env.WEBHOOK.getByName(id).replay(id, what);
    if (answer === undefined) {
      throw new Problem(404, "This connector has no such event, or has it no more.");
    }
    return context.json(answer, 202);
  });
  admin.get("/connectors/:id/webhooks/:webhookId/deliveries", async (context) => {
    const id = await webhookIdOr404(context, context.req.param());
    const { outcome, cursor, limit } = readQuery(context, DELIVERIES_QUERY);
    const beforeId = decodeOffsetCursor(cursor) || undefined;
    const items = await context.env.WEBHOOK.getByName(id).tries({ limit, beforeId, outcome });
    const last = items.length === limit ? items.at(-1) : undefined;
    return context.json({ items, nextCursor: encodeCursor(last && String(last.id)) });
  });
}

async function webhookIdOr404(
  context: Context<AppEnv>,
  path: { readonly id: string; readonly webhookId: string },
): Promise<string> {
  const { number } = await findOr404(context, path.id);
  const webhook = await findWebhook(context.env.DB, number, path.webhookId);
  if (webhook === undefined) throw noWebhook();
  return webhook.id;
}
