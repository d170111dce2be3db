import { expect, test } from "vitest";
import { NO_GROUP_COUNTS } from "#bridge/groups/group.ts";
import { plannedGroup } from "#bridge/groups/step.ts";

const ID = "01900000-0000-7000-8000-000000000001";
const LINK = { sourceId: "g1", groupId: ID, hash: "", isCreated: true };
const OUTCOME = {
  link: LINK,
  isComplete: true,
  counts: { ...NO_GROUP_COUNTS, membersAdded: 1 },
  issues: [],
};
const GROUP = { sourceId: "g1", displayName: "Admins" };

const planned = (application: Parameters<typeof plannedGroup>[3], link = LINK) =>
  plannedGroup({ group: GROUP, link }, OUTCOME, false, application)?.group;

test("a step of a dry run shows a group as applications will see it, and the roles it gives", () => {
  const roles = [
    { group: "admins", role: "admin" },
    { group: ID, role: "crew" },
    { group: "Others", role: "other" },
  ];

  expect(planned({ groupNamePrefix: "acme/", roles })).toMatchObject({
    displayName: "Admins",
    shownAs: "acme/Admins",
    roles: ["admin", "crew"],
  });
});

test("it says nothing of it where that is nothing else than at the provider", () => {
  const group = planned({ groupNamePrefix: "", roles: [{ group: "Others", role: "other" }] });

  expect(group).not.toHaveProperty("shownAs");
  expect(group).not.toHaveProperty("roles");
});
