import { env } from "cloudflare:workers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import type { AttributePath, Filter } from "#scim/filter/syntax/ast.ts";
import { parseFilter } from "#scim/filter/syntax/parse.ts";
import type { JsonObject } from "#scim/json.ts";
import { CREATION_ORDER } from "#scim/list/sort.ts";
import { USER } from "#scim/schema/registry.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { indexedMatches, scannedMatches } from "#store/directory/matches.ts";
import { hasIndexedTerm } from "#store/filter/indexed.ts";
import { runQuery } from "#store/query.ts";
import { TEST_CLOCK } from "#test/support/gateway.ts";
import { printFilter } from "#test/support/scim/arbitraries.ts";
import { connectorNumber, storeUser } from "#test/support/scim/stored-user.ts";

const DOCUMENTS = 60;
const FILTERS = 2_500;

/** Few texts, so that filters meet documents: letter case, wildcards, marks, and both ends of Unicode. */
const TEXTS = [
  "ada",
  "ADA",
  "Ada L",
  "da",
  "a%",
  "_",
  "ß",
  "SS",
  "Straße",
  "Å",
  "Å",
  "ﬀ",
  "😀",
  "\uffff",
  "z",
];

const text = fc.constantFrom(...TEXTS);
const email = fc.record(
  { value: text, type: fc.constantFrom("work", "Home"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);
const document = fc.record(
  {
    externalId: fc.uuid(),
    title: text,
    displayName: text,
    active: fc.boolean(),
    profileUrl: text,
    name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
    emails: fc.array(email, { maxLength: 3 }),
    roles: fc.array(email, { maxLength: 2 }),
    [ENTERPRISE_USER]: fc.record(
      { department: text, manager: fc.record({ value: text }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const path = (attribute: string, subAttribute?: string, urn?: string): AttributePath => ({
  attribute,
  ...(subAttribute !== undefined && { subAttribute }),
  ...(urn !== undefined && { urn }),
});
const textPaths = fc.constantFrom(
  path("userName"),
  path("externalId"),
  path("title"),
  path("displayName"),
  path("profileUrl"),
  path("name", "givenName"),
  path("emails", "value"),
  path("emails", "type"),
  path("emails"),
  path("roles", "value"),
  path("manager"),
  path("department", undefined, ENTERPRISE_USER),
  path("schemas"),
  path("meta", "resourceType"),
);
const operator = fc.constantFrom("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le");
const term: fc.Arbitrary<Filter> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("compare"), path: textPaths, operator, value: text }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("compare"),
      path: fc.constantFrom(path("active"), path("emails", "primary")),
      operator: fc.constantFrom("eq", "ne"),
      value: fc.constantFrom(true, false, "True", null),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("compare"),
      path: fc.constantFrom(path("meta", "created"), path("meta", "lastModified")),
      operator: fc.constantFrom("eq", "ne", "gt", "ge", "lt", "le"),
      value: fc.constantFrom(
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:01+01:00",
        "2020-05-05T00:00:00Z",
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("present"),
      path: fc.oneof(
        textPaths,
        fc.constantFrom(path("name"), path("meta"), path("roles"), path("active")),
      ),
    }),
  },
);
const inElement: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant("compare"),
    path: fc.constantFrom(path("value"), path("type")),
    operator,
    value: fc.oneof(text, fc.constantFrom("work", "HOME")),
  }),
  fc.record({
    kind: fc.constant("compare"),
    path: fc.constant(path("primary")),
    operator: fc.constantFrom("eq", "ne"),
    value: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("present"),
    path: fc.constantFrom(path("primary"), path("display")),
  }),
);
const some: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant("some"),
  path: fc.constantFrom(path("emails"), path("roles")),
  filter: combined(inElement),
});
const ofOne: fc.Arbitrary<Filter> = fc.oneof(
  inOne(path("name"), [path("givenName"), path("familyName")]),
  inOne(path("manager"), [path("value"), path("displayName")]),
  inOne(path("manager", undefined, ENTERPRISE_USER), [path("value")]),
);
const filters = combined(
  combined(
    fc.oneof(
      { weight: 6, arbitrary: term },
      { weight: 2, arbitrary: some },
      { weight: 1, arbitrary: ofOne },
    ),
  ),
);

/** A filter in brackets on a complex attribute with one value. */
function inOne(outer: AttributePath, parts: readonly AttributePath[]): fc.Arbitrary<Filter> {
  const part = fc.constantFrom(...parts);
  const onPart = fc.oneof(
    fc.record({ kind: fc.constant("compare"), path: part, operator, value: text }),
    fc.record({ kind: fc.constant("present"), path: part }),
  );
  return fc.record({
    kind: fc.constant("some"),
    path: fc.constant(outer),
    filter: combined(onPart),
  });
}

/** A filter made of the given ones by and, or and not. */
function combined(inner: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const several = fc.array(inner, { minLength: 2, maxLength: 3 });
  return fc.oneof(
    { weight: 4, arbitrary: inner },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("and", "or"), filters: several }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("not"), filter: inner }) },
  );
}

test("a filter in SQL finds exactly the users that it matches in memory", async () => {
  const connectorId = await connectorNumber();
  const seen: JsonObject[] = [];
  const userNames = new Set<string>();
  for (const [n, body] of fc.sample(document, DOCUMENTS).entries()) {
    const userName = `${TEXTS[n % TEXTS.length]}-${n}`;
    userNames.add(userName);
    seen.push(await storeUser(connectorId, USER, n, { ...body, userName }));
  }

  await fc.assert(
    fc.asyncProperty(filters, async (filter) => {
      const resolved = resolveFilter(USER, parseFilter(printFilter(filter)));
      const inMemory = seen.filter((each) => matchesFilter(resolved, each)).map(({ id }) => id);
      const scope = { kind: "connector", connectorId } as const;
      const page = { start: { kind: "offset", offset: 0 }, count: 1_000 } as const;
      const scanned = await runQuery(
        env.DB,
        scannedMatches(env.DB, scope, USER.name, resolved, page, CREATION_ORDER),
        TEST_CLOCK,
      );
      const inSql = scanned?.records.map(({ id }) => id);
      expect(inSql).toEqual(inMemory);
      expect(scanned?.total).toBe(inMemory.length);
      if (!hasIndexedTerm(resolved)) return;
      const found = await runQuery(
        env.DB,
        indexedMatches(env.DB, scope, USER.name, resolved, 1_000),
        TEST_CLOCK,
      );
      expect(found.records.map(({ id }) => id)).toEqual(inMemory);
    }),
    { numRuns: FILTERS },
  );
});
