import { and, eq, gt, isNull, type SQL } from "drizzle-orm";
import { auditStatements } from "#store/admin/audit.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import { openedCells, readInUse, type SessionToStore } from "#store/admin/sessions.ts";
import type { Clock } from "#store/clock.ts";
import type { Database } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, consoleSessions, setupLinks } from "#store/schema.ts";
import { build, named, prepare, type RowOf } from "#store/statement.ts";

/** Somebody who opened a set-up link, with what that link lets do now. */
export type SetupSession = RowOf<ReturnType<typeof selectSession>>;

function selectSession(condition: SQL | undefined, now: number) {
  return build
    .select(
      named({
        id: consoleSessions.id,
        endsAt: consoleSessions.endsAt,
        linkId: setupLinks.id,
        linkName: setupLinks.name,
        can: setupLinks.can,
        connectorId: connectors.id,
      }),
    )
    .from(consoleSessions)
    .innerJoin(setupLinks, eq(setupLinks.hash, consoleSessions.setupLinkHash))
    .innerJoin(connectors, eq(connectors.number, setupLinks.connectorId))
    .where(and(condition, isLinkLiveAt(now), isNull(connectors.deletedAt)));
}

/** Stores the session of somebody who opened a link; false, and nothing stored, where the link has ended meanwhile. */
export async function openSetupSession(
  db: Database,
  linkHash: string,
  session: SessionToStore,
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<boolean> {
  const isLive = and(eq(setupLinks.hash, linkHash), isLinkLiveAt(now));
  const opened = insertRows(
    consoleSessions,
    {
      ...openedCells("setup", session, now),
      setupLinkHash: setupLinks.hash,
      endsAt: setupLinks.expiresAt,
    },
    { from: setupLinks, where: isLive },
  );
  const noted = build.update(setupLinks).set({ openedAt: now }).where(isLive);
  const results = await db.batch([
    prepare(db, opened),
    ...auditStatements(db, audit),
    prepare(db, noted),
  ]);
  return results[0]?.meta.changes === 1;
}

/**
 * Looks up the session that a hash stands for, with what its link lets do now, and notes that it is used; undefined
 * where it is over, or its link or connector has ended. One round trip.
 */
export async function useSetupSession(
  db: Database,
  hash: string,
  clock: Clock,
): Promise<SetupSession | undefined> {
  return await readInUse(db, { kind: "setup", hash }, clock, selectSession);
}

/** The condition that a link may still be used at a moment. */
function isLinkLiveAt(now: number): SQL | undefined {
  return and(isNull(setupLinks.revokedAt), gt(setupLinks.expiresAt, now));
}
