import { describe, expect, test } from "vitest";
import { listResponse, parseListParameters } from "#scim/list/list.ts";

function parse(query: string) {
  const parameters = new URLSearchParams(query);
  return parseListParameters((name) => parameters.getAll(name));
}

describe("parseListParameters", () => {
  test("has the defaults of a query without parameters", () => {
    expect(parse("")).toEqual({ startIndex: 1, count: 100, sortOrder: "ascending" });
  });

  test("reads every parameter", () => {
    const query = new URLSearchParams({
      filter: 'userName eq "ada"',
      startIndex: "11",
      count: "5",
      sortBy: "name.familyName",
      sortOrder: "Descending",
      attributes: "userName",
      excludedAttributes: "emails",
      unknown: "ignored",
    });

    expect(parse(query.toString())).toEqual({
      filter: 'userName eq "ada"',
      startIndex: 11,
      count: 5,
      sortBy: "name.familyName",
      sortOrder: "descending",
      attributes: "userName",
      excludedAttributes: "emails",
    });
  });

  test.each([
    ["1", 1],
    ["0", 1],
    ["-5", 1],
    ["%2B7", 7],
    ["1000000000000000", 1e15],
    ["1e15", 1e15],
    ["1e400", Number.MAX_SAFE_INTEGER],
    ["", 1],
  ])("takes startIndex=%s as %d", (text, startIndex) => {
    expect(parse(`startIndex=${text}`).startIndex).toBe(startIndex);
  });

  test.each([
    ["0", 0],
    ["-1", 0],
    ["1000", 1000],
    ["1001", 1000],
    ["1000000000", 1000],
    ["1e9", 1000],
    ["", 100],
  ])("takes count=%s as %d", (text, count) => {
    expect(parse(`count=${text}`).count).toBe(count);
  });

  test.each([
    "startIndex=abc",
    "startIndex=1.5",
    "count=0x10",
    "count=NaN",
    "count=Infinity",
    "sortOrder=up",
  ])("refuses %s as invalidValue", (query) => {
    expect(() => parse(query)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
  });

  test.each(["filter=", "filter=+", "sortBy=&attributes=&sortOrder="])("ignores %s", (query) => {
    expect(parse(query)).toEqual(parse(""));
  });

  test.each([
    ["filter", "invalidFilter"],
    ["startIndex", "invalidValue"],
    ["count", "invalidValue"],
    ["sortBy", "invalidValue"],
    ["sortOrder", "invalidValue"],
    ["attributes", "invalidValue"],
    ["excludedAttributes", "invalidValue"],
    ["cursor", "invalidCursor"],
  ])("refuses two of %s as %s", (name, scimType) => {
    expect(() => parse(`${name}=1&${name}=1`)).toThrow(
      expect.objectContaining({ status: 400, scimType }),
    );
  });
});

describe("a cursor", () => {
  test.each([
    ["cursor=", ""],
    ["cursor", ""],
    ["cursor=+", ""],
    ["cursor=abc&count=5", "abc"],
  ])("is read from %j as %j", (query, cursor) => {
    expect(parse(query).cursor).toBe(cursor);
  });

  test("is absent where none is sent", () => {
    expect(parse("")).not.toHaveProperty("cursor");
  });

  test.each([
    ["cursor=&startIndex=1", "invalidValue"],
    ["cursor=abc&startIndex=5", "invalidValue"],
    ["cursor=&count=abc", "invalidCount"],
    ["count=abc", "invalidValue"],
  ])("makes %s %s", (query, scimType) => {
    expect(() => parse(query)).toThrow(expect.objectContaining({ status: 400, scimType }));
  });

  test("and an empty startIndex go together", () => {
    expect(parse("cursor=&startIndex=")).toMatchObject({ cursor: "", startIndex: 1 });
  });
});

describe("listResponse", () => {
  test("has the members of RFC 7644 and no other", () => {
    const response = listResponse({ totalResults: 7, startIndex: 3, resources: [{ id: "1" }] });

    expect(response).toEqual({
      schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
      totalResults: 7,
      startIndex: 3,
      itemsPerPage: 1,
      Resources: [{ id: "1" }],
    });
  });

  test("has an empty Resources when nothing is found", () => {
    expect(listResponse({ totalResults: 0, startIndex: 1, resources: [] })).toMatchObject({
      itemsPerPage: 0,
      Resources: [],
    });
  });
});
