import type { ResolvedFilter } from "#scim/filter/ast.ts";
import type { ResourceRecord, TypeName } from "#scim/ports.ts";
import { EMAILS_PATH } from "./columns.ts";
import type { Database } from "./database.ts";
import { type EmailDriver, emailDriver, hasIndexedTerm } from "./filter-index.ts";
import { compileFilter } from "./filter-sql.ts";
import { Parameters } from "./parameters.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "./query.ts";
import { RESOURCE_COLUMNS, recordsOf } from "./resources.ts";

/** A page of resources and how many there are in all. */
export interface ResourcePage {
  readonly total: number;
  readonly records: readonly ResourceRecord[];
}

/** Up to this offset a page is found by walking the index; beyond it, through the live counts per block. */
const WALKED_OFFSET_MAX = 1_000;

/** SEMANTICS 6: a filter without an indexed term runs over at most this many resources. */
export const SCANNED_RESOURCES_MAX = 100_000;

/** Lists resources in the order of their creation, with the exact total from the counter. */
export function resourcePage(
  db: Database,
  scope: Scope,
  type: TypeName,
  page: { readonly offset: number; readonly count: number },
): Query<ResourcePage> {
  const text = page.offset <= WALKED_OFFSET_MAX ? WALKED_PAGE : BLOCK_PAGE;
  const rows = db
    .prepare(text.replaceAll("CONNECTOR", scopeText(scope)))
    .bind(scopeKey(scope), type, page.count, page.offset);
  return {
    statements: [liveCount(db, scope, type), ...(page.count > 0 ? [rows] : [])],
    read: ([live, found]) => ({ total: liveOf(live), records: recordsOf(found) }),
  };
}

// ?1 = scope, ?2 = type, ?3 = count, ?4 = offset
const WALKED_PAGE = `SELECT ${RESOURCE_COLUMNS} FROM resources
  WHERE connector_id = CONNECTOR AND type = ?2 AND deleted_at IS NULL ORDER BY id LIMIT ?3 OFFSET ?4`;

const BLOCK_PAGE = `WITH
  blocks AS (SELECT first_id, sum(live) OVER (ORDER BY first_id) - live AS before
    FROM resource_blocks WHERE connector_id = CONNECTOR AND type = ?2),
  start AS MATERIALIZED (SELECT first_id, before FROM blocks WHERE before <= ?4
    ORDER BY first_id DESC LIMIT 1)
  SELECT ${RESOURCE_COLUMNS} FROM resources
  WHERE connector_id = CONNECTOR AND type = ?2 AND deleted_at IS NULL AND id >= (SELECT first_id FROM start)
  ORDER BY id LIMIT ?3 OFFSET (?4 - (SELECT before FROM start))`;

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
): Query<{ readonly records: readonly ResourceRecord[]; readonly isComplete: boolean }> {
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
      const records = recordsOf(rows);
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
function inOrder(records: readonly ResourceRecord[]): readonly ResourceRecord[] {
  const byId = new Map(records.map((record) => [record.id, record]));
  return [...byId.keys()].sort().flatMap((id) => byId.get(id) ?? []);
}

/**
 * A page of the resources that match any filter, with their exact number, found in one walk over
 * the connector; undefined when it has more than SCANNED_RESOURCES_MAX and no term is indexed.
 */
export function scannedMatches(
  db: Database,
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter,
  page: { readonly offset: number; readonly count: number },
): Query<ResourcePage | undefined> {
  const isIndexed = hasIndexedTerm(filter);
  const parameters = new Parameters();
  const condition = matching(scope, type, filter, parameters);
  const live = LIVE_COUNT.replaceAll("CONNECTOR", scopeText(scope)).replaceAll("?2", `'${type}'`);
  const isAllowed = isIndexed ? "1" : `(${live}) <= ${SCANNED_RESOURCES_MAX}`;
  // The left joins keep one row, and so the total, when the page itself is empty.
  const text = `WITH
    matches AS MATERIALIZED (SELECT resources.row_id AS row_id, resources.id AS id FROM resources
      WHERE ${isAllowed} AND ${condition} ORDER BY resources.id),
    page AS (SELECT row_id FROM matches ORDER BY id LIMIT ${page.count} OFFSET ${page.offset})
    SELECT (SELECT count(*) FROM matches) AS total, ${RESOURCE_COLUMNS}
    FROM (SELECT 1) LEFT JOIN page LEFT JOIN resources ON resources.row_id = page.row_id
    ORDER BY resources.id`;
  return {
    statements: [liveCount(db, scope, type), db.prepare(text).bind(...parameters.values())],
    read: ([count, found]) => {
      if (!isIndexed && liveOf(count) > SCANNED_RESOURCES_MAX) return undefined;
      const total = rowsOf<{ total: number }>(found)[0]?.total ?? 0;
      return { total, records: recordsOf(found).filter(({ rowId }) => rowId !== null) };
    },
  };
}

/** The condition on `resources`; the scope's key is bound first, as scopeText expects it. */
function matching(
  scope: Scope,
  type: TypeName,
  filter: ResolvedFilter,
  parameters: Parameters,
): string {
  parameters.bind(scopeKey(scope));
  const connector = scopeText(scope);
  const condition = compileFilter(type, filter, { connector, parameters });
  return `resources.connector_id = ${connector} AND resources.type = '${type}'
    AND resources.deleted_at IS NULL AND (${condition})`;
}

// ?1 = scope, ?2 = type
const LIVE_COUNT = "SELECT live FROM counters WHERE connector_id = CONNECTOR AND type = ?2";

function liveCount(db: Database, scope: Scope, type: TypeName): D1PreparedStatement {
  const text = LIVE_COUNT.replaceAll("CONNECTOR", scopeText(scope));
  return db.prepare(text).bind(scopeKey(scope), type);
}

function liveOf(result: D1Result | undefined): number {
  return rowsOf<{ live: number }>(result)[0]?.live ?? 0;
}
