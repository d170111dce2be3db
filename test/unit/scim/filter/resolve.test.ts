import { describe, expect, test } from "vitest";
import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { resolveFilter, resolveValueFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { findTarget, GROUP, USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";

/** A user with one custom attribute of each type that the core schemas lack at their top level. */
const CUSTOM_USER: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      required: false,
      schema: {
        id: CUSTOM,
        name: "Custom",
        description: "Custom",
        attributes: [
          aCustomAttribute("level", { type: "integer" }),
          aCustomAttribute("rate", { type: "decimal" }),
          aCustomAttribute("hiredAt", { type: "dateTime" }),
          aCustomAttribute("badge", { type: "binary", caseExact: true }),
          aCustomAttribute("tags", { multiValued: true }),
        ],
      },
    },
  ],
};

function aCustomAttribute(name: string, characteristics: Partial<Attribute>): Attribute {
  return { ...stringAttribute(name, "An attribute of a connector."), ...characteristics };
}

function resolve(text: string, type: ResourceType = CUSTOM_USER) {
  return resolveFilter(type, parseFilter(text));
}

function resolveInside(name: string, text: string) {
  const target = findTarget(CUSTOM_USER, { attribute: name });
  if (target === undefined) throw new Error(`The test names no attribute: ${name}`);
  return resolveValueFilter(target.attribute, parseFilter(text));
}

/** What a resolved comparison is about: extension, attribute, sub-attribute. */
function aTarget(attribute: string, subAttribute?: string, extension?: string) {
  return {
    extension,
    attribute: expect.objectContaining({ name: attribute }),
    subAttribute:
      subAttribute === undefined ? undefined : expect.objectContaining({ name: subAttribute }),
  };
}

const invalidFilter = expect.objectContaining({ status: 400, scimType: "invalidFilter" });

describe("names", () => {
  test.each([
    ["USERNAME", aTarget("userName")],
    ["id", aTarget("id")],
    ["externalId", aTarget("externalId")],
    ["Meta.LastModified", aTarget("meta", "lastModified")],
    ["schemas", aTarget("schemas")],
    ["name.givenname", aTarget("name", "givenName")],
    ["emails.value", aTarget("emails", "value")],
    ["groups.$ref", aTarget("groups", "$ref")],
    ["urn:ietf:params:scim:schemas:core:2.0:USER:title", aTarget("title")],
    [`${ENTERPRISE_USER}:manager.value`, aTarget("manager", "value", ENTERPRISE_USER)],
    ["department", aTarget("department", undefined, ENTERPRISE_USER)],
    [`${CUSTOM.toUpperCase()}:level`, aTarget("level", undefined, CUSTOM)],
  ])("%s is found", (name, target) => {
    const filter = resolve(`${name} pr`);

    expect(filter).toEqual({ kind: "present", target });
  });

  test.each([
    'nosuch eq "x"',
    'name.nosuch eq "x"',
    'userName.value eq "x"',
    'urn:scim:schemas:core:1.0:a eq "x"',
    `${ENTERPRISE_USER} pr`,
    'toString eq "x"',
    "hasOwnProperty pr",
    'members eq "x"',
    'password eq "x"',
    "password pr",
    'urn:ietf:params:scim:schemas:core:2.0:User:PASSWORD eq "x"',
  ])("%s is invalidFilter", (text) => {
    expect(() => resolve(text)).toThrow(invalidFilter);
  });
});

describe("a bare complex attribute", () => {
  test.each([
    ["emails", aTarget("emails", "value")],
    ["groups", aTarget("groups", "value")],
    ["manager", aTarget("manager", "value", ENTERPRISE_USER)],
  ])("%s compares its value", (name, target) => {
    const filter = resolve(`${name} eq "X"`);

    expect(filter).toMatchObject({ kind: "compare", target });
  });

  test("members compares its value, exactly", () => {
    const filter = resolve('members eq "U1"', GROUP);

    expect(filter).toEqual({
      kind: "compare",
      target: aTarget("members", "value"),
      operator: "eq",
      operand: { type: "text", value: "U1" },
    });
  });

  test("without a value is refused, except by pr and null", () => {
    expect(() => resolve('name eq "x"')).toThrow(invalidFilter);
    expect(() => resolve('addresses co "x"')).toThrow(invalidFilter);
    expect(resolve("name pr")).toEqual({ kind: "present", target: aTarget("name") });
    expect(resolve("name ne null")).toEqual({ kind: "present", target: aTarget("name") });
  });
});

describe("rewrites", () => {
  test("ne is not eq, so that it holds for an absent value", () => {
    const filter = resolve('title ne "Boss"');

    expect(filter).toEqual({ kind: "not", filter: resolve('title eq "Boss"') });
  });

  test("eq null is not present", () => {
    const filter = resolve("manager eq null");

    expect(filter).toEqual({ kind: "not", filter: resolve("manager pr") });
  });

  test.each(["co", "sw", "ew", "gt", "ge", "lt", "le"])("%s null is refused", (operator) => {
    expect(() => resolve(`title ${operator} null`)).toThrow(invalidFilter);
  });
});

describe("values", () => {
  test.each([
    ['userName eq "ADA"', { type: "text", value: "ada" }],
    ['userName eq "\u212aelvin"', { type: "text", value: "kelvin" }],
    ['externalId eq "ADA"', { type: "text", value: "ADA" }],
    ['profileUrl sw "HTTP:"', { type: "text", value: "HTTP:" }],
    ['x509Certificates co "QQ=="', { type: "text", value: "QQ==" }],
    ["active eq false", { type: "boolean", value: false }],
    ['active eq "True"', { type: "boolean", value: true }],
    ['roles.primary eq "FALSE"', { type: "boolean", value: false }],
    ["level ge 3", { type: "number", value: 3 }],
    ["rate lt -0.5", { type: "number", value: -0.5 }],
    ['meta.created gt "1970-01-01T00:00:01Z"', { type: "instant", ms: 1000 }],
    ['hiredAt eq "1970-01-01T01:00:00+01:00"', { type: "instant", ms: 0 }],
  ])("%s is read as the attribute's type", (text, operand) => {
    const filter = resolve(text);

    expect(filter).toMatchObject({ kind: "compare", operand });
  });

  test.each([
    "userName eq 5",
    "userName eq true",
    String.raw`userName eq "a\u0000b"`,
    'active eq "maybe"',
    "active eq 1",
    "active gt true",
    "active co true",
    'active sw "t"',
    "level co 3",
    'level eq "3"',
    "level eq true",
    'meta.created gt "nope"',
    'meta.created gt "2026-02-30T00:00:00Z"',
    "meta.created gt 5",
    'meta.created co "2026"',
    'badge gt "QQ=="',
    'x509Certificates.value le "QQ=="',
  ])("%s does not suit the attribute and is invalidFilter", (text) => {
    expect(() => resolve(text)).toThrow(invalidFilter);
  });

  test("the detail names the attribute and the operators it has", () => {
    expect(() => resolve("active gt true")).toThrow(
      '"active" is a boolean and cannot be compared by gt, only by eq, ne.',
    );
  });
});

describe("value paths", () => {
  test("inside the brackets targets are sub-attributes", () => {
    const filter = resolve('emails[type eq "Work" and primary eq "True"]');

    expect(filter).toEqual({
      kind: "some",
      target: aTarget("emails"),
      filter: {
        kind: "and",
        filters: [
          {
            kind: "compare",
            target: aTarget("type"),
            operator: "eq",
            operand: { type: "text", value: "work" },
          },
          {
            kind: "compare",
            target: aTarget("primary"),
            operator: "eq",
            operand: { type: "boolean", value: true },
          },
        ],
      },
    });
  });

  test("the values of a simple attribute go by the name of value", () => {
    const filter = resolve('tags[value sw "A"]');

    expect(filter).toEqual({
      kind: "some",
      target: aTarget("tags", undefined, CUSTOM),
      filter: {
        kind: "compare",
        target: aTarget("value"),
        operator: "sw",
        operand: { type: "text", value: "a" },
      },
    });
  });

  test.each([
    'emails[nosuch eq "x"]',
    'emails[userName eq "x"]',
    'emails[type.value eq "x"]',
    'emails[urn:ietf:params:scim:schemas:core:2.0:User:type eq "x"]',
    'emails.value[type eq "x"]',
    'name[value eq "x"]',
    'name.givenName[value eq "x"]',
    'userName[value eq "x"]',
    'tags[type eq "x"]',
    "emails[primary gt true]",
  ])("%s is invalidFilter", (text) => {
    expect(() => resolve(text)).toThrow(invalidFilter);
  });

  test.each([
    ['name[givenName eq "x"]', 'name.givenName eq "x"'],
    ['name[givenName sw "x" and familyName pr]', 'name.givenName sw "x" and name.familyName pr'],
    ['manager[value eq "m1"]', 'manager.value eq "m1"'],
    [`${ENTERPRISE_USER}:manager[value eq "m1"]`, 'manager eq "m1"'],
    ['manager[value eq "m1"].displayName pr', 'manager.value eq "m1" and manager.displayName pr'],
    ['name[not (givenName eq "x")]', 'name pr and not (name.givenName eq "x")'],
    ["name[givenName eq null]", "name pr and name.givenName eq null"],
    ['name[givenName ne "x"]', 'name pr and name.givenName ne "x"'],
  ])("of one value, %s means %s", (inBrackets, plain) => {
    expect(resolve(inBrackets)).toEqual(resolve(plain));
  });

  test("a PATCH filter is resolved against the attribute it chooses from", () => {
    expect(resolveInside("roles", 'value eq "Admin"')).toMatchObject({
      kind: "compare",
      target: aTarget("value"),
      operand: { value: "admin" },
    });
    expect(() => resolveInside("roles", "nosuch pr")).toThrow(invalidFilter);
  });
});

describe("where users and groups are searched", () => {
  const NEVER = { kind: "or", filters: [] };
  const onGroups = (text: string) => resolveFilter(GROUP, parseFilter(text), [USER, GROUP]);

  test.each([
    'title eq "x"',
    'title co ""',
    "title pr",
    "title ne null",
    "active eq false",
    'emails[type eq "work"]',
    'urn:ietf:params:scim:schemas:core:2.0:User:title eq "x"',
    'name.givenName eq "x"',
  ])("%s never holds for a group, which has no such attribute", (text) => {
    expect(onGroups(text)).toEqual(NEVER);
  });

  test.each(['title ne "x"', "title eq null", "not (title pr)"])(
    "%s holds for every group, as for any absent value",
    (text) => {
      expect(onGroups(text)).toEqual({ kind: "not", filter: NEVER });
    },
  );

  test("only the terms on foreign attributes are replaced", () => {
    expect(onGroups('title pr or displayName eq "x"')).toMatchObject({
      kind: "or",
      filters: [NEVER, { kind: "compare", target: { attribute: { name: "displayName" } } }],
    });
  });

  test.each(["nosuch pr", 'password eq "x"', "emails.nosuch pr"])("%s is invalidFilter", (text) => {
    const onUsers = () => resolveFilter(USER, parseFilter(text), [USER, GROUP]);

    expect(onUsers).toThrow(invalidFilter);
  });
});
