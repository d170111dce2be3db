import { describe, expect, test } from "vitest";
import type { Link, Operation } from "#bridge/plan/operation.ts";
import { plannedStep, shownStep } from "#bridge/plan/planned-step.ts";
import type { ResourceChange } from "#scim/ports.ts";
import { newRecord, replacedRecord } from "#scim/resource/record.ts";
import { USER } from "#scim/schema/registry.ts";

const LINK: Link = {
  sourceId: "00u1",
  userId: "u1",
  hash: "h",
  isActive: true,
  goneAt: undefined,
  pendingManager: undefined,
};
const BEFORE = newRecord(USER, "u1", { userName: "ada", title: "CTO", nickName: "A" }, 0);

/** A change of the title and the nickname: one is set, the other goes. */
const CHANGE: ResourceChange = {
  kind: "update",
  before: BEFORE,
  after: replacedRecord(USER, BEFORE, { userName: "ada", title: "Boss" }, 1),
};
const SIDES = { set: { title: "Boss" }, unset: ["nickName"] };
const NOTHING = { set: {}, unset: [] };

describe("an operation as administrators see it", () => {
  test.each(["create", "update", "reactivate", "adopt"] as const)(
    "%s shows what is set and what goes",
    (op) => {
      const operation: Operation = { op, sourceId: "00u1", change: CHANGE, link: LINK, issues: [] };

      expect(plannedStep(operation)).toStrictEqual({
        op,
        sourceId: "00u1",
        userId: "u1",
        why: null,
        ...SIDES,
      });
    },
  );

  test("relink shows the new source id", () => {
    const operation: Operation = {
      op: "relink",
      sourceId: "00u9",
      change: undefined,
      link: { ...LINK, sourceId: "00u9" },
      formerSourceId: "00u1",
      issues: [],
    };

    expect(plannedStep(operation)).toEqual({
      op: "relink",
      sourceId: "00u9",
      userId: "u1",
      why: null,
      ...NOTHING,
    });
  });

  test.each(["deactivate", "delete"] as const)("%s shows why, and what else changes", (op) => {
    const operation: Operation = {
      op,
      sourceId: "00u1",
      userId: "u1",
      why: "missing",
      change: CHANGE,
      link: LINK,
      issues: [],
    };

    expect(plannedStep(operation)).toEqual({
      op,
      sourceId: "00u1",
      userId: "u1",
      why: "missing",
      ...SIDES,
    });
  });

  test("unmanage shows that the user is excluded", () => {
    expect(
      plannedStep({ op: "unmanage", sourceId: "00u1", userId: "u1", why: "excluded" }),
    ).toEqual({
      op: "unmanage",
      sourceId: "00u1",
      userId: "u1",
      why: "excluded",
      ...NOTHING,
    });
  });

  test("ignore and conflict show no user, and ignore perhaps no source id", () => {
    const issue = {
      kind: "no-id",
      sourceId: undefined,
      userName: undefined,
      detail: "No id.",
    } as const;
    const taken = {
      kind: "userName-taken",
      sourceId: "00u1",
      userName: "ada",
      detail: "Taken.",
    } as const;

    expect(plannedStep({ op: "ignore", sourceId: undefined, why: "no-id", issue })).toEqual({
      op: "ignore",
      sourceId: null,
      userId: null,
      why: "no-id",
      ...NOTHING,
    });
    expect(
      plannedStep({ op: "conflict", sourceId: "00u1", why: "userName-taken", issue: taken }),
    ).toEqual({
      op: "conflict",
      sourceId: "00u1",
      userId: null,
      why: "userName-taken",
      ...NOTHING,
    });
  });

  test("skip is none", () => {
    expect(plannedStep({ op: "skip", sourceId: "00u1", link: LINK })).toBeUndefined();
  });

  test.each([
    { isActive: true, why: "unchanged" },
    { isActive: false, why: "inactive" },
  ])("skip is shown as $why where even that is asked for", ({ isActive, why }) => {
    const operation: Operation = { op: "skip", sourceId: "00u1", link: { ...LINK, isActive } };

    expect(shownStep(operation, null)).toEqual({
      op: "skip",
      sourceId: "00u1",
      userId: "u1",
      why,
      ...NOTHING,
    });
  });

  test("ignore shows the user whom its record is linked to", () => {
    const operation: Operation = {
      op: "ignore",
      sourceId: "00u1",
      why: "invalid-value",
      issue: undefined,
    };

    expect(shownStep(operation, "u1")).toMatchObject({ op: "ignore", userId: "u1" });
  });
});
