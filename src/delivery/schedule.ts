const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How long each of the ten tries waits after the one before it; together some three days. */
const WAITS_MS = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const;

/** Waits grow by up to a tenth, so that what failed together does not come back together. */
const JITTER = 0.1;

/** A receiver's longer wish is cut: it would outlive the schedule itself. */
const RETRY_AFTER_MS_MAX = DAY_MS;

const SLOW_MS_FIRST = 5 * SECOND_MS;
const SLOW_MS_MAX = 5 * MINUTE_MS;

const FAILING_MS_MAX = 5 * DAY_MS;

/**
 * When a delivery is tried again after so many failed tries, in milliseconds since the epoch; undefined
 * where it was the last one and the delivery is dead. A later `retryAfter` of the receiver wins.
 */
export function nextTryAt(
  tries: number,
  now: number,
  random: () => number,
  retryAfter: number | undefined,
): number | undefined {
  const waitMs = WAITS_MS[tries];
  if (waitMs === undefined) return undefined;
  return Math.max(now + jittered(waitMs, random), retryAfter ?? 0);
}

/** Until when a whole endpoint is left alone that asked to be, by so many slowing answers in a row. */
export function slowUntil(
  slowdowns: number,
  now: number,
  random: () => number,
  retryAfter: number | undefined,
): number {
  const waitMs = Math.min(SLOW_MS_MAX, SLOW_MS_FIRST * 2 ** (slowdowns - 1));
  return Math.max(now + jittered(waitMs, random), retryAfter ?? 0);
}

/** Whether a status says that the receiver is too busy for anything, not that it refuses this event. */
export function isSlowing(status: number): boolean {
  return status === 429 || status === 502 || status === 504;
}

/** Whether an endpoint that has only failed since a moment is to be disabled now. */
export function hasFailedTooLong(failingSince: number, now: number): boolean {
  return now - failingSince >= FAILING_MS_MAX;
}

/**
 * Reads a Retry-After header (RFC 9110 §10.2.3) as milliseconds since the epoch, at most a day from
 * now; undefined for none and for what is neither seconds nor an HTTP date.
 */
export function parseRetryAfter(text: string | null, now: number): number | undefined {
  const trimmed = text?.trim() ?? "";
  const at = /^\d+$/.test(trimmed) ? now + Number(trimmed) * SECOND_MS : readHttpDate(trimmed);
  return at === undefined ? undefined : Math.min(Math.max(at, now), now + RETRY_AFTER_MS_MAX);
}

/** Date.parse alone would read "-1" and "abc 1" as years. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, .+ GMT$/;

function readHttpDate(text: string): number | undefined {
  const at = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

function jittered(waitMs: number, random: () => number): number {
  return Math.round(waitMs * (1 + JITTER * random()));
}
