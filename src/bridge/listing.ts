import { firstPage, type ListingPosition, type Run } from "./run.ts";
import { type Listing, SourceError, type SourcePage } from "./source.ts";
import { isKnownCursor, noteCursor } from "./storage-conflicts.ts";
import { RunBroken, type World } from "./world.ts";

/** A listing of more pages than this is taken for one without an end. */
const PAGES_MAX = 100_000;

/** A page, and what notes that its next one was named. */
export interface ReadPage extends SourcePage {
  readonly note: () => void;
}

/** Reads the page at which a run's listing is; throws what the source throws. */
export async function readPage(
  { source, clock, sql }: World,
  { position }: Run,
  listing: Listing,
  since: string | undefined,
): Promise<ReadPage> {
  const { cursor, cursorAt, pages } = position;
  if (cursor !== undefined && clock.now() - cursorAt > source.cursorLifeMs) {
    throw new SourceError({ kind: "cursorExpired" }, "The page cursor is older than it may be.");
  }
  if (pages >= PAGES_MAX) throw new RunBroken(`The listing has more than ${PAGES_MAX} pages.`);
  const page = await source.listPage(listing, cursor, since);
  return { ...page, note: await noteNext({ sql }, listing, page.next) };
}

/** The place behind a page; runs inside the object's transaction. */
export function behindPage(
  { clock }: World,
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

/** Refuses a next page that a list named before; gives what notes this one, inside the transaction. */
export async function noteNext(
  { sql }: Pick<World, "sql">,
  list: string,
  next: string | undefined,
): Promise<() => void> {
  if (next === undefined) return () => undefined;
  const hash = await hashOf(`${list} ${next}`);
  if (isKnownCursor(sql, hash)) {
    throw new RunBroken("The provider's pages repeat: one names a next page that was read before.");
  }
  return () => noteCursor(sql, hash);
}

/** SHA-256, so that a cursor of any length takes little room. */
async function hashOf(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
