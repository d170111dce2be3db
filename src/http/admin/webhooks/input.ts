import type { Context } from "hono";
import type * as z from "zod";
import { readSafeUrl, UnsafeUrl } from "#credentials/safe-url.ts";
import type { Replay } from "#delivery/views.ts";
import { Problem, unfitMember } from "#http/admin/call/problem.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { REPLAY } from "./schemas.ts";

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
    if (error instanceof UnsafeUrl) throw unfitMember(["url"], error.message);
    throw error;
  }
}

/** A `webhook-id`, or the `id` of a change event: the event log's id and the place in the feed. */
const EVENT_ID = /^(?:evt_|(?<eventId>[0-9a-f-]{36})\.)(?<seq>\d{1,15})$/;

/** Reads what a replay is to deliver once more. */
export function readReplay({ eventId, deadSince, rewindTo }: z.infer<typeof REPLAY>): Replay {
  const given = [eventId, deadSince, rewindTo].filter((each) => each !== undefined);
  if (given.length !== 1) {
    throw new Problem("invalidBody", "Give exactly one of eventId, deadSince and rewindTo.");
  }
  if (deadSince !== undefined) return { kind: "deadSince", at: Date.parse(deadSince) };
  if (rewindTo !== undefined) return { kind: "rewindTo", at: Date.parse(rewindTo) };
  const { seq, eventId: logged } = EVENT_ID.exec(eventId ?? "")?.groups ?? {};
  if (seq === undefined) {
    throw unfitMember(["eventId"], "must be a webhook-id such as evt_42, or the id of an event");
  }
  return { kind: "event", seq: Number(seq), eventId: logged };
}
