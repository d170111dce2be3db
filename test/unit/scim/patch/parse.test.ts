import { describe, expect, test } from "vitest";
import type { JsonValue } from "#scim/json.ts";
import { OPERATIONS_MAX, parsePatchRequest } from "#scim/patch/parse.ts";
import { PATCH_OP } from "#scim/schema/urns.ts";

const invalidSyntax = expect.objectContaining({ status: 400, scimType: "invalidSyntax" });
const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });
const noTarget = expect.objectContaining({ status: 400, scimType: "noTarget" });

function parse(body: JsonValue) {
  return parsePatchRequest(body, { strict: false });
}

function parseOne(operation: JsonValue) {
  return parse({ schemas: [PATCH_OP], Operations: [operation] })[0];
}

function nested(levels: number): JsonValue {
  return levels === 0 ? "x" : { a: nested(levels - 1) };
}

describe("the request", () => {
  test("has its operations in order", () => {
    const operations = parse({
      schemas: [PATCH_OP],
      Operations: [
        { op: "add", path: "title", value: "Boss" },
        { op: "replace", value: { title: "B" } },
        { op: "remove", path: "title" },
      ],
    });

    expect(operations).toEqual([
      { op: "add", path: "title", value: "Boss" },
      { op: "replace", value: { title: "B" } },
      { op: "remove", path: "title" },
    ]);
  });

  test.each([
    null,
    "x",
    [],
    {},
    { schemas: [PATCH_OP] },
    { Operations: {} },
    { Operations: null },
    { Operations: "add" },
    { Operations: [null] },
    { Operations: ["add"] },
    { Operations: [[]] },
    { Operations: [], OPERATIONS: [] },
  ])("%j has no list of operations and is invalidSyntax", (body) => {
    expect(() => parse(body)).toThrow(invalidSyntax);
  });

  test("names Operations in any case", () => {
    expect(parse({ operations: [{ OP: "remove", Path: "title" }] })).toHaveLength(1);
  });

  test("without operations does nothing", () => {
    expect(parse({ schemas: [PATCH_OP], Operations: [] })).toEqual([]);
  });

  test("may hold 1,000 operations and no more", () => {
    const operations = new Array(OPERATIONS_MAX).fill({ op: "remove", path: "title" });

    expect(parse({ Operations: operations })).toHaveLength(1000);
    expect(() => parse({ Operations: [...operations, operations[0]] })).toThrow(invalidSyntax);
  });

  test.each([
    { Operations: [] },
    { schemas: [], Operations: [] },
    { schemas: PATCH_OP, Operations: [] },
    { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], Operations: [] },
  ])("%j lacks the PatchOp schema: accepted, invalidSyntax when strict", (body) => {
    expect(parse(body)).toEqual([]);
    expect(() => parsePatchRequest(body, { strict: true })).toThrow(invalidSyntax);
  });

  test("with the PatchOp schema passes when strict", () => {
    const body = { schemas: [PATCH_OP], Operations: [] };

    expect(parsePatchRequest(body, { strict: true })).toEqual([]);
  });
});

describe("an operation", () => {
  test.each(["Add", "REPLACE", "Remove"])("%s is known in any case", (op) => {
    expect(parseOne({ op, path: "title", value: "x" })).toHaveProperty("op", op.toLowerCase());
  });

  test.each([{ op: "frobnicate" }, { op: "" }, { op: 1 }, { op: null }, {}])(
    "%j has no known op and is invalidSyntax",
    (members) => {
      expect(() => parseOne({ path: "title", value: "x", ...members })).toThrow(invalidSyntax);
    },
  );

  test.each([[1], [true], [{}], [["title"]]])("the path %j is invalidSyntax", (path: JsonValue) => {
    expect(() => parseOne({ op: "add", path, value: "x" })).toThrow(invalidSyntax);
  });

  test("a path of null is no path", () => {
    expect(parseOne({ op: "add", path: null, value: {} })).toEqual({ op: "add", value: {} });
  });

  test("further members are ignored (Microsoft's Postman collection)", () => {
    const operation = parseOne({ name: "addMember", op: "add", path: "members", value: "u1" });

    expect(operation).toEqual({ op: "add", path: "members", value: "u1" });
  });

  test("two spellings of a member are invalidSyntax", () => {
    expect(() => parseOne({ op: "add", OP: "add", path: "title", value: "x" })).toThrow(
      invalidSyntax,
    );
  });

  test("remove without a path is noTarget", () => {
    expect(() => parseOne({ op: "remove" })).toThrow(noTarget);
    expect(() => parseOne({ op: "remove", path: null, value: {} })).toThrow(noTarget);
  });

  test.each(["add", "replace"])("%s without a value is invalidValue", (op) => {
    expect(() => parseOne({ op, path: "title" })).toThrow(invalidValue);
    expect(() => parseOne({ op })).toThrow(invalidValue);
  });

  test.each([[null], ["x"], [1], [[]], [[{ title: "x" }, { title: "y" }]]])(
    "the value %j without a path is invalidValue",
    (value: JsonValue) => {
      expect(() => parseOne({ op: "replace", value })).toThrow(invalidValue);
    },
  );

  test("a value of null with a path is a value", () => {
    expect(parseOne({ op: "replace", path: "title", value: null })).toHaveProperty("value", null);
  });
});

describe("names inside a value", () => {
  test.each(["__proto__", "constructor", "prototype", "Constructor"])(
    "%s is invalidSyntax at any depth",
    (name) => {
      const poisoned = JSON.parse(`{"${name}":{"polluted":1}}`);

      expect(() => parseOne({ op: "add", value: poisoned })).toThrow(invalidSyntax);
      expect(() => parseOne({ op: "add", path: "emails", value: [{ a: poisoned }] })).toThrow(
        invalidSyntax,
      );
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    },
  );

  test("two spellings of one name are invalidSyntax at any depth", () => {
    const value = { name: { givenName: "a", GIVENNAME: "b" } };

    expect(() => parseOne({ op: "add", value })).toThrow(invalidSyntax);
  });

  test("nesting beyond 32 levels is invalidSyntax", () => {
    expect(() => parseOne({ op: "add", path: "title", value: nested(100) })).toThrow(invalidSyntax);
  });
});
