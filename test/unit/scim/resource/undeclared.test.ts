import { describe, expect, test } from "vitest";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { declaredForm, fittingForm } from "#scim/resource/declared-form.ts";
import { parseProjection, projectResource } from "#scim/resource/projection.ts";
import { normaliseResource, schemasFor } from "#scim/resource/resource.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { resourceTypesOf, resourceTypesWith } from "#scim/schema/custom.ts";
import { GROUP, USER } from "#scim/schema/registry.ts";
import { readUndeclared } from "#scim/schema/undeclared.ts";
import { CORE_GROUP, CORE_USER, PATCH_OP } from "#scim/schema/urns.ts";
import { DEFAULT_SETTINGS } from "#scim/settings.ts";
import { aDeclaration, STAFF } from "#test/support/scim/declarations.ts";

/** Where Entra puts what administrators define themselves. */
const CUSTOM = "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User";

function read(members: JsonObject, strict = false, type = USER) {
  return normaliseResource(type, { schemas: [CORE_USER], userName: "ada", ...members }, { strict });
}

function patch(document: JsonObject, operations: readonly JsonValue[], type = USER) {
  const body = { schemas: [PATCH_OP], Operations: operations };
  const context = { type, strict: false, readOnly: {} };
  return applyPatch({ userName: "ada", ...document }, parsePatchRequest(body, context), context);
}

function matches(filter: string, members: JsonObject): boolean {
  const resolved = resolveFilter(USER, parseFilter(filter));
  return matchesFilter(resolved, foldDocument(USER, read(members).document));
}

const VALUES: readonly JsonValue[] = [
  "Berlin",
  5,
  -0.5,
  true,
  false,
  ["a", "b"],
  [{ value: "1" }, { value: "2" }],
  { street: "Main", zip: 10115, tags: ["x"] },
];

describe("an attribute of an extension that nobody declared", () => {
  test.each(VALUES)("is kept as it was sent: %j", (value) => {
    const { document, warnings } = read({ [CUSTOM]: { tag: value } });

    expect(document[CUSTOM]).toEqual({ tag: value });
    expect(schemasFor(USER, document)).toEqual([CORE_USER, CUSTOM]);
    expect(warnings).toEqual([`Nobody declared "${CUSTOM}:tag". It is kept as it was sent.`]);
  });

  test.each<[string, JsonObject]>([
    ["in its object", { [CUSTOM]: { tag: "x" } }],
    ["qualified", { [`${CUSTOM}:tag`]: "x" }],
    ["after a dot", { [`${CUSTOM}.tag`]: "x" }],
    ["beside a schemas of its own", { [CUSTOM]: { schemas: [CUSTOM], tag: "x" } }],
    ["in JSON text", { [CUSTOM]: '{"tag":"x"}' }],
  ])("may come %s", (_, members) => {
    expect(read(members).document[CUSTOM]).toEqual({ tag: "x" });
  });

  test.each<JsonValue>([null, "", [], { value: "" }])("is unassigned as %j", (value) => {
    expect(read({ [CUSTOM]: { tag: value } }).document).not.toHaveProperty([CUSTOM]);
  });

  test("is refused where two spellings of its name came", () => {
    expect(() => read({ [CUSTOM]: { tag: 1, TAG: 2 } })).toThrow("twice");
    expect(() => read({ [CUSTOM]: { tag: { a: 1, A: 2 } } })).toThrow("two spellings");
  });

  test.each(["1e400", "[-1e999]", '{"a":[1e400]}'])(
    "is refused as %s, which is no number here",
    (text) => {
      const value: JsonValue = JSON.parse(text);
      const refused = expect.objectContaining({ status: 400, scimType: "invalidValue" });

      expect(() => read({ [CUSTOM]: { tag: value } })).toThrow(refused);
      expect(() => patch({}, [{ op: "add", path: `${CUSTOM}:tag`, value }])).toThrow(refused);
      expect(() => patch({}, [{ op: "replace", value: { [CUSTOM]: { tag: value } } }])).toThrow(
        refused,
      );
    },
  );

  test("is known of groups as well", () => {
    const urn = "urn:example:ext:2.0:Group";
    const body = { schemas: [CORE_GROUP, urn], displayName: "g", [urn]: { cost: 3 } };

    expect(normaliseResource(GROUP, body, { strict: false }).document[urn]).toEqual({ cost: 3 });
  });

  test("is left out by a strict connector's rules and by unknownExtensions: drop", () => {
    const types = resourceTypesOf("[]", { ...DEFAULT_SETTINGS, unknownExtensions: "drop" });
    const dropped = read({ [CUSTOM]: { tag: 1 } }, false, types.User);

    expect(() => read({ [CUSTOM]: { tag: 1 } }, true)).toThrow("no attribute");
    expect(dropped.document).not.toHaveProperty([CUSTOM]);
    expect(dropped.warnings).toHaveLength(1);
  });

  test("is left out with a warning that says how many, beyond 64 of them or 16 KB", () => {
    const many = Object.fromEntries(Array.from({ length: 70 }, (_, n) => [`a${n}`, n]));
    const large = { a: "x".repeat(8_000), b: "y".repeat(8_000), c: "z".repeat(8_000) };
    const manyRead = read({ [CUSTOM]: many });
    const largeRead = read({ [CUSTOM]: large });

    expect(Object.keys(manyRead.document[CUSTOM] ?? {})).toHaveLength(64);
    expect(largeRead.document[CUSTOM]).toEqual({ a: large.a, b: large.b });
    expect(largeRead.warnings.join(" ")).toContain(`1 attribute left out: "${CUSTOM}:c"`);
  });

  test.each([
    "urn:ietf:params:scim:schemas:core:2.0:Users",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:Users",
    "urn:ietf:params:scim:schemas:extension:enterprise:3.0:User",
    "urn:ietf:params:scim:api:messages:2.0:PatchOp",
    "urn:scim:schemas:core:1.0",
    "urn:x",
    "urn:example:a'b:2.0:User",
    'urn:example:a"b:2.0:User',
    `urn:${"x:".repeat(200)}User`,
    "http://example.com/ext",
  ])("stands under none of %s", (urn) => {
    expect(read({ [urn]: { tag: 1 } }).document).toEqual({ userName: "ada" });
  });

  test("is no name that reaches a prototype, or that no path could hold", () => {
    const object = Object.fromEntries(
      ["constructor", "a b", "1a", "x'y", 'x"y', "a.b", "ok"].map((name) => [name, 1]),
    );

    expect(read({ [CUSTOM]: object }).document[CUSTOM]).toEqual({ ok: 1 });
  });

  test("stands beside those that were declared of its extension", () => {
    const type = resourceTypesWith([aDeclaration({ name: "shirtSize", schema: STAFF })]).User;
    const { document } = read({ [STAFF]: { SHIRTSIZE: "M", hat: 7 } }, false, type);

    expect(document[STAFF]).toEqual({ shirtSize: "M", hat: 7 });
  });

  test("is no part that a declared attribute lacks: nothing takes the place of its value", () => {
    const type = resourceTypesWith([aDeclaration({ name: "shirtSize", schema: STAFF })]).User;
    const document = { [STAFF]: { shirtSize: "M" } };
    const part = `${STAFF}:shirtSize.x`;

    expect(read({ ...document, [part]: 1 }, false, type).document[STAFF]).toEqual({
      shirtSize: "M",
    });
    for (const operation of [
      { op: "add", path: part, value: 1 },
      { op: "add", value: { [part]: 1 } },
    ]) {
      expect(patch(document, [operation], type).document[STAFF]).toEqual({ shirtSize: "M" });
    }
  });

  test("may be given whole and by its parts, each of them once", () => {
    const whole = { [`${CUSTOM}:room`]: { floor: 1 } };

    expect(read({ ...whole, [`${CUSTOM}:room.door`]: 2 }).document[CUSTOM]).toEqual({
      room: { floor: 1, door: 2 },
    });
    for (const twice of [
      { ...whole, [`${CUSTOM}:room.FLOOR`]: 2 },
      { [`${CUSTOM}:room.door`]: 1, [`${CUSTOM}:room.DOOR`]: 2 },
      { [`${CUSTOM}:room`]: "x", [`${CUSTOM}:room.door`]: 2 },
      { [`${CUSTOM}:room.door`]: 2, ...whole },
      { [`${CUSTOM}:room`]: { a: 1, A: 2 }, [`${CUSTOM}:room.door`]: 2 },
    ]) {
      expect(() => read(twice)).toThrow(expect.objectContaining({ status: 400 }));
    }
  });

  test("is not kept once it was declared and taken back", () => {
    const removed = { ...aDeclaration({ name: "shirtSize", schema: STAFF }), isRemoved: true };
    const type = resourceTypesWith([removed]).User;

    expect(read({ [STAFF]: { shirtSize: "M", hat: 7 } }, false, type).document[STAFF]).toEqual({
      hat: 7,
    });
    expect(
      patch({}, [{ op: "add", path: `${STAFF}:shirtSize`, value: "L" }], type).document,
    ).toEqual({ userName: "ada" });
  });
});

describe("the URN in a name", () => {
  test.each<[string, boolean, string, string | undefined, string | undefined]>([
    [CUSTOM, false, CUSTOM, undefined, undefined],
    [`${CUSTOM}:tag`, false, CUSTOM, "tag", undefined],
    [`${CUSTOM}:tag.value`, false, CUSTOM, "tag", "value"],
    [`${CUSTOM}:tag`, true, CUSTOM, "tag", undefined],
    [`${CUSTOM}:user`, false, CUSTOM, "user", undefined],
    ["urn:example:ext:1.0", false, "urn:example:ext:1.0", undefined, undefined],
    ["urn:example:ext:1.0:tag", true, "urn:example:ext:1.0", "tag", undefined],
    ["urn:example:ext:tag", false, "urn:example:ext", "tag", undefined],
    ["urn:example:ext:tag", true, "urn:example:ext:tag", undefined, undefined],
  ])("%s (an object: %s)", (name, isObject, urn, attribute, subAttribute) => {
    expect(readUndeclared(USER, name, { isObject })).toEqual({ urn, attribute, subAttribute });
  });

  test("ends where one ends that is held", () => {
    const held = new Set(["urn:example:ext"]);

    expect(readUndeclared(USER, "URN:example:EXT", { held })?.attribute).toBeUndefined();
    expect(readUndeclared(USER, "urn:example:ext:address", { held, isObject: true })).toMatchObject(
      {
        urn: "urn:example:ext",
        attribute: "address",
      },
    );
  });
});

describe("a PATCH of an undeclared extension", () => {
  const held = { [CUSTOM]: { Tag: "a", list: ["x", "y"], address: { street: "Main", zip: 1 } } };

  test.each<[JsonObject, Readonly<Record<string, JsonValue | undefined>> | undefined]>([
    [{ op: "add", path: `${CUSTOM}:tag`, value: "b" }, { Tag: "b" }],
    [{ op: "Replace", path: `${CUSTOM.toUpperCase()}:TAG`, value: 5 }, { Tag: 5 }],
    [{ op: "remove", path: `${CUSTOM}:tag` }, { Tag: undefined }],
    [{ op: "replace", path: `${CUSTOM}:tag`, value: "" }, { Tag: undefined }],
    [{ op: "add", path: `${CUSTOM}:new`, value: ["n"] }, { new: ["n"] }],
    [{ op: "add", path: `${CUSTOM}:list`, value: ["Y", "z"] }, { list: ["x", "y", "z"] }],
    [{ op: "add", path: `${CUSTOM}:list`, value: "z" }, { list: ["x", "y", "z"] }],
    [{ op: "replace", path: `${CUSTOM}:list`, value: ["z"] }, { list: ["z"] }],
    [{ op: "remove", path: `${CUSTOM}:list`, value: ["x"] }, { list: ["y"] }],
    [
      { op: "Remove", path: `${CUSTOM}:list`, value: [{ value: "x" }, { value: "y" }] },
      { list: undefined },
    ],
    [{ op: "remove", path: `${CUSTOM}:list[value eq "X"]` }, { list: ["y"] }],
    [
      { op: "replace", path: `${CUSTOM}:address.zip`, value: 2 },
      { address: { street: "Main", zip: 2 } },
    ],
    [{ op: "remove", path: `${CUSTOM}:address.zip` }, { address: { street: "Main" } }],
    [
      { op: "add", path: `${CUSTOM}:address`, value: { zip: 3 } },
      { address: { street: "Main", zip: 3 } },
    ],
    [
      { op: "replace", path: CUSTOM, value: { tag: "c", new: 1 } },
      { Tag: "c", new: 1 },
    ],
    [{ op: "add", value: { [CUSTOM]: { tag: "c" } } }, { Tag: "c" }],
    [{ op: "replace", value: { [`${CUSTOM}:tag`]: "c", displayName: "d" } }, { Tag: "c" }],
    [{ op: "remove", path: CUSTOM }, undefined],
    [{ op: "replace", path: CUSTOM, value: null }, undefined],
  ])("by %j", (operation, changes) => {
    const { document } = patch(held, [operation]);

    const whole = { ...held[CUSTOM], ...changes };
    const expected = Object.fromEntries(
      Object.entries(whole).filter(([, each]) => each !== undefined),
    );
    expect(document[CUSTOM]).toEqual(changes === undefined ? undefined : expected);
  });

  test("creates what its filter asks for, and changes it next", () => {
    const path = `${CUSTOM}:phones[type eq "work"].value`;
    const created = patch({}, [{ op: "add", path, value: "1" }]).document;
    const changed = patch(created, [{ op: "replace", path, value: "2" }]).document;

    expect(created[CUSTOM]).toEqual({ phones: [{ type: "work", value: "1" }] });
    expect(changed[CUSTOM]).toEqual({ phones: [{ type: "work", value: "2" }] });
  });

  test("leaves out what would be too much, and never what is stored", () => {
    const full = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`a${n}`, n]));
    const operations = [
      { op: "add", path: `${CUSTOM}:more`, value: 1 },
      { op: "add", path: `${CUSTOM}:a1`, value: "x".repeat(8_000) },
      { op: "add", path: `${CUSTOM}:a2`, value: "x".repeat(9_000) },
    ];

    const { document, warnings } = patch({ [CUSTOM]: full }, operations);

    expect(document[CUSTOM]).toEqual({ ...full, a1: "x".repeat(8_000) });
    expect(warnings.filter((each) => each.includes("left out"))).toHaveLength(2);
  });

  test.each([
    { op: "add", path: `${CUSTOM}:__proto__`, value: 1 },
    { op: "add", path: `${CUSTOM}:a`, value: { constructor: 1 } },
  ])("refuses a name that reaches a prototype, or leaves it out: %j", (operation) => {
    let document: JsonObject = {};
    try {
      document = patch({}, [operation]).document;
    } catch (error) {
      expect(error).toMatchObject({ status: 400 });
    }
    expect(document[CUSTOM]).toBeUndefined();
  });
});

describe("a filter on an undeclared attribute", () => {
  const members = {
    [CUSTOM]: {
      Tag: "Grün",
      no: 5,
      flag: true,
      list: [{ value: "1", type: "Work" }, { value: "2" }],
      deep: { a: { b: 1 } },
    },
  };

  test.each<[string, boolean]>([
    [`${CUSTOM}:tag eq "GRÜN"`, true],
    [`${CUSTOM.toLowerCase()}:TAG eq "grün"`, true],
    [`${CUSTOM}:tag eq "other"`, false],
    [`${CUSTOM}:tag ne "other"`, true],
    [`${CUSTOM}:none ne "other"`, true],
    [`${CUSTOM}:no eq 5`, true],
    [`${CUSTOM}:no eq "5"`, true],
    [`${CUSTOM}:flag eq true`, true],
    [`${CUSTOM}:flag eq "True"`, true],
    [`${CUSTOM}:flag eq false`, false],
    [`${CUSTOM}:list eq "2"`, true],
    [`${CUSTOM}:list.type eq "work"`, true],
    [`${CUSTOM}:list[value eq "1" and type eq "work"]`, true],
    [`${CUSTOM}:list[value eq "2" and type eq "work"]`, false],
    [`${CUSTOM}:deep pr`, true],
    [`${CUSTOM}:deep.a pr`, true],
    [`${CUSTOM}:none pr`, false],
    [`not (${CUSTOM}:tag pr)`, false],
    [`${CUSTOM}:tag eq null`, false],
  ])("%s: %s", (filter, isFound) => {
    expect(matches(filter, members)).toBe(isFound);
  });

  test.each([
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:tag",
    "urn:ietf:params:scim:schemas:core:2.0:User:tag",
    "tag",
  ])("is refused on %s", (name) => {
    expect(() => matches(`${name} eq "x"`, members)).toThrow("There is no attribute");
  });
});

describe("a projection", () => {
  const resource = { id: "1", userName: "ada", [CUSTOM]: { Tag: "a", list: ["x"] } };

  test.each<[string, string, JsonObject]>([
    [`${CUSTOM}:tag`, "", { id: "1", [CUSTOM]: { Tag: "a" } }],
    [CUSTOM.toUpperCase(), "", { id: "1", [CUSTOM]: resource[CUSTOM] }],
    ["userName", "", { id: "1", userName: "ada" }],
    ["", `${CUSTOM}:tag`, { ...resource, [CUSTOM]: { list: ["x"] } }],
    ["", CUSTOM, { id: "1", userName: "ada" }],
    ["", "", resource],
  ])("of attributes %j without %j", (attributes, excluded, expected) => {
    expect(projectResource(USER, resource, parseProjection(attributes, excluded))).toEqual(
      expected,
    );
  });
});

describe("what was kept before it was declared", () => {
  const kept = {
    [STAFF.toUpperCase()]: {
      SHIRTSIZE: [{ value: "M" }],
      floor: "third",
      seats: 3,
      on: "True",
      hat: 1,
    },
  };
  const type = resourceTypesWith([
    aDeclaration({ name: "shirtSize", schema: STAFF, multiValued: true }),
    aDeclaration({ name: "floor", type: "integer", schema: STAFF }),
    aDeclaration({ name: "seats", type: "complex", schema: STAFF, subAttributes: [] }),
    aDeclaration({ name: "on", type: "boolean", schema: STAFF }),
  ]).User;

  test("takes the form of the declarations where it fits, and says what does not", () => {
    const { document, misfits } = declaredForm(type, kept);

    expect(document).toEqual({
      [STAFF]: { shirtSize: ["M"], floor: "third", seats: 3, on: true, hat: 1 },
    });
    expect(misfits.map(({ attribute }) => attribute.name)).toEqual(["floor", "seats"]);
    expect(declaredForm(type, document).document).toBe(document);
  });

  test("is met by filters only where it fits", () => {
    expect(fittingForm(type, kept)).toEqual({ [STAFF]: { shirtSize: ["M"], on: true, hat: 1 } });
  });

  test("is changed by a PATCH under its declared name", () => {
    const path = `${STAFF}:floor`;
    const { document } = patch(kept, [{ op: "replace", path, value: 3 }], type);

    expect(document[STAFF]).toMatchObject({ floor: 3, shirtSize: [{ value: "M" }], seats: 3 });
    expect(Object.keys(document)).toEqual(["userName", STAFF]);
  });
});

describe("very many names under URNs that nobody declared", () => {
  /** How often text is folded while something is done, and how much is written out as JSON. */
  function foldings(work: () => unknown): number {
    let count = 0;
    const { toLowerCase } = String.prototype;
    const { stringify } = JSON;
    JSON.stringify = new Proxy(stringify, {
      apply: (write, self, args: [JsonValue]) => {
        const text = Reflect.apply(write, self, args);
        count += Math.floor(text.length / 8);
        return text;
      },
    });
    String.prototype.toLowerCase = new Proxy(toLowerCase, {
      apply: (fold, value) => {
        count += 1;
        return Reflect.apply(fold, value, []);
      },
    });
    try {
      work();
    } finally {
      String.prototype.toLowerCase = toLowerCase;
      JSON.stringify = stringify;
    }
    return count;
  }

  /** A user who has as much of undeclared extensions as fits, or nearly. */
  const full = {
    [CUSTOM]: Object.fromEntries(
      Array.from({ length: 63 }, (_, n): [string, JsonValue] => [`b${n}`, "x".repeat(220)]),
    ),
  };

  const numbered = (count: number, make: (n: number) => [string, JsonValue]) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => make(n)));

  test.each<[string, (count: number) => unknown]>([
    ["in a body", (count) => read(numbered(count, (n) => [`urn:x:y${n}`, { a: 1 }]))],
    ["with an attribute each", (count) => read(numbered(count, (n) => [`urn:x:y${n}:z`, "v"]))],
    [
      "merged into an object",
      (count) =>
        patch({ [CUSTOM]: { address: { a: 1 } } }, [
          { op: "add", path: `${CUSTOM}:address`, value: numbered(count, (n) => [`k${n}`, 1]) },
        ]),
    ],
    [
      "as parts of one attribute",
      (count) => read(numbered(count, (n) => [`${CUSTOM}:a.p${n}`, 1])),
    ],
    [
      "as parts of an object that came whole",
      (count) =>
        read({
          [`${CUSTOM}:a`]: numbered(count, (n) => [`q${n}`, 1]),
          ...numbered(count, (n) => [`${CUSTOM}:a.p${n}`, 1]),
        }),
    ],
    [
      "in a PATCH without a path",
      (count) =>
        patch(full, [{ op: "add", value: numbered(count, (n) => [`${CUSTOM}:a${n}`, 1]) }]),
    ],
    [
      "in a PATCH of the extension",
      (count) =>
        patch(full, [{ op: "add", path: CUSTOM, value: numbered(count, (n) => [`a${n}`, 1]) }]),
    ],
    [
      "in an operation each",
      (count) =>
        patch(
          full,
          Array.from({ length: count }, (_, n) => ({
            op: "replace",
            path: `${CUSTOM}:b1`,
            value: `${n % 2}`.repeat(200),
          })),
        ),
    ],
  ])("cost what their number says, no more: %s", (_where, work) => {
    const few = foldings(() => work(200));
    const many = foldings(() => work(800));

    expect(many / few).toBeLessThan(6);
  });
});
