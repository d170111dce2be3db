import { expect, test } from "vitest";
import type { Issue } from "#bridge/mapping/mapped.ts";
import { heldNotice, issueNotice } from "#bridge/storage/notice.ts";
import type { WaitingOff } from "#bridge/storage/switch-offs.ts";

const NOBODY = { id: undefined, groupName: undefined };

const anIssue = (members: Partial<Issue>): Issue => ({
  kind: "userName-taken",
  sourceId: "00u1",
  userName: "ada@example.com",
  detail: "Its userName is held.",
  ...members,
});

const OFF: WaitingOff = { op: "deactivate", sourceId: "00u1", userId: "u1", why: "missing" };

test.each([
  ["no-id", 400, null],
  ["no-username", 400, "invalidValue"],
  ["invalid-value", 400, "invalidValue"],
  ["group-invalid", 400, "invalidValue"],
  ["userName-taken", 409, "uniqueness"],
  ["externalId-taken", 409, "uniqueness"],
  ["rehire-conflict", 409, "uniqueness"],
  ["group-name-taken", 409, "uniqueness"],
  ["unreadable", 502, null],
] as const)("%s is logged as %s %s, as a push client would be answered", (kind, status, type) => {
  const notice = issueNotice(anIssue({ kind }), "User", NOBODY);

  expect([notice?.status, notice?.scimType]).toEqual([status, type]);
});

test.each(["manager-unresolved", "member-unresolved", "not-all-logged"] as const)(
  "%s is not logged",
  (kind) => {
    expect(issueNotice(anIssue({ kind }), "User", NOBODY)).toBeUndefined();
  },
);

test("a notice names the record's login and the linked user, and explains in the issue's words", () => {
  const notice = issueNotice(anIssue({}), "User", { ...NOBODY, id: "u1" });

  expect(notice).toMatchObject({
    resourceType: "User",
    resourceId: "u1",
    userName: "ada@example.com",
    explanation: "Its userName is held.",
  });
});

test("a notice about a group names the group", () => {
  const issue = anIssue({ kind: "group-name-taken", userName: undefined });

  expect(issueNotice(issue, "Group", { id: undefined, groupName: "Staff" })).toMatchObject({
    resourceType: "Group",
    resourceId: null,
    userName: "Staff",
  });
});

test.each(["rehire-conflict", "group-name-taken", "group-invalid"] as const)(
  "where %s repeats what the provider sent, a masked log does not",
  (kind) => {
    const detail = `The group "Staff" or the externalId hr-7 is in the way.`;

    const masked = issueNotice(anIssue({ kind, detail }), "User", NOBODY)?.maskedExplanation;

    expect(masked).not.toMatch(/Staff|hr-7/);
  },
);

test("a held switch-off says how many were too many, and where to decide", () => {
  const guard = { max: 25, percent: 10, minBase: 5 };

  const notice = heldNotice(OFF, { before: 0, switchOffs: 40, activeLinked: 200, guard });

  expect(notice).toMatchObject({ status: 202, resourceId: "u1", userName: null });
  expect(notice.explanation).toBe(
    "The provider no longer has this user, but 40 switch-offs in one run are more than the guard lets through (25). Approve or reject them under …/held.",
  );
});

test("a share of the users that allows more than the number is the one that is named", () => {
  const guard = { max: 25, percent: 10, minBase: 5 };

  const { explanation } = heldNotice(OFF, {
    before: 0,
    switchOffs: 101,
    activeLinked: 1_009,
    guard,
  });

  expect(explanation).toContain(
    "101 switch-offs in one run are more than the guard lets through (100)",
  );
});

test("a run that would switch everybody off is said to", () => {
  const guard = { max: 25, percent: 10, minBase: 5 };

  const { explanation } = heldNotice(OFF, { before: 0, switchOffs: 6, activeLinked: 6, guard });

  expect(explanation).toContain("the run would switch off all 6 active users");
});

test("a held switch-off says how many of those that are weighed were approved before", () => {
  const guard = { max: 25, percent: 10, minBase: 5 };
  const { explanation } = heldNotice(OFF, { before: 16, switchOffs: 32, activeLinked: 60, guard });

  expect(explanation).toContain(
    "32 switch-offs, with 16 approved before, are more than the guard lets through (25)",
  );
});
