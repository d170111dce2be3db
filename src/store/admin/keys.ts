import { and, desc, eq, exists, isNull, lt, lte, or, type SQL, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { insertRows } from "#store/rows.ts";
import { apiKeys, connectors } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf, selectRows } from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { Creating } from "./tokens.ts";
import { type AdminChange, batchAt, STALE } from "./versions.ts";

const SHOWN = {
  id: apiKeys.id,
  name: apiKeys.name,
  hint: apiKeys.hint,
  role: apiKeys.role,
  /** The public id of the one connector that it sees. */
  connectorId: sql<string | null>`${connectorIdOf(apiKeys)}`,
  tenant: apiKeys.tenant,
  version: apiKeys.version,
  createdAt: apiKeys.createdAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
  lastUsedAt: apiKeys.lastUsedAt,
};

/** The public id of a key's connector, also of a deleted one. */
function connectorIdOf(key: Pick<typeof apiKeys, "connectorId">) {
  return build
    .select(named({ publicId: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, key.connectorId));
}

/** A key of the admin API as administrators see it; times in milliseconds. */
export type ApiKey = RowOf<ReturnType<typeof selectKeys>>;

/** What a key may do. */
export type KeyRole = ApiKey["role"];

/** A key as it is stored: by the hash of its secret, never the secret. */
export interface KeyToStore {
  readonly id: string;
  readonly hash: string;
  readonly hint: string;
  readonly name: string;
  readonly role: KeyRole;
  /** The connector, or the tenant, to which it is limited. */
  readonly connectorId: ConnectorId | undefined;
  readonly tenant: string | undefined;
  readonly expiresAt: number | undefined;
}

function selectKeys(condition: SQL | undefined) {
  return build.select(named(SHOWN)).from(apiKeys).where(condition);
}

/** Stores a key. */
export async function createStoredKey(
  db: Database,
  key: KeyToStore,
  { now, audit, first }: Creating,
): Promise<void> {
  const stored = prepare(db, build.insert(apiKeys).values({ ...key, createdAt: now }));
  await db.batch([stored, ...auditStatements(db, audit), ...firstAnswerStatements(db, first)]);
}

/** A use is noted so often at most. */
const LAST_USED_EVERY_MS = 5 * 60_000;

/**
 * Looks up the live key that a hash stands for, and notes that it is used; undefined where there is none,
 * or none any more. One round trip, before a call of the admin API does anything.
 */
export async function useKey(
  db: Database,
  hash: string,
  clock: Clock,
): Promise<ApiKey | undefined> {
  const now = clock.now();
  const isUsed = and(eq(apiKeys.hash, hash), isLiveAt(now), hasLiveConnector());
  const noted = build
    .update(apiKeys)
    .set({ lastUsedAt: now })
    .where(
      and(
        isUsed,
        or(isNull(apiKeys.lastUsedAt), lte(apiKeys.lastUsedAt, now - LAST_USED_EVERY_MS)),
      ),
    );
  const statements = [prepare(db, noted), prepare(db, selectKeys(isUsed))];
  const [, found] = await withRetries(clock, () => db.batch(statements));
  return rowsOf<ApiKey>(found)[0];
}

/** Lists keys, newest first, revoked ones too; `beforeId` is where the last page ended. */
export function listKeys(
  db: Database,
  { beforeId, limit }: { readonly beforeId: string | undefined; readonly limit: number },
): Promise<readonly ApiKey[]> {
  const isOnPage = beforeId === undefined ? undefined : lt(apiKeys.id, beforeId);
  return selectRows(db, selectKeys(isOnPage).orderBy(desc(apiKeys.id)).limit(limit));
}

/** Finds a key by its public id. */
export async function findKey(db: Database, id: string): Promise<ApiKey | undefined> {
  return (await selectRows(db, selectKeys(eq(apiKeys.id, id))))[0];
}

/** Names a key, if it is at the version `seen`, and gives it as it is then. */
export async function renameKey(
  db: Database,
  id: string,
  name: string,
  at: Omit<AdminChange, "now">,
): Promise<ApiKey | typeof STALE | undefined> {
  return await changeKey(db, id, { name }, at);
}

/** Revokes a key from the next request on, if it is at the version `seen`; once more changes nothing. */
export async function revokeKey(
  db: Database,
  id: string,
  at: AdminChange,
): Promise<ApiKey | typeof STALE | undefined> {
  return await changeKey(db, id, { revokedAt: at.now }, at, isNull(apiKeys.revokedAt));
}

async function changeKey(
  db: Database,
  id: string,
  change: { readonly name?: string; readonly revokedAt?: number },
  { seen, audit }: Omit<AdminChange, "now">,
  condition?: SQL,
): Promise<ApiKey | typeof STALE | undefined> {
  const isKey = eq(apiKeys.id, id);
  const changed = build
    .update(apiKeys)
    .set({ ...change, version: sql`${apiKeys.version} + 1` })
    .where(and(isKey, condition));
  const results = await batchAt(db, { table: apiKeys, isRow: isKey }, seen, [
    prepare(db, changed),
    ...auditStatements(db, audit),
    prepare(db, selectKeys(isKey)),
  ]);
  return results === STALE ? STALE : rowsOf<ApiKey>(results.at(-1))[0];
}

/**
 * A new key in the place of an old one, which ends when the overlap is over, or sooner; of that end nobody
 * needs a warning. undefined, and nothing changed, when the old one does not live any more.
 */
export async function rotateKey(
  db: Database,
  formerId: string,
  key: Pick<KeyToStore, "id" | "hash" | "hint" | "expiresAt">,
  times: AdminChange & { readonly endsAt: number },
): Promise<ApiKey | typeof STALE | undefined> {
  const { now, endsAt, seen, audit } = times;
  const isFormer = eq(apiKeys.id, formerId);
  const successor = insertRows(
    apiKeys,
    {
      hash: sql`${key.hash}`,
      id: sql`${key.id}`,
      name: apiKeys.name,
      hint: sql`${key.hint}`,
      role: apiKeys.role,
      connectorId: apiKeys.connectorId,
      tenant: apiKeys.tenant,
      createdAt: sql`${now}`,
      expiresAt: sql`${key.expiresAt ?? null}`,
    },
    { from: apiKeys, where: and(isFormer, isLiveAt(now)) },
  );
  const isStored = exists(selectKeys(eq(apiKeys.id, key.id)));
  const ending = build
    .update(apiKeys)
    .set({
      expiresAt: sql`min(coalesce(${apiKeys.expiresAt}, ${endsAt}), ${endsAt})`,
      warnedDays: 0,
      version: sql`${apiKeys.version} + 1`,
    })
    .where(and(isFormer, isStored));
  const results = await batchAt(db, { table: apiKeys, isRow: isFormer }, seen, [
    prepare(db, successor),
    ...auditStatements(db, audit),
    prepare(db, ending),
    prepare(db, selectKeys(eq(apiKeys.id, key.id))),
  ]);
  return results === STALE ? STALE : rowsOf<ApiKey>(results.at(-1))[0];
}

/** That the connector of a key, where it has one, was not deleted. */
export function hasLiveConnector(): SQL | undefined {
  return or(
    isNull(apiKeys.connectorId),
    exists(
      build
        .select(named({ number: connectors.number }))
        .from(connectors)
        .where(and(eq(connectors.number, apiKeys.connectorId), isNull(connectors.deletedAt))),
    ),
  );
}

/** The condition that a key may still be used at a moment. */
function isLiveAt(now: number): SQL | undefined {
  return and(isNull(apiKeys.revokedAt), sql`coalesce(${apiKeys.expiresAt} > ${now}, 1)`);
}
