import { describe, expect, test } from "vitest";
import { BULK_OPERATIONS_MAX, parseBulkRequest } from "#scim/bulk/bulk.ts";
import type { BulkOperation } from "#scim/bulk/operation.ts";
import { ScimError } from "#scim/error.ts";
import type { JsonValue } from "#scim/json.ts";
import { BULK_REQUEST } from "#scim/schema/urns.ts";

const POST = { method: "POST", path: "/Users", bulkId: "a", data: { userName: "ada" } };

function parse(body: JsonValue, strict = false) {
  return parseBulkRequest(body, { strict });
}

/** The one operation of a request. */
function parseOne(operation: JsonValue): BulkOperation | undefined {
  return parse({ Operations: [operation] }).operations[0];
}

/** How a request is refused as a whole. */
function refusalOf(body: JsonValue, strict = false): unknown[] {
  try {
    parse(body, strict);
    return [];
  } catch (error) {
    return error instanceof ScimError ? [error.status, error.scimType] : [error];
  }
}

describe("parseBulkRequest", () => {
  test("reads methods and member names in any letter case", () => {
    const request = parse({
      FAILONERRORS: 2,
      operations: [{ Method: "patch", Path: "Users/1/", BulkID: "a", Version: 'W/"1"', Data: [] }],
    });

    expect(request.errorsMax).toBe(2);
    expect(request.operations).toEqual([
      {
        method: "PATCH",
        path: "Users/1/",
        bulkId: "a",
        ifMatch: 'W/"1"',
        data: [],
        dataText: "[]",
        action: { kind: "patch", type: "User", id: "1" },
      },
    ]);
  });

  test.each([
    ["POST", "/Groups", { kind: "create", type: "Group" }],
    ["PUT", "/Users/1", { kind: "replace", type: "User", id: "1" }],
    ["DELETE", "/Groups/1", { kind: "remove", type: "Group", id: "1" }],
    ["PATCH", "/Users/bulkId:a/b c", { kind: "patch", type: "User", id: "bulkId:a/b c" }],
  ])("%s %s is understood", (method, path, action) => {
    expect(parseOne({ ...POST, method, path })?.action).toEqual(action);
  });

  test.each([
    ["a nested Bulk", { ...POST, path: "/Bulk" }],
    ["a path of no resource type", { ...POST, path: "/Devices" }],
    ["a path below a resource", { ...POST, method: "PUT", path: "/Users/1/emails" }],
    ["a search", { ...POST, path: "/Users/.search" }],
    ["no path", { method: "POST", bulkId: "a" }],
    ["a path that is no string", { ...POST, path: 1 }],
    ["GET", { ...POST, method: "GET" }],
    ["no method", { path: "/Users", bulkId: "a" }],
    ["a POST without a bulkId", { method: "POST", path: "/Users" }],
    ["a PATCH without an id", { ...POST, method: "PATCH" }],
    ["a version that is no string", { ...POST, method: "PUT", path: "/Users/1", version: 1 }],
  ])("%s is refused as that operation's invalidSyntax", (_what, operation) => {
    expect(parseOne(operation)?.action).toMatchObject({
      kind: "refused",
      error: { status: 400, scimType: "invalidSyntax" },
    });
  });

  test("a user larger than a request of its own may be is refused with 413", () => {
    const data = { userName: "x".repeat(256 * 1024) };

    expect(parseOne({ ...POST, data })?.action).toMatchObject({ error: { status: 413 } });
  });

  test("operations that share a bulkId are refused, and no other", () => {
    const { operations } = parse({ Operations: [POST, { ...POST, bulkId: "b" }, POST] });

    const kinds = operations.map(({ action }) => action.kind);
    expect(kinds).toEqual(["refused", "create", "refused"]);
    expect(operations[0]?.action).toMatchObject({ error: { scimType: "invalidValue" } });
  });

  test.each([
    ["absent", {}, Number.POSITIVE_INFINITY],
    ["null", { failOnErrors: null }, Number.POSITIVE_INFINITY],
    ["0", { failOnErrors: 0 }, 1],
    ["1", { failOnErrors: 1 }, 1],
  ])("failOnErrors that is %s allows so many errors", (_what, members, errorsMax) => {
    expect(parse({ Operations: [], ...members }).errorsMax).toBe(errorsMax);
  });

  test.each([
    ["a list", [], "invalidSyntax"],
    ["no Operations", {}, "invalidSyntax"],
    ["Operations that are no list", { Operations: {} }, "invalidSyntax"],
    ["an operation that is no object", { Operations: ["POST"] }, "invalidSyntax"],
    [
      "a failOnErrors that is no whole number",
      { Operations: [], failOnErrors: 1.5 },
      "invalidValue",
    ],
    ["a failOnErrors that is a string", { Operations: [], failOnErrors: "1" }, "invalidValue"],
  ])("%s is refused with 400", (_what, body, scimType) => {
    expect(refusalOf(body)).toEqual([400, scimType]);
  });

  test("more operations than advertised are refused with 413", () => {
    const Operations = Array.from({ length: BULK_OPERATIONS_MAX + 1 }, () => POST);

    expect(refusalOf({ Operations })).toEqual([413, undefined]);
  });

  test("a strict connector requires the schema of the message", () => {
    expect(refusalOf({ Operations: [] }, true)).toEqual([400, "invalidSyntax"]);
    expect(refusalOf({ schemas: [BULK_REQUEST], Operations: [] }, true)).toEqual([]);
  });
});
