import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readExclusions } from "#bridge/config/excluded.ts";

/** Whether a user of that name is excluded. */
function excludes(pattern: string, name: string): boolean {
  return readExclusions([pattern])({ names: [name], orgUnit: undefined });
}

function excludesUnit(pattern: string, orgUnit: string): boolean {
  return readExclusions([pattern])({ names: ["ada@example.com"], orgUnit });
}

describe("addresses and globs", () => {
  test.each([
    ["ada@example.com", "ada@example.com", true],
    ["Ada@Example.COM", "aDA@example.com", true],
    ["ada@example.com", "ada@example.com.evil.example", false],
    ["ada@example.com", "xada@example.com", false],
    ["*@robots.example.com", "r2@robots.example.com", true],
    ["*@robots.example.com", "r2@people.example.com", false],
    ["svc-*", "svc-", true],
    ["a*b*c", "aXbXbXc", true],
    ["a*b*c", "aXcXb", false],
    ["svc-?@example.com", "svc-1@example.com", true],
    ["svc-?@example.com", "svc-@example.com", false],
    ["svc-?@example.com", "svc-12@example.com", false],
    ["?", "😀", true],
    ["STRASSE*", "strasse@example.com", true],
    ["ﬁ*", "fi@example.com", true],
    [" ada@example.com ", "ada@example.com", true],
    ["a?", "a", false],
    ["ou:/Sales", "ou:/Sales", false],
  ])("%s against %s is %s", (pattern, name, isExcluded) => {
    expect(excludes(pattern, name)).toBe(isExcluded);
  });

  test.each([".", "+", "(a|b)", "[ab]", "^$", "a{1,9}", "\\d", "%", "_"])(
    "%s stands for itself",
    (pattern) => {
      expect(excludes(pattern, pattern)).toBe(true);
      expect(excludes(pattern, "b")).toBe(false);
    },
  );

  test("either of the names is enough", () => {
    const isExcluded = readExclusions(["*@robots.example.com"]);

    expect(isExcluded({ names: ["r2", "r2@robots.example.com"], orgUnit: undefined })).toBe(true);
  });

  test("an empty pattern excludes nobody", () => {
    expect(excludes("", "")).toBe(false);
    expect(excludes("  ", "ada")).toBe(false);
  });

  test("a pattern of many stars is matched in a bounded number of steps", () => {
    expect(excludes(`${"*a".repeat(200)}b`, "a".repeat(5_000))).toBe(false);
  });

  test("a glob made from a name by leaving parts out matches that name", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "@", "."), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(letters, { minLength: 1 }), letters, (parts, between) => {
        expect(excludes(parts.join("*"), parts.join(between)) || parts.join("*") === "").toBe(true);
      }),
    );
  });
});

describe("org units", () => {
  test.each([
    ["ou:/Sales", "/Sales", true],
    ["ou:/sales/", "/SALES", true],
    ["OU:/Sales", "/Sales/EMEA", true],
    ["ou:/Sales", "/Salesforce", false],
    ["ou:/Sales/EMEA", "/Sales", false],
    ["ou:/Sales", "/Other/Sales", false],
    ["ou:/", "/Sales", true],
    ["ou:/Sal*", "/Sales", false],
    ["ou:Sales", "/Sales", true],
    ["abc/Sales", "/Sales", false],
  ])("%s against %s is %s", (pattern, orgUnit, isExcluded) => {
    expect(excludesUnit(pattern, orgUnit)).toBe(isExcluded);
  });

  test("either of two units is enough", () => {
    const isExcluded = readExclusions(["ou:/HR", "ou:/Sales"]);

    expect(isExcluded({ names: [], orgUnit: "/Sales" })).toBe(true);
  });

  test("a user without a unit is in none", () => {
    expect(excludes("ou:/", "ada@example.com")).toBe(false);
  });

  test("a name is no unit", () => {
    expect(excludes("ou:/Sales", "/Sales")).toBe(false);
  });
});
