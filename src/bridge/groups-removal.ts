import { removeResource } from "#scim/provision.ts";
import type { GroupDirectory } from "#scim/provision-group.ts";
import { type GroupLink, type GroupOutcome, NO_GROUP_COUNTS } from "./groups.ts";
import { judgeGuard } from "./guard.ts";
import type { Issue } from "./mapped.ts";
import type { GuardSettings } from "./settings.ts";

/** What a complete listing of the provider's groups says of those that it lacks. */
export type MissingGroups =
  | { readonly kind: "gone"; readonly links: readonly GroupLink[] }
  /** Too many to be true: all of them stay, and the run says so. */
  | { readonly kind: "held"; readonly issue: Issue };

/**
 * Judges the linked groups that a complete listing of all groups lacks, by the same measure as users:
 * held where they are more than the larger of `max` and `percent`, or all of `minBase` or more, or
 * where the listing came back empty. Give it no listing that broke off.
 */
export function judgeMissingGroups(
  links: readonly GroupLink[],
  listed: ReadonlySet<string>,
  guard: GuardSettings,
): MissingGroups {
  const missing = links.filter(({ sourceId }) => !listed.has(sourceId));
  const count = { switchOffs: missing.length, activeLinked: links.length };
  const isEmptied = listed.size === 0 && missing.length > 0;
  if (!isEmptied && judgeGuard(count, guard) === "pass") return { kind: "gone", links: missing };
  const detail = `${missing.length} of ${links.length} groups are missing at the provider, which is more than the guard lets pass: none of them was removed here. Look whether the bridge's account still sees all groups; if they are gone indeed, raise "guard" for one run, or set "groups" to "none" to let go of all of them.`;
  const about = { sourceId: undefined, userName: undefined };
  return { kind: "held", issue: { kind: "group-invalid", ...about, detail } };
}

/** Removes a group that is gone at the provider: deletes what the Bridge made, lets go of what it adopted. */
export async function removeGroup(
  directory: GroupDirectory,
  { groupId, isCreated }: GroupLink,
): Promise<GroupOutcome> {
  const removed = isCreated ? await removeResource(directory, groupId, undefined) : undefined;
  const groupsDeleted = removed === undefined ? 0 : 1;
  const counts = { ...NO_GROUP_COUNTS, groupsDeleted };
  return { link: undefined, isComplete: true, counts, issues: [] };
}
