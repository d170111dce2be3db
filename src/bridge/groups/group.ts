import type { JsonObject, JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { createGroup, type FormerGroup, type GroupDirectory } from "#scim/provision/group.ts";
import { identityOf } from "#scim/resource/identity.ts";
import { CORE_GROUP } from "#scim/schema/urns.ts";
import { foldText } from "#scim/text.ts";
import type { RunCounts } from "../admin-views.ts";
import type { Issue } from "../mapping/mapped.ts";
import type { GroupLink } from "../storage/groups/links.ts";
import { asIssue } from "./issue.ts";
import type { Leaving, Weighed } from "./leaving.ts";
import {
  type ChangedGroup,
  changeGroup,
  GROUP_LIMITS,
  type GroupLimits,
  type GroupWish,
  knownMembers,
  membersValue,
} from "./members.ts";

/** What is known of a group's members, as ids of the directory's own resources. */
export type GroupMembership =
  | { readonly kind: "whole"; readonly ids: readonly string[] }
  | {
      readonly kind: "partial";
      readonly added: readonly string[];
      readonly removed: readonly string[];
    }
  | { readonly kind: "unchanged" };

/** A group of the provider that the directory is to have. */
export interface GroupTask {
  readonly group: { readonly sourceId: string; readonly displayName: string };
  readonly membership: GroupMembership;
  readonly link: GroupLink | undefined;
  /** Whether a group of the directory is tied to a group of the provider already. */
  readonly isLinked: (groupId: string) => boolean;
  /** Weighs who would leave; without it all of them leave. */
  readonly weigh?: Weigh | undefined;
  /** What the group was here before it went. */
  readonly former?: FormerGroup | undefined;
  /** Nothing is written: the outcome says what would be. */
  readonly isDry?: boolean;
}

/** Says who of those who would leave a group may. */
export interface Weigh {
  /** Whether so many are worth a look at all members of the group. */
  readonly isWorthwhile: (leaving: number) => boolean;
  readonly sift: (leaving: Pick<Leaving, "ids" | "members">) => Weighed;
}

/** How many of what syncing groups did. */
export type GroupCounts = Pick<
  RunCounts,
  "groupsCreated" | "groupsUpdated" | "groupsDeleted" | "membersAdded" | "membersRemoved"
>;

/** What became of a group. */
export interface GroupOutcome {
  /** To be kept instead of the former link; undefined where the group is tied to none. */
  readonly link: GroupLink | undefined;
  /** false where so many members changed that the same task has to be given once more. */
  readonly isComplete: boolean;
  readonly counts: GroupCounts;
  readonly issues: readonly Issue[];
  /** What the group was that was deleted just now. */
  readonly former?: FormerGroup | undefined;
  /** What the weighing of those who would leave came to; undefined where nobody was to leave. */
  readonly weighed?: Weighed | undefined;
}

/** The counts of a group about which nothing was done. */
export const NO_GROUP_COUNTS: GroupCounts = {
  groupsCreated: 0,
  groupsUpdated: 0,
  groupsDeleted: 0,
  membersAdded: 0,
  membersRemoved: 0,
};

/**
 * Brings one group of the directory in line with the provider's: its link, else the group with the
 * source id as externalId, else the one free group of that name, else a new one. Name, externalId
 * and members alone are touched; a whole list of members replaces whoever else is in the group.
 * Nothing is asked of the directory where the link's hash says that all is as it was. Safe to repeat.
 */
export async function syncGroup(
  directory: GroupDirectory,
  task: GroupTask,
  limits: GroupLimits = GROUP_LIMITS,
): Promise<GroupOutcome> {
  const hash = await hashOf(task);
  const { link } = task;
  if (link !== undefined && hash !== "" && link.hash === hash) return untouched(link);
  const found = await findGroup(directory, task);
  return found === undefined
    ? await makeGroup(directory, { task, hash, limits })
    : await alignGroup(directory, { task, hash, limits }, found);
}

/** A task on its way: with the hash that its link gets when all is done. */
interface Work {
  readonly task: GroupTask;
  readonly hash: string;
  readonly limits: GroupLimits;
}

/** The group of the directory that the provider's group is. */
interface Found {
  readonly record: ResourceRecord;
  readonly isCreated: boolean;
}

function untouched(link: GroupLink): GroupOutcome {
  return { link, isComplete: true, counts: NO_GROUP_COUNTS, issues: [] };
}

/** Names what a whole list of members makes of a group; empty where only a part of it is known. */
async function hashOf({ group, membership }: GroupTask): Promise<string> {
  if (membership.kind !== "whole") return "";
  const text = JSON.stringify([
    group.displayName.normalize("NFC"),
    ...new Set(membership.ids.toSorted()),
  ]);
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function findGroup(
  directory: GroupDirectory,
  { group, link, isLinked }: GroupTask,
): Promise<Found | undefined> {
  const linked = link && (await directory.read(link.groupId));
  if (link !== undefined && linked !== undefined) {
    return { record: linked, isCreated: link.isCreated };
  }
  const keys = { nameKey: foldText(group.displayName), externalId: group.sourceId };
  const candidates = (await directory.candidates(keys))
    .filter(({ id, deletedAt }) => deletedAt === undefined && !isLinked(id))
    .map((record) => ({ record, ...identityOf(directory.type, documentOf(record)) }));
  const same = candidates.filter(({ externalId }) => externalId === keys.externalId);
  const named = candidates.filter(({ nameKey }) => nameKey === keys.nameKey);
  // Of doubles nobody can tell which of them it is.
  const match = [same, named].find((matches) => matches.length === 1)?.[0];
  return match && { record: match.record, isCreated: false };
}

async function makeGroup(
  directory: GroupDirectory,
  { task, hash, limits }: Work,
): Promise<GroupOutcome> {
  const { group, membership } = task;
  const ids = joiningOf(membership);
  if (task.isDry === true) {
    const counts = { ...NO_GROUP_COUNTS, groupsCreated: 1, membersAdded: ids.length };
    return { link: undefined, isComplete: true, counts, issues: [] };
  }
  const first = await knownMembers(directory, undefined, ids.slice(0, limits.membersPerCommit));
  const users = first.filter(({ type }) => type === "User").map(({ value }) => value);
  const { sourceId, displayName } = group;
  const body = {
    schemas: [CORE_GROUP],
    displayName,
    externalId: sourceId,
    members: membersValue(users),
  };
  const former = await freeFormer(directory, task.former);
  const created = await asIssue(group, () => createGroup(directory, body, former));
  if (created.kind === "issue") {
    return { link: undefined, isComplete: true, counts: NO_GROUP_COUNTS, issues: [created.issue] };
  }
  // The rest: nested groups, members beyond the first commit, and the issues of unknown ones.
  const { record } = created.value;
  const done = new Set(users);
  const joining = ids.filter((id) => !done.has(id));
  const wish = { group, groupId: record.id, operations: [], joining, leaving: [] };
  const outcome = await changeGroup(directory, wish, limits);
  return {
    ...outcomeOf({ sourceId, groupId: record.id, hash, isCreated: true }, outcome),
    counts: {
      ...NO_GROUP_COUNTS,
      groupsCreated: 1,
      membersAdded: users.length + outcome.membersAdded,
    },
  };
}

/** What the group was, if nobody has its id. */
async function freeFormer(
  directory: GroupDirectory,
  former: FormerGroup | undefined,
): Promise<FormerGroup | undefined> {
  if (former === undefined) return undefined;
  return (await directory.read(former.id)) === undefined ? former : undefined;
}

async function alignGroup(
  directory: GroupDirectory,
  { task, hash, limits }: Work,
  { record, isCreated }: Found,
): Promise<GroupOutcome> {
  const { group, link } = task;
  const groupId = record.id;
  const operations = documentOperations(record, group);
  const { joining, weighed } = await wishOf(directory, groupId, task);
  const wish = { group, groupId, operations, joining, leaving: weighed.leave };
  const outcome = task.isDry === true ? expected(wish) : await changeGroup(directory, wish, limits);
  // A part of the members says nothing of the whole: the hash stands only while nothing changed.
  const kept = link?.groupId === groupId && !outcome.isChanged ? link.hash : "";
  const isSettled = weighed.held.length + weighed.stay.length === 0;
  const settledHash = hash === "" ? kept : hash;
  const next = {
    sourceId: group.sourceId,
    groupId,
    hash: isSettled ? settledHash : "",
    isCreated,
  };
  const { membersAdded, membersRemoved, isChanged } = outcome;
  const counts = {
    ...NO_GROUP_COUNTS,
    groupsUpdated: isChanged ? 1 : 0,
    membersAdded,
    membersRemoved,
  };
  return { ...outcomeOf(next, outcome), counts, weighed };
}

/** What a change would come to. */
function expected({ operations, joining, leaving }: GroupWish): ChangedGroup {
  const isChanged = operations.length + joining.length + leaving.length > 0;
  const counts = { membersAdded: joining.length, membersRemoved: leaving.length };
  return { isChanged, isComplete: true, isGone: false, issues: [], ...counts };
}

/** A link keeps its hash only where nothing is left to be done. */
function outcomeOf(
  link: GroupLink,
  { isComplete, isGone, issues }: Awaited<ReturnType<typeof changeGroup>>,
): Omit<GroupOutcome, "counts"> {
  if (isGone) return { link: undefined, isComplete: true, issues };
  const isSettled = isComplete && issues.length === 0;
  return { link: isSettled ? link : { ...link, hash: "" }, isComplete, issues };
}

/** What the group's own document lacks. An externalId that a push client gave is left to it. */
function documentOperations(
  record: ResourceRecord,
  { sourceId, displayName }: GroupTask["group"],
): readonly JsonObject[] {
  const document = documentOf(record);
  return [
    ...(isSameName(document.displayName, displayName)
      ? []
      : [{ op: "replace", path: "displayName", value: displayName }]),
    ...(document.externalId === undefined
      ? [{ op: "add", path: "externalId", value: sourceId }]
      : []),
  ];
}

/** One name in two Unicode forms is no change. */
function isSameName(stored: JsonValue | undefined, name: string): boolean {
  return typeof stored === "string" && stored.normalize("NFC") === name.normalize("NFC");
}

function joiningOf(membership: GroupMembership): readonly string[] {
  switch (membership.kind) {
    case "whole":
      return [...new Set(membership.ids)];
    case "partial":
      return [...new Set(membership.added)];
    case "unchanged":
      return [];
  }
}

/** Who joins, and what becomes of those who would leave. */
async function wishOf(
  directory: GroupDirectory,
  groupId: string,
  { membership, weigh }: GroupTask,
): Promise<{ readonly joining: readonly string[]; readonly weighed: Weighed }> {
  const joining = joiningOf(membership);
  const sift = (ids: readonly string[], members: number) =>
    weigh?.sift({ ids, members }) ?? { leave: ids, held: [], stay: [] };
  switch (membership.kind) {
    case "unchanged":
      return { joining, weighed: NOBODY };
    case "partial": {
      const named = [...new Set(membership.removed)];
      // Few need no weighing, whatever the size of the group.
      if (weigh?.isWorthwhile(named.length) !== true) {
        return { joining, weighed: sift(named, Number.POSITIVE_INFINITY) };
      }
      const current = new Set((await directory.allMembers(groupId)).ids);
      const leaving = named.filter((id) => current.has(id));
      return { joining, weighed: sift(leaving, current.size) };
    }
    case "whole": {
      const current = new Set((await directory.allMembers(groupId)).ids);
      const wanted = new Set(joining);
      return {
        joining: joining.filter((id) => !current.has(id)),
        weighed: sift(
          [...current].filter((id) => !wanted.has(id)),
          current.size,
        ),
      };
    }
  }
}

const NOBODY: Weighed = { leave: [], held: [], stay: [] };
