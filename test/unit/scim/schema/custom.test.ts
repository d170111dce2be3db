import { describe, expect, test } from "vitest";
import { findSchemaDocument, resourceTypes } from "#scim/discovery.ts";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { parseProjection, projectResource } from "#scim/resource/projection.ts";
import { newRecord, shownRecord } from "#scim/resource/record.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { EXTERNAL_ID } from "#scim/schema/common.ts";
import { MEMBERS } from "#scim/schema/core-group.ts";
import { USER_NAME } from "#scim/schema/core-user.ts";
import { resourceTypesOf, resourceTypesWith } from "#scim/schema/custom.ts";
import { MANAGER } from "#scim/schema/enterprise-user.ts";
import { findTarget, GROUP, USER } from "#scim/schema/registry.ts";
import { CORE_USER, ENTERPRISE_USER, PATCH_OP } from "#scim/schema/urns.ts";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const CUSTOM = resourceTypesWith(DECLARATIONS).User;

function aUser(members: JsonObject = {}): JsonObject {
  return { schemas: [CORE_USER], userName: "ada", ...members };
}

function read(members: JsonObject, strict = false) {
  return normaliseResource(CUSTOM, aUser(members), { strict });
}

function patch(document: JsonObject, ...operations: readonly JsonValue[]) {
  const body = { schemas: [PATCH_OP], Operations: operations };
  const context = { type: CUSTOM, strict: false, readOnly: {} };
  return applyPatch({ userName: "ada", ...document }, parsePatchRequest(body, context), context);
}

function matches(filter: string, members: JsonObject): boolean {
  const { document } = read(members);
  const resolved = resolveFilter(CUSTOM, parseFilter(filter));
  return matchesFilter(resolved, foldDocument(CUSTOM, document));
}

describe("the resource types of a connector", () => {
  test("are the standard ones where it declares nothing", () => {
    expect(resourceTypesWith([])).toEqual({ User: USER, Group: GROUP });
    expect(resourceTypesOf("[]", DEFAULT_SETTINGS).User).toBe(USER);
  });

  test("are made once for each text", () => {
    const text = JSON.stringify([aDeclaration({ name: "city" })]);

    expect(resourceTypesOf(text, DEFAULT_SETTINGS)).toBe(resourceTypesOf(text, DEFAULT_SETTINGS));
  });

  test("keep the standard attributes as the same objects", () => {
    const { User, Group } = resourceTypesWith([
      ...DECLARATIONS,
      aDeclaration({ name: "site", resourceType: "Group" }),
    ]);

    expect(findTarget(User, { attribute: "username" })?.attribute).toBe(USER_NAME);
    expect(findTarget(User, { attribute: "externalId" })?.attribute).toBe(EXTERNAL_ID);
    expect(findTarget(User, { attribute: "manager" })?.attribute).toBe(MANAGER);
    expect(findTarget(Group, { attribute: "members" })?.attribute).toBe(MEMBERS);
  });

  test("belong to users or groups, as each declaration says", () => {
    const { User, Group } = resourceTypesWith([aDeclaration({ name: "x", resourceType: "Group" })]);

    expect(User).toBe(USER);
    expect(findTarget(Group, { attribute: "x" })).toBeDefined();
  });

  test.each([
    ["profileField_city", undefined],
    ["PROFILEFIELD_CITY", undefined],
    ["shirtsize", STAFF],
  ])("find %s by its bare name", (name, extension) => {
    expect(findTarget(CUSTOM, { attribute: name })?.extension).toBe(extension);
  });

  test.each([
    [CORE_USER, "profileField_city"],
    [STAFF.toUpperCase(), "SHIRTSIZE"],
  ])("find by the URN %s", (urn, attribute) => {
    expect(findTarget(CUSTOM, { urn, attribute })).toBeDefined();
  });
});

describe("a body", () => {
  test.each<[string, JsonObject, JsonObject]>([
    ["bare", { PROFILEFIELD_city: "Berlin" }, { profileField_city: "Berlin" }],
    [
      "with the core URN",
      { [`${CORE_USER}:profileField_city`]: "Berlin" },
      { profileField_city: "Berlin" },
    ],
    ["bare, of an own URN", { shirtSize: "M" }, { [STAFF]: { shirtSize: "M" } }],
    ["with its own URN", { [`${STAFF}:ShirtSize`]: "M" }, { [STAFF]: { shirtSize: "M" } }],
    [
      "inside its own URN",
      { [STAFF.toLowerCase()]: { SHIRTSIZE: "M" } },
      { [STAFF]: { shirtSize: "M" } },
    ],
    ["as a list", { skills: ["go", "sql"] }, { skills: ["go", "sql"] }],
    ["as one value in place of a list", { skills: "go" }, { skills: ["go"] }],
    ["as the text of a boolean", { isRemote: "True" }, { isRemote: true }],
    ["with nothing", { profileField_city: "", skills: [], floor: null, [STAFF]: {} }, {}],
  ])("holds an attribute %s, without a warning and when strict", (_how, given, stored) => {
    expect(read(given)).toEqual({
      document: { userName: "ada", ...stored },
      warnings: [],
      hollow: [],
    });
    expect(read(given, true).document).toEqual({ userName: "ada", ...stored });
  });

  test.each<[JsonObject, string]>([
    [{ profileField_city: true }, "profileField_city"],
    [{ profileField_city: ["Berlin", "Bonn"] }, "profileField_city"],
    [{ floor: "3" }, "floor"],
    [{ floor: 1.5 }, "floor"],
    [{ ratio: "x" }, "ratio"],
    [{ startDate: "tomorrow" }, "startDate"],
    [{ isRemote: "maybe" }, "isRemote"],
    [{ homepage: {} }, "homepage"],
    [{ skills: ["go", true] }, "skills[1]"],
    [{ [STAFF]: { shirtSize: true } }, `${STAFF}:shirtSize`],
  ])("%j is refused by name", (given, location) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({ status: 400, scimType: "invalidValue" }),
    );
    expect(() => read(given)).toThrow(location);
  });

  test("that names one attribute twice is refused", () => {
    const twice = { shirtSize: "M", [STAFF]: { shirtSize: "L" } };

    expect(() => read(twice)).toThrow(expect.objectContaining({ scimType: "invalidSyntax" }));
  });

  test("is stored alike in whatever order its attributes were declared", () => {
    const backwards = resourceTypesWith(DECLARATIONS.toReversed()).User;
    const body = aUser({ floor: 3, badge: "B", shirtSize: "M", lockers: [1], skills: ["go"] });
    const stored = [CUSTOM, backwards].map((type) =>
      JSON.stringify(normaliseResource(type, body, { strict: true }).document),
    );

    expect(stored[0]).toBe(stored[1]);
  });
});

describe("PATCH", () => {
  test.each<[string, JsonValue, JsonObject]>([
    ["add by bare path", { op: "add", path: "profileField_city", value: "Bonn" }, { city: "Bonn" }],
    [
      "replace in another case",
      { op: "Replace", path: "PROFILEFIELD_CITY", value: "Bonn" },
      { city: "Bonn" },
    ],
    [
      "replace without a path",
      { op: "replace", value: { profileField_city: "Bonn" } },
      { city: "Bonn" },
    ],
    [
      "replace by the core URN",
      { op: "replace", path: `${CORE_USER}:profileField_city`, value: "Bonn" },
      { city: "Bonn" },
    ],
    ["remove", { op: "remove", path: "profileField_city" }, {}],
    ['clear by ""', { op: "replace", path: "profileField_city", value: "" }, {}],
    ["clear by null", { op: "replace", value: { profileField_city: null } }, {}],
  ])("can %s", (_what, operation, { city }) => {
    const { document, warnings } = patch({ profileField_city: "Berlin" }, operation);

    expect(document.profileField_city).toBe(city);
    expect(warnings).toEqual([]);
  });

  test.each<[string, JsonValue, JsonValue | undefined]>([
    ["add values", { op: "add", path: "skills", value: ["SQL", "rust"] }, ["SQL", "go", "rust"]],
    ["remove one value", { op: "remove", path: 'skills[value eq "SQL"]' }, ["go"]],
    ["remove listed values", { op: "remove", path: "skills", value: ["go"] }, ["sql"]],
    ["replace them all", { op: "replace", path: "skills", value: ["c"] }, ["c"]],
    ["clear them", { op: "replace", path: "skills", value: [] }, undefined],
  ])("of a multi-valued attribute can %s", (_what, operation, skills) => {
    expect(patch({ skills: ["sql", "go"] }, operation).document.skills).toEqual(skills);
  });

  test.each<[string, JsonValue, JsonObject | undefined]>([
    ["bare", { op: "add", path: "shirtSize", value: "L" }, { shirtSize: "L" }],
    ["by URN", { op: "add", path: `${STAFF}:shirtSize`, value: "L" }, { shirtSize: "L" }],
    ["as a whole", { op: "add", path: STAFF, value: { shirtSize: "L" } }, { shirtSize: "L" }],
    ["away as a whole", { op: "remove", path: STAFF }, undefined],
  ])("changes an extension %s", (_how, operation, staff) => {
    expect(patch({ [STAFF]: { shirtSize: "M" } }, operation).document[STAFF]).toEqual(staff);
  });

  test("with a wrong type is refused", () => {
    expect(() => patch({}, { op: "add", path: "floor", value: "third" })).toThrow(
      expect.objectContaining({ scimType: "invalidValue" }),
    );
  });
});

describe("a filter", () => {
  test.each<[string, JsonObject]>([
    ['profileField_city eq "BERLIN"', { profileField_city: "Berlin" }],
    ['PROFILEFIELD_city co "erl"', { profileField_city: "Berlin" }],
    ["profileField_city pr", { profileField_city: "Berlin" }],
    [`${CORE_USER}:profileField_city sw "b"`, { profileField_city: "Berlin" }],
    ["floor gt 2 and floor le 3", { floor: 3 }],
    ["ratio lt 0.5", { ratio: 0.25 }],
    ['startDate gt "2026-01-31T23:30:00Z"', { startDate: "2026-02-01T00:00:00+00:00" }],
    ['startDate eq "2026-01-31T23:00:00Z"', { startDate: "2026-02-01T00:00:00+01:00" }],
    ['isRemote eq "True"', { isRemote: true }],
    ['badge eq "Ab"', { badge: "Ab" }],
    ['not (badge eq "AB")', { badge: "Ab" }],
    ['skills eq "GO"', { skills: ["sql", "go"] }],
    ['skills[value sw "s"]', { skills: ["sql", "go"] }],
    [`${STAFF}:shirtSize eq "m"`, { shirtSize: "M" }],
    ['shirtSize eq "m" and lockers ge 8', { shirtSize: "M", lockers: [1, 8] }],
    ["not (floor pr)", { profileField_city: "Berlin" }],
  ])("%s is understood", (filter, members) => {
    expect(matches(filter, members)).toBe(true);
  });

  test.each(['floor eq "3"', "floor co 3", 'startDate gt "soon"', "isRemote gt true", "nosuch pr"])(
    "%s is refused",
    (filter) => {
      expect(() => matches(filter, {})).toThrow(
        expect.objectContaining({ scimType: "invalidFilter" }),
      );
    },
  );
});

describe("a projection", () => {
  const resource = { id: "1", ...read({ profileField_city: "Berlin", shirtSize: "M" }).document };

  test.each([
    ["profilefield_CITY", { id: "1", profileField_city: "Berlin" }],
    [`${STAFF}:shirtSize`, { id: "1", [STAFF]: { shirtSize: "M" } }],
    ["shirtSize", { id: "1", [STAFF]: { shirtSize: "M" } }],
    [STAFF, { id: "1", [STAFF]: { shirtSize: "M" } }],
  ])("to %s shows it alone", (attributes, shown) => {
    expect(projectResource(CUSTOM, resource, parseProjection(attributes, undefined))).toEqual(
      shown,
    );
  });

  test("can leave it out", () => {
    const projection = parseProjection(undefined, `profileField_city,${STAFF}`);

    expect(projectResource(CUSTOM, resource, projection)).toEqual({ id: "1", userName: "ada" });
  });
});

describe("discovery", () => {
  const at = (urn: string) => findSchemaDocument("https://x", [CUSTOM], urn);

  test("lists an attribute in the core schema, with all its characteristics", () => {
    expect(at(CORE_USER)?.attributes).toContainEqual({
      name: "profileField_city",
      type: "string",
      multiValued: false,
      description: "Where the user works.",
      required: false,
      caseExact: false,
      mutability: "readWrite",
      returned: "default",
      uniqueness: "none",
    });
  });

  test("gives a reference its referenceTypes", () => {
    expect(at(CORE_USER)?.attributes).toContainEqual(
      expect.objectContaining({ name: "homepage", referenceTypes: ["external"] }),
    );
  });

  test("shows an own URN as a schema and as an extension of the type", () => {
    expect(at(STAFF)).toMatchObject({
      id: STAFF,
      attributes: [{ name: "badges" }, { name: "lockers" }, {}],
    });
    expect(resourceTypes("https://x", [CUSTOM])[0]?.schemaExtensions).toEqual([
      { schema: ENTERPRISE_USER, required: false },
      { schema: STAFF, required: false },
    ]);
  });
});

describe("an attribute that is no longer declared", () => {
  const removed = DECLARATIONS.map((each) => ({ ...each, isRemoved: each.name !== "floor" }));
  const { User } = resourceTypesWith(removed);
  const { document } = read({ floor: 3, profileField_city: "Berlin", shirtSize: "M" });
  const stored = newRecord(CUSTOM, "1", document, 0);

  test("is unknown to every name", () => {
    expect(findTarget(User, { attribute: "profileField_city" })).toBeUndefined();
    expect(findTarget(User, { attribute: "floor" })).toBeDefined();
  });

  test("is not shown, and neither is its extension", () => {
    const shown: JsonObject = JSON.parse(shownRecord(User, stored).documentText);

    expect(shown).toEqual({ schemas: [CORE_USER], userName: "ada", floor: 3 });
  });

  test("keeps its value when another attribute is patched", () => {
    const context = { type: User, strict: false, readOnly: {} };
    const operations = parsePatchRequest(
      { schemas: [PATCH_OP], Operations: [{ op: "replace", path: "floor", value: 4 }] },
      context,
    );
    const patched = newRecord(User, "1", applyPatch(document, operations, context).document, 0);

    expect(patched.documentText).toBe(
      newRecord(CUSTOM, "1", { ...document, floor: 4 }, 0).documentText,
    );
  });
});

describe("a complex attribute of a connector's own", () => {
  const DESK = { value: "4711", level: 3, code: "Ab", tags: ["Window"] };
  const BADGES = [
    { value: "a", tags: ["x"] },
    { value: "b", level: 2 },
  ];
  const held = { desk: DESK, [STAFF]: { badges: BADGES } };

  test("is stored as it was sent, in the order of its schema, its parts by any letter case", () => {
    const { document, warnings } = read({
      DESK: { Tags: "Window", LEVEL: 3, code: "Ab", Value: 4711 },
    });

    expect(document.desk).toEqual(DESK);
    expect(warnings).toEqual([
      '"desk.value" was sent as a number. It is read as what that stands for.',
    ]);
  });

  test.each<[JsonValue, string]>([
    [{ level: "three" }, "desk.level"],
    [{ value: "x", since: "yesterday" }, "desk.since"],
    [3, "desk"],
    [[{ value: "a" }, { value: "b" }], "desk"],
  ])("refuses %j", (desk, named) => {
    expect(() => read({ desk })).toThrow(named);
  });

  test.each<[string, JsonObject]>([
    ["a list of one", { desk: [DESK] }],
    ["JSON text", { desk: JSON.stringify(DESK) }],
    [
      "dotted names",
      { "desk.value": "4711", "desk.level": 3, "desk.code": "Ab", "desk.tags": "Window" },
    ],
  ])("is read from %s", (_, members) => {
    expect(read(members).document.desk).toEqual(DESK);
  });

  test.each<[JsonObject, JsonObject]>([
    [{ op: "replace", path: "desk.level", value: 4 }, { desk: { ...DESK, level: 4 } }],
    [{ op: "replace", path: "desk", value: { level: 4 } }, { desk: { ...DESK, level: 4 } }],
    [
      { op: "add", path: "desk.tags", value: ["WINDOW", "Door"] },
      { desk: { ...DESK, tags: ["Window", "Door"] } },
    ],
    [{ op: "replace", path: "desk.tags", value: ["Door"] }, { desk: { ...DESK, tags: ["Door"] } }],
    [{ op: "remove", path: "desk.tags" }, { desk: { value: "4711", level: 3, code: "Ab" } }],
    [{ op: "replace", value: { "desk.level": 5 } }, { desk: { ...DESK, level: 5 } }],
    [
      { op: "replace", path: `${STAFF}:badges[value eq "B"].level`, value: 7 },
      { [STAFF]: { badges: [BADGES[0] ?? null, { value: "b", level: 7 }] } },
    ],
    [
      { op: "remove", path: 'badges[tags eq "X"]' },
      { [STAFF]: { badges: [{ value: "b", level: 2 }] } },
    ],
    [
      { op: "add", path: "badges", value: [{ value: "c" }, { value: "b", code: "Z" }] },
      {
        [STAFF]: {
          badges: [...BADGES.slice(0, 1), { value: "b", level: 2, code: "Z" }, { value: "c" }],
        },
      },
    ],
  ])("is changed by %j", (operation, expected) => {
    expect(patch(held, operation).document).toMatchObject(expected);
  });

  test("is removed whole", () => {
    expect(patch(held, { op: "remove", path: "desk" }).document).not.toHaveProperty("desk");
  });

  test.each<[string, boolean]>([
    ['desk eq "4711"', true],
    ['desk.code eq "ab"', false],
    ['desk.tags eq "WINDOW"', true],
    ["desk.level gt 2", true],
    ['badges[value eq "a" and tags eq "x"]', true],
    ['badges[value eq "b" and tags eq "x"]', false],
    ['badges.tags co "x"', true],
    ["desk.since pr", false],
  ])("is found by %s: %s", (filter, isFound) => {
    expect(matches(filter, held)).toBe(isFound);
  });

  test("has its parts in its schema", () => {
    const schema = findSchemaDocument("https://x.test", [CUSTOM], STAFF);

    expect(schema).toMatchObject({
      attributes: expect.arrayContaining([
        expect.objectContaining({
          name: "badges",
          type: "complex",
          subAttributes: expect.arrayContaining([
            expect.objectContaining({ name: "tags", type: "string", multiValued: true }),
          ]),
        }),
      ]),
    });
  });
});
