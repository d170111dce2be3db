import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { compareByCodePoint, matchesFilter } from "#scim/filter/match.ts";
import { resolveFilter } from "#scim/filter/resolve.ts";
import type { Filter } from "#scim/filter/syntax/ast.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { type Position, resolveSort, type Sort } from "#scim/list/sort.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { resourcePage } from "#store/directory/list.ts";
import { isIndexOrder, type PageStart } from "#store/directory/list-order.ts";
import { scannedMatches } from "#store/directory/matches.ts";
import { runQuery } from "#store/query.ts";
import { TEST_CLOCK } from "#test/support/gateway.ts";
import { DECLARATIONS, STAFF } from "#test/support/scim/declarations.ts";
import { connectorNumber, storeUser } from "#test/support/scim/stored-user.ts";

const DOCUMENTS = 60;
const LISTS = 500;

const TYPE = resourceTypesWith(DECLARATIONS).User;

/** Few texts, so that values tie: letter case, digits, marks, and both ends of Unicode. */
const TEXTS = ["ada", "ADA", "Ada L", "a", "10", "9", "ß", "SS", "Å", "ﬀ", "😀", "\uffff", "z"];

const text = fc.constantFrom(...TEXTS);
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(1e15, -1e-7, 0.1));
const instant = fc.constantFrom(
  "2026-01-01T00:00:00Z",
  "2026-01-01T02:00:00+02:00",
  "2026-01-01T00:00:00.5Z",
  "1969-12-31T23:59:59Z",
  "2025-12-31T23:00:00-05:00",
);
const plural = fc.record(
  { value: text, type: fc.constantFrom("work", "Home"), primary: fc.boolean() },
  { requiredKeys: ["value"] },
);
const desk = fc.record(
  {
    value: text,
    level: fc.integer({ min: -3, max: 3 }),
    tags: fc.array(text, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ["value", "tags"] },
);
const document = fc.record(
  {
    externalId: fc.uuid(),
    title: text,
    displayName: text,
    active: fc.boolean(),
    profileUrl: text,
    name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
    emails: fc.array(plural, { maxLength: 3 }),
    roles: fc.array(plural, { maxLength: 2 }),
    profileField_city: text,
    badge: text,
    floor: fc.integer({ min: -3, max: 3 }),
    ratio: number,
    startDate: instant,
    isRemote: fc.boolean(),
    skills: fc.array(text, { maxLength: 2 }),
    desk,
    [STAFF]: fc.record(
      {
        shirtSize: text,
        lockers: fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 2 }),
        badges: fc.array(desk, { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    [ENTERPRISE_USER]: fc.record(
      { department: text, manager: fc.record({ value: text }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

const sortBy = fc.constantFrom(
  ...["id", "userName", "externalId", "title", "displayName", "active", "profileUrl"],
  ...["name.givenName", "name.familyName", "emails", "emails.type", "roles.value", "schemas"],
  ...["profileField_city", "badge", "floor", "ratio", "startDate", "isRemote", "skills"],
  ...["desk.level", "desk.tags", "badges.tags", "badges"],
  ...[`${STAFF}:shirtSize`, "lockers", `${ENTERPRISE_USER}:department`, "manager"],
  ...["meta.created", "meta.lastModified", "meta.version", "meta.resourceType", "meta.location"],
);
const filter: fc.Arbitrary<Filter | undefined> = fc.option(
  fc.record({
    kind: fc.constant("compare"),
    path: fc.constantFrom({ attribute: "title" }, { attribute: "userName" }),
    operator: fc.constantFrom("ge", "sw", "ne"),
    value: text,
  }),
  { nil: undefined },
);

let connectorId: ConnectorId;
const seen: JsonObject[] = [];

beforeAll(async () => {
  connectorId = await connectorNumber();
  for (const [n, body] of fc.sample(document, DOCUMENTS).entries()) {
    const userName = `${TEXTS[(n * 7) % TEXTS.length]}-${n}`;
    seen.push(await storeUser(connectorId, TYPE, n, { ...body, userName }));
  }
});

test("a list sorted in SQL, read by index or by cursor, has the order of one sorted in memory", async () => {
  const sortOrder = fc.constantFrom("ascending", "descending");
  const count = fc.constantFrom(4, 9, 25, DOCUMENTS, DOCUMENTS + 1);
  const lists = fc.record({ sortBy, sortOrder, filter, count });

  await fc.assert(
    fc.asyncProperty(lists, async (list) => {
      const sort = resolveSort(TYPE, list);
      const matches = seen.filter((each) => isMatch(list.filter, each));
      const expected = matches.toSorted(comparing(sort)).map(({ id }) => id);

      const byIndex = await idsOf(list.filter, sort, list.count, nextOffset(list.count));
      const byCursor = await idsOf(list.filter, sort, list.count, nextPosition);

      expect(byIndex).toEqual(expected);
      expect(byCursor).toEqual(expected);
    }),
    { numRuns: LISTS },
  );
});

type NextStart = (last: Position | undefined, pages: number) => PageStart;

function nextOffset(count: number): NextStart {
  return (_, pages) => ({ kind: "offset", offset: pages * count });
}

function nextPosition(last: Position | undefined): PageStart {
  return last === undefined ? { kind: "offset", offset: 0 } : { kind: "behind", position: last };
}

/** Reads a whole list page by page, and expects the same total of each. */
async function idsOf(filter: Filter | undefined, sort: Sort, count: number, nextStart: NextStart) {
  const ids: string[] = [];
  const totals = new Set<number>();
  let last: Position | undefined;
  for (let pages = 0; pages <= DOCUMENTS; pages += 1) {
    const { total, records } = await pageOf(filter, sort, { start: nextStart(last, pages), count });
    totals.add(total);
    ids.push(...records.map(({ id }) => id));
    const record = records.at(-1);
    if (record === undefined) break;
    last = { id: record.id, value: record.sortValue };
  }
  expect([...totals]).toEqual([ids.length]);
  return ids;
}

async function pageOf(
  filter: Filter | undefined,
  sort: Sort,
  page: { readonly start: PageStart; readonly count: number },
) {
  const scope = { kind: "connector", connectorId } as const;
  const resolved = filter && resolveFilter(TYPE, filter);
  const query =
    resolved === undefined && isIndexOrder(sort)
      ? resourcePage(env.DB, scope, TYPE.name, page, sort)
      : scannedMatches(env.DB, scope, TYPE.name, resolved, page, sort);
  const found = await runQuery(env.DB, query, TEST_CLOCK);
  if (found === undefined) throw new Error("The list was refused.");
  return found;
}

function isMatch(filter: Filter | undefined, folded: JsonObject): boolean {
  return filter === undefined || matchesFilter(resolveFilter(TYPE, filter), folded);
}

/** The order of RFC 7644 §3.4.2.3, told from the folded documents: they come in the order of creation. */
function comparing({ by, isDescending }: Sort) {
  const sign = isDescending ? -1 : 1;
  return (a: JsonObject, b: JsonObject) => {
    if (by === "creation") return sign * (seen.indexOf(a) - seen.indexOf(b));
    return (
      sign * compareValues(sortedBy(by, a), sortedBy(by, b)) || seen.indexOf(a) - seen.indexOf(b)
    );
  };
}

/** Unassigned is greater than any value, so that it comes last or, descending, first. */
function compareValues(a: JsonValue | undefined, b: JsonValue | undefined): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "string" && typeof b === "string") return compareByCodePoint(a, b);
  return Number(a) - Number(b);
}

function sortedBy(by: Exclude<Sort["by"], "creation">, folded: JsonObject): JsonValue | undefined {
  const holder = by.extension === undefined ? folded : folded[by.extension];
  const held = isJsonObject(holder) ? holder[by.attribute.name] : undefined;
  const value = Array.isArray(held) ? (held.find(isPrimary) ?? held[0]) : held;
  const { subAttribute } = by;
  const part = subAttribute !== undefined && isJsonObject(value) ? value[subAttribute.name] : value;
  return Array.isArray(part) ? part[0] : part;
}

function isPrimary(value: JsonValue): boolean {
  return isJsonObject(value) && value.primary === true;
}
