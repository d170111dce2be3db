import { type SQLWrapper, sql } from "drizzle-orm";
import type { Difference } from "#scim/resource/difference.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { doNothing, excluded, insertRows, nameOf, type Rows, rowStatement } from "#store/rows.ts";
import { events } from "#store/schema.ts";

type EventColumns = typeof events.$inferSelect;

/** One row of the event log; times in milliseconds, bodies already redacted and cut. */
export interface EventRow
  extends Readonly<
    Omit<
      EventColumns,
      "rowId" | "connectorId" | "actor" | "warnings" | "difference" | "refusalKey" | "count"
    >
  > {
  /** The name of the administrator who did it. */
  readonly actor?: string;
  readonly warnings: readonly string[];
  /** What a write changed, attribute by attribute; null for a request that changed nothing. */
  readonly difference: Difference | null;
}

/** What an event of a connector is stored as, for a statement over events. */
export function eventCells({ cell }: Rows<EventRow>, connectorId: SQLWrapper) {
  return {
    connectorId,
    opId: cell("opId"),
    at: cell("at"),
    method: cell("method"),
    path: cell("path"),
    status: cell("status"),
    scimType: cell("scimType"),
    latencyMs: cell("latencyMs"),
    clientIp: cell("clientIp"),
    userAgent: cell("userAgent"),
    credentialId: cell("credentialId"),
    actor: cell("actor"),
    resourceType: cell("resourceType"),
    resourceId: cell("resourceId"),
    userName: cell("userName"),
    userNameKey: cell("userNameKey"),
    requestBody: cell("requestBody"),
    responseBody: cell("responseBody"),
    warnings: cell("warnings"),
    difference: cell("difference"),
    explanation: cell("explanation"),
  } satisfies Record<keyof EventRow | "connectorId", SQLWrapper>;
}

/**
 * Statements that append events of requests that changed nothing. A known op_id is passed over: it
 * is a write whose answer got lost here after its batch had gone in.
 */
export function appendEvents(
  db: Database,
  connectorId: ConnectorId,
  rows: readonly EventRow[],
): readonly D1PreparedStatement[] {
  return APPEND(db, rows, { connectorId });
}

const APPEND = rowStatement<EventRow, { connectorId: ConnectorId }>()((rows, { connectorId }) =>
  insertRows(events, eventCells(rows, connectorId), { from: rows.from, onConflict: doNothing }),
);

/** The row of callers who were not let in: one for each minute, credential and reason. */
export interface RefusedRow extends EventRow {
  /** Minute, credential and reason: what its requests have in common. */
  readonly refusalKey: string;
  /** How many requests are added to it. */
  readonly count: number;
}

/**
 * Statements that add requests of callers who were not let in to the row that they share, whichever
 * isolate made it; its first one gives it its id and time.
 */
export function countRefused(
  db: Database,
  connectorId: ConnectorId,
  rows: readonly RefusedRow[],
): readonly D1PreparedStatement[] {
  return COUNT_REFUSED(db, rows, { connectorId });
}

const COUNT_REFUSED = rowStatement<RefusedRow, { connectorId: ConnectorId }>()(
  (rows, { connectorId }) => {
    const { cell, from } = rows;
    const cells = {
      ...eventCells(rows, connectorId),
      refusalKey: cell("refusalKey"),
      count: cell("count"),
    };
    const [connector, opId] = [nameOf(events.connectorId), nameOf(events.opId)];
    const [key, count] = [nameOf(events.refusalKey), nameOf(events.count)];
    // A batch that is repeated meets its own row, and has nothing to add to it.
    const onConflict = sql`on conflict (${connector}, ${opId}) do nothing
      on conflict (${connector}, ${key}) where ${key} is not null
        do update set ${count} = ${events.count} + ${excluded(events.count)}`;
    return insertRows(events, cells, { from, onConflict });
  },
);
