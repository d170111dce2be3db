import type { JsonObject } from "#scim/json.ts";
import { soleHolders } from "#scim/resource/key.ts";
import { keptWarnings } from "#scim/rules/create-only.ts";
import { resourcesByKeys, usersByEmails, usersByExternalIds } from "#store/directory/lookup.ts";
import { bothQueries, runQuery, type Scope } from "#store/query.ts";
import type { RunCounts } from "../admin-views.ts";
import { noteIssues } from "../notices/note-issues.ts";
import type { Known, Links, Lookups, PlanContext, PreparedRecord } from "../plan/context.ts";
import { NO_EVIDENCE } from "../plan/evidence.ts";
import { subjectOf } from "../plan/issue.ts";
import { lookupsOf } from "../plan/lookups.ts";
import type { Link, Operation, SwitchOff } from "../plan/operation.ts";
import { planPage } from "../plan/plan.ts";
import { plannedStep } from "../plan/planned-step.ts";
import { counted, mayWrite, type Run } from "../state/run.ts";
import { reachOf } from "../step/reach.ts";
import { planContext, type RunContext } from "../step/run-context.ts";
import { writeBatch } from "../step/write-batch.ts";
import { putAsks } from "../storage/asks.ts";
import { dropReleased, putReleased } from "../storage/claims.ts";
import { type KeptConflict, putConflicts } from "../storage/conflicts.ts";
import { putPlannedUsers } from "../storage/groups/queue.ts";
import {
  dropLinks,
  linksBySource,
  linksByUser,
  putLinks,
  type StoredLink,
} from "../storage/links.ts";
import { addSteps } from "../storage/runs.ts";
import { dropOffs, keepHeld, putOffs } from "../storage/switch-offs.ts";
import type { ObjectSql } from "../storage/tables.ts";
import { gatherEvidence } from "./gather-evidence.ts";

/** A record as it was sent, and made ready. */
export interface Read {
  readonly raw: JsonObject;
  readonly prepared: PreparedRecord;
}

/** Decides records and stores what they come to in the directory; the links are left to `keepResults`. */
export function applyRecords(
  world: RunContext,
  run: Run,
  records: readonly PreparedRecord[],
  pass: PlanContext["pass"],
  isAsked = false,
): Promise<readonly Operation[]> {
  return writeBatch<PreparedRecord, Operation>(world, run, records, {
    plan: async (page) => {
      const links = linksOf(world.sql, page);
      const reach = reachOf(world, run, page);
      // Who is outside, and unknown here, is not looked for.
      const sought = page.filter(
        ({ sourceId: id }) => id === undefined || reach(id) === "in" || links.bySource(id),
      );
      const known = await lookUp(world, links, lookupsOf(sought, links, world.config));
      const evidence =
        pass === "page" ? NO_EVIDENCE : await gatherEvidence(world, run, page, known);
      return planPage(
        page,
        { ...known, evidence },
        { ...planContext(world, pass), isAsked, reach },
      );
    },
    changeOf,
    warningsOf: (operation) => keptWarnings(("kept" in operation && operation.kept) || []),
    refused: (prepared, issue) => {
      const { sourceId } = prepared;
      const { userName } = subjectOf(prepared, sourceId ?? "");
      return [{ op: "ignore", sourceId, why: issue.kind, issue: { ...issue, sourceId, userName } }];
    },
  });
}

/** What an operation changes in the directory now. */
export function changeOf(operation: Operation) {
  return "change" in operation ? operation.change : undefined;
}

/** The switch-offs among operations. */
export function switchOffsIn(operations: readonly Operation[]): readonly SwitchOff[] {
  return operations.flatMap((each) =>
    each.op === "deactivate" || each.op === "delete" ? [each] : [],
  );
}

/** Asks the directory what a plan needs, in one round trip; nothing where it needs nothing. */
export async function lookUp(
  { db, bridge, clock }: RunContext,
  links: Links,
  { keys, emails }: Lookups,
): Promise<Known> {
  const nothing = { records: new Map(), byExternalId: new Map(), byEmail: new Map() };
  if (keys.length + emails.length === 0) return { links, evidence: NO_EVIDENCE, ...nothing };
  const scope: Scope = { kind: "connector", connectorId: bridge.connectorId };
  const externalIds = keys.flatMap(({ key, value }) => (key === "externalId" ? value : []));
  const others = keys.filter(({ key }) => key !== "externalId");
  const query = bothQueries(
    resourcesByKeys(db, scope, "User", others),
    bothQueries(usersByExternalIds(db, scope, externalIds), usersByEmails(db, scope, emails)),
  );
  const [found, [byExternalId, byEmail]] = await runQuery(db, query, clock);
  return { links, records: soleHolders(found), byExternalId, byEmail, evidence: NO_EVIDENCE };
}

/** The links that records may ask for: those of their own ids at once, of users one by one. */
export function linksOf(
  sql: ObjectSql,
  records: readonly { readonly sourceId: string | undefined }[],
): Links {
  const ids = records.flatMap(({ sourceId }) => sourceId ?? []);
  const known = linksBySource(sql, ids);
  const asked = new Set(ids);
  return {
    bySource: (id) => (asked.has(id) ? known : linksBySource(sql, [id])).get(id),
    byUser: (userId) => linksByUser(sql, [userId]).get(userId),
  };
}

/**
 * Keeps what operations came to once the directory has it: links, waiting switch-offs, conflicts for
 * the second pass, issues and counts. A dry run keeps its steps instead of links. `raws` are the
 * records as they came, where the second pass is still to come. Runs inside the object's transaction.
 */
export function keepResults(
  world: RunContext,
  run: Run,
  operations: readonly Operation[],
  raws: ReadonlyMap<string, KeptConflict>,
  settled: readonly string[] = settledBy(operations, raws),
): Run {
  const { sql } = world;
  putOffs(sql, "run", switchOffsIn(operations));
  const conflicts = operations.filter(({ op }) => op === "conflict");
  putConflicts(
    sql,
    conflicts.flatMap(({ sourceId = "" }) => raws.get(sourceId) ?? []),
  );
  const hasNewLinks = mayWrite(run) && keepLinks(sql, run, operations);
  // What waits is counted, and shown, as what it comes to.
  const decided = operations.filter(
    ({ op, sourceId = "" }) => op !== "conflict" || !raws.has(sourceId),
  );
  const tallied = counted(run, sum(decided.map(countsOf)));
  const next = { ...tallied, hasNewLinks: run.hasNewLinks || hasNewLinks };
  const older = operations.flatMap((each) => (each.op === "older" ? each.sourceId : []));
  putAsks(sql, run, "older", older, world.clock.now());
  // A row of changes may leave out what the whole record says.
  const partial = run.mode === "delta" ? operations.flatMap(tooPartial) : [];
  putAsks(sql, run, "issue", partial, world.clock.now());
  const found = operations.flatMap((each) => issuesOf(each, raws));
  // Whoever comes on a later page may be the manager: what is missed shows at the run's end.
  const issues = isListing(run) ? found.filter(({ kind }) => kind !== "manager-unresolved") : found;
  if (!mayWrite(run)) {
    putPlannedUsers(
      sql,
      decided.flatMap(({ op, sourceId }) => (op === "create" ? (sourceId ?? []) : [])),
    );
  }
  const steps = mayWrite(run) ? [] : decided.flatMap((each) => plannedStep(each) ?? []);
  return addSteps(sql, noteIssues(world, next, { type: "User", issues, settled }), steps);
}

function tooPartial(operation: Operation): readonly string[] {
  const isUnclear =
    operation.op === "ignore" &&
    (operation.why === "state-unknown" || operation.why === "no-username");
  return isUnclear ? [operation.sourceId ?? ""].filter((id) => id !== "") : [];
}

function isListing({ mode }: Run): boolean {
  return mode === "full" || mode === "delta" || mode === "plan";
}

/** Writes the links that changed; tells whether one is new, or waits for its manager. */
function keepLinks(sql: ObjectSql, run: Run, operations: readonly Operation[]): boolean {
  const links = operations.flatMap((each) =>
    "link" in each && !isLinkKept(each) ? [each.link] : [],
  );
  const known = linksBySource(
    sql,
    links.map(({ sourceId }) => sourceId),
  );
  const written = links.filter((link) => !isSameLink(known.get(link.sourceId), link));
  const former = operations.flatMap((each) => (each.op === "relink" ? each.formerSourceId : []));
  const letGo = operations.flatMap((each) => (each.op === "unmanage" ? [each] : []));
  dropLinks(sql, [...former, ...letGo.map(({ sourceId }) => sourceId)]);
  putReleased(sql, letGo);
  putLinks(sql, written);
  dropReleased(
    sql,
    written.map(({ userId }) => userId),
  );
  // Who is to be switched off no more is no longer waiting for it.
  const kept = operations.flatMap((each) =>
    LEAVES_OFFS.has(each.op) || isStateUnsaid(each) ? [] : (each.sourceId ?? []),
  );
  dropOffs(sql, [...kept, ...former]);
  const unsaid = operations.filter(isStateUnsaid);
  keepHeld(
    sql,
    unsaid.flatMap(({ sourceId }) => sourceId ?? []),
    run.runId,
  );
  return written.some(
    ({ sourceId, pendingManager }) => !known.has(sourceId) || pendingManager !== undefined,
  );
}

/** Most people of most runs. */
function isLinkKept(operation: Operation): boolean {
  return operation.op === "skip" && operation.isLinkKept === true;
}

function isStateUnsaid(operation: Operation): boolean {
  return "isStateUnsaid" in operation && operation.isStateUnsaid === true;
}

/** These say nothing of whether a user is still to be switched off. */
const LEAVES_OFFS: ReadonlySet<Operation["op"]> = new Set([
  "deactivate",
  "delete",
  "ignore",
  "older",
  "conflict",
]);

function isSameLink(a: StoredLink | undefined, b: Link): boolean {
  return (
    a !== undefined &&
    a.userId === b.userId &&
    a.hash === b.hash &&
    a.isActive === b.isActive &&
    a.goneAt === b.goneAt &&
    a.pendingManager === b.pendingManager &&
    a.stamp === b.stamp
  );
}

function issuesOf(operation: Operation, raws: ReadonlyMap<string, KeptConflict>) {
  switch (operation.op) {
    case "create":
    case "update":
    case "reactivate":
    case "adopt":
    case "relink":
    case "deactivate":
    case "delete":
      return operation.issues;
    case "ignore":
      return operation.issue === undefined ? [] : [operation.issue];
    case "conflict":
      // One that is kept for the second pass is no issue yet.
      return raws.has(operation.sourceId) ? [] : [operation.issue];
    case "skip":
      return operation.issue === undefined ? [] : [operation.issue];
    case "unmanage":
    case "older":
      return [];
  }
}

/** The records of which all is known now; a switch-off may still meet trouble. */
function settledBy(
  operations: readonly Operation[],
  raws: ReadonlyMap<string, KeptConflict>,
): readonly string[] {
  return operations.flatMap((each) => settledIds(each, raws));
}

function settledIds(operation: Operation, raws: ReadonlyMap<string, KeptConflict>) {
  const { sourceId } = operation;
  switch (operation.op) {
    case "create":
    case "update":
    case "reactivate":
    case "adopt":
    case "skip":
    case "unmanage":
    case "ignore":
      return sourceId ?? [];
    case "relink":
      return [operation.sourceId, operation.formerSourceId];
    case "conflict":
      return raws.has(operation.sourceId) ? [] : [operation.sourceId];
    case "deactivate":
    case "delete":
    case "older":
      return [];
  }
}

function countsOf(operation: Operation): Partial<RunCounts> {
  switch (operation.op) {
    case "create":
      return { created: 1 };
    case "reactivate":
      return { reactivated: 1 };
    case "update":
    case "adopt":
    case "relink":
      return operation.change === undefined ? { skipped: 1 } : { updated: 1 };
    case "deactivate":
    case "delete":
      return operation.change === undefined ? {} : { updated: 1 };
    case "skip":
    case "ignore":
    case "unmanage":
    case "conflict":
    case "older":
      return { skipped: 1 };
  }
}

function sum(counts: readonly Partial<RunCounts>[]): Partial<RunCounts> {
  const totals = new Map<string, number>();
  for (const [name, count] of counts.flatMap((each) => Object.entries(each))) {
    totals.set(name, (totals.get(name) ?? 0) + count);
  }
  return Object.fromEntries(totals);
}
