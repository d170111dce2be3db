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
import { Parameters } from "#store/parameters.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "#store/query.ts";
import { liveCountText, type ResourcePage } from "./list.ts";
import { offsetOf, orderText, type Page, sortValueText, startCondition } from "./list-order.ts";
import { type ListedRecord, listedOf, pageColumns } from "./listed-records.ts";
import {
  isWithinSteps,
  resourcesWithin,
  SCAN_STEPS_MAX,
  type ScanCost,
  SMALL_SCAN_STEPS,
  scanCost,
} from "./scan-cost.ts";

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
): Query<{ readonly records: readonly ListedRecord[]; readonly isComplete: boolean }> {
  const parameters = new Parameters();
  const driver = type === "User" ? emailDriver(filter) : undefined;
  const source =
    driver === undefined
      ? `resources WHERE ${matching(scope, type, filter, parameters)}`
      : emailSource(scope, filter, driver, parameters);
  const isPlain = isPlainLookup(filter);
  const guarded = isPlain
    ? source
    : `(${smallGuard(scope, type, filter, parameters)}) CROSS JOIN ${source}`;
  const text = `SELECT ${pageColumns(limit + 1)} FROM ${guarded} LIMIT ${limit + 1}`;
  const statement = db.prepare(text).bind(...parameters.values());
  return {
    statements: isPlain ? [statement] : [statement, smallness(db, scope, type, filter)],
    read: ([rows, small]) => {
      const records = listedOf(rows);
      const isSmall = isPlain || rowsOf<{ isSmall: number }>(small)[0]?.isSmall === 1;
      return { records: inOrder(records), isComplete: isSmall && records.length <= limit };
    },
  };
}

/** A table of one row, or of none where an index finds too many for the rest of the filter. */
function smallGuard(
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter,
  parameters: Parameters,
): string {
  const within = isWithin(scope, type, filter, CREATION_ORDER, parameters, SMALL_SCAN_STEPS);
  return `SELECT 1 WHERE ${within}`;
}

/** Says beside the rows whether there was a guard in their way. */
function smallness(
  db: Database,
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter,
): D1PreparedStatement {
  const parameters = new Parameters();
  parameters.bind(scopeKey(scope));
  const within = isWithin(scope, type, filter, CREATION_ORDER, parameters, SMALL_SCAN_STEPS);
  return db.prepare(`SELECT ${within} AS isSmall`).bind(...parameters.values());
}

/** The SQL of whether a filter and an order can be tried on all that an index leaves within so many steps. */
function isWithin(
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter | undefined,
  sort: Sort,
  parameters: Parameters,
  stepsMax: number,
): string {
  const cost: ScanCost = scanCost(filter, sort);
  const part = filter && indexedPart(filter);
  const within = isWithinSteps(type, matching(scope, type, part, parameters), cost, stepsMax);
  if (part !== undefined) return within;
  // The counter tells it sooner.
  const live = `coalesce((${liveCountText(scope, type)}), 0)`;
  return `CASE WHEN ${live} > ${resourcesWithin(cost, stepsMax)} THEN 0 ELSE ${within} END`;
}

/** Starts from the addresses: SQLite would take a plain join or an IN the wrong way round, or read more. */
function emailSource(
  scope: Scope,
  filter: ResolvedFilter,
  driver: EmailDriver,
  parameters: Parameters,
): string {
  parameters.bind(scopeKey(scope));
  const typed =
    driver.type === undefined ? "" : ` AND v.type_key = ${parameters.bind(driver.type)}`;
  const terms = { connector: "v.connector_id", parameters, drivenBy: driver.term };
  const condition = compileFilter("User", filter, terms);
  return `resource_values AS v CROSS JOIN resources
      ON resources.connector_id = v.connector_id AND resources.type = 'User' AND resources.id = v.resource_id
    WHERE v.connector_id = ${scopeText(scope)} AND v.path = '${EMAILS_PATH}'
      AND v.value_key = ${parameters.bind(driver.value)}${typed}
      AND resources.deleted_at IS NULL AND (${condition})`;
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
): Query<ResourcePage | undefined> {
  const parameters = new Parameters();
  const condition = matching(scope, type, filter, parameters);
  const within = isWithin(scope, type, filter, sort, parameters, stepsMax);
  const start = startCondition(sort, page.start, { id: "id", value: "value" }, parameters);
  // A guard that is empty beyond the limit: a condition alone would not keep SQLite from the walk.
  // The left joins keep one row, and so the total, when the page itself is empty.
  const text = `WITH
    within AS MATERIALIZED (SELECT ${within} AS isWithin),
    matches AS MATERIALIZED (SELECT resources.row_id AS row_id, resources.id AS id,
        ${sortValueText(type, sort)} AS value FROM (SELECT 1 FROM within WHERE isWithin) CROSS JOIN resources
      WHERE ${condition}),
    page AS (SELECT row_id, id, value FROM matches WHERE ${start}
      ORDER BY ${orderText(type, sort, { id: "id", value: "value" })}
      LIMIT ${page.count} OFFSET ${offsetOf(page.start)})
    SELECT (SELECT isWithin FROM within) AS isWithin, (SELECT count(*) FROM matches) AS total,
      page.value AS sortValue, ${pageColumns(page.count)}
    FROM (SELECT 1) LEFT JOIN page LEFT JOIN resources ON resources.row_id = page.row_id
    ORDER BY ${orderText(type, sort, { id: "page.id", value: "page.value" })}`;
  return {
    statements: [db.prepare(text).bind(...parameters.values())],
    read: ([found]) => {
      const [first] = rowsOf<{ isWithin: number; total: number }>(found);
      if (first?.isWithin !== 1) return undefined;
      const records = listedOf(found).filter(({ rowId }) => rowId !== null);
      return { total: first.total, records };
    },
  };
}

/** The condition on `resources`; the scope's key is bound first, as scopeText expects it. */
function matching(
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter | undefined,
  parameters: Parameters,
): string {
  parameters.bind(scopeKey(scope));
  const connector = scopeText(scope);
  const condition =
    filter === undefined ? "1" : compileFilter(type, filter, { connector, parameters });
  return `resources.connector_id = ${connector} AND resources.type = '${type}'
    AND resources.deleted_at IS NULL AND (${condition})`;
}
