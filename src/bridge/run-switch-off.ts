import { linksOf, lookUp } from "./apply.ts";
import { carryOut } from "./carry-out.ts";
import { judgeGuard } from "./guard.ts";
import { countLinks, dropLinks, putLinks } from "./links.ts";
import type { Issue } from "./mapped.ts";
import { noteHeld, noteIssues } from "./note-issues.ts";
import { type PlannedSwitchOff, planSwitchOffs } from "./plan-switch-offs.ts";
import { counted, enterPhase, mayWrite, type Run } from "./run.ts";
import { askFor, settleAsked } from "./run-confirm.ts";
import {
  clearOffs,
  countActiveOffs,
  countOffs,
  dropOffs,
  listOffs,
  moveOffs,
  type WaitingOff,
} from "./storage-offs.ts";
import { planContext, type World } from "./world.ts";

const READS_PER_STEP = 5;
const OFFS_PER_BATCH = 200;

/**
 * Phase "switchOff": all switch-offs of the run together go before the guard, and happen or are held.
 * Those that an administrator approved are confirmed once more, each by asking the provider.
 */
export async function switchOff(world: World, run: Run): Promise<Run> {
  if (run.place.step === "apply") return await applyOffs(world, run);
  return run.mode === "approve" ? await confirmApproved(world, run) : judgeOffs(world, run);
}

function judgeOffs(world: World, run: Run): Run {
  const { sql, config, clock, keep } = world;
  const switchOffs = countActiveOffs(sql, "run");
  const { active } = countLinks(sql);
  const count = { switchOffs, activeLinked: active };
  const verdict = judgeGuard(count, config.settings.guard);
  return keep(run, () => {
    if (!mayWrite(run)) {
      const offs = countOffs(sql, "run");
      const counts = verdict === "hold" ? { held: offs } : { deactivated: offs };
      const next = { ...counted(run, counts), held: verdict === "hold" ? offs : 0 };
      return enterPhase(next, "secondPass", clock.now());
    }
    const isHeldNews = verdict === "hold" && noteHeld(world, run, count);
    // A complete look at everybody knows better than the one whose switch-offs are held.
    if (run.isFull && run.isComplete) clearOffs(sql, "held");
    if (verdict === "pass") return { ...run, place: { ...run.place, step: "apply" } };
    const held = countOffs(sql, "run");
    moveOffs(sql, "run", "held");
    return enterPhase({ ...counted(run, { held }), held, isHeldNews }, "secondPass", clock.now());
  });
}

async function confirmApproved(world: World, run: Run): Promise<Run> {
  const { sql, keep } = world;
  const waiting = listOffs(sql, "approved", READS_PER_STEP).map(({ sourceId }) => sourceId);
  if (waiting.length === 0) {
    return keep(run, () => ({ ...run, place: { ...run.place, step: "apply" } }));
  }
  const asked = await askFor(world, waiting);
  const ids = asked.map(({ sourceId }) => sourceId);
  return await settleAsked(world, run, asked, () => dropOffs(sql, ids, "approved"));
}

/** What became of one switch-off. */
export type SwitchedOff =
  | { readonly kind: "planned"; readonly planned: PlannedSwitchOff }
  | { readonly kind: "refused"; readonly issue: Issue };

async function applyOffs(world: World, run: Run): Promise<Run> {
  const { sql, clock, keep } = world;
  const offs = listOffs(sql, "run", OFFS_PER_BATCH);
  if (offs.length === 0) return keep(run, () => enterPhase(run, "secondPass", clock.now()));
  const done = await switchOffNow(world, run, offs);
  return keep(run, () => keepOffs(world, run, offs, done));
}

/** Switches users off in the directory; the links are left to keepOffs. */
export function switchOffNow(
  world: World,
  run: Run,
  offs: readonly WaitingOff[],
): Promise<readonly SwitchedOff[]> {
  return carryOut<WaitingOff, SwitchedOff>(world, run, offs, {
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
  world: World,
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
