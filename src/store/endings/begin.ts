import { and, eq, gt, isNull, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { changedRows, insertRows } from "#store/rows.ts";
import { connectors, endings } from "#store/schema.ts";
import { build, prepare } from "#store/statement.ts";

type EndingColumns = typeof endings.$inferSelect;

/** What an administrator decided of the end of a directory. */
export interface EndingToBegin extends Pick<EndingColumns, "users" | "actor" | "eventId"> {}

/**
 * The statement that begins the end of a connector's directory. It belongs right behind the statement that deletes the
 * connector, or has it move: where that one changed no row, it begins nothing.
 */
export function beginEnding(
  db: Database,
  connectorId: ConnectorId,
  kind: EndingColumns["kind"],
  { users, actor, eventId }: EndingToBegin,
  now: number,
): D1PreparedStatement {
  const cells = {
    connectorId: connectors.number,
    kind: sql`${kind}`,
    users: sql`${users}`,
    tenant: connectors.tenant,
    actor: sql`${actor}`,
    eventId: sql`${eventId}`,
    at: sql`${now}`,
    afterSeq: connectors.tenantAfter,
  };
  const where = and(eq(connectors.number, connectorId), gt(changedRows, 0));
  return prepare(db, insertRows(endings, cells, { from: connectors, where }));
}

/** The statement that gives up a move that is under way: the connector's deletion takes its place. */
export function giveUpMove(db: Database, connectorId: ConnectorId): D1PreparedStatement {
  const isMove = and(eq(endings.connectorId, connectorId), eq(endings.kind, "moved"));
  return prepare(db, build.delete(endings).where(and(isMove, isNull(endings.untilSeq))));
}
