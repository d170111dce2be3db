import { documentOf } from "#scim/ports.ts";
import { USER_NAME_SLOT } from "../mapping/map-user.ts";
import { noteIssues } from "../notices/note-issues.ts";
import { textIn } from "../plan/document.ts";
import { managerIssue } from "../plan/issue.ts";
import { managerLookups } from "../plan/lookups.ts";
import { planManagers } from "../plan/managers.ts";
import type { Operation } from "../plan/operation.ts";
import { preparePage } from "../plan/prepare.ts";
import { linkedRecord } from "../plan/scope.ts";
import { enterPhase, mayWrite, type Run } from "../state/run.ts";
import { planContext, type RunContext } from "../step/run-context.ts";
import { writeBatch } from "../step/write-batch.ts";
import { listConflicts } from "../storage/conflicts.ts";
import { pendingManagers, type StoredLink } from "../storage/links.ts";
import { applyRecords, changeOf, keepResults, linksOf, lookUp } from "./apply.ts";
import { waitingPerStep } from "./users.ts";

const LINKS_PER_STEP = 200;

/**
 * Phase "secondPass": records that another user was in the way of are looked at again, since that
 * user may have moved or gone; then managers who came after those they manage are set.
 */
export async function secondPass(world: RunContext, run: Run): Promise<Run> {
  return run.place.step === "managers"
    ? await setManagers(world, run)
    : await retryConflicts(world, run);
}

async function retryConflicts(world: RunContext, run: Run): Promise<Run> {
  const { sql, config, keep } = world;
  const kept = listConflicts(sql, run.place.after, waitingPerStep(run));
  const last = kept.at(-1);
  if (last === undefined) {
    return keep(run, () => ({ ...run, place: { step: "managers", at: 0, after: "" } }));
  }
  const records = kept.map(({ record }) => record);
  const prepared = await preparePage(records, config, run.isFull ? "full" : "delta");
  const operations = await applyRecords(world, run, prepared, "second");
  return keep(run, () => ({
    ...keepResults(world, run, operations, new Map()),
    place: { ...run.place, after: last.sourceId },
  }));
}

async function setManagers(world: RunContext, run: Run): Promise<Run> {
  const { sql, clock, keep } = world;
  // Who waits was not found before; nobody has come since.
  const isWorthALook = run.hasNewLinks && mayWrite(run) && run.mode !== "approve";
  const pending = isWorthALook ? pendingManagers(sql, run.place.at, LINKS_PER_STEP) : [];
  const last = pending.at(-1);
  if (last === undefined) return keep(run, () => enterPhase(run, "groups", clock.now()));
  const userNames = new Map<string, string | undefined>();
  const operations = await writeBatch<StoredLink, Operation>(world, run, pending, {
    plan: async (items) => {
      const links = linksOf(sql, items);
      const known = await lookUp(world, links, managerLookups(items, links));
      for (const link of items) {
        const record = linkedRecord(known, link);
        if (record !== undefined)
          userNames.set(link.sourceId, textIn(documentOf(record), USER_NAME_SLOT));
      }
      return planManagers(items, known, planContext(world, "second"));
    },
    changeOf,
    refused: ({ sourceId }, issue) => [
      {
        op: "ignore",
        sourceId,
        why: issue.kind,
        issue: { ...issue, sourceId, userName: undefined },
      },
    ],
  });
  const found = new Set(operations.map(({ sourceId }) => sourceId));
  const missed = pending.filter(({ sourceId }) => !found.has(sourceId));
  const issues = missed.map(({ sourceId }) =>
    managerIssue({ sourceId, userName: userNames.get(sourceId) }),
  );
  return keep(run, () => {
    // A manager says nothing of what else is wrong with a record.
    const next = keepResults(world, run, operations, new Map(), []);
    const noted = noteIssues(world, next, { type: "User", issues, settled: [] });
    return { ...noted, place: { ...run.place, at: last.n } };
  });
}
