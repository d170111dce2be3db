import { expect, test } from "vitest";
import type { Link, Operation } from "#bridge/plan/operation.ts";
import { shownStep } from "#bridge/plan/planned-step.ts";

const LINK: Link = {
  sourceId: "00u1",
  userId: "u1",
  hash: "h",
  isActive: true,
  goneAt: undefined,
  pendingManager: undefined,
};

test.each([
  [true, "unchanged"],
  [false, "inactive"],
])("a skip names the user, and why nothing was to be done (active: %s)", (isActive, why) => {
  const operation: Operation = { op: "skip", sourceId: "00u1", link: { ...LINK, isActive } };

  expect(shownStep(operation, null)).toEqual({
    op: "skip",
    sourceId: "00u1",
    userId: "u1",
    why,
    set: {},
    unset: [],
  });
});

test.each(["u1", null])("an ignore names whom its record is linked to: %s", (userId) => {
  const operation: Operation = {
    op: "ignore",
    sourceId: "00u1",
    why: "excluded",
    issue: undefined,
  };

  expect(shownStep(operation, userId)).toMatchObject({ op: "ignore", userId, why: "excluded" });
});
