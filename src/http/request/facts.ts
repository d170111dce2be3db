import type { Context } from "hono";
import { v7 as uuidv7 } from "uuid";
import type { CallFacts } from "#http/log/event-log.ts";
import { clientIp, ipPrefix } from "./client-ip.ts";
import type { AppEnv, Services } from "./services.ts";
import { waitUntil } from "./wait-until.ts";

/** What is known of a request before anything is done with it; `target` is what the log shows of its URL. */
export function callFacts(
  { clock }: Services,
  context: Context<AppEnv>,
  target: string,
  baseUrl: string,
): CallFacts {
  const { method, headers } = context.req.raw;
  const startedAt = clock.now();
  return {
    opId: uuidv7({ msecs: startedAt }),
    startedAt,
    method,
    target,
    baseUrl,
    clientIp: clientIp(headers),
    userAgent: headers.get("User-Agent") ?? undefined,
  };
}

/** Counts a request that was refused before it could name a connector. */
export function countRefusal(
  { clock, log }: Services,
  context: Context<AppEnv>,
  reason: "absent" | "malformed" | "unknown" | "client",
): void {
  const prefix = ipPrefix(clientIp(context.req.raw.headers));
  const minute = Math.floor(clock.now() / 60_000);
  log.addRefusal(context.env, { minute, ipPrefix: prefix, reason }, waitUntil(context));
}
