import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER, PATCH_OP } from "#scim/schema/urns.ts";

const READ_ONLY: JsonObject = {
  id: "2819c223",
  meta: { resourceType: "User", created: "2026-01-31T12:00:00.000Z" },
  groups: [{ value: "g1", display: "Staff" }],
};

function aUser(members: JsonObject = {}): JsonObject {
  return { userName: "ada", ...members };
}

function apply(document: JsonObject, operations: readonly JsonValue[], strict = false) {
  const body = { schemas: [PATCH_OP], Operations: operations };
  const context = { type: USER, strict, readOnly: READ_ONLY };
  return applyPatch(document, parsePatchRequest(body, { strict }), context);
}

function patch(document: JsonObject, ...operations: readonly JsonValue[]): JsonObject {
  return apply(document, operations).document;
}

function add(path: string, value: JsonValue) {
  return { op: "add", path, value };
}

function replace(path: string, value: JsonValue) {
  return { op: "replace", path, value };
}

function remove(path: string) {
  return { op: "remove", path };
}

function refusal(scimType: string) {
  return expect.objectContaining({ status: 400, scimType });
}

describe("a single-valued attribute", () => {
  test.each(["add", "replace"])("%s sets it", (op) => {
    expect(patch(aUser(), { op, path: "title", value: "Boss" })).toEqual(aUser({ title: "Boss" }));
    expect(patch(aUser({ title: "Old" }), { op, path: "title", value: "Boss" })).toEqual(
      aUser({ title: "Boss" }),
    );
  });

  test.each([[""], [null], [[]], [{ value: "" }], [{ value: null }]])(
    "%j clears it",
    (value: JsonValue) => {
      expect(patch(aUser({ title: "Boss" }), replace("title", value))).toEqual(aUser());
      expect(patch(aUser({ title: "Boss" }), { op: "replace", value: { title: value } })).toEqual(
        aUser(),
      );
    },
  );

  test("remove clears it, and changes nothing where it is absent", () => {
    expect(patch(aUser({ title: "Boss" }), remove("title"))).toEqual(aUser());
    expect(patch(aUser(), remove("title"))).toEqual(aUser());
  });

  test("is named in any case, with or without the URN of its schema", () => {
    const urn = CORE_USER.toUpperCase();

    expect(patch(aUser(), add("NICKname", "A"), replace(`${urn}:DisplayName`, "Ada"))).toEqual(
      aUser({ displayName: "Ada", nickName: "A" }),
    );
  });

  test.each([
    ["active", {}],
    ["active", "maybe"],
    ["title", true],
    ["title", "a\u0000b"],
    ["userName", "a\u0000b"],
    ["emails", [5]],
    ["name", "Ada"],
  ])("%s of %j is invalidValue", (path, value) => {
    expect(() => patch(aUser(), replace(path, value))).toThrow(refusal("invalidValue"));
  });
});

describe("the required userName", () => {
  test.each(["", "  ", null])("replaced by %j is invalidValue", (value) => {
    expect(() => patch(aUser(), replace("userName", value))).toThrow(refusal("invalidValue"));
    expect(() => patch(aUser(), { op: "add", value: { userName: value } })).toThrow(
      refusal("invalidValue"),
    );
  });

  test("removed is mutability", () => {
    expect(() => patch(aUser(), remove("userName"))).toThrow(refusal("mutability"));
    expect(() => patch(aUser(), remove(CORE_USER))).toThrow(refusal("mutability"));
  });
});

describe("active", () => {
  test.each([replace("active", ""), replace("active", null), remove("active")])(
    "keeps its value on %j, so that no leaver comes back",
    (operation) => {
      const { document, warnings } = apply(aUser({ active: false }), [operation]);

      expect(document).toEqual(aUser({ active: false }));
      expect(warnings).toEqual(['"active" cannot be cleared. It keeps its value.']);
    },
  );
});

describe("a complex attribute", () => {
  const name = { givenName: "Ada", familyName: "Byron" };

  test.each(["add", "replace"])("%s keeps the sub-attributes that are not named", (op) => {
    const operation = { op, path: "name", value: { familyName: "Lovelace" } };

    expect(patch(aUser({ name }), operation)).toEqual(
      aUser({ name: { familyName: "Lovelace", givenName: "Ada" } }),
    );
  });

  test('sub-attributes named with "" are cleared (SAP Concur)', () => {
    expect(patch(aUser({ name }), replace("name", { givenName: "", middleName: "" }))).toEqual(
      aUser({ name: { familyName: "Byron" } }),
    );
    expect(patch(aUser({ name }), replace("name", { givenName: "", familyName: "" }))).toEqual(
      aUser(),
    );
  });

  test("a sub-attribute is set, created and removed on its own", () => {
    expect(patch(aUser(), add("name.givenName", "Ada"))).toEqual(
      aUser({ name: { givenName: "Ada" } }),
    );
    expect(patch(aUser({ name }), replace("name.familyName", ""))).toEqual(
      aUser({ name: { givenName: "Ada" } }),
    );
    expect(patch(aUser({ name: { givenName: "Ada" } }), remove("name.givenName"))).toEqual(aUser());
  });

  test("removing what is not there changes nothing", () => {
    expect(patch(aUser(), remove("name.givenName"), replace("name.givenName", ""))).toEqual(
      aUser(),
    );
  });
});

describe("an extension", () => {
  test("an attribute is set under its URN and leaves no empty object behind", () => {
    const set = patch(aUser(), add(`${ENTERPRISE_USER}:department`, "R&D"));

    expect(set).toEqual(aUser({ [ENTERPRISE_USER]: { department: "R&D" } }));
    expect(patch(set, remove(`${ENTERPRISE_USER}:Department`))).toEqual(aUser());
  });

  test("as a bare URN merges its members and drops schemas (scim2-tester)", () => {
    const before = aUser({ [ENTERPRISE_USER]: { department: "R&D", costCenter: "1" } });
    const value = { schemas: [ENTERPRISE_USER], costCenter: "2", DIVISION: "North" };

    expect(apply(before, [replace(ENTERPRISE_USER, value)])).toEqual({
      document: aUser({
        [ENTERPRISE_USER]: { costCenter: "2", division: "North", department: "R&D" },
      }),
      warnings: [],
    });
  });

  test("as a bare URN is removed or cleared as a whole", () => {
    const before = aUser({ [ENTERPRISE_USER]: { department: "R&D", manager: { value: "b" } } });

    expect(patch(before, remove(ENTERPRISE_USER))).toEqual(aUser());
    expect(patch(before, replace(ENTERPRISE_USER, null))).toEqual(aUser());
  });

  test("as a bare URN with anything but an object is invalidValue", () => {
    expect(() => patch(aUser(), replace(ENTERPRISE_USER, "x"))).toThrow(refusal("invalidValue"));
    expect(() => patch(aUser(), replace(CORE_USER, ["x"]))).toThrow(refusal("invalidValue"));
  });

  test("the core URN as a path means the resource itself", () => {
    expect(patch(aUser(), replace(CORE_USER, { title: "Boss" }))).toEqual(aUser({ title: "Boss" }));
  });
});

describe("read-only attributes", () => {
  test.each([
    replace("id", "other"),
    add("meta.created", "2020-01-01T00:00:00Z"),
    replace("meta", {}),
    replace("groups", []),
    add("groups", [{ value: "g2" }]),
    add('groups[value eq "g1"].display', "Staff"),
    remove("id"),
    remove("meta"),
    remove("groups"),
    remove('groups[value eq "g1"]'),
  ])("%j on an explicit path is mutability", (operation) => {
    expect(() => patch(aUser(), operation)).toThrow(refusal("mutability"));
  });

  test.each([
    replace("id", "2819c223"),
    replace("meta.created", "2026-01-31T12:00:00.000Z"),
    replace("meta", { created: "2026-01-31T12:00:00.000Z", resourceType: "User" }),
    add("groups", [{ display: "Staff", value: "g1" }]),
    replace("meta.version", ""),
  ])("%j is the value it has and is ignored", (operation) => {
    expect(apply(aUser(), [operation])).toEqual({ document: aUser(), warnings: [] });
  });

  test("inside a value are ignored (Okta sends id)", () => {
    const value = {
      id: "other",
      meta: { resourceType: "X" },
      groups: [],
      title: "Boss",
      [ENTERPRISE_USER]: { manager: { value: "b", displayName: "Boss" } },
    };

    expect(apply(aUser(), [{ op: "replace", value }])).toEqual({
      document: aUser({ title: "Boss", [ENTERPRISE_USER]: { manager: { value: "b" } } }),
      warnings: [],
    });
  });

  test.each([
    replace("schemas", ["urn:x"]),
    remove("schemas"),
    { op: "add", value: { schemas: [] } },
  ])("%j: schemas are always ignored", (operation) => {
    expect(apply(aUser(), [operation])).toEqual({ document: aUser(), warnings: [] });
  });

  test.each([
    replace("password", "s3cret"),
    add("password", { odd: "s3cret" }),
    remove("password"),
    { op: "replace", value: { password: "s3cret" } },
  ])("%j: a password is accepted and kept nowhere", (operation) => {
    expect(apply(aUser(), [operation])).toEqual({ document: aUser(), warnings: [] });
  });
});

describe("unknown attributes", () => {
  test.each([
    [replace("nosuch", "x"), "nosuch"],
    [remove("name.nosuch"), "name.nosuch"],
    [add('emails[type eq "work"].nope', "x"), 'emails[type eq \\"work\\"].nope'],
    [
      replace("urn:ietf:params:scim:schemas:core:1.0:b", "x"),
      "urn:ietf:params:scim:schemas:core:1.0:b",
    ],
    [{ op: "add", value: { "no such": "x" } }, "no such"],
    [
      { op: "add", value: { "urn:ietf:params:scim:api:2.0": { a: 1 } } },
      "urn:ietf:params:scim:api:2.0",
    ],
    [replace(ENTERPRISE_USER, { nosuch: 1 }), `${ENTERPRISE_USER}:nosuch`.slice(0, 64)],
  ])("%j is left out with a warning and is invalidPath when strict", (operation, shown) => {
    const { document, warnings } = apply(aUser(), [operation]);

    expect(document).toEqual(aUser());
    expect(warnings).toEqual([expect.stringContaining(shown)]);
    expect(() => apply(aUser(), [operation], true)).toThrow(refusal("invalidPath"));
  });

  test("inside a value are left out with a warning, refused when strict", () => {
    const operation = replace("name", { givenName: "Ada", nosuch: "x" });
    const { document, warnings } = apply(aUser(), [operation]);

    expect(document).toEqual(aUser({ name: { givenName: "Ada" } }));
    expect(warnings).toHaveLength(1);
    expect(() => apply(aUser(), [operation], true)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});

describe("refusals", () => {
  test.each([
    ["__proto__.admin", "invalidPath"],
    ["constructor.prototype.x", "invalidPath"],
    ['emails[type eq "work"', "invalidPath"],
    ["title[value pr]", "invalidPath"],
    ["emails[nosuch pr]", "invalidFilter"],
  ])("the path %s is %s", (path, scimType) => {
    expect(() => patch(aUser(), replace(path, "x"))).toThrow(refusal(scimType));
  });

  test("a path of 3 KB is invalidPath", () => {
    expect(() => patch(aUser(), replace("a".repeat(3000), "x"))).toThrow(refusal("invalidPath"));
  });

  test("one bad operation undoes the others", () => {
    const before = Object.freeze(aUser({ title: "Old" }));

    expect(() => patch(before, replace("title", "New"), replace("active", {}))).toThrow(
      refusal("invalidValue"),
    );
    expect(before).toEqual(aUser({ title: "Old" }));
  });
});

describe("several operations", () => {
  test("are applied in order, each on what the one before left", () => {
    const patched = patch(
      aUser(),
      add("emails", { value: "a@x", type: "work" }),
      replace('emails[type eq "work"].value', "b@x"),
      add("title", "Boss"),
      remove("title"),
    );

    expect(patched).toEqual(aUser({ emails: [{ value: "b@x", type: "work" }] }));
  });

  test("that change nothing return an equal document", () => {
    const before = aUser({ title: "Boss", emails: [{ value: "a@x", type: "work" }] });
    const after = patch(
      before,
      replace("title", "Boss"),
      add("emails", { value: "a@x", type: "work" }),
      remove('emails[type eq "home"]'),
    );

    expect(JSON.stringify(after)).toBe(JSON.stringify(before));
  });

  test("leave the document in the order of its schemas", () => {
    const patched = patch(
      aUser(),
      add("title", "Boss"),
      add("name.givenName", "A"),
      add("externalId", "1"),
    );

    expect(Object.keys(patched)).toEqual(["externalId", "userName", "name", "title"]);
  });
});
