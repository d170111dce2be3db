import { describe, expect, test } from "vitest";
import type { Attribute } from "#scim/attribute.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { OPERATIONS_MAX, type PatchOperation } from "#scim/patch/parse.ts";
import { VALUES_MAX } from "#scim/resource/value/value.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { schemasOf } from "#scim/schema/registry.ts";
import { STEPS_MAX, stepBudget } from "#scim/step-budget.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";

const TYPE = resourceTypesWith([
  ...DECLARATIONS,
  aDeclaration({ name: "badges", multiValued: true }),
  aDeclaration({ name: "rooms", multiValued: true, schema: STAFF }),
]).User;

const UNDECLARED = "urn:example:params:scim:schemas:extension:nobody:2.0:User";

const tooMany = expect.objectContaining({ status: 400, scimType: "tooMany" });
const invalidValue = expect.objectContaining({ status: 400, scimType: "invalidValue" });

/** Every multi-valued attribute that a client may write, with its path. */
const LISTS: readonly [string, Attribute][] = schemasOf(TYPE).flatMap((schema) =>
  schema.attributes
    .filter(({ multiValued, mutability }) => multiValued && mutability !== "readOnly")
    .map((attribute): [string, Attribute] => [`${schema.id}:${attribute.name}`, attribute]),
);

/** A value of an attribute that no other number gives. */
function numberedValue(attribute: Attribute, n: number): JsonValue {
  if (attribute.type === "complex") {
    const part = attribute.subAttributes.find(
      ({ name }) => name === "value" || name === "locality",
    );
    return { [part?.name ?? "value"]: `${n}@example.com` };
  }
  return attribute.type === "integer" || attribute.type === "decimal" ? n : `v${n}`;
}

/** A removal of those values of an attribute for which some comparisons hold; none does. */
function removalOf(path: string, attribute: Attribute, terms: number): PatchOperation {
  const names = attribute.subAttributes.map(({ name }) => name);
  const name = names.find((each) => each === "value" || each === "locality") ?? "value";
  const filter = times(terms, (n) => `${name} eq "${n}?"`).join(" or ");
  return { op: "remove", path: `${path}[${filter}]` };
}

function isFilteredByText([, { type }]: readonly [string, Attribute]): boolean {
  return type === "complex" || type === "string";
}

function addition(path: string, attribute: Attribute, n: number): PatchOperation {
  return { op: "add", path, value: [numberedValue(attribute, n)] };
}

function times<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** Applies operations to a user and tells how many steps they took, up to the refusal too. */
function work(document: JsonObject, operations: readonly PatchOperation[], stepsMax?: number) {
  const steps = stepBudget(stepsMax);
  const context = { type: TYPE, strict: false, readOnly: {}, steps };
  try {
    return { document: applyPatch(document, operations, context).document, steps: steps.spent() };
  } catch (error) {
    return { error, steps: steps.spent() };
  }
}

test("the lists below are those of the core, the enterprise extension and the connector's own", () => {
  expect(LISTS.map(([path]) => path.split(":").at(-1))).toEqual(
    expect.arrayContaining(["emails", "addresses", "x509Certificates", "badges", "rooms"]),
  );
});

/** A hundred values, which is what an attribute may have. */
function full(path: string, attribute: Attribute): JsonObject {
  const additions = times(VALUES_MAX, (n) => addition(path, attribute, n));
  return work({ userName: "ada" }, additions).document ?? {};
}

test.each(LISTS)(
  "%s grows by one operation after another up to the limit of values and no further",
  (path, attribute) => {
    const additions = times(OPERATIONS_MAX, (n) => addition(path, attribute, n));

    const { error, steps } = work({ userName: "ada" }, additions);

    expect(error).toEqual(invalidValue);
    expect(steps).toBeLessThan(VALUES_MAX * (VALUES_MAX + 2));
  },
);

test.each(LISTS)(
  "%s is worked on in steps that are linear in the operations",
  (path, attribute) => {
    const document = full(path, attribute);
    const removal: PatchOperation = {
      op: "remove",
      path,
      value: [numberedValue(attribute, 9_999)],
    };
    const [few = 0, many] = [250, 1_000].map(
      (count) =>
        work(
          document,
          times(count, () => removal),
        ).steps,
    );

    expect(many).toBe(4 * few);
    expect(many).toBeLessThan(STEPS_MAX);
  },
);

describe.each(LISTS.filter(isFilteredByText))("%s", (path, attribute) => {
  test("is filtered in steps that are linear in operations and terms", () => {
    const document = full(path, attribute);
    const stepsOf = (count: number, terms: number) =>
      work(
        document,
        times(count, () => removalOf(path, attribute, terms)),
      ).steps;

    expect(stepsOf(1_000, 1)).toBe(4 * stepsOf(250, 1));
    expect(stepsOf(100, 10) - 100).toBe(10 * (stepsOf(100, 1) - 100));
    expect(stepsOf(1_000, 1)).toBeLessThan(STEPS_MAX);
  });

  test("beyond the budget is tooMany, and the text says what to change", () => {
    const greedy = times(1_000, () => removalOf(path, attribute, 20));

    const { error, steps } = work(full(path, attribute), greedy);

    expect(error).toEqual(tooMany);
    expect(String(error)).toContain("send fewer operations");
    expect(steps).toBeLessThan(STEPS_MAX + 20 * 101);
  });
});

test("a value without a path counts each of its members as the operation that it is", () => {
  const { document = {} } = work(
    { userName: "ada" },
    times(100, (n) => ({ op: "add", path: "emails", value: [{ value: `${n}@x` }] })),
  );
  const members = times(8_000, (n): [string, JsonValue] => [
    `emails[value eq "0@x" and display ne "${n}"].display`,
    "A",
  ]);

  const { error } = work(document, [{ op: "replace", value: Object.fromEntries(members) }]);

  expect(error).toEqual(tooMany);
});

test("long values take more steps than short ones", () => {
  const removals = times(1_000, () => ({ op: "remove" as const, path: 'emails[value ew "?"]' }));
  const emails = (length: number) => times(59, (n) => ({ value: `${n}${"é".repeat(length)}` }));

  expect(work({ userName: "ada", emails: emails(10) }, removals).error).toBeUndefined();
  expect(work({ userName: "ada", emails: emails(4_000) }, removals).error).toEqual(tooMany);
});

test("a search inside of long values takes more steps than a comparison with them", () => {
  const emails = times(59, (n) => ({ value: `${"m".repeat(4_000)}${n}` }));
  const stepsOf = (operator: string) =>
    work({ userName: "ada", emails }, [{ op: "remove", path: `emails[value ${operator} "?"]` }])
      .steps;

  expect(stepsOf("co")).toBeGreaterThan(5 * stepsOf("ew"));
});

test("no text is folded twice in one request, however many operations look at it", () => {
  let folded = 0;
  const text = "É".repeat(4_000);
  const counting = new Proxy(String.prototype.normalize, {
    apply: (normalize, value, args: [string?]) => {
      if (String(value).length >= 4_000) folded += 1;
      return Reflect.apply(normalize, value, args);
    },
  });
  const { normalize } = String.prototype;
  String.prototype.normalize = counting;
  try {
    work(
      { userName: "ada", emails: [{ value: text }, { value: "b@x" }] },
      times(500, (n) => ({ op: "replace", path: 'emails[value co "É"].display', value: `${n}` })),
    );
  } finally {
    String.prototype.normalize = normalize;
  }

  expect(folded).toBe(2);
});

describe("an attribute of an extension that nobody declared", () => {
  const kept = (value: JsonValue) => ({ userName: "ada", [UNDECLARED]: { it: value } });
  const path = `${UNDECLARED}:it`;
  const members = (count: number, name: (n: number) => string) =>
    Object.fromEntries(times(count, (n): [string, JsonValue] => [name(n), n]));

  test.each<[string, (count: number) => ReturnType<typeof work>]>([
    [
      "a value of a list is added",
      (count) => {
        const list = times(100, (n) => `v${n}`);
        return work(
          kept(list),
          times(count, () => ({ op: "add", path, value: "v1" })),
        );
      },
    ],
    [
      "a part of a list of objects is changed",
      (count) => {
        const list = times(100, (n) => ({ value: `v${n}`, type: "work", since: n }));
        const change = (n: number): PatchOperation => ({
          op: "replace",
          path: `${path}.since`,
          value: n,
        });
        return work(kept(list), times(count, change));
      },
    ],
    [
      "another attribute is changed beside it",
      (count) =>
        work(
          kept(members(1_000, (n) => `m${n}`)),
          times(count, (n) => ({ op: "replace", path: `${UNDECLARED}:other`, value: `${n % 10}` })),
        ),
    ],
  ])("takes steps that are linear in the operations where %s", (_what, run) => {
    const [few = 0, many = 0] = [run(250).steps, run(1_000).steps];

    expect(Math.abs(many - 4 * few)).toBeLessThan(few / 10);
    expect(many).toBeLessThan(STEPS_MAX);
  });

  const term = (n: number) => `value eq "${n}?"`;

  test.each<[string, JsonObject, readonly PatchOperation[]]>([
    [
      "one object of very many parts",
      kept(members(1_500, (n) => `m${n}`)),
      times(1_000, (n) => ({ op: "replace", path: `${path}.m1`, value: n })),
    ],
    [
      "very many parts that come one by one",
      { userName: "ada" },
      [{ op: "add", value: members(9_000, (n) => `${path}.p${n}`) }],
    ],
    [
      "a filter of many terms",
      kept(times(100, (n) => `v${n}`)),
      times(1_000, () => ({ op: "remove", path: `${path}[${times(20, term).join(" or ")}]` })),
    ],
    [
      "a search in long text",
      kept([`a${"x".repeat(7_000)}`, `b${"x".repeat(7_000)}`]),
      times(1_500, () => ({ op: "remove", path: `${path}[value co "y"]` })),
    ],
    [
      "one large value for each of many",
      kept(times(5_000, () => 1)),
      [{ op: "replace", path: `${path}[value eq "1"]`, value: members(5_000, (n) => `m${n}`) }],
    ],
  ])("ends at the budget: %s", (_what, document, operations) => {
    expect(work(document, operations).error).toEqual(tooMany);
  });

  test("is left out, and not written out in full, where it would be far too large", () => {
    const value = "y".repeat(7_000);
    const operation: PatchOperation = { op: "replace", path: `${path}[value eq "1"].x`, value };
    const written: number[] = [];
    const { stringify } = JSON;
    JSON.stringify = new Proxy(stringify, {
      apply: (write, self, args: [JsonValue]) => {
        const text = Reflect.apply(write, self, args);
        written.push(text.length);
        return text;
      },
    });
    try {
      expect(work(kept(times(5_000, () => 1)), [operation]).document).toEqual(
        kept(times(5_000, () => 1)),
      );
    } finally {
      JSON.stringify = stringify;
    }

    expect(Math.max(...written)).toBeLessThan(20_000);
  });
});

test("a list within a complex attribute grows up to the limit of values, and each of its values is a step", () => {
  const additions = times(1_000, (n) => ({
    op: "add" as const,
    path: "desk.tags",
    value: [`t${n}`],
  }));

  const { error, steps } = work({ userName: "ada" }, additions);

  expect(error).toEqual(invalidValue);
  expect(steps).toBeGreaterThan(VALUES_MAX);
  expect(steps).toBeLessThan(VALUES_MAX * (VALUES_MAX + 2));
});
