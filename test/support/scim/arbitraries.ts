import fc from "fast-check";
import type {
  AttributePath,
  CompareOperator,
  CompareValue,
  Filter,
} from "#scim/filter/syntax/ast.ts";
import { isAttributeName } from "#scim/filter/syntax/attribute-path.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";

/** Any filter that the grammar can write, its names invented; within the limits of the parser. */
export function syntacticFilters(): fc.Arbitrary<Filter> {
  const comparison = comparisons(attributePaths(), compareValues());
  const inner = combined(comparison);
  const term = fc.oneof(
    comparison,
    fc.record({ kind: fc.constant("some" as const), path: attributePaths(), filter: inner }),
  );
  return combined(combined(term)).filter((filter) => countTerms(filter) <= 50);
}

/** Any filter on attributes that a User has, each compared with a value of its own type. */
export function userFilters(): fc.Arbitrary<Filter> {
  const some = elementComparisons().map(
    (filter): Filter => ({ kind: "some", path: { attribute: "emails" }, filter }),
  );
  const term = fc.oneof(userComparisons(), some);
  return combined(combined(term)).filter((filter) => countTerms(filter) <= 50);
}

/** Prints a filter as RFC 7644 §3.4.2.2 writes it, with no more parentheses than it needs. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.map((each) => printOperand(filter.kind, each)).join(` ${filter.kind} `);
    case "not":
      return `not (${printFilter(filter.filter)})`;
    case "present":
      return `${printPath(filter.path)} pr`;
    case "compare":
      return `${printPath(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case "some":
      return `${printPath(filter.path)}[${printFilter(filter.filter)}]`;
  }
}

/** Bodies of valid users with any of their attributes, in the spelling of the schemas. */
export function userBodies(): fc.Arbitrary<JsonObject> {
  const members = {
    userName: texts(),
    externalId: texts(),
    displayName: texts(),
    title: texts(),
    active: fc.boolean(),
    name: fc.record({ givenName: texts(), familyName: texts() }, { requiredKeys: [] }),
    emails: fc.array(plurals(), { maxLength: 4 }),
    roles: fc.array(plurals(), { maxLength: 3 }),
    addresses: fc.array(
      fc.record({ locality: texts(), type: types() }, { requiredKeys: ["locality"] }),
      { maxLength: 2 },
    ),
    [ENTERPRISE_USER]: fc.record(
      { department: texts(), manager: fc.record({ value: texts() }) },
      { requiredKeys: [] },
    ),
  };
  return fc.record(members, { requiredKeys: ["userName"] });
}

/** A path of a User's attribute and a value that suits it; no path depends on what it replaces. */
export function assignments(): fc.Arbitrary<{ readonly path: string; readonly value: JsonValue }> {
  const byType = (sub: string) => types().map((type) => `emails[type eq "${type}"]${sub}`);
  const at = (path: fc.Arbitrary<string>, value: fc.Arbitrary<JsonValue>) =>
    fc.record({ path, value });
  return fc.oneof(
    at(fc.constantFrom("title", "displayName", "name.givenName", "externalId"), texts()),
    at(fc.constantFrom(`${ENTERPRISE_USER}:department`, "manager"), texts()),
    at(fc.constant("active"), fc.constantFrom(true, false, "True", "False")),
    at(fc.constant("name"), fc.record({ givenName: texts() })),
    at(fc.constantFrom("emails", "roles"), fc.array(plurals(), { maxLength: 3 })),
    at(byType(".value"), texts()),
    at(byType(".primary"), fc.boolean()),
    at(byType(""), fc.record({ value: texts() })),
    at(fc.constant("emails.display"), texts()),
    at(fc.constantFrom("title", "name", "emails", "manager"), fc.constantFrom(null, "")),
  );
}

/** Operations as clients might send them, most of them with something wrong. */
export function wildOperations(): fc.Arbitrary<JsonValue> {
  const operation = fc.record(
    {
      op: fc.constantFrom("add", "Replace", "remove"),
      path: fc.oneof(pathTexts(), pathTexts(), fc.constant(null)),
      value: fc.oneof(userBodies(), texts(), jsonValues(), fc.array(plurals(), { maxLength: 3 })),
    },
    { requiredKeys: ["op"] },
  );
  return fc.oneof({ arbitrary: operation, weight: 9 }, { arbitrary: jsonValues(), weight: 1 });
}

/** Texts that begin like filters or paths and then go wrong, and texts of any kind. */
export function brokenTexts(): fc.Arbitrary<string> {
  const pieces = fc.constantFrom(
    ...'( ) [ ] . : " \\ and or not eq pr co gt true null emails type value userName'.split(" "),
    ...[
      "urn:a:2.0:User",
      '"work"',
      "__proto__",
      "constructor",
      "\\u00",
      "\ud800",
      "-1e",
      "name.givenName",
      " ",
    ],
  );
  return fc.oneof(
    fc.array(pieces, { maxLength: 20 }).map((each) => each.join(" ")),
    fc.array(pieces, { maxLength: 20 }).map((each) => each.join("")),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
}

const NAMES = ["work", "home", "other"];

function texts(): fc.Arbitrary<string> {
  return fc.string({ minLength: 1, maxLength: 8 }).map((text) => `t${text}`);
}

function types(): fc.Arbitrary<string> {
  return fc.constantFrom(...NAMES);
}

function plurals(): fc.Arbitrary<JsonObject> {
  const members = { value: texts(), type: types(), primary: fc.boolean(), display: texts() };
  return fc.record(members, { requiredKeys: ["value"] });
}

function jsonValues(): fc.Arbitrary<JsonValue> {
  // fast-check types a JSON value as unknown; its own JSON text is one.
  return fc.json({ maxDepth: 3 }).map((text): JsonValue => JSON.parse(text));
}

function pathTexts(): fc.Arbitrary<string> {
  return fc.oneof(
    assignments().map(({ path }) => path),
    fc.constantFrom("userName", "id", "meta.created", "groups", "schemas", "password", "nosuch"),
    userFilters().map((filter) => `emails[${printFilter(filter)}].value`),
    elementComparisons().map((filter) => `emails[${printFilter(filter)}]`),
    brokenTexts(),
  );
}

function attributePaths(): fc.Arbitrary<AttributePath> {
  const name = fc
    .tuple(fc.constantFrom(..."abXZ_$"), fc.stringMatching(/^[a-z0-9_-]{0,5}$/))
    .map((parts) => parts.join(""))
    .filter((text) => isAttributeName(text) && text.toLowerCase() !== "not");
  return fc.record(
    {
      urn: fc.constantFrom("urn:a:2.0:User", "URN:x"),
      attribute: name,
      subAttribute: name,
    },
    { requiredKeys: ["attribute"] },
  );
}

function compareValues(): fc.Arbitrary<CompareValue> {
  return fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 10 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0)),
    fc.boolean(),
    fc.constant(null),
  );
}

const OPERATORS: readonly CompareOperator[] = [
  "eq",
  "ne",
  "co",
  "sw",
  "ew",
  "gt",
  "ge",
  "lt",
  "le",
];
const ORDERED: readonly CompareOperator[] = ["eq", "ne", "gt", "ge", "lt", "le"];

function comparisons(
  path: fc.Arbitrary<AttributePath>,
  value: fc.Arbitrary<CompareValue>,
  operators: readonly CompareOperator[] = OPERATORS,
): fc.Arbitrary<Filter> {
  return fc.oneof(
    fc.record({ kind: fc.constant("present" as const), path }),
    fc.record({
      kind: fc.constant("compare" as const),
      path,
      operator: fc.constantFrom(...operators),
      value,
    }),
  );
}

function userComparisons(): fc.Arbitrary<Filter> {
  const instants = fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString());
  return fc.oneof(
    comparisons(
      fc.constantFrom<AttributePath[]>(
        { attribute: "USERNAME" },
        { attribute: "externalId" },
        { attribute: "name", subAttribute: "givenName" },
        { attribute: "emails" },
        { attribute: "emails", subAttribute: "type" },
        { urn: ENTERPRISE_USER, attribute: "department" },
        { attribute: "manager" },
      ),
      texts(),
    ),
    comparisons(fc.constant({ attribute: "active" }), fc.constantFrom(true, "False", null), ["eq"]),
    comparisons(fc.constant({ attribute: "meta", subAttribute: "created" }), instants, ORDERED),
  );
}

function elementComparisons(): fc.Arbitrary<Filter> {
  return combined(
    fc.oneof(
      comparisons(
        fc.constantFrom<AttributePath[]>({ attribute: "type" }, { attribute: "Value" }),
        fc.oneof(texts(), types()),
      ),
      comparisons(fc.constant({ attribute: "primary" }), fc.boolean(), ["eq", "ne"]),
    ),
  );
}

function combined(term: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> {
  const kind = fc.constantFrom("and" as const, "or" as const);
  return fc.oneof(
    { arbitrary: term, weight: 2 },
    { arbitrary: fc.record({ kind: fc.constant("not" as const), filter: term }), weight: 1 },
    {
      arbitrary: fc.record({ kind, filters: fc.array(term, { minLength: 2, maxLength: 3 }) }),
      weight: 2,
    },
  );
}

function countTerms(filter: Filter): number {
  switch (filter.kind) {
    case "and":
    case "or":
      return filter.filters.reduce((count, each) => count + countTerms(each), 0);
    case "not":
    case "some":
      return countTerms(filter.filter);
    case "present":
    case "compare":
      return 1;
  }
}

function printOperand(parent: "and" | "or", filter: Filter): string {
  const isWeaker = filter.kind === "or" || (filter.kind === "and" && parent === "and");
  return isWeaker ? `(${printFilter(filter)})` : printFilter(filter);
}

function printPath({ urn, attribute, subAttribute }: AttributePath): string {
  return `${urn === undefined ? "" : `${urn}:`}${attribute}${subAttribute === undefined ? "" : `.${subAttribute}`}`;
}
