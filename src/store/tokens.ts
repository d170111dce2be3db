import { and, desc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, queryBuilder } from "./database.ts";
import { connectors, credentials } from "./schema.ts";

/** A token as it is stored: by the hash of its secret, never the secret. */
export interface TokenToStore {
  readonly id: string;
  readonly hash: string;
  readonly hint: string;
  readonly name: string | undefined;
  readonly scope: "read" | "read-write";
  readonly expiresAt: number | undefined;
}

/** A token as administrators see it; times in milliseconds. */
export type Token = Pick<
  typeof credentials.$inferSelect,
  "id" | "name" | "hint" | "scope" | "createdAt" | "expiresAt" | "revokedAt" | "lastUsedAt"
>;

/** The columns of a new token but its connector. */
export function tokenColumns(token: TokenToStore, now: number) {
  return { ...token, kind: "token" as const, createdAt: now };
}

/** Stores one more token of a connector; several live side by side. */
export async function createStoredToken(
  db: Database,
  connectorId: ConnectorId,
  token: TokenToStore,
  now: number,
): Promise<void> {
  await queryBuilder(db)
    .insert(credentials)
    .values({ ...tokenColumns(token, now), connectorId });
}

/** SEMANTICS sets no limit on tokens; a connector with more than these has been scripted wrong. */
const TOKENS_LISTED_MAX = 1_000;

/** Lists a connector's tokens, newest first, revoked ones too. */
export function listTokens(db: Database, connectorId: ConnectorId): Promise<Token[]> {
  return queryBuilder(db)
    .select(SHOWN)
    .from(credentials)
    .where(and(eq(credentials.connectorId, connectorId), eq(credentials.kind, "token")))
    .orderBy(desc(credentials.id))
    .limit(TOKENS_LISTED_MAX);
}

/** Revokes a token from the next request on; undefined when the connector has no such token. */
export async function revokeToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<"revoked" | undefined> {
  const own = and(eq(credentials.connectorId, connectorId), eq(credentials.id, id));
  const build = queryBuilder(db);
  const [, found] = await build.batch([
    build
      .update(credentials)
      .set({ revokedAt: now })
      .where(and(own, isNull(credentials.revokedAt))),
    build.select({ id: credentials.id }).from(credentials).where(own),
  ]);
  return found.length === 0 ? undefined : "revoked";
}

/** A new token in the place of an old one, which ends when the overlap is over, or sooner. */
export async function rotateToken(
  db: Database,
  connectorId: ConnectorId,
  formerId: string,
  token: TokenToStore,
  times: { readonly now: number; readonly endsAt: number },
): Promise<void> {
  const build = queryBuilder(db);
  const own = and(eq(credentials.connectorId, connectorId), eq(credentials.id, formerId));
  await build.batch([
    build.insert(credentials).values({ ...tokenColumns(token, times.now), connectorId }),
    build
      .update(credentials)
      .set({ expiresAt: sql`min(coalesce(expires_at, ${times.endsAt}), ${times.endsAt})` })
      .where(own),
  ]);
}

/** Finds a token of a connector that may still be used. */
export async function findLiveToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<Token | undefined> {
  const rows = await queryBuilder(db)
    .select(SHOWN)
    .from(credentials)
    .where(
      and(
        eq(credentials.connectorId, connectorId),
        eq(credentials.id, id),
        eq(credentials.kind, "token"),
        isNull(credentials.revokedAt),
        or(isNull(credentials.expiresAt), gt(credentials.expiresAt, now)),
      ),
    );
  return rows[0];
}

/** A live token with the public id of its connector. */
export interface OwnedToken extends Token {
  readonly connectorId: string;
}

/** Lists live tokens of all connectors that nobody has used since a moment, the oldest first. */
export function listUnusedTokens(
  db: Database,
  page: {
    readonly since: number;
    readonly now: number;
    readonly offset: number;
    readonly limit: number;
  },
): Promise<OwnedToken[]> {
  return queryBuilder(db)
    .select({ ...SHOWN, connectorId: sql<string>`${connectors.id}`.as("owner_id") })
    .from(credentials)
    .innerJoin(connectors, eq(connectors.number, credentials.connectorId))
    .where(
      and(
        isNull(connectors.deletedAt),
        eq(credentials.kind, "token"),
        isNull(credentials.revokedAt),
        or(isNull(credentials.expiresAt), gt(credentials.expiresAt, page.now)),
        lt(sql`coalesce(${credentials.lastUsedAt}, ${credentials.createdAt})`, page.since),
      ),
    )
    .orderBy(credentials.id)
    .limit(page.limit)
    .offset(page.offset);
}

const SHOWN = {
  id: credentials.id,
  name: credentials.name,
  hint: credentials.hint,
  scope: credentials.scope,
  createdAt: credentials.createdAt,
  expiresAt: credentials.expiresAt,
  revokedAt: credentials.revokedAt,
  lastUsedAt: credentials.lastUsedAt,
};
