import type { JsonObject } from "#scim/json.ts";
import { absorb, applyRecords, linksOf, lookUp, switchOffsIn } from "./apply.ts";
import { knownClaims } from "./gather-evidence.ts";
import { judgeGuard } from "./guard.ts";
import { countLinks, linksBySource } from "./links.ts";
import type { Issue } from "./mapped.ts";
import { noteIssues } from "./note-issues.ts";
import { evidenceOf, questionsOf } from "./plan-evidence.ts";
import { lookupsOf } from "./plan-lookups.ts";
import { needsConfirming, planMissing, rehiredFrom } from "./plan-missing.ts";
import { preparePage } from "./plan-prepare.ts";
import { enterPhase, type Run } from "./run.ts";
import { keepClaims, noteSeen, rawsOf } from "./run-users.ts";
import { SourceError } from "./source.ts";
import { listConflicts } from "./storage-conflicts.ts";
import { countActiveOffs, dropOffs, listOffs, putMissing } from "./storage-offs.ts";
import { chunkCount, unseenLinks } from "./storage-seen.ts";
import { planContext, type World } from "./world.ts";

/** So many users are asked for by id in one step; each is a request of its own. */
const READS_PER_STEP = 5;

/** So many links are taken for gone in one step where nobody is asked. */
const UNASKED_PER_STEP = 1_000;

/** So many waiting records may take over a user who is gone; more are left to the next run. */
const CONFLICTS_MAX = 1_000;

/**
 * Phase "confirm": who is linked but in no listing is looked for, one by one, before he is taken for
 * gone. Only after listings that came whole; without asking where they are so many that the guard
 * holds them anyway.
 */
export async function confirmMissing(world: World, run: Run): Promise<Run> {
  const { sql, keep } = world;
  const { step, at } = run.place;
  if (!run.isFull || !run.isComplete) return leave(world, run);
  if (step === "ask") return await askForMissing(world, run);
  if (step === "trust") return trustListing(world, run);
  return keep(run, () => {
    if (at >= chunkCount(sql)) {
      return { ...run, place: { ...run.place, step: isHeldAnyway(world) ? "trust" : "ask" } };
    }
    const context = planContext(world, "page");
    const missing = unseenLinks(sql, at).filter((link) => needsConfirming(link, context));
    putMissing(sql, missing);
    return { ...run, place: { ...run.place, at: at + 1 } };
  });
}

/** A user as the provider answers when asked for by id. */
export interface AskedUser {
  readonly sourceId: string;
  /** undefined: the provider has no such user, or `unreadable`. */
  readonly record: JsonObject | undefined;
  /** Why his record could not be read: nothing is known of him, and he stays as he is. */
  readonly unreadable?: string;
}

/** Asks the provider for users one by one; where it breaks off, those before that are given. */
export async function askFor(
  { source }: World,
  sourceIds: readonly string[],
): Promise<readonly AskedUser[]> {
  const asked: AskedUser[] = [];
  for (const sourceId of sourceIds) {
    try {
      asked.push({ sourceId, record: await source.readUser(sourceId) });
    } catch (error) {
      if (error instanceof SourceError && error.failure.kind === "record") {
        asked.push({ sourceId, record: undefined, unreadable: error.detail });
        continue;
      }
      // The next step meets the same error first, and pauses for it.
      if (asked.length > 0) return asked;
      throw error;
    }
  }
  return asked;
}

/** Decides users by what the provider answered; a switch-off then waits in stage "run". */
export async function settleAsked(
  world: World,
  run: Run,
  asked: readonly AskedUser[],
  save: () => void,
): Promise<Run> {
  const { sql, config, keep } = world;
  const records = asked.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const prepared = await preparePage(records, config, "full");
  const rehired = await rehiredNow(world, run);
  const operations = await applyRecords(world, run, prepared, "addresses");
  const unread = asked.filter(({ unreadable }) => unreadable !== undefined);
  const known = asked.filter(({ unreadable }) => unreadable === undefined);
  const gone = known.flatMap(({ sourceId, record }) => (record === undefined ? [sourceId] : []));
  return keep(run, () => {
    keepClaims(world, run, prepared, operations);
    const links = [...linksBySource(sql, gone).values()];
    const missing = planMissing(links, rehired, planContext(world, "page"));
    const next = absorb(world, run, [...operations, ...missing], rawsOf(prepared));
    noteSeen(sql, prepared);
    save();
    const issues = unread.map(({ sourceId, unreadable = "" }) =>
      unreadableIssue(sourceId, unreadable),
    );
    return noteIssues(world, next, { type: "User", issues, settled: [] });
  });
}

function unreadableIssue(sourceId: string, detail: string): Issue {
  return { kind: "unreadable", sourceId, userName: undefined, detail };
}

async function askForMissing(world: World, run: Run): Promise<Run> {
  const { sql } = world;
  const waiting = listOffs(sql, "missing", READS_PER_STEP).map(({ sourceId }) => sourceId);
  if (waiting.length === 0) return leave(world, run);
  const asked = await askFor(world, waiting);
  const ids = asked.map(({ sourceId }) => sourceId);
  return await settleAsked(world, run, asked, () => dropOffs(sql, ids, "missing"));
}

/** Takes links for gone that nobody asked for: they are held, and asked for when they are approved. */
function trustListing(world: World, run: Run): Run {
  const { sql, keep } = world;
  const ids = listOffs(sql, "missing", UNASKED_PER_STEP).map(({ sourceId }) => sourceId);
  if (ids.length === 0) return leave(world, run);
  const links = [...linksBySource(sql, ids).values()];
  const offs = switchOffsIn(planMissing(links, new Set(), planContext(world, "page")));
  return keep(run, () => {
    dropOffs(sql, ids, "missing");
    return absorb(world, run, offs, new Map());
  });
}

/** Former source ids whose users the conflicts of this run take over. */
async function rehiredNow(world: World, run: Run): Promise<ReadonlySet<string>> {
  const { sql, config } = world;
  const records = listConflicts(sql, "", CONFLICTS_MAX).map(({ record }) => record);
  if (records.length === 0) return new Set();
  const prepared = await preparePage(records, config, run.isFull ? "full" : "delta");
  const links = linksOf(sql, prepared);
  const known = await lookUp(world, links, lookupsOf(prepared, links, config));
  const claims = knownClaims(sql, questionsOf(prepared, known), true);
  const evidence = evidenceOf(claims, true, () => "gone");
  return rehiredFrom(prepared, { ...known, evidence }, config);
}

function isHeldAnyway({ sql, config }: World): boolean {
  const switchOffs = countActiveOffs(sql, "missing");
  const activeLinked = countLinks(sql).active;
  return judgeGuard({ switchOffs, activeLinked }, config.settings.guard) === "hold";
}

function leave({ keep, clock }: World, run: Run): Run {
  return keep(run, () => enterPhase(run, "switchOff", clock.now()));
}
