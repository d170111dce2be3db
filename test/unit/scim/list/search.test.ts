import { describe, expect, test } from "vitest";
import type { JsonValue } from "#scim/json.ts";
import { parseSearchRequest } from "#scim/list/search.ts";
import { SEARCH_REQUEST } from "#scim/schema/urns.ts";

function parse(body: JsonValue, strict = false) {
  return parseSearchRequest(body, { strict });
}

const DEFAULTS = { startIndex: 1, count: 100, sortOrder: "ascending" };

describe("parseSearchRequest", () => {
  test("reads every parameter of RFC 7644 §3.4.3 and RFC 9865 §3", () => {
    const body = {
      schemas: [SEARCH_REQUEST],
      attributes: ["displayName", "userName"],
      filter: 'displayName sw "smith"',
      sortBy: "userName",
      sortOrder: "descending",
      cursor: "abc",
      count: 10,
    };

    expect(parse(body)).toEqual({
      attributes: "displayName,userName",
      filter: 'displayName sw "smith"',
      sortBy: "userName",
      sortOrder: "descending",
      cursor: "abc",
      startIndex: 1,
      count: 10,
    });
  });

  test.each<[string, JsonValue, object]>([
    ["nothing", {}, {}],
    ["nulls", { filter: null, count: null, attributes: null, cursor: null }, {}],
    ["empty values", { filter: "", attributes: [], sortBy: "", excludedAttributes: "" }, {}],
    ["an empty cursor", { cursor: "" }, { cursor: "" }],
    ["names in any case", { STARTINDEX: 3, Count: 4 }, { startIndex: 3, count: 4 }],
    ["quoted numbers", { startIndex: "3", count: "4" }, { startIndex: 3, count: 4 }],
    ["attributes in one string", { excludedAttributes: "a, b" }, { excludedAttributes: "a, b" }],
    ["members of another kind", { nosuch: { x: [1] } }, {}],
    ["numbers out of bounds", { startIndex: -5, count: 1e9 }, { count: 1000 }],
    ["large numbers", { startIndex: 1e21 }, { startIndex: Number.MAX_SAFE_INTEGER }],
  ])("reads %s", (_name, body, expected) => {
    expect(parse(body)).toEqual({ ...DEFAULTS, ...expected });
  });

  test.each<[JsonValue, string]>([
    [[], "invalidSyntax"],
    ["x", "invalidSyntax"],
    [null, "invalidSyntax"],
    [{ count: 1, COUNT: 2 }, "invalidSyntax"],
    [{ filter: 1 }, "invalidFilter"],
    [{ filter: ["a"] }, "invalidFilter"],
    [{ cursor: 1 }, "invalidCursor"],
    [{ cursor: "", count: "x" }, "invalidCount"],
    [{ cursor: "", startIndex: 1 }, "invalidValue"],
    [{ count: true }, "invalidValue"],
    [{ count: 1.5 }, "invalidValue"],
    [{ startIndex: {} }, "invalidValue"],
    [{ sortBy: 1 }, "invalidValue"],
    [{ sortOrder: "up" }, "invalidValue"],
    [{ attributes: 1 }, "invalidValue"],
    [{ attributes: [null] }, "invalidValue"],
  ])("refuses %j as %s", (body, scimType) => {
    expect(() => parse(body)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });

  test.each<[JsonValue, boolean]>([
    [{ schemas: [SEARCH_REQUEST] }, true],
    [{ Schemas: [SEARCH_REQUEST.toUpperCase(), "urn:x"] }, true],
    [{}, false],
    [{ schemas: [] }, false],
    [{ schemas: SEARCH_REQUEST }, false],
    [{ schemas: ["urn:x"] }, false],
  ])("when strict takes %j: %s", (body, isTaken) => {
    const refusal = expect.objectContaining({ scimType: "invalidSyntax" });

    if (isTaken) expect(parse(body, true)).toEqual(DEFAULTS);
    else expect(() => parse(body, true)).toThrow(refusal);
    expect(parse(body)).toEqual(DEFAULTS);
  });
});
