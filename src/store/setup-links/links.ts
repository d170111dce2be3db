import { and, desc, eq, inArray, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import { auditStatements } from "#store/admin/audit.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import { type Creating, connectorLives } from "#store/admin/tokens.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, setupLinks } from "#store/schema.ts";
import { build, named, prepare, type RowOf, selectRows } from "#store/statement.ts";

const SHOWN = {
  id: setupLinks.id,
  name: setupLinks.name,
  hint: setupLinks.hint,
  can: setupLinks.can,
  createdAt: setupLinks.createdAt,
  expiresAt: setupLinks.expiresAt,
  revokedAt: setupLinks.revokedAt,
  openedAt: setupLinks.openedAt,
};

/** A set-up link as administrators see it; times in milliseconds, `can` a JSON list. */
export type SetupLink = RowOf<ReturnType<typeof selectLinks>>;

/** A set-up link as it is stored: by the hash of its secret, never the secret. */
export interface SetupLinkToStore {
  readonly id: string;
  readonly hash: string;
  readonly hint: string;
  readonly name: string;
  readonly can: string;
  readonly expiresAt: number;
}

function selectLinks(condition: SQL | undefined) {
  return build.select(named(SHOWN)).from(setupLinks).where(condition);
}

/** Stores a link to a connector; false, and nothing stored, where the connector was deleted meanwhile. */
export async function createSetupLink(
  db: Database,
  connectorId: ConnectorId,
  link: SetupLinkToStore,
  { now, audit, first }: Creating,
): Promise<boolean> {
  const cells = {
    hash: sql`${link.hash}`,
    id: sql`${link.id}`,
    connectorId: sql`${connectorId}`,
    name: sql`${link.name}`,
    hint: sql`${link.hint}`,
    can: sql`${link.can}`,
    createdAt: sql`${now}`,
    expiresAt: sql`${link.expiresAt}`,
  };
  const insert = insertRows(setupLinks, cells, { where: connectorLives(connectorId) });
  const [stored] = await db.batch([
    prepare(db, insert),
    ...auditStatements(db, audit),
    ...firstAnswerStatements(db, first),
  ]);
  return stored?.meta.changes === 1;
}

/** Lists a connector's links, newest first, revoked and expired ones too; `beforeId` is where the last page ended. */
export function listSetupLinks(
  db: Database,
  connectorId: ConnectorId,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<readonly SetupLink[]> {
  const isOnPage = beforeId === undefined ? undefined : lt(setupLinks.id, beforeId);
  const query = selectLinks(and(eq(setupLinks.connectorId, connectorId), isOnPage));
  return selectRows(db, query.orderBy(desc(setupLinks.id)).limit(limit));
}

/** Revokes a link from the next request on; once more changes nothing. False when the connector has no such link. */
export async function revokeSetupLink(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<boolean> {
  const isLink = and(eq(setupLinks.connectorId, connectorId), eq(setupLinks.id, id));
  const revoked = build
    .update(setupLinks)
    .set({ revokedAt: now })
    .where(and(isLink, isNull(setupLinks.revokedAt)));
  const results = await db.batch([
    prepare(db, revoked),
    ...auditStatements(db, audit),
    prepare(db, selectLinks(isLink)),
  ]);
  return results.at(-1)?.results.length === 1;
}

/** A link, and the connector that it is about. */
export type FoundSetupLink = RowOf<ReturnType<typeof selectFound>>;

function selectFound(hash: string) {
  return build
    .select(named({ ...SHOWN, hash: setupLinks.hash, connectorId: connectors.id }))
    .from(setupLinks)
    .innerJoin(connectors, eq(connectors.number, setupLinks.connectorId))
    .where(and(eq(setupLinks.hash, hash), isNull(connectors.deletedAt)));
}

/** Looks up the link that a hash stands for, whether it still works or not; undefined without it or its connector. */
export async function findSetupLink(
  db: Database,
  hash: string,
  clock: Clock,
): Promise<FoundSetupLink | undefined> {
  return (await withRetries(clock, () => selectRows(db, selectFound(hash))))[0];
}

/** So long whoever opens a link that ended is told so. */
const KEPT_MS = 90 * 86_400_000;

/** One run deletes so many at most; the next minute deletes the next ones. */
const PRUNED_ROWS = 500;

/** Deletes links that ended long ago. */
export async function pruneSetupLinks(db: Database, clock: Clock): Promise<void> {
  const since = clock.now() - KEPT_MS;
  const over = build
    .select(named({ hash: setupLinks.hash }))
    .from(setupLinks)
    .where(or(lt(setupLinks.expiresAt, since), lt(setupLinks.revokedAt, since)))
    .limit(PRUNED_ROWS);
  const pruned = build.delete(setupLinks).where(inArray(setupLinks.hash, over));
  await withRetries(clock, () => prepare(db, pruned).run());
}
