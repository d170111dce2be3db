import type { Issue, IssueKind } from "./mapped.ts";
import type { Notice, NoticeContent } from "./notice.ts";
import { type ObjectSql, rowsIn } from "./storage.ts";

/** An issue that the event log was told of. `subject` is the provider's id, or what else tells records apart. */
export interface KnownIssue {
  readonly subject: string;
  readonly kind: IssueKind;
  readonly detail: string;
}

/** An issue as it is remembered. */
export function knownOf({ kind, sourceId, userName, detail }: Issue): KnownIssue {
  return { subject: sourceId ?? userName ?? "", kind, detail };
}

/** The known issues of some records of a type. */
export function knownIssues(
  sql: ObjectSql,
  type: Notice["resourceType"],
  subjects: readonly string[],
): readonly KnownIssue[] {
  const text = `SELECT subject, kind, detail FROM known_issues
    WHERE type = ? AND subject IN (SELECT value FROM json_each(?))`;
  return rowsIn<KnownIssue>(sql, text, type, JSON.stringify(subjects));
}

/** Remembers issues, or that a run met them again. */
export function putKnownIssues(
  sql: ObjectSql,
  type: Notice["resourceType"],
  runId: string,
  issues: readonly KnownIssue[],
): void {
  if (issues.length === 0) return;
  sql.exec(
    `INSERT OR REPLACE INTO known_issues (type, subject, kind, detail, run_id)
     SELECT ?, value ->> 'subject', value ->> 'kind', value ->> 'detail', ? FROM json_each(?)`,
    type,
    runId,
    JSON.stringify(issues),
  );
}

/** Forgets issues that are no more. */
export function dropKnownIssues(
  sql: ObjectSql,
  type: Notice["resourceType"],
  issues: readonly KnownIssue[],
): void {
  if (issues.length === 0) return;
  sql.exec(
    `DELETE FROM known_issues WHERE (type, subject, kind, detail) IN (
       SELECT ?, value ->> 'subject', value ->> 'kind', value ->> 'detail' FROM json_each(?))`,
    type,
    JSON.stringify(issues),
  );
}

/** Forgets the issues that no run met since this one began: the ids of runs are ordered by time. */
export function dropUnseenIssues(sql: ObjectSql, runId: string): void {
  sql.exec("DELETE FROM known_issues WHERE run_id < ?", runId);
}

/** Keeps notices of a run until the event log has them. */
export function putNotices(
  sql: ObjectSql,
  contents: readonly NoticeContent[],
  { runId, at, newId }: Pick<Notice, "runId" | "at"> & { readonly newId: () => string },
): void {
  for (const content of contents) {
    const notice: Notice = { ...content, opId: newId(), runId, at };
    const text = "INSERT INTO notices (op_id, notice) VALUES (?, ?)";
    sql.exec(text, notice.opId, JSON.stringify(notice));
  }
}

/** The oldest notices that the event log does not have yet. */
export function listNotices(sql: ObjectSql, limit: number): readonly Notice[] {
  const text = "SELECT notice FROM notices ORDER BY op_id LIMIT ?";
  // Written by putNotices.
  return rowsIn<{ notice: string }>(sql, text, limit).map(
    ({ notice }) => JSON.parse(notice) as Notice,
  );
}

/** Forgets notices that the event log has. */
export function dropNotices(sql: ObjectSql, notices: readonly Notice[]): void {
  const ids = JSON.stringify(notices.map(({ opId }) => opId));
  sql.exec("DELETE FROM notices WHERE op_id IN (SELECT value FROM json_each(?))", ids);
}
