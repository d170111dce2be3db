import type { Issue } from "../mapping/mapped.ts";
import { noteHeld, noteIssues } from "../notices/note-issues.ts";
import { judgeGuard, type PlannedSwitchOff, planSwitchOffs } from "../plan/guard.ts";
import { counted, enterPhase, mayWrite, NO_PLACE, type Run } from "../state/run.ts";
import { planContext, type RunContext } from "../step/run-context.ts";
import { writeBatch } from "../step/write-batch.ts";
import { countLinks, dropLinks, putLinks } from "../storage/links.ts";
import {
  clearOffs,
  confirmApproved,
  countActiveOffs,
  countDoneBefore,
  countOffs,
  dropLinklessOffs,
  dropOffs,
  dropUnwantedOffs,
  holdOffs,
  listOffs,
  putOffs,
  type WaitingOff,
} from "../storage/switch-offs.ts";
import { linksOf, lookUp } from "./apply.ts";
import { listMissing } from "./confirm.ts";

const OFFS_PER_BATCH = 200;

/**
 * Phases "switchOff" and "switchOffConfirmed": switch-offs go before the guard, and happen or are held:
 * first those of people whom the provider itself calls disabled or removed, later those of the missing. The
 * guard weighs all of a run together, so that two moments let no more through than one. What an
 * administrator approved is past the guard.
 */
export async function switchOff(world: RunContext, run: Run): Promise<Run> {
  switch (run.place.step) {
    case "approved":
      return await applyOffs(world, run, "confirmed");
    case "apply":
      return await applyOffs(world, run, "run");
    case "judge":
      return world.keep(run, () => judgeOffs(world, run));
    default:
      return run.isFull && run.phase === "switchOff"
        ? listMissing(world, run, (listed) => begin(world, listed))
        : world.keep(run, () => begin(world, run));
  }
}

function begin(world: RunContext, run: Run): Run {
  const { sql } = world;
  if (mayWrite(run)) confirmApproved(sql);
  return countOffs(sql, "confirmed") > 0 ? atStep(run, "approved") : judgeOffs(world, run);
}

function atStep(run: Run, step: string): Run {
  return { ...run, place: { ...NO_PLACE, step } };
}

/** Weighs what the run wants, and holds it or lets it pass. Runs inside the object's transaction. */
function judgeOffs(world: RunContext, run: Run): Run {
  const { sql, config, clock } = world;
  const fresh = countActiveOffs(sql, "run");
  const { active } = countLinks(sql);
  const before = countDoneBefore(sql);
  const count = {
    before,
    switchOffs: before + run.switchedOff + run.heldActive + fresh,
    activeLinked: before + active + (mayWrite(run) ? run.switchedOff : 0),
  };
  // Where nobody active is among them, nobody loses anything.
  const verdict = fresh === 0 ? "pass" : judgeGuard(count, config.settings.guard);
  const offs = countOffs(sql, "run");
  if (offs === 0) return leave(world, run);
  if (!mayWrite(run)) {
    const counts = verdict === "hold" ? { held: offs } : { deactivated: offs };
    clearOffs(sql, "run");
    return leave(world, weighed(counted(run, counts), verdict, fresh, offs));
  }
  if (verdict === "pass") return atStep(run, "apply");
  const isHeldNews = noteHeld(world, run, count) || run.isHeldNews;
  holdOffs(sql, run.runId, clock.now());
  const held = weighed(counted(run, { held: offs }), verdict, fresh, offs);
  return leave(world, { ...held, isHeldNews });
}

function weighed(run: Run, verdict: "pass" | "hold", fresh: number, offs: number): Run {
  return verdict === "hold"
    ? { ...run, held: run.held + offs, heldActive: run.heldActive + fresh }
    : { ...run, switchedOff: run.switchedOff + fresh };
}

/** The phase behind. Held switch-offs that a complete look at everybody wants no more are let go. */
function leave({ sql, clock }: RunContext, run: Run): Run {
  if (run.phase === "switchOff") return enterPhase(run, "confirm", clock.now());
  if (mayWrite(run)) {
    dropLinklessOffs(sql);
    if (run.isFull && run.isComplete) dropUnwantedOffs(sql, run.runId);
  }
  return enterPhase(run, "secondPass", clock.now());
}

/** What became of one switch-off. */
export type SwitchedOff =
  | { readonly kind: "planned"; readonly planned: PlannedSwitchOff }
  | { readonly kind: "refused"; readonly issue: Issue };

async function applyOffs(world: RunContext, run: Run, stage: "run" | "confirmed"): Promise<Run> {
  const { sql, keep } = world;
  const offs = listOffs(sql, stage, OFFS_PER_BATCH);
  if (offs.length === 0) {
    return keep(run, () => (stage === "confirmed" ? atStep(run, "judge") : leave(world, run)));
  }
  const activeBefore = countLinks(sql).active;
  const done = await switchOffNow(world, run, offs);
  return keep(run, () => {
    const next = keepOffs(world, run, offs, done);
    // What was approved is not weighed, neither now nor against what follows.
    const fresh = stage === "run" ? activeBefore - countLinks(sql).active : 0;
    if (stage === "confirmed") putOffs(sql, "done", offs);
    return { ...next, switchedOff: run.switchedOff + fresh };
  });
}

/** Switches users off in the directory; the links are left to keepOffs. */
export function switchOffNow(
  world: RunContext,
  run: Run,
  offs: readonly WaitingOff[],
): Promise<readonly SwitchedOff[]> {
  return writeBatch<WaitingOff, SwitchedOff>(world, run, offs, {
    plan: async (items) => {
      const links = linksOf(world.sql, items);
      const keys = items.map(({ userId }) => ({ key: "id" as const, value: userId }));
      const known = await lookUp(world, links, { keys, emails: [] });
      const planned = planSwitchOffs(items, known, planContext(world, "page"));
      return planned.map((each) => ({ kind: "planned", planned: each }));
    },
    changeOf: (each) => (each.kind === "planned" ? each.planned.change : undefined),
    refused: ({ sourceId }, issue) => [
      { kind: "refused", issue: { ...issue, sourceId, userName: undefined } },
    ],
  });
}

/** Keeps what became of switch-offs: their links, counts and issues. Runs inside a transaction. */
export function keepOffs(
  world: RunContext,
  run: Run,
  offs: readonly WaitingOff[],
  done: readonly SwitchedOff[],
): Run {
  const { sql } = world;
  const planned = done.flatMap((each) => (each.kind === "planned" ? [each.planned] : []));
  putLinks(
    sql,
    planned.flatMap(({ link }) => link ?? []),
  );
  dropLinks(
    sql,
    planned.flatMap(({ off, link }) => (link === undefined ? [off.sourceId] : [])),
  );
  dropOffs(
    sql,
    offs.map(({ sourceId }) => sourceId),
  );
  const kinds = planned.flatMap(({ change }) => change?.kind ?? []);
  const deactivated = kinds.filter((kind) => kind === "update").length;
  const issues = done.flatMap((each) => (each.kind === "refused" ? [each.issue] : []));
  const next = counted(run, { deactivated, deleted: kinds.length - deactivated });
  return noteIssues(world, next, { type: "User", issues, settled: [] });
}
