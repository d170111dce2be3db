import { and, count, eq, ne, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { excluded, insertRows, isInList, jsonEach, nameOf } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import { mayWrite, type Run } from "../state/run.ts";
import { type AskReason, asksTable, linksTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** Somebody to be asked for; he stays on the list until the provider has said something of him. */
export interface Ask {
  readonly sourceId: string;
  readonly why: AskReason;
}

/** Puts people on the list; who is on it already stays as he is. */
export function putAsks(
  sql: ObjectSql,
  run: Run,
  why: AskReason,
  sourceIds: readonly string[],
  now: number,
): void {
  if (sourceIds.length === 0) return;
  PUT.run(sql, { plan: planOf(run), why, now, ids: JSON.stringify(sourceIds) });
}

/** Whom this run has not asked for yet: those whose switch-off was approved first, then who waited longest. */
export function nextAsks(sql: ObjectSql, run: Run, limit: number): readonly Ask[] {
  return NEXT.rows(sql, { plan: planOf(run), runId: run.runId, limit });
}

/** Notes that this run asked in vain. */
export function noteAsked(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  NOTE.run(sql, { plan: planOf(run), runId: run.runId, ids: JSON.stringify(sourceIds) });
}

/** Takes people off the list. */
export function dropAsks(sql: ObjectSql, run: Run, sourceIds: readonly string[]): void {
  DROP.run(sql, { plan: planOf(run), ids: JSON.stringify(sourceIds) });
}

/** Takes all off the list who are on it for a reason that a complete listing finds again. */
export function dropMissingAsks(sql: ObjectSql, run: Run): void {
  DROP_MISSING.run(sql, { plan: planOf(run) });
}

/** How many of the missing are active: those that the guard would count. */
export function countActiveMissing(sql: ObjectSql, run: Run): number {
  return COUNT_ACTIVE_MISSING.rows(sql, { plan: planOf(run) })[0]?.n ?? 0;
}

/** How many people are on the list. */
export function countAsks(sql: ObjectSql, run: Run): number {
  return COUNT.rows(sql, { plan: planOf(run) })[0]?.n ?? 0;
}

/** The missing whom this run has not asked for, in the order of their ids. */
export function missingAsks(sql: ObjectSql, run: Run, limit: number): readonly string[] {
  const given = { plan: planOf(run), runId: run.runId, limit };
  return MISSING.rows(sql, given).map(({ sourceId }) => sourceId);
}

/** A dry run keeps a list of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}

type OfPlan = { readonly plan: number };
type Listed = { readonly ids: string };

const PUT = objectStatement<OfPlan & Listed & { why: AskReason; now: number }>()((given) => {
  const { table, value } = jsonEach(given.ids);
  const { why } = asksTable;
  const known = sql`iif(${excluded(why)} = 'approved', 'approved', ${why})`;
  return insertRows(
    asksTable,
    {
      ...{ plan: given.plan, sourceId: value, why: given.why, since: given.now },
      ...{ tries: literal(0), runId: literal("") },
    },
    { from: table, onConflict: sql`on conflict do update set ${nameOf(why)} = ${known}` },
  );
});

const NEXT = objectStatement<OfPlan & { runId: string; limit: number }>()((given) =>
  build
    .select(named({ sourceId: asksTable.sourceId, why: asksTable.why }))
    .from(asksTable)
    .where(and(eq(asksTable.plan, given.plan), ne(asksTable.runId, given.runId)))
    .orderBy(sql`${asksTable.why} <> 'approved'`, asksTable.tries, asksTable.sourceId)
    .limit(given.limit),
);

const NOTE = objectStatement<OfPlan & Listed & { runId: string }>()((given) =>
  build
    .update(asksTable)
    .set({ tries: sql`${asksTable.tries} + 1`, runId: sql`${given.runId}` })
    .where(and(eq(asksTable.plan, given.plan), isInList(asksTable.sourceId, given.ids))),
);

const DROP = objectStatement<OfPlan & Listed>()(({ plan, ids }) =>
  build.delete(asksTable).where(and(eq(asksTable.plan, plan), isInList(asksTable.sourceId, ids))),
);

const DROP_MISSING = objectStatement<OfPlan>()(({ plan }) =>
  build.delete(asksTable).where(and(eq(asksTable.plan, plan), isMissing())),
);

const COUNT_ACTIVE_MISSING = objectStatement<OfPlan>()(({ plan }) =>
  build
    .select(named({ n: count() }))
    .from(asksTable)
    .crossJoin(linksTable)
    .where(
      and(
        eq(linksTable.sourceId, asksTable.sourceId),
        eq(asksTable.plan, plan),
        isMissing(),
        eq(linksTable.active, literal(1)),
      ),
    ),
);

const COUNT = objectStatement<OfPlan>()(({ plan }) =>
  build
    .select(named({ n: count() }))
    .from(asksTable)
    .where(eq(asksTable.plan, plan)),
);

const MISSING = objectStatement<OfPlan & { runId: string; limit: number }>()((given) =>
  build
    .select(named({ sourceId: asksTable.sourceId }))
    .from(asksTable)
    .where(and(eq(asksTable.plan, given.plan), isMissing(), ne(asksTable.runId, given.runId)))
    .orderBy(asksTable.sourceId)
    .limit(given.limit),
);

function isMissing() {
  return eq(asksTable.why, literal("missing"));
}
