import { and, desc, eq, gte, isNull, lte, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Sort } from "#scim/list/sort.ts";
import type { TypeName } from "#scim/ports.ts";
import type { Database } from "#store/database.ts";
import { type Query, type Scope, scopedStatement, scopeKey, scopeTerms } from "#store/query.ts";
import { counters, resourceBlocks, resources } from "#store/schema.ts";
import {
  build,
  literal,
  named,
  type Prepared,
  type RowOf,
  rowsOf,
  shapedStatement,
  withTables,
} from "#store/statement.ts";
import {
  givenStart,
  offsetOf,
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
      return isReachable || offset >= total
        ? { total, records: listedOf(rowsOf<ListedRow>(found)) }
        : undefined;
    },
  };
}

const WALKED = shapedStatement(
  ({
    kind,
    type,
    page: { start },
    sort,
  }: {
    readonly kind: Scope["kind"];
    readonly type: TypeName;
    readonly page: Page;
    readonly sort: Sort;
  }) => {
    const value = sortValue(type, sort);
    const columns = { id: resources.id, value };
    return build
      .select(named({ ...pageFields(), sortValue: value }))
      .from(resources)
      .where(
        and(
          eq(resources.connectorId, scopeTerms(kind).number),
          eq(resources.type, literal(type)),
          isNull(resources.deletedAt),
          startCondition(sort, start, columns),
        ),
      )
      .orderBy(...orderTerms(type, sort, columns))
      .limit(sql.placeholder("count"))
      .offset(sql.placeholder("offset"));
  },
);

function walkedPage(
  db: Database,
  scope: Scope,
  type: TypeName,
  page: Page,
  sort: Sort,
): Prepared<ListedRow> {
  const { kind } = scope;
  const shape = `${kind} ${type} ${orderShape(sort, page.start)}`;
  const given = {
    ...givenStart(page.start),
    ...givenLimits(page.count),
    count: page.count,
    scope: scopeKey(scope),
  };
  return WALKED.bind(db, shape, { kind, type, page, sort }, given);
}

const BLOCK_PAGE = scopedStatement<{
  readonly type: TypeName;
  readonly offset: number;
  readonly count: number;
  readonly bytesMax: number;
  readonly groupsMax: number;
  readonly groupsRead: number;
}>()((scope, given) => {
  const { live, firstId, connectorId, type } = resourceBlocks;
  const blocks = build.$with("blocks").as(
    build
      .select(
        named({
          blockId: firstId,
          before: sql<number>`sum(${live}) over (order by ${firstId}) - ${live}`,
        }),
      )
      .from(resourceBlocks)
      .where(and(eq(connectorId, scope.number), eq(type, given.type))),
  );
  const start = build.$with("start").as(
    build
      .select(named({ startId: blocks.blockId, passed: blocks.before }))
      .from(blocks)
      .where(lte(blocks.before, given.offset))
      .orderBy(desc(blocks.blockId))
      .limit(1),
  );
  const rows = build
    .select(named({ ...pageFields(), sortValue: sql<null>`null` }))
    .from(resources)
    .where(
      and(
        eq(resources.connectorId, scope.number),
        eq(resources.type, given.type),
        isNull(resources.deletedAt),
        gte(resources.id, sql`${build.select(named({ id: start.startId })).from(start)}`),
      ),
    )
    .orderBy(resources.id)
    .limit(given.count);
  const passed = build.select(named({ passed: start.passed })).from(start);
  return sql<
    RowOf<typeof rows>
  >`${withTables([blocks, start], rows)} offset (${given.offset} - ${passed})`;
});

function blockPage(
  db: Database,
  scope: Scope,
  type: TypeName,
  offset: number,
  count: number,
): Prepared<ListedRow> {
  return BLOCK_PAGE.bind(db, scope, { type, offset, count, ...givenLimits(count) });
}

/** The number of live resources of a type, by its counter. */
export function liveCountOf(connector: SQL, type: SQLWrapper) {
  return build
    .select(named({ live: counters.live }))
    .from(counters)
    .where(and(eq(counters.connectorId, connector), eq(counters.type, type)));
}

const LIVE_COUNT = scopedStatement<{ readonly type: TypeName }>()((scope, { type }) =>
  liveCountOf(scope.number, type),
);

/** The statement that counts the live resources of a type. */
export function liveCount(db: Database, scope: Scope, type: TypeName): D1PreparedStatement {
  return LIVE_COUNT.bind(db, scope, { type });
}

/** What the statement of liveCount found. */
export function liveOf(result: D1Result | undefined): number {
  return rowsOf<{ live: number }>(result)[0]?.live ?? 0;
}
