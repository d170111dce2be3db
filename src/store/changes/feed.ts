import {
  and,
  asc,
  eq,
  exists,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { WithSubqueryWithSelection } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import type { Query } from "#store/query.ts";
import { changes, connectors, endings, events, resources } from "#store/schema.ts";
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
import { CHANGE_FIELDS, formerTenant, ofEvent, ofMember, type ToldChange } from "./event.ts";
import { NO_SEQ, tenantSeqs, tenantSeqsOf } from "./tenant-seqs.ts";

/** A change with the public id and the tenant of its connector, for feeds of several ones. */
export interface ChangeOfOne extends ToldChange {
  readonly connector: string;
  readonly tenant: string | null;
}

/** A page of changes in the order of commits, and the ends of the outbox at the same moment. */
export interface ChangePage<Change extends ToldChange = ToldChange> {
  readonly changes: readonly Change[];
  /** Whether more may be there already. */
  readonly hasMore: boolean;
  /** The seq of the last row that was looked at: there the next page begins; undefined where none was. */
  readonly end: number | undefined;
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
  const since = build
    .select(named({ tenantAfter: connectors.tenantAfter }))
    .from(connectors)
    .where(eq(connectors.number, given.connectorId));
  const page = build
    .select(
      named({
        ...CHANGE_FIELDS,
        formerTenant: formerTenant(sql`${since}`),
        cutAt: cut.cutSeq,
      }),
    )
    .from(cut)
    .crossJoin(found)
    .crossJoin(changes)
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(and(isFoundIn(found), isBefore(cut)))
    .orderBy(asc(changes.seq));
  return withTables([found, cut], page);
});

/**
 * Reads the changes of all connectors of a tenant behind a seq, those of staged ones left out. A page
 * costs what its changes cost, and a row or two for each connector of the tenant. The tenant null is nobody's.
 */
export function tenantChanges(
  db: Database,
  tenant: string | null,
  { after, limit }: PageRange,
): Query<ChangePage<ChangeOfOne>> {
  return pageOf(db, TENANT_PAGE.bind(db, { tenant, after, limit: limit + 1 }), limit);
}

const TENANT_PAGE = statement<{ tenant: string | null } & Range>()((given) => {
  const found = tenantSeqsOf(
    { tenant: sql`${given.tenant}`, after: sql`${given.after}`, limit: given.limit },
    { present: isTold(), former: isUnstaged() },
  );
  const cut = cutOf(tenantSeqs);
  const page = build
    .select(
      named({
        ...CHANGE_FIELDS,
        connector: connectors.id,
        tenant: sql<string | null>`${given.tenant}`,
        cutAt: cut.cutSeq,
      }),
    )
    .from(cut)
    .crossJoin(tenantSeqs)
    .crossJoin(changes)
    .crossJoin(connectors)
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(and(isFoundIn(tenantSeqs), eq(connectors.number, changes.connectorId), isBefore(cut)))
    .orderBy(asc(changes.seq));
  return withTables([found, cut], page);
});

/**
 * Reads the changes of all connectors behind a seq. No more rows are looked at than the page may hold: those
 * of staged connectors are left out, so that a page may be short, even empty, and not be the last.
 */
export function allChanges(
  db: Database,
  { after, limit }: PageRange,
): Query<ChangePage<ChangeOfOne>> {
  const page = pageOf(db, WHOLE_PAGE.bind(db, { after, limit: limit + 1 }), limit);
  return {
    ...page,
    read: (results) => {
      const { changes: looked, ...ends } = page.read(results);
      return { ...ends, changes: looked.filter(({ isShown }) => isShown === 1) };
    },
  };
}

const WHOLE_PAGE = statement<Range>()((given) => {
  const found = build.$with("found").as(
    build
      .select(named({ foundSeq: changes.seq }))
      .from(changes)
      .where(gt(changes.seq, given.after))
      .orderBy(asc(changes.seq))
      .limit(given.limit),
  );
  const cut = cutOf(found);
  // Behind the last page nobody may be missed: also of a connector that is no longer there each row is looked at.
  const isShown = sql<number>`(${and(isNotNull(connectors.number), isTold())})`;
  const page = build
    .select(
      named({
        ...CHANGE_FIELDS,
        connector: sql<string>`${connectors.id}`,
        tenant: connectors.tenant,
        formerTenant: formerTenant(connectors.tenantAfter),
        isShown,
        cutAt: cut.cutSeq,
      }),
    )
    .from(cut)
    .crossJoin(found)
    .crossJoin(changes)
    .leftJoin(connectors, eq(connectors.number, changes.connectorId))
    .leftJoin(events, ofEvent())
    .leftJoin(resources, ofMember())
    .where(and(isFoundIn(found), isBefore(cut)))
    .orderBy(asc(changes.seq));
  return withTables([found, cut], page);
});

/** That the changes of a connector are told in the feeds of several ones. */
function isTold(): SQL | undefined {
  return and(isUnstaged(), isReadable());
}

/** That what a connector told can be read: while it lives and, once it is deleted, as long as its end is kept. */
export function isReadable(): SQL | undefined {
  const end = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(and(eq(endings.connectorId, connectors.number), eq(endings.kind, "deleted")));
  return or(isNull(connectors.deletedAt), exists(end));
}

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
export function cutOf(found: Found | typeof tenantSeqs) {
  // octet_length reads the header of a row, not its text.
  const bytes = sql<number>`(octet_length(${changes.payload}) + coalesce(octet_length(${changes.difference}), 0))`;
  const isFound = isFoundIn(found);
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

/** That a change is one of those that were found. */
function isFoundIn({ foundSeq }: Found | typeof tenantSeqs): SQL | undefined {
  return and(sql`${foundSeq} < ${NO_SEQ}`, eq(changes.seq, foundSeq));
}

export function isBefore({ cutSeq }: ReturnType<typeof cutOf>): SQL | undefined {
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

function pageOf<Change extends ToldChange>(
  db: Database,
  page: Prepared<Change & { readonly cutAt: number | null }>,
  limit: number,
): Query<ChangePage<Change>> {
  return {
    statements: [ENDS.bind(db, {}), page],
    read: ([ends, found]) => {
      const rows = rowsOf<Change & { readonly cutAt: number | null }>(found);
      const { oldest, latest } = rowsOf<RowOf<typeof ENDS>>(ends)[0] ?? EMPTY;
      const shown = rows.slice(0, limit);
      const isCut = rows[0] !== undefined && rows[0].cutAt !== null;
      return {
        changes: shown,
        hasMore: isCut || rows.length > limit,
        end: shown.at(-1)?.seq,
        oldest,
        latest,
      };
    },
  };
}

const EMPTY = { oldest: 1, latest: 0 };
