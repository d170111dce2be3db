import { and, eq, exists, gt, isNull, lte, or, sql } from "drizzle-orm";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import { doNothing, insertRows, matchesRow, rowStatement } from "#store/rows.ts";
import { groupMembers, parkedMembers, resources, txGuard } from "#store/schema.ts";
import { build, literal, named } from "#store/statement.ts";

type OfConnector = { readonly connectorId: ConnectorId };

/** A resource that becomes a member of a group. */
export interface AddedMember {
  readonly groupId: string;
  readonly id: string;
  readonly type: string;
}

/** Adds members that are still there; who is in the group already is passed over, and raises no change. */
export const insertMembers = rowStatement<AddedMember, OfConnector>()(
  ({ cell, from }, { connectorId }) =>
    insertRows(
      groupMembers,
      {
        connectorId,
        groupId: cell("groupId"),
        memberId: resources.id,
        memberType: resources.type,
      },
      {
        from: from === undefined ? resources : sql`${from} cross join ${resources}`,
        where: and(
          eq(resources.connectorId, connectorId),
          eq(resources.type, cell("type")),
          eq(resources.id, cell("id")),
          isNull(resources.deletedAt),
        ),
        onConflict: doNothing,
      },
    ),
);

/** A member that leaves a group. */
export type RemovedMember = Omit<AddedMember, "type">;

/** Removes members; who is not in the group is passed over. */
export const deleteMembers = rowStatement<RemovedMember, OfConnector>()((rows, { connectorId }) =>
  build.delete(groupMembers).where(
    and(
      eq(groupMembers.connectorId, connectorId),
      matchesRow(rows, [
        [groupMembers.groupId, "groupId"],
        [groupMembers.memberId, "id"],
      ]),
    ),
  ),
);

/** A value that names no resource yet. */
export type ParkedRow = Readonly<Omit<typeof parkedMembers.$inferSelect, "connectorId">>;

/** Parks values that name no resource yet. */
export const insertParked = rowStatement<ParkedRow, OfConnector>()(
  ({ cell, from }, { connectorId }) =>
    insertRows(
      parkedMembers,
      {
        connectorId,
        groupId: cell("groupId"),
        value: cell("value"),
        parkedAt: cell("parkedAt"),
      },
      { from, onConflict: doNothing },
    ),
);

/** A parked value that is waited for no more. */
export type UnparkedRow = Omit<ParkedRow, "parkedAt">;

/** Forgets parked values. */
export const deleteParked = rowStatement<UnparkedRow, OfConnector>()((rows, { connectorId }) =>
  build.delete(parkedMembers).where(
    and(
      eq(parkedMembers.connectorId, connectorId),
      matchesRow(rows, [
        [parkedMembers.groupId, "groupId"],
        [parkedMembers.value, "value"],
      ]),
    ),
  ),
);

/** Nesting is followed so deep; whatever lies deeper counts as a cycle. */
const NESTING_DEPTH_MAX = 32;

/** The groups above one, with their distance: a table of the statement alone. */
const above = sqliteTable("above", { id: text().notNull(), depth: integer().notNull() });

/**
 * Aborts the batch (CHECK no_membership_cycle) when a group has become a member of itself, directly
 * or through others, or lies too deep.
 */
export const guardCycles = rowStatement<{ readonly groupId: string }, OfConnector>()(
  ({ cell, from }, { connectorId }) => {
    const groupId = cell("groupId");
    const direct = build
      .select(named({ id: groupMembers.groupId, depth: sql<number>`1` }))
      .from(groupMembers)
      .where(and(eq(groupMembers.connectorId, connectorId), eq(groupMembers.memberId, groupId)));
    const further = build
      .select(named({ id: groupMembers.groupId, depth: sql<number>`${above.depth} + 1` }))
      .from(above)
      .crossJoin(groupMembers)
      .where(
        and(
          eq(groupMembers.connectorId, connectorId),
          eq(groupMembers.memberId, above.id),
          lte(above.depth, NESTING_DEPTH_MAX),
        ),
      );
    // SQLite takes a WITH that reads from itself for a recursive one, whether it says so or not.
    const wrong = build
      .with(build.$with("above").as(direct.union(further)))
      .select(named({ one: literal(1) }))
      .from(above)
      .where(or(eq(above.id, groupId), gt(above.depth, NESTING_DEPTH_MAX)));
    return insertRows(txGuard, { memberOfItself: sql`1` }, { from, where: exists(wrong) });
  },
);
