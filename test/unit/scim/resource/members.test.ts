import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";

const invalidSyntax = expect.objectContaining({ status: 400, scimType: "invalidSyntax" });

function aUser(members: JsonObject = {}): JsonObject {
  return { schemas: [CORE_USER], userName: "ada", ...members };
}

function lenient(body: JsonValue) {
  return normaliseResource(USER, body, { strict: false });
}

function strict(body: JsonValue) {
  return normaliseResource(USER, body, { strict: true });
}

describe("the names in a body", () => {
  test.each<[string, JsonObject, JsonObject]>([
    ["core URN", { [`${CORE_USER}:displayName`]: "A" }, { displayName: "A" }],
    ["core URN and dot", { [`${CORE_USER}:name.givenName`]: "A" }, { name: { givenName: "A" } }],
    [
      "dot",
      { "Name.GivenName": "A", "name.familyName": "L" },
      { name: { familyName: "L", givenName: "A" } },
    ],
    [
      "dot beside the object",
      { name: { givenName: "A" }, "name.familyName": "L" },
      { name: { familyName: "L", givenName: "A" } },
    ],
    [
      "extension URN",
      { [`${ENTERPRISE_USER}:department`]: "A" },
      { [ENTERPRISE_USER]: { department: "A" } },
    ],
    [
      "extension URN and dot",
      { [`${ENTERPRISE_USER}:manager.value`]: "m" },
      { [ENTERPRISE_USER]: { manager: { value: "m" } } },
    ],
    [
      "extension URN beside the object",
      { [ENTERPRISE_USER]: { division: "D" }, [`${ENTERPRISE_USER}:department`]: "A" },
      { [ENTERPRISE_USER]: { division: "D", department: "A" } },
    ],
    [
      "dot in the extension",
      { [ENTERPRISE_USER]: { "manager.value": "m" } },
      { [ENTERPRISE_USER]: { manager: { value: "m" } } },
    ],
    [
      "Entra's misspelt URN",
      { [MISSPELT]: { department: "A" } },
      { [ENTERPRISE_USER]: { department: "A" } },
    ],
    [
      "schemas in the extension",
      { [ENTERPRISE_USER]: { schemas: ["x"], department: "A" } },
      { [ENTERPRISE_USER]: { department: "A" } },
    ],
  ])("may use a %s", (_, members, expected) => {
    const { document, warnings } = strict(aUser(members));

    expect(document).toEqual({ userName: "ada", ...expected });
    expect(warnings).toEqual([]);
  });

  test.each<[string, JsonObject]>([
    ["userName", { USERNAME: "b" }],
    ["userName with its URN", { [`${CORE_USER}:userName`]: "b" }],
    ["id", { id: "1", ID: "2" }],
    ["schemas", { Schemas: [CORE_USER] }],
    ["an extension", { [ENTERPRISE_USER]: {}, [ENTERPRISE_USER.toLowerCase()]: {} }],
    ["an extension's attribute", { [ENTERPRISE_USER]: { department: "a", Department: "b" } }],
    [
      "an extension's attribute with its URN",
      { [ENTERPRISE_USER]: { department: "a" }, [`${ENTERPRISE_USER}:department`]: "b" },
    ],
    ["a dotted name", { "name.givenName": "a", "NAME.givenName": "b" }],
    ["a dotted name and its object", { "name.givenName": "a", name: { GivenName: "b" } }],
    ["a dotted name and its list", { "emails.value": "a", emails: [{ value: "b" }] }],
  ])("must not give %s twice", (_, members) => {
    expect(() => lenient(aUser(members))).toThrow(invalidSyntax);
  });

  test("that the schemas do not know are left out with a warning", () => {
    const { document, warnings } = lenient(
      aUser({ user_mobile: "1", "urn:scim:schemas:core:1.0:x": 1, "a.b.c": 1 }),
    );

    expect(document).toEqual({ userName: "ada" });
    expect(warnings).toEqual([
      'The schemas of User have no attribute "user_mobile". It is left out.',
      'The schemas of User have no attribute "urn:scim:schemas:core:1.0:x". It is left out.',
      'The schemas of User have no attribute "a.b.c". It is left out.',
    ]);
  });

  test.each<JsonObject>([
    { nosuch: 1 },
    { [ENTERPRISE_USER]: { nosuch: 1 } },
    { name: { nosuch: 1 } },
    { department: "A" },
    { schemas: [CORE_USER, "urn:other"] },
  ])("%j is refused on a strict connector", (members) => {
    expect(() => strict(aUser(members))).toThrow(invalidSyntax);
  });

  test("put an extension's attribute at the top level into its extension with a warning", () => {
    const { document, warnings } = lenient(aUser({ Department: "A" }));

    expect(document).toEqual({ userName: "ada", [ENTERPRISE_USER]: { department: "A" } });
    expect(warnings).toEqual([
      `"department" stands at the top level but belongs to its extension. It is taken as "${ENTERPRISE_USER}:department".`,
    ]);
  });

  test("prefer the extension's own value to one at the top level", () => {
    const { document, warnings } = lenient(
      aUser({ department: "A", [ENTERPRISE_USER]: { department: "B" } }),
    );

    expect(document).toEqual({ userName: "ada", [ENTERPRISE_USER]: { department: "B" } });
    expect(warnings).toEqual([expect.stringContaining("is given too")]);
  });

  test("of JavaScript's own objects name no attribute", () => {
    const body = JSON.parse('{"userName":"ada","__proto__":{"active":true},"toString":1}');

    const { document, warnings } = lenient(body);

    expect(Object.entries(document)).toEqual([["userName", "ada"]]);
    expect(warnings).toHaveLength(2);
  });
});
