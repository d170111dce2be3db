import { noteIssues } from "../notices/note-issues.ts";
import { enterPhase, mayWrite, type Run } from "../state/run.ts";
import { behindPage, readPage } from "../step/listing.ts";
import { RunBroken, type RunContext } from "../step/run-context.ts";
import {
  dropGroupLinks,
  listedCount,
  noteListedGroup,
  noteListedRows,
} from "../storage/groups/links.ts";
import { clearUnknownMembers, enqueueAwaited } from "../storage/groups/members.ts";
import { enqueueGroup, enqueueListed } from "../storage/groups/queue.ts";
import { approvedGroups, dropGroupOff } from "../storage/groups/switch-offs.ts";
import { incompleteGroups } from "./issue.ts";
import { areGroupsKnown, isInScope, leaveGroups } from "./run-end.ts";
import { askForMissing, judgeGone, removeGone } from "./run-gone.ts";
import { syncNext } from "./run-sync.ts";

/**
 * Phase "groups": the listing first fills a queue, since a provider may tell of one group on several
 * pages; then each group gets its members; at last those that the listing lacked are asked for by id, and
 * go if the provider says so and the guard lets them.
 */
export async function readGroups(world: RunContext, run: Run): Promise<Run> {
  const { config, keep } = world;
  switch (run.place.step) {
    case "sync":
      return await syncNext(world, run);
    case "missing":
      return await askForMissing(world, run);
    case "judge":
      return await judgeGone(world, run);
    case "remove":
      return await removeGone(world, run);
  }
  if (config.settings.groups === "none") {
    return keep(run, () => {
      if (mayWrite(run)) {
        dropGroupLinks(world.sql);
        clearUnknownMembers(world.sql);
      }
      return leaveGroups(world, run);
    });
  }
  if (!areGroupsKnown(world, run)) {
    return keep(run, () => enterPhase(run, "done", world.clock.now()));
  }
  return run.mode === "approve"
    ? keep(run, () => beginSync(world, run, ""))
    : await readGroupsPage(world, run);
}

async function readGroupsPage(world: RunContext, run: Run): Promise<Run> {
  const { sql, source, keep } = world;
  const since = source.delta.groups ? run.since.groups : undefined;
  const page = await readPage(world, run, "groups", since);
  if (page.isRepeating) throw new RunBroken("The provider's pages of groups repeat.");
  const groups = page.records.flatMap((record) => source.readGroup(record) ?? []);
  return keep(run, () => {
    noteListedRows(sql, page.records.length - groups.length);
    for (const group of groups) {
      if (!group.isRemoved) noteListedGroup(sql, group.sourceId);
      if (!isInScope(world, group.sourceId)) continue;
      // As a user's texts are trimmed where they are mapped; a blank name is told as it came.
      const displayName = group.displayName.trim() || group.displayName;
      enqueueGroup(sql, { ...group, displayName });
    }
    const there = groups.filter(({ isRemoved }) => !isRemoved).map(({ sourceId }) => sourceId);
    dropGroupOff(sql, run, there);
    const position = behindPage(world, run.position, page, groups.length);
    if (page.next !== undefined) return { ...run, position };
    const deltaFrom = { ...run.deltaFrom, groups: page.deltaFrom };
    const read = { ...run, position, deltaFrom };
    if (since !== undefined) {
      if (mayWrite(run)) enqueueAwaited(sql);
      return beginSync(world, read, "");
    }
    const issue = incompleteGroups({ ...listedCount(sql), total: page.total });
    const issues = issue === undefined ? [] : [issue];
    const found = { type: "Group", issues, settled: [OF_THE_LISTING] } as const;
    return beginSync(world, noteIssues(world, read, found), issue === undefined ? COMPLETE : "");
  });
}

/** What an issue of the listing itself is kept under. */
const OF_THE_LISTING = "*listing-incomplete";

/** What `place.after` says of a listing that showed all groups; then those that it lacked may be gone. */
const COMPLETE = "complete";

/** Begins with the groups of the queue; those from which leaving was approved are read once more. */
function beginSync({ sql }: RunContext, run: Run, after: "" | typeof COMPLETE): Run {
  if (mayWrite(run)) enqueueListed(sql, approvedGroups(sql));
  return { ...run, place: { step: "sync", at: 0, after } };
}
