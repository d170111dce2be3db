import type { JsonObject } from "#scim/json.ts";
import { absorb, applyRecords } from "./apply.ts";
import { linksBySource } from "./links.ts";
import { behindPage, type ReadPage, readPage } from "./listing.ts";
import type { Prepared } from "./plan-context.ts";
import { preparePage } from "./plan-prepare.ts";
import { counted, enterPhase, type Run } from "./run.ts";
import type { ObjectSql } from "./storage.ts";
import { markSeen } from "./storage-seen.ts";
import type { World } from "./world.ts";

/** The changes of so many records travel in one batch to D1. */
const RECORDS_PER_BATCH = 500;

/**
 * Phase "users": reads one page, writes what changed to the directory, then links and cursor. A
 * crash in between is harmless: the page is read again, and finds in the directory what it wants.
 */
export async function readUsersPage(world: World, run: Run): Promise<Run> {
  const { source, config, clock, keep, keepPart } = world;
  const listing = source.userListings[run.listingsRead];
  if (listing === undefined) return keep(run, () => enterPhase(run, "groups", clock.now()));
  const page = await readPage(world, run, listing, run.isFull ? undefined : run.since.users);
  const mode = run.isFull ? "full" : "delta";
  const prepared = await preparePage(page.records, config, mode);
  const raws = rawsOf(prepared, page.records);
  const parts = partsOf(prepared);
  let current = run;
  for (const [at, part] of parts.entries()) {
    const operations = await applyRecords(world, current, part, "page");
    const isLast = at === parts.length - 1;
    current = (isLast ? keep : keepPart)(current, () => {
      const absorbed = absorb(world, current, operations, raws);
      return isLast ? passPage(world, absorbed, page, prepared) : absorbed;
    });
  }
  return current;
}

/** The run behind a page: its records are seen, its cursor is kept. */
function passPage(world: World, run: Run, page: ReadPage, prepared: readonly Prepared[]): Run {
  const repeated = noteSeen(world.sql, prepared);
  const fresh = prepared.length - repeated;
  const position = behindPage(world, run.position, page, fresh);
  const isLooping = prepared.length > 0 && fresh === 0;
  const next = { ...counted(run, { seen: fresh }), position };
  if (page.next !== undefined) return { ...next, isComplete: run.isComplete && !isLooping };
  const isWhole = page.total === undefined || page.total === run.position.records + fresh;
  const users = page.deltaFrom ?? run.deltaFrom.users;
  return {
    ...next,
    listingsRead: run.listingsRead + 1,
    isComplete: run.isComplete && !isLooping && isWhole,
    deltaFrom: { ...run.deltaFrom, users },
  };
}

/** Marks the records' links as seen; gives how many of them a page had shown before. */
export function noteSeen(
  sql: ObjectSql,
  records: readonly { readonly sourceId: string | undefined }[],
): number {
  const ids = records.flatMap(({ sourceId }) => sourceId ?? []);
  const links = linksBySource(sql, ids);
  const numbers = [...links.values()].map(({ n }) => n);
  const shown = ids.filter((id) => links.has(id)).length;
  return shown - markSeen(sql, numbers);
}

/** The raw records by source id; preparePage gives them in their order. */
export function rawsOf(
  prepared: readonly Prepared[],
  records: readonly JsonObject[],
): ReadonlyMap<string, JsonObject> {
  const pairs = prepared.flatMap(({ sourceId }, at): [string, JsonObject][] => {
    const record = records[at];
    return sourceId === undefined || record === undefined ? [] : [[sourceId, record]];
  });
  return new Map(pairs);
}

/** The parts of a page that travel in a batch each; an empty page has one, empty part. */
function partsOf(prepared: readonly Prepared[]): readonly (readonly Prepared[])[] {
  const count = Math.max(1, Math.ceil(prepared.length / RECORDS_PER_BATCH));
  return Array.from({ length: count }, (_, at) =>
    prepared.slice(at * RECORDS_PER_BATCH, (at + 1) * RECORDS_PER_BATCH),
  );
}
