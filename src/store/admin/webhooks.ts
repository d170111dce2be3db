import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { rowsOf, selectRows } from "#store/query.ts";
import { batchAt, STALE } from "./versions.ts";

/** Why a webhook delivers nothing: someone said so, its receiver said 410, or it failed for days. */
export type DisabledReason = "administrator" | "gone" | "failing";

/** A webhook as administrators see it; times in milliseconds. Its secrets are not among it. */
export interface Webhook {
  readonly id: string;
  readonly name: string | null;
  readonly url: string;
  /** The change types it wants; null for all. */
  readonly eventTypes: readonly string[] | null;
  readonly status: "active" | "disabled";
  readonly disabledReason: DisabledReason | null;
  /** Until when deliveries are signed with the former secret too. */
  readonly formerSecretUntil: number | null;
  /** Moves on with each change. */
  readonly version: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What an administrator chooses for a webhook, and its sealed secret. */
export interface WebhookToCreate {
  readonly id: string;
  readonly name: string | undefined;
  readonly url: string;
  readonly eventTypes: readonly string[] | null;
  readonly secret: string;
}

/** Every write wakes each of a connector's webhooks. */
export const WEBHOOKS_MAX = 10;

/** Stores a webhook, which gets what is recorded from now on; says whether there was room for it. */
export async function createWebhook(
  db: Database,
  connectorId: ConnectorId,
  { id, name, url, eventTypes, secret }: WebhookToCreate,
  now: number,
): Promise<"created" | "tooMany"> {
  const inserted = db
    .prepare(
      `INSERT INTO webhooks (id, connector_id, name, url, event_types, secret, status, position, created_at, modified_at)
       SELECT ?2, ?1, ?3, ?4, ?5, ?6, 'active', (SELECT coalesce(max(seq), 0) FROM changes), ?7, ?7
       WHERE (SELECT count(*) FROM webhooks WHERE connector_id = ?1) < ${WEBHOOKS_MAX}
       RETURNING id`,
    )
    .bind(connectorId, id, name ?? null, url, typesText(eventTypes), secret, now);
  const [result] = await db.batch([inserted, noteEnabled(db, connectorId)]);
  return result?.results.length === 1 ? "created" : "tooMany";
}

const COLUMNS = `id, name, url, event_types AS eventTypes, status,
  disabled_reason AS disabledReason, former_secret_until AS formerSecretUntil, version,
  created_at AS createdAt, modified_at AS modifiedAt`;

type WebhookRow = Omit<Webhook, "eventTypes"> & { readonly eventTypes: string | null };

/** Lists the webhooks of a connector, newest first. */
export async function listWebhooks(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly Webhook[]> {
  const text = `SELECT ${COLUMNS} FROM webhooks WHERE connector_id = ?1 ORDER BY id DESC`;
  return (await selectRows<WebhookRow>(db, text, connectorId)).map(fromRow);
}

/** Finds a webhook of a connector. */
export async function findWebhook(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<Webhook | undefined> {
  return (await selectRows<WebhookRow>(db, SELECT_WEBHOOK, connectorId, id)).map(fromRow)[0];
}

// ?1 = connector, ?2 = webhook
const SELECT_WEBHOOK = `SELECT ${COLUMNS} FROM webhooks WHERE connector_id = ?1 AND id = ?2`;

/** What an administrator changes of a webhook; absent members stay as they are. */
export interface WebhookChange {
  readonly name?: string | null;
  readonly url?: string;
  readonly eventTypes?: readonly string[] | null;
  readonly status?: "active" | "disabled";
}

/**
 * Changes a webhook, if it is at the version `seen`, and gives it as it is then; undefined where the
 * connector has none with that id. What the change does not name is not written.
 */
export async function changeWebhook(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { name, url, eventTypes, status }: WebhookChange,
  { seen, now }: { readonly seen: number | undefined; readonly now: number },
): Promise<Webhook | typeof STALE | undefined> {
  const changed = db
    .prepare(
      `UPDATE webhooks SET name = iif(?4, ?5, name), url = coalesce(?6, url),
         event_types = iif(?7, ?8, event_types), status = coalesce(?9, status),
         disabled_reason = CASE ?9 WHEN 'active' THEN NULL
           WHEN 'disabled' THEN coalesce(disabled_reason, 'administrator') ELSE disabled_reason END,
         modified_at = ?3
       WHERE connector_id = ?1 AND id = ?2`,
    )
    .bind(
      connectorId,
      id,
      now,
      name === undefined ? 0 : 1,
      name ?? null,
      url ?? null,
      eventTypes === undefined ? 0 : 1,
      typesText(eventTypes ?? null),
      status ?? null,
    );
  const read = db.prepare(SELECT_WEBHOOK).bind(connectorId, id);
  const statements = [changed, noteEnabled(db, connectorId), read];
  const results = await batchAt(db, { table: "webhooks", key: id }, seen, statements);
  return results === STALE ? STALE : rowsOf<WebhookRow>(results.at(-1)).map(fromRow)[0];
}

/** Deletes a webhook, if it is at the version `seen`; "absent" where the connector has none with that id. */
export async function deleteWebhook(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  seen: number | undefined,
): Promise<"deleted" | "absent" | typeof STALE> {
  const deleted = db
    .prepare("DELETE FROM webhooks WHERE connector_id = ?1 AND id = ?2 RETURNING id")
    .bind(connectorId, id);
  const statements = [deleted, noteEnabled(db, connectorId)];
  const results = await batchAt(db, { table: "webhooks", key: id }, seen, statements);
  if (results === STALE) return STALE;
  return results[0]?.results.length === 1 ? "deleted" : "absent";
}

/** The sealed signing secret of a webhook, and the version that the webhook is at. */
export async function findWebhookSecret(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<(Pick<WebhookToCreate, "secret"> & Pick<Webhook, "version">) | undefined> {
  const text = "SELECT secret, version FROM webhooks WHERE connector_id = ?1 AND id = ?2";
  return (await selectRows<{ secret: string; version: number }>(db, text, connectorId, id))[0];
}

/** The sealed secrets of a rotation: `seen` is the one that the former one was made of. */
export interface SecretRotation {
  readonly seen: string;
  readonly secret: string;
  readonly former: string;
  readonly formerUntil: number;
}

/**
 * Gives a webhook a new secret beside the former one, if it is at the version `version`; undefined where its
 * secret is not the one that was seen: it was rotated meanwhile, or sealed anew.
 */
export async function rotateWebhookSecret(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { seen, secret, former, formerUntil }: SecretRotation,
  { seen: version, now }: { readonly seen: number | undefined; readonly now: number },
): Promise<Webhook | typeof STALE | undefined> {
  const rotated = db
    .prepare(
      `UPDATE webhooks SET secret = ?4, former_secret = ?5, former_secret_until = ?6, modified_at = ?7
       WHERE connector_id = ?1 AND id = ?2 AND secret = ?3 RETURNING 1`,
    )
    .bind(connectorId, id, seen, secret, former, formerUntil, now);
  const read = db.prepare(SELECT_WEBHOOK).bind(connectorId, id);
  const results = await batchAt(db, { table: "webhooks", key: id }, version, [rotated, read]);
  if (results === STALE) return STALE;
  const [done, found] = results;
  return done?.results.length === 1 ? rowsOf<WebhookRow>(found).map(fromRow)[0] : undefined;
}

/**
 * Disables an active webhook and raises the alert that says so, in one batch. One that is disabled
 * already, or that an administrator changed since it was at that version, stays as it is and raises
 * nothing: what failed may be what was changed.
 */
export async function disableWebhook(
  db: Database,
  { id, version }: Pick<Webhook, "id" | "version">,
  reason: DisabledReason,
  alert: Alert,
  clock: Clock,
): Promise<void> {
  const { connectorId, at } = alert;
  const statements = [
    db
      .prepare(
        `INSERT INTO tx_guard (version_changed) SELECT 1
         WHERE NOT EXISTS (SELECT 1 FROM webhooks
           WHERE id = ?1 AND version = ?2 AND status = 'active')`,
      )
      .bind(id, version),
    db
      .prepare(
        "UPDATE webhooks SET status = 'disabled', disabled_reason = ?2, modified_at = ?3 WHERE id = ?1",
      )
      .bind(id, reason, at),
    noteEnabled(db, connectorId),
    ...alertStatements(db, alert),
  ];
  try {
    await withRetries(clock, () => db.batch(statements));
  } catch (error) {
    if (classifyError(error).kind !== "versionChanged") throw error;
  }
}

/** How many webhooks one run of cron wakes; the next minute wakes others. */
const WOKEN_MAX = 100;

/**
 * The webhooks that cron has to wake: those with changes that they were not handed yet and, spread
 * over an hour, every other one once, since an alarm may have got lost.
 */
export async function webhooksToWake(db: Database, now: number): Promise<readonly string[]> {
  const minute = Math.floor(now / 60_000) % 60;
  const digit = (place: number) => `(instr('0123456789abcdef', substr(w.id, ${place}, 1)) - 1)`;
  const text = `SELECT w.id AS id FROM webhooks AS w CROSS JOIN connectors AS k ON k.number = w.connector_id
    WHERE w.status = 'active' AND k.status = 'active' AND k.deleted_at IS NULL
      AND coalesce(k.settings ->> 'staged', 0) = 0
      AND ((${digit(-2)} * 16 + ${digit(-1)}) % 60 = ?1
        OR EXISTS (SELECT 1 FROM changes WHERE connector_id = w.connector_id AND seq > w.position))
    ORDER BY random() LIMIT ${WOKEN_MAX}`;
  return (await selectRows<{ readonly id: string }>(db, text, minute)).map(({ id }) => id);
}

/** Keeps the connector's own list of enabled webhooks: it travels with every credential look-up. */
function noteEnabled(db: Database, connectorId: ConnectorId): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE connectors SET webhook_ids = (SELECT json_group_array(id) FROM (SELECT id FROM webhooks
         WHERE connector_id = ?1 AND status = 'active' ORDER BY id)) WHERE number = ?1`,
    )
    .bind(connectorId);
}

function typesText(eventTypes: readonly string[] | null): string | null {
  return eventTypes === null ? null : JSON.stringify(eventTypes);
}

function fromRow({ eventTypes, ...columns }: WebhookRow): Webhook {
  // Written by typesText.
  return {
    ...columns,
    eventTypes: eventTypes === null ? null : (JSON.parse(eventTypes) as string[]),
  };
}
