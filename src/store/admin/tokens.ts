import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { selectRows } from "#store/query.ts";

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
export interface Token {
  readonly id: string;
  readonly name: string | null;
  readonly hint: string;
  readonly scope: "read" | "read-write";
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** Whose a new credential is: a connector by its number, or one that the same batch has just stored. */
export type CredentialOwner =
  | { readonly number: ConnectorId; readonly clientId?: string }
  | { readonly publicId: string };

/** What has to hold where a credential is stored: a condition on ?1, the owner, and on values from ?11 on. */
export interface StoringPremise {
  readonly condition: string;
  readonly values: readonly (string | number)[];
}

const ALWAYS: StoringPremise = { condition: "true", values: [] };

/** That the connector was not deleted since it was looked up. */
const WHILE_CONNECTOR_LIVES: StoringPremise = {
  condition: "EXISTS (SELECT 1 FROM connectors WHERE number = ?1 AND deleted_at IS NULL)",
  values: [],
};

/**
 * The statement that stores a credential if its premise holds, and gives its id back: an access token
 * where it is a client's, else a token.
 */
export function insertToken(
  db: Database,
  owner: CredentialOwner,
  token: TokenToStore,
  now: number,
  { condition, values }: StoringPremise = ALWAYS,
): D1PreparedStatement {
  const connector = "number" in owner ? "?1" : "(SELECT number FROM connectors WHERE id = ?1)";
  const clientId = "number" in owner ? owner.clientId : undefined;
  return db
    .prepare(
      `INSERT INTO credentials (connector_id, hash, id, kind, name, hint, scope, created_at, expires_at, client_id)
       SELECT ${connector}, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE ${condition} RETURNING id`,
    )
    .bind(
      "number" in owner ? owner.number : owner.publicId,
      token.hash,
      token.id,
      clientId === undefined ? "token" : "access",
      token.name ?? null,
      token.hint,
      token.scope,
      now,
      token.expiresAt ?? null,
      clientId ?? null,
      ...values,
    );
}

/**
 * Stores one more token of a connector; several live side by side. undefined, and nothing stored, when
 * the connector was deleted meanwhile.
 */
export async function createStoredToken(
  db: Database,
  connectorId: ConnectorId,
  token: TokenToStore,
  now: number,
): Promise<"stored" | undefined> {
  const insert = insertToken(db, { number: connectorId }, token, now, WHILE_CONNECTOR_LIVES);
  return (await insert.all()).results.length === 0 ? undefined : "stored";
}

/** SEMANTICS sets no limit on tokens; a connector with more than these has been scripted wrong. */
const TOKENS_LISTED_MAX = 1_000;

/** Lists a connector's tokens, newest first, revoked ones too. */
export function listTokens(db: Database, connectorId: ConnectorId): Promise<readonly Token[]> {
  const text = `SELECT ${SHOWN} FROM credentials AS c WHERE connector_id = ?1 AND kind = 'token'
    ORDER BY id DESC LIMIT ${TOKENS_LISTED_MAX}`;
  return selectRows<Token>(db, text, connectorId);
}

/** Revokes a token from the next request on; undefined when the connector has no such token. */
export async function revokeToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<"revoked" | undefined> {
  const text = `UPDATE credentials SET revoked_at = coalesce(revoked_at, ?3)
    WHERE connector_id = ?1 AND id = ?2 AND kind = 'token' RETURNING id`;
  const found = await selectRows(db, text, connectorId, id, now);
  return found.length === 0 ? undefined : "revoked";
}

/**
 * A new token in the place of an old one, which ends when the overlap is over, or sooner; of that end
 * nobody needs a warning. undefined, and nothing changed, when the old one does not live any more.
 */
export async function rotateToken(
  db: Database,
  connectorId: ConnectorId,
  formerId: string,
  token: TokenToStore,
  times: { readonly now: number; readonly endsAt: number },
): Promise<"rotated" | undefined> {
  const former = `EXISTS (SELECT 1 FROM credentials AS c
    WHERE c.connector_id = ?1 AND c.id = ?11 AND ${liveAt("?8")})`;
  const premise = {
    condition: `${WHILE_CONNECTOR_LIVES.condition} AND ${former}`,
    values: [formerId],
  };
  const owner = { number: connectorId };
  const ending = db
    .prepare(
      `UPDATE credentials SET expires_at = min(coalesce(expires_at, ?3), ?3), warned_days = 0
       WHERE connector_id = ?1 AND id = ?2 AND EXISTS (SELECT 1 FROM credentials WHERE hash = ?4)`,
    )
    .bind(connectorId, formerId, times.endsAt, token.hash);
  const [inserted] = await db.batch([insertToken(db, owner, token, times.now, premise), ending]);
  return inserted?.results.length === 0 ? undefined : "rotated";
}

/** Finds a token of a connector that may still be used. */
export async function findLiveToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<Token | undefined> {
  const text = `SELECT ${SHOWN} FROM credentials AS c WHERE connector_id = ?1 AND id = ?2 AND ${liveAt("?3")}`;
  return (await selectRows<Token>(db, text, connectorId, id, now))[0];
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
): Promise<readonly OwnedToken[]> {
  const text = `SELECT ${SHOWN}, k.id AS connectorId
    FROM credentials AS c CROSS JOIN connectors AS k ON k.number = c.connector_id
    WHERE k.deleted_at IS NULL AND coalesce(c.last_used_at, c.created_at) < ?1 AND ${liveAt("?2")}
    ORDER BY c.id LIMIT ${page.limit} OFFSET ${page.offset}`;
  return selectRows<OwnedToken>(db, text, page.since, page.now);
}

const SHOWN = `c.id AS id, c.name AS name, c.hint AS hint, c.scope AS scope, c.created_at AS createdAt,
  c.expires_at AS expiresAt, c.revoked_at AS revokedAt, c.last_used_at AS lastUsedAt`;

/** The condition that a token may still be used at a moment. */
function liveAt(now: string): string {
  return `c.kind = 'token' AND c.revoked_at IS NULL AND coalesce(c.expires_at > ${now}, 1)`;
}
