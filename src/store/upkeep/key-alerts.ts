import { and, eq, gt, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { apiKeys } from "#store/schema.ts";
import { build, literal, named, prepare, selectRows } from "#store/statement.ts";
import { daysLeft, NEVER_WARNED_DAYS } from "./token-alerts.ts";

/** One run tells of so many keys at most; the next minute tells of the next ones. */
const KEYS_MAX = 50;

/**
 * Writes a line into the Worker's log for each key of the admin API that expires in 30, 7 and 1 days: no
 * connector's log is theirs. A run that is cut off may write a line again, and never leaves one out.
 */
export async function warnOfKeyExpiry(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const keys = await withRetries(clock, () => selectRows(db, selectExpiring(now)));
  if (keys.length === 0) return;
  for (const { id, hint, expiresAt, days } of keys) {
    const end = new Date(expiresAt).toISOString();
    const facts = { keyId: id, hint, expiresAt: end, days };
    const explanation = `The key sgk_${hint}… expires within ${days} days, at ${end}. Rotate it and give its holder the new one.`;
    console.warn(JSON.stringify({ message: "key.expiring", ...facts, explanation }));
  }
  const marks = keys.map(({ id, days }) => prepare(db, mark(id, days)));
  await withRetries(clock, () => db.batch(marks));
}

const NEVER_WARNED = sql<number>`coalesce(${apiKeys.warnedDays}, ${literal(NEVER_WARNED_DAYS)})`;

function mark(id: string, days: number) {
  return build
    .update(apiKeys)
    .set({ warnedDays: days })
    .where(and(eq(apiKeys.id, id), lte(sql`${days}`, NEVER_WARNED)));
}

/** Keys that have passed a mark of which nobody was told; `days` is the nearest one. */
function selectExpiring(now: number) {
  const days: SQL<number> = daysLeft(apiKeys.expiresAt, now);
  const isLive = and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, now));
  return build
    .select(
      named({
        id: apiKeys.id,
        hint: apiKeys.hint,
        expiresAt: sql<number>`${apiKeys.expiresAt}`,
        days,
      }),
    )
    .from(apiKeys)
    .where(and(isLive, lt(days, NEVER_WARNED)))
    .limit(KEYS_MAX);
}
