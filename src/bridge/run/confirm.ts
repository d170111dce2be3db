import type { JsonObject } from "#scim/json.ts";
import type { Issue } from "../mapping/mapped.ts";
import { noteIssues } from "../notices/note-issues.ts";
import { evidenceOf, questionsOf } from "../plan/evidence.ts";
import { judgeGuard } from "../plan/guard.ts";
import { lookupsOf } from "../plan/lookups.ts";
import { needsConfirming, planMissing, rehiredFrom } from "../plan/missing.ts";
import { preparePage } from "../plan/prepare.ts";
import { askAgain, ODD_ANSWERS_MAX } from "../source/odd-answers.ts";
import { SourceError } from "../source/source.ts";
import { enterPhase, mayWrite, NO_PLACE, type Run } from "../state/run.ts";
import { planContext, type RunContext } from "../step/run-context.ts";
import {
  countActiveMissing,
  countAsks,
  dropAsks,
  dropMissingAsks,
  missingAsks,
  nextAsks,
  noteAsked,
  putAsks,
} from "../storage/asks.ts";
import { listConflicts } from "../storage/conflicts.ts";
import { takeUpGroups } from "../storage/groups/switch-offs.ts";
import { issueSubject, unmetSubjects } from "../storage/issues.ts";
import { countLinks, linksBySource } from "../storage/links.ts";
import { chunkCount, unseenLinks } from "../storage/seen.ts";
import {
  dropLinklessOffs,
  listOffs,
  stillApproved,
  takeUpApproved,
} from "../storage/switch-offs.ts";
import { applyRecords, keepResults, linksOf, lookUp, switchOffsIn } from "./apply.ts";
import { knownClaims } from "./gather-evidence.ts";
import { keepClaims, markPageSeen, rawsOf } from "./users.ts";

/** So many users are asked for by id in one step; each is a request of its own. */
const READS_PER_STEP = 5;

/** So many requests go out for them, where some are asked for again. */
const REQUESTS_PER_STEP = READS_PER_STEP + ODD_ANSWERS_MAX - 1;

/** So many links are taken for gone in one step where nobody is asked. */
const UNASKED_PER_STEP = 1_000;

/** So many waiting records may take over a user who is gone; more are left to the next run. */
const CONFLICTS_MAX = 1_000;

/** So many approved switch-offs are put on the list in one step. */
const APPROVED_PER_STEP = 1_000;

/** A listing that falls short puts no more people on the list once so many are on it. */
const SHORT_ASKS_MAX = 10_000;

/** So many people are asked for in one run of whom no complete listing says anything; the others in the next. */
const DOUBTED_PER_RUN = 100;

/**
 * Phase "confirm": the provider is asked by id, one by one, for everybody about whom something is open:
 * whose switch-off was approved, whom a listing lacked or showed older than before, about whom there is an
 * issue. An odd answer concerns that one alone: he stays as he is, and on the list.
 */
export async function confirmUsers(world: RunContext, run: Run): Promise<Run> {
  switch (run.place.step) {
    case "":
      return listApproved(world, run);
    case "trust":
      return trustListing(world, run);
    default:
      return await askForNext(world, run);
  }
}

/** A user as the provider answers when asked for by id. */
export interface AskedUser {
  readonly sourceId: string;
  /** undefined: the provider has no such user, or `unreadable`. */
  readonly record: JsonObject | undefined;
  /** Why his record could not be read: nothing is known of him, and he stays as he is. */
  readonly unreadable?: string;
}

function listApproved(world: RunContext, run: Run): Run {
  const { sql, keep, clock } = world;
  const { after } = run.place;
  const approved = run.mode === "plan" ? [] : listOffs(sql, "approved", APPROVED_PER_STEP, after);
  const last = approved.at(-1);
  return keep(run, () => {
    const ids = approved.map(({ sourceId }) => sourceId);
    putAsks(sql, run, "approved", ids, clock.now());
    if (mayWrite(run)) {
      takeUpApproved(sql, run.runId);
      takeUpGroups(sql);
    }
    if (last !== undefined) return { ...run, place: { ...run.place, after: last.sourceId } };
    if (run.mode === "approve") return ask(world, run);
    if (run.isFull) {
      const isTrusted = run.isComplete && isHeldAnyway(world, run);
      return isTrusted ? { ...run, place: { ...NO_PLACE, step: "trust" } } : ask(world, run);
    }
    putAsks(sql, run, "issue", unmetSubjects(sql, run, DOUBTED_PER_RUN), clock.now());
    return ask(world, run);
  });
}

/**
 * Puts whom no listing showed on the list of those to be asked for, piece by piece; `then` is the run behind
 * the last one.
 */
export function listMissing(world: RunContext, run: Run, then: (run: Run) => Run): Run {
  const { sql, keep, clock } = world;
  const { at } = run.place;
  return keep(run, () => {
    if (at === 0 && run.isComplete) dropMissingAsks(sql, run);
    const context = planContext(world, "page");
    const missing = unseenLinks(sql, at).filter((link) => needsConfirming(link, context));
    const ids = missing.map(({ sourceId }) => sourceId);
    const isRoom = run.isComplete || countAsks(sql, run) < SHORT_ASKS_MAX;
    if (isRoom) putAsks(sql, run, "missing", ids, clock.now());
    return at + 1 < chunkCount(sql) ? { ...run, place: { ...run.place, at: at + 1 } } : then(run);
  });
}

function ask(world: RunContext, run: Run): Run {
  const asking = { ...run, place: { ...NO_PLACE, step: "ask" } };
  return nextAsks(world.sql, run, 1).length > 0 ? asking : leave(world, run);
}

async function askForNext(world: RunContext, run: Run): Promise<Run> {
  const { sql } = world;
  const asked = run.place.at;
  const isBounded = run.mode !== "approve" && !(run.isFull && run.isComplete);
  const room = isBounded ? DOUBTED_PER_RUN - asked : READS_PER_STEP;
  const next = nextAsks(sql, run, Math.min(READS_PER_STEP, Math.max(1, room)));
  // What an administrator approved is never put off.
  const isOpen = room > 0 && run.mode !== "approve";
  const waiting = next.filter(({ why }) => isOpen || why === "approved");
  if (waiting.length === 0) return world.keep(run, () => leave(world, run));
  const answers = await askFor(
    world,
    waiting.map(({ sourceId }) => sourceId),
  );
  return await settleAsked(world, run, answers);
}

/**
 * Asks the provider for users one by one; where it breaks off, or a step's requests end, those before that
 * are given.
 */
async function askFor(
  { source }: RunContext,
  sourceIds: readonly string[],
): Promise<readonly AskedUser[]> {
  const asked: AskedUser[] = [];
  let requests = 0;
  for (const sourceId of sourceIds) {
    if (requests + ODD_ANSWERS_MAX > REQUESTS_PER_STEP) return asked;
    const read = () => {
      requests += 1;
      return source.readUser(sourceId);
    };
    try {
      asked.push({ sourceId, record: await askAgain(read) });
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
async function settleAsked(
  world: RunContext,
  run: Run,
  answers: readonly AskedUser[],
): Promise<Run> {
  const { sql, config, keep } = world;
  const records = answers.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const prepared = await preparePage(records, config, "full");
  const rehired = await rehiredNow(world, run);
  const operations = await applyRecords(world, run, prepared, "addresses", true);
  const unread = answers.filter(({ unreadable }) => unreadable !== undefined);
  const known = answers.filter(({ unreadable }) => unreadable === undefined);
  const gone = known.flatMap(({ sourceId, record }) => (record === undefined ? [sourceId] : []));
  return keep(run, () => {
    keepClaims(world, run, prepared, operations);
    const links = [...linksBySource(sql, gone).values()];
    const missing = planMissing(links, rehired, planContext(world, "page"));
    const raws = rawsOf(prepared, operations);
    const next = keepResults(world, run, [...operations, ...missing], raws);
    markPageSeen(sql, prepared);
    const knownIds = known.map(({ sourceId }) => sourceId);
    const unreadIds = unread.map(({ sourceId }) => sourceId);
    if (mayWrite(run)) dropLinklessOffs(sql);
    // About whom the provider says nothing that decides, he stays on the list.
    const open = mayWrite(run) ? stillApproved(sql, knownIds) : [];
    // A listing that falls short lacks him again in the next run: then others come first.
    const isShort = run.isFull && !run.isComplete;
    const present = isShort ? known.flatMap(presentId) : [];
    const isOpen = new Set([...open, ...present]);
    dropAsks(
      sql,
      run,
      knownIds.filter((id) => !isOpen.has(id)),
    );
    noteAsked(sql, run, [...unreadIds, ...isOpen]);
    const issues = unread.map(({ sourceId, unreadable = "" }) =>
      unreadableIssue(sourceId, unreadable),
    );
    const noted = noteIssues(world, next, { type: "User", issues, settled: gone });
    return { ...noted, place: { ...run.place, at: run.place.at + answers.length } };
  });
}

function presentId({ sourceId, record }: AskedUser): readonly string[] {
  return record === undefined ? [] : [sourceId];
}

function unreadableIssue(sourceId: string, detail: string): Issue {
  return { kind: "unreadable", sourceId, userName: undefined, detail };
}

/** What is said where the provider cannot be asked for anybody now. */
export function unaskedIssue(detail: string): Issue {
  const said = `The provider could not be asked for single users: ${detail} They stay as they are, and the next run asks again.`;
  return { kind: "users-unasked", sourceId: undefined, userName: undefined, detail: said };
}

/** Takes links for gone that nobody asked for: they are held, and asked for when they are approved. */
function trustListing(world: RunContext, run: Run): Run {
  const { sql, keep } = world;
  const ids = missingAsks(sql, run, UNASKED_PER_STEP);
  if (ids.length === 0) return keep(run, () => ask(world, run));
  const links = [...linksBySource(sql, ids).values()];
  const offs = switchOffsIn(planMissing(links, new Set(), planContext(world, "page")));
  return keep(run, () => {
    dropAsks(sql, run, ids);
    return keepResults(world, run, offs, new Map());
  });
}

/** Former source ids whose users the conflicts of this run take over. */
async function rehiredNow(world: RunContext, run: Run): Promise<ReadonlySet<string>> {
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

function isHeldAnyway({ sql, config }: RunContext, run: Run): boolean {
  const { active } = countLinks(sql);
  const count = {
    switchOffs: countActiveMissing(sql, run),
    activeLinked: active + run.switchedOff,
  };
  return judgeGuard(count, config.settings.guard) === "hold";
}

function leave(world: RunContext, run: Run): Run {
  const settled = [issueSubject(unaskedIssue(""))];
  const noted = noteIssues(world, run, { type: "User", issues: [], settled });
  return enterPhase(noted, "switchOffConfirmed", world.clock.now());
}
