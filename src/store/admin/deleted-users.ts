import { and, count, eq, gt, gte, isNotNull, lte, type SQL, sql } from "drizzle-orm";
import type { ResourceRecord } from "#scim/ports.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { runQuery } from "#store/query.ts";
import { recordsOf, resourceById, resourceFields } from "#store/resources.ts";
import { resources } from "#store/schema.ts";
import { build, literal, named, selectRows } from "#store/statement.ts";

/*
 * No index has soft-deleted rows by their id: it would cost every DELETE a row written. Administrators look for them
 * seldom, and then through the table, some rows at a time so that others get their turn.
 */

/** One statement looks at so many rows, and a page of the list at so many times as many. */
const ROWS_AT_ONCE = 20_000;
const STEPS_OF_PAGE = 10;

/** Soft-deleted users in the order of their rows, and the row behind which the next page begins; undefined at the end. */
export interface DeletedPage {
  readonly users: readonly ResourceRecord[];
  readonly nextAfter: number | undefined;
}

/** Where a page begins; `since` is the moment of the oldest deletion that can still be undone. */
export interface DeletedRange {
  readonly afterRow: number;
  readonly limit: number;
  readonly since: number;
}

/** Lists the users of a connector that can be restored; a page may be short, even empty, and not be the last. */
export async function deletedUsers(
  db: Database,
  clock: Clock,
  connectorId: ConnectorId,
  { afterRow, limit, since }: DeletedRange,
): Promise<DeletedPage> {
  const users: ResourceRecord[] = [];
  let after = afterRow;
  for (let step = 0; step < STEPS_OF_PAGE; step += 1) {
    const isOne = and(isDeletedUser(connectorId), gte(resources.deletedAt, since));
    const { end, isLast } = await windowBehind(db, clock, after, isOne);
    const found = build
      .select(named(resourceFields()))
      .from(resources)
      .where(and(gt(resources.rowId, after), lte(resources.rowId, end), isOne))
      .orderBy(resources.rowId)
      .limit(limit - users.length);
    users.push(...recordsOf(await withRetries(clock, () => selectRows(db, found))));
    if (users.length === limit) return { users, nextAfter: users.at(-1)?.rowId };
    if (isLast) return { users, nextAfter: undefined };
    after = end;
  }
  return { users, nextAfter: after };
}

/** Finds a user by id, live or soft-deleted. */
export async function userOrDeleted(
  db: Database,
  clock: Clock,
  connectorId: ConnectorId,
  id: string,
): Promise<ResourceRecord | undefined> {
  const scope = { kind: "connector", connectorId } as const;
  const live = await runQuery(db, resourceById(db, scope, "User", id), clock);
  if (live !== undefined) return live;
  const isThis = and(isDeletedUser(connectorId), eq(resources.id, id));
  for (let after = 0; ; ) {
    const { end, isLast, found } = await windowBehind(db, clock, after, isThis);
    if (found !== null) {
      const query = build
        .select(named(resourceFields()))
        .from(resources)
        .where(and(eq(resources.rowId, found), isThis));
      return recordsOf(await withRetries(clock, () => selectRows(db, query)))[0];
    }
    if (isLast) return undefined;
    after = end;
  }
}

function isDeletedUser(connectorId: ConnectorId): SQL | undefined {
  return and(
    eq(resources.connectorId, connectorId),
    eq(resources.type, literal("User")),
    isNotNull(resources.deletedAt),
  );
}

/** The next rows behind one: where they end, whether they are the last, and one for which the condition holds. */
async function windowBehind(
  db: Database,
  clock: Clock,
  after: number,
  condition: SQL | undefined,
): Promise<{ readonly end: number; readonly isLast: boolean; readonly found: number | null }> {
  const next = build
    .select(
      named({
        rowId: resources.rowId,
        found: sql<number | null>`iif(${condition}, ${resources.rowId}, null)`,
      }),
    )
    .from(resources)
    .where(gt(resources.rowId, after))
    .orderBy(resources.rowId)
    .limit(ROWS_AT_ONCE)
    .as("next");
  const query = build
    .select(
      named({
        size: count(),
        end: sql<number | null>`max(${next.rowId})`,
        found: sql<number | null>`max(${next.found})`,
      }),
    )
    .from(next);
  const [window] = await withRetries(clock, () => selectRows(db, query));
  const { size = 0, end = null, found = null } = window ?? {};
  return { end: end ?? after, isLast: size < ROWS_AT_ONCE, found };
}
