import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { type GroupMembership, type GroupOutcome, syncGroup } from "#bridge/groups/group.ts";
import { GROUP_LIMITS, type GroupLimits } from "#bridge/groups/members.ts";
import { removeGroup } from "#bridge/groups/removal.ts";
import { bridgeDirectory } from "#bridge/step/directory.ts";
import type { GroupLink } from "#bridge/storage/groups/links.ts";
import { resourceTypesOf } from "#scim/schema/custom.ts";
import { findConnector } from "#store/admin/connectors.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";
import { TEST_CLOCK } from "#test/support/gateway.ts";

/** The id of the run in which tests write groups. */
export const RUN_ID = "01900000-0000-7000-8000-000000000001";

/** What a run does with the groups of a connector, and what it cost in D1. */
export interface GroupRun {
  readonly cost: Cost;
  readonly sync: (
    group: { readonly sourceId?: string; readonly displayName: string },
    membership: GroupMembership,
    link?: GroupLink,
    linkedIds?: readonly string[],
    limits?: GroupLimits,
  ) => Promise<GroupOutcome>;
  readonly remove: (link: GroupLink) => Promise<GroupOutcome>;
}

/** Opens a run of a bridge on a connector's groups, with the settings that the connector has now. */
export async function openGroupRun(connectorId: string): Promise<GroupRun> {
  const connector = await findConnector(env.DB, connectorId);
  if (connector === undefined) throw new Error("The test's connector is not there.");
  const { number, settings, attributes } = connector;
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  const directory = () =>
    bridgeDirectory(
      {
        db: countingDatabase(env.DB, cost),
        clock: TEST_CLOCK,
        connector: { connectorId: number, settings, types: resourceTypesOf(attributes, settings) },
        run: { runId: RUN_ID, provider: "okta", newId: () => uuidv7() },
      },
      "Group",
    );
  return {
    cost,
    sync: (
      { sourceId = "g1", displayName },
      membership,
      link,
      linkedIds = [],
      limits = GROUP_LIMITS,
    ) => {
      const isLinked = (id: string) => linkedIds.includes(id);
      const task = { group: { sourceId, displayName }, membership, link, isLinked };
      return syncGroup(directory(), task, limits);
    },
    remove: (link) => removeGroup(directory(), link),
  };
}

/** The whole list of a group's members. */
export function whole(...ids: readonly string[]): GroupMembership {
  return { kind: "whole", ids };
}

/** A link as an outcome gives it; fails where there is none. */
export function linkOf({ link }: GroupOutcome): GroupLink {
  if (link === undefined) throw new Error("The group is tied to none.");
  return link;
}
