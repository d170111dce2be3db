import { and, eq, gt, isNull, lt, lte, type SQL, sql } from "drizzle-orm";
import { hasLiveConnector } from "#store/admin/keys.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { insertRows } from "#store/rows.ts";
import { apiKeys, connectors, txGuard } from "#store/schema.ts";
import { build, literal, named, prepare, type RowOf, selectRows } from "#store/statement.ts";
import { daysLeft, NEVER_WARNED_DAYS, raiseOnce } from "./token-alerts.ts";

/** One run tells of so many keys at most; the next minute tells of the next ones. */
const KEYS_MAX = 50;

type ExpiringKey = RowOf<ReturnType<typeof selectExpiring>>;

/**
 * Tells of each key of the admin API that expires in 30, 7 and 1 days: that of one connector by an alert in
 * the connector's log and feed, in one batch with the mark that it was raised. Other keys belong to no
 * connector's log: of them the Worker's log has a line, which a run that is cut off may write again.
 */
export async function warnOfKeyExpiry(
  db: Database,
  clock: Clock,
  newId: () => string,
): Promise<void> {
  const now = clock.now();
  const keys = await withRetries(clock, () => selectRows(db, selectExpiring(now)));
  if (keys.length === 0) return;
  const alerts = keys.flatMap((key) => alertOf(key, newId(), now) ?? []);
  for (const key of keys) if (key.connector === null) console.warn(lineOf(key));
  await raiseOnce(clock, () =>
    db.batch([
      ...keys.map(({ id, days }) => prepare(db, guard(id, days))),
      ...alerts.flatMap((alert) => alertStatements(db, alert)),
      ...keys.map(({ id, days }) => prepare(db, mark(id, days))),
    ]),
  );
}

const NEVER_WARNED = sql<number>`coalesce(${apiKeys.warnedDays}, ${literal(NEVER_WARNED_DAYS)})`;

/** Aborts the batch where this was told, or something later, already. */
function guard(id: string, days: number): SQL {
  const isTold = and(eq(apiKeys.id, id), lte(NEVER_WARNED, days));
  return insertRows(txGuard, { versionChanged: sql`1` }, { from: apiKeys, where: isTold });
}

function mark(id: string, days: number) {
  return build.update(apiKeys).set({ warnedDays: days }).where(eq(apiKeys.id, id));
}

/** Keys that have passed a mark of which nobody was told; `days` is the nearest one. */
function selectExpiring(now: number) {
  const days: SQL<number> = daysLeft(apiKeys.expiresAt, now);
  const isLive = and(isNull(apiKeys.revokedAt), gt(apiKeys.expiresAt, now), hasLiveConnector());
  const connector = build
    .select(named({ publicId: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, apiKeys.connectorId));
  return build
    .select(
      named({
        id: apiKeys.id,
        hint: apiKeys.hint,
        connectorId: apiKeys.connectorId,
        connector: sql<string | null>`${connector}`,
        expiresAt: sql<number>`${apiKeys.expiresAt}`,
        days,
      }),
    )
    .from(apiKeys)
    .where(and(isLive, lt(days, NEVER_WARNED)))
    .limit(KEYS_MAX);
}

/** The line of the Worker's log about a key that is no connector's. */
function lineOf(key: ExpiringKey): string {
  return JSON.stringify({ message: "key.expiring", ...factsOf(key), explanation: sentence(key) });
}

/** The alert of a connector's key; undefined for any other. */
function alertOf(key: ExpiringKey, eventId: string, at: number): Alert | undefined {
  const { id, connectorId, connector } = key;
  if (connectorId === null || connector === null) return undefined;
  const about = { connectorId, connector, eventId, at, kind: "key.expiring" } as const;
  return { ...about, facts: factsOf(key), explanation: sentence(key), credentialId: id };
}

function factsOf({ id, hint, expiresAt, days }: ExpiringKey) {
  return { keyId: id, hint, expiresAt: new Date(expiresAt).toISOString(), days };
}

function sentence(key: ExpiringKey): string {
  const { hint, expiresAt, days } = factsOf(key);
  return `The key sgk_${hint}… expires within ${days} days, at ${expiresAt}. Rotate it and give its holder the new one.`;
}
