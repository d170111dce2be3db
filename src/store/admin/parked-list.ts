import { and, eq, isNull, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parkedMembers, resources } from "#store/schema.ts";
import { build, named, type RowOf, selectRows } from "#store/statement.ts";

/** A member value that waits for its resource; the time in milliseconds. */
export type ParkedMember = RowOf<ReturnType<typeof selectParked>>;

/** Lists what a connector has parked, by group and value, after the first `offset` of them. */
export function listParked(
  db: Database,
  connectorId: ConnectorId,
  page: { readonly offset: number; readonly limit: number },
): Promise<readonly ParkedMember[]> {
  return selectRows(db, selectParked(connectorId).limit(page.limit).offset(page.offset));
}

function selectParked(connectorId: ConnectorId) {
  return build
    .select(
      named({
        groupId: parkedMembers.groupId,
        groupName: sql<string | null>`${resources.doc} ->> 'displayName'`,
        value: parkedMembers.value,
        parkedAt: parkedMembers.parkedAt,
      }),
    )
    .from(parkedMembers)
    .leftJoin(
      resources,
      and(
        eq(resources.connectorId, parkedMembers.connectorId),
        eq(resources.type, "Group"),
        eq(resources.id, parkedMembers.groupId),
        isNull(resources.deletedAt),
      ),
    )
    .where(eq(parkedMembers.connectorId, connectorId))
    .orderBy(parkedMembers.groupId, parkedMembers.value);
}
