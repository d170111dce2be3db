import type { JsonObject } from "#scim/json.ts";
import type { NamedMember } from "#scim/ports.ts";
import { type GroupDirectory, patchGroup } from "#scim/provision/group.ts";
import { PATCH_OP } from "#scim/schema/urns.ts";
import type { Issue } from "../mapping/mapped.ts";
import { asIssue, type NamedGroup, unknownMembers } from "./issue.ts";

/** How much of one group is changed at once. */
export interface GroupLimits {
  readonly membersPerCommit: number;
  readonly commits: number;
}

/**
 * A batch writes some eight rows for each member, counting those of triggers and indexes; after 20,000
 * members a run looks at its slice again.
 */
export const GROUP_LIMITS: GroupLimits = { membersPerCommit: 2_000, commits: 10 };

/** What is to be changed of a group that is there. */
export interface GroupWish {
  readonly group: NamedGroup;
  readonly groupId: string;
  /** PATCH operations on the group's own attributes. */
  readonly operations: readonly JsonObject[];
  readonly joining: readonly string[];
  readonly leaving: readonly string[];
}

/** What was changed of it. */
export interface ChangedGroup {
  readonly isChanged: boolean;
  /** false where members are left to be changed. */
  readonly isComplete: boolean;
  /** The group was deleted by somebody else meanwhile. */
  readonly isGone: boolean;
  readonly membersAdded: number;
  readonly membersRemoved: number;
  readonly issues: readonly Issue[];
}

/** The `members` of a body. */
export function membersValue(ids: readonly string[]): readonly JsonObject[] {
  return ids.map((value) => ({ value }));
}

/** Those of the ids that are live resources here, with what they are; `groupId` says whose members. */
export async function knownMembers(
  directory: GroupDirectory,
  groupId: string | undefined,
  ids: readonly string[],
): Promise<readonly NamedMember[]> {
  if (ids.length === 0) return [];
  const { named } = await directory.readGroup(groupId, ids);
  // A value may also be found as somebody's externalId, which is not meant here.
  return named.filter(({ value, memberId }) => value === memberId);
}

/** Changes attributes and members of a group, a bounded number of members in each commit. */
export async function changeGroup(
  directory: GroupDirectory,
  { group, groupId, operations, joining, leaving }: GroupWish,
  { membersPerCommit: size, commits }: GroupLimits,
): Promise<ChangedGroup> {
  const moves = [
    ...leaving.map((id) => ({ id, joins: false })),
    ...joining.map((id) => ({ id, joins: true })),
  ];
  const chunks = Array.from({ length: Math.max(1, Math.ceil(moves.length / size)) }, (_, at) =>
    moves.slice(at * size, (at + 1) * size),
  );
  let changed: ChangedGroup = { ...NOTHING, isComplete: chunks.length <= commits };
  let unknown = 0;
  for (const [at, chunk] of chunks.slice(0, commits).entries()) {
    const known = await knownMembers(
      directory,
      groupId,
      chunk.map(({ id }) => id),
    );
    unknown += unknownOf(chunk, known);
    const parts = [...(at === 0 ? documentPart(operations) : []), ...memberParts(chunk, known)];
    changed = sum(changed, await writeParts(directory, { group, groupId }, parts));
    if (changed.isGone) return changed;
  }
  const issues = unknown === 0 ? [] : [unknownMembers(group, unknown)];
  return { ...changed, issues: [...changed.issues, ...issues] };
}

interface Move {
  readonly id: string;
  readonly joins: boolean;
}

/** Operations that are refused together or done together. */
interface Part {
  readonly operations: readonly JsonObject[];
  readonly added: number;
  readonly removed: number;
}

const NOTHING: ChangedGroup = {
  isChanged: false,
  isComplete: true,
  isGone: false,
  membersAdded: 0,
  membersRemoved: 0,
  issues: [],
};

function unknownOf(chunk: readonly Move[], known: readonly NamedMember[]): number {
  const ids = new Set(known.map(({ value }) => value));
  return chunk.filter(({ id, joins }) => joins && !ids.has(id)).length;
}

function documentPart(operations: readonly JsonObject[]): readonly Part[] {
  return operations.length === 0 ? [] : [{ operations, added: 0, removed: 0 }];
}

/** Who really joins or leaves. A group as member is a part of its own: it may close a circle. */
function memberParts(chunk: readonly Move[], known: readonly NamedMember[]): readonly Part[] {
  const joins = new Map(chunk.map((move) => [move.id, move.joins]));
  const joining = known.filter(({ value, isMember }) => joins.get(value) === true && !isMember);
  const leaving = known.filter(({ value, isMember }) => joins.get(value) === false && isMember);
  const users = joining.filter(({ type }) => type === "User");
  const nested = joining.filter(({ type }) => type === "Group");
  const removed = leaving.length;
  const operations = [...operation("remove", leaving), ...operation("add", users)];
  return [
    ...(operations.length === 0 ? [] : [{ operations, added: users.length, removed }]),
    ...nested.map((each) => ({ operations: operation("add", [each]), added: 1, removed: 0 })),
  ];
}

function operation(op: "add" | "remove", members: readonly NamedMember[]): readonly JsonObject[] {
  if (members.length === 0) return [];
  return [{ op, path: "members", value: membersValue(members.map(({ value }) => value)) }];
}

/** Writes the parts in one commit; where that is refused, each on its own, so that one spoils no other. */
async function writeParts(
  directory: GroupDirectory,
  target: Pick<GroupWish, "group" | "groupId">,
  parts: readonly Part[],
): Promise<ChangedGroup> {
  if (parts.length === 0) return NOTHING;
  const body = { schemas: [PATCH_OP], Operations: parts.flatMap(({ operations }) => operations) };
  const tried = await asIssue(target.group, () =>
    patchGroup(directory, target.groupId, body, undefined),
  );
  if (tried.kind === "done") {
    if (tried.value === undefined) return { ...NOTHING, isGone: true };
    if (tried.value.kind === "unchanged") return NOTHING;
    const membersAdded = parts.reduce((total, { added }) => total + added, 0);
    const membersRemoved = parts.reduce((total, { removed }) => total + removed, 0);
    return { ...NOTHING, isChanged: true, membersAdded, membersRemoved };
  }
  if (parts.length === 1) return { ...NOTHING, issues: [tried.issue] };
  let changed = NOTHING;
  for (const part of parts) changed = sum(changed, await writeParts(directory, target, [part]));
  return changed;
}

function sum(a: ChangedGroup, b: ChangedGroup): ChangedGroup {
  return {
    isChanged: a.isChanged || b.isChanged,
    isComplete: a.isComplete && b.isComplete,
    isGone: a.isGone || b.isGone,
    membersAdded: a.membersAdded + b.membersAdded,
    membersRemoved: a.membersRemoved + b.membersRemoved,
    issues: [...a.issues, ...b.issues],
  };
}
