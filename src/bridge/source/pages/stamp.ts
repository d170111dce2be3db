import type { JsonObject } from "#scim/json.ts";
import { readText } from "./records.ts";

/** A user who was written while a listing began may carry a stamp just before. */
const OVERLAP_MS = 300_000;

/** The newest of the records' stamps under any of the names and the one before, as the provider wrote it. */
export function newestStamp(
  records: readonly JsonObject[],
  names: readonly string[],
  before: string | undefined,
): string | undefined {
  let newest = before;
  for (const record of records) {
    for (const name of names) newest = laterOf(newest, readText(record, name));
  }
  return newest;
}

/**
 * From where the next delta goes on: the newest stamp, but never later than the listing's begin, as a
 * user of an early page may have changed while the later ones were read.
 */
export function deltaStart(newest: string | undefined, startedAt: string): string {
  if (newest === undefined || Date.parse(newest) > Date.parse(startedAt)) return startedAt;
  return newest;
}

/** A stamp five minutes earlier, from which a delta asks. */
export function withOverlap(stamp: string): string {
  const time = Date.parse(stamp);
  return Number.isNaN(time) ? stamp : new Date(time - OVERLAP_MS).toISOString();
}

/** The provider's own time of an answer as ISO 8601: its clock made the stamps, not ours. */
export function serverTime(headers: Headers, now: number): string {
  const date = Date.parse(headers.get("Date") ?? "");
  return new Date(Number.isNaN(date) ? now : date).toISOString();
}

function laterOf(a: string | undefined, b: string | undefined): string | undefined {
  if (b === undefined || Number.isNaN(Date.parse(b))) return a;
  return a === undefined || Date.parse(b) > Date.parse(a) ? b : a;
}
