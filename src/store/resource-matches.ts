import type { ResolvedFilter } from "#scim/filter/ast.ts";
import type { TypeName } from "#scim/ports.ts";
import type { Sort } from "#scim/sort.ts";
import { EMAILS_PATH } from "./columns.ts";
import type { Database } from "./database.ts";
import { type EmailDriver, emailDriver, hasIndexedTerm } from "./filter-index.ts";
import { compileFilter } from "./filter-sql.ts";
import { offsetOf, orderText, type Page, sortValueText, startCondition } from "./list-order.ts";
import { Parameters } from "./parameters.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";
import {
  type ListedRecord,
  listedOf,
  liveCount,
  liveCountText,
  liveOf,
  type ResourcePage,
  SCANNED_RESOURCES_MAX,
} from "./resource-list.ts";
import { RESOURCE_COLUMNS } from "./resources.ts";

/**
 * Resources that match a filter with an indexed term, in the order of creation. Where more than
 * `limit` rows match, they are not all of them and `isComplete` is false.
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
  const text = `SELECT ${RESOURCE_COLUMNS} FROM ${source} LIMIT ${limit + 1}`;
  return {
    statements: [db.prepare(text).bind(...parameters.values())],
    read: ([rows]) => {
      const records = listedOf(rows);
      return { records: inOrder(records), isComplete: records.length <= limit };
    },
  };
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
 * number, found in one walk over the connector; undefined when it has more than
 * SCANNED_RESOURCES_MAX and no term is indexed.
 */
export function scannedMatches(
  db: Database,
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter | undefined,
  page: Page,
  sort: Sort,
): Query<ResourcePage | undefined> {
  const isIndexed = filter !== undefined && hasIndexedTerm(filter);
  const parameters = new Parameters();
  const condition = matching(scope, type, filter, parameters);
  // A table that is empty beyond the limit: a condition alone would not keep SQLite from the walk.
  const guard = `(SELECT 1 WHERE (${liveCountText(scope, type)}) <= ${SCANNED_RESOURCES_MAX}) CROSS JOIN`;
  const start = startCondition(sort, page.start, { id: "id", value: "value" }, parameters);
  // The left joins keep one row, and so the total, when the page itself is empty.
  const text = `WITH
    matches AS MATERIALIZED (SELECT resources.row_id AS row_id, resources.id AS id,
        ${sortValueText(type, sort)} AS value FROM ${isIndexed ? "" : guard} resources
      WHERE ${condition}),
    page AS (SELECT row_id, id, value FROM matches WHERE ${start}
      ORDER BY ${orderText(type, sort, { id: "id", value: "value" })}
      LIMIT ${page.count} OFFSET ${offsetOf(page.start)})
    SELECT (SELECT count(*) FROM matches) AS total, page.value AS sortValue, ${RESOURCE_COLUMNS}
    FROM (SELECT 1) LEFT JOIN page LEFT JOIN resources ON resources.row_id = page.row_id
    ORDER BY ${orderText(type, sort, { id: "page.id", value: "page.value" })}`;
  return {
    statements: [liveCount(db, scope, type), db.prepare(text).bind(...parameters.values())],
    read: ([count, found]) => {
      if (!isIndexed && liveOf(count) > SCANNED_RESOURCES_MAX) return undefined;
      const total = rowsOf<{ total: number }>(found)[0]?.total ?? 0;
      return { total, records: listedOf(found).filter(({ rowId }) => rowId !== null) };
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
