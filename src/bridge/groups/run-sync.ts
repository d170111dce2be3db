import type { Issue } from "../mapping/mapped.ts";
import { ODD_ANSWERS_MAX } from "../source/odd-answers.ts";
import { SourceError, type UnsupportedMember } from "../source/source.ts";
import { counted, mayWrite, type Run } from "../state/run.ts";
import { bridgeDirectory } from "../step/directory.ts";
import { noteNext } from "../step/listing.ts";
import { reachOf } from "../step/reach.ts";
import { bridgeActor, type RunContext } from "../step/run-context.ts";
import { dropFormerGroup, formerGroup } from "../storage/groups/former.ts";
import { groupIdsBySource, groupLink, isGroupLinked } from "../storage/groups/links.ts";
import {
  countUnknownMembers,
  dropUnknownMembers,
  putUnknownMembers,
} from "../storage/groups/members.ts";
import {
  dequeueGroup,
  isAnyQueued,
  namedMembers,
  nextGroup,
  passMembersPage,
  plannedUsers,
  putOffGroup,
  type QueuedGroup,
  switchedOffAmong,
  unsupportedOf,
  waitingAmong,
} from "../storage/groups/queue.ts";
import {
  dropLeaving,
  type GroupOff,
  leavingOf,
  putGroupOffs,
} from "../storage/groups/switch-offs.ts";
import { linksBySource } from "../storage/links.ts";
import { addGroupSteps } from "../storage/runs.ts";
import { type GroupMembership, type GroupOutcome, type GroupTask, syncGroup } from "./group.ts";
import { unresolvedMembers, unsupportedMembers } from "./issue.ts";
import { isWorthWeighing, weighLeaving } from "./leaving.ts";
import { nameOfGroup } from "./name.ts";
import { isInScope, keepOutcome, noteGroup } from "./run-end.ts";
import { askingFrom } from "./run-gone.ts";
import { plannedGroup } from "./step.ts";

/** Takes the group of the queue whose turn it is one step further. */
export async function syncNext(world: RunContext, run: Run): Promise<Run> {
  const { sql, keep } = world;
  const queued = nextGroup(sql);
  if (queued === undefined) {
    const place = { step: "missing", at: 0, after: askingFrom(run.place.after !== "") };
    return keep(run, () => ({ ...run, place }));
  }
  const { sourceId } = queued;
  switch (queued.kind) {
    case "listed":
      return await readMembers(world, run, queued);
    case "removed":
      return keep(run, () => {
        dequeueGroup(sql, sourceId);
        noteRemoved(world, run, sourceId);
        return run;
      });
  }
  const named = membersOf(world, run, queued);
  if (queued.tries === 0 && isAnyQueued(sql, named.unknown)) {
    return keep(run, () => {
      putOffGroup(sql, sourceId);
      return run;
    });
  }
  const synced = await syncQueued(world, run, queued, named);
  return keep(run, () => {
    if (synced === undefined || synced.outcome.isComplete) dequeueGroup(sql, sourceId);
    return synced === undefined ? run : keepSynced(world, run, synced);
  });
}

/** A group that the provider calls removed is weighed with those that are missing. */
function noteRemoved({ sql, clock }: RunContext, run: Run, sourceId: string): void {
  const link = groupLink(sql, sourceId);
  if (link === undefined) return;
  const off = { sourceId, memberId: "", groupId: link.groupId, name: "" };
  putGroupOffs(sql, run, "run", [off], clock.now());
}

async function readMembers(world: RunContext, run: Run, queued: QueuedGroup): Promise<Run> {
  const { sql, keep } = world;
  const { sourceId } = queued;
  const page = await membersOrTrouble(world, queued);
  if (page instanceof SourceError) {
    const { failure, detail } = page;
    // It is asked for again behind the others.
    if (failure.kind === "record" && failure.mayPass && queued.tries < ODD_ANSWERS_MAX - 1) {
      return keep(run, () => {
        putOffGroup(sql, sourceId);
        return run;
      });
    }
    const issue: Issue = { kind: "unreadable", sourceId, userName: undefined, detail };
    return keep(run, () => {
      dequeueGroup(sql, sourceId);
      return noteGroup(world, run, queued, [issue], false);
    });
  }
  return keep(run, () => {
    page.noted();
    passMembersPage(sql, sourceId, page);
    return run;
  });
}

/** A page of a group's members, or why they cannot be read and stay as they are. */
async function membersOrTrouble(world: RunContext, { sourceId, cursor }: QueuedGroup) {
  try {
    const page = await world.source.membersPage(sourceId, cursor ?? undefined);
    const noted = await noteNext(world, `members ${sourceId}`, page.next);
    if (noted !== undefined) return { ...page, noted };
    const detail = "The provider's pages of this group's members repeat.";
    return new SourceError({ kind: "record", sourceId, mayPass: false }, detail);
  } catch (error) {
    if (error instanceof SourceError && error.failure.kind === "record") return error;
    throw error;
  }
}

/** Whom the provider names as members of a group, as far as they are here. */
interface NamedMembers {
  readonly isWhole: boolean;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The provider's ids of those who are not. */
  readonly unknown: readonly string[];
  /** The provider's ids of all whom it names. */
  readonly listed: ReturnType<typeof namedMembers>;
  /** Those who are to leave the group, or were to be asked for. */
  readonly leaving: readonly GroupOff[];
}

function membersOf(world: RunContext, run: Run, queued: QueuedGroup): NamedMembers {
  const { sql } = world;
  const listed = namedMembers(sql, queued.sourceId);
  const { ids: added, unknown } = memberIds(world, run, listed.added);
  const leaving = leavingOf(sql, queued.sourceId);
  const isWhole = queued.kind === "whole" || run.since.groups === undefined;
  const isAdded = new Set(added);
  // What was to leave before is still to leave, unless it was added anew.
  const known = leaving.flatMap(({ stage, memberId }) => (stage === "rejected" ? [] : [memberId]));
  const removed = [...memberIds(world, run, listed.removed).ids, ...known];
  return {
    isWhole,
    added,
    removed: removed.filter((id) => !isAdded.has(id)),
    unknown,
    leaving,
    listed,
  };
}

/** What became of a group of the queue. */
interface Synced {
  readonly task: GroupTask;
  readonly outcome: GroupOutcome;
  readonly named: NamedMembers;
  readonly isRenamed: boolean;
  readonly unsupported: readonly UnsupportedMember[];
}

async function syncQueued(
  world: RunContext,
  run: Run,
  { sourceId, displayName: listedName }: QueuedGroup,
  named: NamedMembers,
): Promise<Synced | undefined> {
  const { sql, clock } = world;
  const directory = bridgeDirectory(bridgeActor(world, run), "Group");
  const link = groupLink(sql, sourceId);
  const former = link && (listedName === "" || !mayWrite(run)) ? link.groupId : undefined;
  const nameHere = former === undefined ? undefined : await nameOfGroup(directory, former);
  const displayName = listedName || nameHere;
  // A row of changes about a group of which nothing is known: the next full listing names it.
  if (displayName === undefined) return undefined;
  const partial = { kind: "partial", added: named.added, removed: named.removed } as const;
  const membership: GroupMembership = named.isWhole ? { kind: "whole", ids: named.added } : partial;
  const task: GroupTask = {
    group: { sourceId, displayName },
    membership,
    link,
    isLinked: (groupId) => isGroupLinked(sql, groupId),
    weigh: weighing(world, named),
    former: link === undefined ? formerGroup(sql, sourceId, clock.now()) : undefined,
    isDry: !mayWrite(run),
  };
  const outcome = await syncGroup(directory, task);
  const isRenamed =
    nameHere !== undefined && nameHere.normalize("NFC") !== displayName.normalize("NFC");
  return { task, outcome, named, isRenamed, unsupported: unsupportedOf(sql, sourceId) };
}

/** Weighs by what is known of those who would leave. */
function weighing({ sql, config }: RunContext, { leaving }: NamedMembers): GroupTask["weigh"] {
  const guard = config.settings.membershipGuard;
  const atStage = (stage: GroupOff["stage"]) =>
    leaving.flatMap((off) => (off.stage === stage ? [off.memberId] : []));
  return {
    isWorthwhile: (count) => isWorthWeighing(count, guard),
    sift: ({ ids, members }) => {
      const free = new Set([...atStage("approved"), ...switchedOffAmong(sql, ids)]);
      const decided = [...atStage("rejected"), ...atStage("left")];
      const staying = new Set([...decided, ...waitingAmong(sql, ids)]);
      return weighLeaving({ ids, members, free, staying }, guard);
    },
  };
}

function keepSynced(
  world: RunContext,
  run: Run,
  { task, outcome, named, isRenamed, unsupported }: Synced,
): Run {
  const { sql, clock } = world;
  const { sourceId, displayName } = task.group;
  const { held = [], stay = [] } = outcome.weighed ?? {};
  const known = new Set(named.leaving.map(({ memberId }) => memberId));
  const next = {
    ...counted(run, { held: held.length }),
    held: run.held + held.length,
    isHeldNews: run.isHeldNews || held.some((id) => !known.has(id)),
  };
  const issues = [
    ...outcome.issues,
    ...(unsupported.length === 0 ? [] : [unsupportedMembers(task.group, unsupported)]),
  ];
  if (!mayWrite(run)) {
    const step = plannedGroup(task, outcome, isRenamed, world.bridge.settings);
    const shown = addGroupSteps(sql, next, step === undefined ? [] : [step]);
    return keepOutcome(world, shown, task.group, { ...outcome, issues });
  }
  const missed = keepUnknown(world, sourceId, withoutOutsiders(world, run, named));
  if (missed > 0) issues.push(unresolvedMembers(task.group, missed));
  const groupId = outcome.link?.groupId ?? task.link?.groupId ?? "";
  const offs = held.map((memberId) => ({ sourceId, memberId, groupId, name: displayName }));
  putGroupOffs(sql, run, "held", offs, clock.now());
  forgetSettled(world, named, outcome, sourceId, new Set([...held, ...stay]));
  if (outcome.link !== undefined) dropFormerGroup(sql, sourceId);
  return keepOutcome(world, next, task.group, { ...outcome, issues });
}

/** Who is outside of the bridge's scope is not missed among a group's members. */
function withoutOutsiders(world: RunContext, run: Run, named: NamedMembers): NamedMembers {
  const reach = reachOf(
    world,
    run,
    named.unknown.map((sourceId) => ({ sourceId })),
  );
  return { ...named, unknown: named.unknown.filter((sourceId) => reach(sourceId) === "in") };
}

/** Keeps whom nobody knows yet, for every run to come; gives how many of the group they are. */
function keepUnknown(
  { sql, clock }: RunContext,
  sourceId: string,
  { isWhole, listed, unknown }: NamedMembers,
): number {
  if (isWhole) dropUnknownMembers(sql, sourceId, unknown, "others");
  else dropUnknownMembers(sql, sourceId, [...listed.added, ...listed.removed], "these");
  putUnknownMembers(sql, sourceId, unknown, clock.now());
  return countUnknownMembers(sql, sourceId);
}

/** Forgets who has left, or is to leave no more. */
function forgetSettled(
  { sql }: RunContext,
  { leaving, isWhole, added }: NamedMembers,
  { isComplete, weighed }: GroupOutcome,
  sourceId: string,
  staying: ReadonlySet<string>,
): void {
  if (leaving.length === 0) return;
  const isBack = new Set(added);
  const isOpen = ({ stage, memberId }: GroupOff) => {
    if (isBack.has(memberId)) return false;
    if (staying.has(memberId)) return true;
    if (stage === "rejected") return !isWhole;
    return !isComplete && (weighed?.leave ?? []).includes(memberId);
  };
  const over = leaving.filter((off) => !isOpen(off)).map(({ memberId }) => memberId);
  dropLeaving(sql, sourceId, over);
}

/** The directory's ids of users and groups whom the provider names as members. */
function memberIds(world: RunContext, run: Run, sourceIds: readonly string[]) {
  const { sql } = world;
  const users = linksBySource(sql, sourceIds);
  const groups = groupIdsBySource(sql, sourceIds);
  // A dry run counts those as well whom the run would make.
  const planned = mayWrite(run) ? new Set<string>() : plannedMembers(world, sourceIds);
  const idOf = (id: string) =>
    users.get(id)?.userId ?? groups.get(id) ?? (planned.has(id) ? `planned ${id}` : undefined);
  const found = sourceIds.map(idOf);
  return {
    ids: found.filter((id) => id !== undefined),
    unknown: sourceIds.filter((_, at) => found[at] === undefined),
  };
}

function plannedMembers(world: RunContext, sourceIds: readonly string[]): ReadonlySet<string> {
  const { sql } = world;
  const queued = sourceIds.filter((id) => isInScope(world, id) && isAnyQueued(sql, [id]));
  return new Set([...plannedUsers(sql, sourceIds), ...queued]);
}
