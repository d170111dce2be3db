import { type JsonObject, readMember } from "#scim/json.ts";
import { repeatedRecords } from "../../source/pages/page-cursor.ts";
import { readText } from "../../source/pages/records.ts";
import { SourceError, type SourcePage } from "../../source/source.ts";
import { readUsersCursor, type UsersCursor, writeUsersCursor } from "./cursor.ts";

/** A page as JumpCloud gives it. */
export interface SkippedPage {
  readonly records: readonly JsonObject[];
  /** totalCount. */
  readonly total: number | undefined;
}

/** How far the first step back goes; each further one goes ten times as far. */
const STEP_BACK = 100;

/**
 * Reads a page of users by position, sorted by id. Positions shift when users are deleted meanwhile, so
 * each page begins with the last user of the page before: where that user is not, somebody else may be
 * behind, and the listing goes back, as a page without records.
 */
export async function readJumpcloudUsers(
  read: (skip: number) => Promise<SkippedPage>,
  cursor: string | undefined,
): Promise<SourcePage> {
  const at = cursor === undefined ? START : readUsersCursor(cursor);
  const { records, total } = await read(at.skip);
  checkOrder(records);
  const first = records.flatMap((record) => readText(record, "_id") ?? [])[0];
  if (at.skip > 0 && (first === undefined || first > at.last)) return stepBack(at, total);
  const fresh = records.filter((record) => {
    const id = readText(record, "_id");
    return id === undefined || id > at.last;
  });
  return pageOf(at, records, fresh, total);
}

const START: UsersCursor = { skip: 0, last: "", back: 0 };

function pageOf(
  at: UsersCursor,
  records: readonly JsonObject[],
  fresh: readonly JsonObject[],
  total: number | undefined,
): SourcePage {
  const end = at.skip + records.length;
  const isEnd = records.length === 0 || (total !== undefined && end >= total);
  if (isEnd) return { records: fresh, next: undefined, total, deltaFrom: undefined };
  const isForward = fresh.length > 0;
  // While going forth again, whole pages hold nothing new; otherwise the same page came twice.
  if ((!isForward && at.back === 0) || end - 1 <= at.skip) throw repeatedRecords("JumpCloud");
  const next = {
    skip: end - 1,
    last: isForward
      ? (fresh.flatMap((record) => readText(record, "_id") ?? []).at(-1) ?? at.last)
      : at.last,
    back: isForward ? 0 : at.back,
  };
  return { records: fresh, next: writeUsersCursor(next), total, deltaFrom: undefined };
}

function stepBack({ skip, last, back }: UsersCursor, total: number | undefined): SourcePage {
  const step = back === 0 ? STEP_BACK : back * 10;
  const next = { skip: Math.max(0, skip - step), last, back: step };
  return { records: [], next: writeUsersCursor(next), total, deltaFrom: undefined };
}

/** Without the order by id, positions mean nothing. */
function checkOrder(records: readonly JsonObject[]): void {
  const ids = records.flatMap((record) => readText(record, "_id") ?? []);
  if (ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ""))) return;
  throw new SourceError(
    { kind: "malformed" },
    "JumpCloud did not sort its users by id as it was asked to, so that users could be missed. The run stops; check the bridge's base address.",
  );
}

/** totalCount of an answer; undefined where it says none. */
export function readTotalCount(body: JsonObject): number | undefined {
  const total = readMember(body, "totalCount");
  return typeof total === "number" ? total : undefined;
}
