import { expect, test } from "vitest";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { CREATION_ORDER } from "#scim/list/sort.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { scanCost } from "#store/directory/scan-cost.ts";

const TYPE = resourceTypesWith([]).User;

/** What each byte of a document costs where a filter is tried on it. */
function perByte(filter: string): number {
  return scanCost(resolveFilter(TYPE, parseFilter(filter)), CREATION_ORDER).perByte;
}

// SQLite's instr() compares a part of 2,000 characters anew at each place where it may begin.
test.each(["title", "emails.value", "emails"])("a long text searched in %s is dear", (name) => {
  const ofName = perByte(`${name} co "smith"`);

  expect(perByte(`${name} co "${"m".repeat(32)}"`)).toBe(ofName);
  expect(perByte(`${name} co "${"m".repeat(1_000)}"`)).toBeGreaterThan(5 * ofName);
});

test("a long text at an end, or as a whole, costs what a short one does", () => {
  const long = "m".repeat(1_000);

  for (const operator of ["eq", "sw", "ew", "gt"]) {
    expect(perByte(`title ${operator} "${long}"`)).toBe(perByte(`title ${operator} "m"`));
  }
});
