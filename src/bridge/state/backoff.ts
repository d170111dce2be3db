/** Nothing is put off by more than a day. */
const DELAY_MAX_MS = 24 * 3_600_000;

/** Asking a provider again sooner than this would be answered the same. */
const PAUSE_MIN_MS = 1_000;

const FIRST_RETRY_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const FIRST_PAUSE_MS = 15_000;
const PAUSE_MAX_MS = 15 * 60_000;

/** A provider that asks for a second again and again would be asked every second for a day. */
const TRUSTED_PAUSES = 10;

/**
 * How long after its n-th consecutive failure a bridge runs again: the interval,
 * doubled for each failure, ±10 %, up to a day; a longer wait that the provider asked for wins.
 */
export function failureDelayMs(
  { intervalMs, failures, askedMs }: FailureFacts,
  random: () => number,
): number {
  const jitter = 0.9 + 0.2 * random();
  return Math.min(DELAY_MAX_MS, Math.max(intervalMs * 2 ** failures * jitter, askedMs));
}

/** What a delay is computed from. */
export interface FailureFacts {
  readonly intervalMs: number;
  /** How many runs failed in a row, this one among them. */
  readonly failures: number;
  /** How long the provider asked to wait; 0 where it did not. */
  readonly askedMs: number;
}

/** How long to wait before the same page is tried again for the n-th time: half of it jitter, a minute at most. */
export function retryDelayMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(RETRY_MAX_MS, FIRST_RETRY_MS * 2 ** attempt);
  return Math.max(PAUSE_MIN_MS, Math.round(ceiling * (0.5 + 0.5 * random())));
}

/**
 * How long a throttled run pauses: until the provider's `retryAt`, from a second to a day; where it
 * named none, or throttles on after each moment that it named, longer with each pause in a row, with
 * full jitter.
 */
export function throttleDelayMs(
  { retryAt, now, pauses }: ThrottleFacts,
  random: () => number,
): number {
  if (retryAt === undefined) return fullJitter(FIRST_PAUSE_MS, PAUSE_MAX_MS, pauses, random);
  const askedMs = Math.min(DELAY_MAX_MS, Math.max(PAUSE_MIN_MS, retryAt - now));
  const doubted = pauses - TRUSTED_PAUSES;
  if (doubted < 0) return askedMs;
  return Math.max(askedMs, fullJitter(FIRST_PAUSE_MS, PAUSE_MAX_MS, doubted, random));
}

/** What a pause is computed from; times in milliseconds. */
export interface ThrottleFacts {
  readonly retryAt: number | undefined;
  readonly now: number;
  /** How many pauses in a row there were before this one. */
  readonly pauses: number;
}

function fullJitter(firstMs: number, maxMs: number, attempt: number, random: () => number): number {
  const ceiling = Math.min(maxMs, firstMs * 2 ** attempt);
  return Math.max(PAUSE_MIN_MS, Math.round(ceiling * random()));
}
