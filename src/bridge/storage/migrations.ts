import { eq } from "drizzle-orm";
import FIRST from "#drizzle/bridge/0001_first.sql";
import UNRESOLVED from "#drizzle/bridge/0002_unresolved.sql";
import SCOPE from "#drizzle/bridge/0003_scope.sql";
import GROUPS from "#drizzle/bridge/groups.sql";
import MEMORY from "#drizzle/bridge/memory.sql";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, literal } from "#store/statement.ts";
import { memoryTable } from "./schema.ts";
import type { ObjectSql } from "./tables.ts";

/**
 * Brings the object's tables to the newest version; each step runs once, in order, and none is ever
 * changed: an object that slept through several versions takes them one after the other. Runs inside one
 * transaction of the object's storage.
 */
export function createTables(sql: ObjectSql): void {
  sql.exec(MEMORY);
  const [row] = VERSION.rows(sql, {});
  const version = Number(row?.value ?? 0);
  if (version >= STEPS.length) return;
  for (const step of STEPS.slice(version)) sql.exec(step);
  SET_VERSION.run(sql, { version: String(STEPS.length) });
}

/** Creates the tables of groups where they are not there yet. */
export function createGroupTables(sql: ObjectSql): void {
  sql.exec(GROUPS);
}

/** The first step makes what is missing alone: objects had tables before they knew of versions. */
const STEPS: readonly string[] = [FIRST, UNRESOLVED, SCOPE];

const VERSION = objectStatement()(() =>
  build
    .select({ value: memoryTable.value })
    .from(memoryTable)
    .where(eq(memoryTable.key, literal("schema"))),
);

const SET_VERSION = objectStatement<{ version: string }>()(({ version }) =>
  insertRows(memoryTable, { key: literal("schema"), value: version }, { isReplacing: true }),
);
