import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { eraseStep } from "#store/erasure/erase.ts";
import { type Erasure, finishErasure, listErasures } from "#store/erasure/erasures.ts";

/** How many people one run of cron goes on with, and with how many steps in all. */
const PEOPLE_MAX = 20;
const STEPS_MAX = 40;

/**
 * Goes on with people who are being erased, where the call that began it left more to do. Whoever is through is
 * forgotten by the Durable Objects once more, by `forget`; only then the names go as well. Safe to repeat.
 */
export async function goOnErasing(
  db: Database,
  clock: Clock,
  forget: (erasure: Erasure) => Promise<void>,
): Promise<void> {
  let left = STEPS_MAX;
  for (const erasure of await listErasures(db, PEOPLE_MAX)) {
    let progress = await eraseStep(db, clock, erasure);
    for (left -= 1; progress === "more" && left > 0; left -= 1) {
      progress = await eraseStep(db, clock, erasure);
    }
    if (progress === "through") {
      await forget(erasure);
      await finishErasure(db, clock, erasure);
    }
    if (left <= 0) return;
  }
}
