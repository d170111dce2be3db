import { type Column, eq, inArray, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import { foldText } from "#scim/text.ts";
import { events } from "#store/schema.ts";
import { build, named } from "#store/statement.ts";
import type { EventPerson, PersonTables } from "./person.ts";

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

/** The conditions of a filter on a row of its window; none where the window is all that is asked for. */
export function rowConditions(
  filter: EventFilter,
  tables: PersonTables | undefined,
): readonly SQL[] {
  const { person, resourceType, search, words = [] } = filter;
  const { status, statusClass, method, credentialId, clientIp } = filter;
  const isRelated = tables && relatedCondition(tables);
  const conditions = [
    status === undefined ? undefined : eq(events.status, status),
    statusClass === undefined ? undefined : sql`${events.status} / 100 = ${statusClass}`,
    method === undefined ? undefined : eq(events.method, method),
    credentialId === undefined ? undefined : eq(events.credentialId, credentialId),
    clientIp === undefined ? undefined : eq(events.clientIp, clientIp),
    resourceType === undefined ? undefined : or(eq(events.resourceType, resourceType), isRelated),
    tables && person && personCondition(person, filter.resourceId, tables),
    search === undefined ? undefined : searchCondition(search),
    ...words.map(wordCondition),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

function relatedCondition({ related }: PersonTables): SQL {
  const rows = build.select(named({ relatedRow: related.relatedRow })).from(related);
  return inArray(events.rowId, rows);
}

/** By an id, the window holds nobody else's events already. */
function personCondition(
  { text, by }: EventPerson,
  resourceId: string | undefined,
  tables: PersonTables,
): SQL | undefined {
  if (by !== "name" && resourceId === undefined) return undefined;
  const { known } = tables;
  const holders = build
    .select(named({ knownId: known.knownId }))
    .from(known)
    .where(eq(known.knownExternalId, text));
  return or(
    eq(events.userNameKey, foldText(text)),
    inArray(events.resourceId, holders),
    relatedCondition(tables),
  );
}

/** Explanations are English, what they quote is not: A to Z is folded, the rest as it is. */
function wordCondition(word: string): SQL | undefined {
  const holds = (text: Column) => isIn(asciiLower(word), sql`lower(coalesce(${text}, ''))`);
  return or(holds(events.explanation), holds(events.warnings));
}

function isIn(part: string, text: SQLWrapper): SQL {
  return sql`instr(${text}, ${part}) > 0`;
}

/** As SQLite's lower() does it. */
function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Names are compared folded; paths in ASCII, the search as it is and as a URL would have it. */
function searchCondition(search: string): SQL | undefined {
  const texts = [search, encodeURIComponent(search)].map((text) => text.toLowerCase());
  const inPath = texts.map((text) => isIn(text, sql`lower(${events.path})`));
  return or(isIn(foldText(search), events.userNameKey), ...inPath);
}
