import type { Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { Parameters } from "#store/parameters.ts";
import { type Query, rowsOf, type Scope, scopeKey, scopeText } from "#store/query.ts";
import { offsetOf, orderText, type Page, sortValueText, startCondition } from "./list-order.ts";
import { type ListedRecord, listedOf, pageColumns } from "./listed-records.ts";
import { SCANNED_RESOURCES_MAX } from "./scan-cost.ts";

/** A page of resources and how many there are in all. */
export interface ResourcePage {
  readonly total: number;
  readonly records: readonly ListedRecord[];
}

/** Up to this offset a page is found by walking the index; beyond it, through the live counts per block. */
const WALKED_OFFSET_MAX = 1_000;

/**
 * Lists all resources in an order that an index has, with the exact total from the counter;
 * undefined for a page that could only be found by passing over more than SCANNED_RESOURCES_MAX.
 */
export function resourcePage(
  db: Database,
  scope: Scope,
  type: TypeName,
  page: Page,
  sort: Sort,
): Query<ResourcePage | undefined> {
  const offset = offsetOf(page.start);
  const hasBlocks = sort.by === "creation" && !sort.isDescending;
  const isReachable = hasBlocks || offset <= SCANNED_RESOURCES_MAX;
  const rows =
    hasBlocks && offset > WALKED_OFFSET_MAX
      ? blockPage(db, scope, type, offset, page.count)
      : walkedPage(db, scope, type, page, sort);
  return {
    statements: [liveCount(db, scope, type), ...(page.count > 0 && isReachable ? [rows] : [])],
    read: ([live, found]) => {
      const total = liveOf(live);
      return isReachable || offset >= total ? { total, records: listedOf(found) } : undefined;
    },
  };
}

function walkedPage(
  db: Database,
  scope: Scope,
  type: TypeName,
  { start, count }: Page,
  sort: Sort,
): D1PreparedStatement {
  const parameters = new Parameters();
  parameters.bind(scopeKey(scope));
  const columns = { id: "resources.id", value: sortValueText(type, sort) };
  const text = `SELECT ${pageColumns(count)}, ${columns.value} AS sortValue FROM resources
    WHERE connector_id = ${scopeText(scope)} AND type = '${type}' AND deleted_at IS NULL
      AND ${startCondition(sort, start, columns, parameters)}
    ORDER BY ${orderText(type, sort, columns)} LIMIT ${count} OFFSET ${offsetOf(start)}`;
  return db.prepare(text).bind(...parameters.values());
}

function blockPage(
  db: Database,
  scope: Scope,
  type: TypeName,
  offset: number,
  count: number,
): D1PreparedStatement {
  const text = BLOCK_PAGE.replaceAll("CONNECTOR", scopeText(scope)).replace(
    "COLUMNS",
    pageColumns(count),
  );
  return db.prepare(text).bind(scopeKey(scope), type, count, offset);
}

// ?1 = scope, ?2 = type, ?3 = count, ?4 = offset
const BLOCK_PAGE = `WITH
  blocks AS (SELECT first_id, sum(live) OVER (ORDER BY first_id) - live AS before
    FROM resource_blocks WHERE connector_id = CONNECTOR AND type = ?2),
  start AS MATERIALIZED (SELECT first_id, before FROM blocks WHERE before <= ?4
    ORDER BY first_id DESC LIMIT 1)
  SELECT COLUMNS, NULL AS sortValue FROM resources
  WHERE connector_id = CONNECTOR AND type = ?2 AND deleted_at IS NULL AND id >= (SELECT first_id FROM start)
  ORDER BY id LIMIT ?3 OFFSET (?4 - (SELECT before FROM start))`;

/** The SQL of the number of live resources of a type, its scope bound as `?1`. */
export function liveCountText(scope: Scope, type: TypeName): string {
  return `SELECT live FROM counters WHERE connector_id = ${scopeText(scope)} AND type = '${type}'`;
}

/** The statement that counts the live resources of a type. */
export function liveCount(db: Database, scope: Scope, type: TypeName): D1PreparedStatement {
  return db.prepare(liveCountText(scope, type)).bind(scopeKey(scope));
}

/** What the statement of liveCount found. */
export function liveOf(result: D1Result | undefined): number {
  return rowsOf<{ live: number }>(result)[0]?.live ?? 0;
}
