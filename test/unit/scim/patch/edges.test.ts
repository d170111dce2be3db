import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { equalTerms } from "#scim/patch/create.ts";
import { indexElements } from "#scim/patch/elements.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { foldElement } from "#scim/resource/value/folded.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { findTarget, GROUP, USER } from "#scim/schema/registry.ts";
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
          stringAttribute("tags", "Tags.", { multiValued: true }),
          { ...stringAttribute("levels", "Levels."), type: "integer", multiValued: true },
          stringAttribute("active", "Not the user's own."),
          stringAttribute("serial", "Given by the gateway.", { mutability: "readOnly" }),
        ],
      },
    },
  ],
};

const WORK = { value: "ada@work", type: "work", primary: true };
const HOME = { value: "ada@home", type: "home" };

function applyTo(
  type: ResourceType,
  document: JsonObject,
  operation: JsonValue,
  strict = false,
): JsonObject {
  const operations = parsePatchRequest({ Operations: [operation] }, { strict: false });
  return applyPatch(document, operations, { type, strict, readOnly: {} }).document;
}

/** A user's members but the userName after one operation. */
function patch(members: JsonObject, operation: JsonValue, strict = false): JsonObject {
  const { userName: _, ...rest } = applyTo(
    TYPE,
    { userName: "ada", ...members },
    operation,
    strict,
  );
  return rest;
}

/** A group's members after one operation. */
function membersAfter(members: readonly JsonObject[], operation: JsonValue): JsonValue | undefined {
  const group = members.length === 0 ? {} : { members };
  return applyTo(GROUP, { displayName: "Staff", ...group }, operation).members;
}

function add(path: string, value: JsonValue) {
  return { op: "add", path, value };
}

function replace(path: string, value: JsonValue) {
  return { op: "replace", path, value };
}

function remove(path: string, value?: JsonValue) {
  return value === undefined ? { op: "remove", path } : { op: "remove", path, value };
}

const noTarget = expect.objectContaining({ status: 400, scimType: "noTarget" });
const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });

describe("of two primary values the one that the operation meant wins", () => {
  test("though it stands before the other", () => {
    const operation = add("emails", { ...HOME, primary: true });

    expect(patch({ emails: [HOME, WORK] }, operation)).toEqual({
      emails: [
        { ...HOME, primary: true },
        { ...WORK, primary: false },
      ],
    });
  });

  test("and a new one wins over one that it only describes", () => {
    const described = { value: "ada@work", display: "Ada" };
    const operation = add("emails", [described, { ...HOME, primary: true }]);

    expect(patch({ emails: [WORK] }, operation)).toEqual({
      emails: [
        { ...WORK, display: "Ada", primary: false },
        { ...HOME, primary: true },
      ],
    });
  });
});

describe("which value is meant by one that is added", () => {
  test("the one of the same type before the one without a type", () => {
    const emails = [{ value: "a@x" }, { value: "a@x", type: "work" }];
    const operation = add("emails", { value: "a@x", type: "work", display: "Ada" });

    expect(patch({ emails }, operation)).toEqual({
      emails: [{ value: "a@x" }, { value: "a@x", display: "Ada", type: "work" }],
    });
  });

  test("the same address, primary or not", () => {
    const address = { locality: "Ely", type: "work" };

    expect(
      patch({ addresses: [address] }, add("addresses", { ...address, primary: true })),
    ).toEqual({ addresses: [{ ...address, primary: true }] });
  });

  test("numbers by themselves", () => {
    const before = { [CUSTOM]: { levels: [1, 2] } };

    expect(patch(before, add("levels", [2, 3]))).toEqual({ [CUSTOM]: { levels: [1, 2, 3] } });
    expect(patch(before, remove("levels", [2]))).toEqual({ [CUSTOM]: { levels: [1] } });
  });

  test("values without a value by their members, in any order", () => {
    const attribute = findTarget(USER, { attribute: "addresses" })?.attribute;
    if (attribute === undefined) throw new Error("A user has addresses.");
    const index = indexElements(
      attribute,
      [{ type: "work", locality: "Ely", region: "E" }],
      foldElement,
    );

    expect(index.find({ region: "E", locality: "Ely", type: "work" })).toBe(0);
    expect(index.find({ locality: "Ely", type: "work", region: "E" })).toBe(0);
    expect(index.find({ locality: "Ely", type: "work", region: "W" })).toBeUndefined();
  });
});

describe("a member of a group", () => {
  const member = { value: "u1", $ref: "/Users/u1" };

  test("keeps what is immutable of it when it is added again, and gets the rest", () => {
    const added = { value: "u1", $ref: "/elsewhere/u1", type: "User" };

    expect(membersAfter([member], add("members", [added]))).toEqual([{ ...member, type: "User" }]);
  });

  test("gets a type where it has none", () => {
    const operation = add('members[value eq "u1"].type', "User");

    expect(membersAfter([member], operation)).toEqual([{ ...member, type: "User" }]);
  });

  test.each([add('members[value eq "u9"]', { value: "u9" }), add("members.value", "u9")])(
    "is made by %j, which says more than a description",
    (operation) => {
      expect(membersAfter([], operation)).toEqual([{ value: "u9" }]);
    },
  );
});

describe("a value that a filter chooses or creates", () => {
  test("may be named by its value where that may change", () => {
    const operation = add('emails[value eq "a@x"].type', "work");

    expect(patch({}, operation)).toEqual({ emails: [{ value: "a@x", type: "work" }] });
  });

  test("is replaced as a whole where the filter has other terms than eq", () => {
    const operation = replace("emails[type pr]", { value: "new@x" });

    expect(patch({ emails: [WORK] }, operation)).toEqual({ emails: [{ value: "new@x" }] });
  });

  test("is one: two of them are invalidValue", () => {
    const two = [{ value: "a@x" }, { value: "b@x" }];

    expect(() => patch({}, add('emails[type eq "work"]', two))).toThrow(invalidValue);
  });

  test("of a simple list is replaced by add, too", () => {
    const before = { [CUSTOM]: { tags: ["blue", "green"] } };

    expect(patch(before, add('tags[value eq "green"]', "grey"))).toEqual({
      [CUSTOM]: { tags: ["blue", "grey"] },
    });
  });

  test("is told by eq terms with one value for each name", () => {
    expect(equalTerms(parseFilter('Type eq "work" and primary eq true'))).toEqual(
      new Map<string, JsonValue>([
        ["type", "work"],
        ["primary", true],
      ]),
    );
    expect(equalTerms(parseFilter('type eq "work" and TYPE eq "work"'))).toBeUndefined();
  });
});

describe("a sub-attribute of every value", () => {
  test("is set by add as by replace", () => {
    expect(patch({ emails: [WORK, HOME] }, add("emails.display", "Ada"))).toEqual({
      emails: [
        { ...WORK, display: "Ada" },
        { ...HOME, display: "Ada" },
      ],
    });
  });

  test("creates a value on a strict connector, too, where no filter asks for one", () => {
    expect(patch({}, replace("emails.value", "a@x"), true)).toEqual({ emails: [{ value: "a@x" }] });
  });
});

describe("remove", () => {
  test("of a single value takes no account of a value that is sent along", () => {
    expect(patch({ title: "Boss" }, remove("title", "other"))).toEqual({});
  });

  test.each<[JsonValue]>([[{ value: "" }], [[{ value: null }]], [""]])(
    "of the values %j removes none",
    (value) => {
      expect(patch({ emails: [WORK] }, remove("emails", value))).toEqual({ emails: [WORK] });
    },
  );

  test("on a strict connector fails where a filter matches nothing, and there alone", () => {
    const emails = [WORK];

    expect(() => patch({ emails }, remove('emails[type eq "x"]'), true)).toThrow(noTarget);
    expect(patch({ emails }, remove('emails[type eq "work"]'), true)).toEqual({});
    expect(patch({}, remove("emails.display"), true)).toEqual({});
  });

  test("of a whole schema leaves what is read-only", () => {
    const before = { [CUSTOM]: { tags: ["blue"], serial: "1" } };

    expect(patch(before, remove(CUSTOM))).toEqual({ [CUSTOM]: { serial: "1" } });
  });
});

describe("a manager", () => {
  const manager = (value: JsonValue) => ({ [ENTERPRISE_USER]: { manager: value } });

  test("who is replaced takes the former one's $ref along", () => {
    const before = manager({ value: "b", $ref: "/Users/b" });

    expect(patch(before, replace("manager.value", "c"))).toEqual(manager({ value: "c" }));
    expect(patch(before, replace("manager.$ref", "/v2/Users/b"))).toEqual(
      manager({ value: "b", $ref: "/v2/Users/b" }),
    );
  });

  test("who has a $ref alone keeps it when the value comes, or is cleared", () => {
    const before = manager({ $ref: "/Users/b" });

    expect(patch(before, add("manager.value", "b"))).toEqual(
      manager({ value: "b", $ref: "/Users/b" }),
    );
    expect(patch(before, replace("manager.value", ""))).toEqual(before);
  });

  test("with an empty displayName is set all the same", () => {
    const operation = replace("manager", { value: "b", displayName: "" });

    expect(patch({}, operation)).toEqual(manager({ value: "b" }));
  });

  test("has a displayName that no value changes", () => {
    const before = manager({ value: "b", displayName: "Boss" });

    expect(patch(before, replace("manager", { displayName: null }))).toEqual(before);
    expect(patch(before, replace(`${ENTERPRISE_USER}:manager.displayName`, "Boss"))).toEqual(
      before,
    );
    expect(patch(before, replace(`${ENTERPRISE_USER}:manager.displayName`, "B"))).toEqual(before);
  });

  test("of whom the read-only displayName alone is left goes", () => {
    const before = manager({ value: "b", displayName: "Boss" });

    expect(patch(before, remove("manager.value"))).toStrictEqual({});
  });
});

describe("a whole schema", () => {
  test("its members may be paths, and those that are read-only are ignored", () => {
    const value = { "manager.displayName": "Boss", "no such": 1, department: "R&D" };

    expect(patch({}, replace(ENTERPRISE_USER, value))).toEqual({
      [ENTERPRISE_USER]: { department: "R&D" },
    });
  });

  test("the core schema's value may hold an extension's", () => {
    const value = { title: "Boss", [ENTERPRISE_USER]: { department: "R&D" } };

    expect(patch({}, replace(CORE_USER, value))).toEqual(value);
  });

  test("an extension's active is cleared like any other attribute", () => {
    expect(patch({ [CUSTOM]: { active: "yes" } }, remove(`${CUSTOM}:active`))).toEqual({});
  });
});

describe("what is stored and would not be accepted today", () => {
  test("stays as long as nothing changes it", () => {
    const before = { title: 5, [CUSTOM]: { tags: [7], active: "yes" } };

    expect(patch(before, replace("nickName", "A"))).toEqual({ ...before, nickName: "A" });
    expect(patch(before, replace(`${CUSTOM}:active`, "no"))).toEqual({
      ...before,
      [CUSTOM]: { tags: [7], active: "no" },
    });
  });

  test("goes with the next change of its value", () => {
    const before = { emails: [{ ...WORK, odd: "x" }] };

    expect(patch(before, add("emails", { value: "ada@work", display: "Ada" }))).toEqual({
      emails: [{ ...WORK, display: "Ada" }],
    });
  });
});

test("the limit of an extension's list holds after the operation", () => {
  const tags = Array.from({ length: 100 }, (_, index) => `${index}`);

  expect(() => patch({ [CUSTOM]: { tags } }, add("tags", "more"))).toThrow(
    `"${CUSTOM}:tags" must not have more than 100 values.`,
  );
});

test("an operation has the members that were sent and no others", () => {
  const operations = parsePatchRequest(
    { Operations: [{ op: "remove", path: "title" }] },
    { strict: false },
  );

  expect(operations).toStrictEqual([{ op: "remove", path: "title" }]);
});
