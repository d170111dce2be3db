import { type JsonObject, type JsonValue, readMember } from "#scim/json.ts";
import { cursorExpired } from "../source-paging.ts";
import { readId } from "../source-records.ts";
import { readCursor, writeCursor } from "./page-cursor.ts";

/** Where a listing of a SCIM server is. */
export interface ScimCursor {
  readonly startIndex: number;
  /** Marks of the ids of the first page, and of the page before: a server that repeats one is found out. */
  readonly first: readonly string[];
  readonly previous: readonly string[];
}

/** Writes a cursor as the text that a run keeps. */
export function writeScimCursor({ startIndex, first, previous }: ScimCursor): string {
  return writeCursor({ startIndex, first, previous });
}

/** Reads what writeScimCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readScimCursor(text: string): ScimCursor {
  const cursor = readCursor("The SCIM server", text);
  const startIndex = readMember(cursor, "startIndex");
  const first = readMember(cursor, "first");
  const previous = readMember(cursor, "previous");
  if (typeof startIndex === "number" && isListOfText(first) && isListOfText(previous)) {
    return { startIndex, first, previous };
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
