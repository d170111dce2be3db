import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";
import { selectRows } from "./query.ts";
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
  readonly isActive: boolean;
  readonly isConnectorEnabled: boolean;
}

/** Stores one more client of a connector; several live side by side. */
export async function createClient(
  db: Database,
  connectorId: ConnectorId,
  { id, name, secretHash, hint, scope }: ClientToStore,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO oauth_clients (connector_id, id, name, secret_hash, hint, scope, created_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
    )
    .bind(connectorId, id, name ?? null, secretHash, hint, scope, now)
    .run();
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

type ClientRow = Omit<KnownClient, "isActive" | "isConnectorEnabled"> & {
  readonly revokedAt: number | null;
  readonly status: string;
};

/** Finds a client by its id alone, whatever connector it belongs to. */
export async function findClient(db: Database, id: string): Promise<KnownClient | undefined> {
  const text = `SELECT c.id AS id, c.connector_id AS connectorId, c.secret_hash AS secretHash, c.scope AS scope,
      c.revoked_at AS revokedAt, k.status AS status
    FROM oauth_clients AS c CROSS JOIN connectors AS k ON k.number = c.connector_id
    WHERE c.id = ?1 AND k.deleted_at IS NULL`;
  const [row] = await selectRows<ClientRow>(db, text, id);
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
  const owner = { number: client.connectorId, clientId: client.id };
  await db.batch([
    insertToken(db, owner, token, now),
    db.prepare("UPDATE oauth_clients SET last_used_at = ?2 WHERE id = ?1").bind(client.id, now),
  ]);
}
