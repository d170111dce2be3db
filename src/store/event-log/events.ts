import type { Difference } from "#scim/resource/difference.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { eachChunk, type RowSource } from "#store/row-source.ts";

/** One row of the event log (SEMANTICS 10); times in milliseconds, bodies already redacted and cut. */
export interface EventRow {
  /** A UUIDv7, so that its order is the order of time; unique per connector, the key of safe retries. */
  readonly opId: string;
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly scimType: string | null;
  readonly latencyMs: number;
  readonly clientIp: string | null;
  readonly userAgent: string | null;
  readonly credentialId: string | null;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly userName: string | null;
  readonly userNameKey: string | null;
  readonly requestBody: string | null;
  readonly responseBody: string | null;
  readonly warnings: readonly string[];
  /** What a write changed, attribute by attribute; null for a request that changed nothing. */
  readonly difference: Difference | null;
  readonly explanation: string | null;
}

/** The columns of an event in the order of the insert; each is read from the member of the same name. */
const COLUMNS = [
  ["op_id", "opId"],
  ["at", "at"],
  ["method", "method"],
  ["path", "path"],
  ["status", "status"],
  ["scim_type", "scimType"],
  ["latency_ms", "latencyMs"],
  ["client_ip", "clientIp"],
  ["user_agent", "userAgent"],
  ["credential_id", "credentialId"],
  ["resource_type", "resourceType"],
  ["resource_id", "resourceId"],
  ["user_name", "userName"],
  ["user_name_key", "userNameKey"],
  ["request_body", "requestBody"],
  ["response_body", "responseBody"],
  ["warnings", "warnings"],
  ["difference", "difference"],
  ["explanation", "explanation"],
] as const;

const INSERTED = COLUMNS.map(([column]) => column).join(", ");

/** Appends event rows; ?1 = rows (see row-source.ts), ?2 = connector. A known op_id aborts the batch. */
export function insertEvents({ row, from, only }: RowSource): string {
  const values = COLUMNS.map(([, member]) => `${row} ->> '${member}'`).join(", ");
  return `INSERT INTO events (connector_id, ${INSERTED}) SELECT ?2, ${values} ${from} WHERE ${only}`;
}

/**
 * Appends one event where a condition holds. In a `repeated` batch a known op_id
 * aborts it also where the condition no longer holds: the try before made it so.
 */
export function insertEventIf(
  condition: string,
  isRepeated: boolean,
): (source: RowSource) => string {
  return ({ row, from }) => {
    const known = `SELECT 1 FROM events WHERE connector_id = ?2 AND op_id = ${row} ->> 'opId'`;
    const only = isRepeated ? `(${condition} OR EXISTS (${known}))` : condition;
    return insertEvents({ row, from, only });
  };
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
  return eachChunk(rows, (source, json) =>
    db.prepare(`${insertEvents(source)} ON CONFLICT DO NOTHING`).bind(json, connectorId),
  );
}

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
  const columns = [...COLUMNS, ["refusal_key", "refusalKey"], ["count", "count"]] as const;
  const inserted = columns.map(([column]) => column).join(", ");
  return eachChunk(rows, ({ row, from }, json) => {
    const values = columns.map(([, member]) => `${row} ->> '${member}'`).join(", ");
    // A batch that is repeated meets its own row, and has nothing to add to it.
    const text = `INSERT INTO events (connector_id, ${inserted}) SELECT ?2, ${values} ${from} WHERE true
      ON CONFLICT (connector_id, op_id) DO NOTHING
      ON CONFLICT (connector_id, refusal_key) WHERE refusal_key IS NOT NULL
        DO UPDATE SET count = count + excluded.count`;
    return db.prepare(text).bind(json, connectorId);
  });
}
