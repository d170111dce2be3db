import { ISSUE_KINDS, type Issue, type IssueKind } from "../mapping/mapped.ts";
import { mayWrite, type Run } from "../state/run.ts";
import type { Notice } from "./notice.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

/** An issue that is open. `subject` is the provider's id, or what else tells records apart. */
export interface OpenIssue {
  readonly subject: string;
  readonly kind: IssueKind;
  readonly detail: string;
  /** Since when, in milliseconds, and in how many runs it was met. */
  readonly since: number;
  readonly tries: number;
  readonly runId: string;
  /** Whether the event log was told. */
  readonly isTold: boolean;
}

/** An issue as it is shown: what it is, since when, and how often it was met. */
export type ShownIssue = Issue & { readonly since: number; readonly tries: number };

/** What an issue is about, for those that are about no record by one name. */
export function issueSubject({ kind, sourceId, userName }: Issue): string {
  return sourceId ?? userName ?? (OF_LISTINGS.has(kind) ? `*${kind}` : "");
}

/** What may be wrong with a listing as a whole. */
const OF_LISTINGS: ReadonlySet<IssueKind> = new Set([
  "listing-incomplete",
  "groups-unread",
  "users-unasked",
]);

/** The open issues of some records of a type. */
export function openIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  subjects: readonly string[],
): readonly OpenIssue[] {
  const text = `SELECT subject, kind, detail, since, tries, run_id AS runId, told AS isTold FROM open_issues
    WHERE plan = ? AND type = ? AND subject IN (SELECT value FROM json_each(?))`;
  type Row = Omit<OpenIssue, "isTold"> & { readonly isTold: number };
  const rows = rowsIn<Row>(sql, text, planOf(run), type, JSON.stringify(subjects));
  return rows.map((row) => ({ ...row, isTold: row.isTold === 1 }));
}

/** Keeps issues, or that a run met them again. */
export function putIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  issues: readonly (OpenIssue & { readonly item: Issue })[],
): void {
  if (issues.length === 0) return;
  sql.exec(
    `INSERT OR REPLACE INTO open_issues (plan, type, subject, kind, detail, item, since, tries, run_id, told)
     SELECT ?, ?, value ->> 'subject', value ->> 'kind', value ->> 'detail', value -> 'item',
       value ->> 'since', value ->> 'tries', value ->> 'runId', value ->> 'isTold' FROM json_each(?)`,
    planOf(run),
    type,
    JSON.stringify(issues),
  );
}

/** Forgets issues that are no more. */
export function dropIssues(
  sql: ObjectSql,
  run: Run,
  type: Notice["resourceType"],
  issues: readonly Pick<OpenIssue, "subject" | "kind" | "detail">[],
): void {
  if (issues.length === 0) return;
  sql.exec(
    `DELETE FROM open_issues WHERE (plan, type, subject, kind, detail) IN (
       SELECT ?, ?, value ->> 'subject', value ->> 'kind', value ->> 'detail' FROM json_each(?))`,
    planOf(run),
    type,
    JSON.stringify(issues),
  );
}

/** Forgets the issues of a type that no run met since this one began: the ids of runs are ordered by time. */
export function dropUnmetIssues(sql: ObjectSql, run: Run, type: Notice["resourceType"]): void {
  // A link that waits for its manager is looked at only where somebody new came.
  const text = `DELETE FROM open_issues WHERE plan = ? AND type = ? AND run_id < ?
    AND kind <> 'manager-unresolved'`;
  sql.exec(text, planOf(run), type, run.runId);
}

/** Forgets of whom no manager is missed any longer. */
export function dropSettledManagers(sql: ObjectSql): void {
  sql.exec(`DELETE FROM open_issues WHERE plan = 0 AND type = 'User' AND kind = 'manager-unresolved'
    AND subject NOT IN (SELECT source_id FROM links WHERE pending_manager IS NOT NULL)`);
}

/** People about whom there is an issue that this run has not met, those first who were tried least. */
export function unmetSubjects(sql: ObjectSql, run: Run, limit: number): readonly string[] {
  const text = `SELECT DISTINCT subject FROM open_issues WHERE plan = ? AND type = 'User' AND run_id <> ?
    AND kind <> 'manager-unresolved' AND item ->> 'sourceId' <> '' ORDER BY tries, run_id LIMIT ?`;
  return rowsIn<{ subject: string }>(sql, text, planOf(run), run.runId, limit).map(
    ({ subject }) => subject,
  );
}

/** How many issues are open. */
export function countIssues(sql: ObjectSql, run: Run): number {
  const text = "SELECT count(*) AS n FROM open_issues WHERE plan = ?";
  return rowsIn<{ n: number }>(sql, text, planOf(run))[0]?.n ?? 0;
}

/** So many of each kind have their place in a view, whatever else there is. */
const OF_EACH_KIND = 10;

/**
 * The open issues as a run shows them, `limit` at most: the most important kinds first, within a kind those
 * that are open longest. No kind takes the place of all others.
 */
export function shownIssues(
  sql: ObjectSql,
  run: Run,
  limit: number,
  ofRunAlone: boolean,
): readonly ShownIssue[] {
  const text = `SELECT item, since, tries FROM open_issues WHERE plan = ? AND kind = ?
    AND (? = 0 OR run_id = ?) ORDER BY since, subject LIMIT ?`;
  const byKind = ISSUE_KINDS.map((kind) =>
    rowsIn<{ item: string; since: number; tries: number }>(
      sql,
      text,
      planOf(run),
      kind,
      ofRunAlone ? 1 : 0,
      run.runId,
      limit,
      // Written by putIssues.
    ).map(({ item, ...row }): ShownIssue => ({ ...(JSON.parse(item) as Issue), ...row })),
  );
  let left = limit - byKind.reduce((sum, { length }) => sum + Math.min(length, OF_EACH_KIND), 0);
  return byKind
    .flatMap((issues) => {
      const more = Math.max(0, Math.min(left, issues.length - OF_EACH_KIND));
      left -= more;
      return issues.slice(0, OF_EACH_KIND + more);
    })
    .slice(0, limit);
}

/** A dry run keeps issues of its own. */
function planOf(run: Run): number {
  return mayWrite(run) ? 0 : 1;
}
