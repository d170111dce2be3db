import { failureDelayMs } from "./backoff.ts";
import type { BridgeState } from "./views.ts";

/** Where a bridge stands between its runs; times in milliseconds. */
export interface Standing {
  readonly state: BridgeState;
  readonly paused: boolean;
  readonly consecutiveFailures: number;
  /** When the next run is due; undefined while it waits for an administrator. */
  readonly nextSyncAt: number | undefined;
  /** Whether the provider refused the credentials since the last run that succeeded. */
  readonly isUnauthorized: boolean;
}

/** A bridge is disabled at exactly so many consecutive failures. */
export const FAILURES_MAX = 10;

/** A bridge that was just created: its first run is due. */
export function newStanding(now: number): Standing {
  return {
    state: "pending",
    paused: false,
    consecutiveFailures: 0,
    nextSyncAt: now,
    isUnauthorized: false,
  };
}

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
    isUnauthorized: false,
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
}

/** What an administrator has to be told after a failure. */
export type FailureAlert = "bridge.unauthorized" | "bridge.disabled";

/** The same bridge after a failed run, and the alerts to raise; refused credentials raise one a streak. */
export function runFailed(
  standing: Standing,
  { now, intervalMs, retryAt, isUnauthorized }: RunFailure,
  random: () => number,
): { readonly standing: Standing; readonly alerts: readonly FailureAlert[] } {
  const failures = standing.consecutiveFailures + 1;
  const isDisabled = failures >= FAILURES_MAX;
  const askedMs = Math.max(0, (retryAt ?? now) - now);
  const delayMs = failureDelayMs({ intervalMs, failures, askedMs }, random);
  return {
    standing: {
      ...standing,
      state: isDisabled ? "disabled" : "failed",
      consecutiveFailures: failures,
      nextSyncAt: isDisabled ? undefined : now + delayMs,
      isUnauthorized: isUnauthorized || standing.isUnauthorized,
    },
    alerts: [
      ...(isUnauthorized && !standing.isUnauthorized ? (["bridge.unauthorized"] as const) : []),
      ...(isDisabled ? (["bridge.disabled"] as const) : []),
    ],
  };
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
}

/** Once a day everything is looked at, since a delta may have lost something. */
const FULL_EVERY_MS = 24 * 3_600_000;

/** Whether a run must be a full one. */
export function needsFull({ now, lastFullAt, isSameScope, hasDelta }: ModeFacts): boolean {
  return !hasDelta || !isSameScope || lastFullAt === undefined || now - lastFullAt >= FULL_EVERY_MS;
}
