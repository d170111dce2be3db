import { and, eq, exists, isNull } from "drizzle-orm";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { rowsOf, selectRows } from "#store/query.ts";
import { connectors, credentials, oauthClients } from "#store/schema.ts";
import { build, named, prepare } from "#store/statement.ts";
import { insertToken, type TokenToStore } from "./tokens.ts";

/** An OAuth client as it is stored: by the hash of its secret, never the secret. */
export interface ClientToStore {
  readonly id: string;
  readonly name: string | undefined;
  readonly secretHash: string;
  readonly hint: string;
  readonly scope: "read" | "read-write";
}

/** An OAuth client as administrators see it; times in milliseconds. */
export interface OauthClient {
  readonly id: string;
  readonly name: string | null;
  readonly hint: string;
  readonly scope: "read" | "read-write";
  readonly createdAt: number;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A client as the token endpoint needs it, with its connector's state. */
export interface KnownClient {
  readonly id: string;
  readonly connectorId: ConnectorId;
  readonly secretHash: string;
  readonly scope: "read" | "read-write";
  readonly revokedAt: number | null;
  readonly isConnectorEnabled: boolean;
  /** The settings of its connector. */
  readonly settings: ConnectorSettings;
  /** Its live access tokens that have over half their life before them, newest first. */
  readonly freshTokens: readonly FreshToken[];
}

/** An access token that a client may be given once more. */
export interface FreshToken {
  readonly id: string;
  readonly hash: string;
  readonly scope: "read" | "read-write";
  readonly expiresAt: number;
}

/**
 * Stores one more client of a connector; several live side by side. undefined, and nothing stored, when
 * the connector was deleted meanwhile.
 */
export async function createClient(
  db: Database,
  connectorId: ConnectorId,
  { id, name, secretHash, hint, scope }: ClientToStore,
  now: number,
): Promise<"stored" | undefined> {
  const { results } = await db
    .prepare(
      `INSERT INTO oauth_clients (connector_id, id, name, secret_hash, hint, scope, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE EXISTS (SELECT 1 FROM connectors WHERE number = ?1 AND deleted_at IS NULL) RETURNING id`,
    )
    .bind(connectorId, id, name ?? null, secretHash, hint, scope, now)
    .all();
  return results.length === 0 ? undefined : "stored";
}

/** More clients than these on one connector come from a script gone wrong. */
const CLIENTS_LISTED_MAX = 1_000;

/** Lists a connector's clients, newest first, revoked ones too. */
export function listClients(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly OauthClient[]> {
  const text = `SELECT id, name, hint, scope, created_at AS createdAt, revoked_at AS revokedAt,
      last_used_at AS lastUsedAt
    FROM oauth_clients WHERE connector_id = ?1 ORDER BY id DESC LIMIT ${CLIENTS_LISTED_MAX}`;
  return selectRows<OauthClient>(db, text, connectorId);
}

/** Revokes a client with every access token it was given; undefined when the connector has no such client. */
export async function revokeClient(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<"revoked" | undefined> {
  const [client] = await db.batch([
    db
      .prepare(
        `UPDATE oauth_clients SET revoked_at = coalesce(revoked_at, ?3)
         WHERE connector_id = ?1 AND id = ?2 RETURNING id`,
      )
      .bind(connectorId, id, now),
    db
      .prepare(
        `UPDATE credentials SET revoked_at = coalesce(revoked_at, ?3)
         WHERE connector_id = ?1 AND client_id = ?2`,
      )
      .bind(connectorId, id, now),
  ]);
  return client?.results.length === 0 ? undefined : "revoked";
}

type ClientRow = Omit<KnownClient, "isConnectorEnabled" | "settings" | "freshTokens"> & {
  readonly status: string;
  readonly settings: string;
};

/** So many scopes can be asked for in turn, and a few askers at once may have met. */
const FRESH_TOKENS_MAX = 20;

/** Finds a client by its id alone, whatever connector it belongs to; an access token lives for `lifeMs`. */
export async function findClient(
  db: Database,
  id: string,
  { now, lifeMs }: { readonly now: number; readonly lifeMs: number },
): Promise<KnownClient | undefined> {
  const client = `SELECT c.id AS id, c.connector_id AS connectorId, c.secret_hash AS secretHash, c.scope AS scope,
      c.revoked_at AS revokedAt, k.status AS status, k.settings AS settings
    FROM oauth_clients AS c CROSS JOIN connectors AS k ON k.number = c.connector_id
    WHERE c.id = ?1 AND k.deleted_at IS NULL`;
  // By the index on connector and id, whose order is the order of time.
  const fresh = `SELECT t.id AS id, t.hash AS hash, t.scope AS scope, t.expires_at AS expiresAt
    FROM oauth_clients AS c CROSS JOIN credentials AS t ON t.connector_id = c.connector_id AND t.id >= ?2
    WHERE c.id = ?1 AND t.client_id = c.id AND t.revoked_at IS NULL AND t.expires_at > ?3
    ORDER BY t.id DESC LIMIT ${FRESH_TOKENS_MAX}`;
  const half = lifeMs / 2;
  const [clients, tokens] = await db.batch([
    db.prepare(client).bind(id),
    db.prepare(fresh).bind(id, firstIdAt(now - half), now + half),
  ]);
  const [row] = rowsOf<ClientRow>(clients);
  if (row === undefined) return undefined;
  const { status, settings, ...columns } = row;
  return {
    ...columns,
    isConnectorEnabled: status === "active",
    settings: parseSettings(settings),
    freshTokens: rowsOf<FreshToken>(tokens),
  };
}

/**
 * Stores an access token of a client, and that the client was used. undefined, and nothing stored, when
 * the client or its connector does not hold any more: both are looked at inside the batch.
 */
export async function storeAccessToken(
  db: Database,
  client: KnownClient,
  token: TokenToStore,
  now: number,
): Promise<"stored" | undefined> {
  const owner = { number: client.connectorId, clientId: client.id };
  const holds = exists(
    build
      .select(named({ id: oauthClients.id }))
      .from(oauthClients)
      .crossJoin(connectors)
      .where(
        and(
          eq(connectors.number, oauthClients.connectorId),
          eq(oauthClients.id, client.id),
          eq(oauthClients.connectorId, client.connectorId),
          isNull(oauthClients.revokedAt),
          eq(oauthClients.secretHash, client.secretHash),
          isNull(connectors.deletedAt),
          eq(connectors.status, "active"),
        ),
      ),
  );
  const isStored = exists(
    build
      .select(named({ id: credentials.id }))
      .from(credentials)
      .where(eq(credentials.hash, token.hash)),
  );
  const used = build
    .update(oauthClients)
    .set({ lastUsedAt: now })
    .where(and(eq(oauthClients.id, client.id), isStored));
  const [stored] = await db.batch([insertToken(db, owner, token, now, holds), prepare(db, used)]);
  return stored?.results.length === 0 ? undefined : "stored";
}
