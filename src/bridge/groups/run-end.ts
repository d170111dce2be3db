import type { Issue } from "../mapping/mapped.ts";
import { noteIssues } from "../notices/note-issues.ts";
import type { SourceGroup } from "../source/source.ts";
import { counted, enterPhase, mayWrite, type Run } from "../state/run.ts";
import type { RunContext } from "../step/run-context.ts";
import { keepGroupLink } from "../storage/groups/links.ts";
import { pruneGroupOffs } from "../storage/groups/switch-offs.ts";
import { isScopeGroup } from "../storage/scope.ts";
import type { GroupOutcome } from "./group.ts";

/** Whether the bridge was told to sync a group: with a scope, "all" are the groups that the scope is made of. */
export function isInScope({ config, sql }: RunContext, sourceId: SourceGroup["sourceId"]): boolean {
  const { groups, scope } = config.settings;
  if (groups !== "all") return groups !== "none" && groups.includes(sourceId);
  return scope === undefined || isScopeGroup(sql, sourceId);
}

/** Whether it is known which groups the bridge was told to sync. */
export function areGroupsKnown({ config }: RunContext, { reach }: Run): boolean {
  const { groups, scope } = config.settings;
  return groups !== "all" || scope === undefined || reach === "known";
}

/** Keeps what became of a group; runs inside the object's transaction. */
export function keepOutcome(
  world: RunContext,
  run: Run,
  { sourceId, displayName }: { readonly sourceId: string; readonly displayName?: string },
  { link, counts, issues, isComplete }: GroupOutcome,
): Run {
  if (mayWrite(run)) keepGroupLink(world.sql, sourceId, link);
  if (mayWrite(run) && Object.values(counts).some((count) => count > 0)) world.onCommit();
  return noteGroup(world, counted(run, counts), { sourceId, displayName }, issues, isComplete);
}

/** Keeps what is wrong with one group; where that is all there is, other issues of it are over. */
export function noteGroup(
  world: RunContext,
  run: Run,
  {
    sourceId,
    displayName,
  }: { readonly sourceId: string; readonly displayName?: string | undefined },
  issues: readonly Issue[],
  isAll: boolean,
): Run {
  const groupName = displayName || undefined;
  return noteIssues(world, run, {
    type: "Group",
    issues,
    settled: isAll ? [sourceId] : [],
    groupName,
  });
}

/** The phase behind. */
export function leaveGroups(world: RunContext, run: Run): Run {
  const { sql, clock } = world;
  if (mayWrite(run)) pruneGroupOffs(sql, run);
  // A run for what was approved has not read the listing.
  if (run.mode === "approve") return enterPhase(run, "done", clock.now());
  const settled = ["", "*groups-unread"];
  const noted = noteIssues(world, run, { type: "Group", issues: [], settled });
  return enterPhase({ ...noted, areGroupsRead: true }, "done", clock.now());
}
