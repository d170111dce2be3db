import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { OPERATIONS_MAX, type Operation } from "#scim/patch/parse.ts";
import type { Attribute } from "#scim/schema/attribute.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { schemasOf } from "#scim/schema/registry.ts";
import { STEPS_MAX, stepBudget } from "#scim/step-budget.ts";
import { VALUES_MAX } from "#scim/value.ts";
import { aDeclaration, DECLARATIONS, STAFF } from "#test/support/declarations.ts";

const TYPE = resourceTypesWith([
  ...DECLARATIONS,
  aDeclaration({ name: "badges", multiValued: true }),
  aDeclaration({ name: "rooms", multiValued: true, schema: STAFF }),
]).User;

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
function removalOf(path: string, attribute: Attribute, terms: number): Operation {
  const names = attribute.subAttributes.map(({ name }) => name);
  const name = names.find((each) => each === "value" || each === "locality") ?? "value";
  const filter = times(terms, (n) => `${name} eq "${n}?"`).join(" or ");
  return { op: "remove", path: `${path}[${filter}]` };
}

function isFilteredByText([, { type }]: readonly [string, Attribute]): boolean {
  return type === "complex" || type === "string";
}

function addition(path: string, attribute: Attribute, n: number): Operation {
  return { op: "add", path, value: [numberedValue(attribute, n)] };
}

function times<T>(count: number, make: (n: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, n) => make(n));
}

/** Applies operations to a user and tells how many steps they took, up to the refusal too. */
function work(document: JsonObject, operations: readonly Operation[], stepsMax?: number) {
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
    const removal: Operation = { op: "remove", path, value: [numberedValue(attribute, 9_999)] };
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
