import { and, desc, eq, isNull } from "drizzle-orm";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, queryBuilder } from "./database.ts";
import { credentials } from "./schema.ts";

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
