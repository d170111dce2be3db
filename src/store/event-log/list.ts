import { and, desc, eq, gte, lt, ne, type SQL, sql, type WithSubquery } from "drizzle-orm";
import { union } from "drizzle-orm/sqlite-core";
import { foldText } from "#scim/text.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { events } from "#store/schema.ts";
import {
  build,
  named,
  optional,
  type RowOfFields,
  selectRows,
  withTables,
} from "#store/statement.ts";
import { type EventFilter, rowConditions } from "./conditions.ts";
import { membershipsOfEvent, type PersonTables, personTables } from "./person.ts";

const SHOWN = {
  opId: events.opId,
  at: events.at,
  method: events.method,
  path: events.path,
  status: events.status,
  scimType: events.scimType,
  latencyMs: events.latencyMs,
  clientIp: events.clientIp,
  userAgent: events.userAgent,
  credentialId: events.credentialId,
  actor: events.actor,
  resourceType: events.resourceType,
  resourceId: events.resourceId,
  userName: events.userName,
  requestBody: events.requestBody,
  responseBody: events.responseBody,
  warnings: sql<string>`coalesce(${events.warnings}, '[]')`,
  difference: events.difference,
  explanation: events.explanation,
  /** For how many requests it stands: one, but of callers who were not let in. */
  count: sql<number>`coalesce(${events.count}, 1)`,
};

/** An event as it is read back: warnings and difference are JSON texts, times milliseconds. */
export interface StoredEvent extends RowOfFields<typeof SHOWN> {
  /** In the events of a person: what became of its memberships, as JSON text of EventMemberships. */
  readonly memberships?: string | null;
}

/** Events, newest first, and the id below which the next page begins; undefined on the last page. */
export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly beforeId: string | undefined;
}

/** A filter without an index of its own looks at so many rows for one page at most. */
const WINDOW_ROWS = 10_000;

/** A page of events ends early once its rows have so many bytes. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** octet_length reads the header of a row, not its texts. */
function bytesOfTexts(): SQL<number> {
  const { requestBody, responseBody, warnings, difference, explanation } = events;
  const texts = [requestBody, responseBody, warnings, difference, explanation];
  return sql.join(
    texts.map((text) => sql`coalesce(octet_length(${text}), 0)`),
    sql` + `,
  ) as SQL<number>;
}

/** Finds one event of a connector. */
export async function findEvent(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<StoredEvent | undefined> {
  const query = build
    .select(named(SHOWN))
    .from(events)
    .where(and(eq(events.connectorId, connectorId), eq(events.opId, id)));
  return (await selectRows(db, query))[0];
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
  const { beforeId, limit } = page;
  const tables = filter.person && personTables(connectorId, filter.person);
  const conditions = rowConditions(filter, tables);
  const windowRows = conditions.length === 0 ? limit : WINDOW_ROWS;
  const inWindow = windowOf(connectorId, filter, tables, { beforeId, limit: windowRows });
  const query = selectFound(inWindow, and(...conditions), limit, {
    tables: Object.values(tables ?? {}),
    memberships: tables ? membershipsOfEvent(connectorId, tables) : sql<null>`null`,
  });
  const rows = await selectRows(db, query);
  const { size, lastId, found } = rows[0] ?? { size: 0, lastId: null, found: 0 };
  const shown = rows.flatMap(({ size: _, lastId: __, found: ___, rowId, ...event }) =>
    rowId === null ? [] : event,
  );
  const isFull = shown.length === limit || shown.length < found;
  return {
    events: shown,
    beforeId: nextBefore(shown, isFull, size === windowRows ? lastId : null),
  };
}

/**
 * Selects a page of the events in a window, each with how many rows the window held, the id of its
 * oldest one, and how many rows the condition found in it; one row without an event where it found none.
 */
function selectFound(
  inWindow: Window,
  condition: SQL | undefined,
  limit: number,
  person: {
    readonly tables: readonly WithSubquery[];
    readonly memberships: SQL<string | null>;
  },
) {
  const found = build.$with("found").as(
    build
      .select(named({ foundRow: events.rowId, foundId: events.opId, bytes: bytesOfTexts() }))
      .from(inWindow)
      .crossJoin(events)
      .where(and(eq(events.rowId, inWindow.windowRow), condition))
      .orderBy(desc(events.opId))
      .limit(limit),
  );
  const { foundRow, foundId, bytes } = found;
  const before = sql<number>`sum(${bytes}) over (order by ${foundId} desc) - ${bytes}`;
  const sized = build.select(named({ foundRow, before })).from(found).as("sized");
  const page = build
    .select(named({ pageRow: sized.foundRow }))
    .from(sized)
    .where(lt(sized.before, PAGE_BYTES_MAX))
    .as("page");
  const windowSize = sql<number>`count(*)`;
  const windowEnd = sql<string | null>`min(${inWindow.windowId})`;
  const extent = build.select(named({ windowSize, windowEnd })).from(inWindow).as("extent");
  const foundRows = build.select(named({ rows: sql`count(*)` })).from(found);
  const query = build
    .select(
      named({
        ...SHOWN,
        rowId: optional(events.rowId),
        memberships: person.memberships,
        size: extent.windowSize,
        lastId: extent.windowEnd,
        found: sql<number>`${foundRows}`,
      }),
    )
    .from(extent)
    // A left join keeps the extent when no event matches.
    .leftJoin(page, sql`true`)
    .leftJoin(events, eq(events.rowId, page.pageRow))
    .orderBy(desc(events.opId));
  return withTables([...person.tables, inWindow, found], query);
}

/** A full page goes on below its last event, a page cut short by the window below the window. */
function nextBefore(
  events: readonly StoredEvent[],
  isFull: boolean,
  windowEnd: string | null,
): string | undefined {
  return isFull ? events.at(-1)?.opId : (windowEnd ?? undefined);
}

type Window = ReturnType<typeof windowOf>;

/** The table of the rows on which the other filters are tried, the newest first. */
function windowOf(...given: Parameters<typeof selectWindow>) {
  return build.$with("in_window", named(WINDOW)).as(selectWindow(...given).getSQL());
}

const WINDOW = { windowRow: events.rowId, windowId: events.opId };

function selectWindow(
  connectorId: ConnectorId,
  { resourceId, person, from, to }: EventFilter,
  tables: PersonTables | undefined,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
) {
  const inTime = (id: SQL<string>) =>
    and(
      beforeId === undefined ? undefined : lt(id, beforeId),
      from === undefined ? undefined : gte(id, firstIdAt(from)),
      to === undefined ? undefined : lt(id, firstIdAt(to)),
    );
  const ofConnector = and(eq(events.connectorId, connectorId), inTime(sql`${events.opId}`));
  const ofResource = (id: string | undefined) =>
    build
      .select(named(WINDOW))
      .from(events)
      .where(and(ofConnector, id === undefined ? undefined : eq(events.resourceId, id)))
      .orderBy(desc(events.opId))
      .limit(limit);
  const isById = resourceId === undefined && person !== undefined && person.by !== "name";
  if (!isById || tables === undefined) return ofResource(resourceId);
  const { people, related } = tables;
  const id = foldText(person.text);
  const own = ofResource(id).as("own");
  const others = build
    .select(named(WINDOW))
    .from(people)
    .crossJoin(events)
    .where(and(eq(events.resourceId, people.personId), ne(people.personId, id), ofConnector))
    .orderBy(desc(events.opId))
    .limit(limit)
    .as("others");
  const all = union(
    build.select(named({ windowRow: own.windowRow, windowId: own.windowId })).from(own),
    build.select(named({ windowRow: others.windowRow, windowId: others.windowId })).from(others),
    build
      .select(named({ windowRow: related.relatedRow, windowId: related.relatedId }))
      .from(related)
      .where(inTime(sql`${related.relatedId}`)),
  ).as("all_windows");
  return build
    .select(named({ windowRow: all.windowRow, windowId: all.windowId }))
    .from(all)
    .orderBy(desc(all.windowId))
    .limit(limit);
}

/** The millisecond in which a UUIDv7 was made. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replace("-", "").slice(0, 12), 16);
}

/** The smallest UUIDv7 of a millisecond: event ids are ordered by time. */
export function firstIdAt(ms: number): string {
  const digits = Math.max(0, Math.trunc(ms)).toString(16).padStart(12, "0");
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}
