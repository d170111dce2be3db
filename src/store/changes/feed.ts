import { and, asc, eq, gt, gte, isNull, lt, or, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { WithSubqueryWithSelection } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import type { Query } from "#store/query.ts";
import { jsonEach } from "#store/rows.ts";
import { changes, connectors, events, resources } from "#store/schema.ts";
import {
  build,
  type Givens,
  named,
  type Prepared,
  type RowOf,
  rowsOf,
  selectOnly,
  statement,
  withTables,
} from "#store/statement.ts";
import { CHANGE_FIELDS, ofEvent, ofMember, type StoredChange } from "./event.ts";

/** A change with the public id of its connector, for feeds of several ones. */
export interface TenantChange extends StoredChange {
  readonly connector: string;
}

/** A page of changes in the order of commits, and the ends of the outbox at the same moment. */
export interface ChangePage<Change extends StoredChange = StoredChange> {
  readonly changes: readonly Change[];
  /** Whether more of them are there already. */
  readonly hasMore: boolean;
  /** The seq of the oldest row kept, of whatever connector; 1 in an empty outbox. */
  readonly oldest: number;
  /** The seq of the newest row; 0 in an empty outbox. */
  readonly latest: number;
}

/** Where a page begins, and how many changes it may hold. */
export interface PageRange {
  /** The seq behind which it begins. */
  readonly after: number;
  readonly limit: number;
}

/** A page ends early once its payloads have so many bytes: one resource may have 512 KB. */
const PAGE_BYTES_MAX = 1_000_000;

/** Reads the changes of a connector behind a seq; a page costs the same wherever it lies in the feed. */
export function connectorChanges(
  db: Database,
  connectorId: ConnectorId,
  { after, limit }: PageRange,
): Query<ChangePage> {
  return pageOf(db, CONNECTOR_PAGE.bind(db, { connectorId, after, limit: limit + 1 }), limit);
}

const CONNECTOR_PAGE = statement<{ connectorId: ConnectorId } & Range>()((given) => {
  const found = build.$with("found").as(seqsBehind(given.connectorId, given));
  const cut = cutOf(found);
  const page = build
    .select(named({ ...CHANGE_FIELDS, cutAt: cut.cutSeq }))
    .from(cut)
    .crossJoin(found)
    .crossJoin(changes)
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(and(eq(changes.seq, found.foundSeq), isBefore(cut)))
    .orderBy(asc(changes.seq));
  return withTables([found, cut], page);
});

/**
 * Reads the changes of all connectors of a tenant behind a seq, those of staged ones left out. Of
 * each connector no more rows are looked at than the page may hold. The tenant null is nobody's.
 */
export function tenantChanges(
  db: Database,
  tenant: string | null,
  { after, limit }: PageRange,
): Query<ChangePage<TenantChange>> {
  return pageOf(db, TENANT_PAGE.bind(db, { tenant, after, limit: limit + 1 }), limit);
}

const TENANT_PAGE = statement<{ tenant: string | null } & Range>()((given) => {
  // json_each alone may depend on the connector: SQLite has no lateral join.
  const behind = seqsBehind(connectors.number, given).as("behind");
  const list = build
    .select(named({ seqs: sql<string>`json_group_array(${behind.foundSeq})` }))
    .from(behind);
  const each = jsonEach<number>(list);
  const found = build.$with("found").as(
    build
      .select(named({ foundSeq: each.value }))
      .from(connectors)
      .crossJoin(each.table)
      .where(and(eq(connectors.tenant, given.tenant), isNull(connectors.deletedAt), isUnstaged()))
      .orderBy(each.value)
      .limit(given.limit),
  );
  const cut = cutOf(found);
  const page = build
    .select(named({ ...CHANGE_FIELDS, connector: connectors.id, cutAt: cut.cutSeq }))
    .from(cut)
    .crossJoin(found)
    .crossJoin(changes)
    .crossJoin(connectors)
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(
      and(
        eq(changes.seq, found.foundSeq),
        eq(connectors.number, changes.connectorId),
        isBefore(cut),
      ),
    )
    .orderBy(asc(changes.seq));
  return withTables([found, cut], page);
});

/** That nothing holds the changes of a connector back. */
export function isUnstaged(): SQL {
  return sql`coalesce(${connectors.settings} ->> 'staged', 0) = 0`;
}

/** What both pages are given; one seq more than the page may hold is looked for. */
type Range = { readonly after: number; readonly limit: number };

/** The seqs of a connector's changes behind one, in the order of commits. */
function seqsBehind(connectorId: SQLWrapper, { after, limit }: Givens<Range>) {
  return build
    .select(named({ foundSeq: changes.seq }))
    .from(changes)
    .where(and(eq(changes.connectorId, connectorId), gt(changes.seq, after)))
    .orderBy(asc(changes.seq))
    .limit(limit);
}

type Found = WithSubqueryWithSelection<{ foundSeq: SQL.Aliased<number> }, "found">;

/**
 * A table of one row: where the bytes of the changes cut the page off, or null if they do not; the
 * running sum is made only then.
 */
function cutOf(found: Found) {
  // octet_length reads the header of a row, not its text.
  const bytes = sql<number>`(octet_length(${changes.payload}) + coalesce(octet_length(${changes.difference}), 0))`;
  const isFound = eq(changes.seq, found.foundSeq);
  const sized = build
    .select(
      named({
        sizedSeq: changes.seq,
        before: sql<number>`sum(${bytes}) over (order by ${changes.seq}) - ${bytes}`,
      }),
    )
    .from(found)
    .crossJoin(changes)
    .where(isFound)
    .as("sized");
  const first = build
    .select(named({ first: sql`min(${sized.sizedSeq})` }))
    .from(sized)
    .where(gte(sized.before, PAGE_BYTES_MAX));
  const all = build
    .select(named({ total: sql<number | null>`sum(${bytes})` }))
    .from(found)
    .crossJoin(changes)
    .where(isFound)
    .as("all_found");
  const cutSeq = sql<number | null>`iif(${all.total} <= ${PAGE_BYTES_MAX}, null, ${first})`;
  return build.$with("cut").as(build.select(named({ cutSeq })).from(all));
}

function isBefore({ cutSeq }: ReturnType<typeof cutOf>): SQL | undefined {
  return or(isNull(cutSeq), lt(changes.seq, cutSeq));
}

const ENDS = statement<Readonly<Record<never, never>>>()(() => {
  const oldest = build.select(named({ seq: sql`min(${changes.seq})` })).from(changes);
  const latest = build.select(named({ seq: sql`max(${changes.seq})` })).from(changes);
  return selectOnly(
    named({
      oldest: sql<number>`coalesce(${oldest}, 1)`,
      latest: sql<number>`coalesce(${latest}, 0)`,
    }),
  );
});

function pageOf<Change extends StoredChange>(
  db: Database,
  page: Prepared<Change & { readonly cutAt: number | null }>,
  limit: number,
): Query<ChangePage<Change>> {
  return {
    statements: [ENDS.bind(db, {}), page],
    read: ([ends, found]) => {
      const rows = rowsOf<Change & { readonly cutAt: number | null }>(found);
      const { oldest, latest } = rowsOf<RowOf<typeof ENDS>>(ends)[0] ?? EMPTY;
      const isCut = rows[0] !== undefined && rows[0].cutAt !== null;
      return {
        changes: rows.slice(0, limit),
        hasMore: isCut || rows.length > limit,
        oldest,
        latest,
      };
    },
  };
}

const EMPTY = { oldest: 1, latest: 0 };
