import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScimError } from "#scim/error.ts";
import { compareByCodePoint, matchesFilter } from "#scim/filter/match.ts";
import { parsePath, resolvePath } from "#scim/filter/path.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { USER } from "#scim/schema/registry.ts";
import {
  brokenTexts,
  printFilter,
  syntacticFilters,
  userBodies,
  userFilters,
} from "#test/support/scim/arbitraries.ts";

/** Runs what may be refused, and fails on any other error than a ScimError. */
function attempt(action: () => unknown): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
  }
}

describe("parsing", () => {
  test("reads back every filter that can be printed", () => {
    fc.assert(
      fc.property(syntacticFilters(), (filter) => {
        expect(parseFilter(printFilter(filter), { bytesMax: 100_000 })).toEqual(filter);
      }),
    );
  });

  test("of any text gives a filter or a ScimError", () => {
    fc.assert(
      fc.property(brokenTexts(), (text) => {
        attempt(() => resolveFilter(USER, parseFilter(text)));
      }),
      { numRuns: 5000 },
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  test("of any path gives a path or a ScimError", () => {
    fc.assert(
      fc.property(brokenTexts(), (text) => {
        attempt(() => resolvePath(USER, parsePath(text, USER)));
      }),
      { numRuns: 5000 },
    );
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

describe("matching", () => {
  test("any user with any filter gives a boolean, and not gives the other one", () => {
    fc.assert(
      fc.property(userFilters(), userBodies(), (filter, body) => {
        const resolved = resolveFilter(USER, filter);
        const folded = foldDocument(USER, body);
        const matches = matchesFilter(resolved, folded);

        expect(typeof matches).toBe("boolean");
        expect(matchesFilter({ kind: "not", filter: resolved }, folded)).toBe(!matches);
      }),
    );
  });

  test("a user matches the filter for its own userName in any case", () => {
    fc.assert(
      fc.property(userBodies(), fc.string({ minLength: 1, maxLength: 10 }), (body, userName) => {
        const value = JSON.stringify(userName.toUpperCase());
        const filter = resolveFilter(USER, parseFilter(`userName eq ${value}`));

        expect(matchesFilter(filter, foldDocument(USER, { ...body, userName }))).toBe(true);
      }),
    );
  });

  test("text is ordered as the bytes of its UTF-8", () => {
    const text = fc.string({ unit: "binary", maxLength: 6 });

    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareByCodePoint(a, b))).toBe(
          Buffer.compare(Buffer.from(a), Buffer.from(b)),
        );
      }),
    );
  });
});
