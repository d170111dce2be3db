import { describe, expect, test } from "vitest";
import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { compareByCodePoint, matchesFilter } from "#scim/filter/match.ts";
import { parsePath, resolvePath } from "#scim/filter/path.ts";
import { resolveFilter, resolveValueFilter } from "#scim/filter/resolve.ts";
import { parseAttributePath } from "#scim/filter/syntax/attribute-path.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject } from "#scim/json.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { foldFor } from "#scim/resource/value/operand.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";
const LEVEL: Attribute = { ...stringAttribute("level", "A level."), type: "integer" };
const TAGS = stringAttribute("tags", "Tags.", { multiValued: true });
const TYPE: ResourceType = {
  ...USER,
  extensions: [
    {
      required: false,
      schema: { id: CUSTOM, name: "Custom", description: "Custom", attributes: [LEVEL, TAGS] },
    },
  ],
};

function matches(text: string, resource: JsonObject): boolean {
  return matchesFilter(resolveFilter(TYPE, parseFilter(text)), foldDocument(TYPE, resource));
}

const invalidFilter = expect.objectContaining({ status: 400, scimType: "invalidFilter" });

describe("tokens", () => {
  test.each(["\t", "\n", "\r", " \t\r\n "])("%j is a blank", (blank) => {
    expect(parseFilter(`${blank}a${blank}pr${blank}`)).toEqual(parseFilter("a pr"));
  });

  test("each of them is read once, the end included", () => {
    let steps = 0;

    parseFilter("a eq 1", {
      onStep: () => {
        steps += 1;
      },
    });

    expect(steps).toBe(4);
  });

  test.each(["x eq -.5", "x eq 1and y pr", String.raw`x eq "\u12-4"`, String.raw`x eq "\u12g4"`])(
    "%s is invalidFilter",
    (text) => {
      expect(() => parseFilter(text)).toThrow(invalidFilter);
    },
  );

  test.each([
    [String.raw`\u00af`, "\u00af"],
    [String.raw`\uFA0F`, "\ufa0f"],
  ])("the digits of %s go from a to f in either case", (escaped, value) => {
    expect(parseFilter(`x eq "${escaped}"`)).toMatchObject({ value });
  });
});

describe("names", () => {
  test.each(["_a", "$a", "a", "z", "A", "Z", "aZz", "a0-9"])("%s is an attribute name", (name) => {
    expect(parseAttributePath(name)).toStrictEqual({ attribute: name });
  });

  test.each([":a", ":", "0", "-a"])("%s is no attribute path", (text) => {
    expect(parseAttributePath(text)).toBeUndefined();
  });

  test("a path has the members that were written and no others", () => {
    expect(parseAttributePath("a.b")).toStrictEqual({ attribute: "a", subAttribute: "b" });
    expect(parseAttributePath("urn:x:a")).toStrictEqual({ urn: "urn:x", attribute: "a" });
    expect(parsePath("emails[value pr]", USER)).toStrictEqual({
      kind: "attribute",
      attribute: "emails",
      filter: { kind: "present", path: { attribute: "value" } },
    });
  });
});

describe("nesting", () => {
  test("pairs of parentheses side by side are no deeper than one", () => {
    const text = Array.from({ length: 30 }, () => "(a pr)").join(" and ");

    expect(parseFilter(text)).toHaveProperty("filters.length", 30);
  });

  test("pairs of brackets side by side are not nested", () => {
    expect(parseFilter("a[b pr] and c[d pr]")).toEqual({
      kind: "and",
      filters: [parseFilter("a[b pr]"), parseFilter("c[d pr]")],
    });
  });

  test("a sub-attribute after brackets with and joins its terms", () => {
    expect(parseFilter("emails[type pr and primary pr].value pr")).toEqual(
      parseFilter("emails[type pr and primary pr and value pr]"),
    );
  });
});

describe("what a filter or a path resolves to", () => {
  test("each value of a simple list has one value", () => {
    expect(resolveValueFilter(TAGS, parseFilter("value pr"))).toMatchObject({
      target: { attribute: { name: "value", multiValued: false } },
    });
  });

  test.each([CORE_USER, ENTERPRISE_USER])("a bare URN is of the kind schema", (urn) => {
    const path = parsePath(urn, USER);

    expect(resolvePath(USER, path)).toMatchObject({ kind: "schema", schema: { id: urn } });
  });

  test.each([
    ["string", false, "a"],
    ["string", true, "A"],
    ["reference", false, "a"],
    ["reference", true, "A"],
    ["binary", false, "A"],
    ["dateTime", false, "A"],
  ] as const)("a %s with caseExact %s compares A as %s", (type, caseExact, folded) => {
    expect(foldFor({ ...LEVEL, type, caseExact }, "A")).toBe(folded);
  });
});

describe("numbers and moments are compared by their order", () => {
  test.each([
    ["eq", [false, true, false]],
    ["ne", [true, false, true]],
    ["gt", [false, false, true]],
    ["ge", [false, true, true]],
    ["lt", [true, false, false]],
    ["le", [true, true, false]],
  ])("%s", (operator, expected) => {
    const levels = [2, 3, 4].map((level) =>
      matches(`level ${operator} 3`, { [CUSTOM]: { level } }),
    );
    const titles = ["b", "c", "d"].map((title) => matches(`title ${operator} "C"`, { title }));
    const moments = [1, 2, 3].map((second) =>
      matches(`meta.created ${operator} "2026-01-01T00:00:02Z"`, {
        meta: { created: `2026-01-01T00:00:0${second}Z` },
      }),
    );

    expect([levels, titles, moments]).toEqual([expected, expected, expected]);
  });
});

describe("a stored value of another type than its attribute's", () => {
  test.each<[string, JsonObject]>([
    ['title co "5"', { title: 5 }],
    ["level gt 3", { [CUSTOM]: { level: "7" } }],
    ['meta.created lt "2026-01-01T00:00:00Z"', { meta: { created: "5" } }],
    ["active eq true", { active: "true" }],
  ])("does not satisfy %s", (text, resource) => {
    expect(matches(text, resource)).toBe(false);
  });
});

describe("an operator that a type lacks, in a filter that was not resolved here", () => {
  test.each([
    ["active eq true", "gt", { active: true }],
    ["level eq 3", "co", { [CUSTOM]: { level: 3 } }],
    ["level eq 3", "sw", { [CUSTOM]: { level: 3 } }],
    ["level eq 3", "ew", { [CUSTOM]: { level: 3 } }],
  ] as const)("%s never holds by %s", (text, operator, resource) => {
    const filter = resolveFilter(TYPE, parseFilter(text));
    if (filter.kind !== "compare") throw new Error("The test has no comparison.");

    expect(matchesFilter({ ...filter, operator }, resource)).toBe(false);
  });
});

test("text is ordered by code point at both ends of the surrogates", () => {
  expect(compareByCodePoint("a", "\ue000")).toBeLessThan(0);
  expect(compareByCodePoint("\ud7ff", "\u{10000}")).toBeLessThan(0);
  expect(compareByCodePoint("\ud7ff", "\ue000")).toBeLessThan(0);
  expect(compareByCodePoint("\u{103ff}", "\u{103fe}")).toBeGreaterThan(0);
});
