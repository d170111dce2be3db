import { and, eq, gt, isNull, lt, lte, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { insertRows } from "#store/rows.ts";
import { connectors, credentials, txGuard } from "#store/schema.ts";
import { build, literal, named, type RowOf, selectRows, statement } from "#store/statement.ts";

/** How many days before the expiry of a token or a key somebody is told. */
const WARNED_DAYS = [1, 7, 30] as const;

/** One run raises so many alerts at most; the next minute raises the next ones. */
const ALERTS_MAX = 50;

const DAY_MS = 86_400_000;

type ExpiringToken = RowOf<ReturnType<typeof selectExpiring>>;

/**
 * Raises `connector.alert` for tokens that expire in 30, 7 and 1 days: an event-log row, a change row
 * and the mark that it was raised, all in one batch, so that a repeated run raises nothing twice.
 */
export async function warnOfExpiry(db: Database, clock: Clock, newId: () => string): Promise<void> {
  const now = clock.now();
  const tokens = await withRetries(clock, () => selectRows(db, selectExpiring(now)));
  if (tokens.length === 0) return;
  const alerts = tokens.map((token) => alertOf(token, newId(), now));
  await raiseOnce(clock, () =>
    db.batch([
      ...tokens.map(({ connectorId, id, days }) => GUARD.bind(db, { connectorId, id, days })),
      ...alerts.flatMap((alert) => alertStatements(db, alert)),
      ...tokens.map(({ connectorId, id, days }) => MARK.bind(db, { connectorId, id, days })),
    ]),
  );
}

/** A batch that finds an alert raised already, by another run or its own lost try, raises none. */
export async function raiseOnce(clock: Clock, raise: () => Promise<unknown>): Promise<void> {
  try {
    await withRetries(clock, raise);
  } catch (error) {
    if (classifyError(error).kind !== "versionChanged") throw error;
  }
}

/** So many days before the expiry stands for a warning that was never raised. */
export const NEVER_WARNED_DAYS = 1_000;

const NEVER_WARNED = sql<number>`coalesce(${credentials.warnedDays}, ${literal(NEVER_WARNED_DAYS)})`;

type Warned = { connectorId: ConnectorId; id: string; days: number };

/** Aborts the batch where the alert, or a later one, was raised already. */
const GUARD = statement<Warned>()(({ connectorId, id, days }) =>
  insertRows(
    txGuard,
    { versionChanged: sql`1` },
    {
      from: credentials,
      where: and(
        eq(credentials.connectorId, connectorId),
        eq(credentials.id, id),
        lte(NEVER_WARNED, days),
      ),
    },
  ),
);

const MARK = statement<Warned>()(({ connectorId, id, days }) =>
  build
    .update(credentials)
    .set({ warnedDays: sql`${days}` })
    .where(and(eq(credentials.connectorId, connectorId), eq(credentials.id, id))),
);

/** The nearest mark that an expiry has passed; null where it is further away than all of them. */
export function daysLeft(expiresAt: SQLWrapper, now: number): SQL<number> {
  return WARNED_DAYS.reduceRight<SQL<number>>(
    (later, mark) => sql`iif(${expiresAt} <= ${now + mark * DAY_MS}, ${mark}, ${later})`,
    sql`null`,
  );
}

/** Tokens that have passed a mark of which nobody was told; `days` is the nearest one. */
function selectExpiring(now: number) {
  const { expiresAt } = credentials;
  const days = daysLeft(expiresAt, now);
  const expiring = build
    .select(
      named({
        connectorId: credentials.connectorId,
        connector: connectors.id,
        id: credentials.id,
        hint: credentials.hint,
        expiresAt: sql<number>`${expiresAt}`,
        warned: NEVER_WARNED,
        days,
      }),
    )
    .from(credentials)
    .crossJoin(connectors)
    .where(
      and(
        eq(credentials.kind, "token"),
        isNull(credentials.revokedAt),
        gt(expiresAt, now),
        isNull(connectors.deletedAt),
        // Last: written first, SQLite walks the table through the index on connector and id.
        eq(connectors.number, credentials.connectorId),
      ),
    )
    .as("expiring");
  return build
    .select(
      named({
        connectorId: expiring.connectorId,
        connector: expiring.connector,
        id: expiring.id,
        hint: expiring.hint,
        expiresAt: expiring.expiresAt,
        days: expiring.days,
      }),
    )
    .from(expiring)
    .where(lt(expiring.days, expiring.warned))
    .limit(ALERTS_MAX);
}

function alertOf(token: ExpiringToken, eventId: string, at: number): Alert {
  const { connectorId, connector, id, hint, days } = token;
  const expiresAt = new Date(token.expiresAt).toISOString();
  return {
    connectorId,
    connector,
    eventId,
    at,
    kind: "token.expiring",
    facts: { tokenId: id, hint, expiresAt, days },
    explanation: `The token sgw_${hint}… expires within ${days} days, at ${expiresAt}. Rotate it and give the identity provider the new one.`,
    credentialId: id,
  };
}
