import { SourceError, type SourceFailure } from "../source/source.ts";
import { retryDelayMs, throttleDelayMs } from "../state/backoff.ts";
import { firstPage, NO_CURSORS, NO_PLACE, type Run } from "../state/run.ts";
import { RunBroken } from "../step/run-context.ts";

/** What a failed step means for its run. */
export type FailureVerdict =
  /** The same step again, at the run's resumeAt. */
  | { readonly kind: "wait"; readonly run: Run }
  /** The phase's listing again, from its first page. */
  | { readonly kind: "restart"; readonly run: Run }
  /** The rest of the phase is left to the next run, and the run goes on behind it. */
  | { readonly kind: "giveUp"; readonly detail: string }
  | {
      readonly kind: "fail";
      /** Whether the next run may go on where this one was. */
      readonly isResumable: boolean;
      readonly detail: string;
      readonly isUnauthorized: boolean;
      readonly retryAt: number | undefined;
    };

/** A page that cannot be read is tried so often in all: two minutes at least, so that no short outage fails a run. */
const TRIES_MAX = 10;

/** A provider that makes one run wait longer than this is as good as unreachable. */
const WAITED_MAX_MS = 24 * 3_600_000;

/** A listing that begins anew so often does not come to its end. */
const RESTARTS_MAX = 5;

/**
 * Judges what a step threw. Refused credentials fail a run at once. A listing in trouble is waited for; in
 * the end that fails the run where it is the users', and is left to the next run where it is not.
 */
export function judgeFailure(
  run: Run,
  error: unknown,
  now: number,
  random: () => number,
): FailureVerdict {
  if (error instanceof RunBroken) {
    return run.phase === "groups"
      ? giveUp(error.message)
      : { ...failed(run, error.message), isResumable: false };
  }
  if (!(error instanceof SourceError)) return tryAgain(run, INTERNAL, now, random);
  const { failure, detail } = error;
  switch (failure.kind) {
    case "throttled":
      return pause(run, failure, detail, now, random);
    case "unauthorized":
      return { ...failed(run, detail), isUnauthorized: true };
    case "forbidden":
    case "groupsForbidden":
      return end(run, detail);
    case "deltaExpired":
    case "cursorExpired":
      return restart(run, failure.kind, detail, now);
    case "record":
    case "unavailable":
    case "malformed":
      return tryAgain(run, detail, now, random);
  }
}

const INTERNAL = "The gateway met an error of its own. Its log names it.";

/** What comes of trouble that does not pass. */
function end(run: Run, detail: string): FailureVerdict {
  const isOptional =
    run.phase === "scope" ||
    run.phase === "groups" ||
    run.phase === "confirm" ||
    run.phase === "secondPass";
  const isOurs = detail === INTERNAL && run.phase !== "groups";
  return isOptional && !isOurs ? giveUp(detail) : failed(run, detail);
}

function giveUp(detail: string): FailureVerdict {
  return { kind: "giveUp", detail };
}

function failed(run: Run, detail: string) {
  const isResumable = run.phase === "users";
  return { kind: "fail", detail, isResumable, isUnauthorized: false, retryAt: undefined } as const;
}

function tryAgain(run: Run, detail: string, now: number, random: () => number): FailureVerdict {
  const tries = run.tries + 1;
  if (tries >= TRIES_MAX) return end(run, detail);
  const resumeAt = now + retryDelayMs(run.tries, random);
  return { kind: "wait", run: { ...waiting(run, detail, now), tries, resumeAt } };
}

function pause(
  run: Run,
  { retryAt }: Extract<SourceFailure, { kind: "throttled" }>,
  detail: string,
  now: number,
  random: () => number,
): FailureVerdict {
  const delayMs = throttleDelayMs({ retryAt, now, pauses: run.pauses }, random);
  const waitedMs = run.waitedMs + delayMs;
  if (waitedMs > WAITED_MAX_MS) {
    const verdict = end(run, detail);
    return verdict.kind === "fail" ? { ...verdict, retryAt } : verdict;
  }
  const resumeAt = now + delayMs;
  const pauses = run.pauses + 1;
  return { kind: "wait", run: { ...waiting(run, detail, now), pauses, waitedMs, resumeAt } };
}

function waiting(run: Run, waitingFor: string, now: number): Run {
  return { ...run, state: "waiting", waitingFor, troubledSince: run.troubledSince ?? now };
}

function restart(
  run: Run,
  kind: "deltaExpired" | "cursorExpired",
  detail: string,
  now: number,
): FailureVerdict {
  const restarts = run.restarts + 1;
  if (restarts > RESTARTS_MAX) return end(run, detail);
  const again = { ...run, restarts, position: firstPage(now), place: NO_PLACE };
  if (run.phase === "groups") {
    const since = kind === "deltaExpired" ? { ...run.since, groups: undefined } : run.since;
    return { kind: "restart", run: { ...again, since } };
  }
  const users = { ...again, listingsRead: 0, isComplete: true, incompleteWhy: undefined };
  if (kind === "cursorExpired") return { kind: "restart", run: users };
  const mode = run.mode === "delta" ? "full" : run.mode;
  return { kind: "restart", run: { ...users, mode, isFull: true, since: NO_CURSORS } };
}
