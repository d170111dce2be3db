import { describe, expect, test } from "vitest";
import type { ResourceType } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { stringAttribute } from "#scim/schema/define.ts";
import { USER } from "#scim/schema/registry.ts";
import { PATCH_OP } from "#scim/schema/urns.ts";

const CUSTOM = "urn:example:custom:1.0:User";

/** A user with a simple multi-valued and an immutable attribute of a connector's own. */
const TYPE: ResourceType = {
  ...USER,
  extensions: [
    {
      required: false,
      schema: {
        id: CUSTOM,
        name: "Custom",
        description: "Custom",
        attributes: [
          stringAttribute("tags", "Tags.", { multiValued: true }),
          stringAttribute("badge", "A badge, given once.", { mutability: "immutable" }),
        ],
      },
    },
  ],
};

const WORK = { value: "ada@work", type: "work", primary: true };
const HOME = { value: "ada@home", type: "home" };

function apply(members: JsonObject, operations: readonly JsonValue[], strict = false): JsonObject {
  const body = { schemas: [PATCH_OP], Operations: operations };
  const context = { type: TYPE, strict, readOnly: {} };
  const operationsParsed = parsePatchRequest(body, { strict });
  const { userName: _, ...rest } = applyPatch(
    { userName: "ada", ...members },
    operationsParsed,
    context,
  ).document;
  return rest;
}

/** The e-mails after one operation on these. */
function emailsAfter(emails: readonly JsonObject[], operation: JsonValue): JsonValue | undefined {
  return apply(emails.length === 0 ? {} : { emails }, [operation]).emails;
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
const mutability = expect.objectContaining({ status: 400, scimType: "mutability" });
const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });

describe("add to a list of values", () => {
  test("appends what is new", () => {
    expect(emailsAfter([WORK], add("emails", [HOME]))).toEqual([WORK, HOME]);
    expect(emailsAfter([], add("emails", HOME))).toEqual([HOME]);
  });

  test.each([[WORK], [{ value: "ADA@WORK", type: "Work" }], [{ value: "ada@work" }]])(
    "%j is the work e-mail that is there, not another one",
    (email) => {
      expect(emailsAfter([WORK, HOME], add("emails", email))).toHaveLength(2);
    },
  );

  test("updates a value that is there by what the client says of it", () => {
    const added = { value: "ADA@home", type: "home", display: "At home" };

    expect(emailsAfter([WORK, HOME], add("emails", [added]))).toEqual([
      WORK,
      { value: "ADA@home", display: "At home", type: "home" },
    ]);
  });

  test("the same value of another type is another value", () => {
    const other = { value: "ada@work", type: "other" };

    expect(emailsAfter([WORK], add("emails", other))).toEqual([WORK, other]);
  });

  test("does not duplicate within its own list", () => {
    expect(emailsAfter([], add("emails", [HOME, HOME]))).toEqual([HOME]);
  });

  test("a new primary value demotes the old one", () => {
    const added = { ...HOME, primary: true };

    expect(emailsAfter([WORK], add("emails", added))).toEqual([{ ...WORK, primary: false }, added]);
    expect(emailsAfter([WORK, HOME], add("emails", added))).toEqual([
      { ...WORK, primary: false },
      added,
    ]);
  });

  test("a value set primary by its path demotes the old one, wherever it stands", () => {
    const secondIsPrimary = [HOME, WORK];

    expect(emailsAfter(secondIsPrimary, replace('emails[type eq "home"].primary', "True"))).toEqual(
      [
        { ...HOME, primary: true },
        { ...WORK, primary: false },
      ],
    );
  });

  test.each([[null], [""], [[]], [{ value: "" }]])("%j adds nothing", (value: JsonValue) => {
    expect(emailsAfter([WORK], add("emails", value))).toEqual([WORK]);
  });

  test("addresses, which have no value, are told apart by all they say", () => {
    const address = { streetAddress: "1 Main St", type: "work" };

    expect(apply({ addresses: [address] }, [add("addresses", [address])])).toEqual({
      addresses: [address],
    });
    expect(
      apply({ addresses: [address] }, [add("addresses", { ...address, locality: "Ely" })]),
    ).toEqual({ addresses: [address, { ...address, locality: "Ely" }] });
  });

  test("beyond 100 values is invalidValue after whichever operation, also if a later one removes some", () => {
    const emails = Array.from({ length: 100 }, (_, index) => ({ value: `${index}@x` }));

    expect(() => emailsAfter(emails, add("emails", HOME))).toThrow(invalidValue);
    expect(() => emailsAfter(emails, add('emails[type eq "home"].value', "x"))).toThrow(
      invalidValue,
    );
    const removal = remove('emails[value eq "0@x"]');
    expect(() => apply({ emails }, [add("emails", HOME), removal])).toThrow(invalidValue);
    expect(apply({ emails }, [removal, add("emails", HOME)]).emails).toHaveLength(100);
  });

  test("a list that is longer than it may be today can be shortened, step by step", () => {
    const emails = Array.from({ length: 120 }, (_, index) => ({ value: `${index}@x` }));
    const removals = Array.from({ length: 20 }, (_, n) => remove(`emails[value eq "${n}@x"]`));

    expect(apply({ emails }, removals).emails).toHaveLength(100);
  });
});

describe("replace of a list of values", () => {
  test("replaces all of them", () => {
    expect(emailsAfter([WORK, HOME], replace("emails", [{ value: "new@x" }]))).toEqual([
      { value: "new@x" },
    ]);
  });

  test("takes one object or one string for a list", () => {
    expect(emailsAfter([WORK], replace("emails", HOME))).toEqual([HOME]);
    expect(emailsAfter([WORK], replace("emails", "x@y"))).toEqual([{ value: "x@y" }]);
  });

  test.each([[null], [""], [[]], [{ value: "" }]])("%j clears them", (value: JsonValue) => {
    expect(emailsAfter([WORK], replace("emails", value))).toBeUndefined();
  });
});

describe("a value chosen by a filter", () => {
  test.each(["add", "replace"])("%s sets a sub-attribute of it alone", (op) => {
    const operation = { op, path: 'emails[type eq "WORK"].value', value: "new@work" };

    expect(emailsAfter([WORK, HOME], operation)).toEqual([{ ...WORK, value: "new@work" }, HOME]);
  });

  test("every value that matches is changed", () => {
    expect(emailsAfter([WORK, HOME], replace("emails[value pr].display", "Ada"))).toEqual([
      { ...WORK, display: "Ada" },
      { ...HOME, display: "Ada" },
    ]);
  });

  test("add merges an object into it", () => {
    expect(emailsAfter([WORK], add('emails[type eq "work"]', { display: "Ada" }))).toEqual([
      { ...WORK, display: "Ada" },
    ]);
  });

  test("replace replaces it as a whole but for what the filter says", () => {
    const value = { value: "new@work", display: "Ada" };

    expect(emailsAfter([WORK, HOME], replace('emails[type eq "work"]', value))).toEqual([
      { ...value, type: "work" },
      HOME,
    ]);
    expect(emailsAfter([WORK], replace('emails[type eq "work"]', [value]))).toEqual([
      { ...value, type: "work" },
    ]);
  });

  test.each([[null], [""], [{ value: "" }]])("replaced by %j it goes", (value: JsonValue) => {
    expect(emailsAfter([WORK, HOME], replace('emails[type eq "work"]', value))).toEqual([HOME]);
  });

  test.each<[JsonObject]>([[{}], [{ foo: 1 }], [{ display: "" }], [{ primary: null }]])(
    "replaced by %j, which says nothing of its value, it keeps that",
    (value) => {
      expect(emailsAfter([WORK, HOME], replace('emails[type eq "work"]', value))).toEqual([
        { value: WORK.value, type: "work" },
        HOME,
      ]);
      expect(emailsAfter([WORK, HOME], replace('emails[type eq "work"]', [value]))).toEqual([
        { value: WORK.value, type: "work" },
        HOME,
      ]);
    },
  );

  test("an address has no value: nothing in its place is refused, named parts may clear it", () => {
    const addresses = [{ locality: "Ely", type: "work" }];
    const replaced = (value: JsonValue) =>
      apply({ addresses }, [replace('addresses[type eq "work"]', value)]);

    expect(() => replaced({})).toThrow(expect.objectContaining({ scimType: "invalidValue" }));
    expect(() => replaced({ foo: 1 })).toThrow(
      expect.objectContaining({ scimType: "invalidValue" }),
    );
    expect(replaced({ locality: "" })).toEqual({});
    expect(replaced(null)).toEqual({});
  });

  test.each([[null], [""]])("without its value, cleared by %j, it goes", (value) => {
    expect(emailsAfter([WORK, HOME], replace('emails[type eq "work"].value', value))).toEqual([
      HOME,
    ]);
  });

  test("stays as long as anything is left that is more than a description", () => {
    const address = { streetAddress: "1 Main St", locality: "Ely", type: "work" };
    const clearStreet = replace('addresses[type eq "work"].streetAddress', "");
    const clearLocality = replace('addresses[type eq "work"].locality', "");

    expect(apply({ addresses: [address] }, [clearStreet])).toEqual({
      addresses: [{ locality: "Ely", type: "work" }],
    });
    expect(apply({ addresses: [address] }, [clearStreet, clearLocality])).toEqual({});
    expect(emailsAfter([WORK], replace('emails[type eq "work"].type', ""))).toEqual([
      { value: "ada@work", primary: true },
    ]);
  });
});

describe("a filter that matches no value", () => {
  test.each(["add", "replace"])("%s creates the value from the eq terms", (op) => {
    const operation = { op, path: 'emails[type eq "work"].value', value: "ada@work" };

    expect(emailsAfter([HOME], operation)).toEqual([HOME, { value: "ada@work", type: "work" }]);
  });

  test("creates it from and-ed terms, booleans in quotes included", () => {
    const operation = add('roles[type eq "app" and primary eq "True"].value', "admin");

    expect(apply({}, [operation])).toEqual({
      roles: [{ value: "admin", type: "app", primary: true }],
    });
  });

  test("creates it from an object, which need not repeat the terms", () => {
    const operation = replace('addresses[type eq "work"]', { TYPE: "Work", locality: "Ely" });

    expect(apply({}, [operation])).toEqual({ addresses: [{ locality: "Ely", type: "Work" }] });
    expect(emailsAfter([], add('emails[type eq "work"]', "ada@work"))).toEqual([
      { value: "ada@work", type: "work" },
    ]);
  });

  test("a created primary value demotes the old one", () => {
    const operation = add('emails[type eq "home" and primary eq true].value', "ada@home");

    expect(emailsAfter([WORK], operation)).toEqual([
      { ...WORK, primary: false },
      { ...HOME, primary: true },
    ]);
  });

  test.each([
    'emails[type ne "work"].value',
    'emails[type eq "work" or type eq "other"].value',
    'emails[not (type eq "home")].value',
    'emails[type sw "w"].value',
    "emails[type pr].value",
    'emails[type eq "work" and type eq "other"].value',
    'emails[type eq ""].value',
    'emails[value eq "old@x"].value',
    'emails[type eq "work"]',
  ])("%s that cannot be satisfied so is noTarget", (path) => {
    const operation = replace(path, path.endsWith("]") ? { value: "x", type: "y" } : "new@x");

    expect(() => emailsAfter([], operation)).toThrow(noTarget);
  });

  test("creates nothing from an empty value", () => {
    expect(emailsAfter([HOME], replace('emails[type eq "work"].value', ""))).toEqual([HOME]);
    expect(emailsAfter([HOME], replace('emails[type eq "work"]', null))).toEqual([HOME]);
  });

  test("is noTarget for a strict replace (RFC 7644 §3.5.2.3), not for a strict add", () => {
    const path = 'emails[type eq "work"].value';

    expect(() => apply({}, [replace(path, "x")], true)).toThrow(noTarget);
    expect(apply({}, [add(path, "x")], true)).toEqual({ emails: [{ value: "x", type: "work" }] });
  });

  test("is no matter to remove, but noTarget when strict", () => {
    const operation = remove('emails[type eq "other"]');

    expect(emailsAfter([WORK], operation)).toEqual([WORK]);
    expect(() => apply({ emails: [WORK] }, [operation], true)).toThrow(noTarget);
  });
});

describe("a sub-attribute without a filter", () => {
  test("is set on every value", () => {
    expect(emailsAfter([WORK, HOME], replace("emails.display", "Ada"))).toEqual([
      { ...WORK, display: "Ada" },
      { ...HOME, display: "Ada" },
    ]);
  });

  test("creates a value where there is none", () => {
    expect(emailsAfter([], add("emails.value", "ada@x"))).toEqual([{ value: "ada@x" }]);
    expect(emailsAfter([], add("emails.value", ""))).toBeUndefined();
  });

  test("is removed from every value", () => {
    const described = [{ ...WORK, display: "Ada" }, HOME];

    expect(emailsAfter(described, remove("emails.display"))).toEqual([WORK, HOME]);
    expect(emailsAfter(described, remove("emails.value"))).toBeUndefined();
  });
});

describe("remove of values", () => {
  test("by a filter removes those that match", () => {
    expect(emailsAfter([WORK, HOME], remove('emails[type eq "work"]'))).toEqual([HOME]);
    expect(emailsAfter([WORK], remove("emails[value pr]"))).toBeUndefined();
  });

  test("by a list of values removes those, of any multi-valued attribute", () => {
    expect(emailsAfter([WORK, HOME], remove("emails", [{ value: "ADA@work" }]))).toEqual([HOME]);
    expect(emailsAfter([WORK, HOME], remove("emails", { value: "ada@home" }))).toEqual([WORK]);
  });

  test("by a list that names a type leaves the same value of another type", () => {
    const other = { value: "ada@work", type: "other" };

    expect(emailsAfter([WORK, other], remove("emails", [other]))).toEqual([WORK]);
  });

  test("by an empty list removes none", () => {
    expect(emailsAfter([WORK], remove("emails", []))).toEqual([WORK]);
  });

  test("by nothing removes all", () => {
    expect(emailsAfter([WORK, HOME], remove("emails"))).toBeUndefined();
    expect(emailsAfter([WORK, HOME], remove("emails", null))).toBeUndefined();
  });
});

describe("a connector's own attributes", () => {
  const before = { [CUSTOM]: { tags: ["blue", "green"], badge: "7" } };

  test("simple values are added, replaced and removed by their value", () => {
    const patched = apply(before, [
      add("tags", ["BLUE", "red"]),
      replace('tags[value eq "green"]', "grey"),
      remove(`${CUSTOM}:tags[value eq "red"]`),
    ]);

    expect(patched).toEqual({ [CUSTOM]: { tags: ["BLUE", "grey"], badge: "7" } });
  });

  test("an immutable attribute is set once", () => {
    expect(apply({}, [add("badge", "7")])).toEqual({ [CUSTOM]: { badge: "7" } });
    expect(apply(before, [replace("badge", "7")])).toEqual(before);
    expect(() => apply(before, [replace("badge", "8")])).toThrow(mutability);
    expect(() => apply(before, [remove("badge")])).toThrow(mutability);
  });
});
