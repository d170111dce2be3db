import { readCursor, writeCursor } from "../../source/pages/page-cursor.ts";
import { cursorExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";

/** Where a listing is. */
export interface OktaCursor {
  /** The next page's address. */
  readonly url: string;
  /** When the listing began, by Okta's clock, as ISO 8601. */
  readonly startedAt: string;
  /** The newest stamp of the pages before; undefined while there was none. */
  readonly newest: string | undefined;
}

/** Writes a cursor as the text that a run keeps. */
export function writeOktaCursor({ url, startedAt, newest }: OktaCursor): string {
  return writeCursor({ url, startedAt, ...(newest === undefined ? {} : { newest }) });
}

/** Reads what writeOktaCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readOktaCursor(text: string): OktaCursor {
  const cursor = readCursor("Okta", text);
  const url = readText(cursor, "url");
  const startedAt = readText(cursor, "startedAt");
  if (url === undefined || startedAt === undefined) throw cursorExpired("Okta");
  return { url, startedAt, newest: readText(cursor, "newest") };
}
