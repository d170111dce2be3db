import type { DisabledReason } from "#store/admin/webhooks.ts";
import { hasFailedTooLong, isSlowing, nextTryAt, slowUntil } from "./schedule.ts";
import type { Sent } from "./send.ts";
import type { TryOutcome } from "./views.ts";

/** How an endpoint has been doing; moments in milliseconds since the epoch. */
export interface Health {
  /** Since when every try has failed; null after a success. */
  readonly failingSince: number | null;
  readonly lastDeliveredAt: number | null;
  /** How many slowing answers came in a row, and until when the endpoint is left alone. */
  readonly slowdowns: number;
  readonly slowUntil: number;
}

/** An endpoint of which nothing is known yet. */
export const HEALTHY: Health = {
  failingSince: null,
  lastDeliveredAt: null,
  slowdowns: 0,
  slowUntil: 0,
};

/** What a try means for its delivery and for the endpoint. */
export interface Judgement {
  readonly outcome: TryOutcome;
  /** When the delivery is tried again; null where it is not. */
  readonly nextTryAt: number | null;
  /** The endpoint's health now. */
  readonly health: Health;
  /** Why the endpoint is to be disabled, if it is. */
  readonly disabled: DisabledReason | undefined;
}

/** Judges a try of a delivery that had `tries` before it. A status of 2xx alone is a success. */
export function judgeTry(
  sent: Sent,
  tries: number,
  health: Health,
  now: number,
  random: () => number,
): Judgement {
  if (isSuccess(sent)) {
    const arrived = { ...HEALTHY, lastDeliveredAt: now };
    return { outcome: "delivered", nextTryAt: null, health: arrived, disabled: undefined };
  }
  const retryAfter = sent.kind === "answered" ? sent.retryAfter : undefined;
  const failingSince = health.failingSince ?? now;
  const nextAt = nextTryAt(tries + 1, now, random, retryAfter);
  return {
    outcome: nextAt === undefined ? "dead" : "failed",
    nextTryAt: nextAt ?? null,
    health: { ...health, failingSince, ...slowed(sent, health, now, random) },
    disabled: disabledBy(sent, failingSince, now),
  };
}

/** Whether a receiver took what was sent. */
export function isSuccess(sent: Sent): boolean {
  return sent.kind === "answered" && sent.status >= 200 && sent.status < 300;
}

function slowed(
  sent: Sent,
  health: Health,
  now: number,
  random: () => number,
): Partial<Pick<Health, "slowdowns" | "slowUntil">> {
  if (sent.kind === "unanswered" || !isSlowing(sent.status)) return {};
  // Answers to requests that were under way together count as one.
  const slowdowns = health.slowUntil > now ? health.slowdowns : health.slowdowns + 1;
  const until = slowUntil(slowdowns, now, random, sent.retryAfter);
  return { slowdowns, slowUntil: Math.max(until, health.slowUntil) };
}

function disabledBy(sent: Sent, failingSince: number, now: number): DisabledReason | undefined {
  if (sent.kind === "answered" && sent.status === 410) return "gone";
  return hasFailedTooLong(failingSince, now) ? "failing" : undefined;
}
