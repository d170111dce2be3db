import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { GROUP } from "#scim/schema/registry.ts";
import { PATCH_OP } from "#scim/schema/urns.ts";

function aGroup(...members: readonly string[]): JsonObject {
  return members.length === 0
    ? { displayName: "Staff" }
    : { displayName: "Staff", members: members.map((value) => ({ value })) };
}

function apply(group: JsonObject, operations: readonly JsonValue[]) {
  const body = { schemas: [PATCH_OP], Operations: operations };
  const context = { type: GROUP, strict: false, readOnly: { id: "g1" } };
  return applyPatch(group, parsePatchRequest(body, { strict: false }), context);
}

function patch(group: JsonObject, ...operations: readonly JsonValue[]): JsonObject {
  return apply(group, operations).document;
}

const mutability = expect.objectContaining({ status: 400, scimType: "mutability" });
const noTarget = expect.objectContaining({ status: 400, scimType: "noTarget" });

describe("adding members", () => {
  test.each([
    [{ op: "add", path: "members", value: [{ value: "u2", display: "x" }] }],
    [{ op: "Add", path: "members", value: [{ $ref: null, value: "u2" }] }],
    [{ op: "add", path: "members", value: { value: "u2" } }],
    [{ name: "addMember", op: "add", path: "members", value: "u2" }],
    [{ op: "add", path: "members", value: ["u2"] }],
    [{ op: "add", value: { members: [{ value: "u2" }] } }],
    [{ op: "add", path: "Members", value: [{ Value: "u2" }, { value: "u1" }] }],
  ])("%j adds u2 to u1", (operation) => {
    expect(apply(aGroup("u1"), [operation])).toEqual({
      document: aGroup("u1", "u2"),
      warnings: [],
    });
  });

  test("who is a member already changes nothing", () => {
    const before = { displayName: "Staff", members: [{ value: "u1", type: "User" }] };

    expect(patch(before, { op: "add", path: "members", value: [{ value: "u1" }] })).toEqual(before);
  });

  test("ids are told apart by letter case", () => {
    const operation = { op: "add", path: "members", value: [{ value: "U1" }] };

    expect(patch(aGroup("u1"), operation)).toEqual(aGroup("u1", "U1"));
  });

  test("more than 100 is no limit for a group", () => {
    const value = Array.from({ length: 500 }, (_, index) => ({ value: `u${index}` }));
    const patched = patch(aGroup("u1"), { op: "add", path: "members", value });

    expect(patched.members).toHaveLength(500);
  });
});

describe("removing members", () => {
  test.each([
    [{ op: "remove", path: 'members[value eq "u1"]' }],
    [{ op: "Remove", path: "members", value: [{ $ref: null, value: "u1" }] }],
    [{ op: "remove", path: "members", value: [{ value: "u1" }, { value: "u9" }] }],
    [{ op: "remove", path: "members", value: ["u1"] }],
    [{ op: "remove", path: "members", value: { value: "u1" } }],
  ])("%j removes u1 only", (operation) => {
    expect(patch(aGroup("u1", "u2"), operation)).toEqual(aGroup("u2"));
  });

  test("without value or filter removes all and leaves no list", () => {
    expect(patch(aGroup("u1", "u2"), { op: "remove", path: "members" })).toEqual(aGroup());
  });

  test("the last one leaves no list", () => {
    const operation = { op: "remove", path: 'members[value eq "u1"]' };

    expect(patch(aGroup("u1"), operation)).toEqual(aGroup());
  });

  test("who is no member changes nothing", () => {
    const operation = { op: "remove", path: 'members[value eq "u9"]' };

    expect(patch(aGroup("u1"), operation)).toEqual(aGroup("u1"));
  });
});

describe("replacing members", () => {
  test.each([
    [{ op: "replace", path: "members", value: [{ value: "u3" }, { value: "u1" }] }],
    [{ op: "replace", value: { members: [{ value: "u3" }, { value: "u1" }] } }],
  ])("%j replaces all", (operation) => {
    expect(patch(aGroup("u1", "u2"), operation)).toEqual(aGroup("u3", "u1"));
  });

  test.each([
    [{ op: "replace", path: "members", value: [] }],
    [{ op: "replace", value: { members: [], id: "g1", displayName: "Staff" } }],
  ])("%j empties the group (Okta's Push now)", (operation) => {
    expect(patch(aGroup("u1"), operation)).toEqual(aGroup());
  });
});

describe("what a group is", () => {
  test("a rename ignores the id and keeps the members (Okta)", () => {
    const operation = { op: "replace", value: { id: "g1", displayName: "New" } };

    expect(patch(aGroup("u1"), operation)).toEqual({ ...aGroup("u1"), displayName: "New" });
  });

  test("the required displayName cannot be removed", () => {
    expect(() => patch(aGroup(), { op: "remove", path: "displayName" })).toThrow(mutability);
  });

  test.each([
    ["value", "u1"],
    ["$ref", "/Users/u1"],
    ["type", "User"],
  ])("the %s of a member is immutable", (name, value) => {
    const member = { value: "u1", $ref: "/Users/u1", type: "User" };
    const before = { displayName: "Staff", members: [member] };
    const path = `members[value eq "u1"].${name}`;

    expect(patch(before, { op: "replace", path, value })).toEqual(before);
    expect(() => patch(before, { op: "replace", path, value: "x" })).toThrow(mutability);
    expect(() => patch(before, { op: "remove", path })).toThrow(mutability);
  });

  test("describing somebody who is no member makes no member", () => {
    const operation = { op: "replace", path: 'members[value eq "u9"].type', value: "User" };

    expect(() => patch(aGroup("u1"), operation)).toThrow(noTarget);
  });
});
