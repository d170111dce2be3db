import { describe, expect, test } from "vitest";
import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { compareByCodePoint, matchesElement, matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter, resolveValueFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { foldDocument, foldElement } from "#scim/resource/value/folded.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { findTarget, USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";
const TAGS: Attribute = { ...stringAttribute("tags", "Tags."), multiValued: true };
const LEVEL: Attribute = { ...stringAttribute("level", "A level."), type: "integer" };

const TYPE: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      required: false,
      schema: { id: CUSTOM, name: "Custom", description: "Custom", attributes: [TAGS, LEVEL] },
    },
  ],
};

const ADA: JsonObject = {
  id: "2819C223",
  externalId: "00uABC",
  userName: "Ada@Example.com",
  name: { givenName: "Ada", familyName: "Lovelace" },
  active: true,
  emails: [
    { value: "Ada@Work.example", type: "work", primary: true },
    { value: "ada@home.example", type: "home" },
  ],
  meta: { created: "2026-01-31T12:00:00+01:00", resourceType: "User" },
  [ENTERPRISE_USER]: { department: "R&D", manager: { value: "Boss-1" } },
  [CUSTOM]: { tags: ["Blue", "green"], level: 3 },
};

function matches(text: string, resource: JsonObject = ADA): boolean {
  return matchesFilter(resolveFilter(TYPE, parseFilter(text)), foldDocument(TYPE, resource));
}

describe("folding", () => {
  test("folds text that is not case exact and reads dateTimes as milliseconds", () => {
    const folded = foldDocument(TYPE, ADA);

    expect(folded).toEqual({
      id: "2819C223",
      externalId: "00uABC",
      userName: "ada@example.com",
      name: { givenName: "ada", familyName: "lovelace" },
      active: true,
      emails: [
        { value: "ada@work.example", type: "work", primary: true },
        { value: "ada@home.example", type: "home" },
      ],
      meta: { created: Date.UTC(2026, 0, 31, 11), resourceType: "User" },
      [ENTERPRISE_USER]: { department: "r&d", manager: { value: "Boss-1" } },
      [CUSTOM]: { tags: ["blue", "green"], level: 3 },
    });
  });

  test("leaves what the schemas do not know as it is", () => {
    const document: JsonObject = {
      userName: "ADA",
      retired: { Name: "X" },
      emails: [{ odd: "X" }],
    };

    expect(foldDocument(TYPE, document)).toEqual({ ...document, userName: "ada" });
  });

  test("folds one value of an attribute alone", () => {
    const emails = findTarget(TYPE, { attribute: "emails" })?.attribute ?? TAGS;

    expect(foldElement(emails, { value: "A@B", type: "Work" })).toEqual({
      value: "a@b",
      type: "work",
    });
  });
});

describe("comparisons that hold for Ada", () => {
  test.each([
    'userName eq "ADA@EXAMPLE.COM"',
    'userName sw "ada@"',
    'userName co "@exam"',
    'userName ew ".COM"',
    'userName gt "ada@a"',
    'userName le "b"',
    'userName co ""',
    'externalId eq "00uABC"',
    'name.familyName eq "lovelace"',
    "active eq true",
    'active eq "TRUE"',
    "active ne false",
    'emails eq "ada@home.example"',
    'emails.type eq "home"',
    'emails[type eq "work" and value co "work"]',
    'emails[type eq "work"].value eq "ada@work.example"',
    "emails[not (primary pr)]",
    'manager eq "Boss-1"',
    `${ENTERPRISE_USER}:department eq "r&d"`,
    'tags eq "BLUE"',
    'tags[value sw "gr"]',
    "level ge 3 and level lt 4",
    'meta.created eq "2026-01-31T11:00:00Z"',
    'meta.created gt "2026-01-31T10:59:59.999Z"',
    "title eq null",
    'title ne "Boss"',
    "name pr and emails pr",
    'not (title pr) or userName eq "nobody"',
  ])("%s", (text) => {
    expect(matches(text)).toBe(true);
  });
});

describe("comparisons that do not hold for Ada", () => {
  test.each([
    'userName eq "ada"',
    'userName co "%"',
    'userName co "_"',
    'externalId eq "00uabc"',
    'emails[type eq "work" and value co "home"]',
    'emails[type eq "other"]',
    'not (emails.type eq "home")',
    'emails.type ne "home"',
    'manager eq "boss-1"',
    "title pr",
    'title lt "z"',
    'title sw ""',
    "active eq false",
    "level gt 3",
    'meta.lastModified gt "1970-01-01T00:00:00Z"',
    "addresses[type pr]",
    'groups eq "g1"',
  ])("%s", (text) => {
    expect(matches(text)).toBe(false);
  });
});

describe("presence", () => {
  test.each([[null], [""], [[]], [{}], [[{}]], [{ givenName: "" }]])(
    "%j is no value",
    (name: JsonValue) => {
      expect(matches("name pr", { name })).toBe(false);
    },
  );

  test.each([[false], [true]])("%j is a value", (active) => {
    expect(matches("active pr", { active })).toBe(true);
  });
});

describe("one value of a multi-valued attribute", () => {
  test.each([
    ['value eq "Blue"', "blue", true],
    ['value eq "Blue"', "red", false],
    ['not (value eq "Blue")', "red", true],
  ])("%s on %j is %j", (text, element, expected) => {
    const filter = resolveValueFilter(TAGS, parseFilter(text));

    expect(matchesElement(filter, element)).toBe(expected);
  });
});

describe("the order of text", () => {
  test("is that of code points, as in SQLite, not of UTF-16 units", () => {
    expect(compareByCodePoint("\u{1f600}", "\uffee")).toBeGreaterThan(0);
    expect(compareByCodePoint("\ue000", "\u{10000}")).toBeLessThan(0);
    expect(matches('title gt "\uffe6"', { title: "\u{1f600}" })).toBe(true);
  });

  test("puts a text before its continuations", () => {
    expect(compareByCodePoint("ab", "abc")).toBeLessThan(0);
    expect(compareByCodePoint("ab", "ab")).toBe(0);
  });
});
