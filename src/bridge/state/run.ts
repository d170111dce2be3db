import type { RunCounts, RunMode, RunPhase, RunView } from "../admin-views.ts";
import type { BridgeSettings } from "../config/settings.ts";
import type { Standing } from "./state.ts";

/** From where the delta runs of a provider's listings go on. */
export interface DeltaCursors {
  readonly users: string | undefined;
  readonly groups: string | undefined;
}

/** Where a run is in the listing that it reads. */
export interface ListingPosition {
  /** The next page; undefined at the first. */
  readonly cursor: string | undefined;
  /** When the cursor was given, in milliseconds. */
  readonly cursorAt: number;
  readonly pages: number;
  /** How many different records the pages so far brought, as far as links tell them apart. */
  readonly records: number;
}

/** A run as the object keeps it: what administrators see, and where it goes on. Times in milliseconds. */
export interface Run {
  readonly runId: string;
  readonly mode: RunMode;
  /** Whether its listings show everybody, so that who is not among them is missing. */
  readonly isFull: boolean;
  readonly state: RunView["state"];
  readonly phase: RunPhase;
  readonly counts: RunCounts;
  readonly issueCount: number;
  /** How many new issues went to the event log, and how many more were too many for one run. */
  readonly loggedIssues: number;
  readonly unloggedIssues: number;
  readonly stepCount: number;
  /** How many switch-offs the guard held back in this run. */
  readonly held: number;
  /** How many active users the run has switched off, or held, so far: the guard weighs them together. */
  readonly switchedOff: number;
  readonly heldActive: number;
  /** Whether any of them was not held before. */
  readonly isHeldNews: boolean;
  readonly error: string | undefined;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  /** How many of the source's user listings were read to their end. */
  readonly listingsRead: number;
  readonly position: ListingPosition;
  /** Whether every listing of users so far came whole. */
  readonly isComplete: boolean;
  /** Why not, in a sentence. */
  readonly incompleteWhy: string | undefined;
  /** Whether the groups were read to their end. */
  readonly areGroupsRead: boolean;
  /** From where its listings begin, and from where those of the next delta run will. */
  readonly since: DeltaCursors;
  readonly deltaFrom: DeltaCursors;
  /** Where the present phase is, in its own words. */
  readonly place: PhasePlace;
  /** Whether links came or changed, so that waiting references may find their user now. */
  readonly hasNewLinks: boolean;
  /** How often the present page failed, how often in a row it was put off, how often a listing began anew. */
  readonly tries: number;
  readonly pauses: number;
  readonly restarts: number;
  /** How long the provider made the run wait in all. */
  readonly waitedMs: number;
  /** Until when it waits, and for what; undefined while it goes on. */
  readonly resumeAt: number | undefined;
  readonly waitingFor: string | undefined;
  /** Since when it met nothing but trouble. */
  readonly troubledSince: number | undefined;
  /**
   * What it knows of whom the bridge provisions: everybody; not read yet; some people, who are known; or some,
   * who could not all be read.
   */
  readonly reach: "everybody" | "unread" | "known" | "doubtful";
  /** The settings by which a dry run reads in the place of those that are stored. */
  readonly proposed?: Partial<BridgeSettings> | undefined;
  /** By which scope it reads: a change of it calls for a full run. */
  readonly scope: string;
  /** What its listings depend on: a change of it has them begin anew. */
  readonly origin: string;
  /** How often failed runs in a row went on where the one before was. */
  readonly resumes: number;
}

/** Where a phase is that has several steps; "" and 0 at its beginning. */
export interface PhasePlace {
  readonly step: string;
  readonly at: number;
  readonly after: string;
}

export const NO_PLACE: PhasePlace = { step: "", at: 0, after: "" };

export const NO_CURSORS: DeltaCursors = { users: undefined, groups: undefined };

/** What a run is started with. */
export type RunStart = Pick<
  Run,
  "runId" | "mode" | "isFull" | "scope" | "origin" | "since" | "startedAt"
> & {
  /** Whether the bridge provisions some people alone. */
  readonly isScoped?: boolean;
  readonly proposed?: Partial<BridgeSettings> | undefined;
};

/** A run before its first page. */
export function newRun({ isScoped = false, ...start }: RunStart): Run {
  const first = start.mode === "approve" ? "confirm" : "users";
  return {
    ...FRESH,
    ...start,
    reach: isScoped ? "unread" : "everybody",
    phase: isScoped ? "scope" : first,
    position: firstPage(start.startedAt),
  };
}

/** The run as a former version of the program may have kept it. */
export function readKeptRun(text: string): Run {
  // Written by writeRun from a Run; what a later version added is at its beginning.
  return { ...FRESH, ...(JSON.parse(text) as Run) };
}

/** The beginning of a listing. */
export function firstPage(now: number): ListingPosition {
  return { cursor: undefined, cursorAt: now, pages: 0, records: 0 };
}

/** The run at the beginning of another phase. */
export function enterPhase(run: Run, phase: RunPhase, now: number): Run {
  return { ...run, phase, position: firstPage(now), place: NO_PLACE };
}

/** Whether a run may write anything that outlives it: a dry run only says what it would do. */
export function mayWrite({ mode }: Run): boolean {
  return mode !== "plan";
}

/** The run with more counted. */
export function counted(run: Run, more: Partial<RunCounts>): Run {
  const counts = { ...run.counts };
  for (const name of COUNT_NAMES) counts[name] += more[name] ?? 0;
  return { ...run, counts };
}

const NO_COUNTS = {
  seen: 0,
  created: 0,
  updated: 0,
  deactivated: 0,
  reactivated: 0,
  deleted: 0,
  held: 0,
  skipped: 0,
  groupsCreated: 0,
  groupsUpdated: 0,
  groupsDeleted: 0,
  membersAdded: 0,
  membersRemoved: 0,
} satisfies RunCounts;

// Object.keys gives exactly the names that the literal above has.
const COUNT_NAMES = Object.keys(NO_COUNTS) as (keyof RunCounts)[];

const FRESH: Omit<Run, "runId" | "mode" | "isFull" | "since" | "startedAt" | "phase" | "position"> =
  {
    state: "running",
    counts: NO_COUNTS,
    issueCount: 0,
    loggedIssues: 0,
    unloggedIssues: 0,
    stepCount: 0,
    held: 0,
    switchedOff: 0,
    heldActive: 0,
    isHeldNews: false,
    error: undefined,
    finishedAt: undefined,
    listingsRead: 0,
    isComplete: true,
    incompleteWhy: undefined,
    areGroupsRead: false,
    deltaFrom: NO_CURSORS,
    place: NO_PLACE,
    hasNewLinks: false,
    tries: 0,
    pauses: 0,
    restarts: 0,
    waitedMs: 0,
    resumeAt: undefined,
    waitingFor: undefined,
    troubledSince: undefined,
    reach: "everybody",
    scope: "",
    origin: "",
    resumes: 0,
  };

/** Whether a run may go on: a paused bridge does nothing but dry runs, which write nothing. */
export function isFree(standing: Standing, run: Run): boolean {
  return !standing.paused || !mayWrite(run);
}
