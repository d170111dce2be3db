import { describe, expect, test } from "vitest";
import { type Declaration, problemOf } from "#scim/schema/declaration.ts";
import { questioned, redeclare } from "#scim/schema/redeclare.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const MISSPELT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0User";

describe("declarations", () => {
  test("of every type, bare and under an own URN, are accepted", () => {
    expect(problemOf(DECLARATIONS)).toBeUndefined();
  });

  test("of one name for users and for groups are accepted", () => {
    const both = [aDeclaration({ name: "x" }), aDeclaration({ name: "x", resourceType: "Group" })];

    expect(problemOf(both)).toBeUndefined();
  });

  test.each([
    "userName",
    "USERNAME",
    "emails",
    "externalid",
    "schemas",
    "meta",
    "id",
    "password",
    "groups",
    "members",
    "department",
    "Manager",
    "__proto__",
    "constructor",
    "Prototype",
    "not",
    "",
    "1st",
    "_private",
    "$ref",
    "a.b",
    "a b",
    "a:b",
    "größe",
    'a"b',
    "a".repeat(65),
  ])("with the name %j are refused", (name) => {
    expect(problemOf([aDeclaration({ name })])).toContain(name);
    expect(problemOf([aDeclaration({ name, schema: STAFF })])).toContain(name);
  });

  test.each([
    CORE_USER,
    ENTERPRISE_USER,
    ENTERPRISE_USER.toUpperCase(),
    MISSPELT,
    `${ENTERPRISE_USER}:department`,
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0",
    "urn:ietf:params:scim:api:messages:2.0:Error",
    "urn:ietf:params:scim:schemas:core:2.0:Device",
    "https://example.com/schema",
    "urn:x",
    "urn:example:",
    'urn:example:a"b',
    "urn:example:a'b",
    `urn:example:${"a".repeat(200)}`,
  ])("with the schema %j are refused", (schema) => {
    expect(problemOf([aDeclaration({ name: "city", schema })])).toContain("city");
  });

  test.each<[string, Declaration]>([
    ["the same name", aDeclaration({ name: "CITY" })],
    ["the same name in another schema", aDeclaration({ name: "City", schema: STAFF })],
    ["its URN spelled otherwise", aDeclaration({ name: "x", schema: STAFF.toUpperCase() })],
    ["its URN for groups", aDeclaration({ name: "x", schema: STAFF, resourceType: "Group" })],
    ["an URN that goes on behind its own", aDeclaration({ name: "x", schema: `${STAFF}:size` })],
  ])("are refused where another has %s", (_what, other) => {
    const former = [aDeclaration({ name: "city" }), aDeclaration({ name: "size", schema: STAFF })];

    expect(problemOf([...former, other])).toContain(other.name);
  });
});

describe("a new list of declarations", () => {
  const city = aDeclaration({ name: "city" });
  const floor = aDeclaration({ name: "floor", type: "integer" });
  const cityAsList = { ...city, multiValued: true };

  test("keeps what it leaves out as removed, without a question", () => {
    expect(questioned([city, floor], [floor])).toEqual([]);
    expect(redeclare([city, floor], [floor], [])).toEqual({
      kind: "declared",
      declarations: [floor, { ...city, isRemoved: true }],
      released: [],
    });
  });

  test("forgets what was removed before and nobody holds", () => {
    const removed = { ...city, isRemoved: true };

    expect(questioned([removed], [])).toEqual([removed]);
    expect(redeclare([removed], [], [])).toMatchObject({ kind: "declared", declarations: [] });
    expect(redeclare([removed], [], [removed])).toEqual({
      kind: "declared",
      declarations: [removed],
      released: [],
    });
  });

  test("forgets at once what it leaves out of an extension where no value fits it", () => {
    const size = aDeclaration({ name: "size", schema: STAFF });
    const asInteger: Declaration = { ...size, type: "integer" };

    expect(questioned([size], [])).toEqual([size]);
    expect(redeclare([size], [], [])).toEqual({
      kind: "declared",
      declarations: [],
      released: [size],
    });
    expect(redeclare([size], [], [size])).toEqual({
      kind: "declared",
      declarations: [{ ...size, isRemoved: true }],
      released: [],
    });
    expect(redeclare([size], [asInteger], [])).toMatchObject({ released: [size] });
  });

  test("may bring a removed attribute back as it was, without a question", () => {
    const removed = { ...city, isRemoved: true };

    expect(questioned([removed], [city])).toEqual([]);
    expect(redeclare([removed], [city], [])).toMatchObject({
      kind: "declared",
      declarations: [city],
    });
  });

  test.each<[string, Declaration]>([
    ["type", { ...city, type: "integer" }],
    ["multiValued", cityAsList],
    ["caseExact", { ...city, caseExact: true }],
    ["schema", { ...city, schema: STAFF }],
    ["the letter case of its name", { ...city, name: "City" }],
  ])("may change %s of an attribute only while nobody holds a value", (_what, changed) => {
    expect(questioned([city], [changed])).toEqual([city]);
    expect(redeclare([city], [changed], [])).toMatchObject({ kind: "declared" });
    expect(redeclare([city], [changed], [city])).toMatchObject({ kind: "inUse" });
  });

  test("may change the description at any time", () => {
    const described = { ...city, description: "Where the user works." };

    expect(questioned([city], [described])).toEqual([]);
    expect(redeclare([city], [described], [])).toEqual({
      kind: "declared",
      declarations: [described],
      released: [],
    });
  });

  test("is checked together with what is kept as removed", () => {
    const kept = aDeclaration({ name: "size", schema: STAFF });
    const wanted = aDeclaration({ name: "x", schema: STAFF.toUpperCase() });

    expect(redeclare([kept], [wanted], [kept])).toMatchObject({ kind: "invalid" });
  });
});
