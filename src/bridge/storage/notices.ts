import type { Notice, NoticeContent } from "./notice.ts";
import { type ObjectSql, rowsIn } from "./tables.ts";

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
