import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import { parseSettings } from "./access.ts";
import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";
import { rowsOf, selectRows } from "./query.ts";

/** What the bridge's Durable Object tells the database for lists and for cron. */
export interface BridgeMirror {
  readonly state: "pending" | "syncing" | "active" | "failed" | "disabled";
  readonly paused: boolean;
  readonly consecutiveFailures: number;
  /** When cron has to wake it, at the latest, in milliseconds; undefined where it waits for an administrator. */
  readonly nextAt: number | undefined;
}

/** A bridge with what a run has to know of its connector; times in milliseconds. */
export interface StoredBridge extends BridgeMirror {
  readonly connectorId: ConnectorId;
  readonly connectorStatus: "active" | "disabled";
  /** The connector's settings. */
  readonly settings: ConnectorSettings;
  /** The resource types with the connector's own attributes. */
  readonly types: ResourceTypes;
  /** The ids of the connector's enabled webhooks: whom to wake after a write. */
  readonly webhookIds: readonly string[];
  /** The BridgeConfig that an administrator chose, as JSON text. */
  readonly config: string;
  /** The provider's credentials, sealed. */
  readonly credentials: string;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** Finds the bridge of a live connector by the connector's public id, in one round trip. */
export async function findBridge(
  db: Database,
  publicId: string,
): Promise<StoredBridge | undefined> {
  const text = `SELECT c.number AS connectorId, c.status AS connectorStatus, c.settings AS settings,
      c.attributes AS attributes, c.webhook_ids AS webhookIds, b.config AS config,
      b.credentials AS credentials, b.state AS state, b.paused AS paused,
      b.consecutive_failures AS consecutiveFailures, b.next_at AS nextAt,
      b.created_at AS createdAt, b.modified_at AS modifiedAt
    FROM connectors AS c CROSS JOIN bridges AS b ON b.connector_id = c.number
    WHERE c.id = ?1 AND c.deleted_at IS NULL`;
  return (await selectRows<BridgeRow>(db, text, publicId)).map(fromRow)[0];
}

/** What an administrator decides of a bridge. */
export interface BridgeToPut extends Pick<StoredBridge, "config" | "credentials"> {
  /** Whether a new bridge begins paused; one that is there stays as it is. */
  readonly paused?: boolean;
}

/**
 * Stores a bridge, configuration and credentials always together; one that is there keeps its state.
 * Unless it rests it becomes due at once, so that cron tells its Durable Object should nobody else
 * have done so.
 */
export async function putBridge(
  db: Database,
  connectorId: ConnectorId,
  { config, credentials, paused = false }: BridgeToPut,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO bridges (connector_id, config, credentials, state, paused, next_at, created_at, modified_at)
       VALUES (?1, ?2, ?3, 'pending', ?5, iif(?5, NULL, ?4), ?4, ?4)
       ON CONFLICT DO UPDATE SET config = ?2, credentials = ?3, modified_at = ?4,
         next_at = iif(paused OR state = 'disabled', next_at, ?4)`,
    )
    .bind(connectorId, config, credentials, now, paused ? 1 : 0)
    .run();
}

/** Deletes a bridge with its credentials; false where there was none. Users stay as they are. */
export async function deleteBridge(db: Database, connectorId: ConnectorId): Promise<boolean> {
  const { meta } = await db
    .prepare("DELETE FROM bridges WHERE connector_id = ?1")
    .bind(connectorId)
    .run();
  return meta.changes > 0;
}

/** Stores what the Durable Object knows; a bridge that was deleted meanwhile stays deleted. */
export async function mirrorBridge(
  db: Database,
  connectorId: ConnectorId,
  { state, paused, consecutiveFailures, nextAt }: BridgeMirror,
): Promise<void> {
  await db
    .prepare(
      `UPDATE bridges SET state = ?2, paused = ?3, consecutive_failures = ?4, next_at = ?5
       WHERE connector_id = ?1`,
    )
    .bind(connectorId, state, paused ? 1 : 0, consecutiveFailures, nextAt ?? null)
    .run();
}

/** No bridge waits longer than a day: a later moment was set by a clock that was wrong. */
const NEXT_MAX_MS = 25 * 3_600_000;

/**
 * Takes bridges whose time has come, longest waiting first, and gives their connectors' public ids.
 * Each is put off until `again`, which its Durable Object overwrites when it is woken: one that
 * cannot be woken does not stand in the others' way, and two crons do not wake one bridge.
 */
export async function takeDueBridges(
  db: Database,
  { now, again, limit }: { readonly now: number; readonly again: number; readonly limit: number },
): Promise<readonly string[]> {
  const result = await db
    .prepare(
      `UPDATE bridges SET next_at = ?2 WHERE connector_id IN (
         SELECT b.connector_id FROM bridges AS b CROSS JOIN connectors AS c ON c.number = b.connector_id
         WHERE (b.next_at <= ?1 OR b.next_at > ?1 + ${NEXT_MAX_MS}) AND c.deleted_at IS NULL AND c.status = 'active'
         ORDER BY b.next_at LIMIT ?3)
       RETURNING (SELECT id FROM connectors WHERE number = connector_id) AS id`,
    )
    .bind(now, again, limit)
    .all();
  return rowsOf<{ readonly id: string }>(result).map(({ id }) => id);
}

type BridgeRow = Omit<StoredBridge, "settings" | "types" | "webhookIds" | "paused" | "nextAt"> & {
  readonly settings: string;
  readonly attributes: string;
  readonly webhookIds: string;
  readonly paused: number;
  readonly nextAt: number | null;
};

function fromRow({ attributes, ...row }: BridgeRow): StoredBridge {
  return {
    ...row,
    settings: parseSettings(row.settings),
    types: resourceTypesOf(attributes),
    // Written by this program as a list of ids.
    webhookIds: JSON.parse(row.webhookIds) as string[],
    paused: row.paused === 1,
    nextAt: row.nextAt ?? undefined,
  };
}
