import { type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { readCursor, writeCursor } from "../../source/pages/page-cursor.ts";
import { cursorExpired } from "../../source/pages/paging.ts";
import { readId, readText } from "../../source/pages/records.ts";

/** Where a listing of a SCIM server is. */
export interface ScimCursor {
  readonly startIndex: number;
  /** Marks of the ids of the first page, and of the page before: a server that repeats one is found out. */
  readonly first: readonly string[];
  readonly previous: readonly string[];
  /** Where the server pages by cursor (RFC 9865): its own; undefined for pages by position. */
  readonly cursor?: string | undefined;
  /** What a first page, which was all by its own word, said to be the total. */
  readonly claimed?: number | undefined;
  /** totalResults was found to be the page's own. */
  readonly isOwnTotal?: boolean;
  /** How many resources just before were too large to be read. */
  readonly skips?: number | undefined;
}

/** The begin of a listing. */
export const FIRST_PAGE: ScimCursor = { startIndex: 1, first: [], previous: [] };

/** Writes a cursor as the text that a run keeps. */
export function writeScimCursor(place: ScimCursor): string {
  const { startIndex, first, previous, cursor, claimed, skips, isOwnTotal = false } = place;
  return writeCursor({
    startIndex,
    first,
    previous,
    isOwnTotal,
    ...(cursor !== undefined && { cursor }),
    ...(claimed !== undefined && { claimed }),
    ...(skips !== undefined && { skips }),
  });
}

/** Reads what writeScimCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readScimCursor(text: string): ScimCursor {
  const cursor = readCursor("The SCIM server", text);
  const startIndex = readMember(cursor, "startIndex");
  const first = readMember(cursor, "first");
  const previous = readMember(cursor, "previous");
  if (typeof startIndex === "number" && isListOfText(first) && isListOfText(previous)) {
    const claimed = readMember(cursor, "claimed");
    const skips = readMember(cursor, "skips");
    return {
      startIndex,
      first,
      previous,
      cursor: readText(cursor, "cursor"),
      claimed: typeof claimed === "number" ? claimed : undefined,
      skips: typeof skips === "number" ? skips : undefined,
      isOwnTotal: readMember(cursor, "isOwnTotal") === true,
    };
  }
  throw cursorExpired("The SCIM server");
}

/** Short marks of the ids of a page (FNV-1a): two pages of the same ids have the same marks. */
export function marksOf(records: readonly JsonObject[]): readonly string[] {
  return records.flatMap((record) => readId(record, "id") ?? []).map(markOf);
}

/** Whether a page brings nothing but ids of the first page or of the one before. */
export function isRepeated(marks: readonly string[], { first, previous }: ScimCursor): boolean {
  const seen = new Set([...first, ...previous]);
  return marks.length > 0 && marks.every((mark) => seen.has(mark));
}

function markOf(id: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}

function isListOfText(value: JsonValue | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}
