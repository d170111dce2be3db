import {
  and,
  asc,
  eq,
  exists,
  gt,
  isNotNull,
  isNull,
  lt,
  lte,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { type Query, queryOf } from "#store/query.ts";
import { isInList, jsonEach } from "#store/rows.ts";
import { changes, connectors, endings, events, resources } from "#store/schema.ts";
import {
  build,
  type Givens,
  named,
  type Prepared,
  type RowOf,
  rowsOf,
  statement,
  withTables,
} from "#store/statement.ts";
import { CHANGE_FIELDS, ofEvent, ofMember, type StoredChange } from "./event.ts";
import { cutOf, isBefore, isUnstaged } from "./feed.ts";
import { isFormerTime, NO_SEQ, tenantSeqs, tenantSeqsOf } from "./tenant-seqs.ts";

// What webhooks of several connectors read: first which changes there are, then those that may go out.

/** A change that was found and is not read yet: whose it is, and whether it may go out now. */
export interface FoundChange {
  readonly seq: number;
  readonly connectorId: ConnectorId;
  /** Whether nothing holds its connector back: it is neither staged nor disabled. A deleted one tells its end. */
  readonly isOpen: boolean;
}

/** What was found behind a seq. */
export interface FoundChanges {
  /** In the order of commits. */
  readonly changes: readonly FoundChange[];
  /** Everything up to this seq was looked at. */
  readonly end: number;
  /** Whether more may stand behind it already. */
  readonly hasMore: boolean;
}

/** A change with its connector, as several are told of together. */
export interface ChangeOfSeveral extends StoredChange {
  readonly connectorId: ConnectorId;
  /** The connector's public id. */
  readonly connector: string;
  /** The tenant that the connector was with when it changed. */
  readonly tenant: string | null;
}

/** So many rows of the outbox are looked at in one go, whosever they are. */
const LOOKED_AT_MAX = 400;

/** So many changes are found in one go. */
const FOUND_MAX = 200;

/** Where at least each eighth row that is looked at is one of the tenant's, its connectors are not asked one by one. */
const DENSITY = 8;

/** What is looked for: changes of a tenant's connectors or, where it is null, of all. */
type Sought = { readonly tenant: string | null; readonly after: number };

/**
 * Looks at the next rows of the outbox behind a seq, in the order of commits, and gives those that are sought.
 * Undefined where so few of them are that the tenant's connectors had better be asked one by one: `tenantFound`.
 */
export function nextFound(
  db: Database,
  { tenant, after }: Sought,
): Query<FoundChanges | undefined> {
  const limit = tenant === null ? FOUND_MAX : LOOKED_AT_MAX;
  return queryOf(NEXT.bind(db, { tenant, after, limit }), (rows) => {
    const changes = rows.filter(({ isSought }) => isSought === 1).map(foundIn);
    const hasMore = rows.length === limit;
    if (tenant !== null && hasMore && changes.length * DENSITY < limit) return undefined;
    return { changes, end: rows.at(-1)?.seq ?? after, hasMore };
  });
}

const NEXT = statement<Sought & { readonly limit: number }>()(({ tenant, after, limit }) => {
  const next = build
    .select(named({ nextSeq: changes.seq, nextOf: changes.connectorId }))
    .from(changes)
    .where(gt(changes.seq, after))
    .orderBy(asc(changes.seq))
    .limit(limit)
    .as("next");
  // What is of no connector any more is looked at too, or it would end the reading here.
  return build
    .select(
      named({
        seq: next.nextSeq,
        connectorId: next.nextOf,
        isOpen: isOpen(),
        isSought: sql<number>`(${or(isNull(sql`${tenant}`), isOfTenant(next.nextSeq, tenant))} and ${isNotNull(connectors.number)})`,
      }),
    )
    .from(next)
    .leftJoin(connectors, eq(connectors.number, next.nextOf))
    .orderBy(sql`${next.nextSeq}`);
});

/** Finds the next changes of a tenant's connectors, each of which is asked for its own. */
export function tenantFound(
  db: Database,
  { tenant, after }: { readonly tenant: string; readonly after: number },
): Query<FoundChanges> {
  const found: Prepared<RowOf<typeof OF_TENANT>> = OF_TENANT.bind(db, { tenant, after });
  return {
    statements: [found, LATEST.bind(db, {})],
    read: ([first, second]) => {
      const rows = rowsOf<RowOf<typeof OF_TENANT>>(first);
      const [ends] = rowsOf<RowOf<typeof LATEST>>(second);
      const hasMore = rows.length === FOUND_MAX;
      const end = hasMore ? rows.at(-1)?.seq : ends?.latest;
      return { changes: rows.map(foundIn), end: Math.max(end ?? 0, after), hasMore };
    },
  };
}

const OF_TENANT = statement<{ readonly tenant: string; readonly after: number }>()(
  ({ tenant, after }) => {
    const found = tenantSeqsOf({ tenant: sql`${tenant}`, after: sql`${after}`, limit: FOUND_MAX });
    const page = build
      .select(
        named({
          seq: tenantSeqs.foundSeq,
          connectorId: sql<ConnectorId>`${tenantSeqs.source}`,
          isOpen: isOpen(),
        }),
      )
      .from(tenantSeqs)
      .crossJoin(connectors)
      .where(and(eq(connectors.number, tenantSeqs.source), lt(tenantSeqs.foundSeq, NO_SEQ)))
      .orderBy(tenantSeqs.foundSeq);
    return withTables([found], page);
  },
);

const LATEST = statement<Readonly<Record<never, never>>>()(() =>
  build.select(named({ latest: sql<number>`coalesce(max(${changes.seq}), 0)` })).from(changes),
);

/** What is looked for of a connector that was held back: behind one seq, and up to another. */
type SoughtOfOne = Sought & { readonly connectorId: ConnectorId; readonly last: number };

/** Finds the next changes of one connector, of its time with the tenant where one is named. */
export function connectorFound(db: Database, sought: SoughtOfOne): Query<FoundChanges> {
  return queryOf(OF_CONNECTOR.bind(db, sought), (rows) => {
    const hasMore = rows.length === FOUND_MAX;
    const changes = rows.filter(({ isSought }) => isSought === 1).map(foundIn);
    return { changes, end: hasMore ? (rows.at(-1)?.seq ?? sought.last) : sought.last, hasMore };
  });
}

const OF_CONNECTOR = statement<SoughtOfOne>()(({ connectorId, tenant, after, last }) =>
  build
    .select(
      named({
        seq: changes.seq,
        connectorId: changes.connectorId,
        isOpen: isOpen(),
        isSought: sql<number>`(${or(isNull(sql`${tenant}`), isOfTenant(changes.seq, tenant))})`,
      }),
    )
    .from(connectors)
    .crossJoin(changes)
    .where(
      and(
        eq(connectors.number, connectorId),
        eq(changes.connectorId, connectorId),
        gt(changes.seq, after),
        lte(changes.seq, last),
      ),
    )
    .orderBy(asc(changes.seq))
    .limit(FOUND_MAX),
);

/** Which of connectors that were held back are so no more: by their numbers, as a JSON list. */
export function openAmong(
  db: Database,
  connectorIds: readonly ConnectorId[],
): Query<readonly ConnectorId[]> {
  return queryOf(OPEN.bind(db, { list: JSON.stringify(connectorIds) }), (rows) =>
    rows.map(({ number }) => number),
  );
}

const OPEN = statement<{ readonly list: string }>()(({ list }) =>
  build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(and(isInList(connectors.number, list), isOpen())),
);

/** Changes that were found, read in full; the page ends early once they have too many bytes. */
export interface ReadChanges {
  readonly changes: readonly ChangeOfSeveral[];
  /** The seq of the first one that was left out for its length. */
  readonly cutAt: number | null;
}

/** Reads changes by their seqs, in order. */
export function readFound(db: Database, seqs: readonly number[]): Query<ReadChanges> {
  return queryOf(READ.bind(db, { seqs: JSON.stringify(seqs) }), (rows) => ({
    changes: rows,
    cutAt: rows[0]?.cutAt ?? null,
  }));
}

const READ = statement<{ readonly seqs: string }>()(({ seqs }) => {
  const each = jsonEach<number>(seqs);
  const found = build
    .$with("found")
    .as(build.select(named({ foundSeq: each.value })).from(each.table));
  const cut = cutOf(found);
  const page = build
    .select(
      named({
        ...CHANGE_FIELDS,
        connectorId: changes.connectorId,
        connector: connectors.id,
        tenant: tenantThen(),
        cutAt: cut.cutSeq,
      }),
    )
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

/** Finds one change, if it may go out. */
export function foundAt(
  db: Database,
  { tenant, seq }: { readonly tenant: string | null; readonly seq: number },
): Query<FoundChange | undefined> {
  return queryOf(AT.bind(db, { tenant, seq }), (rows) => rows.map(foundIn)[0]);
}

const AT = statement<{ readonly tenant: string | null; readonly seq: number }>()(
  ({ tenant, seq }) =>
    build
      .select(named({ seq: changes.seq, connectorId: changes.connectorId, isOpen: isOpen() }))
      .from(changes)
      .crossJoin(connectors)
      .where(
        and(
          eq(changes.seq, seq),
          eq(connectors.number, changes.connectorId),
          isOpen(),
          sql`(${or(isNull(sql`${tenant}`), isOfTenant(changes.seq, tenant))})`,
        ),
      ),
);

/** The first change behind a seq: when it was recorded, whosever it is. */
export function firstBehind(
  db: Database,
  after: number,
): Query<{ readonly seq: number; readonly at: number } | undefined> {
  return queryOf(FIRST.bind(db, { after }), (rows) => rows[0]);
}

const FIRST = statement<{ readonly after: number }>()(({ after }) =>
  build
    .select(named({ seq: changes.seq, at: changes.at }))
    .from(changes)
    .where(gt(changes.seq, after))
    .orderBy(asc(changes.seq))
    .limit(1),
);

/** The seq of the newest change; 0 in an empty outbox. */
export function latestSeq(db: Database): Query<number> {
  return queryOf(LATEST.bind(db, {}), (rows) => rows[0]?.latest ?? 0);
}

/** Whether nothing holds a connector back; what a deleted one tells last is told whatever its status. */
function isOpen(): SQL<number> {
  const isTelling = or(eq(connectors.status, "active"), isNotNull(connectors.deletedAt));
  return sql<number>`((${isTelling}) and ${isUnstaged()})`;
}

/** Whether a connector was a tenant's when a change of it was recorded. */
function isOfTenant(seq: SQLWrapper, tenant: Givens<Sought>["tenant"]): SQL {
  const then = build
    .select(named({ id: endings.id }))
    .from(endings)
    .where(
      and(
        eq(endings.tenant, sql`${tenant}`),
        eq(endings.connectorId, connectors.number),
        isFormerTimeOf(seq),
      ),
    );
  return sql`(case when ${seq} > ${connectors.tenantAfter} then coalesce(${connectors.tenant} = ${tenant}, 0) else ${exists(then)} end)`;
}

/** The tenant that a connector was with when the change of it was recorded. */
function tenantThen(): SQL<string | null> {
  const then = build
    .select(named({ tenant: endings.tenant }))
    .from(endings)
    .where(and(eq(endings.connectorId, connectors.number), isFormerTimeOf(changes.seq)))
    .limit(1);
  return sql`(case when ${changes.seq} > ${connectors.tenantAfter} then ${connectors.tenant} else ${then} end)`;
}

function isFormerTimeOf(seq: SQLWrapper): SQL | undefined {
  return and(isFormerTime(), lt(endings.afterSeq, sql`${seq}`), lte(sql`${seq}`, endings.untilSeq));
}

function foundIn({
  seq,
  connectorId,
  isOpen,
}: {
  readonly seq: number;
  readonly connectorId: ConnectorId;
  readonly isOpen: number;
}): FoundChange {
  return { seq, connectorId, isOpen: isOpen === 1 };
}
