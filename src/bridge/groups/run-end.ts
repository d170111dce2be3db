import type { GroupOutcome } from "./groups.ts";
import { keepGroupLink } from "./groups-links.ts";
import type { Issue } from "./mapped.ts";
import { noteIssues } from "./note-issues.ts";
import { counted, enterPhase, mayWrite, type Run } from "./run.ts";
import type { SourceGroup } from "./source.ts";
import { pruneGroupOffs } from "./storage-group-offs.ts";
import { isScopeGroup } from "./storage-scope.ts";
import type { World } from "./world.ts";

/** Whether the bridge was told to sync a group: with a scope, "all" are the groups that the scope is made of. */
export function isInScope({ config, sql }: World, sourceId: SourceGroup["sourceId"]): boolean {
  const { groups, scope } = config.settings;
  if (groups !== "all") return groups !== "none" && groups.includes(sourceId);
  return scope === undefined || isScopeGroup(sql, sourceId);
}

/** Whether it is known which groups the bridge was told to sync. */
export function areGroupsKnown({ config }: World, { reach }: Run): boolean {
  const { groups, scope } = config.settings;
  return groups !== "all" || scope === undefined || reach === "known";
}

/** Keeps what became of a group; runs inside the object's transaction. */
export function keepOutcome(
  world: World,
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
  world: World,
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
export function leaveGroups(world: World, run: Run): Run {
  const { sql, clock } = world;
  if (mayWrite(run)) pruneGroupOffs(sql, run);
  // A run for what was approved has not read the listing.
  if (run.mode === "approve") return enterPhase(run, "done", clock.now());
  const settled = ["", "*groups-unread"];
  const noted = noteIssues(world, run, { type: "Group", issues: [], settled });
  return enterPhase({ ...noted, areGroupsRead: true }, "done", clock.now());
}
