import { readMember } from "#scim/json.ts";
import { readCursor, writeCursor } from "../../source/pages/page-cursor.ts";
import { cursorExpired } from "../../source/pages/paging.ts";
import { readText } from "../../source/pages/records.ts";

/** Where a listing of users, sorted by id, is. */
export interface UsersCursor {
  /** Where the page begins: at the last user of the page before, who shows that none was missed. */
  readonly skip: number;
  /** The id of that user. */
  readonly last: string;
  /** How far to go back if that user is not there; more than 0 only while going forth again. */
  readonly back: number;
}

/** Writes a cursor as the text that a run keeps. */
export function writeUsersCursor({ skip, last, back }: UsersCursor): string {
  return writeCursor({ skip, last, back });
}

/** Reads what writeUsersCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readUsersCursor(text: string): UsersCursor {
  const cursor = readCursor("JumpCloud", text);
  const skip = readMember(cursor, "skip");
  const last = readText(cursor, "last");
  const back = readMember(cursor, "back");
  if (typeof skip !== "number" || typeof back !== "number" || last === undefined) {
    throw cursorExpired("JumpCloud");
  }
  return { skip, last, back };
}

/** Where a listing in no particular order is: how many came, and the first record of the page before. */
export interface SkipCursor {
  readonly skip: number;
  readonly first: string;
}

/** Writes a cursor as the text that a run keeps. */
export function writeSkipCursor({ skip, first }: SkipCursor): string {
  return writeCursor({ skip, first });
}

/** Reads what writeSkipCursor wrote; throws SourceError ("cursorExpired") for anything else. */
export function readSkipCursor(text: string): SkipCursor {
  const cursor = readCursor("JumpCloud", text);
  const skip = readMember(cursor, "skip");
  const first = readText(cursor, "first");
  if (typeof skip !== "number" || first === undefined) throw cursorExpired("JumpCloud");
  return { skip, first };
}
