import type { Context } from "hono";
import * as z from "zod";
import { readSafeUrl, UnsafeUrl } from "#credentials/safe-url.ts";
import type { Replay } from "#delivery/views.ts";
import { LIMIT } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";

/** The types of change events, of which a webhook may want some. */
const EVENT_TYPES = [
  "user.created",
  "user.updated",
  "user.deactivated",
  "user.reactivated",
  "user.deleted",
  "user.restored",
  "group.created",
  "group.updated",
  "group.deleted",
  "group.member_added",
  "group.member_removed",
  "connector.alert",
] as const;

const NAME = z.string().trim().min(1).max(200);
const TYPES = z.array(z.enum(EVENT_TYPES)).min(1).max(50);
const MOMENT = z.iso.datetime({ offset: true });

/** The body of POST /connectors/{id}/webhooks. */
export const NEW_WEBHOOK = z.strictObject({
  url: z.string(),
  name: NAME.optional(),
  eventTypes: TYPES.nullable().optional(),
});

/** The body of PATCH /connectors/{id}/webhooks/{webhookId}. */
export const CHANGED_WEBHOOK = z.strictObject({
  url: z.string().optional(),
  name: NAME.nullable().optional(),
  eventTypes: TYPES.nullable().optional(),
  status: z.enum(["active", "disabled"]).optional(),
});

const DAY_SECONDS = 86_400;

/** The body of POST /connectors/{id}/webhooks/{webhookId}/rotate. */
export const SECRET_ROTATION = z.strictObject({
  /** How long deliveries carry both signatures: the receiver has to be told of the new secret. */
  overlapSeconds: z
    .int()
    .min(0)
    .max(90 * DAY_SECONDS)
    .default(DAY_SECONDS),
});

/** The body of POST /connectors/{id}/webhooks/{webhookId}/replay: exactly one of the three. */
export const REPLAY = z.strictObject({
  eventId: z.string().optional(),
  deadSince: MOMENT.optional(),
  rewindTo: MOMENT.optional(),
});

/** The query of GET /connectors/{id}/webhooks/{webhookId}/deliveries. */
export const DELIVERIES_QUERY = z.strictObject({
  outcome: z.enum(["delivered", "failed", "dead"]).optional(),
  cursor: z.string().optional(),
  limit: LIMIT,
});

/** Checks where a webhook is to deliver, and gives the URL as it will be fetched; else 400. */
export function readWebhookUrl(
  { config }: Services,
  context: Context<AppEnv>,
  text: string,
): string {
  const own = [context.req.raw.url, ...(config.publicUrl === undefined ? [] : [config.publicUrl])];
  const ownHosts = own.map((url) => new URL(url).hostname);
  try {
    return readSafeUrl(text, { allowsLoopback: config.allowsLoopback, ownHosts }).href;
  } catch (error) {
    if (error instanceof UnsafeUrl) throw new Problem(400, `url: ${error.message}`);
    throw error;
  }
}

/** A `webhook-id`, or the `id` of a change event: the event log's id and the place in the feed. */
const EVENT_ID = /^(?:evt_|(?<eventId>[0-9a-f-]{36})\.)(?<seq>\d{1,15})$/;

/** Reads what a replay is to deliver once more. */
export function readReplay({ eventId, deadSince, rewindTo }: z.infer<typeof REPLAY>): Replay {
  const given = [eventId, deadSince, rewindTo].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new Problem(400, "Give exactly one of eventId, deadSince and rewindTo.");
  }
  if (deadSince !== undefined) return { kind: "deadSince", at: Date.parse(deadSince) };
  if (rewindTo !== undefined) return { kind: "rewindTo", at: Date.parse(rewindTo) };
  const { seq, eventId: logged } = EVENT_ID.exec(eventId ?? "")?.groups ?? {};
  if (seq === undefined) {
    throw new Problem(400, "eventId: must be a webhook-id such as evt_42, or the id of an event");
  }
  return { kind: "event", seq: Number(seq), eventId: logged };
}
