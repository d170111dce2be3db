import { describe, expect, test } from "vitest";
import type { Attribute, AttributeType } from "#scim/attribute.ts";
import type { JsonValue } from "#scim/json.ts";
import type { NormaliseContext } from "#scim/resource/value/value.ts";
import { normaliseAttribute, normaliseElement } from "#scim/resource/value/value.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { findTarget, GROUP, USER } from "#scim/schema/registry.ts";

const NO_ATTRIBUTE = stringAttribute("missing", "Stands for an attribute that a test misspelt.");

function userAttribute(name: string): Attribute {
  return findTarget(USER, { attribute: name })?.attribute ?? NO_ATTRIBUTE;
}

function groupAttribute(name: string): Attribute {
  return findTarget(GROUP, { attribute: name })?.attribute ?? NO_ATTRIBUTE;
}

function attributeOfType(type: AttributeType): Attribute {
  return { ...stringAttribute("custom", "An attribute of a connector."), type };
}

function aContext({ strict = false } = {}): NormaliseContext {
  return { strict, warnings: [] };
}

function normalise(attribute: Attribute, value: JsonValue, context = aContext()) {
  return normaliseAttribute(attribute, value, context, attribute.name);
}

const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });
const invalidSyntax = expect.objectContaining({ status: 400, scimType: "invalidSyntax" });

describe("an unassigned value", () => {
  test.each(["title", "active", "name", "emails", "manager", "profileUrl"])(
    'null, "" and [] leave %s unassigned',
    (name) => {
      const values = [null, "", []].map((value) => normalise(userAttribute(name), value));

      expect(values).toEqual([undefined, undefined, undefined]);
    },
  );

  test("an element without a value is dropped from its list", () => {
    const emails = [null, {}, "", { value: "" }, { value: "a@example.com" }, { display: null }];

    expect(normalise(userAttribute("emails"), emails)).toEqual([{ value: "a@example.com" }]);
  });

  test("a list is unassigned when none of its elements has a value", () => {
    expect(normalise(userAttribute("emails"), [{ value: null }, {}])).toBeUndefined();
  });

  test("a complex attribute is unassigned when none of its sub-attributes has a value", () => {
    expect(normalise(userAttribute("name"), { givenName: "", familyName: null })).toBeUndefined();
  });
});

describe("a string", () => {
  test.each(["Ada  Lovelace ", "\u0065\u0301", "line\nbreak", "en_US", "Ａ"])(
    "%j is kept exactly as sent",
    (text) => {
      expect(normalise(userAttribute("displayName"), text)).toBe(text);
    },
  );

  test.each([1e21, true, {}, ["a", "b"], [null], Number.POSITIVE_INFINITY])(
    "%j is no string",
    (value) => {
      expect(() => normalise(userAttribute("userName"), value)).toThrow(invalidValue);
    },
  );

  test("of 8192 bytes is accepted, of one more byte refused", () => {
    const longest = `${"é".repeat(4095)}ab`;

    expect(normalise(userAttribute("title"), longest)).toBe(longest);
    expect(() => normalise(userAttribute("title"), `${longest}c`)).toThrow(invalidValue);
  });

  test.each(["a\u0000b", "\ud800", "x\udc00y"])("%j is broken text in any attribute", (text) => {
    expect(() => normalise(userAttribute("title"), text)).toThrow(invalidValue);
    expect(() => normalise(userAttribute("emails"), [{ value: text }])).toThrow(invalidValue);
  });

  test.each([
    ["userName", userAttribute("userName")],
    ["a group's displayName", groupAttribute("displayName")],
  ])("%s must not be blank", (_, attribute) => {
    expect(() => normalise(attribute, " \u00a0 ")).toThrow("must not be blank");
  });

  test("suggested values and the form of references are never checked", () => {
    const email = { value: "no e-mail", type: "EHUDZV" };

    expect(normalise(userAttribute("emails"), [email])).toEqual([email]);
    expect(normalise(userAttribute("profileUrl"), "no url")).toBe("no url");
  });

  test("is not repeated in the detail of its error", () => {
    const secret = `secret${"x".repeat(9000)}`;

    expect(() => normalise(userAttribute("title"), secret)).toThrow(/^((?!secret).){1,120}$/);
  });
});

describe("the other simple types", () => {
  test.each([
    [true, true],
    [false, false],
    ["True", true],
    ["FALSE", false],
    ["true", true],
  ])("the boolean %j is %j", (value, expected) => {
    expect(normalise(userAttribute("active"), value)).toBe(expected);
  });

  test.each(["maybe", "2", 2, -1, {}, [true, true], " true", "1 ", Number.POSITIVE_INFINITY])(
    "%j is no boolean",
    (value) => {
      expect(() => normalise(userAttribute("active"), value)).toThrow(invalidValue);
    },
  );

  test.each([
    ["integer", 7],
    ["integer", -7e3],
    ["decimal", 0.5],
  ] as const)("the %s %j is accepted", (type, value) => {
    expect(normalise(attributeOfType(type), value)).toBe(value);
  });

  test.each([
    ["integer", 0.5],
    ["integer", "7"],
    ["integer", Number.POSITIVE_INFINITY],
    ["decimal", Number.NEGATIVE_INFINITY],
    ["decimal", "0.5"],
    ["decimal", true],
  ] as const)("%s refuses %j", (type, value) => {
    expect(() => normalise(attributeOfType(type), value)).toThrow(invalidValue);
  });

  test("a dateTime is kept as sent", () => {
    const text = "2026-01-31t08:00:00.50+01:00";

    expect(normalise(attributeOfType("dateTime"), text)).toBe(text);
  });

  test.each(["yesterday", "2026-02-30T00:00:00Z", 1_700_000_000])("%j is no dateTime", (value) => {
    expect(() => normalise(attributeOfType("dateTime"), value)).toThrow(invalidValue);
  });
});

describe("a complex value", () => {
  test("gets the canonical names in schema order", () => {
    const name = normalise(userAttribute("name"), { GIVENNAME: "Ada", FamilyName: "Lovelace" });

    expect(JSON.stringify(name)).toBe('{"familyName":"Lovelace","givenName":"Ada"}');
  });

  test("refuses two spellings of one sub-attribute", () => {
    const value = { givenName: "Ada", GivenName: null };

    expect(() => normalise(userAttribute("name"), value)).toThrow(invalidSyntax);
  });

  test("loses an unknown sub-attribute with a warning", () => {
    const context = aContext();

    const emails = normalise(userAttribute("emails"), [{ value: "a", nope: 1 }], context);

    expect(emails).toEqual([{ value: "a" }]);
    expect(context.warnings).toEqual(['"emails[0]" has no sub-attribute "nope". It is left out.']);
  });

  test("is refused with an unknown sub-attribute when the connector is strict", () => {
    const context = aContext({ strict: true });

    expect(() => normalise(userAttribute("name"), { nope: 1 }, context)).toThrow(invalidSyntax);
  });

  test("loses its read-only sub-attributes silently, whatever they hold", () => {
    const context = aContext({ strict: true });

    const manager = normalise(userAttribute("manager"), { value: "m1", displayName: 12 }, context);

    expect(manager).toEqual({ value: "m1" });
    expect(context.warnings).toEqual([]);
  });

  test.each([
    ["manager", "m1", { value: "m1" }],
    ["manager", [{ value: "m1", $ref: "u/m1" }], { value: "m1", $ref: "u/m1" }],
    ["manager", ["m1"], { value: "m1" }],
    ["manager", { managerId: "m1", displayName: "Eve" }, { value: "m1" }],
    ["manager", { Value: "m1" }, { value: "m1" }],
    ["manager", { value: "" }, undefined],
    ["emails", ["a@x", "b@x"], [{ value: "a@x" }, { value: "b@x" }]],
    ["emails", "a@x", [{ value: "a@x" }]],
    ["emails", { value: "a@x", Type: "work" }, [{ value: "a@x", type: "work" }]],
    ["roles", [{ value: '{"id":"1"}', primary: "True" }], [{ value: '{"id":"1"}', primary: true }]],
  ])("%s may be sent as %j", (name, value, expected) => {
    expect(normalise(userAttribute(name), value)).toEqual(expected);
  });

  test.each([
    ["name", "Ada Lovelace"],
    ["name", 5],
    ["name", [{ givenName: "A" }, { givenName: "B" }]],
    ["manager", ["a", "b"]],
    ["manager", true],
    ["emails", [1]],
    ["emails", [["a@x"]]],
    ["emails", [{ value: true }]],
    ["emails", [{ value: "a", primary: "maybe" }]],
  ])("%s refuses %j", (name, value) => {
    expect(() => normalise(userAttribute(name), value)).toThrow(invalidValue);
  });

  test("is named with its place in the detail of an error", () => {
    const emails = [{ value: "a@x" }, { value: true }];

    expect(() => normalise(userAttribute("emails"), emails)).toThrow(
      '"emails[1].value" must be a string, not a boolean.',
    );
  });
});

describe("a list of values", () => {
  test("may have 100 values and not 101", () => {
    const values = Array.from({ length: 101 }, (_, index) => ({ value: `${index}@x` }));

    expect(normalise(userAttribute("emails"), values.slice(1))).toHaveLength(100);
    expect(() => normalise(userAttribute("emails"), values)).toThrow(invalidValue);
  });

  test("may be of any length for the members of a group", () => {
    const members = Array.from({ length: 5000 }, (_, index) => ({ $ref: null, value: `${index}` }));

    expect(normalise(groupAttribute("members"), members)).toHaveLength(5000);
  });

  test("keeps the last of several primary values", () => {
    const emails = ["a", "b", "c", "d"].map((value) => ({ value, primary: value !== "d" }));

    expect(normalise(userAttribute("emails"), emails)).toEqual([
      { value: "a", primary: false },
      { value: "b", primary: false },
      { value: "c", primary: true },
      { value: "d", primary: false },
    ]);
  });

  test("names one repeated oddity once, and no more than 50 in all", () => {
    const context = aContext();
    const names = Array.from({ length: 80 }, (_, index) => [`x${index}`, 1]);

    normalise(userAttribute("name"), Object.fromEntries([...names, ["givenName", "A"]]), context);
    normalise(userAttribute("name"), Object.fromEntries(names), context);

    expect(context.warnings).toHaveLength(50);
  });
});

describe("normaliseElement", () => {
  test("normalises one value of a multi-valued attribute", () => {
    const element = normaliseElement(groupAttribute("members"), "u1", aContext(), "members");

    expect(element).toEqual({ value: "u1" });
  });

  test("refuses a list in the place of one value", () => {
    expect(() =>
      normaliseElement(userAttribute("emails"), [{ value: "a" }], aContext(), "emails"),
    ).toThrow(invalidValue);
  });
});
