import { readCursor, writeCursor } from "../../source/pages/page-cursor.ts";
import { cursorExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";

/** Where a listing of users is. */
export interface OneloginCursor {
  /** OneLogin's own cursor. */
  readonly after: string;
  /** When the listing began, by OneLogin's clock, as ISO 8601. */
  readonly startedAt: string;
  /** The newest stamp of the pages before; undefined while there was none. */
  readonly newest: string | undefined;
}

/** Writes a cursor as the text that a run keeps. */
export function writeOneloginCursor({ after, startedAt, newest }: OneloginCursor): string {
  return writeCursor({ after, startedAt, ...(newest === undefined ? {} : { newest }) });
}

/** Reads what writeOneloginCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readOneloginCursor(text: string): OneloginCursor {
  const cursor = readCursor("OneLogin", text);
  const after = readText(cursor, "after");
  const startedAt = readText(cursor, "startedAt");
  if (after === undefined || startedAt === undefined) throw cursorExpired("OneLogin");
  return { after, startedAt, newest: readText(cursor, "newest") };
}
