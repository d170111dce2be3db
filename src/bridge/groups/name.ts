import { documentOf } from "#scim/ports.ts";
import type { GroupDirectory } from "#scim/provision/group.ts";

/** What a group is called here; undefined where it is not here. */
export async function nameOfGroup(
  directory: GroupDirectory,
  groupId: string,
): Promise<string | undefined> {
  const record = await directory.read(groupId);
  const name = record === undefined ? undefined : documentOf(record).displayName;
  return typeof name === "string" ? name : undefined;
}
