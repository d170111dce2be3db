import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { rowsOf } from "#store/query.ts";

/** How many days before a token's expiry an alert is raised. */
const WARNED_DAYS = [1, 7, 30] as const;

/** One run raises so many alerts at most; the next minute raises the next ones. */
const ALERTS_MAX = 50;

const DAY_MS = 86_400_000;

interface ExpiringToken {
  readonly connectorId: ConnectorId;
  readonly connector: string;
  readonly id: string;
  readonly hint: string;
  readonly expiresAt: number;
  readonly days: number;
}

/**
 * Raises `connector.alert` for tokens that expire in 30, 7 and 1 days: an event-log row, a change row
 * and the mark that it was raised, all in one batch, so that a repeated run raises nothing twice.
 */
export async function warnOfExpiry(db: Database, clock: Clock, newId: () => string): Promise<void> {
  const now = clock.now();
  const found = await withRetries(clock, () => db.prepare(SELECT_EXPIRING).bind(now, DAY_MS).all());
  const tokens = rowsOf<ExpiringToken>(found);
  if (tokens.length === 0) return;
  const alerts = tokens.map((token) => alertOf(token, newId(), now));
  await raiseOnce(clock, () =>
    db.batch([
      ...tokens.map(({ connectorId, id, days }) =>
        db
          .prepare(
            `INSERT INTO tx_guard (version_changed) SELECT 1 FROM credentials
             WHERE connector_id = ?1 AND id = ?2 AND coalesce(warned_days, 1000) <= ?3`,
          )
          .bind(connectorId, id, days),
      ),
      ...alerts.flatMap((alert) => alertStatements(db, alert)),
      ...tokens.map(({ connectorId, id, days }) =>
        db
          .prepare("UPDATE credentials SET warned_days = ?3 WHERE connector_id = ?1 AND id = ?2")
          .bind(connectorId, id, days),
      ),
    ]),
  );
}

/** A batch that finds an alert raised already, by another run or its own lost try, raises none. */
async function raiseOnce(clock: Clock, raise: () => Promise<unknown>): Promise<void> {
  try {
    await withRetries(clock, raise);
  } catch (error) {
    if (classifyError(error).kind !== "versionChanged") throw error;
  }
}

// ?1 = now, ?2 = a day. `days` is the nearest mark that the token has passed.
const SELECT_EXPIRING = `SELECT * FROM (
    SELECT c.connector_id AS connectorId, k.id AS connector, c.id AS id, c.hint AS hint,
      c.expires_at AS expiresAt, coalesce(c.warned_days, 1000) AS warned,
      ${WARNED_DAYS.map((days) => `iif(c.expires_at <= ?1 + ${days} * ?2, ${days}, `).join("")}NULL${")".repeat(WARNED_DAYS.length)} AS days
    FROM credentials AS c CROSS JOIN connectors AS k ON k.number = c.connector_id
    WHERE c.kind = 'token' AND c.revoked_at IS NULL AND c.expires_at > ?1 AND k.deleted_at IS NULL)
  WHERE days < warned LIMIT ${ALERTS_MAX}`;

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
