import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { ResolvedFilter } from "#scim/filter/syntax/ast.ts";
import { CREATION_ORDER, type Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import { EMAILS_PATH } from "#store/columns.ts";
import type { Database } from "#store/database.ts";
import { compileFilter } from "#store/filter/condition.ts";
import {
  type EmailDriver,
  emailDriver,
  indexedPart,
  isPlainLookup,
} from "#store/filter/indexed.ts";
import { Operands, shapeOf } from "#store/filter/operands.ts";
import { type Query, type Scope, scopeKey, scopeTerms } from "#store/query.ts";
import { resources, resourceValues } from "#store/schema.ts";
import {
  build,
  literal,
  named,
  type RowOfShaped,
  rowsOf,
  selectOnly,
  shapedStatement,
  withTables,
} from "#store/statement.ts";
import { type AccountState, accountCondition } from "./account-state.ts";
import { liveCountOf, type ResourcePage } from "./list.ts";
import {
  givenStart,
  orderShape,
  orderTerms,
  type Page,
  sortValue,
  startCondition,
} from "./list-order.ts";
import {
  givenLimits,
  type ListedRecord,
  type ListedRow,
  listedOf,
  pageFields,
} from "./listed-records.ts";
import {
  GIVEN_COST,
  givenCost,
  isWithinSteps,
  SCAN_STEPS_MAX,
  SMALL_SCAN_STEPS,
  scanCost,
} from "./scan-cost.ts";

/** What a statement looks for; those of one shape differ in the values of the filter alone. */
interface Sought {
  readonly kind: Scope["kind"];
  readonly type: TypeName;
  readonly filter: ResolvedFilter | undefined;
  readonly sort: Sort;
  readonly operands: Operands;
  /** In which state of their accounts users have to be besides. */
  readonly state?: AccountState | undefined;
}

/** What to look for, the shape of its statement, and the values that it is given. */
function seek(
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter | undefined,
  sort: Sort,
  state: AccountState | undefined,
) {
  const { kind } = scope;
  const operands = new Operands();
  const filterShape = filter === undefined ? "" : shapeOf(filter, operands);
  const shape = `${kind} ${type} ${state ?? ""} ${filterShape}`;
  const sought: Sought = { kind, type, filter, sort, operands, state };
  return { sought, shape, given: { ...operands.given(), scope: scopeKey(scope) } };
}

/**
 * Resources that match a filter with an indexed term, in the order of creation. Where more than
 * `limit` rows match, they are not all of them and `isComplete` is false; also where the index finds
 * so many that trying the other terms on them is a scan.
 */
export function indexedMatches(
  db: Database,
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter,
  limit: number,
  state?: AccountState,
): Query<{ readonly records: readonly ListedRecord[]; readonly isComplete: boolean }> {
  const { sought, shape, given: values } = seek(scope, type, filter, CREATION_ORDER, state);
  const isPlain = isPlainLookup(filter);
  const cost = isPlain ? undefined : givenCost(scanCost(filter, CREATION_ORDER), SMALL_SCAN_STEPS);
  const given = { ...values, ...cost, ...givenLimits(limit + 1), limit: limit + 1 };
  const statement = INDEXED.bind(db, shape, { ...sought, filter }, given);
  return {
    // The second says whether there was a guard in the way of the rows.
    statements: isPlain ? [statement] : [statement, SMALL.bind(db, shape, sought, given)],
    read: ([rows, small]) => {
      const records = listedOf(rowsOf<ListedRow>(rows));
      const isSmall = isPlain || rowsOf<{ isSmall: number }>(small)[0]?.isSmall === 1;
      return { records: inOrder(records), isComplete: isSmall && records.length <= limit };
    },
  };
}

const INDEXED = shapedStatement((sought: Sought & { readonly filter: ResolvedFilter }) => {
  const { type, filter } = sought;
  const limit = sql.placeholder("limit");
  const rows = build.select(named(pageFields()));
  const guard = isPlainLookup(filter) ? undefined : smallGuard(sought);
  const driver = type === "User" ? emailDriver(filter) : undefined;
  if (driver === undefined) {
    const condition = matching(sought, filter);
    return guard === undefined
      ? rows.from(resources).where(condition).limit(limit)
      : rows.from(guard).crossJoin(resources).where(condition).limit(limit);
  }
  // From the addresses: SQLite would take a plain join or an IN the wrong way round, or read more.
  const condition = matchingByEmail(sought, filter, driver);
  return guard === undefined
    ? rows.from(resourceValues).crossJoin(resources).where(condition).limit(limit)
    : rows.from(guard).crossJoin(resourceValues).crossJoin(resources).where(condition).limit(limit);
});

const SMALL = shapedStatement((sought: Sought) => selectOnly(named({ isSmall: isWithin(sought) })));

/** A table of one row, or of none where an index finds too many for the rest of the filter. */
function smallGuard(sought: Sought): SQL {
  return sql`(${selectOnly(named({ one: literal(1) }), isWithin(sought))})`;
}

/** Whether a filter and an order can be tried on all that an index leaves within the given steps. */
function isWithin(sought: Sought): SQL<number> {
  const { kind, type, filter, sort } = sought;
  const part = filter && indexedPart(filter);
  const within = isWithinSteps(type, matching(sought, part), scanCost(filter, sort));
  if (part !== undefined) return within;
  // The counter tells it sooner.
  const live = sql`coalesce(${liveCountOf(scopeTerms(kind).number, literal(type))}, 0)`;
  return sql`case when ${live} > ${GIVEN_COST.resourcesMax} then 0 else ${within} end`;
}

function matchingByEmail(
  { kind, operands, state }: Sought,
  filter: ResolvedFilter,
  driver: EmailDriver,
): SQL | undefined {
  const terms = { connector: resourceValues.connectorId, operands, drivenBy: driver.term };
  return and(
    eq(resources.connectorId, resourceValues.connectorId),
    eq(resources.type, literal("User")),
    eq(resources.id, resourceValues.resourceId),
    eq(resourceValues.connectorId, scopeTerms(kind).number),
    eq(resourceValues.path, literal(EMAILS_PATH)),
    eq(resourceValues.valueKey, operands.bind(driver.value)),
    driver.type === undefined ? undefined : eq(resourceValues.typeKey, operands.bind(driver.type)),
    isNull(resources.deletedAt),
    state && accountCondition(state),
    compileFilter("User", filter, terms),
  );
}

/** Sorted here, since SQLite's sorter reads every row once more; an address under two types finds a user twice. */
function inOrder(records: readonly ListedRecord[]): readonly ListedRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return [...byId.keys()].sort().flatMap((id) => byId.get(id) ?? []);
}

/**
 * A page of the resources that match a filter, or of all of them, in any order, with their exact
 * number, found in one walk over the connector, or over what an indexed term leaves of it; undefined
 * when that walk would take more than `stepsMax`.
 */
export function scannedMatches(
  db: Database,
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter | undefined,
  page: Page,
  sort: Sort,
  stepsMax = SCAN_STEPS_MAX,
  state?: AccountState,
): Query<ResourcePage | undefined> {
  const { sought, shape, given } = seek(scope, type, filter, sort, state);
  const statement = SCANNED.bind(
    db,
    `${shape} ${orderShape(sort, page.start)}`,
    { ...sought, page },
    {
      ...given,
      ...givenCost(scanCost(filter, sort), stepsMax),
      ...givenStart(page.start),
      ...givenLimits(page.count),
      count: page.count,
    },
  );
  return {
    statements: [statement],
    read: ([found]) => {
      const rows = rowsOf<RowOfShaped<typeof SCANNED>>(found);
      const [first] = rows;
      if (first?.isWithin !== 1) return undefined;
      const records = listedOf(rows).filter(({ rowId }) => rowId !== null);
      return { total: first.total, records };
    },
  };
}

const SCANNED = shapedStatement((sought: Sought & { readonly page: Page }) => {
  const { type, filter, sort, page } = sought;
  const within = build
    .$with("within", named({ isWithin: sql<number>`0` }))
    .as(selectOnly(named({ isWithin: isWithin(sought) })));
  // A guard that is empty beyond the limit: a condition alone would not keep SQLite from the walk.
  const guard = build
    .select(named({ one: literal(1) }))
    .from(within)
    .where(sql`${within.isWithin}`)
    .as("guard");
  const matches = build.$with("matches").as(
    build
      .select(
        named({
          matchRow: resources.rowId,
          matchId: resources.id,
          matchValue: sortValue(type, sort),
        }),
      )
      .from(guard)
      .crossJoin(resources)
      .where(matching(sought, filter)),
  );
  const ofMatches = { id: matches.matchId, value: matches.matchValue };
  const listed = build.$with("page").as(
    build
      .select(
        named({
          pageRow: matches.matchRow,
          pageId: matches.matchId,
          pageValue: matches.matchValue,
        }),
      )
      .from(matches)
      .where(startCondition(sort, page.start, ofMatches))
      .orderBy(...orderTerms(type, sort, ofMatches))
      .limit(sql.placeholder("count"))
      .offset(sql.placeholder("offset")),
  );
  const total = build.select(named({ total: sql<number>`count(*)` })).from(matches);
  // The left joins keep one row, and so the total, when the page itself is empty.
  const rows = build
    .select(
      named({
        isWithin: sql<number>`${build.select(named({ isWithin: within.isWithin })).from(within)}`,
        total: sql<number>`${total}`,
        sortValue: listed.pageValue,
        ...pageFields(),
      }),
    )
    .from(sql`(${selectOnly(named({ one: literal(1) }))})`)
    .leftJoin(listed, sql`true`)
    .leftJoin(resources, eq(resources.rowId, listed.pageRow))
    .orderBy(...orderTerms(type, sort, { id: listed.pageId, value: listed.pageValue }));
  return withTables([within, matches, listed], rows);
});

/** The condition on `resources` of a filter, or of a part of it. */
function matching(
  { kind, type, operands, state }: Sought,
  filter: ResolvedFilter | undefined,
): SQL | undefined {
  const connector = scopeTerms(kind).number;
  return and(
    eq(resources.connectorId, connector),
    eq(resources.type, literal(type)),
    isNull(resources.deletedAt),
    state && accountCondition(state),
    filter && compileFilter(type, filter, { connector, operands }),
  );
}
