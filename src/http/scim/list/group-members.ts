import type { ListCall } from "#http/scim/call/call.ts";
import type { ResourceRecord } from "#scim/ports.ts";
import { showsAttribute } from "#scim/resource/projection.ts";
import { locationOf } from "#scim/resource/record.ts";
import { type ApplicationView, nameForApplications } from "#scim/rules/shown.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import {
  type GroupMember,
  MEMBERS_PAGE,
  memberPage,
  membersOfGroups,
} from "#store/directory/members.ts";
import type { View } from "./resource-answers.ts";

/** A member as an answer needs it. */
export type ShownMember = Omit<GroupMember, "groupId">;

/** Whether a view shows members at all: where it does not, the member table is never read. */
export function showsMembers({ type, projection }: View): boolean {
  return showsAttribute(type(), projection, MEMBERS);
}

/** The text of `members`. An empty list stays: authentik adds people only where a group shows the member. */
export function membersText(
  members: readonly ShownMember[],
  baseUrl: string,
  application?: ApplicationView,
): string {
  const texts = members.map(({ value, type, display }) =>
    JSON.stringify({
      value,
      $ref: locationOf({ type, id: value }, baseUrl),
      type,
      ...(display !== null && {
        display:
          application === undefined ? display : nameForApplications(type, display, application),
      }),
    }),
  );
  return `[${texts.join(",")}]`;
}

/** Reads the members behind the given first page, a page at a time, until there are no more. */
export async function restOfMembers(
  call: ListCall,
  groupId: string,
  firstPage: readonly GroupMember[],
): Promise<readonly GroupMember[]> {
  const members = [...firstPage];
  let page = firstPage;
  while (page.length === MEMBERS_PAGE) {
    const afterId = page.at(-1)?.value ?? "";
    page = await call.caller.ask((db, scope) => memberPage(db, scope, groupId, afterId));
    members.push(...page);
  }
  return members;
}

/** A page of groups ends early once it holds so many members. */
const LISTED_MEMBERS_MAX = 5_000;

/**
 * Reads the members of listed groups; where they are too many for one answer, only the groups before
 * that are given back, and always the first one with all of its members.
 */
export async function membersOfPage(
  call: ListCall,
  groups: readonly ResourceRecord[],
): Promise<ReadonlyMap<string, readonly GroupMember[]>> {
  const ids = groups.map(({ id }) => id);
  const [firstId] = ids;
  if (firstId === undefined) return new Map();
  const limit = LISTED_MEMBERS_MAX + 1;
  const found = await call.caller.ask((db, scope) => membersOfGroups(db, scope, ids, limit));
  const byGroup = Map.groupBy(found, ({ groupId }) => groupId);
  if (found.length < limit) return new Map(ids.map((id) => [id, byGroup.get(id) ?? []]));
  const cutId = found.at(-1)?.groupId ?? firstId;
  const whole = ids.slice(0, ids.indexOf(cutId));
  if (whole.length > 0) return new Map(whole.map((id) => [id, byGroup.get(id) ?? []]));
  const firstPage = await call.caller.ask((db, scope) => memberPage(db, scope, firstId, ""));
  return new Map([[firstId, await restOfMembers(call, firstId, firstPage)]]);
}
