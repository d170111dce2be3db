import { type Listing, SourceError, type SourcePage } from "../source/source.ts";
import { firstPage, type ListingPosition, type Run } from "../state/run.ts";
import { isKnownCursor, noteCursor } from "../storage/conflicts.ts";
import type { RunContext } from "./run-context.ts";

/** A listing of more pages than this is taken for one without an end. */
const PAGES_MAX = 100_000;

/** A page, and what notes that its next one was named. */
export interface ReadPage extends SourcePage {
  readonly note: () => void;
  /** Whether it names a next page that was read before: the listing ends with it, and is not whole. */
  readonly isRepeating: boolean;
}

/** Reads the page at which a run's listing is; throws what the source throws. */
export async function readPage(
  { source, clock, sql }: RunContext,
  { position }: Run,
  listing: Listing,
  since: string | undefined,
): Promise<ReadPage> {
  const { cursor, cursorAt, pages } = position;
  if (cursor !== undefined && clock.now() - cursorAt > source.cursorLifeMs) {
    throw new SourceError({ kind: "cursorExpired" }, "The page cursor is older than it may be.");
  }
  const page = await source.listPage(listing, cursor, since);
  const note = pages < PAGES_MAX ? await noteNext({ sql }, listing, page.next) : undefined;
  return note === undefined
    ? { ...page, next: undefined, deltaFrom: undefined, isRepeating: true, note: () => undefined }
    : { ...page, isRepeating: false, note };
}

/** The place behind a page; runs inside the object's transaction. */
export function behindPage(
  { clock }: RunContext,
  position: ListingPosition,
  { next, note }: ReadPage,
  records: number,
): ListingPosition {
  if (next === undefined) return firstPage(clock.now());
  note();
  return {
    cursor: next,
    cursorAt: clock.now(),
    pages: position.pages + 1,
    records: position.records + records,
  };
}

/** What notes a next page, inside the transaction; undefined for one that the list named before. */
export async function noteNext(
  { sql }: Pick<RunContext, "sql">,
  list: string,
  next: string | undefined,
): Promise<(() => void) | undefined> {
  if (next === undefined) return () => undefined;
  const hash = await hashOf(`${list} ${next}`);
  return isKnownCursor(sql, hash) ? undefined : () => noteCursor(sql, hash);
}

/** SHA-256, so that a cursor of any length takes little room. */
async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
