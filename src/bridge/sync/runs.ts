import type { RunMode } from "../admin-views.ts";
import type { BridgeSettings } from "../config/settings.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { Failed } from "../run/slice.ts";
import { mayWrite, NO_CURSORS, NO_PLACE, newRun, type Run } from "../state/run.ts";
import {
  failingAlertAt,
  fullEveryMs,
  needsFull,
  runFailed,
  runRested,
  runStarted,
  runSucceeded,
  type Standing,
} from "../state/state.ts";
import {
  type BridgeRecord,
  type PendingAlert,
  readMemory,
  writeMemory,
} from "../storage/bridge-record.ts";
import { clearListedGroups, clearPlanned } from "../storage/groups/links.ts";
import { hasNewlyApproved } from "../storage/groups/switch-offs.ts";
import { dropSettledManagers, dropUnmetIssues } from "../storage/issues.ts";
import { countLinks } from "../storage/links.ts";
import { dropSteps, keepIssues, pruneRuns, readRun, writeRun } from "../storage/runs.ts";
import { clearScope } from "../storage/scope.ts";
import { countOffs, hasNewApproved } from "../storage/switch-offs.ts";
import { clearGroupTables, clearRunTables, type ObjectSql } from "../storage/tables.ts";
import { countHeld } from "./held.ts";

// Each of these runs inside one transaction of the object's storage.

/** What begins a run. */
export interface Beginning {
  readonly runId: string;
  readonly now: number;
  /** What was asked for; a delta run becomes a full one where it has to. */
  readonly mode: Exclude<RunMode, "user">;
  /** The scope by which it will read, and what its listings depend on. */
  readonly scope: string;
  readonly origin: string;
  /** Whether the bridge provisions some people alone. */
  readonly isScoped: boolean;
  /** Other settings, for a dry run. */
  readonly proposed?: Partial<BridgeSettings> | undefined;
  readonly fullIntervalSeconds: BridgeSettings["fullIntervalSeconds"];
}

/** So many failed runs in a row are gone on with; then one begins at the first page. */
const RESUMES_MAX = 3;

/** Begins a run in the place of any other; where the last one failed in its users listing, it goes on there. */
export function beginRun(sql: ObjectSql, memory: BridgeRecord, beginning: Beginning): Run {
  const { runId, now, scope, origin, isScoped, proposed } = beginning;
  const mode = modeOf(memory, beginning, countLinks(sql).linked);
  const isFull = mode === "full" || mode === "plan";
  const since = mode === "delta" ? memory.delta : NO_CURSORS;
  const fresh = newRun({
    ...{ runId, mode, isFull, isScoped, proposed },
    ...{ scope, origin, since, startedAt: now },
  });
  const failed = resumable(sql, memory, fresh);
  if (failed === undefined) clearRun(sql);
  const run = failed === undefined ? fresh : resumed(fresh, failed);
  writeRun(sql, run);
  const standing = mayWrite(run) ? runStarted(memory.standing) : memory.standing;
  const isMirrored = memory.isMirrored && !mayWrite(run);
  writeMemory(sql, { ...memory, runId, standing, isMirrored, resumableRunId: undefined });
  return run;
}

function resumable(sql: ObjectSql, { resumableRunId }: BridgeRecord, next: Run): Run | undefined {
  const failed = resumableRunId === undefined ? undefined : readRun(sql, resumableRunId);
  if (failed === undefined || failed.resumes >= RESUMES_MAX) return undefined;
  const isSame = failed.mode === next.mode && failed.origin === next.origin;
  return isSame ? failed : undefined;
}

/** A run from where a failed one was. Its scope is the older one: the pages before were read by that. */
function resumed(fresh: Run, failed: Run): Run {
  const { scope, since, deltaFrom, position, place, listingsRead, resumes } = failed;
  const { isComplete, incompleteWhy, hasNewLinks, phase, reach } = failed;
  const where = {
    scope,
    since,
    deltaFrom,
    position,
    place,
    listingsRead,
    hasNewLinks,
    phase,
    reach,
  };
  return { ...fresh, ...where, isComplete, incompleteWhy, resumes: resumes + 1 };
}

/** Has the listings of a run under way begin anew, since what they depend on changed. */
export function beginAnew(
  sql: ObjectSql,
  run: Run,
  { scope, origin, isScoped, now }: Pick<Beginning, "scope" | "origin" | "isScoped" | "now">,
): void {
  if (run.mode === "approve") {
    clearScope(sql);
    // What was read of the former scope says nothing of this one.
    const isReading = run.phase === "scope";
    const doubt = isReading ? "unread" : "doubtful";
    const place = isReading ? NO_PLACE : run.place;
    writeRun(sql, { ...run, scope, origin, place, reach: isScoped ? doubt : "everybody" });
    return;
  }
  clearRun(sql);
  if (!mayWrite(run)) dropSteps(sql, run);
  const mode = run.mode === "delta" ? "full" : run.mode;
  const { runId, startedAt, counts, loggedIssues, unloggedIssues, switchedOff } = run;
  const { proposed } = run;
  const reading = { isFull: true, since: NO_CURSORS, scope, origin, isScoped, proposed };
  const fresh = newRun({ runId, mode, startedAt: now, ...reading });
  writeRun(sql, { ...fresh, startedAt, counts, loggedIssues, unloggedIssues, switchedOff });
}

/** Ends a run that did all it had to; the delta cursors hold from here on alone. */
export function finishRun(sql: ObjectSql, memory: BridgeRecord, run: Run, ending: Ending): void {
  const { now, intervalMs, newId, scope } = ending;
  if (mayWrite(run)) {
    // Who was not seen by a complete look at everybody has no issue any more.
    if (run.mode === "full" && run.isComplete) dropUnmetIssues(sql, run, "User");
    if (run.areGroupsRead && run.since.groups === undefined) dropUnmetIssues(sql, run, "Group");
    dropSettledManagers(sql);
  }
  endRun(sql, { ...run, state: "succeeded", finishedAt: now });
  clearRun(sql);
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
    case "delta": {
      const incompleteRuns = run.isComplete ? 0 : (memory.incompleteRuns ?? 0) + 1;
      // Whom the run had passed before the configuration changed has not been looked at by it.
      const restMs = run.scope === scope ? intervalMs : 0;
      writeMemory(sql, {
        ...rested,
        standing: runSucceeded(memory.standing, now, restMs),
        lastSucceededAt: now,
        delta: { ...(run.isFull ? NO_CURSORS : memory.delta), ...defined(run.deltaFrom) },
        ...(run.isFull && { lastFullAt: now, scope: run.scope, incompleteRuns }),
        alerts: [
          ...memory.alerts,
          ...recoveredAlerts(memory, run, newId(), now),
          ...(run.isFull ? incompleteAlerts(incompleteRuns, run, newId(), now) : []),
          ...heldAlerts(sql, run, newId(), now),
        ],
        isMirrored: false,
      });
    }
  }
}

/** What the end of a run needs to know. */
export interface Ending {
  readonly now: number;
  readonly intervalMs: number;
  readonly newId: () => string;
  /** The scope of the configuration as it is now. */
  readonly scope: string;
}

/** Ends a run that could not go on; a dry run leaves the bridge as it was. What was approved stays so. */
export function failRun(
  sql: ObjectSql,
  memory: BridgeRecord,
  run: Run,
  { detail, isUnauthorized, isResumable, retryAt }: Failed,
  { now, intervalMs, newId, random }: Ending & { readonly random: () => number },
): void {
  endRun(sql, { ...run, state: "failed", error: detail, finishedAt: now });
  const isKept = isResumable && (run.mode === "full" || run.mode === "delta");
  if (!isKept) clearRun(sql);
  if (!mayWrite(run)) {
    writeMemory(sql, { ...memory, runId: undefined });
    return;
  }
  if (run.mode === "approve" && !isUnauthorized) {
    // It says nothing of the provider's listings; the next run goes on with what was approved.
    const standing = runRested(memory.standing);
    writeMemory(sql, { ...memory, runId: undefined, standing, isMirrored: false });
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
    resumableRunId: isKept ? run.runId : undefined,
    standing,
    alerts: [...memory.alerts, ...pending],
    isMirrored: false,
  });
}

/** The run under way. */
export function currentRun(sql: ObjectSql): Run | undefined {
  const runId = readMemory(sql)?.runId;
  return runId === undefined ? undefined : readRun(sql, runId);
}

/** Empties what a run gathered. */
export function clearRun(sql: ObjectSql): void {
  clearRunTables(sql);
  clearScope(sql);
  clearListedGroups(sql);
  clearPlanned(sql);
}

/** Empties what the listing gathered that a run begins anew: that of groups leaves the users' alone. */
export function clearListing(sql: ObjectSql, { phase }: Run): void {
  if (phase === "scope") clearScope(sql);
  if (phase === "groups") clearGroupTables(sql);
  else clearRunTables(sql);
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
  memory: BridgeRecord,
  { mode, now, scope, isScoped, fullIntervalSeconds }: Beginning,
  linkedUsers: number,
): Run["mode"] {
  if (mode !== "delta") return mode;
  // Whoever joins or leaves the scope is in no row of changes.
  if (isScoped) return "full";
  const { lastFullAt } = memory;
  const hasDelta = memory.delta.users !== undefined;
  const isSameScope = memory.scope === scope;
  const facts = { now, lastFullAt, isSameScope, hasDelta };
  const everyMs = fullEveryMs(fullIntervalSeconds, linkedUsers);
  return needsFull({ ...facts, fullEveryMs: everyMs }) ? "full" : "delta";
}

function endRun(sql: ObjectSql, run: Run): void {
  const own = run.unloggedIssues > 0 ? [unloggedIssue(run)] : [];
  writeRun(sql, {
    ...keepIssues(sql, run, own),
    resumeAt: undefined,
    waitingFor: undefined,
    proposed: undefined,
  });
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
export function failingDueAt(sql: ObjectSql, { standing }: BridgeRecord): number | undefined {
  const run = currentRun(sql);
  return failingAlertAt(
    standing,
    run !== undefined && mayWrite(run) ? run.troubledSince : undefined,
  );
}

function recoveredAlerts(
  { standing }: BridgeRecord,
  { runId }: Run,
  eventId: string,
  at: number,
): readonly PendingAlert[] {
  if (!standing.isFailing) return [];
  const explanation = `The bridge works again: the run ${runId} succeeded. Nothing is left to do.`;
  return [{ eventId, kind: "bridge.recovered", at, facts: { runId }, explanation }];
}

/** A listing that fell short so often in a row is told of: leavers may stay. */
const INCOMPLETE_AT = 3;

function incompleteAlerts(
  incompleteRuns: number,
  { runId, incompleteWhy }: Run,
  eventId: string,
  at: number,
): readonly PendingAlert[] {
  if (incompleteRuns !== INCOMPLETE_AT) return [];
  const explanation = `The provider's listing of users has not added up for ${INCOMPLETE_AT} runs: ${incompleteWhy} Users who are not in it are asked for one by one, so that leavers may stay longer. Look whether the bridge's account sees all users.`;
  const facts = { runId, incompleteRuns };
  return [{ eventId, kind: "bridge.incomplete", at, facts, explanation }];
}

function heldAlerts(
  sql: ObjectSql,
  run: Run,
  eventId: string,
  at: number,
): readonly PendingAlert[] {
  if (!run.isHeldNews) return [];
  const { total: held, totals } = countHeld(sql);
  const before = countOffs(sql, "done");
  const byApproval = before > 0 ? ` on top of ${before} by approval` : "";
  const said = [
    ...(totals.user > 0 ? [`${totals.user} users would be switched off${byApproval}`] : []),
    ...(totals.group > 0 ? [`${totals.group} groups would go`] : []),
    ...(totals.membership > 0 ? [`${totals.membership} members would leave their groups`] : []),
  ];
  const explanation = `${said.join(", and ")}, which is more than the bridge's guard lets pass: nothing of it was done. Look at what is held, then approve or reject it. It was the run ${run.runId}.`;
  return [{ eventId, kind: "bridge.held", at, facts: { runId: run.runId, held }, explanation }];
}

function defined({ users, groups }: Run["deltaFrom"]): Partial<Run["deltaFrom"]> {
  return { ...(users !== undefined && { users }), ...(groups !== undefined && { groups }) };
}

/** Whether switch-offs were approved that no run has asked for yet. */
export function hasApproved(sql: ObjectSql, { paused, state }: Standing): boolean {
  return !paused && state !== "disabled" && (hasNewApproved(sql) || hasNewlyApproved(sql));
}
