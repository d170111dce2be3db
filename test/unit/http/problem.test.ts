import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import * as z from "zod";
import { check } from "#http/admin/call/input.ts";
import { Problem, problemResponse, unfitCursor, unfitMember } from "#http/admin/call/problem.ts";
import { PROBLEM, PROBLEM_CODES, PROBLEMS } from "#http/admin/call/schemas.ts";

// A refusal has a code that programs go by, and names the places that are wrong.

const manual = readFileSync("docs/admin-api.md", "utf8");

async function bodyOf(error: unknown) {
  const response = problemResponse(error);
  const body = PROBLEM.parse(await response.json());
  expect(body.status).toBe(response.status);
  return body;
}

function refusal(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was refused.");
}

const SCHEMA = z.strictObject({
  name: z.string(),
  "a/b~c": z.array(z.strictObject({ limit: z.int() })).optional(),
});

test("every code has the status it is answered with, words for it, and a row in the manual", () => {
  for (const [code, { status, when }] of Object.entries(PROBLEM_CODES)) {
    expect(PROBLEMS, code).toHaveProperty(String(status));
    expect(manual).toContain(`| \`${code}\` | ${status} | ${when} |`);
  }
});

test("every status of a refusal has a general code", async () => {
  for (const status of [400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 429, 500, 503] as const) {
    expect(PROBLEMS).toHaveProperty(String(status));
    const { code } = await bodyOf(new Problem(status, "x"));

    expect(PROBLEM_CODES[GENERAL[status]].status).toBe(status);
    expect(code).toBe(GENERAL[status]);
  }
});

const GENERAL = {
  400: "invalidRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "notFound",
  405: "methodNotAllowed",
  409: "conflict",
  410: "cursorExpired",
  412: "versionMismatch",
  413: "bodyTooLarge",
  415: "unsupportedMediaType",
  429: "tooManyFailures",
  500: "internalError",
  503: "unavailable",
} as const;

test.each([
  ["a member", { name: 1 }, ["#/name"]],
  ["one that is missing", {}, ["#/name"]],
  ["one below a list", { name: "x", "a/b~c": [{ limit: "1" }] }, ["#/a~1b~0c/0/limit"]],
  ["one that nobody knows", { name: "x", "x/y": 1, z: 2 }, ["#/x~1y", "#/z"]],
  ["the whole", [], ["#"]],
])("of a body %s that does not fit is pointed to", async (_, value, pointers) => {
  const body = await bodyOf(refusal(() => check(SCHEMA, value)));

  expect(body.code).toBe("invalidBody");
  expect(body.errors?.map((each) => "pointer" in each && each.pointer)).toEqual(pointers);
});

test("of a query the parameter is named, and no body is spoken of", async () => {
  const body = await bodyOf(refusal(() => check(SCHEMA, { nam: "x" }, "query")));

  expect(body.code).toBe("invalidQuery");
  expect(body.errors?.map((each) => "parameter" in each && each.parameter)).toEqual([
    "name",
    "nam",
  ]);
  expect(body.detail).not.toContain("body");
});

test("what fits its schema and cannot be used is named as well", async () => {
  const member = await bodyOf(unfitMember(["source", "baseUrl"], "must be https"));
  const cursor = await bodyOf(unfitCursor("after"));

  expect(member).toMatchObject({
    code: "invalidBody",
    detail: "source.baseUrl: must be https",
    errors: [{ pointer: "#/source/baseUrl", detail: "must be https" }],
  });
  expect(cursor).toMatchObject({ code: "invalidCursor", errors: [{ parameter: "after" }] });
});
