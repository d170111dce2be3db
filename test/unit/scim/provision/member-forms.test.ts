import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { toSteps } from "#scim/patch/to-steps.ts";
import { planSteps } from "#scim/provision/members.ts";
import { normaliseResource, refuseEmptying } from "#scim/resource/resource.ts";
import { GROUP } from "#scim/schema/registry.ts";
import { CORE_GROUP, PATCH_OP } from "#scim/schema/urns.ts";

const VALUELESS = [null, "", " ", {}, [], { value: null }, { value: "" }, { value: " " }];
const UNUSABLE = [{ value: {} }, { display: "x" }, { type: "User", $ref: "x" }, true, 5, ["u1"]];
const JSON_TEXTS = [{ value: '{"value":"u1"}' }, { value: '["u1"]' }];

const ELEMENTS: readonly JsonValue[] = [...VALUELESS, ...UNUSABLE, ...JSON_TEXTS];
const NO_LISTS: readonly JsonValue[] = [null, "", {}, { value: "" }, { display: "x" }, 5, true];
const TEXTS: readonly JsonValue[] = ["u1", " ", '[{"value":"u1"}]', '{"value":"u1"}'];

const NOBODY = [...ELEMENTS.flatMap((each) => [[each], [{ value: "u2" }, each]]), ...NO_LISTS];

const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });

function plan(operation: JsonObject, strict = false) {
  const body = { schemas: [PATCH_OP], Operations: [operation] };
  const steps = toSteps(GROUP, parsePatchRequest(body, { strict }));
  return planSteps(
    steps.filter((step) => step.op !== "unknown" && step.op !== "undeclared"),
    { strict, warnings: [] },
  );
}

function put(body: JsonObject, strict = false) {
  const whole = { schemas: [CORE_GROUP], displayName: "Staff", ...body };
  const { document, hollow } = normaliseResource(GROUP, whole, { strict });
  refuseEmptying(hollow, { displayName: "Staff", members: [{ value: "u1" }] });
  return document;
}

/** The ways to say what becomes of members. */
const PATCHES: readonly (readonly [string, (value: JsonValue) => JsonObject])[] = [
  ["add", (value) => ({ op: "add", path: "members", value })],
  ["replace", (value) => ({ op: "Replace", path: "members", value })],
  ["remove", (value) => ({ op: "remove", path: "MEMBERS", value })],
  ["replace, with the URN", (value) => ({ op: "replace", path: `${CORE_GROUP}:members`, value })],
  ["replace without a path", (value) => ({ op: "replace", value: { members: value } })],
  ["add without a path", (value) => ({ op: "add", value: { [`${CORE_GROUP}:members`]: value } })],
  ["an object", (value) => ({ op: "replace", value: { [CORE_GROUP]: { members: value } } })],
  ["the bare URN", (value) => ({ op: "replace", path: CORE_GROUP, value: { members: value } })],
  ["an empty path", (value) => ({ op: "replace", path: "", value: { Members: value } })],
];

describe("members that name nobody", () => {
  test.each(PATCHES)("are refused by %s", (_how, operation) => {
    for (const value of NOBODY) expect(() => plan(operation(value))).toThrow(invalidValue);
    for (const value of NOBODY) expect(() => plan(operation(value), true)).toThrow();
  });

  test("are refused by PUT", () => {
    for (const members of [...NOBODY, ...TEXTS]) {
      expect(() => put({ members })).toThrow(invalidValue);
      expect(() => put({ [CORE_GROUP.toLowerCase()]: { MEMBERS: members } })).toThrow(invalidValue);
      expect(() => put({ members }, true)).toThrow(invalidValue);
    }
  });

  test.each(TEXTS)("or are the text %j are refused in the place of all", (value) => {
    const operation = { op: "replace", path: "members", value };

    expect(() => plan(operation)).toThrow(invalidValue);
  });
});

describe("a group is emptied", () => {
  test("by an empty list, and by remove without a value", () => {
    const all = { kind: "list", values: new Set() };

    expect(plan({ op: "replace", path: "members", value: [] })).toMatchObject(all);
    expect(plan({ op: "replace", value: { members: [] } })).toMatchObject(all);
    expect(plan({ op: "remove", path: "members" })).toMatchObject(all);
    expect(put({ members: [] })).toEqual({ displayName: "Staff" });
  });

  test("by no empty list of members to remove", () => {
    expect(plan({ op: "remove", path: "members", value: [] })).toMatchObject({
      kind: "difference",
      removed: new Set(),
    });
  });
});

test.each<JsonValue>([
  [{ value: "u1" }],
  { value: "u1" },
  ["u1"],
  [{ Value: "u1", display: "x" }],
  ['{"value":"u1"}'],
  [{ value: { value: "u1" } }],
  [{ value: ["u1"] }],
])("%j names u1 in every way", (value) => {
  for (const [, operation] of PATCHES) {
    const made = plan(operation(value));

    expect(made.kind === "list" ? made.values : made.added.union(made.removed)).toEqual(
      new Set(["u1"]),
    );
  }
  expect(put({ members: value }).members).toEqual([expect.objectContaining({ value: "u1" })]);
});
