import { eq, gt, inArray, lte, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { changedRows, insertRows } from "#store/rows.ts";
import { firstAnswers } from "#store/schema.ts";
import { build, named, prepare, selectRows } from "#store/statement.ts";

/** The answer to a create, sealed, and the hashes of what was asked. */
export type FirstAnswer = typeof firstAnswers.$inferSelect;

/**
 * The statement that stores an answer with what it tells of. It belongs right behind those of the trail:
 * where the change changed no row, it stores none. Where the same key was stored before, the whole batch
 * fails. An empty list for a create without a key.
 */
export function firstAnswerStatements(
  db: Database,
  row: FirstAnswer | undefined,
): readonly D1PreparedStatement[] {
  if (row === undefined) return [];
  const cells = {
    hash: sql`${row.hash}`,
    body: sql`${row.body}`,
    answer: sql`${row.answer}`,
    endsAt: sql`${row.endsAt}`,
  };
  return [prepare(db, insertRows(firstAnswers, cells, { where: gt(changedRows, 0) }))];
}

/** Finds the first answer by the hash of who asked what with which key. It holds until it is pruned. */
export async function findFirstAnswer(
  db: Database,
  hash: string,
): Promise<Pick<FirstAnswer, "body" | "answer"> | undefined> {
  const { body, answer } = firstAnswers;
  const query = build
    .select(named({ body, answer }))
    .from(firstAnswers)
    .where(eq(firstAnswers.hash, hash));
  return (await selectRows(db, query))[0];
}

/** So many at most in a minute. */
const PRUNED_ROWS = 500;

/** Deletes the answers whose day is over. */
export async function pruneFirstAnswers(db: Database, clock: Clock): Promise<void> {
  const over = build
    .select(named({ hash: firstAnswers.hash }))
    .from(firstAnswers)
    .where(lte(firstAnswers.endsAt, clock.now()))
    .limit(PRUNED_ROWS);
  const pruned = build.delete(firstAnswers).where(inArray(firstAnswers.hash, over));
  await withRetries(clock, () => prepare(db, pruned).run());
}
