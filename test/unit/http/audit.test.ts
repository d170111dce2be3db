import { expect, test } from "vitest";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { differenceBetween } from "#store/admin/audit-row.ts";

/** What is wrong with what an operation says of the trail. */
function faultOf({ method, audited, isHarmless }: AdminOperation): string | undefined {
  const isAudited = audited !== undefined;
  if (method === "GET")
    return isAudited || isHarmless === true ? "a GET changes nothing" : undefined;
  return isAudited === (isHarmless === true) ? "say `audited`, or `isHarmless`" : undefined;
}

test("whatever may change something says what it is about, or that it is harmless", () => {
  const faults = Object.entries(OPERATIONS).flatMap(([name, operation]) => {
    const fault = faultOf(operation);
    return fault === undefined ? [] : [`${name}: ${fault}`];
  });

  expect(faults).toEqual([]);
});

test.each<[what: string, before: object | undefined, after: object | undefined, told: object]>([
  ["what differs alone", { a: 1, b: 2 }, { a: 1, b: 3 }, { b: { from: 2, to: 3 } }],
  ["what was made", undefined, { a: "x" }, { a: { to: "x" } }],
  ["what went", { a: "x" }, undefined, { a: { from: "x" } }],
  ["null as none", { a: null, b: 1 }, { a: 2, b: null }, { a: { to: 2 }, b: { from: 1 } }],
  ["paths with dots", { s: { a: 1, b: 1 } }, { s: { a: 2, b: 1 } }, { "s.a": { from: 1, to: 2 } }],
  ["lists as a whole", { l: [1, 2] }, { l: [2] }, { l: { from: [1, 2], to: [2] } }],
  ["nothing where nothing differs", { a: [1], b: { c: 0 } }, { b: { c: 0 }, a: [1] }, {}],
])("a difference tells %s", (_, before, after, told) => {
  expect(differenceBetween({ before, after })).toEqual(told);
});
