import { asc, desc, sql } from "drizzle-orm";
import type { Database } from "#store/database.ts";
import { excluded, insertRows, nameOf, rowStatement } from "#store/rows.ts";
import { refusals } from "#store/schema.ts";
import { build, named, selectRows } from "#store/statement.ts";

/** Requests refused before they could name a connector; `minute` counts minutes since the epoch. */
export type Refused = Readonly<typeof refusals.$inferSelect>;

/** Statements that add counted refusals to what other isolates counted. */
export function addRefusals(
  db: Database,
  counted: readonly Refused[],
): readonly D1PreparedStatement[] {
  return ADD(db, counted, {});
}

const ADD = rowStatement<Refused, Readonly<Record<never, never>>>()(({ cell, from }) => {
  const cells = {
    minute: cell("minute"),
    ipPrefix: cell("ipPrefix"),
    reason: cell("reason"),
    count: cell("count"),
  };
  const sum = sql`${refusals.count} + ${excluded(refusals.count)}`;
  const onConflict = sql`on conflict do update set ${nameOf(refusals.count)} = ${sum}`;
  return insertRows(refusals, cells, { from, onConflict });
});

/** Lists refusals, newest minute first, after the first `offset` of them. */
export function listRefusals(
  db: Database,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly Refused[]> {
  const { minute, ipPrefix, reason, count } = refusals;
  const query = build
    .select(named({ minute, ipPrefix, reason, count }))
    .from(refusals)
    .orderBy(desc(minute), asc(ipPrefix), asc(reason))
    .limit(page.limit)
    .offset(page.offset);
  return selectRows(db, query);
}
