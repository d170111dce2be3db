import { absorb, applyRecords, changeOf, linksOf, lookUp } from "./apply.ts";
import { carryOut } from "./carry-out.ts";
import { pendingManagers, type StoredLink } from "./links.ts";
import type { Operation } from "./operation.ts";
import { managerLookups } from "./plan-lookups.ts";
import { planManagers } from "./plan-managers.ts";
import { preparePage } from "./plan-prepare.ts";
import { enterPhase, mayWrite, type Run } from "./run.ts";
import { waitingPerStep } from "./run-users.ts";
import { listConflicts } from "./storage-conflicts.ts";
import { planContext, type World } from "./world.ts";

const LINKS_PER_STEP = 200;

/**
 * Phase "secondPass": records that another user was in the way of are looked at again, since that
 * user may have moved or gone; then managers who came after those they manage are set.
 */
export async function secondPass(world: World, run: Run): Promise<Run> {
  return run.place.step === "managers"
    ? await setManagers(world, run)
    : await retryConflicts(world, run);
}

async function retryConflicts(world: World, run: Run): Promise<Run> {
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
    ...absorb(world, run, operations, new Map()),
    place: { ...run.place, after: last.sourceId },
  }));
}

async function setManagers(world: World, run: Run): Promise<Run> {
  const { sql, clock, keep } = world;
  // Who waits was not found before; nobody has come since.
  const isWorthALook = run.hasNewLinks && mayWrite(run);
  const pending = isWorthALook ? pendingManagers(sql, run.place.at, LINKS_PER_STEP) : [];
  const last = pending.at(-1);
  if (last === undefined) return keep(run, () => enterPhase(run, "done", clock.now()));
  const operations = await carryOut<StoredLink, Operation>(world, run, pending, {
    plan: async (items) => {
      const links = linksOf(sql, items);
      const known = await lookUp(world, links, managerLookups(items, links));
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
  return keep(run, () => ({
    // A manager says nothing of what else is wrong with a record.
    ...absorb(world, run, operations, new Map(), []),
    place: { ...run.place, at: last.n },
  }));
}
