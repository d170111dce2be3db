import { and, eq, gt } from "drizzle-orm";
import type { JsonObject } from "#scim/json.ts";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows, isInList } from "#store/rows.ts";
import { build, literal, named } from "#store/statement.ts";
import type { Claim } from "../plan/evidence.ts";
import { cursorsTable, waitingTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/** A record that waits until more is known, with what it claims meanwhile. */
export interface KeptConflict extends Claim {
  readonly record: JsonObject;
}

/** Keeps records until more is known. */
export function putConflicts(sql: ObjectSql, conflicts: readonly KeptConflict[]): void {
  for (const { sourceId, record, nameKey, emailKey } of conflicts) {
    const keys = { nameKey: nameKey ?? null, emailKey: emailKey ?? null };
    PUT.run(sql, { sourceId, record: JSON.stringify(record), ...keys });
  }
}

/** The records that still wait behind a source id, in the order of those. */
export function listConflicts(
  sql: ObjectSql,
  after: string,
  limit: number,
): readonly { readonly sourceId: string; readonly record: JsonObject }[] {
  return WAITING.rows(sql, { after, limit }).map(
    // Written by putConflicts.
    ({ sourceId, record }) => ({ sourceId, record: JSON.parse(record) as JsonObject }),
  );
}

/** Notes that records wait no more; they are kept for what they claim. */
export function settleConflicts(sql: ObjectSql, sourceIds: readonly string[]): void {
  SETTLE.run(sql, { sourceIds: JSON.stringify(sourceIds) });
}

/** Forgets the records that wait no more. */
export function dropSettled(sql: ObjectSql): void {
  DROP_SETTLED.run(sql, {});
}

/** Notes that a listing gave this cursor, by its hash. */
export function noteCursor(sql: ObjectSql, hash: string): void {
  NOTE_CURSOR.run(sql, { hash });
}

/** Whether a listing gave this cursor before. */
export function isKnownCursor(sql: ObjectSql, hash: string): boolean {
  return FIND_CURSOR.rows(sql, { hash }).length > 0;
}

type Kept = Readonly<Record<"sourceId" | "record", string>> &
  Readonly<Record<"nameKey" | "emailKey", string | null>>;

const PUT = objectStatement<Kept>()(({ sourceId, record, nameKey, emailKey }) =>
  insertRows(
    waitingTable,
    { sourceId, record, nameKey, emailKey, settled: literal(0) },
    { isReplacing: true },
  ),
);

const WAITING = objectStatement<{ after: string; limit: number }>()(({ after, limit }) =>
  build
    .select(named({ sourceId: waitingTable.sourceId, record: waitingTable.record }))
    .from(waitingTable)
    .where(and(gt(waitingTable.sourceId, after), eq(waitingTable.settled, literal(0))))
    .orderBy(waitingTable.sourceId)
    .limit(limit),
);

const SETTLE = objectStatement<{ sourceIds: string }>()(({ sourceIds }) =>
  build
    .update(waitingTable)
    .set({ settled: literal(1) })
    .where(isInList(waitingTable.sourceId, sourceIds)),
);

const DROP_SETTLED = objectStatement()(() =>
  build.delete(waitingTable).where(eq(waitingTable.settled, literal(1))),
);

const NOTE_CURSOR = objectStatement<{ hash: string }>()(({ hash }) =>
  build.insert(cursorsTable).values({ hash }).onConflictDoNothing(),
);

const FIND_CURSOR = objectStatement<{ hash: string }>()(({ hash }) =>
  build.select({ hash: cursorsTable.hash }).from(cursorsTable).where(eq(cursorsTable.hash, hash)),
);
