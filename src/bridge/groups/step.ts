import { type ApplicationView, nameForApplications, rolesOf } from "#scim/rules/shown.ts";
import type { PlannedMembers, PlannedStep } from "../admin-views.ts";
import type { GroupOff } from "../storage/groups/switch-offs.ts";
import type { GroupOutcome, GroupTask } from "./group.ts";

/** What a dry run would do with a group and its members; undefined where that is nothing. */
export function plannedGroup(
  { group, link }: Pick<GroupTask, "group" | "link">,
  { counts, weighed }: GroupOutcome,
  isRenamed: boolean,
  application: ApplicationView = AS_THE_PROVIDER,
): PlannedStep | undefined {
  const { groupsCreated, membersAdded, membersRemoved } = counts;
  const membersHeld = weighed?.held.length ?? 0;
  const isNothing = groupsCreated + membersAdded + membersRemoved + membersHeld === 0 && !isRenamed;
  if (isNothing && link !== undefined) return undefined;
  const { sourceId, displayName } = group;
  const isMade = groupsCreated > 0;
  const adoptedOrKnown = link === undefined ? "adoptGroup" : "updateGroup";
  return {
    op: isMade ? "createGroup" : adoptedOrKnown,
    sourceId,
    userId: null,
    why: membersHeld > 0 ? "held" : null,
    set: isMade || isRenamed ? { displayName } : {},
    unset: [],
    group: {
      groupId: link?.groupId ?? null,
      displayName,
      membersAdded,
      membersRemoved,
      membersHeld,
      ...seenByApplications({ value: link?.groupId ?? "", display: displayName }, application),
    },
  };
}

/** That applications see what the provider sees. */
const AS_THE_PROVIDER: ApplicationView = { groupNamePrefix: "", roles: [] };

/** What the connector makes of a group for applications, where that is something. */
function seenByApplications(
  group: { readonly value: string; readonly display: string },
  application: ApplicationView,
): Pick<PlannedMembers, "shownAs" | "roles"> {
  const shownAs = nameForApplications("Group", group.display, application);
  const roles = rolesOf([group], application.roles);
  return {
    ...(shownAs !== group.display && { shownAs }),
    ...(roles.length > 0 && { roles }),
  };
}

/** The step of a group that would go, or would be held; one that was adopted is let go. */
export function plannedRemoval(
  { sourceId, groupId, name }: Pick<GroupOff, "sourceId" | "groupId" | "name">,
  why: "missing" | "held" | "not-in-scope",
  isMade: boolean,
): PlannedStep {
  const counts = { membersAdded: 0, membersRemoved: 0, membersHeld: 0 };
  const group = { groupId, displayName: name || null, ...counts };
  return {
    op: isMade ? "deleteGroup" : "unmanageGroup",
    sourceId,
    userId: null,
    why,
    set: {},
    unset: [],
    group,
  };
}
