import { objectStatement } from "#store/object-statement.ts";
import { isInList } from "#store/rows.ts";
import { build } from "#store/statement.ts";
import type { Notice, NoticeContent } from "./notice.ts";
import { noticesTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** Keeps notices of a run until the event log has them. */
export function putNotices(
  sql: ObjectSql,
  contents: readonly NoticeContent[],
  { runId, at, newId }: Pick<Notice, "runId" | "at"> & { readonly newId: () => string },
): void {
  for (const content of contents) {
    const notice: Notice = { ...content, opId: newId(), runId, at };
    PUT.run(sql, { opId: notice.opId, notice: JSON.stringify(notice) });
  }
}

/** The oldest notices that the event log does not have yet. */
export function listNotices(sql: ObjectSql, limit: number): readonly Notice[] {
  // Written by putNotices.
  return LIST.rows(sql, { limit }).map(({ notice }) => JSON.parse(notice) as Notice);
}

/** Forgets notices that the event log has. */
export function dropNotices(sql: ObjectSql, notices: readonly Notice[]): void {
  const ids = JSON.stringify(notices.map(({ opId }) => opId));
  DROP.run(sql, { ids });
}

const PUT = objectStatement<{ opId: string; notice: string }>()(({ opId, notice }) =>
  build.insert(noticesTable).values({ opId, notice }),
);

const LIST = objectStatement<{ limit: number }>()(({ limit }) =>
  build
    .select({ notice: noticesTable.notice })
    .from(noticesTable)
    .orderBy(noticesTable.opId)
    .limit(limit),
);

const DROP = objectStatement<{ ids: string }>()(({ ids }) =>
  build.delete(noticesTable).where(isInList(noticesTable.opId, ids)),
);
