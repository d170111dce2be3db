import {
  and,
  count,
  eq,
  gt,
  isNotNull,
  isNull,
  notExists,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import { insertRows, rowStatement } from "#store/rows.ts";
import { connectors, credentials, resources, txGuard } from "#store/schema.ts";
import { build, literal, named, statement } from "#store/statement.ts";
import { changeStatement } from "./change-statement.ts";

/** What a guard stores to have the batch aborted, in the column of its CHECK. */
const BROKEN = sql`1`;

/** A row that a change was decided on; without a version, any will do as long as it is there. */
export interface RowGuard {
  readonly rowId: number;
  /** SQLite hands the row of an erased resource out again: the id says that it is still the same one. */
  readonly id: string;
  readonly version: number | null;
}

/**
 * Aborts the batch (CHECK version_unchanged) when a resource is no longer the row it was read as. A restored
 * row is not live yet, so that is not asked.
 */
export const guardRows = rowStatement<RowGuard, { connectorId: ConnectorId }>()(
  ({ cell, from }, { connectorId }) => {
    const asRead = build
      .select(named({ one: literal(1) }))
      .from(resources)
      .where(
        and(
          eq(resources.rowId, cell("rowId")),
          eq(resources.connectorId, connectorId),
          eq(resources.id, cell("id")),
          sql`${resources.version} = coalesce(${cell("version")}, ${resources.version})`,
          or(isNotNull(cell("version")), isNull(resources.deletedAt)),
        ),
      );
    return insertRows(txGuard, { versionChanged: BROKEN }, { from, where: notExists(asRead) });
  },
);

/** An externalId that a row took, where it has to be that of one live resource. */
export interface ExternalIdClaim {
  readonly type: string;
  readonly externalId: string;
}

/**
 * Aborts the batch (CHECK external_id_free) when a live resource shares the externalId that one of the
 * rows took; run after the rows are written, so that two of them could swap theirs.
 */
export const guardExternalIds = changeStatement<ExternalIdClaim>()(
  ({ cell, from }, connectorId, only) => {
    const holders = build
      .select(named({ one: literal(1) }))
      .from(resources)
      .where(
        and(
          eq(resources.connectorId, connectorId),
          eq(resources.type, cell("type")),
          eq(resources.externalId, cell("externalId")),
          isNull(resources.deletedAt),
        ),
      )
      .limit(2)
      .as("holders");
    const held = build.select(named({ held: count() })).from(holders);
    return insertRows(
      txGuard,
      { externalIdTaken: BROKEN },
      { from, where: and(only, gt(sql`${held}`, 1)) },
    );
  },
);

/** Aborts the batch (CHECK credential_valid) when the caller's credential may no longer write. */
export const guardCredential = statement<{
  hash: string;
  connectorId: ConnectorId;
  at: number;
}>()((caller) =>
  insertRows(txGuard, { credentialGone: BROKEN }, { where: notExists(writingCredential(caller)) }),
);

/**
 * Aborts the batch (CHECK credential_valid) of one who writes without a credential where the connector is deleted, or
 * moves to another tenant.
 */
export const guardConnector = statement<{ connectorId: ConnectorId }>()(({ connectorId }) => {
  const open = build
    .select(named({ one: literal(1) }))
    .from(connectors)
    .where(
      and(
        eq(connectors.number, connectorId),
        isNull(connectors.deletedAt),
        isNull(connectors.movesAt),
      ),
    );
  return insertRows(txGuard, { credentialGone: BROKEN }, { where: notExists(open) });
});

/** Who writes, as expressions: the token's hash, its connector, and the moment. */
export interface WritingCaller {
  readonly hash: SQLWrapper;
  readonly connectorId: SQLWrapper;
  readonly at: SQLWrapper;
}

/** The caller's credential if it may write; `terms` is another condition on its connector. */
export function writingCredential({ hash, connectorId, at }: WritingCaller, terms?: SQL) {
  return build
    .select(named({ one: literal(1) }))
    .from(credentials)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, credentials.connectorId),
        eq(credentials.hash, hash),
        eq(credentials.connectorId, connectorId),
        eq(credentials.scope, "read-write"),
        isNull(credentials.revokedAt),
        sql`coalesce(${credentials.expiresAt} > ${at}, 1)`,
        eq(connectors.status, "active"),
        isNull(connectors.deletedAt),
        isNull(connectors.movesAt),
        terms,
      ),
    );
}
