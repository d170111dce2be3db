/** A wait of less is no wait: a request at once would be refused again. */
const WAIT_MS_MIN = 1_000;

/** A longer wait than a day is cut, so that a wrong header cannot stop a bridge for years. */
const WAIT_MS_MAX = 86_400_000;

/**
 * When a `Retry-After` header (RFC 9110 §10.2.3) lets us ask again, in milliseconds since the epoch: at
 * least a second and at most a day from `now`. Undefined for none, a negative one and for garbage.
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const text = headers.get("Retry-After")?.trim() ?? "";
  if (DELAY_SECONDS.test(text)) return waitUntil(now, Number(text) * 1_000);
  const date = readHttpDate(text);
  return date === undefined ? undefined : waitUntil(now, date - serverTime(headers, now));
}

/**
 * When a header with the seconds since the epoch (Okta's `X-Rate-Limit-Reset`) lets us ask again, with
 * the same bounds. A moment that is over counts as the shortest wait.
 */
export function readResetAt(name: string, headers: Headers, now: number): number | undefined {
  const text = headers.get(name)?.trim() ?? "";
  if (!DELAY_SECONDS.test(text)) return undefined;
  return waitUntil(now, Math.max(0, Number(text) * 1_000 - serverTime(headers, now)));
}

/**
 * When a header with the seconds that are left (OneLogin's `X-RateLimit-Reset`) lets us ask again, with
 * the same bounds.
 */
export function readResetIn(name: string, headers: Headers, now: number): number | undefined {
  const text = headers.get(name)?.trim() ?? "";
  return DELAY_SECONDS.test(text) ? waitUntil(now, Number(text) * 1_000) : undefined;
}

const DELAY_SECONDS = /^\d+$/;

/** Date.parse alone reads "-1" and "1" as years. */
const HTTP_DATE = /^[A-Z][a-z]{2,8}, .+ GMT$/;

function readHttpDate(text: string): number | undefined {
  const date = HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : date;
}

/** The provider's own clock where it shows it, so that a skewed clock of either side does not matter. */
function serverTime(headers: Headers, now: number): number {
  return readHttpDate(headers.get("Date")?.trim() ?? "") ?? now;
}

function waitUntil(now: number, waitMs: number): number | undefined {
  if (waitMs < 0) return undefined;
  return now + Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, waitMs));
}
