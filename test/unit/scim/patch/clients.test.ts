import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";

function aUser(members: JsonObject = {}): JsonObject {
  return { userName: "ada", active: true, ...members };
}

function patch(document: JsonObject, ...operations: readonly JsonValue[]): JsonObject {
  const context = { type: USER, strict: false, readOnly: { id: "u1" } };
  const { document: patched, warnings } = applyPatch(
    document,
    parsePatchRequest({ Operations: operations }, { strict: false }),
    context,
  );
  expect(warnings).toEqual([]);
  return patched;
}

describe("Okta", () => {
  test("deactivates without a path", () => {
    expect(patch(aUser(), { op: "replace", value: { active: false } })).toEqual(
      aUser({ active: false }),
    );
  });

  test("reactivates without a path", () => {
    expect(patch(aUser({ active: false }), { op: "replace", value: { active: true } })).toEqual(
      aUser(),
    );
  });

  test("sends a password, which is kept nowhere", () => {
    expect(patch(aUser(), { op: "replace", value: { password: "x", active: true } })).toEqual(
      aUser(),
    );
  });
});

describe("Entra, legacy", () => {
  test("sends one capital operation for each attribute", () => {
    const before = aUser({
      name: { givenName: "A" },
      emails: [{ value: "old@x", type: "work", primary: true }],
    });
    const patched = patch(
      before,
      { op: "Replace", path: 'emails[type eq "work"].value', value: "new@x" },
      { op: "Replace", path: "name.givenName", value: "Ada" },
      { op: "Replace", path: `${ENTERPRISE_USER}:employeeNumber`, value: "701984" },
      { op: "Add", path: "nickName", value: "Babs" },
    );

    expect(patched).toEqual(
      aUser({
        name: { givenName: "Ada" },
        nickName: "Babs",
        emails: [{ value: "new@x", type: "work", primary: true }],
        [ENTERPRISE_USER]: { employeeNumber: "701984" },
      }),
    );
  });

  test("adds first values on value paths: one value for each type", () => {
    const patched = patch(
      aUser(),
      { op: "Add", path: 'addresses[type eq "work"].formatted', value: "1 Main St" },
      { op: "Add", path: 'addresses[type eq "work"].locality', value: "Ely" },
      { op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "1" },
      { op: "Add", path: 'phoneNumbers[type eq "work"].value', value: "2" },
    );

    expect(patched).toEqual(
      aUser({
        phoneNumbers: [
          { value: "1", type: "mobile" },
          { value: "2", type: "work" },
        ],
        addresses: [{ formatted: "1 Main St", locality: "Ely", type: "work" }],
      }),
    );
  });

  test("names sub-attributes with a capital", () => {
    const operation = { op: "Add", path: 'emails[type eq "other"].Value', value: "a@x" };

    expect(patch(aUser(), operation)).toEqual(aUser({ emails: [{ value: "a@x", type: "other" }] }));
  });

  test.each(["True", "true"])("finds the primary role by the quoted boolean %s", (text) => {
    const path = `roles[primary eq "${text}"].value`;
    const created = patch(aUser(), { op: "Add", path, value: "admin" });

    expect(created).toEqual(aUser({ roles: [{ value: "admin", primary: true }] }));
    expect(patch(created, { op: "Replace", path, value: "user" })).toEqual(
      aUser({ roles: [{ value: "user", primary: true }] }),
    );
  });

  test("sends application roles as JSON text, which stays text", () => {
    const value = '{"id":"1","value":"admin"}';

    expect(patch(aUser(), { op: "Add", path: "roles", value: [{ value }] })).toEqual(
      aUser({ roles: [{ value }] }),
    );
  });

  test.each([
    [{ op: "Replace", path: "active", value: "False" }, false],
    [{ op: "Replace", path: "active", value: false }, false],
    [{ op: "Add", path: "active", value: "True" }, true],
    [{ op: "replace", value: { active: "False" } }, false],
  ])("%j ends as a boolean", (operation, active) => {
    expect(patch(aUser({ active: !active }), operation)).toEqual(aUser({ active }));
  });
});

describe("Entra, aadOptscim062020", () => {
  test("names paths as keys of one value", () => {
    const patched = patch(
      aUser({ emails: [{ value: "old@x", type: "work" }] }),
      { op: "replace", path: 'emails[type eq "work"].value', value: "new@x" },
      {
        op: "replace",
        value: {
          displayName: "Bjfe",
          "name.givenName": "K",
          "name.familyName": "U",
          [`${ENTERPRISE_USER}:employeeNumber`]: "A",
          [`${CORE_USER}:title`]: "Boss",
          'phoneNumbers[type eq "work"].value': "5",
        },
      },
    );

    expect(patched).toEqual(
      aUser({
        name: { familyName: "U", givenName: "K" },
        displayName: "Bjfe",
        title: "Boss",
        emails: [{ value: "new@x", type: "work" }],
        phoneNumbers: [{ value: "5", type: "work" }],
        [ENTERPRISE_USER]: { employeeNumber: "A" },
      }),
    );
  });

  test("keys of a value that are broken value paths are invalidPath", () => {
    const operation = { op: "replace", value: { 'emails[type eq "work"': "x" } };

    expect(() => patch(aUser(), operation)).toThrow(
      expect.objectContaining({ scimType: "invalidPath" }),
    );
  });

  test("qualifies core attributes with the core URN", () => {
    const operation = { op: "Replace", path: `${CORE_USER}:displayName`, value: "Ada" };

    expect(patch(aUser(), operation)).toEqual(aUser({ displayName: "Ada" }));
  });

  test("misspells the enterprise URN in its documentation", () => {
    const patched = patch(
      aUser(),
      { op: "Add", path: `${MISSPELT}:department`, value: "R&D" },
      { op: "Add", value: { [MISSPELT]: { costCenter: "1" } } },
    );

    expect(patched).toEqual(aUser({ [ENTERPRISE_USER]: { costCenter: "1", department: "R&D" } }));
  });
});

describe("the manager", () => {
  const managed = aUser({ [ENTERPRISE_USER]: { manager: { value: "m1", $ref: "../Users/m1" } } });
  const path = `${ENTERPRISE_USER}:manager`;

  test.each([
    [{ op: "Add", path, value: "m2" }],
    [{ op: "Replace", path, value: "m2" }],
    [{ op: "replace", path, value: { value: "m2" } }],
    [{ op: "replace", path: "manager", value: "m2" }],
    [{ op: "replace", path: `${path}.value`, value: "m2" }],
    [{ op: "replace", value: { [ENTERPRISE_USER]: { manager: { value: "m2" } } } }],
    [{ op: "replace", value: { [ENTERPRISE_USER]: { manager: "m2" } } }],
    [{ op: "replace", value: { [path]: "m2" } }],
    [{ op: "replace", path, value: { managerId: "m2", displayName: "Boss" } }],
  ])("%j sets m2, and the URI of m1 goes", (operation) => {
    const expected = aUser({ [ENTERPRISE_USER]: { manager: { value: "m2" } } });

    expect(patch(managed, operation)).toEqual(expected);
    expect(patch(aUser(), operation)).toEqual(expected);
  });

  test("comes as a list with its URI (Entra's example 5)", () => {
    const value = [{ $ref: "http://x/Users/m2", value: "m2" }];

    expect(patch(managed, { op: "Add", path, value })).toEqual(
      aUser({ [ENTERPRISE_USER]: { manager: { value: "m2", $ref: "http://x/Users/m2" } } }),
    );
  });

  test.each([
    [{ op: "Replace", path, value: "" }],
    [{ op: "Replace", path, value: null }],
    [{ op: "replace", path, value: { value: "" } }],
    [{ op: "replace", path, value: [{ value: "" }] }],
    [{ op: "replace", path, value: { managerId: "", displayName: "" } }],
    [{ op: "replace", path: "manager", value: "" }],
    [{ op: "replace", path: `${path}.value`, value: "" }],
    [{ op: "Remove", path }],
    [{ op: "Remove", path: "manager" }],
    [{ op: "replace", value: { [ENTERPRISE_USER]: { manager: null } } }],
    [{ op: "replace", value: { [path]: { value: "" } } }],
  ])("%j removes it", (operation) => {
    expect(patch(managed, operation)).toEqual(aUser());
    expect(patch(aUser(), operation)).toEqual(aUser());
  });
});

describe("clearing (Microsoft's SCIM_Null_Update_Test)", () => {
  const full = aUser({
    name: { formatted: "Ada" },
    displayName: "Ada",
    title: "Boss",
    phoneNumbers: [{ value: "5", type: "work" }],
    [ENTERPRISE_USER]: { department: "R&D" },
  });
  const paths = [
    "displayName",
    "title",
    "name.formatted",
    'phoneNumbers[type eq "work"].value',
    `${ENTERPRISE_USER}:department`,
  ];

  test.each(["", null])("%j on each path, twice, leaves nothing", (value) => {
    const clear = paths.map((path) => ({ op: "replace", path, value }));

    expect(patch(full, ...clear)).toEqual(aUser());
    expect(patch(full, ...clear, ...clear)).toEqual(aUser());
  });

  test.each(["", null])("%j for keys of one value leaves nothing", (value) => {
    const operation = {
      op: "replace",
      value: Object.fromEntries(paths.map((path) => [path, value])),
    };

    expect(patch(full, operation)).toEqual(aUser());
  });
});

describe("others", () => {
  test("OneLogin sends one e-mail as an object and active as text", () => {
    const operation = {
      op: "replace",
      value: { active: "false", emails: { value: "a@x", type: "work", primary: true } },
    };

    expect(patch(aUser(), operation)).toEqual(
      aUser({ active: false, emails: [{ value: "a@x", type: "work", primary: true }] }),
    );
  });

  test("JumpCloud sends one replace for each path", () => {
    const patched = patch(
      aUser(),
      { op: "replace", path: "name.familyName", value: "Lovelace" },
      { op: "replace", path: "phoneNumbers", value: [{ value: "tel:+1-201-555-0123" }] },
      { op: "replace", path: "addresses", value: [] },
    );

    expect(patched).toEqual(
      aUser({
        name: { familyName: "Lovelace" },
        phoneNumbers: [{ value: "tel:+1-201-555-0123" }],
      }),
    );
  });

  test("SailPoint sends nested objects, two work e-mails and extension objects without a path", () => {
    const emails = [
      { value: "a@x", type: "work", primary: true },
      { value: "b@x", type: "work" },
    ];
    const value = {
      name: { givenName: "Ada" },
      emails,
      [ENTERPRISE_USER]: { department: "R&D", manager: { value: "m1" } },
    };

    expect(patch(aUser(), { op: "replace", value })).toEqual(aUser(value));
  });

  test("SAP Concur replaces name by empty strings", () => {
    const before = aUser({ name: { givenName: "Ada", familyName: "Byron" } });
    const value = { givenName: "", familyName: "Lovelace", middleName: "" };

    expect(patch(before, { op: "replace", path: "name", value })).toEqual(
      aUser({ name: { familyName: "Lovelace" } }),
    );
  });

  test("scim2-tester replaces a bare extension URN by an object with schemas", () => {
    const value = { schemas: [ENTERPRISE_USER], department: "R&D" };

    expect(patch(aUser(), { op: "replace", path: ENTERPRISE_USER, value })).toEqual(
      aUser({ [ENTERPRISE_USER]: { department: "R&D" } }),
    );
  });
});
