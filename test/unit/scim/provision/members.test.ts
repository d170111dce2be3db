import fc from "fast-check";
import { expect, test } from "vitest";
import type { PatchOperation } from "#scim/patch/parse.ts";
import { toSteps } from "#scim/patch/to-steps.ts";
import { planSteps } from "#scim/provision/members.ts";
import { GROUP } from "#scim/schema/registry.ts";

/** What an operation on members does, in a form that sets can do as well. */
interface Change {
  readonly op: "add" | "remove" | "replace";
  readonly values: readonly string[];
}

const change: fc.Arbitrary<Change> = fc.record({
  op: fc.constantFrom("add", "remove", "replace"),
  values: fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 3 }),
});

function stepsOf(changes: readonly Change[]) {
  const operations = changes.map(
    ({ op, values }): PatchOperation => ({ op, path: "members", value: [...values] }),
  );
  return toSteps(GROUP, operations).filter(
    (step) => step.op !== "unknown" && step.op !== "undeclared",
  );
}

function planOf(changes: readonly Change[]) {
  return planSteps(stepsOf(changes), { strict: false, warnings: [] });
}

function changed(members: ReadonlySet<string>, { op, values }: Change): ReadonlySet<string> {
  const given = new Set(values);
  switch (op) {
    case "add":
      return members.union(given);
    case "remove":
      return members.difference(given);
    case "replace":
      return given;
  }
}

function sorted(values: ReadonlySet<string>): string[] {
  return [...values].sort();
}

test("a plan does to any members what its steps do one after the other", () => {
  const members = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));

  fc.assert(
    fc.property(members, fc.array(change, { maxLength: 6 }), (before, changes) => {
      const plan = planOf(changes);

      const after =
        plan.kind === "list"
          ? plan.values
          : new Set(before).difference(plan.removed).union(plan.added);

      expect(sorted(after)).toEqual(sorted(changes.reduce(changed, new Set(before))));
    }),
  );
});

test("a plan that knows the whole list says so, any other only what changes", () => {
  const difference = planOf([
    { op: "add", values: ["a", "b"] },
    { op: "remove", values: ["b"] },
  ]);
  const list = planOf([
    { op: "add", values: ["a"] },
    { op: "replace", values: ["b"] },
  ]);

  expect(difference).toEqual({
    kind: "difference",
    added: new Set(["a"]),
    removed: new Set(["b"]),
    presumed: new Set(),
  });
  expect(list).toMatchObject({ kind: "list", values: new Set(["b"]) });
});
