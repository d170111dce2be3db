import { documentOf } from "#scim/ports.ts";
import { bridgeDirectory } from "./directory.ts";
import { type GroupMembership, type GroupOutcome, syncGroup } from "./groups.ts";
import {
  dropGroupLinks,
  groupIdsBySource,
  groupLink,
  groupLinks,
  isGroupLinked,
  keepGroupLink,
  listedGroups,
  noteListedGroup,
} from "./groups-links.ts";
import { judgeMissingGroups, removeGroup } from "./groups-removal.ts";
import { linksBySource } from "./links.ts";
import { behindPage, noteNext, readPage } from "./listing.ts";
import type { Issue } from "./mapped.ts";
import { noteIssues } from "./note-issues.ts";
import { counted, enterPhase, mayWrite, type Run } from "./run.ts";
import { SourceError, type SourceGroup, type UnsupportedMember } from "./source.ts";
import {
  dequeueGroup,
  enqueueGroup,
  isAnyQueued,
  namedMembers,
  nextGroup,
  passMembersPage,
  putOffGroup,
  type QueuedGroup,
} from "./storage-groups.ts";
import {
  clearUnknownMembers,
  dropUnknownMembers,
  enqueueAwaited,
  putUnknownMembers,
} from "./storage-members.ts";
import { actorOf, RunBroken, type World } from "./world.ts";

/** So many groups are removed in one step. */
const REMOVALS_PER_STEP = 10;

/**
 * Phase "groups": the listing first fills a queue, since a provider may tell of one group on several
 * pages; then each group gets its members, and at last those that the provider lost are removed.
 */
export async function readGroups(world: World, run: Run): Promise<Run> {
  const { sql, config, keep } = world;
  switch (run.place.step) {
    case "sync":
      return await syncNext(world, run);
    case "missing":
      return await removeMissing(world, run);
  }
  if (config.settings.groups !== "none") return await readGroupsPage(world, run);
  return keep(run, () => {
    if (mayWrite(run)) {
      dropGroupLinks(sql);
      clearUnknownMembers(sql);
    }
    return leave(world, run);
  });
}

async function readGroupsPage(world: World, run: Run): Promise<Run> {
  const { sql, source, keep } = world;
  const since = source.delta.groups ? run.since.groups : undefined;
  const page = await readPage(world, run, "groups", since);
  if (page.isRepeating) throw new RunBroken("The provider's pages of groups repeat.");
  const groups = page.records.flatMap((record) => source.readGroup(record) ?? []);
  return keep(run, () => {
    for (const group of groups) {
      if (!isInScope(world, group.sourceId)) continue;
      if (!group.isRemoved) noteListedGroup(sql, group.sourceId);
      // As a user's texts are trimmed where they are mapped; a blank name is told as it came.
      const displayName = group.displayName.trim() || group.displayName;
      enqueueGroup(sql, { ...group, displayName });
    }
    const position = behindPage(world, run.position, page, groups.length);
    if (page.next !== undefined) return { ...run, position };
    const deltaFrom = { ...run.deltaFrom, groups: page.deltaFrom };
    if (mayWrite(run) && since !== undefined) enqueueAwaited(sql);
    return { ...run, position, deltaFrom, place: { ...run.place, step: "sync" } };
  });
}

async function syncNext(world: World, run: Run): Promise<Run> {
  const { sql, keep } = world;
  const queued = nextGroup(sql);
  if (queued === undefined) {
    return keep(run, () => ({ ...run, place: { ...run.place, step: "missing" } }));
  }
  const { sourceId } = queued;
  if (!mayWrite(run)) {
    return keep(run, () => {
      dequeueGroup(sql, sourceId);
      return run;
    });
  }
  if (queued.kind === "listed") return await readMembers(world, run, queued);
  const outcome = queued.kind === "removed" ? undefined : await syncQueued(world, run, queued);
  if (outcome === "later") {
    return keep(run, () => {
      putOffGroup(sql, sourceId);
      return run;
    });
  }
  const done = outcome ?? (await removeLinked(world, run, sourceId));
  return keep(run, () => {
    if (done === undefined || done.isComplete) dequeueGroup(sql, sourceId);
    return done === undefined ? run : keepOutcome(world, run, queued, done);
  });
}

async function readMembers(world: World, run: Run, queued: QueuedGroup): Promise<Run> {
  const { sql, keep } = world;
  const { sourceId, displayName } = queued;
  const page = await membersOrTrouble(world, queued);
  if (page instanceof SourceError) {
    const { detail } = page;
    const issue: Issue = { kind: "unreadable", sourceId, userName: undefined, detail };
    return keep(run, () => {
      dequeueGroup(sql, sourceId);
      const groupName = displayName || undefined;
      return noteIssues(world, run, { type: "Group", issues: [issue], settled: [], groupName });
    });
  }
  const { sourceIds, next, noted } = page;
  const issues = page.unsupported === undefined ? [] : [unsupportedIssue(queued, page.unsupported)];
  return keep(run, () => {
    noted();
    passMembersPage(sql, sourceId, sourceIds, next);
    const groupName = displayName || undefined;
    return noteIssues(world, run, { type: "Group", issues, settled: [], groupName });
  });
}

function unsupportedIssue(
  { sourceId, displayName }: QueuedGroup,
  unsupported: readonly UnsupportedMember[],
): Issue {
  const isEveryone = unsupported.some(({ what }) => what === "everyone");
  const who = isEveryone ? "everyone in the organization" : `${unsupported.length} members`;
  const named = unsupported.flatMap(({ what, sourceId: id }) =>
    what === "everyone" ? [] : (id ?? []),
  );
  const names = named.length === 0 ? "" : ` (${named.slice(0, 5).join(", ")})`;
  const detail = `The group ${displayName || sourceId} has ${who}${names} as members, who are no users or groups that the bridge can follow. They are left out: make users or groups members instead.`;
  return { kind: "member-unsupported", sourceId, userName: undefined, detail };
}

/** A page of a group's members, or why they cannot be read and stay as they are. */
async function membersOrTrouble(world: World, { sourceId, cursor }: QueuedGroup) {
  try {
    const page = await world.source.membersPage(sourceId, cursor ?? undefined);
    const noted = await noteNext(world, `members ${sourceId}`, page.next);
    if (noted !== undefined) return { ...page, noted };
    const detail = "The provider's pages of this group's members repeat.";
    return new SourceError({ kind: "record", sourceId }, detail);
  } catch (error) {
    if (error instanceof SourceError && error.failure.kind === "record") return error;
    throw error;
  }
}

/** Syncs a group of the queue; "later" where it contains a group whose turn comes first. */
async function syncQueued(
  world: World,
  run: Run,
  queued: QueuedGroup,
): Promise<GroupOutcome | "later" | undefined> {
  const { sql } = world;
  const { sourceId, tries } = queued;
  const named = namedMembers(sql, sourceId);
  const added = memberIds(world, named.added);
  if (mayWrite(run)) {
    if (queued.kind === "whole" || run.since.groups === undefined)
      dropUnknownMembers(sql, sourceId);
    else dropUnknownMembers(sql, sourceId, [...named.added, ...named.removed]);
    putUnknownMembers(sql, sourceId, added.unknown, world.clock.now());
  }
  if (tries === 0 && isAnyQueued(sql, added.unknown)) return "later";
  const directory = bridgeDirectory(actorOf(world, run), "Group");
  const link = groupLink(sql, sourceId);
  const displayName = queued.displayName || (await nameOf(world, run, link?.groupId));
  // A row of changes about a group of which nothing is known: the next full listing names it.
  if (displayName === undefined) return undefined;
  const isWhole = queued.kind === "whole" || run.since.groups === undefined;
  const removed = memberIds(world, named.removed);
  const partial = { kind: "partial", added: added.ids, removed: removed.ids } as const;
  const membership: GroupMembership = isWhole ? { kind: "whole", ids: added.ids } : partial;
  const isLinked = (groupId: string) => isGroupLinked(sql, groupId);
  return await syncGroup(directory, {
    group: { sourceId, displayName },
    membership,
    link,
    isLinked,
  });
}

async function nameOf(
  world: World,
  run: Run,
  groupId: string | undefined,
): Promise<string | undefined> {
  if (groupId === undefined) return undefined;
  const record = await bridgeDirectory(actorOf(world, run), "Group").read(groupId);
  const name = record === undefined ? undefined : documentOf(record).displayName;
  return typeof name === "string" ? name : undefined;
}

/** The directory's ids of users and groups whom the provider names as members. */
function memberIds({ sql }: World, sourceIds: readonly string[]) {
  const users = linksBySource(sql, sourceIds);
  const groups = groupIdsBySource(sql, sourceIds);
  const found = sourceIds.map((id) => users.get(id)?.userId ?? groups.get(id));
  return {
    ids: found.filter((id) => id !== undefined),
    unknown: sourceIds.filter((_, at) => found[at] === undefined),
  };
}

async function removeMissing(world: World, run: Run): Promise<Run> {
  const { sql, config, keep, keepPart } = world;
  if (!mayWrite(run) || run.since.groups !== undefined) return keep(run, () => leave(world, run));
  const links = groupLinks(sql);
  const inScope = links.filter(({ sourceId }) => isInScope(world, sourceId));
  const verdict =
    // Judged once; then all of them go, a few in each step.
    run.place.after === "judged"
      ? { kind: "gone" as const, links: missingOf(world, inScope) }
      : judgeMissingGroups(inScope, listedGroups(sql), config.settings.guard);
  if (verdict.kind === "held") {
    return keep(run, () => leave(world, run, [verdict.issue]));
  }
  const batch = verdict.links.slice(0, REMOVALS_PER_STEP);
  if (batch.length === 0) {
    return keep(run, () => {
      for (const { sourceId } of links) {
        if (!isInScope(world, sourceId)) keepGroupLink(sql, sourceId, undefined);
      }
      return leave(world, run);
    });
  }
  let current = keepPart(run, () => ({ ...run, place: { ...run.place, after: "judged" } }));
  for (const { sourceId } of batch) {
    const outcome = await removeLinked(world, current, sourceId);
    if (outcome === undefined) continue;
    const before = current;
    current = keepPart(before, () => keepOutcome(world, before, { sourceId }, outcome));
  }
  const done = current;
  return keep(done, () => done);
}

function missingOf({ sql }: World, links: ReturnType<typeof groupLinks>) {
  const listed = listedGroups(sql);
  return links.filter(({ sourceId }) => !listed.has(sourceId));
}

async function removeLinked(
  world: World,
  run: Run,
  sourceId: string,
): Promise<GroupOutcome | undefined> {
  const link = groupLink(world.sql, sourceId);
  if (link === undefined) return undefined;
  return await removeGroup(bridgeDirectory(actorOf(world, run), "Group"), link);
}

function keepOutcome(
  world: World,
  run: Run,
  { sourceId, displayName }: Pick<QueuedGroup, "sourceId"> & Partial<QueuedGroup>,
  outcome: GroupOutcome,
): Run {
  const { link, counts, issues, isComplete } = outcome;
  keepGroupLink(world.sql, sourceId, link);
  if (Object.values(counts).some((count) => count > 0)) world.onCommit();
  const settled = isComplete ? [sourceId] : [];
  const groupName = displayName || undefined;
  return noteIssues(world, counted(run, counts), { type: "Group", issues, settled, groupName });
}

function isInScope({ config }: World, sourceId: SourceGroup["sourceId"]): boolean {
  const { groups } = config.settings;
  return groups === "all" || (groups !== "none" && groups.includes(sourceId));
}

function leave(world: World, run: Run, issues: readonly Issue[] = []): Run {
  const settled = ["", "*groups-unread"];
  const noted = noteIssues(world, run, { type: "Group", issues, settled });
  return enterPhase({ ...noted, areGroupsRead: true }, "done", world.clock.now());
}
