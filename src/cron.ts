import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { pruneChanges, pruneEvents, pruneRefusals } from "#store/prune.ts";
import { dropAccessTokens, dropParked, purgeDeleted } from "#store/sweep.ts";
import { warnOfExpiry } from "#store/token-alerts.ts";

/**
 * What the Worker does every minute; newId gives event ids, UUIDv7 like those of requests. Each job is safe to repeat and does a bounded piece of work; one
 * that fails is logged and does not keep the others from running.
 */
export async function runCron(db: Database, clock: Clock, newId: () => string): Promise<void> {
  for (const [name, job] of JOBS) {
    try {
      await job(db, clock, newId);
    } catch (error) {
      const kind = error instanceof Error ? error.name : typeof error;
      console.error(JSON.stringify({ message: "cron job failed", name, kind }));
    }
  }
}

const JOBS = [
  ["purgeDeleted", purgeDeleted],
  ["dropParked", dropParked],
  ["dropAccessTokens", dropAccessTokens],
  ["warnOfExpiry", warnOfExpiry],
  ["pruneEvents", pruneEvents],
  ["pruneChanges", pruneChanges],
  ["pruneRefusals", pruneRefusals],
] as const;
