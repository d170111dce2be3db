import type { Issue } from "../mapping/mapped.ts";
import { noteIssues } from "../notices/note-issues.ts";
import type { PreparedRecord } from "../plan/context.ts";
import { claimOf, claimsLeft } from "../plan/evidence.ts";
import type { Operation } from "../plan/operation.ts";
import { preparePage } from "../plan/prepare.ts";
import { counted, enterPhase, mayWrite, NO_PLACE, type Run } from "../state/run.ts";
import { behindPage, type ReadPage, readPage } from "../step/listing.ts";
import type { RunContext } from "../step/run-context.ts";
import { putClaims } from "../storage/claims.ts";
import {
  dropSettled,
  type KeptConflict,
  listConflicts,
  settleConflicts,
} from "../storage/conflicts.ts";
import { issueSubject } from "../storage/issues.ts";
import { linkNumbers } from "../storage/links.ts";
import { markSeen } from "../storage/seen.ts";
import { countOffs } from "../storage/switch-offs.ts";
import type { ObjectSql } from "../storage/tables.ts";
import { applyRecords, keepResults } from "./apply.ts";
import { doubtedByScope } from "./scope.ts";

/** The changes of so many records travel in one batch to D1. */
const RECORDS_PER_BATCH = 500;

/**
 * Phase "users": reads one page, writes what changed to the directory, then links and cursor. A
 * crash in between is harmless: the page is read again, and finds in the directory what it wants.
 */
export async function readUsersPage(world: RunContext, run: Run): Promise<Run> {
  const { source, config, keep, keepPart } = world;
  const listing = source.userListings[run.listingsRead];
  if (listing === undefined) return await matchWaiting(world, run);
  const page = await readPage(world, run, listing, run.isFull ? undefined : run.since.users);
  const mode = run.isFull ? "full" : "delta";
  const prepared = await preparePage(page.records, config, mode);
  const parts = partsOf(prepared);
  let current = run;
  for (const [at, part] of parts.entries()) {
    const operations = await applyRecords(world, current, part, "page");
    const isLast = at === parts.length - 1;
    current = (isLast ? keep : keepPart)(current, () => {
      keepClaims(world, current, part, operations);
      const absorbed = keepResults(world, current, operations, rawsOf(part, operations));
      return isLast ? passPage(world, absorbed, page, prepared) : absorbed;
    });
  }
  return current;
}

/** So many records that wait are matched in one step after a complete listing: nobody is asked then. */
const WAITING_PER_STEP = 500;

/** Otherwise a request may go out for each of them. */
const ASKED_PER_STEP = 5;

/** In which order records that wait are matched at the end of a listing. */
const ROUNDS = ["names", "addresses", "second"] as const;

/** How many records that wait are looked at in one step. */
export function waitingPerStep({ isFull, isComplete }: Run): number {
  return isFull && isComplete ? WAITING_PER_STEP : ASKED_PER_STEP;
}

/**
 * The end of phase "users": records that match somebody by name or address alone are decided, now that
 * all is known that would be stronger: names first, then addresses. Who was removed and made again is then
 * paired with his former user, before anybody is switched off.
 */
async function matchWaiting(world: RunContext, run: Run): Promise<Run> {
  const { sql, config, clock, keep } = world;
  const pass = ROUNDS.find((each) => each === run.place.step) ?? "names";
  const kept = listConflicts(sql, run.place.after, waitingPerStep(run));
  const last = kept.at(-1);
  if (last === undefined) {
    return keep(run, () => {
      const round = roundBehind(world, run, pass);
      if (round !== undefined) return { ...run, place: { ...NO_PLACE, step: round } };
      dropSettled(sql);
      return enterPhase(doubtedByScope(noteListing(world, run)), "switchOff", clock.now());
    });
  }
  const records = kept.map(({ record }) => record);
  const prepared = await preparePage(records, config, run.isFull ? "full" : "delta");
  const operations = await applyRecords(world, run, prepared, pass);
  return keep(run, () => {
    keepClaims(world, run, prepared, operations);
    const next = keepResults(world, run, operations, rawsOf(prepared, operations));
    // The page had shown them before they were linked.
    markPageSeen(sql, prepared);
    // They stay until all are matched: what one of them claims holds for the others.
    settleConflicts(
      sql,
      operations.flatMap(({ op, sourceId }) => (op === "conflict" ? [] : (sourceId ?? []))),
    );
    return { ...next, place: { ...run.place, after: last.sourceId } };
  });
}

/** Records that no page can hold are known by nothing but their place. */
function noteSkipped(world: RunContext, run: Run, { skipped = [] }: ReadPage): Run {
  if (skipped.length === 0) return run;
  const nobody = { kind: "unreadable", sourceId: undefined, userName: undefined } as const;
  const issues = skipped.map((detail) => ({ ...nobody, detail }));
  return noteIssues(world, run, { type: "User", issues, settled: [] });
}

/** The round after one; undefined behind the last, and where nobody waits. */
function roundBehind({ sql }: RunContext, { place }: Run, pass: (typeof ROUNDS)[number]) {
  if (place.after === "") return undefined;
  if (pass === "names") return "addresses";
  // Only whose switch-off is wanted can be the former user of somebody who waits.
  return pass === "addresses" && countOffs(sql, "run") > 0 ? "second" : undefined;
}

/** Says in the run whether its listing of everybody came whole. */
function noteListing(world: RunContext, run: Run): Run {
  if (!run.isFull) return run;
  const why = run.incompleteWhy ?? "A page brought nobody new.";
  const detail = `The provider's listing of users does not add up: ${why} Nobody who is not in it is taken for gone; they are asked for one by one, some in each run. Look whether the bridge's account sees all users; if it does, tell the provider.`;
  const issue: Issue = {
    kind: "listing-incomplete",
    sourceId: undefined,
    userName: undefined,
    detail,
  };
  return noteIssues(world, run, {
    type: "User",
    issues: run.isComplete ? [] : [issue],
    settled: [issueSubject(issue)],
  });
}

/** The run behind a page: its records are seen, its cursor is kept. */
function passPage(
  world: RunContext,
  run: Run,
  page: ReadPage,
  prepared: readonly PreparedRecord[],
): Run {
  const repeated = markPageSeen(world.sql, prepared);
  const fresh = prepared.length - repeated;
  const position = behindPage(world, run.position, page, fresh);
  const isLooping = page.isRepeating || (prepared.length > 0 && fresh === 0);
  const loopWhy = page.isRepeating
    ? "its pages repeat, or have no end."
    : "a page brought nobody whom the pages before had not.";
  const next = { ...noteSkipped(world, counted(run, { seen: fresh }), page), position };
  const looked = isLooping
    ? { ...next, isComplete: false, incompleteWhy: run.incompleteWhy ?? loopWhy }
    : next;
  if (page.next !== undefined) return looked;
  const came = run.position.records + fresh;
  const isWhole = page.total === undefined || page.total === came;
  const shortWhy = `it announces ${page.total} users, and ${came} came.`;
  const users = page.deltaFrom ?? run.deltaFrom.users;
  return {
    ...looked,
    listingsRead: run.listingsRead + 1,
    isComplete: looked.isComplete && isWhole,
    incompleteWhy: looked.incompleteWhy ?? (isWhole ? undefined : shortWhy),
    deltaFrom: { ...run.deltaFrom, users },
  };
}

/** Marks the records' links as seen; gives how many of them a page had shown before. */
export function markPageSeen(
  sql: ObjectSql,
  records: readonly { readonly sourceId: string | undefined }[],
): number {
  const ids = records.flatMap(({ sourceId }) => sourceId ?? []);
  const numbers = linkNumbers(sql, ids);
  const shown = ids.filter((id) => numbers.has(id)).length;
  return shown - markSeen(sql, [...numbers.values()]);
}

/** The records that have to wait, by source id, as they are kept. */
export function rawsOf(
  prepared: readonly PreparedRecord[],
  operations: readonly Operation[],
): ReadonlyMap<string, KeptConflict> {
  const conflicts = operations.filter(({ op }) => op === "conflict");
  const waiting = new Set(conflicts.map(({ sourceId }) => sourceId));
  const kept = prepared.flatMap((each): readonly KeptConflict[] => {
    const claim = waiting.has(each.sourceId) ? claimOf(each) : undefined;
    return claim === undefined ? [] : [{ ...claim, record: each.raw }];
  });
  return new Map(kept.map((each) => [each.sourceId, each]));
}

/** Keeps what a full listing's records without a link say of whose a user is. */
export function keepClaims(
  { sql }: RunContext,
  run: Run,
  page: readonly PreparedRecord[],
  operations: readonly Operation[],
): void {
  if (run.isFull) putClaims(sql, claimsLeft(page, operations, !mayWrite(run)));
}

/** The parts of a page that travel in a batch each; an empty page has one, empty part. */
function partsOf(prepared: readonly PreparedRecord[]): readonly (readonly PreparedRecord[])[] {
  const count = Math.max(1, Math.ceil(prepared.length / RECORDS_PER_BATCH));
  return Array.from({ length: count }, (_, at) =>
    prepared.slice(at * RECORDS_PER_BATCH, (at + 1) * RECORDS_PER_BATCH),
  );
}
