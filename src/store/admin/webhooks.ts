import { and, count, desc, eq, exists, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { jsonText, parseStored } from "#store/json-text.ts";
import { insertRows } from "#store/rows.ts";
import { changes, connectors, webhooks } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf, selectRows } from "#store/statement.ts";
import { auditStatements } from "./audit.ts";
import type { AuditRow } from "./audit-row.ts";
import { type AdminChange, batchAt, guardVersion, STALE } from "./versions.ts";

const SHOWN = {
  id: webhooks.id,
  name: webhooks.name,
  url: webhooks.url,
  eventTypes: webhooks.eventTypes,
  status: webhooks.status,
  disabledReason: webhooks.disabledReason,
  formerSecretUntil: webhooks.formerSecretUntil,
  version: webhooks.version,
  createdAt: webhooks.createdAt,
  modifiedAt: webhooks.modifiedAt,
};

type WebhookRow = RowOf<ReturnType<typeof selectWebhooks>>;

/**
 * A webhook as administrators see it; times in milliseconds. Its secrets are not among it, but until when
 * deliveries are signed with the former secret too.
 */
export interface Webhook extends Omit<WebhookRow, "eventTypes"> {
  /** The change types it wants; null for all. */
  readonly eventTypes: readonly string[] | null;
}

/** Why a webhook delivers nothing: someone said so, its receiver said 410, or it failed for days. */
export type DisabledReason = NonNullable<Webhook["disabledReason"]>;

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
  { now, audit }: { readonly now: number; readonly audit: AuditRow },
): Promise<"created" | "tooMany"> {
  const held = build
    .select(named({ count: count() }))
    .from(webhooks)
    .where(eq(webhooks.connectorId, connectorId));
  const last = build.select(named({ seq: sql`coalesce(max(${changes.seq}), 0)` })).from(changes);
  const cells = {
    id: sql`${id}`,
    connectorId: sql`${connectorId}`,
    name: sql`${name ?? null}`,
    url: sql`${url}`,
    eventTypes: sql`${typesText(eventTypes)}`,
    secret: sql`${secret}`,
    status: sql`'active'`,
    position: last,
    createdAt: sql`${now}`,
    modifiedAt: sql`${now}`,
  };
  const hasRoom = lt(sql`${held}`, WEBHOOKS_MAX);
  const inserted = insertRows(webhooks, cells, { where: hasRoom, returning: CHANGED });
  const [result] = await db.batch([
    prepare(db, inserted),
    ...auditStatements(db, audit),
    noteEnabled(db, connectorId),
  ]);
  return result?.results.length === 1 ? "created" : "tooMany";
}

/** What a change of a webhook gives back where it was made. */
const CHANGED = named({ id: webhooks.id });

function selectWebhooks(condition: SQL | undefined) {
  return build.select(named(SHOWN)).from(webhooks).where(condition);
}

function isWebhook(connectorId: ConnectorId, id: string): SQL | undefined {
  return and(eq(webhooks.connectorId, connectorId), eq(webhooks.id, id));
}

/** The row to be at a version; whose it is, each statement asks itself. */
function rowOf(id: string) {
  return { table: webhooks, isRow: eq(webhooks.id, id) };
}

/** Lists the webhooks of a connector, newest first. */
export async function listWebhooks(
  db: Database,
  connectorId: ConnectorId,
): Promise<readonly Webhook[]> {
  const query = selectWebhooks(eq(webhooks.connectorId, connectorId)).orderBy(desc(webhooks.id));
  return (await selectRows(db, query)).map(fromRow);
}

/** Finds a webhook of a connector. */
export async function findWebhook(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<Webhook | undefined> {
  const rows = await selectRows(db, selectWebhooks(isWebhook(connectorId, id)));
  return rows.map(fromRow)[0];
}

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
  { seen, now, audit }: AdminChange,
): Promise<Webhook | typeof STALE | undefined> {
  const changed = build
    .update(webhooks)
    .set({
      name,
      url,
      eventTypes: eventTypes === undefined ? undefined : typesText(eventTypes),
      status,
      disabledReason: reasonFor(status),
      modifiedAt: now,
    })
    .where(isWebhook(connectorId, id));
  const results = await batchAt(db, rowOf(id), seen, [
    prepare(db, changed),
    ...auditStatements(db, audit),
    noteEnabled(db, connectorId),
    prepare(db, selectWebhooks(isWebhook(connectorId, id))),
  ]);
  return results === STALE ? STALE : rowsOf<WebhookRow>(results.at(-1)).map(fromRow)[0];
}

/** The reason that goes with a status which an administrator chose: one that is there already stays. */
function reasonFor(status: Webhook["status"] | undefined): SQL | null | undefined {
  if (status === undefined) return undefined;
  if (status === "active") return null;
  return sql`coalesce(${webhooks.disabledReason}, 'administrator')`;
}

/** Deletes a webhook, if it is at the version `seen`; "absent" where the connector has none with that id. */
export async function deleteWebhook(
  db: Database,
  connectorId: ConnectorId,
  id: string,
  { seen, audit }: Omit<AdminChange, "now">,
): Promise<"deleted" | "absent" | typeof STALE> {
  const deleted = build.delete(webhooks).where(isWebhook(connectorId, id)).returning(CHANGED);
  const statements = [
    prepare(db, deleted),
    ...auditStatements(db, audit),
    noteEnabled(db, connectorId),
  ];
  const results = await batchAt(db, rowOf(id), seen, statements);
  if (results === STALE) return STALE;
  return results[0]?.results.length === 1 ? "deleted" : "absent";
}

/** The sealed signing secret of a webhook, and the version that the webhook is at. */
export async function findWebhookSecret(
  db: Database,
  connectorId: ConnectorId,
  id: string,
): Promise<Pick<typeof webhooks.$inferSelect, "secret" | "version"> | undefined> {
  const query = build
    .select(named({ secret: webhooks.secret, version: webhooks.version }))
    .from(webhooks)
    .where(isWebhook(connectorId, id));
  return (await selectRows(db, query))[0];
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
  { seen: version, now, audit }: AdminChange,
): Promise<Webhook | typeof STALE | undefined> {
  const rotated = build
    .update(webhooks)
    .set({ secret, formerSecret: former, formerSecretUntil: formerUntil, modifiedAt: now })
    .where(and(isWebhook(connectorId, id), eq(webhooks.secret, seen)))
    .returning(CHANGED);
  const read = selectWebhooks(isWebhook(connectorId, id));
  const statements = [prepare(db, rotated), ...auditStatements(db, audit), prepare(db, read)];
  const results = await batchAt(db, rowOf(id), version, statements);
  if (results === STALE) return STALE;
  const isRotated = results[0]?.results.length === 1;
  return isRotated ? rowsOf<WebhookRow>(results.at(-1)).map(fromRow)[0] : undefined;
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
  const disabled = build
    .update(webhooks)
    .set({ status: "disabled", disabledReason: reason, modifiedAt: at })
    .where(eq(webhooks.id, id));
  const statements = [
    guardVersion(db, rowOf(id), version, eq(webhooks.status, "active")),
    prepare(db, disabled),
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
  const digit = (character: SQL) => sql`(instr('0123456789abcdef', ${character}) - 1)`;
  const byte = sql`${digit(sql`substr(${webhooks.id}, -2, 1)`)} * 16 + ${digit(sql`substr(${webhooks.id}, -1)`)}`;
  const isBehind = exists(
    build
      .select(named({ seq: changes.seq }))
      .from(changes)
      .where(
        and(eq(changes.connectorId, webhooks.connectorId), gt(changes.seq, webhooks.position)),
      ),
  );
  const query = build
    .select(named({ id: webhooks.id }))
    .from(webhooks)
    .crossJoin(connectors)
    .where(
      and(
        eq(connectors.number, webhooks.connectorId),
        eq(webhooks.status, "active"),
        eq(connectors.status, "active"),
        isNull(connectors.deletedAt),
        eq(sql`coalesce(${connectors.settings} ->> 'staged', 0)`, 0),
        or(eq(sql`(${byte}) % 60`, minute), isBehind),
      ),
    )
    .orderBy(sql`random()`)
    .limit(WOKEN_MAX);
  return (await selectRows(db, query)).map(({ id }) => id);
}

/** Keeps the connector's own list of enabled webhooks: it travels with every credential look-up. */
function noteEnabled(db: Database, connectorId: ConnectorId): D1PreparedStatement {
  const enabled = build
    .select(named({ id: webhooks.id }))
    .from(webhooks)
    .where(and(eq(webhooks.connectorId, connectorId), eq(webhooks.status, "active")))
    .orderBy(webhooks.id)
    .as("enabled");
  const ids = build.select(named({ ids: sql`json_group_array(${enabled.id})` })).from(enabled);
  const noted = build
    .update(connectors)
    .set({ webhookIds: sql`${ids}` })
    .where(eq(connectors.number, connectorId));
  return prepare(db, noted);
}

function typesText(eventTypes: readonly string[] | null): WebhookRow["eventTypes"] {
  return eventTypes && jsonText(eventTypes);
}

function fromRow({ eventTypes, ...columns }: WebhookRow): Webhook {
  return {
    ...columns,
    eventTypes: eventTypes && parseStored(eventTypes),
  };
}
