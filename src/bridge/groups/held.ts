import type { HeldGroup, HeldMembership } from "../admin-views.ts";
import { groupSourceIds } from "../storage/groups/links.ts";
import { type GroupOff, heldGroupOffs, type OffKey } from "../storage/groups/switch-offs.ts";
import { linksByUser } from "../storage/links.ts";
import { timeOf } from "../storage/runs.ts";
import type { ObjectSql } from "../storage/tables.ts";

const GROUP_PREFIX = "group:";
const MEMBERSHIP_PREFIX = "membership:";

/** The id by which a group that is held, or a member of it, is approved or rejected. */
export function heldGroupId({ sourceId, memberId }: OffKey): string {
  return memberId === ""
    ? `${GROUP_PREFIX}${sourceId}`
    : `${MEMBERSHIP_PREFIX}${sourceId}/${memberId}`;
}

/** What such an id means; undefined for an id of another kind. */
export function parseHeldGroupId(id: string): OffKey | undefined {
  if (id.startsWith(GROUP_PREFIX)) return { sourceId: id.slice(GROUP_PREFIX.length), memberId: "" };
  if (!id.startsWith(MEMBERSHIP_PREFIX)) return undefined;
  const text = id.slice(MEMBERSHIP_PREFIX.length);
  // The member's id is one of the directory's own, which holds no slash; the provider's may.
  const at = text.lastIndexOf("/");
  return at < 0
    ? { sourceId: text, memberId: "" }
    : { sourceId: text.slice(0, at), memberId: text.slice(at + 1) };
}

/** A page of the held groups and members, behind the item with the id `after`. */
export function heldGroupItems(
  sql: ObjectSql,
  limit: number,
  after: string | undefined,
): readonly (HeldGroup | Omit<HeldMembership, "userName">)[] {
  const offs = heldGroupOffs(sql, limit, after === undefined ? undefined : parseHeldGroupId(after));
  const memberIds = offs.flatMap(({ memberId }) => (memberId === "" ? [] : memberId));
  const users = linksByUser(sql, memberIds);
  const groups = groupSourceIds(sql, memberIds);
  const sourceIdOf = (id: string) => users.get(id)?.sourceId ?? groups.get(id) ?? null;
  return offs.map((off) => itemOf(off, sourceIdOf));
}

function itemOf(
  off: GroupOff,
  sourceIdOf: (id: string) => string | null,
): HeldGroup | Omit<HeldMembership, "userName"> {
  const { sourceId, memberId, groupId, name, since, runId } = off;
  const id = heldGroupId(off);
  const group = { groupSourceId: sourceId, groupId, displayName: name || null };
  const facts = { ...group, since: timeOf(since), runId };
  return memberId === ""
    ? { id, kind: "group", sourceId, why: "missing", ...facts }
    : {
        id,
        kind: "membership",
        sourceId: sourceIdOf(memberId),
        userId: memberId,
        why: "left",
        ...facts,
      };
}
