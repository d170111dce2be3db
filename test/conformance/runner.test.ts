import { describe, expect, test } from "vitest";
import { readPath } from "./body-path.ts";
import { type Answer, findDifferences } from "./check.ts";
import type { Expectation, Json } from "./exchange.ts";
import { findViolations } from "./protocol.ts";
import { fill } from "./run.ts";

const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const BASE = "http://127.0.0.1/scim/v2";

const ADA = {
  userName: "ada@example.com",
  name: { givenName: "Ada" },
  emails: [
    { type: "home", value: "ada@example.net" },
    { type: "work", value: "ada@example.com", primary: true },
  ],
  [ENTERPRISE]: { department: "Engines" },
};

describe("readPath", () => {
  test.each([
    ["userName", "ada@example.com"],
    ["name.givenName", "Ada"],
    ["emails[0].value", "ada@example.net"],
    ['emails[type eq "work"].value', "ada@example.com"],
    ['emails[primary eq "true"].type', "work"],
    ["emails.length", 2],
    [`${ENTERPRISE}:department`, "Engines"],
    [ENTERPRISE, { department: "Engines" }],
    ["name.familyName", undefined],
    ["emails[2].value", undefined],
    ['emails[type eq "other"].value', undefined],
    ["constructor", undefined],
  ])("%s", (path, expected) => {
    expect(readPath(ADA, path)).toEqual(expected);
  });
});

describe("findDifferences", () => {
  test.each<[string, Partial<Expectation>]>([
    ["a status", { status: 201 }],
    ["a header", { headers: { "content-type": "^text/" } }],
    ["a value", { body: { userName: "Ada@example.com" } }],
    ["a value that is not there", { body: { title: "Countess" } }],
    ["a type", { types: { "emails.length": "string" } }],
    ["a pattern", { matches: { userName: "^bob" } }],
    ["an attribute that should be absent", { absent: ["name.givenName"] }],
  ])("notices %s", (_, expected) => {
    expect(findDifferences(anAnswer({}), anExpectation(expected))).toHaveLength(1);
  });

  test("finds nothing where all is as expected", () => {
    const expected = anExpectation({
      headers: { "content-type": "scim" },
      body: { userName: "ada@example.com" },
      types: { "emails.length": "integer" },
      matches: { userName: "^ada" },
      absent: ["title"],
    });

    expect(findDifferences(anAnswer({}), expected)).toEqual([]);
  });
});

describe("findViolations", () => {
  test("finds nothing in a proper resource", () => {
    expect(findViolations(anAnswer({}), BASE, undefined)).toEqual([]);
  });

  test.each<[string, Partial<Answer>]>([
    ["another media type", { headers: new Headers({ "content-type": "application/json" }) }],
    ["a body that is not JSON", { body: undefined }],
    ["a 204 with a body", { status: 204 }],
    ["a null", { body: { title: null } }],
    ["a flat path", { body: { "name.givenName": "Ada" } }],
    ["a flat URN path", { body: { [`${ENTERPRISE}:department`]: "Engines" } }],
    ["a location elsewhere", { body: { meta: { location: "http://127.0.0.1/scim/Users/1" } } }],
    ["a 201 without Location", { status: 201 }],
    ["a password member", { text: '{"password" : "x"}' }],
  ])("refuses %s", (_, answer) => {
    expect(findViolations(anAnswer(answer), BASE, undefined)).toHaveLength(1);
  });

  test("refuses a password under another name", () => {
    const answer = anAnswer({ text: '{"title":"1mz050nq"}' });

    expect(findViolations(answer, BASE, { password: "1mz050nq" })).toHaveLength(1);
  });

  test("wants schemas, a status as text and a detail of an error", () => {
    const answer = anAnswer({ status: 404, body: { status: 404 } });

    expect(findViolations(answer, BASE, undefined)).toHaveLength(3);
  });
});

describe("fill", () => {
  test("puts a saved value in place of its name", () => {
    const saved = new Map([["version", 'W/"1"']]);

    expect(fill({ "a{{version}}": ["{{version}}!"] }, saved)).toEqual({ 'aW/"1"': ['W/"1"!'] });
  });

  test("refuses a name that nothing was saved under", () => {
    expect(() => fill("/Users/{{id}}", new Map())).toThrow("{{id}}");
  });
});

function anAnswer(parts: Partial<Answer>): Answer {
  const body: Json = ADA;
  const headers = new Headers({ "content-type": "application/scim+json" });
  return { status: 200, headers, text: JSON.stringify(ADA), body, ...parts };
}

function anExpectation(parts: Partial<Expectation>): Expectation {
  return { status: 200, headers: {}, body: {}, types: {}, matches: {}, absent: [], ...parts };
}
