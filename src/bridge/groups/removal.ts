import type { GroupDirectory } from "#scim/provision/group.ts";
import { removeResource } from "#scim/provision/provision.ts";
import type { GroupLink } from "../storage/groups/links.ts";
import { type GroupOutcome, NO_GROUP_COUNTS } from "./group.ts";

/** Removes a group that is gone at the provider: deletes what the Bridge made, lets go of what it adopted. */
export async function removeGroup(
  directory: GroupDirectory,
  { groupId, isCreated }: GroupLink,
): Promise<GroupOutcome> {
  const removed = isCreated ? await removeResource(directory, groupId, undefined) : undefined;
  const groupsDeleted = removed === undefined ? 0 : 1;
  const counts = { ...NO_GROUP_COUNTS, groupsDeleted };
  return { link: undefined, isComplete: true, counts, issues: [], former: removed?.record };
}
