import { foldText } from "#scim/text.ts";
import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";
import type { EventRow } from "./events.ts";
import { Parameters } from "./parameters.ts";
import { rowsOf } from "./query.ts";

/** What an administrator narrows the event log down by; absent members narrow nothing. */
export interface EventFilter {
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly to?: number | undefined;
  /** The hundreds of the status: 2, 3, 4 or 5. */
  readonly statusClass?: number | undefined;
  readonly method?: string | undefined;
  /** A resource's id. */
  readonly resourceId?: string | undefined;
  readonly resourceType?: string | undefined;
  /** A folded userName. */
  readonly userNameKey?: string | undefined;
  /** A text that the userName or the path holds. */
  readonly search?: string | undefined;
}

/** An event as it is read back: warnings and difference are JSON texts, times milliseconds. */
export interface StoredEvent extends Omit<EventRow, "userNameKey" | "warnings" | "difference"> {
  readonly warnings: string;
  readonly difference: string | null;
  /** For how many requests it stands: one, but of callers who were not let in. */
  readonly count: number;
}

/** Events, newest first, and the id below which the next page begins; undefined on the last page. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly beforeId: string | undefined;
}

/** DESIGN "Storage": a filter without an index of its own looks at so many rows for one page at most. */
const WINDOW_ROWS = 10_000;

/** A page of events ends early once its rows have so many bytes. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** octet_length reads the header of a row, not its texts. */
const BYTES = ["request_body", "response_body", "warnings", "difference", "explanation"]
  .map((column) => `coalesce(octet_length(events.${column}), 0)`)
  .join(" + ");

const SHOWN = `op_id AS opId, at, method, path, status, scim_type AS scimType, latency_ms AS latencyMs,
  client_ip AS clientIp, user_agent AS userAgent, credential_id AS credentialId,
  resource_type AS resourceType, resource_id AS resourceId, user_name AS userName,
  request_body AS requestBody, response_body AS responseBody, warnings, difference, explanation,
  coalesce(count, 1) AS count`;

/** Finds one event of a connector. */
export async function findEvent(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<StoredEvent | undefined> {
  const text = `SELECT ${SHOWN} FROM events WHERE connector_id = ?1 AND op_id = ?2`;
  return rowsOf<StoredEvent>(await db.prepare(text).bind(connectorId, id).all())[0];
}

/**
 * Lists events of a connector, newest first, below the event with the id `beforeId`. Time and
 * resource are found through indexes; the other filters are tried on a window of the log, so a page
 * may hold fewer events than its limit and still have a next one.
 */
export async function listEvents(
  db: Database,
  connectorId: ConnectorId,
  filter: EventFilter,
  page: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<EventPage> {
  const parameters = new Parameters();
  const conditions = rowConditions(filter, parameters);
  const windowRows = conditions.length === 0 ? page.limit : WINDOW_ROWS;
  const inWindow = windowConditions(connectorId, filter, page.beforeId, parameters);
  // The left join keeps one row, and so the window's extent, when no event matches.
  const text = `WITH
    in_window AS MATERIALIZED (SELECT row_id, op_id FROM events
      WHERE ${inWindow.join(" AND ")} ORDER BY op_id DESC LIMIT ${windowRows}),
    found AS MATERIALIZED (SELECT events.row_id AS row_id, events.op_id AS op_id, ${BYTES} AS bytes
      FROM in_window CROSS JOIN events USING (row_id)
      WHERE ${["1", ...conditions].join(" AND ")} ORDER BY events.op_id DESC LIMIT ${page.limit}),
    page AS (SELECT row_id FROM (SELECT row_id, sum(bytes) OVER (ORDER BY op_id DESC) - bytes AS before
      FROM found) WHERE before < ${PAGE_BYTES_MAX})
    SELECT extent.size, extent.lastId, (SELECT count(*) FROM found) AS found, ${SHOWN}
    FROM (SELECT count(*) AS size, min(op_id) AS lastId FROM in_window) AS extent
      LEFT JOIN page LEFT JOIN events ON events.row_id = page.row_id
    ORDER BY op_id DESC`;
  const rows = rowsOf<StoredEvent & Extent>(
    await db
      .prepare(text)
      .bind(...parameters.values())
      .all(),
  );
  const { size, lastId, found } = rows[0] ?? { size: 0, lastId: null, found: 0 };
  const events = rows.flatMap(({ size: _, lastId: __, found: ___, ...event }) =>
    event.opId === null ? [] : event,
  );
  const isFull = events.length === page.limit || events.length < found;
  return { events, beforeId: nextBefore(events, isFull, size === windowRows ? lastId : null) };
}

/** How many rows the window held, the id of its oldest one, and how many rows the filters found in it. */
interface Extent {
  readonly found: number;
  readonly size: number;
  readonly lastId: string | null;
}

/** A full page goes on below its last event, a page cut short by the window below the window. */
function nextBefore(
  events: readonly StoredEvent[],
  isFull: boolean,
  windowEnd: string | null,
): string | undefined {
  return isFull ? events.at(-1)?.opId : (windowEnd ?? undefined);
}

function windowConditions(
  connectorId: ConnectorId,
  filter: EventFilter,
  beforeId: string | undefined,
  parameters: Parameters,
): readonly string[] {
  const { resourceId, from, to } = filter;
  return [
    `connector_id = ${parameters.bind(connectorId)}`,
    ...(resourceId === undefined ? [] : [`resource_id = ${parameters.bind(resourceId)}`]),
    ...(beforeId === undefined ? [] : [`op_id < ${parameters.bind(beforeId)}`]),
    ...(from === undefined ? [] : [`op_id >= ${parameters.bind(firstIdAt(from))}`]),
    ...(to === undefined ? [] : [`op_id < ${parameters.bind(firstIdAt(to))}`]),
  ];
}

function rowConditions(filter: EventFilter, parameters: Parameters): readonly string[] {
  const { statusClass, method, resourceType, userNameKey, search } = filter;
  return [
    ...(resourceType === undefined ? [] : [`resource_type = ${parameters.bind(resourceType)}`]),
    ...(statusClass === undefined ? [] : [`status / 100 = ${parameters.bind(statusClass)}`]),
    ...(method === undefined ? [] : [`method = ${parameters.bind(method)}`]),
    ...(userNameKey === undefined ? [] : [`user_name_key = ${parameters.bind(userNameKey)}`]),
    ...(search === undefined ? [] : [searchCondition(search, parameters)]),
  ];
}

/** Names are compared folded; paths in ASCII, the search as it is and as a URL would have it. */
function searchCondition(search: string, parameters: Parameters): string {
  const texts = [search, encodeURIComponent(search)].map((text) => text.toLowerCase());
  const inPath = texts.map((text) => `instr(lower(path), ${parameters.bind(text)}) > 0`);
  const inName = `instr(user_name_key, ${parameters.bind(foldText(search))}) > 0`;
  return `(${[inName, ...inPath].join(" OR ")})`;
}

/** The smallest UUIDv7 of a millisecond: event ids are ordered by time. */
export function firstIdAt(ms: number): string {
  const digits = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
