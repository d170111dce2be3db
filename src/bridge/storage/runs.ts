import { and, count, desc, eq, gte, lt, ne, notInArray, sql } from "drizzle-orm";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import type { IssueView, PlannedStep, RunView } from "../admin-views.ts";
import type { Issue } from "../mapping/mapped.ts";
import { mayWrite, type Run, readKeptRun } from "../state/run.ts";
import { countIssues, type ShownIssue, shownIssues } from "./issues.ts";
import { issuesTable, runsTable, stepsTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** So many runs are kept: ten days of them at the default interval. */
const RUNS_KEPT = 1_000;

/** The first so many issues, and steps of a dry run, are kept; all of them are counted. */
const ITEMS_KEPT = 100;

/** Finds a run. */
export function readRun(sql: ObjectSql, runId: string): Run | undefined {
  return FIND.rows(sql, { runId }).map(({ run }) => readKeptRun(run))[0];
}

/** The runs before another one, or the newest, newest first: their ids are ordered by time. */
export function listRuns(
  sql: ObjectSql,
  limit: number,
  beforeRunId: string | undefined,
): readonly Run[] {
  const page = { beforeRunId: beforeRunId ?? null, limit };
  return LIST.rows(sql, page).map(({ run }) => readKeptRun(run));
}

/** Stores a run as it is now. */
export function writeRun(sql: ObjectSql, run: Run): void {
  WRITE.run(sql, { runId: run.runId, run: JSON.stringify(run) });
}

/** Forgets the oldest runs, and of dry runs all steps but those of the last one. */
export function pruneRuns(sql: ObjectSql, run: Run): void {
  DROP_OLD.run(sql, {});
  ITEMS.issues.dropOld.run(sql, {});
  if (!mayWrite(run)) DROP_OTHER_STEPS.run(sql, { runId: run.runId });
}

/** Forgets the steps of a dry run. */
export function dropSteps(sql: ObjectSql, { runId }: Run): void {
  ITEMS.steps.drop.run(sql, { runId });
}

/** Keeps what is open at a run's end as the run shows it; `first` are those that are the run's own. */
export function keepIssues(sql: ObjectSql, run: Run, first: readonly Issue[]): Run {
  const ofRunAlone = run.mode === "user";
  const open = shownIssues(sql, run, ITEMS_KEPT, ofRunAlone).map(viewOfIssue);
  ITEMS.issues.drop.run(sql, { runId: run.runId });
  const issueCount = first.length + (ofRunAlone ? open.length : countIssues(sql, run));
  addItems(sql, "issues", run.runId, 0, [...first, ...open]);
  return { ...run, issueCount };
}

/** Adds steps to a dry run; gives the run with all of them counted. */
export function addSteps(sql: ObjectSql, run: Run, steps: readonly PlannedStep[]): Run {
  return { ...run, stepCount: addItems(sql, "steps", run.runId, run.stepCount, steps) };
}

/** Adds steps about groups; users' steps, which come first, leave them as much room as they have. */
export function addGroupSteps(sql: ObjectSql, run: Run, steps: readonly PlannedStep[]): Run {
  const { runId } = run;
  const kept = COUNT_GROUP_STEPS.rows(sql, { runId, at: GROUP_STEPS_AT })[0]?.n ?? 0;
  const shown = steps.slice(0, Math.max(0, ITEMS_KEPT - kept));
  for (const [at, step] of shown.entries()) {
    const item = JSON.stringify(step);
    ITEMS.steps.add.run(sql, { runId, at: GROUP_STEPS_AT + kept + at, item });
  }
  return { ...run, stepCount: run.stepCount + steps.length };
}

/** Steps about groups stand behind those about users. */
const GROUP_STEPS_AT = 1_000_000;

/** The first steps of a dry run. */
export function stepsOf(sql: ObjectSql, runId: string): readonly PlannedStep[] {
  return itemsOf<PlannedStep>(sql, "steps", runId);
}

/** A run as administrators see it. */
export function viewOf(sql: ObjectSql, run: Run): RunView {
  const { runId, mode, state, phase, counts, held, error, waitingFor, resumeAt } = run;
  // A run under way shows what is open now, one that has ended what was open then.
  const isOpen = run.finishedAt === undefined;
  const issues = isOpen
    ? shownIssues(sql, run, ITEMS_KEPT, false).map(viewOfIssue)
    : itemsOf<IssueView>(sql, "issues", runId);
  return {
    runId,
    mode,
    state,
    phase,
    counts,
    issues,
    issueCount: isOpen ? countIssues(sql, run) : run.issueCount,
    held,
    error: error ?? null,
    waitingFor: waitingFor ?? null,
    resumesAt: resumeAt === undefined ? null : timeOf(resumeAt),
    startedAt: timeOf(run.startedAt),
    finishedAt: run.finishedAt === undefined ? null : timeOf(run.finishedAt),
  };
}

/** A time in milliseconds as ISO 8601. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

function viewOfIssue({ since, ...issue }: ShownIssue): IssueView {
  return { ...issue, since: timeOf(since) };
}

function addItems(
  sql: ObjectSql,
  table: keyof typeof ITEMS,
  runId: string,
  count: number,
  items: readonly object[],
): number {
  for (const [at, item] of items.slice(0, Math.max(0, ITEMS_KEPT - count)).entries())
    ITEMS[table].put.run(sql, { runId, at: count + at, item: JSON.stringify(item) });
  return count + items.length;
}

function itemsOf<T>(sql: ObjectSql, table: keyof typeof ITEMS, runId: string): readonly T[] {
  // Written by addItems from the same type.
  return ITEMS[table].list.rows(sql, { runId }).map(({ item }) => JSON.parse(item) as T);
}

type OfRun = { readonly runId: string };

const FIND = objectStatement<OfRun>()(({ runId }) =>
  build.select({ run: runsTable.run }).from(runsTable).where(eq(runsTable.runId, runId)),
);

const LIST = objectStatement<{ beforeRunId: string | null; limit: number }>()(
  ({ beforeRunId, limit }) =>
    build
      .select({ run: runsTable.run })
      .from(runsTable)
      .where(lt(runsTable.runId, sql`coalesce(${beforeRunId}, '~')`))
      .orderBy(desc(runsTable.runId))
      .limit(limit),
);

const WRITE = objectStatement<OfRun & { run: string }>()(({ runId, run }) =>
  insertRows(runsTable, { runId, run }, { isReplacing: true }),
);

const newestRuns = () =>
  build
    .select({ runId: runsTable.runId })
    .from(runsTable)
    .orderBy(desc(runsTable.runId))
    .limit(RUNS_KEPT);

const DROP_OLD = objectStatement()(() =>
  build.delete(runsTable).where(notInArray(runsTable.runId, newestRuns())),
);

const DROP_OTHER_STEPS = objectStatement<OfRun>()(({ runId }) =>
  build.delete(stepsTable).where(ne(stepsTable.runId, runId)),
);

const COUNT_GROUP_STEPS = objectStatement<OfRun & { at: number }>()(({ runId, at }) =>
  build
    .select(named({ n: count() }))
    .from(stepsTable)
    .where(and(eq(stepsTable.runId, runId), gte(stepsTable.at, at))),
);

type Item = OfRun & { readonly at: number; readonly item: string };

const ITEMS = { issues: itemsIn(issuesTable), steps: itemsIn(stepsTable) };

/** The statements on a table of items of runs. */
function itemsIn(table: typeof issuesTable | typeof stepsTable) {
  return {
    add: objectStatement<Item>()(({ runId, at, item }) => insertRows(table, { runId, at, item })),
    put: objectStatement<Item>()(({ runId, at, item }) =>
      insertRows(table, { runId, at, item }, { isReplacing: true }),
    ),
    list: objectStatement<OfRun>()(({ runId }) =>
      build
        .select({ item: table.item })
        .from(table)
        .where(eq(table.runId, runId))
        .orderBy(table.at),
    ),
    drop: objectStatement<OfRun>()(({ runId }) =>
      build.delete(table).where(eq(table.runId, runId)),
    ),
    dropOld: objectStatement()(() =>
      build.delete(table).where(notInArray(table.runId, newestRuns())),
    ),
  };
}
