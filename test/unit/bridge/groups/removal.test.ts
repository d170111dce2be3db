import { expect, test } from "vitest";
import { incompleteGroups } from "#bridge/groups/issue.ts";

test.each([
  ["all that were announced", { rows: 40, total: 40, linked: 40 }],
  ["more than were announced", { rows: 41, total: 40, linked: 40 }],
  ["some, without a total", { rows: 15, total: undefined, linked: 40 }],
  ["none where none is linked", { rows: 0, total: undefined, linked: 0 }],
  ["none of none", { rows: 0, total: 0, linked: 0 }],
])("a listing of %s may be believed", (_, listed) => {
  expect(incompleteGroups(listed)).toBeUndefined();
});

test.each([
  ["fewer than were announced", { rows: 15, total: 40, linked: 40 }, "40"],
  ["none, although there are links", { rows: 0, total: undefined, linked: 1 }, "no group at all"],
  ["none of none, although there are links", { rows: 0, total: 0, linked: 1 }, "no group at all"],
])("a listing of %s is no reason to remove a group", (_, listed, detail) => {
  const issue = incompleteGroups(listed);

  expect(issue).toMatchObject({ kind: "listing-incomplete", sourceId: undefined });
  expect(issue?.detail).toContain(detail);
});
