import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { dropAccessTokens, dropParked, purgeDeleted } from "#store/sweep.ts";

/**
 * What the Worker does every minute. Each job is safe to repeat and does a bounded piece of work; one
 * that fails is logged and does not keep the others from running.
 */
export async function runCron(db: Database, clock: Clock): Promise<void> {
  for (const [name, job] of JOBS) {
    try {
      await job(db, clock);
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
] as const;
