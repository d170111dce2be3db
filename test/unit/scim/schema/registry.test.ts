import { describe, expect, test } from "vitest";
import type { Attribute, ResourceType } from "#scim/attribute.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { MANAGER } from "#scim/schema/enterprise-user.ts";
import {
  findExtension,
  findNamed,
  findSubAttribute,
  findTarget,
  GROUP,
  isCoreSchema,
  schemasOf,
  USER,
} from "#scim/schema/registry.ts";
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const ACME = "urn:example:acme:2.0:User";
const CITY = stringAttribute("profileField_city", "The user's city.");
const USER_AT_ACME: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      schema: { id: ACME, name: "Acme", description: "Acme", attributes: [CITY] },
      required: false,
    },
  ],
};

describe("the schemas", () => {
  test("list the attributes of RFC 7643 in its order", () => {
    const names = schemasOf(USER).map((schema) => schema.attributes.map(({ name }) => name));

    expect(names).toEqual([
      [
        "userName",
        "name",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "active",
        "password",
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
        "groups",
        "entitlements",
        "roles",
        "x509Certificates",
      ],
      ["employeeNumber", "costCenter", "organization", "division", "department", "manager"],
    ]);
  });

  test.each([
    ["userName", { required: true, caseExact: false, uniqueness: "server" }],
    ["password", { mutability: "writeOnly", returned: "never" }],
    ["externalId", { caseExact: true, mutability: "readWrite", returned: "default" }],
    ["id", { caseExact: true, mutability: "readOnly", returned: "always", uniqueness: "server" }],
    ["schemas", { multiValued: true, returned: "always" }],
    ["groups", { multiValued: true, mutability: "readOnly" }],
    ["active", { type: "boolean", multiValued: false }],
  ])("give %s its characteristics", (attribute, characteristics) => {
    expect(findTarget(USER, { attribute })?.attribute).toMatchObject(characteristics);
  });

  test.each([
    ["emails", ["work", "home", "other"]],
    ["phoneNumbers", ["work", "home", "mobile", "fax", "pager", "other"]],
    ["ims", ["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]],
    ["photos", ["photo", "thumbnail"]],
    ["addresses", ["work", "home", "other"]],
    ["groups", ["direct", "indirect"]],
    ["roles", undefined],
  ])("suggest the types of %s", (attribute, canonicalValues) => {
    const target = findTarget(USER, { attribute, subAttribute: "type" });

    expect(target?.subAttribute?.canonicalValues).toEqual(canonicalValues);
  });

  test("say of every reference what it refers to, and that it is case exact", () => {
    const attributes = [...schemasOf(USER), ...schemasOf(GROUP)].flatMap((s) => s.attributes);
    const all = attributes.flatMap((attribute): readonly Attribute[] => [
      attribute,
      ...attribute.subAttributes,
    ]);
    const references = all.filter(({ type }) => type === "reference");

    expect(references).not.toHaveLength(0);
    expect(references.filter((r) => !r.referenceTypes?.length || !r.caseExact)).toEqual([]);
  });
});

describe("findTarget", () => {
  test("finds an attribute in any letter case", () => {
    expect(findTarget(USER, { attribute: "USERNAME" })).toMatchObject({
      extension: undefined,
      attribute: { name: "userName" },
      subAttribute: undefined,
    });
  });

  test("finds a sub-attribute in any letter case", () => {
    const target = findTarget(USER, { attribute: "Emails", subAttribute: "VALUE" });

    expect(target).toMatchObject({
      attribute: { name: "emails" },
      subAttribute: { name: "value" },
    });
  });

  test.each([CORE_USER, CORE_USER.toUpperCase()])("finds core attributes under %s", (urn) => {
    expect(findTarget(USER, { urn, attribute: "displayName" })?.extension).toBeUndefined();
    expect(findTarget(USER, { urn, attribute: "displayName" })?.attribute.name).toBe("displayName");
  });

  test.each([
    ENTERPRISE_USER,
    ENTERPRISE_USER.toLowerCase(),
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0User",
  ])("finds the extension's attributes under %s", (urn) => {
    const target = findTarget(USER, { urn, attribute: "manager", subAttribute: "value" });

    expect(target).toMatchObject({ extension: ENTERPRISE_USER, attribute: MANAGER });
  });

  test("finds an extension's attribute by its bare name", () => {
    expect(findTarget(USER, { attribute: "Manager" })).toEqual({
      extension: ENTERPRISE_USER,
      attribute: MANAGER,
      subAttribute: undefined,
    });
  });

  test.each([
    { attribute: "id" },
    { attribute: "externalID" },
    { attribute: "meta", subAttribute: "lastModified" },
    { attribute: "schemas" },
    { urn: CORE_USER, attribute: "id" },
  ])("finds the common attribute %j", (name) => {
    expect(findTarget(USER, name)).toMatchObject({ extension: undefined });
  });

  test.each([
    { attribute: "nosuch" },
    { attribute: "emails", subAttribute: "nosuch" },
    { attribute: "userName", subAttribute: "value" },
    { attribute: "__proto__" },
    { attribute: "constructor", subAttribute: "name" },
    { attribute: "name", subAttribute: "constructor" },
    { urn: ENTERPRISE_USER, attribute: "userName" },
    { urn: ENTERPRISE_USER, attribute: "id" },
    { urn: CORE_USER, attribute: "department" },
    { urn: CORE_GROUP, attribute: "displayName" },
    { attribute: "" },
  ])("does not find %j in User", (name) => {
    expect(findTarget(USER, name)).toBeUndefined();
  });

  test("finds a connector's own attributes and leaves the plain type without them", () => {
    const name = { attribute: "profilefield_CITY" };

    expect(findTarget(USER_AT_ACME, name)).toMatchObject({ extension: ACME, attribute: CITY });
    expect(findTarget(USER_AT_ACME, { ...name, urn: ACME })?.attribute).toBe(CITY);
    expect(findTarget(USER, name)).toBeUndefined();
  });
});

describe("findNamed", () => {
  test.each([
    ["userName", "userName", undefined, false],
    ["name.givenName", "name", "givenName", false],
    [`${CORE_USER}:name.familyName`, "name", "familyName", true],
    [`${ENTERPRISE_USER}:manager.value`, "manager", "value", true],
    [`${ENTERPRISE_USER.toLowerCase()}:DEPARTMENT`, "department", undefined, true],
    ["department", "department", undefined, false],
  ])("takes %s for %s", (text, attribute, subAttribute, isQualified) => {
    const named = findNamed(USER, text);

    expect(named?.kind === "attribute" && named.target.attribute.name).toBe(attribute);
    expect(named?.kind === "attribute" && named.target.subAttribute?.name).toBe(subAttribute);
    expect(named).toMatchObject({ isQualified });
  });

  test("takes a URN alone for the schema", () => {
    expect(findNamed(USER, ENTERPRISE_USER.toUpperCase())).toMatchObject({
      kind: "schema",
      schema: { id: ENTERPRISE_USER },
    });
  });

  test.each([
    "nosuch",
    "a.b.c",
    "name.givenName.x",
    "urn:other:2.0:User:userName",
    "",
    `${CORE_USER}:`,
  ])("finds nothing under %j", (text) => {
    expect(findNamed(USER, text)).toBeUndefined();
  });
});

describe("the lookups of schemas", () => {
  test("know the core schema in any letter case", () => {
    expect(isCoreSchema(USER, CORE_USER.toUpperCase())).toBe(true);
    expect(isCoreSchema(USER, ENTERPRISE_USER)).toBe(false);
    expect(isCoreSchema(GROUP, CORE_USER)).toBe(false);
  });

  test("know the extensions in any letter case, and Entra's misspelling of one", () => {
    expect(findExtension(USER, ENTERPRISE_USER.toUpperCase())?.id).toBe(ENTERPRISE_USER);
    expect(findExtension(USER, ENTERPRISE_USER.replace(":User", "User"))?.id).toBe(ENTERPRISE_USER);
    expect(findExtension(USER, CORE_USER)).toBeUndefined();
    expect(findExtension(GROUP, ENTERPRISE_USER)).toBeUndefined();
  });

  test("find no sub-attribute of a simple attribute", () => {
    expect(findSubAttribute(CITY, "value")).toBeUndefined();
    expect(findSubAttribute(MANAGER, "VALUE")?.name).toBe("value");
  });
});
