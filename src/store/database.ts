import type { Clock } from "./clock.ts";
import { classifyError, Overloaded } from "./d1-error.ts";

/** The D1 binding as every store function takes it. */
export type Database = D1Database;

/** What D1 may repeat is tried five times, and for five seconds in all. */
const ATTEMPTS_MAX = 5;
const RETRY_WINDOW_MS = 5_000;
const FIRST_PAUSE_MS = 50;

/**
 * Runs one D1 call and repeats it, with jitter, while D1 answers an error it calls retryable.
 * The call must be safe to repeat. Overload is not retried: it becomes `Overloaded` at once.
 */
export async function withRetries<T>(clock: Clock, call: () => Promise<T>): Promise<T> {
  const startedAt = clock.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const kind = classifyError(error).kind;
      if (kind === "overloaded") throw new Overloaded();
      if (kind !== "retryable") throw error;
      const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + clock.random());
      const isSpent = clock.now() + pauseMs - startedAt > RETRY_WINDOW_MS;
      if (attempt === ATTEMPTS_MAX || isSpent) throw new Overloaded();
      await clock.sleep(pauseMs);
    }
  }
}
