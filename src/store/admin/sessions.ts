import { and, desc, eq, gt, inArray, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { insertRows } from "#store/rows.ts";
import { apiKeys, connectors, consoleSessions } from "#store/schema.ts";
import {
  type BuiltQuery,
  build,
  named,
  prepare,
  type RowOf,
  rowsOf,
  selectRows,
} from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { AuditRow } from "./audit-row.ts";
import { hasLiveConnector } from "./keys.ts";

/** A session that nobody used for so long is over, whenever it was to end. */
export const SESSION_IDLE_MS = 2 * 3_600_000;

/** A use is noted so often at most. */
const LAST_SEEN_EVERY_MS = 5 * 60_000;

/** What a session or a link stands for: a key by the hash of its secret, or the admin token by a mark of it. */
export type StandsFor =
  | { readonly keyHash: string; readonly adminMark?: undefined }
  | { readonly adminMark: string; readonly keyHash?: undefined };

/** A session or a link as it is stored: by the hash of its secret, never the secret. */
export interface SessionToStore {
  readonly id: string;
  readonly hash: string;
  readonly endsAt: number;
  readonly clientIp: string | undefined;
  readonly userAgent: string | undefined;
}

/** Who stands behind a session, and what that one may do now. */
export type StoredSession = RowOf<ReturnType<typeof selectSessions>>;

function selectSessions(condition: SQL | undefined) {
  const connectorId = build
    .select(named({ publicId: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, apiKeys.connectorId));
  return build
    .select(
      named({
        id: consoleSessions.id,
        hash: consoleSessions.hash,
        adminMark: consoleSessions.adminMark,
        keyHash: consoleSessions.keyHash,
        keyId: apiKeys.id,
        keyName: apiKeys.name,
        role: apiKeys.role,
        connectorId: sql<string | null>`${connectorId}`,
        tenant: apiKeys.tenant,
        createdAt: consoleSessions.createdAt,
        endsAt: consoleSessions.endsAt,
        lastSeenAt: consoleSessions.lastSeenAt,
        clientIp: consoleSessions.clientIp,
        userAgent: consoleSessions.userAgent,
      }),
    )
    .from(consoleSessions)
    .leftJoin(apiKeys, eq(apiKeys.hash, consoleSessions.keyHash))
    .where(condition);
}

/** Stores a session, or a link that will open one, for a credential that was just found good. */
export async function storeSession(
  db: Database,
  session: SessionToStore & { readonly kind: "session" | "link"; readonly standsFor: StandsFor },
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<void> {
  const { standsFor, ...row } = session;
  const stored = { ...row, ...standsFor, createdAt: now, lastSeenAt: now };
  const inserted = prepare(db, build.insert(consoleSessions).values(stored));
  await db.batch([inserted, ...auditStatements(db, audit)]);
}

/** Looks up the link that a hash stands for while it may be used; undefined where there is none. */
export async function findLink(
  db: Database,
  hash: string,
  clock: Clock,
): Promise<StoredSession | undefined> {
  const now = clock.now();
  const query = selectSessions(and(isLink(hash, now), isBacked(now)));
  return (await withRetries(clock, () => selectRows(db, query)))[0];
}

/** Turns a link into a session, once: false, and nothing stored, where somebody else did, or it is over. */
export async function openByLink(
  db: Database,
  linkHash: string,
  session: SessionToStore,
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<boolean> {
  const opened = insertRows(
    consoleSessions,
    {
      ...openedCells("session", session, now),
      keyHash: consoleSessions.keyHash,
      adminMark: consoleSessions.adminMark,
    },
    { from: consoleSessions, where: isLink(linkHash, now) },
  );
  const used = build.delete(consoleSessions).where(eq(consoleSessions.hash, linkHash));
  const results = await db.batch([
    prepare(db, opened),
    ...auditStatements(db, audit),
    prepare(db, used),
  ]);
  return results[0]?.meta.changes === 1;
}

/** Two kinds of session: of the console, and of a set-up link. */
type SessionKind = "session" | "setup";

/** The cells of a session that is opened now, but for what it stands for. */
export function openedCells(kind: SessionKind, session: SessionToStore, now: number) {
  return {
    hash: sql`${session.hash}`,
    id: sql`${session.id}`,
    kind: sql`${kind}`,
    createdAt: sql`${now}`,
    endsAt: sql`${session.endsAt}`,
    lastSeenAt: sql`${now}`,
    clientIp: sql`${session.clientIp ?? null}`,
    userAgent: sql`${session.userAgent ?? null}`,
  };
}

/**
 * Looks up the live session that a hash stands for, with what its key may do now, and notes that it is used;
 * undefined where there is none any more. One round trip.
 */
export async function useSession(
  db: Database,
  hash: string,
  clock: Clock,
): Promise<StoredSession | undefined> {
  return await readInUse(db, { kind: "session", hash }, clock, (isLive, now) =>
    selectSessions(and(isLive, isBacked(now))),
  );
}

/** Runs the query of a session that is live, and notes in the same round trip that it is used; gives its first row. */
export async function readInUse<Query extends BuiltQuery>(
  db: Database,
  { kind, hash }: { readonly kind: SessionKind; readonly hash: string },
  clock: Clock,
  queryOf: (isLive: SQL | undefined, now: number) => Query,
): Promise<RowOf<Query> | undefined> {
  const now = clock.now();
  const isLive = and(eq(consoleSessions.hash, hash), isLiveAt(now, kind));
  const isNoted = lte(consoleSessions.lastSeenAt, now - LAST_SEEN_EVERY_MS);
  const noted = build.update(consoleSessions).set({ lastSeenAt: now }).where(and(isLive, isNoted));
  const [, found] = await withRetries(clock, () =>
    db.batch([prepare(db, noted), prepare(db, queryOf(isLive, now))]),
  );
  return rowsOf<RowOf<Query>>(found)[0];
}

/** Lists the sessions that live, newest first; `beforeId` is where the last page ended. */
export function listSessions(
  db: Database,
  { beforeId, limit, now }: { readonly beforeId: string | undefined } & Page,
): Promise<readonly StoredSession[]> {
  const isOnPage = beforeId === undefined ? undefined : lt(consoleSessions.id, beforeId);
  const query = selectSessions(and(isLiveAt(now, "session"), isBacked(now), isOnPage));
  return selectRows(db, query.orderBy(desc(consoleSessions.id)).limit(limit));
}

interface Page {
  readonly limit: number;
  readonly now: number;
}

/** Ends a session of a kind by its public id; false where there is none. */
export async function endSession(
  db: Database,
  { kind, id }: { readonly kind: SessionKind; readonly id: string },
  audit: AuditRow,
): Promise<boolean> {
  const ended = build
    .delete(consoleSessions)
    .where(and(eq(consoleSessions.id, id), eq(consoleSessions.kind, kind)));
  const [result] = await db.batch([prepare(db, ended), ...auditStatements(db, audit)]);
  return result?.meta.changes === 1;
}

/** One run deletes so many at most; the next minute deletes the next ones. */
const PRUNED_ROWS = 500;

/** Deletes sessions and links that are over. */
export async function pruneSessions(db: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  const isOver = or(
    lte(consoleSessions.endsAt, now),
    lte(consoleSessions.lastSeenAt, now - SESSION_IDLE_MS),
  );
  const over = build
    .select(named({ hash: consoleSessions.hash }))
    .from(consoleSessions)
    .where(isOver)
    .limit(PRUNED_ROWS);
  const pruned = build.delete(consoleSessions).where(inArray(consoleSessions.hash, over));
  await withRetries(clock, () => prepare(db, pruned).run());
}

function isLink(hash: string, now: number): SQL | undefined {
  return and(
    eq(consoleSessions.hash, hash),
    eq(consoleSessions.kind, "link"),
    gt(consoleSessions.endsAt, now),
  );
}

function isLiveAt(now: number, kind: SessionKind): SQL | undefined {
  return and(
    eq(consoleSessions.kind, kind),
    gt(consoleSessions.endsAt, now),
    gt(consoleSessions.lastSeenAt, now - SESSION_IDLE_MS),
  );
}

/** That the key of a session, where it stands for one, is as good as it was. */
function isBacked(now: number): SQL | undefined {
  const isKeyLive = and(
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)),
    hasLiveConnector(),
  );
  return or(
    isNull(consoleSessions.keyHash),
    and(eq(apiKeys.hash, consoleSessions.keyHash), isKeyLive),
  );
}
