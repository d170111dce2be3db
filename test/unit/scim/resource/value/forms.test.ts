import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { readMember } from "#scim/json.ts";
import { CORE_USER, ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { STAFF } from "#test/support/scim/declarations.ts";
import {
  lenientWaysFor,
  type Outcome,
  patching,
  type Way,
  waysFor,
} from "#test/support/scim/ways.ts";

const ADA: JsonObject = { userName: "ada", active: true };

/** An attribute, what is sent of it, and what that stands for. */
type Row = readonly [urn: string, name: string, sent: JsonValue, stored: JsonValue];

function valueAt({ document }: Outcome, urn: string, name: string): JsonValue | undefined {
  const holder = urn === CORE_USER ? document : (readMember(document, urn) ?? {});
  return Object.entries(holder).find(([each]) => each === name)?.[1];
}

function lenient(way: Way, value: JsonValue, before = ADA): Outcome {
  return way(before, value, false);
}

const refused = expect.objectContaining({ status: 400 });

describe.each<Row>([
  // F2: an object around the value.
  [CORE_USER, "title", { value: "Boss" }, "Boss"],
  [CORE_USER, "title", { Value: "Boss", display: "B", $ref: "x" }, "Boss"],
  [CORE_USER, "externalId", { value: "e-1" }, "e-1"],
  [CORE_USER, "active", { value: false }, false],
  [CORE_USER, "active", { VALUE: "False", type: "x" }, false],
  [CORE_USER, "name", { givenName: { value: "Ada" } }, { givenName: "Ada" }],
  [ENTERPRISE_USER, "department", { value: "R&D" }, "R&D"],
  [ENTERPRISE_USER, "manager", { value: { value: "m1" } }, { value: "m1" }],
  [CORE_USER, "emails", [{ value: { value: "a@x" } }], [{ value: "a@x" }]],
  [CORE_USER, "skills", [{ value: "go" }, { Value: "sql", type: "x" }], ["go", "sql"]],
  [CORE_USER, "skills", { value: ["go", "sql"] }, ["go", "sql"]],
  [CORE_USER, "skills", { value: "go" }, ["go"]],
  [CORE_USER, "floor", { value: 3 }, 3],
  [STAFF, "lockers", [{ value: 1 }, { value: 2 }], [1, 2]],
  [STAFF, "shirtSize", { value: "M" }, "M"],
  // F3: JSON text where an object belongs.
  [CORE_USER, "name", '{"givenName":"Ada"}', { givenName: "Ada" }],
  [CORE_USER, "name", ' [{"givenName":"Ada"}]', { givenName: "Ada" }],
  [CORE_USER, "emails", '{"value":"a@x"}', [{ value: "a@x" }]],
  [CORE_USER, "emails", '[{"value":"a@x"},{"value":"b@x"}]', [{ value: "a@x" }, { value: "b@x" }]],
  [CORE_USER, "emails", ['{"value":"a@x"}'], [{ value: "a@x" }]],
  [ENTERPRISE_USER, "manager", '{"value":"m1"}', { value: "m1" }],
  // F4: a list of one.
  [CORE_USER, "preferredLanguage", ["de"], "de"],
  [CORE_USER, "displayName", ["Ada"], "Ada"],
  [CORE_USER, "externalId", ["e-1"], "e-1"],
  [CORE_USER, "active", [false], false],
  [CORE_USER, "active", ["False"], false],
  [CORE_USER, "active", [{ value: "false" }], false],
  [CORE_USER, "name", { givenName: ["Ada"] }, { givenName: "Ada" }],
  [CORE_USER, "emails", [{ value: ["a@x"], type: "work" }], [{ value: "a@x", type: "work" }]],
  [CORE_USER, "isRemote", ["True"], true],
  [ENTERPRISE_USER, "department", ["R&D"], "R&D"],
  [STAFF, "shirtSize", ["M"], "M"],
  // F12: numbers.
  [CORE_USER, "active", 0, false],
  [CORE_USER, "active", 1, true],
  [CORE_USER, "active", "0", false],
  [CORE_USER, "active", "1", true],
  [CORE_USER, "active", [0], false],
  [CORE_USER, "active", { value: "0" }, false],
  [CORE_USER, "isRemote", 0, false],
  [CORE_USER, "title", 5, "5"],
  [CORE_USER, "badge", 4.5, "4.5"],
  [ENTERPRISE_USER, "employeeNumber", 701984, "701984"],
  [CORE_USER, "phoneNumbers", [{ value: 4930123 }], [{ value: "4930123" }]],
  [CORE_USER, "skills", [1, 2], ["1", "2"]],
])("%s %s sent as %j stands for %j", (urn, name, sent, stored) => {
  const ways = [...waysFor(urn, name), ...lenientWaysFor(urn, name)];

  test.each(ways)("%s", (_how, way) => {
    const outcome = lenient(way, sent);

    expect(valueAt(outcome, urn, name)).toEqual(stored);
    expect(outcome.warnings).not.toEqual([]);
  });

  test.each(waysFor(urn, name))("%s, strict: refused", (_how, way) => {
    expect(() => way(ADA, sent, true)).toThrow(refused);
  });
});

describe.each<Row>([
  [CORE_USER, "title", "Boss", "Boss"],
  [CORE_USER, "active", false, false],
  [CORE_USER, "active", "False", false],
  [CORE_USER, "emails", [{ value: "a@x", type: "work" }], [{ value: "a@x", type: "work" }]],
  [CORE_USER, "emails", { value: "a@x" }, [{ value: "a@x" }]],
  // Entra's app roles.
  [CORE_USER, "roles", [{ value: '{"id":"r1"}' }], [{ value: '{"id":"r1"}' }]],
  [CORE_USER, "roles", '{"id":"r1"}', [{ value: '{"id":"r1"}' }]],
  [CORE_USER, "title", '{"value":"x"}', '{"value":"x"}'],
  [CORE_USER, "phoneNumbers", [{ value: "[ext 5] {" }], [{ value: "[ext 5] {" }]],
  [ENTERPRISE_USER, "department", "R&D", "R&D"],
  [ENTERPRISE_USER, "manager", "m1", { value: "m1" }],
  [STAFF, "lockers", [1, 2], [1, 2]],
])("%s %s as %j is stored as %j", (urn, name, sent, stored) => {
  test.each(waysFor(urn, name))("%s, without a warning, also when strict", (_how, way) => {
    expect(lenient(way, sent)).toMatchObject({ warnings: [] });
    expect(valueAt(lenient(way, sent), urn, name)).toEqual(stored);
    expect(valueAt(way(ADA, sent, true), urn, name)).toEqual(stored);
  });

  test.each(lenientWaysFor(urn, name))("%s, with a warning, refused when strict", (_how, way) => {
    const outcome = lenient(way, sent);

    expect(valueAt(outcome, urn, name)).toEqual(stored);
    expect(outcome.warnings).not.toEqual([]);
    expect(() => way(ADA, sent, true)).toThrow(refused);
  });
});

describe.each<readonly [urn: string, name: string, sent: JsonValue]>([
  [CORE_USER, "title", { display: "Boss" }],
  [CORE_USER, "title", {}],
  [CORE_USER, "title", { value: "a", Value: "b" }],
  [CORE_USER, "preferredLanguage", ["de", "en"]],
  [CORE_USER, "preferredLanguage", [null]],
  [CORE_USER, "preferredLanguage", [["de"]]],
  [CORE_USER, "preferredLanguage", [{}]],
  [CORE_USER, "active", [null]],
  [CORE_USER, "active", [false, true]],
  [CORE_USER, "active", 2],
  [CORE_USER, "active", "2"],
  [CORE_USER, "active", "no"],
  [CORE_USER, "active", '{"value":false}'],
  [CORE_USER, "name", "Ada"],
  [CORE_USER, "name", '{"givenName":'],
  [CORE_USER, "name", '[{"givenName":"A"},{"givenName":"B"}]'],
  [CORE_USER, "name", '{"givenName":"A","GIVENNAME":"B"}'],
  [CORE_USER, "name", '{"__proto__":{}}'],
  [ENTERPRISE_USER, "manager", [null]],
  [ENTERPRISE_USER, "manager", '[{"value":"a"},{"value":"b"}]'],
  [ENTERPRISE_USER, "manager", { value: '{"value":"m1"}' }],
  [ENTERPRISE_USER, "manager", "[]"],
  [CORE_USER, "emails", [{ value: '{"value":"a@x"}' }]],
  [CORE_USER, "emails", [{ value: '["a@x"]' }]],
  [CORE_USER, "emails", '["a@x"]'],
  [CORE_USER, "phoneNumbers", [{ value: '{"value":"1"}', type: "work" }]],
  [CORE_USER, "entitlements", [{ value: ' {"id":1}' }]],
  [CORE_USER, "skills", [["go"]]],
  [CORE_USER, "floor", "3"],
  [ENTERPRISE_USER, "employeeNumber", 1e21],
  [ENTERPRISE_USER, "employeeNumber", 12345678901234567000],
])("%s %s as %j is refused", (urn, name, sent) => {
  test.each([...waysFor(urn, name), ...lenientWaysFor(urn, name)])("%s", (_how, way) => {
    expect(() => lenient(way, sent)).toThrow(refused);
    expect(() => way(ADA, sent, true)).toThrow(refused);
  });
});

describe("F11: JSON text is refused by a path to the value alone, too", () => {
  const before: JsonObject = {
    ...ADA,
    emails: [{ value: "a@x", type: "work" }],
    [ENTERPRISE_USER]: { manager: { value: "m1" } },
  };
  const jsonText = '{"value":"b@x"}';

  test.each([
    'emails[type eq "work"].value',
    'emails[type eq "home"].value',
    "emails.value",
    'phoneNumbers[type eq "mobile"].value',
    "photos.value",
    `${ENTERPRISE_USER}:manager.value`,
    `${ENTERPRISE_USER}:manager[value eq "m1"].value`,
  ])("%s", (path) => {
    for (const op of ["add", "replace"]) {
      for (const way of [
        patching((value) => ({ op, path, value })),
        patching((value) => ({ op, value: { [path]: value } })),
      ]) {
        expect(() => way(before, jsonText, false)).toThrow(refused);
        expect(() => way(before, [jsonText], false)).toThrow(refused);
        expect(() => way(before, jsonText, true)).toThrow(refused);
      }
    }
  });

  test.each(['roles[primary eq "True"].value', "roles.value"])("but %s keeps it", (path) => {
    const { document } = patching((value) => ({ op: "add", path, value }))(before, jsonText, false);

    expect(document.roles).toEqual([expect.objectContaining({ value: jsonText })]);
  });
});

test("JSON text clears the sub-attribute that it names and no other", () => {
  const before = { ...ADA, name: { givenName: "Ada", familyName: "L" } };

  for (const [how, way] of waysFor(CORE_USER, "name")) {
    const { document } = way(before, '{"givenName":"","familyName":"L"}', false);

    expect([how, document.name]).toEqual([how, { familyName: "L" }]);
  }
});

/** Every form in which a value of an attribute may be said, one around the other in random order. */
function formsOf(value: JsonValue, isSingular: boolean): fc.Arbitrary<JsonValue> {
  const names = fc.constantFrom("value", "Value", "VALUE");
  const others = fc.constantFrom<JsonObject[]>({}, { display: "x" }, { $ref: null, type: "work" });
  const wrapped = fc.record({ name: names, other: others });
  const asObject = wrapped.map(({ name, other }): JsonValue => ({ [name]: value, ...other }));
  if (!isSingular) return fc.oneof(fc.constant(value), asObject);
  const asList = fc.oneof(fc.constant(value), asObject).map((each): JsonValue => [each]);
  return fc.oneof(fc.constant(value), asObject, asList);
}

const ALL_WAYS = (urn: string, name: string) =>
  fc.constantFrom(...[...waysFor(urn, name), ...lenientWaysFor(urn, name)].map(([, way]) => way));

describe("whatever its form and its way, one meaning has one result", () => {
  const falsehoods = fc.constantFrom<JsonValue[]>(false, "False", "FALSE", "false", 0, "0");

  test("active=false ends inactive", () => {
    const said = falsehoods.chain((value) => formsOf(value, true));

    fc.assert(
      fc.property(said, ALL_WAYS(CORE_USER, "active"), fc.boolean(), (value, way, active) => {
        const { document } = way({ userName: "ada", active }, value, false);

        expect(document).toEqual({ userName: "ada", active: false });
      }),
      { numRuns: 500 },
    );
  });

  test.each<[string, string, JsonValue]>([
    [CORE_USER, "title", "Boss"],
    [CORE_USER, "skills", ["go", "sql"]],
    [ENTERPRISE_USER, "department", "R&D"],
    [STAFF, "shirtSize", "M"],
    [STAFF, "lockers", [1, 2]],
  ])("%s %s", (urn, name, value) => {
    const said = formsOf(value, !Array.isArray(value));

    fc.assert(
      fc.property(said, ALL_WAYS(urn, name), (form, way) => {
        expect(valueAt(lenient(way, form), urn, name)).toEqual(value);
      }),
    );
  });

  test("a list is emptied only by what says so", () => {
    const before = { ...ADA, emails: [{ value: "a@x" }], skills: ["go"] };
    const junk = fc.constantFrom<JsonValue[]>(null, "", {}, [], { type: "work" }, { value: "" });
    const lists = fc.array(junk, { minLength: 1, maxLength: 3 });
    const names = fc.constantFrom("emails", "skills");

    fc.assert(
      fc.property(
        names.chain((name) =>
          fc.record({ name: fc.constant(name), way: ALL_WAYS(CORE_USER, name) }),
        ),
        lists,
        ({ name, way }, value) => {
          const kept = attempt(() => way(before, value, false));

          if (kept !== undefined)
            expect(valueAt(kept, CORE_USER, name)).toEqual(
              before[name === "emails" ? "emails" : "skills"],
            );
        },
      ),
      { numRuns: 500 },
    );
  });
});

function attempt(run: () => Outcome): Outcome | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}
