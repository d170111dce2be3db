import { clearListedGroups } from "./groups-links.ts";
import { countLinks } from "./links.ts";
import type { Issue } from "./mapped.ts";
import { mayWrite, NO_CURSORS, newRun, type Run } from "./run.ts";
import type { BridgeSettings } from "./settings.ts";
import {
  failingAlertAt,
  fullEveryMs,
  needsFull,
  runFailed,
  runRested,
  runStarted,
  runSucceeded,
} from "./state.ts";
import { clearGroupTables, clearRunTables, type ObjectSql } from "./storage.ts";
import { type Memory, type PendingAlert, readMemory, writeMemory } from "./storage-memory.ts";
import { dropUnseenIssues } from "./storage-notices.ts";
import { countOffs, moveOffs } from "./storage-offs.ts";
import { addSummary, pruneRuns, readRun, writeRun } from "./storage-runs.ts";
import type { Failed } from "./sync.ts";
import type { RunMode } from "./views.ts";

// Each of these runs inside one transaction of the object's storage.

/** What begins a run. */
export interface Beginning {
  readonly runId: string;
  readonly now: number;
  /** What was asked for; a delta run becomes a full one where it has to. */
  readonly mode: Exclude<RunMode, "user">;
  /** The scope by which it will read. */
  readonly scope: string;
  readonly fullIntervalSeconds: BridgeSettings["fullIntervalSeconds"];
}

/** Begins a run in the place of any other. */
export function beginRun(sql: ObjectSql, memory: Memory, beginning: Beginning): Run {
  const { runId, now, scope } = beginning;
  const mode = modeOf(memory, beginning, countLinks(sql).linked);
  const isFull = mode === "full" || mode === "plan";
  const since = mode === "delta" ? memory.delta : NO_CURSORS;
  const run = newRun({ runId, mode, isFull, scope, since, startedAt: now });
  clearRun(sql);
  writeRun(sql, run);
  const standing = mayWrite(run) ? runStarted(memory.standing) : memory.standing;
  writeMemory(sql, { ...memory, runId, standing, isMirrored: memory.isMirrored && !mayWrite(run) });
  return run;
}

/** Ends a run that did all it had to; the delta cursors hold from here on alone. */
export function finishRun(
  sql: ObjectSql,
  memory: Memory,
  run: Run,
  { now, intervalMs, newId }: Ending,
): void {
  endRun(sql, { ...run, state: "succeeded", finishedAt: now });
  // Who was not seen by a complete look at everybody has no issue any more.
  if (run.mode === "full" && run.isComplete) dropUnseenIssues(sql, run.runId);
  const rested = { ...memory, runId: undefined };
  switch (run.mode) {
    case "plan":
    case "user":
      writeMemory(sql, rested);
      return;
    case "approve":
      writeMemory(sql, { ...rested, standing: runRested(memory.standing), isMirrored: false });
      return;
    case "full":
    case "delta":
      writeMemory(sql, {
        ...rested,
        standing: runSucceeded(memory.standing, now, intervalMs),
        delta: { ...(run.isFull ? NO_CURSORS : memory.delta), ...defined(run.deltaFrom) },
        ...(run.isFull && { lastFullAt: now, scope: run.scope }),
        alerts: [
          ...memory.alerts,
          ...recoveredAlerts(memory, run, newId(), now),
          ...heldAlerts(sql, run, newId(), now),
        ],
        isMirrored: false,
      });
  }
}

/** What the end of a run needs to know. */
export interface Ending {
  readonly now: number;
  readonly intervalMs: number;
  readonly newId: () => string;
}

/** Ends a run that could not go on; a dry run leaves the bridge as it was. */
export function failRun(
  sql: ObjectSql,
  memory: Memory,
  run: Run,
  { detail, isUnauthorized, retryAt }: Failed,
  { now, intervalMs, newId, random }: Ending & { readonly random: () => number },
): void {
  // What an administrator approved is still to be done: it waits to be approved again.
  moveOffs(sql, "approved", "held");
  endRun(sql, { ...run, state: "failed", error: detail, finishedAt: now });
  if (!mayWrite(run)) {
    writeMemory(sql, { ...memory, runId: undefined });
    return;
  }
  const since = run.troubledSince ?? now;
  const failure = { now, intervalMs, retryAt, isUnauthorized, since, detail };
  const { standing, alerts } = runFailed(memory.standing, failure, random);
  const failures = standing.consecutiveFailures;
  const pending = alerts.map(
    (kind): PendingAlert => ({
      eventId: newId(),
      kind,
      at: now,
      facts: { runId: run.runId, consecutiveFailures: failures },
      explanation: `${FAILURES[kind]} The provider or the gateway said: ${detail}`,
    }),
  );
  writeMemory(sql, {
    ...memory,
    runId: undefined,
    standing,
    alerts: [...memory.alerts, ...pending],
    isMirrored: false,
  });
}

/** Ends a run that an administrator's change made useless; it counts neither as success nor as failure. */
export function dropRun(
  sql: ObjectSql,
  memory: Memory,
  run: Run,
  why: string,
  now: number,
): Memory {
  moveOffs(sql, "approved", "held");
  endRun(sql, { ...run, state: "failed", error: why, finishedAt: now });
  const standing = runRested(memory.standing);
  const next = { ...memory, runId: undefined, standing, isMirrored: false };
  writeMemory(sql, next);
  return next;
}

/** The run under way. */
export function currentRun(sql: ObjectSql): Run | undefined {
  const runId = readMemory(sql)?.runId;
  return runId === undefined ? undefined : readRun(sql, runId);
}

/** Empties what a run gathered. */
export function clearRun(sql: ObjectSql): void {
  clearRunTables(sql);
  clearListedGroups(sql);
}

/** Empties what the listing gathered that a run begins anew: that of groups leaves the users' alone. */
export function clearListing(sql: ObjectSql, { phase }: Run): void {
  if (phase === "users") clearRunTables(sql);
  else clearGroupTables(sql);
  clearListedGroups(sql);
}

const FAILURES = {
  "bridge.unauthorized":
    "The provider refuses the bridge's credentials: give it new ones, or the rights they lack.",
  "bridge.failing":
    "The bridge fails again and again: nobody is provisioned and nobody who left is switched off until it succeeds.",
  "bridge.disabled":
    "The bridge failed ten times in a row and is disabled: mend the cause, then enable it.",
} as const;

function modeOf(
  memory: Memory,
  { mode, now, scope, fullIntervalSeconds }: Beginning,
  linkedUsers: number,
): Run["mode"] {
  if (mode !== "delta") return mode;
  const { lastFullAt } = memory;
  const hasDelta = memory.delta.users !== undefined;
  const isSameScope = memory.scope === scope;
  const facts = { now, lastFullAt, isSameScope, hasDelta };
  const everyMs = fullEveryMs(fullIntervalSeconds, linkedUsers);
  return needsFull({ ...facts, fullEveryMs: everyMs }) ? "full" : "delta";
}

function endRun(sql: ObjectSql, run: Run): void {
  clearRun(sql);
  const summed = run.unloggedIssues > 0 ? addSummary(sql, run, unloggedIssue(run)) : run;
  writeRun(sql, { ...summed, resumeAt: undefined, waitingFor: undefined });
  pruneRuns(sql, run);
}

function unloggedIssue({ loggedIssues, unloggedIssues }: Run): Issue {
  const detail = `So many issues were new that ${unloggedIssues} of them are not in the event log yet: it takes ${loggedIssues} from one run. The others follow in the next runs.`;
  return { kind: "not-all-logged", sourceId: undefined, userName: undefined, detail };
}

/** Raises what is due although no run has ended: that the bridge has been failing for an hour. */
export function raiseFailing(sql: ObjectSql, now: number, newId: () => string): void {
  const memory = readMemory(sql);
  if (memory === undefined) return;
  const dueAt = failingDueAt(sql, memory);
  if (dueAt === undefined || dueAt > now) return;
  const { standing, alerts } = memory;
  const reason = currentRun(sql)?.waitingFor ?? standing.lastError ?? "nothing more.";
  const facts = { consecutiveFailures: standing.consecutiveFailures };
  const explanation = `${FAILURES["bridge.failing"]} The provider or the gateway said: ${reason}`;
  const alert = { eventId: newId(), kind: "bridge.failing", at: now, facts, explanation } as const;
  writeMemory(sql, {
    ...memory,
    standing: { ...standing, isFailing: true },
    alerts: [...alerts, alert],
  });
}

/** When that is due; undefined for never. A dry run says nothing of the bridge. */
export function failingDueAt(sql: ObjectSql, { standing }: Memory): number | undefined {
  const run = currentRun(sql);
  return failingAlertAt(
    standing,
    run !== undefined && mayWrite(run) ? run.troubledSince : undefined,
  );
}

function recoveredAlerts(
  { standing }: Memory,
  { runId }: Run,
  eventId: string,
  at: number,
): readonly PendingAlert[] {
  if (!standing.isFailing) return [];
  const explanation = `The bridge works again: the run ${runId} succeeded. Nothing is left to do.`;
  return [{ eventId, kind: "bridge.recovered", at, facts: { runId }, explanation }];
}

function heldAlerts(
  sql: ObjectSql,
  run: Run,
  eventId: string,
  at: number,
): readonly PendingAlert[] {
  if (!run.isHeldNews) return [];
  const held = countOffs(sql, "held");
  const explanation = `${held} users would be switched off, which is more than the bridge's guard lets pass: nobody was. Look at the held users, then approve or reject them. It was the run ${run.runId}.`;
  return [{ eventId, kind: "bridge.held", at, facts: { runId: run.runId, held }, explanation }];
}

function defined({ users, groups }: Run["deltaFrom"]): Partial<Run["deltaFrom"]> {
  return { ...(users !== undefined && { users }), ...(groups !== undefined && { groups }) };
}
