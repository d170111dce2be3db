import { and, eq, exists, type Placeholder, type SQL } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { type Rows, rowStatement } from "#store/rows.ts";
import { events } from "#store/schema.ts";
import { type BuiltQuery, build, literal, named, type Prepared } from "#store/statement.ts";

/** In whose batch a statement stands. */
export interface BatchOf {
  readonly connectorId: ConnectorId;
  /** The op_id of an event without which the statement does nothing; undefined where it always does. */
  readonly afterEvent?: string | undefined;
}

/** Makes the statements that store rows of one kind; none for no rows. */
export type ChangeStatement<Row> = (
  db: Database,
  rows: readonly Row[],
  batch: BatchOf,
) => readonly Prepared<unknown>[];

/**
 * A statement over rows that stands in every batch which changes resources, built once for plain batches
 * and once for those that are stored on the condition of their event. It has to heed `only`.
 */
export function changeStatement<Row extends object>() {
  return (
    query: (
      rows: Rows<Row>,
      connectorId: Placeholder<string, ConnectorId>,
      only: SQL | undefined,
    ) => BuiltQuery,
  ): ChangeStatement<Row> => {
    const plain = rowStatement<Row, { connectorId: ConnectorId }>()((rows, { connectorId }) =>
      query(rows, connectorId, undefined),
    );
    const conditional = rowStatement<Row, { connectorId: ConnectorId; opId: string }>()(
      (rows, { connectorId, opId }) => query(rows, connectorId, isStored(connectorId, opId)),
    );
    return (db, rows, { connectorId, afterEvent }) =>
      afterEvent === undefined
        ? plain(db, rows, { connectorId })
        : conditional(db, rows, { connectorId, opId: afterEvent });
  };
}

/** The condition that an event is in its connector's log. */
export function isStored(
  connectorId: Placeholder<string, ConnectorId>,
  opId: Placeholder<string, string> | SQL<string>,
): SQL {
  return exists(
    build
      .select(named({ one: literal(1) }))
      .from(events)
      .where(and(eq(events.connectorId, connectorId), eq(events.opId, opId))),
  );
}
