import { and, desc, eq, exists, gt, gte, isNull, sql } from "drizzle-orm";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, credentials, oauthClients } from "#store/schema.ts";
import {
  build,
  named,
  prepare,
  type RowOf,
  rowsOf,
  selectRows,
  statement,
} from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { AuditRow } from "./audit-row.ts";
import {
  type Creating,
  connectorLives,
  insertToken,
  isTokenStored,
  type TokenToStore,
} from "./tokens.ts";

/** An OAuth client as it is stored: by the hash of its secret, never the secret. */
export interface ClientToStore {
  readonly id: string;
  readonly name: string | undefined;
  readonly secretHash: string;
  readonly hint: string;
  readonly scope: "read" | "read-write";
}

/** An OAuth client as administrators see it; times in milliseconds. */
export type OauthClient = RowOf<ReturnType<typeof selectClients>>;

/** A client as the token endpoint needs it, with its connector's state. */
export interface KnownClient extends Omit<RowOf<typeof FIND_CLIENT>, "status" | "settings"> {
  readonly isConnectorEnabled: boolean;
  /** The settings of its connector. */
  readonly settings: ConnectorSettings;
  /** Its live access tokens that have over half their life before them, newest first. */
  readonly freshTokens: readonly FreshToken[];
}

/** An access token that a client may be given once more. */
export type FreshToken = RowOf<typeof FIND_FRESH_TOKENS>;

/**
 * Stores one more client of a connector; several live side by side. undefined, and nothing stored, when
 * the connector was deleted meanwhile.
 */
export async function createClient(
  db: Database,
  connectorId: ConnectorId,
  { id, name, secretHash, hint, scope }: ClientToStore,
  { now, audit, first }: Creating,
): Promise<"stored" | undefined> {
  const cells = {
    connectorId: sql`${connectorId}`,
    id: sql`${id}`,
    name: sql`${name ?? null}`,
    secretHash: sql`${secretHash}`,
    hint: sql`${hint}`,
    scope: sql`${scope}`,
    createdAt: sql`${now}`,
  };
  const insert = insertRows(oauthClients, cells, {
    where: connectorLives(connectorId),
    returning: named({ id: oauthClients.id }),
  });
  const [stored] = await db.batch([
    prepare(db, insert),
    ...auditStatements(db, audit),
    ...firstAnswerStatements(db, first),
  ]);
  return stored?.results.length === 0 ? undefined : "stored";
}

/** More clients than these on one connector come from a script gone wrong. */
const CLIENTS_LISTED_MAX = 1_000;

/** Lists a connector's clients, newest first, revoked ones too. */
export function listClients(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly OauthClient[]> {
  return selectRows(db, selectClients(connectorId));
}

function selectClients(connectorId: ConnectorId) {
  return build
    .select(
      named({
        id: oauthClients.id,
        name: oauthClients.name,
        hint: oauthClients.hint,
        scope: oauthClients.scope,
        createdAt: oauthClients.createdAt,
        revokedAt: oauthClients.revokedAt,
        lastUsedAt: oauthClients.lastUsedAt,
      }),
    )
    .from(oauthClients)
    .where(eq(oauthClients.connectorId, connectorId))
    .orderBy(desc(oauthClients.id))
    .limit(CLIENTS_LISTED_MAX);
}

/** Revokes a client with every access token it was given; undefined when the connector has no such client. */
export async function revokeClient(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<"revoked" | undefined> {
  const isClient = and(eq(oauthClients.connectorId, connectorId), eq(oauthClients.id, id));
  const revokedClient = build
    .update(oauthClients)
    .set({ revokedAt: now })
    .where(and(isClient, isNull(oauthClients.revokedAt)));
  const found = build
    .select(named({ id: oauthClients.id }))
    .from(oauthClients)
    .where(isClient);
  const revokedTokens = build
    .update(credentials)
    .set({ revokedAt: sql`coalesce(${credentials.revokedAt}, ${now})` })
    .where(and(eq(credentials.connectorId, connectorId), eq(credentials.clientId, id)));
  const results = await db.batch([
    prepare(db, revokedClient),
    ...auditStatements(db, audit),
    prepare(db, revokedTokens),
    prepare(db, found),
  ]);
  return results.at(-1)?.results.length === 0 ? undefined : "revoked";
}

/** So many scopes can be asked for in turn, and a few askers at once may have met. */
const FRESH_TOKENS_MAX = 20;

const FIND_CLIENT = statement<{ id: string }>()(({ id }) =>
  build
    .select(
      named({
        id: oauthClients.id,
        connectorId: oauthClients.connectorId,
        secretHash: oauthClients.secretHash,
        scope: oauthClients.scope,
        revokedAt: oauthClients.revokedAt,
        status: connectors.status,
        settings: connectors.settings,
      }),
    )
    .from(oauthClients)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, oauthClients.connectorId),
        eq(oauthClients.id, id),
        isNull(connectors.deletedAt),
      ),
    ),
);

// By the index on connector and id, whose order is the order of time.
const FIND_FRESH_TOKENS = statement<{ id: string; firstId: string; expiresAfter: number }>()(
  ({ id, firstId, expiresAfter }) =>
    build
      .select(
        named({
          id: credentials.id,
          hash: credentials.hash,
          scope: credentials.scope,
          expiresAt: sql<number>`${credentials.expiresAt}`,
        }),
      )
      .from(oauthClients)
      .crossJoin(credentials)
      .where(
        and(
          eq(credentials.connectorId, oauthClients.connectorId),
          gte(credentials.id, firstId),
          eq(oauthClients.id, id),
          eq(credentials.clientId, oauthClients.id),
          isNull(credentials.revokedAt),
          gt(credentials.expiresAt, expiresAfter),
        ),
      )
      .orderBy(desc(credentials.id))
      .limit(FRESH_TOKENS_MAX),
);

/** Finds a client by its id alone, whatever connector it belongs to; an access token lives for `lifeMs`. */
export async function findClient(
  db: Database,
  id: string,
  { now, lifeMs }: { readonly now: number; readonly lifeMs: number },
): Promise<KnownClient | undefined> {
  const half = lifeMs / 2;
  const fresh = { id, firstId: firstIdAt(now - half), expiresAfter: now + half };
  const [clients, tokens] = await db.batch([
    FIND_CLIENT.bind(db, { id }),
    FIND_FRESH_TOKENS.bind(db, fresh),
  ]);
  const [row] = rowsOf<RowOf<typeof FIND_CLIENT>>(clients);
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
  const used = build
    .update(oauthClients)
    .set({ lastUsedAt: now })
    .where(and(eq(oauthClients.id, client.id), isTokenStored(token.hash)));
  const [stored] = await db.batch([insertToken(db, owner, token, now, holds), prepare(db, used)]);
  return stored?.results.length === 0 ? undefined : "stored";
}
