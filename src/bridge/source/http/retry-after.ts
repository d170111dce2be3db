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

/**
 * When to ask again after an accepted answer whose headers say that little of the limit is left: what
 * remains is spread over the time until it is full again. Undefined while there is enough, where nothing
 * is said, and where the next request may follow within a second.
 */
export function readPace(headers: Headers, now: number): number | undefined {
  const used = Number(headers.get("x-ms-throttle-limit-percentage") ?? Number.NaN);
  if (used >= LIMIT_USED_LOW) return now + (used >= 1 ? GRAPH_WINDOW_MS : WAIT_MS_MIN);
  for (const name of ["X-Rate-Limit", "X-RateLimit", "RateLimit"]) {
    const remaining = readCount(headers, `${name}-Remaining`);
    const resetAt = readReset(headers, `${name}-Reset`, now);
    if (remaining === undefined || resetAt === undefined) continue;
    const limit = readCount(headers, `${name}-Limit`) ?? REMAINING_LOW / (1 - LIMIT_USED_LOW);
    if (remaining > limit * (1 - LIMIT_USED_LOW)) return undefined;
    const waitMs = (resetAt - now) / Math.max(1, remaining);
    return remaining === 0 || waitMs >= WAIT_MS_MIN ? now + waitMs : undefined;
  }
  return undefined;
}

/** From here on Graph says how much is used; the last tenth of other limits is spread. */
const LIMIT_USED_LOW = 0.8;

/** Graph counts by ten seconds. */
const GRAPH_WINDOW_MS = 10_000;

/** Of a limit that is not told, so many requests left are few. */
const REMAINING_LOW = 10;

/** The first number of a header: RFC drafts put the policy behind it. */
function readCount(headers: Headers, name: string): number | undefined {
  const text = /^\d{1,12}/.exec(headers.get(name)?.trim() ?? "")?.[0];
  return text === undefined ? undefined : Number(text);
}

/** Seconds that are left, or the moment itself in seconds or milliseconds since the epoch. */
function readReset(headers: Headers, name: string, now: number): number | undefined {
  const count = Number(/^\d{1,15}/.exec(headers.get(name)?.trim() ?? "")?.[0] ?? Number.NaN);
  if (Number.isNaN(count)) return undefined;
  if (count < EPOCH_SECONDS_MIN) return waitUntil(now, count * 1_000);
  const at = count < EPOCH_SECONDS_MIN * 1_000 ? count * 1_000 : count;
  return waitUntil(now, Math.max(0, at - serverTime(headers, now)));
}

/** In 2001; no limit lasts so many seconds. */
const EPOCH_SECONDS_MIN = 1_000_000_000;
