import {
  and,
  asc,
  eq,
  gt,
  isNotNull,
  lt,
  lte,
  type Placeholder,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { integer, sqliteTable } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import { changes, connectors, endings } from "#store/schema.ts";
import { build, literal, named } from "#store/statement.ts";

/** Where the changes of a tenant's connectors are, in the order of seqs: a table of the statement alone. */
export const tenantSeqs = sqliteTable("tenant_seqs", {
  foundSeq: integer().notNull(),
  source: integer().$type<ConnectorId>().notNull(),
  /** Of a connector that the tenant has no more: the last seq of its time with the tenant. */
  lastSeq: integer().notNull(),
});

/** No change has this seq: of a connector without further ones, so that it comes behind all others. */
export const NO_SEQ = literal(Number.MAX_SAFE_INTEGER);

/** Whose changes are sought, behind which seq, and how many rows are wanted. */
interface SoughtSeqs {
  readonly tenant: SQLWrapper;
  readonly after: SQLWrapper;
  readonly limit: number | Placeholder;
}

/** Which of a tenant's connectors are left out, those that it has and those that it had; none where nothing is said. */
interface Told {
  readonly present?: SQL | undefined;
  readonly former?: SQL | undefined;
}

/**
 * Fills `tenantSeqs`: the next change of each connector of a tenant, and of each that was its, up to the one with which
 * it left. A page costs what its changes cost, and a row or two for each connector of the tenant.
 */
export function tenantSeqsOf({ tenant, after, limit }: SoughtSeqs, told: Told = {}) {
  const behind = (start: SQLWrapper) => sql`max(${after}, ${start})`;
  const present = build
    .select(
      named({
        foundSeq: nextOf(connectors.number, behind(connectors.tenantAfter), NO_SEQ),
        source: connectors.number,
        lastSeq: NO_SEQ,
      }),
    )
    .from(connectors)
    .where(and(eq(connectors.tenant, tenant), told.present));
  const left = build
    .select(
      named({
        foundSeq: nextOf(endings.connectorId, behind(endings.afterSeq), endings.untilSeq),
        source: endings.connectorId,
        lastSeq: sql<number>`${endings.untilSeq}`,
      }),
    )
    .from(endings);
  const isBehind = and(isFormerTime(), eq(endings.tenant, tenant), gt(endings.untilSeq, after));
  const isTold = and(isBehind, eq(connectors.number, endings.connectorId), told.former);
  const former =
    told.former === undefined ? left.where(isBehind) : left.crossJoin(connectors).where(isTold);
  const further = build
    .select(
      named({
        foundSeq: nextOf(tenantSeqs.source, tenantSeqs.foundSeq, tenantSeqs.lastSeq),
        source: tenantSeqs.source,
        lastSeq: tenantSeqs.lastSeq,
      }),
    )
    .from(tenantSeqs)
    .where(lt(tenantSeqs.foundSeq, NO_SEQ));
  // SQLite takes what it finds in this order: of thousands of changes no more are read than are wanted.
  return build
    .$with("tenant_seqs")
    .as(present.unionAll(former).unionAll(further).orderBy(literal(1)).limit(limit));
}

/** The seq of the next change of a connector behind one, up to another. */
function nextOf(source: SQLWrapper, behind: SQLWrapper, last: SQLWrapper): SQL<number> {
  const next = build
    .select(named({ seq: changes.seq }))
    .from(changes)
    .where(and(eq(changes.connectorId, source), gt(changes.seq, behind), lte(changes.seq, last)))
    .orderBy(asc(changes.seq))
    .limit(1);
  return sql<number>`coalesce(${next}, ${NO_SEQ})`;
}

/** That an end is of a connector's time with a tenant that it is with no more. */
export function isFormerTime(): SQL | undefined {
  return and(eq(endings.kind, "moved"), isNotNull(endings.untilSeq));
}
