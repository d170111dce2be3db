import { readGroups } from "../groups/run-groups.ts";
import type { Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { RunReplaced } from "../step/run-replaced.ts";
import { confirmUsers } from "./confirm.ts";
import { type FailureVerdict, judgeFailure } from "./failure.ts";
import { giveUpPhase } from "./give-up.ts";
import { readScope } from "./scope.ts";
import { secondPass } from "./second-pass.ts";
import { switchOff } from "./switch-off.ts";
import { readUsersPage } from "./users.ts";

/** What one slice of a run may spend. */
export interface Budget {
  /** How many outgoing requests were sent so far. */
  readonly requests: () => number;
  /** Whether an administrator stopped the run meanwhile. */
  readonly isStopped: () => boolean;
  /** Runs a step with no other writer in between. */
  readonly exclusively: <T>(step: () => Promise<T>) => Promise<T>;
}

/** How a slice ended: the run has to go on, has come to its end, or failed. */
export type SliceEnd =
  | { readonly kind: "open" }
  | { readonly kind: "finished"; readonly run: Run }
  | { readonly kind: "failed"; readonly run: Run; readonly verdict: Failed };

/** Why a run failed. */
export type Failed = Extract<FailureVerdict, { kind: "fail" }>;

/** The run as it is stored, and how to store another state of it. */
export interface RunStore {
  readonly current: () => Run;
  /** Keeps a run that waits, or begins its listing anew. */
  readonly postpone: (run: Run, isRestarted: boolean) => void;
}

/** Cloudflare's Free plan allows 50 subrequests; D1 and the alarm need some of them. */
const REQUESTS_MAX = 40;
const STEPS_MAX = 20;
const SLICE_MS = 20_000;

/**
 * Does a bounded piece of a run: page by page, until the budget is spent or the run has to wait.
 * Throws RunReplaced where the run is no longer the bridge's.
 */
export async function runSlice(
  world: RunContext,
  store: RunStore,
  budget: Budget,
): Promise<SliceEnd> {
  const startedAt = world.clock.now();
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const isSpent = budget.requests() >= REQUESTS_MAX || world.clock.now() - startedAt >= SLICE_MS;
    if (isSpent || budget.isStopped()) return { kind: "open" };
    const run = store.current();
    if (run.phase === "done") return { kind: "finished", run };
    try {
      await budget.exclusively(() => takeStep(world, run));
    } catch (error) {
      if (error instanceof RunReplaced) throw error;
      const end = afterError(world, store, error);
      if (end !== undefined) return end;
    }
  }
  return { kind: "open" };
}

function takeStep(world: RunContext, run: Run): Promise<Run> {
  switch (run.phase) {
    case "scope":
      return readScope(world, run);
    case "users":
      return readUsersPage(world, run);
    case "groups":
      return readGroups(world, run);
    case "confirm":
      return confirmUsers(world, run);
    case "switchOff":
    case "switchOffConfirmed":
      return switchOff(world, run);
    case "secondPass":
      return secondPass(world, run);
    case "done":
      return Promise.resolve(run);
  }
}

/** What a step's error makes of the slice; undefined where the slice goes on. */
function afterError(world: RunContext, store: RunStore, error: unknown): SliceEnd | undefined {
  const { clock } = world;
  // A part of the step may have been kept.
  const run = store.current();
  const verdict = judgeFailure(run, error, clock.now(), clock.random);
  logError(run, error, verdict);
  switch (verdict.kind) {
    case "wait":
      store.postpone(verdict.run, false);
      return { kind: "open" };
    case "restart":
      store.postpone(verdict.run, true);
      return undefined;
    case "giveUp":
      giveUpPhase(world, run, verdict.detail);
      return undefined;
    case "fail":
      return { kind: "failed", run, verdict };
  }
}

/** An error's message may hold what a record says: its name alone is logged. */
function logError({ runId, phase, tries }: Run, error: unknown, { kind }: FailureVerdict): void {
  const name = error instanceof Error ? error.name : typeof error;
  console.warn(
    JSON.stringify({ message: "bridge step", runId, phase, tries, name, verdict: kind }),
  );
}
