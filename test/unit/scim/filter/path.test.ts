import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import { PATH_BYTES_MAX, parsePath, resolvePath } from "#scim/filter/path.ts";
import type { Filter } from "#scim/filter/syntax/ast.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const invalidPath = expect.objectContaining({ status: 400, scimType: "invalidPath" });
const invalidFilter = expect.objectContaining({ status: 400, scimType: "invalidFilter" });

function equal(attribute: string, value: string): Filter {
  return { kind: "compare", path: { attribute }, operator: "eq", value };
}

function resolve(text: string, type: ResourceType = USER) {
  return resolvePath(type, parsePath(text, type));
}

describe("a path", () => {
  test.each([
    ["userName", { attribute: "userName" }],
    ["NAME.GivenName", { attribute: "NAME", subAttribute: "GivenName" }],
    [`${CORE_USER}:displayName`, { urn: CORE_USER, attribute: "displayName" }],
    [
      `${ENTERPRISE_USER.toUpperCase()}:manager.value`,
      { urn: ENTERPRISE_USER.toUpperCase(), attribute: "manager", subAttribute: "value" },
    ],
    [
      'emails[type eq "other"].Value',
      {
        attribute: "emails",
        filter: equal("type", "other"),
        subAttribute: "Value",
      },
    ],
    ['members[value eq "u1"]', { attribute: "members", filter: equal("value", "u1") }],
    [
      `${CORE_USER}:emails[type eq "work"]`,
      { urn: CORE_USER, attribute: "emails", filter: equal("type", "work") },
    ],
  ])("%s has its parts", (text, path) => {
    expect(parsePath(text, USER)).toEqual({ kind: "attribute", ...path });
  });

  test.each([CORE_USER, ENTERPRISE_USER, ENTERPRISE_USER.toLowerCase()])(
    "%s is a whole schema",
    (urn) => {
      expect(parsePath(urn, USER)).toEqual({ kind: "schema", urn });
    },
  );

  test.each([
    "",
    " ",
    ".userName",
    "name.",
    "name.givenName.x",
    'emails[type eq "work"',
    'emails[type eq "work"]]',
    'emails[type eq "work"]value',
    'emails[type eq "work"].',
    'emails[type eq "work"].value.x',
    'emails.value[type eq "work"]',
    "emails[]",
    "emails[0]",
    "emails[type]",
    '[type eq "work"]',
    "userName eq",
    "user name",
    "/userName",
    "(userName)",
    `${ENTERPRISE_USER}[a pr]`,
    "__proto__",
    "__proto__.admin",
    "constructor.prototype.x",
    "name.constructor",
    "emails[__proto__ pr]",
    'emails[type eq "work"].prototype',
    "urn:example:2.0:Constructor",
  ])("%s is invalidPath", (text) => {
    expect(() => parsePath(text, USER)).toThrow(invalidPath);
  });

  test.each([
    ["of 3 KB", `emails[type eq "${"x".repeat(3000)}"]`],
    ["one byte too long", "a".repeat(PATH_BYTES_MAX + 1)],
    ["nested 1,000 levels deep", `emails[${"(".repeat(1000)}`],
  ])("%s is invalidPath", (_, text) => {
    expect(() => parsePath(text, USER)).toThrow(invalidPath);
  });

  test("is read to its last allowed byte", () => {
    expect(parsePath("a".repeat(PATH_BYTES_MAX), USER)).toHaveProperty("kind", "attribute");
  });
});

describe("what a path names", () => {
  test.each([
    ["manager", ENTERPRISE_USER, "manager", undefined],
    [`${ENTERPRISE_USER}:Department`, ENTERPRISE_USER, "department", undefined],
    [
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0User:Department",
      ENTERPRISE_USER,
      "department",
      undefined,
    ],
    [`${CORE_USER}:Name.Formatted`, undefined, "name", "formatted"],
    ['addresses[type eq "work"].formatted', undefined, "addresses", "formatted"],
    ['roles[primary eq "True"].value', undefined, "roles", "value"],
  ])("%s is found", (path, extension, attribute, subAttribute) => {
    expect(resolve(path)).toMatchObject({
      kind: "attribute",
      target: {
        extension,
        attribute: { name: attribute },
        subAttribute: subAttribute === undefined ? undefined : { name: subAttribute },
      },
    });
  });

  test("a bare URN is its schema", () => {
    expect(resolve(ENTERPRISE_USER)).toMatchObject({ schema: { id: ENTERPRISE_USER } });
    expect(resolve(CORE_USER)).toMatchObject({ schema: { id: CORE_USER } });
  });

  test.each(["nosuch", "name.nosuch", "urn:example:a:b", 'emails[type eq "work"].nope', "members"])(
    "%s is unknown to a user",
    (path) => {
      expect(resolve(path)).toBeUndefined();
    },
  );

  test("the enterprise URN is no schema of a group", () => {
    expect(resolve(ENTERPRISE_USER, GROUP)).toBeUndefined();
  });

  test("a filter on a simple attribute with one value is invalidPath", () => {
    expect(() => resolve('title[value eq "Ada"]')).toThrow(invalidPath);
  });

  test.each(["emails[nosuch pr]", "emails[primary gt true]", "emails[password pr]"])(
    "%s cannot be evaluated and is invalidFilter",
    (path) => {
      expect(() => resolve(path)).toThrow(invalidFilter);
    },
  );
});
