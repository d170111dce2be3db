import { and, eq, gt, isNull, lte, type SQL, sql } from "drizzle-orm";
import { auditStatements } from "#store/admin/audit.ts";
import type { AuditRow } from "#store/admin/audit-row.ts";
import { SESSION_IDLE_MS, type SessionToStore } from "#store/admin/sessions.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, consoleSessions, setupLinks } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf } from "#store/statement.ts";

/** A use is noted so often at most. */
const LAST_SEEN_EVERY_MS = 5 * 60_000;

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
      hash: sql`${session.hash}`,
      id: sql`${session.id}`,
      kind: sql`${"setup"}`,
      setupLinkHash: setupLinks.hash,
      createdAt: sql`${now}`,
      endsAt: setupLinks.expiresAt,
      lastSeenAt: sql`${now}`,
      clientIp: sql`${session.clientIp ?? null}`,
      userAgent: sql`${session.userAgent ?? null}`,
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
  const now = clock.now();
  const isLive = and(
    eq(consoleSessions.hash, hash),
    eq(consoleSessions.kind, "setup"),
    gt(consoleSessions.endsAt, now),
    gt(consoleSessions.lastSeenAt, now - SESSION_IDLE_MS),
  );
  const isNoted = lte(consoleSessions.lastSeenAt, now - LAST_SEEN_EVERY_MS);
  const noted = build.update(consoleSessions).set({ lastSeenAt: now }).where(and(isLive, isNoted));
  const [, found] = await withRetries(clock, () =>
    db.batch([prepare(db, noted), prepare(db, selectSession(isLive, now))]),
  );
  return rowsOf<SetupSession>(found)[0];
}

/** Ends the session of somebody who closes the set-up. */
export async function endSetupSession(db: Database, id: string, audit: AuditRow): Promise<void> {
  const ended = build
    .delete(consoleSessions)
    .where(and(eq(consoleSessions.id, id), eq(consoleSessions.kind, "setup")));
  await db.batch([prepare(db, ended), ...auditStatements(db, audit)]);
}

/** The condition that a link may still be used at a moment. */
function isLinkLiveAt(now: number): SQL | undefined {
  return and(isNull(setupLinks.revokedAt), gt(setupLinks.expiresAt, now));
}
