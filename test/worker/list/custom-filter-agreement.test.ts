import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import type { CompareOperator, Filter } from "#scim/filter/syntax/ast.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject } from "#scim/json.ts";
import { foldDocument } from "#scim/resource/value/folded.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { printFilter } from "#test/support/scim/arbitraries.ts";
import { aClientWith } from "#test/support/scim/custom-client.ts";
import { DECLARATIONS } from "#test/support/scim/declarations.ts";

const DOCUMENTS = 40;
const FILTERS = 400;

const TYPE = resourceTypesWith(DECLARATIONS).User;
const TEXTS = ["ada", "ADA", "Straße", "STRASSE", "a%", "_", "😀", "\uffff", "Å"];
const INSTANTS = ["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-07-01T12:00:00.5Z"];
const NUMBERS = [-1, 0, 0.5, 3, 1e21];
const INTEGERS = NUMBERS.filter(Number.isInteger);

const text = fc.constantFrom(...TEXTS);
const desk = fc.record(
  {
    value: text,
    level: fc.constantFrom(...INTEGERS),
    since: fc.constantFrom(...INSTANTS),
    code: text,
    tags: fc.array(text, { maxLength: 3 }),
  },
  { requiredKeys: ["value"] },
);
const document = fc.record(
  {
    profileField_city: text,
    badge: text,
    homepage: text,
    floor: fc.constantFrom(...INTEGERS),
    ratio: fc.constantFrom(...NUMBERS),
    startDate: fc.constantFrom(...INSTANTS),
    isRemote: fc.boolean(),
    skills: fc.array(text, { maxLength: 3 }),
    shirtSize: text,
    lockers: fc.array(fc.constantFrom(...INTEGERS), { maxLength: 3 }),
    desk,
    badges: fc.array(desk, { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

const ORDERED: readonly CompareOperator[] = ["eq", "ne", "gt", "ge", "lt", "le"];
const ANY: readonly CompareOperator[] = [...ORDERED, "co", "sw", "ew"];

const term: fc.Arbitrary<Filter> = fc.oneof(
  comparison(["profileField_city", "badge", "homepage", "skills", "shirtSize"], ANY, text),
  comparison(["floor", "ratio", "lockers"], ORDERED, fc.constantFrom(...NUMBERS)),
  comparison(["startDate"], ORDERED, fc.constantFrom(...INSTANTS)),
  comparison(["isRemote"], ["eq", "ne"], fc.boolean()),
  fc
    .constantFrom(...DECLARATIONS.map(({ name }) => name))
    .map((attribute): Filter => ({ kind: "present", path: { attribute } })),
  comparison(["value"], ANY, text).map(
    (filter): Filter => ({ kind: "some", path: { attribute: "skills" }, filter }),
  ),
  ...["desk", "badges"].flatMap((name) => [
    part(name, comparison(["value", "code", "tags"], ANY, text)),
    part(name, comparison(["level"], ORDERED, fc.constantFrom(...INTEGERS))),
    part(name, comparison(["since"], ORDERED, fc.constantFrom(...INSTANTS))),
  ]),
  fc.array(comparison(["value", "code", "tags"], ANY, text), { minLength: 2, maxLength: 2 }).map(
    (terms): Filter => ({
      kind: "some",
      path: { attribute: "badges" },
      filter: { kind: "and", filters: terms },
    }),
  ),
  comparison(["value", "code", "tags"], ANY, text).map(
    (filter): Filter => ({ kind: "some", path: { attribute: "desk" }, filter }),
  ),
);
const filters: fc.Arbitrary<Filter> = fc.oneof(
  term,
  term.map((filter): Filter => ({ kind: "not", filter })),
  fc.record({
    kind: fc.constantFrom("and", "or"),
    filters: fc.array(term, { minLength: 2, maxLength: 3 }),
  }),
);

/** A comparison of a complex attribute's part in place of an attribute. */
function part(attribute: string, terms: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  return terms.map((each) =>
    each.kind === "compare"
      ? { ...each, path: { attribute, subAttribute: each.path.attribute } }
      : each,
  );
}

function comparison(
  names: readonly string[],
  operators: readonly CompareOperator[],
  value: fc.Arbitrary<string | number | boolean>,
): fc.Arbitrary<Filter> {
  return fc.record({
    kind: fc.constant("compare"),
    path: fc.constantFrom(...names).map((attribute) => ({ attribute })),
    operator: fc.constantFrom(...operators),
    value,
  });
}

let client: TestClient;
const stored: JsonObject[] = [];

beforeAll(async () => {
  client = await aClientWith(openGateway(), DECLARATIONS);
  for (const members of fc.sample(document, DOCUMENTS)) {
    stored.push((await client.post(aUser({ ...members }))).body);
  }
});

test("a filter by own attributes finds over HTTP exactly the users that it matches in memory", async () => {
  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const resolved = resolveFilter(TYPE, parseFilter(printFilter(filter)));
      const matching = stored.filter((user) => matchesFilter(resolved, foldDocument(TYPE, user)));

      const { status, body } = await client.find(printFilter(filter));

      expect(status).toBe(200);
      expect(body.Resources).toEqual(matching);
    }),
    { numRuns: FILTERS },
  );
});
