import { and, count, desc, eq, lt, type SQL, sql } from "drizzle-orm";
import type { Clock } from "#store/clock.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type Alert, alertStatements } from "#store/event-log/alerts.ts";
import { firstAnswerStatements } from "#store/first-answers/first-answers.ts";
import { jsonText, parseStored } from "#store/json-text.ts";
import { insertRows } from "#store/rows.ts";
import { changes, connectors, webhooks } from "#store/schema.ts";
import { build, named, prepare, type RowOf, rowsOf, selectRows } from "#store/statement.ts";
import { noteFollowers } from "#store/webhooks/followers.ts";
import { hasLiveOwner, hasScope, type WebhookScope } from "#store/webhooks/scope.ts";
import { auditStatements } from "./audit.ts";
import type { ConnectorLimits } from "./connector-limits.ts";
import type { Creating } from "./tokens.ts";
import { type AdminChange, batchAt, guardVersion, STALE } from "./versions.ts";

const SHOWN = {
  id: webhooks.id,
  connectorId: webhooks.connectorId,
  /** The public id of the one connector that it follows; null where it follows several. */
  connector: sql<string | null>`${ownerOf()}`,
  /** The tenant whose connectors it follows; null of one that follows a single one, or all. */
  tenant: webhooks.tenant,
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

function ownerOf() {
  return build
    .select(named({ publicId: connectors.id }))
    .from(connectors)
    .where(eq(connectors.number, webhooks.connectorId));
}

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

/** So many of one scope: every write wakes each webhook that follows its connector. */
export const WEBHOOKS_MAX = 10;

/** Stores a webhook, which gets what is recorded from now on; says whether there was room for it. */
export async function createWebhook(
  db: Database,
  scope: WebhookScope,
  { id, name, url, eventTypes, secret }: WebhookToCreate,
  { now, audit, first }: Creating,
): Promise<"created" | "tooMany"> {
  const held = build
    .select(named({ count: count() }))
    .from(webhooks)
    .where(hasScope(scope));
  const last = build.select(named({ seq: sql`coalesce(max(${changes.seq}), 0)` })).from(changes);
  const cells = {
    id: sql`${id}`,
    connectorId: sql`${scope.connectorId}`,
    tenant: sql`${scope.tenant}`,
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
    ...firstAnswerStatements(db, first),
    noteFollowers(db, scope),
  ]);
  return result?.results.length === 1 ? "created" : "tooMany";
}

/** What a change of a webhook gives back where it was made. */
const CHANGED = named({ id: webhooks.id });

function selectWebhooks(condition: SQL | undefined) {
  return build.select(named(SHOWN)).from(webhooks).where(condition);
}

function isWebhook(scope: WebhookScope, id: string): SQL | undefined {
  return and(hasScope(scope), eq(webhooks.id, id));
}

/** The row to be at a version; whose it is, each statement asks itself. */
function rowOf(id: string) {
  return { table: webhooks, isRow: eq(webhooks.id, id) };
}

/** Lists the webhooks of a scope, newest first. */
export async function listWebhooks(db: Database, scope: WebhookScope): Promise<readonly Webhook[]> {
  const query = selectWebhooks(hasScope(scope)).orderBy(desc(webhooks.id));
  return (await selectRows(db, query)).map(fromRow);
}

/** Finds a webhook of a scope. */
export async function findWebhook(
  db: Database,
  scope: WebhookScope,
  id: string,
): Promise<Webhook | undefined> {
  const rows = await selectRows(db, selectWebhooks(isWebhook(scope, id)));
  return rows.map(fromRow)[0];
}

/** What a list of webhooks asks for, newest first. */
interface SeenPage {
  readonly beforeId: string | undefined;
  readonly limit: number;
  readonly sees: ConnectorLimits;
}

/** Lists the webhooks within a caller's limits, of whatever scope, newest first. */
export async function listSeenWebhooks(
  db: Database,
  { beforeId, limit, sees }: SeenPage,
): Promise<readonly Webhook[]> {
  const isBefore = beforeId === undefined ? undefined : lt(webhooks.id, beforeId);
  const query = selectSeen(sees, isBefore).orderBy(desc(webhooks.id)).limit(limit);
  return (await selectRows(db, query)).map(fromRow);
}

/** Finds a webhook within a caller's limits, of whatever scope. */
export async function findSeenWebhook(
  db: Database,
  id: string,
  sees: ConnectorLimits,
): Promise<Webhook | undefined> {
  const rows = await selectRows(db, selectSeen(sees, eq(webhooks.id, id)));
  return rows.map(fromRow)[0];
}

/** Webhooks within limits: whoever sees a tenant sees the webhooks of its connectors and its own. */
function selectSeen({ connectorId, tenant }: ConnectorLimits, condition: SQL | undefined) {
  return build
    .select(named(SHOWN))
    .from(webhooks)
    .leftJoin(connectors, eq(connectors.number, webhooks.connectorId))
    .where(
      and(
        hasLiveOwner(),
        connectorId === null ? undefined : eq(connectors.id, connectorId),
        tenant === null
          ? undefined
          : eq(sql`coalesce(${webhooks.tenant}, ${connectors.tenant})`, tenant),
        condition,
      ),
    );
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
 * scope has none with that id. What the change does not name is not written.
 */
export async function changeWebhook(
  db: Database,
  scope: WebhookScope,
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
    .where(isWebhook(scope, id));
  const results = await batchAt(db, rowOf(id), seen, [
    prepare(db, changed),
    ...auditStatements(db, audit),
    ...(status === undefined ? [] : [noteFollowers(db, scope)]),
    prepare(db, selectWebhooks(isWebhook(scope, id))),
  ]);
  return results === STALE ? STALE : rowsOf<WebhookRow>(results.at(-1)).map(fromRow)[0];
}

/** The reason that goes with a status which an administrator chose: one that is there already stays. */
function reasonFor(status: Webhook["status"] | undefined): SQL | null | undefined {
  if (status === undefined) return undefined;
  if (status === "active") return null;
  return sql`coalesce(${webhooks.disabledReason}, 'administrator')`;
}

/** Deletes a webhook, if it is at the version `seen`; "absent" where the scope has none with that id. */
export async function deleteWebhook(
  db: Database,
  scope: WebhookScope,
  id: string,
  { seen, audit }: Omit<AdminChange, "now">,
): Promise<"deleted" | "absent" | typeof STALE> {
  const deleted = build.delete(webhooks).where(isWebhook(scope, id)).returning(CHANGED);
  const statements = [
    prepare(db, deleted),
    ...auditStatements(db, audit),
    noteFollowers(db, scope),
  ];
  const results = await batchAt(db, rowOf(id), seen, statements);
  if (results === STALE) return STALE;
  return results[0]?.results.length === 1 ? "deleted" : "absent";
}

/** The sealed signing secret of a webhook, and the version that the webhook is at. */
export async function findWebhookSecret(
  db: Database,
  scope: WebhookScope,
  id: string,
): Promise<Pick<typeof webhooks.$inferSelect, "secret" | "version"> | undefined> {
  const query = build
    .select(named({ secret: webhooks.secret, version: webhooks.version }))
    .from(webhooks)
    .where(isWebhook(scope, id));
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
  scope: WebhookScope,
  id: string,
  { seen, secret, former, formerUntil }: SecretRotation,
  { seen: version, now, audit }: AdminChange,
): Promise<Webhook | typeof STALE | undefined> {
  const rotated = build
    .update(webhooks)
    .set({ secret, formerSecret: former, formerSecretUntil: formerUntil, modifiedAt: now })
    .where(and(isWebhook(scope, id), eq(webhooks.secret, seen)))
    .returning(CHANGED);
  const read = selectWebhooks(isWebhook(scope, id));
  const statements = [prepare(db, rotated), ...auditStatements(db, audit), prepare(db, read)];
  const results = await batchAt(db, rowOf(id), version, statements);
  if (results === STALE) return STALE;
  const isRotated = results[0]?.results.length === 1;
  return isRotated ? rowsOf<WebhookRow>(results.at(-1)).map(fromRow)[0] : undefined;
}

/**
 * Disables an active webhook and raises the alert that says so, if a connector has it, in one batch; says
 * whether it did. One that is disabled
 * already, or that an administrator changed since it was at that version, stays as it is and raises
 * nothing: what failed may be what was changed.
 */
export async function disableWebhook(
  db: Database,
  { id, version, ...scope }: Pick<Webhook, "id" | "version"> & WebhookScope,
  { reason, at, alert }: Disabling,
  clock: Clock,
): Promise<boolean> {
  const disabled = build
    .update(webhooks)
    .set({ status: "disabled", disabledReason: reason, modifiedAt: at })
    .where(eq(webhooks.id, id));
  const statements = [
    guardVersion(db, rowOf(id), version, eq(webhooks.status, "active")),
    prepare(db, disabled),
    noteFollowers(db, scope),
    ...(alert === undefined ? [] : alertStatements(db, alert)),
  ];
  try {
    await withRetries(clock, () => db.batch(statements));
    return true;
  } catch (error) {
    if (classifyError(error).kind !== "versionChanged") throw error;
    return false;
  }
}

/** Why and when a webhook is disabled, and the alert of the one connector that it follows. */
interface Disabling {
  readonly reason: DisabledReason;
  readonly at: number;
  readonly alert: Alert | undefined;
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
