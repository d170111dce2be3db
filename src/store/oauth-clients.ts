import { and, desc, eq, isNull } from "drizzle-orm";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, queryBuilder } from "./database.ts";
import { connectors, credentials, oauthClients } from "./schema.ts";
import { type TokenToStore, tokenColumns } from "./tokens.ts";

/** An OAuth client as it is stored: by the hash of its secret, never the secret. */
export interface ClientToStore {
  readonly id: string;
  readonly name: string | undefined;
  readonly secretHash: string;
  readonly hint: string;
  readonly scope: "read" | "read-write";
}

/** An OAuth client as administrators see it; times in milliseconds. */
export type OauthClient = Omit<typeof oauthClients.$inferSelect, "secretHash" | "connectorId">;

/** A client as the token endpoint needs it, with its connector's state. */
export interface KnownClient {
  readonly id: string;
  readonly connectorId: ConnectorId;
  readonly secretHash: string;
  readonly scope: "read" | "read-write";
  readonly isActive: boolean;
  readonly isConnectorEnabled: boolean;
}

/** Stores one more client of a connector; several live side by side. */
export async function createClient(
  db: Database,
  connectorId: ConnectorId,
  client: ClientToStore,
  now: number,
): Promise<void> {
  await queryBuilder(db)
    .insert(oauthClients)
    .values({ ...client, connectorId, createdAt: now });
}

/** More clients than these on one connector come from a script gone wrong. */
const CLIENTS_LISTED_MAX = 1_000;

/** Lists a connector's clients, newest first, revoked ones too. */
export async function listClients(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly OauthClient[]> {
  const rows = await queryBuilder(db)
    .select()
    .from(oauthClients)
    .where(eq(oauthClients.connectorId, connectorId))
    .orderBy(desc(oauthClients.id))
    .limit(CLIENTS_LISTED_MAX);
  return rows.map(({ secretHash: _, connectorId: __, ...client }) => client);
}

/** Revokes a client with every access token it was given; undefined when the connector has no such client. */
export async function revokeClient(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<"revoked" | undefined> {
  const own = and(eq(oauthClients.connectorId, connectorId), eq(oauthClients.id, id));
  const build = queryBuilder(db);
  const [, , found] = await build.batch([
    build
      .update(oauthClients)
      .set({ revokedAt: now })
      .where(and(own, isNull(oauthClients.revokedAt))),
    build
      .update(credentials)
      .set({ revokedAt: now })
      .where(
        and(
          eq(credentials.connectorId, connectorId),
          eq(credentials.clientId, id),
          isNull(credentials.revokedAt),
        ),
      ),
    build.select({ id: oauthClients.id }).from(oauthClients).where(own),
  ]);
  return found.length === 0 ? undefined : "revoked";
}

/** Finds a client by its id alone, whatever connector it belongs to. */
export async function findClient(db: Database, id: string): Promise<KnownClient | undefined> {
  const [row] = await queryBuilder(db)
    .select({
      id: oauthClients.id,
      connectorId: oauthClients.connectorId,
      secretHash: oauthClients.secretHash,
      scope: oauthClients.scope,
      revokedAt: oauthClients.revokedAt,
      status: connectors.status,
    })
    .from(oauthClients)
    .innerJoin(connectors, eq(connectors.number, oauthClients.connectorId))
    .where(and(eq(oauthClients.id, id), isNull(connectors.deletedAt)));
  if (row === undefined) return undefined;
  const { revokedAt, status, ...client } = row;
  return { ...client, isActive: revokedAt === null, isConnectorEnabled: status === "active" };
}

/** Stores an access token of a client, and that the client was used. */
export async function storeAccessToken(
  db: Database,
  client: KnownClient,
  token: TokenToStore,
  now: number,
): Promise<void> {
  const build = queryBuilder(db);
  await build.batch([
    build.insert(credentials).values({
      ...tokenColumns(token, now),
      kind: "access",
      connectorId: client.connectorId,
      clientId: client.id,
    }),
    build.update(oauthClients).set({ lastUsedAt: now }).where(eq(oauthClients.id, client.id)),
  ]);
}
