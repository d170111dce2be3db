import { eq } from "drizzle-orm";
import type { SQLiteTable } from "drizzle-orm/sqlite-core";
import { objectStatement } from "#store/object-statement.ts";
import { moveRows } from "#store/rows.ts";
import { build, literal } from "#store/statement.ts";
import {
  asksTable,
  claimsTable,
  cursorsTable,
  groupPartsTable,
  groupQueueTable,
  linksTable,
  offsTable,
  openIssuesTable,
  releasedTable,
  seenTable,
  unknownMembersTable,
  waitingTable,
} from "./schema.ts";

/** The Durable Object's own SQLite, as its modules take it. */
export type ObjectSql = SqlStorage;

/** Empties what one run gathers for itself, before the next begins; what is unresolved stays. */
export function clearRunTables(sql: ObjectSql): void {
  CLEAR_RUN(sql);
  clearGroupTables(sql);
  DROP_DECIDED.run(sql, {});
  // What was confirmed, but not applied, is confirmed anew.
  UNCONFIRM.run(sql, {});
  DROP_PLANNED_ASKS.run(sql, {});
  DROP_PLANNED_ISSUES.run(sql, {});
}

/** Empties what the listing of groups gathered, before it begins anew. */
export function clearGroupTables(sql: ObjectSql): void {
  CLEAR_GROUPS(sql);
}

/** Forgets who is tied to whom, who was let go, and what is to be asked because of it. */
export function clearLinkTables(sql: ObjectSql): void {
  CLEAR_LINKS(sql);
}

/** What empties some tables. */
export function emptying(...tables: readonly SQLiteTable[]): (sql: ObjectSql) => void {
  const statements = tables.map((table) => objectStatement()(() => build.delete(table)));
  return (sql) => {
    for (const statement of statements) statement.run(sql, {});
  };
}

const CLEAR_RUN = emptying(seenTable, waitingTable, claimsTable);
const CLEAR_GROUPS = emptying(cursorsTable, groupQueueTable, groupPartsTable);
const CLEAR_LINKS = emptying(linksTable, releasedTable, asksTable, unknownMembersTable);

const DROP_DECIDED = objectStatement()(() =>
  build.delete(offsTable).where(eq(offsTable.stage, literal("run"))),
);

const UNCONFIRM = objectStatement()(() =>
  moveRows(offsTable, { stage: literal("approved") }, eq(offsTable.stage, literal("confirmed"))),
);

const DROP_PLANNED_ASKS = objectStatement()(() =>
  build.delete(asksTable).where(eq(asksTable.plan, literal(1))),
);

const DROP_PLANNED_ISSUES = objectStatement()(() =>
  build.delete(openIssuesTable).where(eq(openIssuesTable.plan, literal(1))),
);
