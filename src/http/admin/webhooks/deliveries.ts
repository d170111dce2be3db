import type { Context, Hono } from "hono";
import { findWebhook } from "#store/webhooks.ts";
import type { AppEnv } from "../services.ts";
import { findOr404 } from "./connectors.ts";
import { decodeOffsetCursor, encodeCursor } from "./cursor.ts";
import { readInput, readQuery } from "./input.ts";
import { Problem } from "./problem.ts";
import { noWebhook } from "./webhooks-call.ts";
import { DELIVERIES_QUERY, REPLAY, readReplay } from "./webhooks-input.ts";

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
