import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import { parsePath, resolvePath } from "#scim/filter/path.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";
const TYPE: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      required: false,
      schema: {
        id: CUSTOM,
        name: "Custom",
        description: "Custom",
        attributes: [{ ...stringAttribute("level", "A level."), type: "integer" }],
      },
    },
  ],
};

/** The detail with which something is refused; undefined where it is not. */
function detailOf(refused: () => unknown): unknown {
  try {
    refused();
  } catch (error) {
    return error instanceof Error && "detail" in error ? error.detail : error;
  }
  return undefined;
}

const OPERATOR = "an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)";
const VALUE = "a quoted string, a number, true, false or null";

describe("a malformed filter is told where it breaks and what was found", () => {
  test.each([
    ["", "Expected an attribute name at character 1, found the end of the text."],
    ['"a" pr', "Expected an attribute name at character 1, found a quoted string."],
    ["1 pr", "Expected an attribute name at character 1, found a number."],
    [":a pr", 'Expected an attribute name at character 1, found ":a".'],
    [") pr", 'Expected an attribute name at character 1, found ")".'],
    ["] pr", 'Expected an attribute name at character 1, found "]".'],
    ["[a pr]", 'Expected an attribute name at character 1, found "[".'],
    ["a (", `Expected ${OPERATOR} at character 3, found "(".`],
    [`a ${"x".repeat(50)}`, `Expected ${OPERATOR} at character 3, found "${"x".repeat(40)}".`],
    ["a eq b", `Expected ${VALUE} at character 6, found "b".`],
    ["a pr b", 'Expected the end of the text at character 6, found "b".'],
    ["(a pr b", 'Expected ")" at character 7, found "b".'],
    ["not a pr", 'Expected "(" at character 5, found "a".'],
    ["a[b pr)", 'Expected "]" at character 7, found ")".'],
    ["a[b[c pr]]", 'Expected no second pair of brackets at character 4, found "[".'],
    ["a[b pr].1 pr", 'Expected a sub-attribute at character 8, found ".1".'],
    ["a = 1", "Character 3 is or begins an unexpected character."],
    ["a eq 1x", "Character 6 is or begins an invalid number."],
    ["a eq 01", "Character 6 is or begins an invalid number."],
    ['a eq "b', "Character 6 is or begins a string that is never closed."],
    ['a eq "b\n"', "Character 8 is or begins an unescaped control character."],
    [String.raw`a eq "b\q"`, "Character 8 is or begins an invalid escape."],
    [String.raw`a eq "\u12`, "Character 7 is or begins an invalid escape."],
    [String.raw`a eq "b\ud800"`, "Character 6 is or begins a string with half a surrogate pair."],
  ])("%s", (text, detail) => {
    expect(detailOf(() => parseFilter(text))).toBe(detail);
  });

  test.each([
    ["a filter of 2,049 bytes", "a".repeat(2_049), "The filter is longer than 2048 bytes."],
    ["21 levels", "(".repeat(21), "A filter may be nested 20 levels deep."],
    [
      "51 comparisons",
      Array.from({ length: 51 }, () => "a pr").join(" or "),
      "A filter may have 50 comparisons.",
    ],
  ])("%s is told the limit", (_what, text, detail) => {
    expect(detailOf(() => parseFilter(text))).toBe(detail);
  });
});

describe("a filter that does not suit the attributes is told which one", () => {
  const NO_LIST = "has no list of values, so a filter in brackets cannot choose among them.";

  test.each([
    ["nosuch pr", 'There is no attribute "nosuch" to filter by.'],
    ["name.nosuch pr", 'There is no attribute "name.nosuch" to filter by.'],
    [
      "urn:scim:schemas:core:1.0:a.b pr",
      'There is no attribute "urn:scim:schemas:core:1.0:a.b" to filter by.',
    ],
    ["password pr", 'Resources cannot be filtered by "password".'],
    ["title[value pr]", `"title" ${NO_LIST}`],
    ["name.givenName[value pr]", `"name.givenName" ${NO_LIST}`],
    ["title gt null", '"title" can be compared with null by eq and ne only, not by gt.'],
    [
      'name eq "x"',
      '"name" is complex and has no value of its own: name one of its sub-attributes.',
    ],
    ["title eq 5", '"title" is compared with a quoted string.'],
    [String.raw`title eq "\u0000"`, 'The value compared with "title" holds a forbidden character.'],
    ["active eq 1", '"active" is a boolean and is compared with true or false, not 1.'],
    ["active gt true", '"active" is a boolean and cannot be compared by gt, only by eq, ne.'],
    [
      'x509Certificates.value gt "QQ=="',
      '"x509Certificates.value" is binary and cannot be compared by gt, only by eq, ne, co, sw, ew.',
    ],
    ['level eq "3"', '"level" is compared with an unquoted number.'],
    [
      "level co 3",
      '"level" is a number and cannot be compared by co, only by eq, ne, gt, ge, lt, le.',
    ],
    [
      'meta.created co "2026"',
      '"meta.created" is a dateTime and cannot be compared by co, only by eq, ne, gt, ge, lt, le.',
    ],
    [
      'meta.created gt "nope"',
      '"meta.created" is compared with a quoted dateTime such as "2026-01-31T12:00:00Z".',
    ],
  ])("%s", (text, detail) => {
    expect(detailOf(() => resolveFilter(TYPE, parseFilter(text)))).toBe(detail);
  });
});

describe("a path that is none is told why", () => {
  test.each([
    ["", "Expected an attribute path at character 1, found the end of the text."],
    ["a b", 'Expected the end of the text at character 3, found "b".'],
    [`${ENTERPRISE_USER}[a pr]`, 'Expected the end of the text at character 59, found "[".'],
    ["a".repeat(2_049), "The path is longer than 2048 bytes."],
    ["title[value pr]", '"title" has one value, so a filter cannot choose among its values.'],
  ])("%s", (text, detail) => {
    expect(detailOf(() => resolvePath(USER, parsePath(text, USER)))).toBe(detail);
  });
});
