import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { OPERATIONS_MAX, parsePatchRequest } from "#scim/patch/parse.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";
const TYPE: ResourceType = {
  ...USER,
  extensions: [
    ...USER.extensions,
    {
      required: false,
      schema: {
        id: CUSTOM,
        name: "Custom",
        description: "Custom",
        attributes: [
          stringAttribute("badge", "A badge, given once.", { mutability: "immutable" }),
          stringAttribute("tags", "Tags.", { multiValued: true }),
        ],
      },
    },
  ],
};

/** The detail with which something is refused; undefined where it is not. */
function detailOf(refused: () => unknown): unknown {
  try {
    refused();
  } catch (error) {
    return error instanceof Error && "detail" in error ? error.detail : error;
  }
  return undefined;
}

function nested(levels: number, wrap: (inner: JsonValue) => JsonValue): JsonValue {
  return levels === 0 ? "x" : wrap(nested(levels - 1, wrap));
}

function detailOfUser(operation: JsonValue, strict = false): unknown {
  const document = { userName: "ada", [CUSTOM]: { badge: "7" } };
  const context = { type: TYPE, strict, readOnly: { id: "u1" } };
  return detailOf(() =>
    applyPatch(
      document,
      parsePatchRequest({ Operations: [operation] }, { strict: false }),
      context,
    ),
  );
}

describe("a malformed request is told which operation is wrong, and how", () => {
  test.each<[string, JsonValue, string]>([
    ["no object", "x", "The body must be an object."],
    ["no list", {}, 'The body must hold "Operations", a list of operations.'],
    [
      "too many",
      { Operations: new Array(OPERATIONS_MAX + 1).fill({ op: "remove", path: "title" }) },
      "One request may hold 1000 operations.",
    ],
    ["an operation that is none", { Operations: ["x"] }, "Operations[0] must be an object."],
  ])("%s", (_what, body, detail) => {
    expect(detailOf(() => parsePatchRequest(body, { strict: false }))).toBe(detail);
  });

  test.each<[JsonValue, string]>([
    [{ op: "x" }, 'Operations[1].op must be "add", "replace" or "remove".'],
    [{ op: "add", path: 5, value: "x" }, "Operations[1].path must be a string."],
    [{ op: "remove" }, "Operations[1] removes, but has no path."],
    [{ op: "add", path: "title" }, "Operations[1] has no value."],
    [{ op: "add", value: "x" }, "Operations[1] has no path, so its value must be an object."],
    [
      { op: "add", path: "name", value: { a: [{ Constructor: 1 }] } },
      'Operations[1].value must not have a member "constructor".',
    ],
  ])("%j", (operation, detail) => {
    const Operations = [{ op: "remove", path: "title" }, operation];

    expect(detailOf(() => parsePatchRequest({ Operations }, { strict: false }))).toBe(detail);
  });

  test.each<[string, (inner: JsonValue) => JsonValue]>([
    ["objects", (inner) => ({ a: inner })],
    ["lists", (inner) => [inner]],
  ])("a value of too many %s in one another", (_what, wrap) => {
    const parse = (levels: number) => {
      const Operations = [{ op: "add", path: "title", value: nested(levels, wrap) }];
      return detailOf(() => parsePatchRequest({ Operations }, { strict: false }));
    };

    expect(parse(31)).toBeUndefined();
    expect(parse(32)).toBe("Operations[0].value is nested deeper than 32 levels.");
  });
});

describe("an operation that is refused is told on which attribute, and why", () => {
  test.each<[JsonValue, string]>([
    [{ op: "remove", path: "username" }, '"userName" is required and cannot be removed.'],
    [
      { op: "replace", path: "username", value: "" },
      '"userName" is required and must not be blank.',
    ],
    [
      { op: "replace", path: "badge", value: "8" },
      `"${CUSTOM}:badge" is immutable: it has a value already.`,
    ],
    [{ op: "replace", path: "ID", value: "u2" }, '"ID" is read-only; leave it out.'],
    [
      { op: "replace", path: ENTERPRISE_USER, value: "x" },
      `The value for "${ENTERPRISE_USER}" must be an object.`,
    ],
    [
      { op: "replace", path: CORE_USER, value: "x" },
      `The value for "${CORE_USER}" must be an object.`,
    ],
    [
      { op: "add", path: 'emails[type ne "work"].value', value: "x" },
      String.raw`No value of "emails" matches the path "emails[type ne \"work\"].value".`,
    ],
    [
      { op: "add", path: "NAME.givenname", value: true },
      '"name.givenName" must be a string, not a boolean.',
    ],
    [
      { op: "add", path: "tags", value: Array.from({ length: 101 }, (_, index) => `${index}`) },
      `"${CUSTOM}:tags" must not have more than 100 values.`,
    ],
  ])("%j", (operation, detail) => {
    expect(detailOfUser(operation)).toBe(detail);
  });

  test("a strict remove that matches nothing", () => {
    expect(detailOfUser({ op: "remove", path: 'emails[type eq "x"]' }, true)).toBe(
      String.raw`No value of "emails" matches the path "emails[type eq \"x\"]".`,
    );
  });

  test("a value without a path that is no object", () => {
    const context = { type: TYPE, strict: false, readOnly: {} };
    const patch = () => applyPatch({ userName: "ada" }, [{ op: "add", value: "x" }], context);

    expect(detailOf(patch)).toBe("The value without a path must be an object.");
  });

  test("a member that would be edited", () => {
    const operations = [
      { op: "replace", path: 'members[value eq "u1"].type', value: "Group" },
    ] as const;
    const group = { displayName: "Staff", members: [{ value: "u1", type: "User" }] };
    const context = { type: GROUP, strict: false, readOnly: {} };

    expect(detailOf(() => applyPatch(group, operations, context))).toBe(
      '"members.type": "type" is immutable; remove the value and add another one.',
    );
  });
});
