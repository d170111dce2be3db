import { and, eq, gte, lt } from "drizzle-orm";
import type { FormerGroup } from "#scim/provision/group.ts";
import { objectStatement } from "#store/object-statement.ts";
import { insertRows } from "#store/rows.ts";
import { build, named } from "#store/statement.ts";
import { formerGroupsTable } from "../schema.ts";
import type { ObjectSql } from "../tables.ts";

/** So long a group that went can come back as the one it was. */
const FORMER_KEPT_MS = 30 * 86_400_000;

/** Remembers what a group was that the bridge made, and removed; older ones are forgotten. */
export function putFormerGroup(
  sql: ObjectSql,
  sourceId: string,
  { id, version }: FormerGroup,
  now: number,
): void {
  DROP_OLD.run(sql, { before: now - FORMER_KEPT_MS });
  PUT.run(sql, { sourceId, id, version, now });
}

/** What a group of the provider was here; undefined for none, and for one that went long ago. */
export function formerGroup(
  sql: ObjectSql,
  sourceId: string,
  now: number,
): FormerGroup | undefined {
  return FIND.rows(sql, { sourceId, since: now - FORMER_KEPT_MS })[0];
}

/** Forgets it: the group is back. */
export function dropFormerGroup(sql: ObjectSql, sourceId: string): void {
  DROP.run(sql, { sourceId });
}

const { sourceId, groupId, version, goneAt } = formerGroupsTable;

const DROP_OLD = objectStatement<{ before: number }>()(({ before }) =>
  build.delete(formerGroupsTable).where(lt(goneAt, before)),
);

const PUT = objectStatement<{ sourceId: string; id: string; version: number; now: number }>()(
  (given) =>
    insertRows(
      formerGroupsTable,
      { sourceId: given.sourceId, groupId: given.id, version: given.version, goneAt: given.now },
      { isReplacing: true },
    ),
);

const FIND = objectStatement<{ sourceId: string; since: number }>()((given) =>
  build
    .select(named({ id: groupId, version }))
    .from(formerGroupsTable)
    .where(and(eq(sourceId, given.sourceId), gte(goneAt, given.since))),
);

const DROP = objectStatement<{ sourceId: string }>()((given) =>
  build.delete(formerGroupsTable).where(eq(sourceId, given.sourceId)),
);
