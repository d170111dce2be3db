import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScimError } from "#scim/error.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { applyPatch } from "#scim/patch/apply.ts";
import { parsePatchRequest } from "#scim/patch/parse.ts";
import { normaliseResource } from "#scim/resource/resource.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { assignments, userBodies, wildOperations } from "#test/support/scim/arbitraries.ts";

const READ_ONLY: JsonObject = { id: "u1", meta: { resourceType: "User" }, groups: [] };

/** Users as they are stored, frozen to the last list so that a mutation throws. */
const documents = userBodies().map((body) =>
  deepFreeze(normaliseResource(USER, body, { strict: false }).document),
);

const assigning = fc
  .record({ op: fc.constantFrom("add", "replace") })
  .chain(({ op }) => assignments().map((assignment) => deepFreeze({ op, ...assignment })));

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}

function patch(document: JsonObject, operations: readonly JsonValue[]): JsonObject {
  const context = { type: USER, strict: false, readOnly: READ_ONLY };
  return applyPatch(document, parsePatchRequest({ Operations: operations }, context), context)
    .document;
}

/** What a PATCH gives, or undefined when it is refused; any other error than a ScimError is a failure. */
function attempt(document: JsonObject, operations: readonly JsonValue[]): JsonObject | undefined {
  try {
    return patch(document, operations);
  } catch (error) {
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

describe("a PATCH", () => {
  test("gives a document that is stored as it is, whatever was sent", () => {
    fc.assert(
      fc.property(
        documents,
        fc.array(wildOperations(), { maxLength: 4 }),
        (document, operations) => {
          const patched = attempt(document, deepFreeze(operations));
          if (patched === undefined) return;

          const stored = normaliseResource(USER, patched, { strict: false });
          expect(JSON.stringify(stored.document)).toBe(JSON.stringify(patched));
          expect(stored.warnings).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("of valid assignments is never refused", () => {
    fc.assert(
      fc.property(documents, fc.array(assigning, { maxLength: 4 }), (document, operations) => {
        expect(patch(document, operations)).toHaveProperty("userName", document.userName);
      }),
    );
  });

  test("that is refused at its end leaves the document as it was", () => {
    fc.assert(
      fc.property(documents, fc.array(assigning, { maxLength: 3 }), (document, operations) => {
        const before = JSON.stringify(document);
        const refused = [...operations, { op: "remove", path: "userName" }];

        expect(() => patch(document, refused)).toThrow(ScimError);
        expect(JSON.stringify(document)).toBe(before);
      }),
    );
  });

  test("of the same replace twice is as good as once", () => {
    fc.assert(
      fc.property(documents, assignments(), (document, assignment) => {
        const operation = { op: "replace", ...assignment };
        const once = patch(document, [operation]);

        expect(patch(once, [operation])).toEqual(once);
        expect(patch(document, [operation, operation])).toEqual(once);
      }),
    );
  });

  test("that removes what it added restores a document without it", () => {
    const attribute = fc.constantFrom("title", "name", "emails", "roles", "addresses", "manager");

    fc.assert(
      fc.property(documents, userBodies(), attribute, (document, body, path) => {
        const source = path === "manager" ? body[ENTERPRISE_USER] : body;
        const value = Object.entries(source ?? {}).find(([name]) => name === path)?.[1] ?? null;
        const without = patch(document, [{ op: "remove", path }]);
        const restored = patch(without, [
          { op: "add", path, value },
          { op: "remove", path },
        ]);

        expect(restored).toEqual(without);
      }),
    );
  });

  test("never leaves two primary values", () => {
    fc.assert(
      fc.property(documents, fc.array(assigning, { maxLength: 4 }), (document, operations) => {
        const emails = patch(document, operations).emails ?? [];
        const primaries = Object.values(emails).filter(({ primary }) => primary === true);

        expect(primaries.length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("in one piece is the same as its operations one after another", () => {
    // A label or a mark waits for the value that a later operation of the same PATCH may bring.
    const isWhole = ({ path }: { readonly path: string }) => !path.endsWith(".primary");
    const whole = fc.array(assigning.filter(isWhole), { maxLength: 4 });

    fc.assert(
      fc.property(documents, whole, (document, operations) => {
        const oneByOne = operations.reduce((current, each) => patch(current, [each]), document);

        expect(patch(document, operations)).toEqual(oneByOne);
      }),
    );
  });
});
