import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject } from "#scim/json.ts";
import {
  isEverything,
  parseProjection,
  projectResource,
  showsAttribute,
} from "#scim/resource/projection.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { complexAttribute, stringAttribute } from "#scim/schema/define.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const ALWAYS = { schemas: [CORE_USER, ENTERPRISE_USER], id: "1" };
const NAME = { familyName: "Lovelace", givenName: "Ada" };
const EMAILS = [
  { value: "ada@example.com", type: "work" },
  { value: "ada@example.org", type: "home" },
];
const ENTERPRISE = { department: "R&D", manager: { value: "m1", $ref: "u/m1" } };
const ADA: JsonObject = {
  ...ALWAYS,
  userName: "ada",
  name: NAME,
  emails: EMAILS,
  [ENTERPRISE_USER]: ENTERPRISE,
  meta: { resourceType: "User", version: 'W/"1"' },
};

function withAttributes(attributes: string): JsonObject {
  return projectResource(USER, ADA, parseProjection(attributes, undefined));
}

function withoutAttributes(excluded: string): JsonObject {
  return projectResource(USER, ADA, parseProjection(undefined, excluded));
}

describe("attributes", () => {
  test.each<[string, JsonObject]>([
    ["userName", { userName: "ada" }],
    [" USERNAME , meta.version ", { userName: "ada", meta: { version: 'W/"1"' } }],
    [`${CORE_USER}:userName`, { userName: "ada" }],
    ["name.givenName", { name: { givenName: "Ada" } }],
    ["name.givenName,name", { name: NAME }],
    ["name,name.givenName", { name: NAME }],
    ["emails.value", { emails: [{ value: "ada@example.com" }, { value: "ada@example.org" }] }],
    ["emails", { emails: EMAILS }],
    ['emails[type eq "work"]', { emails: EMAILS }],
    ['emails[type eq "a,b]\\",c" or type pr].value,userName', { userName: "ada", emails: EMAILS }],
    ["emails.primary", {}],
    [ENTERPRISE_USER, { [ENTERPRISE_USER]: ENTERPRISE }],
    [`${ENTERPRISE_USER}:department`, { [ENTERPRISE_USER]: { department: "R&D" } }],
    [`${ENTERPRISE_USER}:manager.value`, { [ENTERPRISE_USER]: { manager: { value: "m1" } } }],
    ["manager.value", { [ENTERPRISE_USER]: { manager: { value: "m1" } } }],
    ["id", {}],
    ["nosuch,__proto__,constructor,a.b.c,emails[", { emails: EMAILS }],
    ["nosuch", {}],
    ["password", {}],
  ])("%j keeps id, schemas and what it names", (attributes, expected) => {
    expect(withAttributes(attributes)).toEqual({ ...ALWAYS, ...expected });
  });
});

describe("excludedAttributes", () => {
  test("keeps all but what it names", () => {
    const { emails: _, meta: __, ...rest } = ADA;

    expect(withoutAttributes("emails,META")).toEqual(rest);
  });

  test("keeps all but the sub-attributes that it names", () => {
    expect(withoutAttributes("name.givenName,emails.type,emails.display")).toEqual({
      ...ADA,
      name: { familyName: "Lovelace" },
      emails: [{ value: "ada@example.com" }, { value: "ada@example.org" }],
    });
  });

  test("never drops id and schemas", () => {
    expect(withoutAttributes("id,schemas")).toEqual(ADA);
  });

  test("drops a whole extension by its URN, and schemas stays as it was", () => {
    const { [ENTERPRISE_USER]: _, ...rest } = ADA;

    expect(withoutAttributes(ENTERPRISE_USER)).toEqual(rest);
  });

  test("drops an attribute of which nothing is left", () => {
    const { name: _, ...rest } = ADA;

    expect(withoutAttributes("name.familyName,name.givenName")).toEqual(rest);
  });

  test("ignores unknown names", () => {
    expect(withoutAttributes("nosuch,name.nosuch")).toEqual(ADA);
  });
});

describe("the `returned` characteristic", () => {
  const SECRET: ResourceType = {
    ...USER,
    schema: {
      ...USER.schema,
      attributes: [
        ...USER.schema.attributes,
        stringAttribute("onRequest", "Shown on request.", { returned: "request" }),
        complexAttribute("badge", "A badge.", [
          stringAttribute("number", "Always shown.", { returned: "always" }),
          stringAttribute("color", "Shown by default."),
          stringAttribute("pin", "Never shown.", { returned: "never" }),
          stringAttribute("issuer", "Shown on request.", { returned: "request" }),
        ]),
      ],
    },
  };
  const RESOURCE: JsonObject = {
    id: "1",
    userName: "ada",
    password: "p",
    onRequest: "r",
    badge: { number: "7", color: "red", pin: "1", issuer: "HR" },
  };

  test.each<[string | undefined, string | undefined, JsonObject]>([
    [undefined, undefined, { id: "1", userName: "ada", badge: { number: "7", color: "red" } }],
    ["onRequest,password", undefined, { id: "1", onRequest: "r" }],
    ["badge", undefined, { id: "1", badge: { number: "7", color: "red" } }],
    ["badge.issuer,badge.pin", undefined, { id: "1", badge: { number: "7", issuer: "HR" } }],
    [undefined, "badge.number,badge.color", { id: "1", userName: "ada", badge: { number: "7" } }],
    [undefined, "userName", { id: "1", badge: { number: "7", color: "red" } }],
  ])("holds with attributes %j and excludedAttributes %j", (attributes, excluded, expected) => {
    const projection = parseProjection(attributes, excluded);

    expect(projectResource(SECRET, RESOURCE, projection)).toEqual(expected);
  });
});

describe("parseProjection", () => {
  test.each([
    [undefined, undefined],
    ["", " "],
    [",", " , "],
  ])("reads %j and %j as everything", (attributes, excluded) => {
    expect(isEverything(parseProjection(attributes, excluded))).toBe(true);
  });

  test("refuses attributes and excludedAttributes together", () => {
    expect(() => parseProjection("userName", "emails")).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  });

  test("takes an empty parameter beside the other as absent", () => {
    expect(parseProjection("", "emails")).toEqual({ kind: "excluded", names: ["emails"] });
    expect(isEverything(parseProjection("", "emails"))).toBe(false);
  });
});

describe("showsAttribute", () => {
  test.each([
    [undefined, undefined, true],
    ["displayName", undefined, false],
    ["members.value", undefined, true],
    [undefined, "Members", false],
    [undefined, "members.display", true],
  ])("with attributes %j and excludedAttributes %j is %j for members", (named, excluded, shown) => {
    expect(showsAttribute(GROUP, parseProjection(named, excluded), MEMBERS)).toBe(shown);
  });
});
