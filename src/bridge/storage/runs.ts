import type { IssueView, PlannedStep, RunView } from "../admin-views.ts";
import type { Issue } from "../mapping/mapped.ts";
import { mayWrite, type Run, readKeptRun } from "../state/run.ts";
import { countIssues, type ShownIssue, shownIssues } from "./issues.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** So many runs are kept: ten days of them at the default interval. */
const RUNS_KEPT = 1_000;

/** The first so many issues, and steps of a dry run, are kept; all of them are counted. */
const ITEMS_KEPT = 100;

/** Finds a run. */
export function readRun(sql: ObjectSql, runId: string): Run | undefined {
  return runsWhere(sql, "run_id = ?", runId)[0];
}

/** The runs before another one, or the newest, newest first: their ids are ordered by time. */
export function listRuns(
  sql: ObjectSql,
  limit: number,
  beforeRunId: string | undefined,
): readonly Run[] {
  const condition = "run_id < coalesce(?, '~') ORDER BY run_id DESC LIMIT ?";
  return runsWhere(sql, condition, beforeRunId ?? null, limit);
}

/** Stores a run as it is now. */
export function writeRun(sql: ObjectSql, run: Run): void {
  const text = "INSERT OR REPLACE INTO runs (run_id, run) VALUES (?, ?)";
  sql.exec(text, run.runId, JSON.stringify(run));
}

/** Forgets the oldest runs, and of dry runs all steps but those of the last one. */
export function pruneRuns(sql: ObjectSql, run: Run): void {
  const kept = `(SELECT run_id FROM runs ORDER BY run_id DESC LIMIT ${RUNS_KEPT})`;
  sql.exec(`DELETE FROM runs WHERE run_id NOT IN ${kept}`);
  sql.exec(`DELETE FROM issues WHERE run_id NOT IN ${kept}`);
  if (!mayWrite(run)) sql.exec("DELETE FROM steps WHERE run_id <> ?", run.runId);
}

/** Keeps what is open at a run's end as the run shows it; `first` are those that are the run's own. */
export function keepIssues(sql: ObjectSql, run: Run, first: readonly Issue[]): Run {
  const ofRunAlone = run.mode === "user";
  const open = shownIssues(sql, run, ITEMS_KEPT, ofRunAlone).map(viewOfIssue);
  sql.exec("DELETE FROM issues WHERE run_id = ?", run.runId);
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
  const text = "SELECT count(*) AS n FROM steps WHERE run_id = ? AND at >= ?";
  const kept = rowsIn<{ n: number }>(sql, text, run.runId, GROUP_STEPS_AT)[0]?.n ?? 0;
  const shown = steps.slice(0, Math.max(0, ITEMS_KEPT - kept));
  for (const [at, step] of shown.entries()) {
    const row = "INSERT INTO steps (run_id, at, item) VALUES (?, ?, ?)";
    sql.exec(row, run.runId, GROUP_STEPS_AT + kept + at, JSON.stringify(step));
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

function runsWhere(
  sql: ObjectSql,
  condition: string,
  ...values: readonly (string | number | null)[]
): readonly Run[] {
  const rows = rowsIn<{ run: string }>(sql, `SELECT run FROM runs WHERE ${condition}`, ...values);
  return rows.map(({ run }) => readKeptRun(run));
}

function addItems(
  sql: ObjectSql,
  table: "issues" | "steps",
  runId: string,
  count: number,
  items: readonly object[],
): number {
  for (const [at, item] of items.slice(0, Math.max(0, ITEMS_KEPT - count)).entries()) {
    const text = `INSERT OR REPLACE INTO ${table} (run_id, at, item) VALUES (?, ?, ?)`;
    sql.exec(text, runId, count + at, JSON.stringify(item));
  }
  return count + items.length;
}

function itemsOf<T>(sql: ObjectSql, table: "issues" | "steps", runId: string): readonly T[] {
  const text = `SELECT item FROM ${table} WHERE run_id = ? ORDER BY at`;
  // Written by addItems from the same type.
  return rowsIn<{ item: string }>(sql, text, runId).map(({ item }) => JSON.parse(item) as T);
}
