import {
  and,
  asc,
  desc,
  eq,
  exists,
  isNull,
  lt,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { type FirstAnswer, firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, credentials } from "#store/schema.ts";
import { build, named, type Prepared, prepare, type RowOf, selectRows } from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { AuditRow } from "./audit-row.ts";
import { type ConnectorLimits, isWithin } from "./connector-limits.ts";

/** A token as it is stored: by the hash of its secret, never the secret. */
export interface TokenToStore {
  readonly id: string;
  readonly hash: string;
  readonly hint: string;
  readonly name: string | undefined;
  readonly scope: "read" | "read-write";
  readonly expiresAt: number | undefined;
}

/** Whose a new credential is: a connector by its number, or one that the same batch has just stored. */
export type CredentialOwner =
  | { readonly number: ConnectorId; readonly clientId?: string }
  | { readonly publicId: string };

/**
 * The statement that stores a credential on a condition, and gives its id back: an access token where it
 * is a client's, else a token.
 */
export function insertToken(
  db: Database,
  owner: CredentialOwner,
  token: TokenToStore,
  now: number,
  condition?: SQL,
): Prepared<{ readonly id: string }> {
  const clientId = "number" in owner ? owner.clientId : undefined;
  const cells = {
    connectorId: "number" in owner ? sql`${owner.number}` : numberOf(owner.publicId),
    hash: sql`${token.hash}`,
    id: sql`${token.id}`,
    kind: sql`${clientId === undefined ? "token" : "access"}`,
    name: sql`${token.name ?? null}`,
    hint: sql`${token.hint}`,
    scope: sql`${token.scope}`,
    createdAt: sql`${now}`,
    expiresAt: sql`${token.expiresAt ?? null}`,
    clientId: sql`${clientId ?? null}`,
  };
  const stored = named({ id: credentials.id });
  return prepare(db, insertRows(credentials, cells, { where: condition, returning: stored }));
}

/** The number of a connector that the same batch has just stored. */
function numberOf(publicId: string): SQLWrapper {
  return build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(eq(connectors.id, publicId));
}

/** That the connector was not deleted since it was looked up. */
export function connectorLives(connectorId: ConnectorId): SQL {
  return exists(
    build
      .select(named({ number: connectors.number }))
      .from(connectors)
      .where(and(eq(connectors.number, connectorId), isNull(connectors.deletedAt))),
  );
}

/** That the batch has stored the credential with this hash: what follows it goes by that. */
export function isTokenStored(hash: string): SQL {
  return exists(
    build
      .select(named({ id: credentials.id }))
      .from(credentials)
      .where(eq(credentials.hash, hash)),
  );
}

/** What travels with a create: its moment, its row of the trail, and its answer where a repetition is to get it. */
export interface Creating {
  readonly now: number;
  readonly audit: AuditRow;
  readonly first?: FirstAnswer | undefined;
}

/**
 * Stores one more token of a connector; several live side by side. undefined, and nothing stored, when
 * the connector was deleted meanwhile.
 */
export async function createStoredToken(
  db: Database,
  connectorId: ConnectorId,
  token: TokenToStore,
  { now, audit, first }: Creating,
): Promise<"stored" | undefined> {
  const owner = { number: connectorId };
  const insert = insertToken(db, owner, token, now, connectorLives(connectorId));
  const [stored] = await db.batch([
    insert,
    ...auditStatements(db, audit),
    ...firstAnswerStatements(db, first),
  ]);
  return stored?.results.length === 0 ? undefined : "stored";
}

/** Nothing limits how many tokens there are; a connector with more than these has been scripted wrong. */
const TOKENS_LISTED_MAX = 1_000;

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

/** A token as administrators see it; times in milliseconds. */
export type Token = RowOf<ReturnType<typeof selectTokens>>;

function selectTokens(condition: SQL | undefined) {
  return build
    .select(named(SHOWN))
    .from(credentials)
    .where(and(eq(credentials.kind, "token"), condition));
}

/** Lists a connector's tokens, newest first, revoked ones too. */
export function listTokens(db: Database, connectorId: ConnectorId): Promise<readonly Token[]> {
  const query = selectTokens(eq(credentials.connectorId, connectorId))
    .orderBy(desc(credentials.id))
    .limit(TOKENS_LISTED_MAX);
  return selectRows(db, query);
}

/** Revokes a token from the next request on; undefined when the connector has no such token. */
export async function revokeToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<"revoked" | undefined> {
  const query = build
    .update(credentials)
    .set({ revokedAt: now })
    .where(
      and(
        isCredential(connectorId, id),
        eq(credentials.kind, "token"),
        isNull(credentials.revokedAt),
      ),
    );
  const found = prepare(db, selectTokens(isCredential(connectorId, id)));
  const results = await db.batch([prepare(db, query), ...auditStatements(db, audit), found]);
  return results.at(-1)?.results.length === 0 ? undefined : "revoked";
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
  times: { readonly now: number; readonly endsAt: number; readonly audit: AuditRow },
): Promise<"rotated" | undefined> {
  const isFormer = isCredential(connectorId, formerId);
  const isAllowed = and(
    connectorLives(connectorId),
    exists(selectTokens(and(isFormer, isLiveAt(times.now)))),
  );
  const { endsAt } = times;
  const ending = build
    .update(credentials)
    .set({
      expiresAt: sql`min(coalesce(${credentials.expiresAt}, ${endsAt}), ${endsAt})`,
      warnedDays: 0,
    })
    .where(and(isFormer, isTokenStored(token.hash)));
  const insert = insertToken(db, { number: connectorId }, token, times.now, isAllowed);
  const [inserted] = await db.batch([
    insert,
    ...auditStatements(db, times.audit),
    prepare(db, ending),
  ]);
  return inserted?.results.length === 0 ? undefined : "rotated";
}

/** Finds a token of a connector that may still be used. */
export async function findLiveToken(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  now: number,
): Promise<Token | undefined> {
  const query = selectTokens(and(isCredential(connectorId, id), isLiveAt(now)));
  return (await selectRows(db, query))[0];
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
    readonly sees: ConnectorLimits;
  },
): Promise<readonly OwnedToken[]> {
  const query = build
    .select(named({ ...SHOWN, connectorId: connectors.id }))
    .from(credentials)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, credentials.connectorId),
        isNull(connectors.deletedAt),
        isWithin(page.sees),
        lt(sql`coalesce(${credentials.lastUsedAt}, ${credentials.createdAt})`, page.since),
        eq(credentials.kind, "token"),
        isLiveAt(page.now),
      ),
    )
    .orderBy(asc(credentials.id))
    .limit(page.limit)
    .offset(page.offset);
  return selectRows(db, query);
}

function isCredential(connectorId: ConnectorId, id: string): SQL | undefined {
  return and(eq(credentials.connectorId, connectorId), eq(credentials.id, id));
}

/** The condition that a token may still be used at a moment. */
function isLiveAt(now: number): SQL | undefined {
  return and(isNull(credentials.revokedAt), sql`coalesce(${credentials.expiresAt} > ${now}, 1)`);
}
