import { describe, expect, test } from "vitest";
import type { JsonValue } from "#scim/json.ts";
import { checkChanged } from "#scim/patch/changed.ts";
import { assignSubAttribute, clearSubAttribute, mergeComplex } from "#scim/patch/complex.ts";
import { storedList } from "#scim/patch/elements.ts";
import { isCleared, isSameValue } from "#scim/patch/same.ts";
import type { PatchRules } from "#scim/patch/step.ts";
import { foldElement } from "#scim/resource/value/folded.ts";
import { complexAttribute, stringAttribute } from "#scim/schema/define.ts";
import { USER } from "#scim/schema/registry.ts";
import { stepBudget } from "#scim/step-budget.ts";

function someRules(): PatchRules {
  return { strict: false, warnings: [], steps: stepBudget(), fold: foldElement, kept: {} };
}

const mutability = expect.objectContaining({ status: 400, scimType: "mutability" });

test("what a change leaves empty is no member at all", () => {
  const rules = someRules();

  expect(checkChanged(USER, {}, { title: "", nickName: "A" }, rules)).toStrictEqual({
    nickName: "A",
  });
});

describe("a complex value", () => {
  const note = stringAttribute("note", "A note.");
  const type = stringAttribute("type", "A type.");
  const attribute = complexAttribute("badge", "A badge.", [note, type]);
  const rules = someRules();

  test("of which nothing is said or left is none", () => {
    expect(mergeComplex(attribute, {}, { note: "" }, rules, "badge")).toBeUndefined();
    expect(mergeComplex(attribute, { note: "x" }, { note: "" }, rules, "badge")).toBeUndefined();
    expect(clearSubAttribute({ type: "work" }, type, "badge.type")).toBeUndefined();
  });

  test("keeps its $ref when anything but its value changes", () => {
    const before = { value: "a", $ref: "/a", note: "x" };

    expect(assignSubAttribute(before, note, "y", "badge.note")).toEqual({ ...before, note: "y" });
  });

  test("does not lose what is required of it", () => {
    const clear = () =>
      clearSubAttribute({ note: "x", type: "y" }, { ...note, required: true }, "badge.note");

    expect(clear).toThrow(mutability);
    expect(clear).toThrow('"badge.note" is required.');
  });
});

test("a list without values is not stored", () => {
  expect(storedList([])).toBeUndefined();
  expect(storedList(["a"])).toEqual(["a"]);
});

describe("two values are the same", () => {
  test.each<[JsonValue | undefined, JsonValue | undefined]>([
    [undefined, undefined],
    [null, null],
    [1, 1],
    [[], []],
    [
      [1, { a: 2 }],
      [1, { a: 2 }],
    ],
    [
      { a: 1, b: [2] },
      { b: [2], a: 1 },
    ],
  ])("%j and %j", (one, other) => {
    expect(isSameValue(one, other)).toBe(true);
  });

  test.each<[JsonValue | undefined, JsonValue | undefined]>([
    [undefined, null],
    [1, "1"],
    [[], {}],
    [[], undefined],
    [[1], [1, 2]],
    [
      [1, 2],
      [1, 3],
    ],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      { a: 1, b: 2 },
      { a: 1, b: 3 },
    ],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, "a"],
    [{}, []],
  ])("but not %j and %j", (one, other) => {
    expect(isSameValue(one, other)).toBe(false);
    expect(isSameValue(other, one)).toBe(false);
  });
});

test.each<[JsonValue | undefined, boolean]>([
  [undefined, true],
  [null, true],
  ["", true],
  [[], true],
  [[""], false],
  [{}, false],
  [0, false],
  [false, false],
])("%j leaves an attribute unassigned: %s", (value, isUnassigned) => {
  expect(isCleared(value)).toBe(isUnassigned);
});
