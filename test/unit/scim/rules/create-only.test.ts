import { describe, expect, test } from "vitest";
import { keepCreateOnly, refuseCreateOnly } from "#scim/rules/create-only.ts";
import { resourceTypesOf } from "#scim/schema/custom.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const DEPARTMENT = `${ENTERPRISE_USER}:department`;
const BEFORE = {
  userName: "ada",
  title: "Countess",
  name: { givenName: "Ada", familyName: "King" },
  emails: [{ value: "ada@example.com", type: "work" }],
  [ENTERPRISE_USER]: { department: "Engines" },
};
const keep = (createOnly: readonly string[], after: object, before: object = BEFORE) =>
  keepCreateOnly(USER, before as never, after as never, { createOnly });

describe("what clients set at creation alone", () => {
  test.each([
    ["an attribute that changed", ["title"], { ...BEFORE, title: "Dr" }],
    ["in any letter case", ["TITLE"], { ...BEFORE, title: "Dr" }],
    ["under the core URN", [`${CORE_USER}:title`], { ...BEFORE, title: "Dr" }],
    ["an attribute that was cleared", ["title"], { ...BEFORE, title: undefined }],
    ["a part", ["name.givenName"], { ...BEFORE, name: { givenName: "A", familyName: "King" } }],
    [
      "a part whose whole is gone",
      ["name.givenName", "name.familyName"],
      { ...BEFORE, name: undefined },
    ],
    ["a list", ["emails"], { ...BEFORE, emails: [{ value: "other@example.com" }] }],
    ["of an extension", [DEPARTMENT], { ...BEFORE, [ENTERPRISE_USER]: { department: "Looms" } }],
    ["of an extension by a bare name", ["department"], { ...BEFORE, [ENTERPRISE_USER]: undefined }],
    ["the userName", ["userName"], { ...BEFORE, userName: "lovelace" }],
  ])("stays: %s", (_what, paths, after) => {
    const { document, kept } = keep(paths, JSON.parse(JSON.stringify(after)));

    expect(document).toEqual(BEFORE);
    expect(kept).toEqual(paths);
  });

  test("what had no value gets none", () => {
    const { document, kept } = keep(
      ["nickName", `${ENTERPRISE_USER}:division`],
      { userName: "ada", nickName: "A", [ENTERPRISE_USER]: { division: "X" } },
      { userName: "ada" },
    );

    expect(document).toEqual({ userName: "ada", [ENTERPRISE_USER]: {} });
    expect(kept).toHaveLength(2);
  });

  test("the same value is not worth a word, whatever the order of its members", () => {
    const name = { familyName: "King", givenName: "Ada" };

    expect(keep(["name", "title"], { ...BEFORE, name }).kept).toEqual([]);
  });

  test("an attribute that is not declared any more is passed over", () => {
    expect(keep(["badge"], { ...BEFORE, title: "Dr" })).toEqual({
      document: { ...BEFORE, title: "Dr" },
      kept: [],
    });
  });
});

describe("a path that can be set at creation alone", () => {
  const own = resourceTypesOf(
    JSON.stringify([{ resourceType: "User", name: "badge", type: "string" }]),
  ).User;

  test.each([
    "title",
    "name",
    "name.familyName",
    "emails",
    "manager",
    DEPARTMENT,
    "userName",
    "externalId",
  ])("is %s", (path) => {
    expect(refuseCreateOnly(USER, path)).toBeUndefined();
  });

  test("is one that the connector declares, and that one alone", () => {
    expect(refuseCreateOnly(own, "badge")).toBeUndefined();
    expect(refuseCreateOnly(USER, "badge")).toMatch(/no such attribute/);
  });

  test.each([
    ["active", /switch a user off/],
    ["ACTIVE", /switch a user off/],
    [`${CORE_USER}:active`, /switch a user off/],
    ["id", /read-only/],
    ["meta", /read-only/],
    ["groups", /read-only/],
    ["schemas", /read-only/],
    ["manager.displayName", /read-only/],
    ["password", /never kept/],
    ["emails.value", /whole/],
    ["titel", /no such attribute/],
    ['emails[type eq "work"]', /no such attribute/],
    ["__proto__", /no such attribute/],
    [CORE_USER, /whole schema/],
    [ENTERPRISE_USER, /whole schema/],
  ])("is not %s", (path, why) => {
    expect(refuseCreateOnly(USER, path)).toMatch(why);
  });
});
