import type { BridgeState } from "../admin-views.ts";
import { failureDelayMs } from "./backoff.ts";

/** Where a bridge stands between its runs; times in milliseconds. */
export interface Standing {
  readonly state: BridgeState;
  readonly paused: boolean;
  readonly consecutiveFailures: number;
  /** When the next run is due; undefined while it waits for an administrator. */
  readonly nextSyncAt: number | undefined;
  /** Whether the provider refused the credentials since the last run that succeeded. */
  readonly isUnauthorized: boolean;
  /** Since when no run succeeded, and why the last one failed; undefined while nothing is wrong. */
  readonly failingSince: number | undefined;
  readonly lastError: string | undefined;
  /** Whether administrators were told that it fails. */
  readonly isFailing: boolean;
}

/** Administrators are told of so many failures in a row, or of so long without a success, whichever is first. */
const FAILING_AT = 3;
const FAILING_AFTER_MS = 3_600_000;

/** A bridge is disabled at exactly so many consecutive failures. */
export const FAILURES_MAX = 10;

/** A bridge that was just created: its first run is due. */
export function newStanding(now: number): Standing {
  return {
    state: "pending",
    paused: false,
    consecutiveFailures: 0,
    nextSyncAt: now,
    ...NOTHING_WRONG,
  };
}

const NOTHING_WRONG = {
  isUnauthorized: false,
  failingSince: undefined,
  lastError: undefined,
  isFailing: false,
};

/** Whether a run should start by itself. */
export function isDue({ state, paused, nextSyncAt }: Standing, now: number): boolean {
  return !paused && state !== "disabled" && nextSyncAt !== undefined && nextSyncAt <= now;
}

/** The same bridge while a run is under way. */
export function runStarted(standing: Standing): Standing {
  return { ...standing, state: "syncing" };
}

/** The same bridge after a run that read what it had to; held switch-offs are no failure. */
export function runSucceeded(standing: Standing, now: number, intervalMs: number): Standing {
  return {
    ...standing,
    state: "active",
    consecutiveFailures: 0,
    nextSyncAt: now + intervalMs,
    ...NOTHING_WRONG,
  };
}

/** The same bridge after a run that says nothing of the provider's listings: back to where it stood. */
export function runRested(standing: Standing): Standing {
  if (standing.state !== "syncing") return standing;
  return { ...standing, state: standing.consecutiveFailures > 0 ? "failed" : "active" };
}

/** What there is to know of a failed run. */
export interface RunFailure {
  readonly now: number;
  readonly intervalMs: number;
  /** Until when the provider asked to wait; undefined where it did not. */
  readonly retryAt: number | undefined;
  /** Whether it refused the credentials. */
  readonly isUnauthorized: boolean;
  /** Since when the run met nothing but trouble. */
  readonly since: number;
  /** Why, in a sentence. */
  readonly detail: string;
}

/** What an administrator has to be told after a failure. */
export type FailureAlert = "bridge.unauthorized" | "bridge.failing" | "bridge.disabled";

/** The same bridge after a failed run, and the alerts to raise; refused credentials raise one a streak. */
export function runFailed(
  standing: Standing,
  { now, intervalMs, retryAt, isUnauthorized, since, detail }: RunFailure,
  random: () => number,
): { readonly standing: Standing; readonly alerts: readonly FailureAlert[] } {
  const failures = standing.consecutiveFailures + 1;
  const isDisabled = failures >= FAILURES_MAX;
  const askedMs = Math.max(0, (retryAt ?? now) - now);
  const delayMs = failureDelayMs({ intervalMs, failures, askedMs }, random);
  const failingSince = standing.failingSince ?? since;
  const isLong = failures >= FAILING_AT || now - failingSince >= FAILING_AFTER_MS;
  return {
    standing: {
      ...standing,
      state: isDisabled ? "disabled" : "failed",
      consecutiveFailures: failures,
      nextSyncAt: isDisabled ? undefined : now + delayMs,
      isUnauthorized: isUnauthorized || standing.isUnauthorized,
      failingSince,
      lastError: detail,
      isFailing: standing.isFailing || isLong,
    },
    alerts: [
      ...(isUnauthorized && !standing.isUnauthorized ? (["bridge.unauthorized"] as const) : []),
      ...(isLong && !standing.isFailing ? (["bridge.failing"] as const) : []),
      ...(isDisabled ? (["bridge.disabled"] as const) : []),
    ],
  };
}

/**
 * When administrators are to be told that the bridge fails although no run has ended since; `troubledSince`
 * is since when the run under way waits in vain. undefined while nothing is wrong, or once they were told.
 */
export function failingAlertAt(
  { isFailing, failingSince, paused, state }: Standing,
  troubledSince: number | undefined,
): number | undefined {
  const since = failingSince ?? troubledSince;
  if (isFailing || paused || state === "disabled" || since === undefined) return undefined;
  return since + FAILING_AFTER_MS;
}

/** The same bridge, at rest until it is resumed; a run under way stays at its page. */
export function pauseBridge(standing: Standing): Standing {
  return { ...standing, paused: true };
}

/** The same bridge, at work again. */
export function resumeBridge(standing: Standing): Standing {
  return { ...standing, paused: false };
}

/** A disabled bridge put back to work: due at once, with no failures counted. */
export function enableBridge(standing: Standing, now: number): Standing {
  return { ...newStanding(now), paused: standing.paused };
}

/** What decides how much the next run looks at; times in milliseconds. */
export interface ModeFacts {
  readonly now: number;
  /** When the last full run that succeeded ended; undefined for none. */
  readonly lastFullAt: number | undefined;
  /** Whether mapping, scope and exclusions are still those of the last full run. */
  readonly isSameScope: boolean;
  readonly hasDelta: boolean;
  /** How long a full run holds. */
  readonly fullEveryMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Up to so many linked users everybody is looked at each hour; above, in proportion, once a day at least. */
const HOURLY_LINKED_MAX = 50_000;

/** How long after a full run everybody is to be looked at again: a delta tells nothing of some who left. */
export function fullEveryMs(setting: number | "auto", linkedUsers: number): number {
  if (setting !== "auto") return setting * 1_000;
  const hours = Math.max(1, linkedUsers / HOURLY_LINKED_MAX);
  return Math.min(DAY_MS, Math.ceil(hours * HOUR_MS));
}

/** Whether a run must be a full one. */
export function needsFull(facts: ModeFacts): boolean {
  const { now, lastFullAt, isSameScope, hasDelta, fullEveryMs: everyMs } = facts;
  return !hasDelta || !isSameScope || lastFullAt === undefined || now - lastFullAt >= everyMs;
}
