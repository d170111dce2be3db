import { foldText } from "#scim/text.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { Parameters } from "#store/parameters.ts";
import { rowsOf } from "#store/query.ts";
import type { EventRow } from "./events.ts";
import { type EventPerson, membershipsColumn, personTables } from "./person.ts";

/** What an administrator narrows the event log down by; absent members narrow nothing. */
export interface EventFilter {
  /** Milliseconds, inclusive. */
  readonly from?: number | undefined;
  /** Milliseconds, exclusive. */
  readonly to?: number | undefined;
  readonly status?: number | undefined;
  /** The hundreds of the status: 2, 3, 4 or 5. */
  readonly statusClass?: number | undefined;
  readonly method?: string | undefined;
  /** A resource's id. */
  readonly resourceId?: string | undefined;
  /** Whose events they are: also those that changed a group of the person's. */
  readonly person?: EventPerson | undefined;
  /** The type of the resource, unless an event is there for the person's groups. */
  readonly resourceType?: string | undefined;
  readonly credentialId?: string | undefined;
  readonly clientIp?: string | undefined;
  /** Words that the explanation or the warnings hold, each somewhere. */
  readonly words?: readonly string[] | undefined;
  /** A text that the userName or the path holds. */
  readonly search?: string | undefined;
}

/** An event as it is read back: warnings and difference are JSON texts, times milliseconds. */
export interface StoredEvent extends Omit<EventRow, "userNameKey" | "warnings" | "difference"> {
  readonly warnings: string;
  readonly difference: string | null;
  /** For how many requests it stands: one, but of callers who were not let in. */
  readonly count: number;
  /** In the events of a person: what became of its memberships, as JSON text of EventMemberships. */
  readonly memberships?: string;
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
  const { person } = filter;
  const tables = person && personTables(connectorId, person, parameters);
  const conditions = rowConditions(filter, parameters);
  const windowRows = conditions.length === 0 ? page.limit : WINDOW_ROWS;
  const inWindow = windowOf(connectorId, filter, page.beforeId, windowRows, parameters);
  const memberships = person ? `, ${membershipsColumn(parameters.bind(connectorId))}` : "";
  // The left join keeps one row, and so the window's extent, when no event matches.
  const text = `WITH ${tables === undefined ? "" : `${tables},`}
    in_window AS MATERIALIZED (${inWindow}),
    found AS MATERIALIZED (SELECT events.row_id AS row_id, events.op_id AS op_id, ${BYTES} AS bytes
      FROM in_window CROSS JOIN events USING (row_id)
      WHERE ${["1", ...conditions].join(" AND ")} ORDER BY events.op_id DESC LIMIT ${page.limit}),
    page AS (SELECT row_id FROM (SELECT row_id, sum(bytes) OVER (ORDER BY op_id DESC) - bytes AS before
      FROM found) WHERE before < ${PAGE_BYTES_MAX})
    SELECT extent.size, extent.lastId, (SELECT count(*) FROM found) AS found, ${SHOWN}${memberships}
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

/** The statement that selects the rows on which the other filters are tried, the newest first. */
function windowOf(
  connectorId: ConnectorId,
  { resourceId, person, from, to }: EventFilter,
  beforeId: string | undefined,
  rows: number,
  parameters: Parameters,
): string {
  const inTime = [
    ...(beforeId === undefined ? [] : [`op_id < ${parameters.bind(beforeId)}`]),
    ...(from === undefined ? [] : [`op_id >= ${parameters.bind(firstIdAt(from))}`]),
    ...(to === undefined ? [] : [`op_id < ${parameters.bind(firstIdAt(to))}`]),
  ];
  const isById = resourceId === undefined && person !== undefined && person.by !== "name";
  const id = isById ? foldText(person.text) : resourceId;
  const connector = parameters.bind(connectorId);
  const ofConnector = [
    `connector_id = ${connector}`,
    ...(id === undefined ? [] : [`resource_id = ${parameters.bind(id)}`]),
  ];
  const own = `SELECT row_id, op_id FROM events
    WHERE ${[...ofConnector, ...inTime].join(" AND ")} ORDER BY op_id DESC LIMIT ${rows}`;
  if (!isById) return own;
  const others = `SELECT events.row_id AS row_id, events.op_id AS op_id FROM people CROSS JOIN events
    ON events.connector_id = ${connector} AND events.resource_id = people.id
    WHERE ${[`people.id <> ${parameters.bind(foldText(person.text))}`, ...inTime].join(" AND ")}
    ORDER BY op_id DESC LIMIT ${rows}`;
  return `SELECT row_id, op_id FROM (SELECT * FROM (${own}) UNION SELECT * FROM (${others})
      UNION SELECT row_id, op_id FROM related WHERE ${["1", ...inTime].join(" AND ")})
    ORDER BY op_id DESC LIMIT ${rows}`;
}

const IS_RELATED = "events.row_id IN (SELECT row_id FROM related)";

function rowConditions(filter: EventFilter, parameters: Parameters): readonly string[] {
  const { person, resourceType, search, words = [] } = filter;
  const equal: readonly (readonly [column: string, value: string | number | undefined])[] = [
    ["status", filter.status],
    ["status / 100", filter.statusClass],
    ["method", filter.method],
    ["credential_id", filter.credentialId],
    ["client_ip", filter.clientIp],
  ];
  return [
    ...equal.flatMap(([column, value]) =>
      value === undefined ? [] : [`${column} = ${parameters.bind(value)}`],
    ),
    ...(resourceType === undefined ? [] : [typeCondition(resourceType, person, parameters)]),
    ...(person === undefined ? [] : personCondition(person, filter.resourceId, parameters)),
    ...(search === undefined ? [] : [searchCondition(search, parameters)]),
    ...words.map((word) => wordCondition(word, parameters)),
  ];
}

function typeCondition(
  type: string,
  person: EventPerson | undefined,
  parameters: Parameters,
): string {
  const isType = `resource_type = ${parameters.bind(type)}`;
  return person === undefined ? isType : `(${isType} OR ${IS_RELATED})`;
}

/** By an id, the window holds nobody else's events already. */
function personCondition(
  { text, by }: EventPerson,
  resourceId: string | undefined,
  parameters: Parameters,
): readonly string[] {
  if (by !== "name" && resourceId === undefined) return [];
  const isNamed = `user_name_key = ${parameters.bind(foldText(text))}`;
  const isHolder = `resource_id IN (SELECT id FROM known WHERE external_id = ${parameters.bind(text)})`;
  return [`(${isNamed} OR ${isHolder} OR ${IS_RELATED})`];
}

/** Explanations are English, what they quote is not: A to Z is folded, the rest as it is. */
function wordCondition(word: string, parameters: Parameters): string {
  const place = parameters.bind(asciiLower(word));
  return `(instr(lower(coalesce(explanation, '')), ${place}) > 0 OR instr(lower(coalesce(warnings, '')), ${place}) > 0)`;
}

/** As SQLite's lower() does it. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
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
