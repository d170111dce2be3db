import { type ResourceTypes, resourceTypesOf } from "#scim/schema/custom.ts";
import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { rowsOf, selectRows } from "#store/query.ts";
import { batchAt, STALE } from "./versions.ts";

/** What the bridge's Durable Object tells the database for lists and for cron. */
export interface BridgeMirror {
  readonly state: "pending" | "syncing" | "active" | "failed" | "disabled";
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
  /** Whether an administrator lets it rest: the object goes by this. */
  readonly paused: boolean;
  /** Moves on with each configuration, and each time it is paused or resumed. */
  readonly version: number;
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
      b.consecutive_failures AS consecutiveFailures, b.next_at AS nextAt, b.version AS version,
      b.created_at AS createdAt, b.modified_at AS modifiedAt
    FROM connectors AS c CROSS JOIN bridges AS b ON b.connector_id = c.number
    WHERE c.id = ?1 AND c.deleted_at IS NULL`;
  return (await selectRows<BridgeRow>(db, text, publicId)).map(fromRow)[0];
}

/** What an administrator decides of a bridge. */
export interface BridgeToPut {
  readonly config: string;
  /** Sealed; undefined keeps those that are stored, also where they were sealed anew meanwhile. */
  readonly credentials?: string | undefined;
  /** Whether it is to rest; undefined lets a new one begin, and any other stay as it is. */
  readonly paused?: boolean | undefined;
}

/**
 * Stores a bridge and gives its version: in the place of the one at the version `seen`, or where that is
 * undefined, of none; undefined where that is not what is there, or the connector is deleted. One that is
 * there keeps its state. Unless it rests it becomes due at once, so that cron tells its Durable Object
 * should nobody else have done so.
 */
export async function putBridge(
  db: Database,
  connectorId: ConnectorId,
  { config, credentials, paused }: BridgeToPut,
  { seen, now }: { readonly seen: number | undefined; readonly now: number },
): Promise<number | undefined> {
  const isPaused = paused === undefined ? null : Number(paused);
  const written = db
    .prepare(seen === undefined ? CREATE_BRIDGE : REPLACE_BRIDGE)
    .bind(
      connectorId,
      config,
      credentials ?? null,
      isPaused,
      now,
      ...(seen === undefined ? [] : [seen]),
    );
  // Its triggers moved the version on, which RETURNING does not show.
  const read = db.prepare("SELECT version FROM bridges WHERE connector_id = ?1").bind(connectorId);
  const [put, found] = await db.batch([written, read]);
  const [row] = rowsOf<{ readonly version: number }>(found);
  return put?.results.length === 1 ? row?.version : undefined;
}

// ?1 = connector, ?2 = configuration, ?3 = credentials, ?4 = whether paused or null, ?5 = now, ?6 = version
const CREATE_BRIDGE = `INSERT INTO bridges (connector_id, config, credentials, state, paused, next_at, created_at, modified_at)
  SELECT ?1, ?2, ?3, 'pending', coalesce(?4, 0), iif(coalesce(?4, 0), NULL, ?5), ?5, ?5
  FROM connectors WHERE number = ?1 AND deleted_at IS NULL
  ON CONFLICT DO NOTHING RETURNING 1`;
const REPLACE_BRIDGE = `UPDATE bridges SET config = ?2, credentials = coalesce(?3, credentials),
    paused = coalesce(?4, paused), modified_at = ?5,
    next_at = iif(coalesce(?4, paused) OR state = 'disabled', NULL, ?5)
  WHERE connector_id = ?1 AND version = ?6 RETURNING 1`;

/** Pauses or resumes a bridge that is at the version `seen`; false where it is at another, or gone. */
export async function switchBridge(
  db: Database,
  connectorId: ConnectorId,
  paused: boolean,
  seen: number | undefined,
): Promise<boolean> {
  const rows = await selectRows(
    db,
    `UPDATE bridges SET paused = ?2 WHERE connector_id = ?1 AND version = coalesce(?3, version) RETURNING 1`,
    ...[connectorId, Number(paused), seen ?? null],
  );
  return rows.length === 1;
}

/**
 * Deletes a bridge with its credentials, if it is at the version `seen`; "absent" where there is none.
 * Users stay as they are.
 */
export async function deleteBridge(
  db: Database,
  connectorId: ConnectorId,
  seen: number | undefined,
): Promise<"deleted" | "absent" | typeof STALE> {
  const deleted = db
    .prepare("DELETE FROM bridges WHERE connector_id = ?1 RETURNING 1")
    .bind(connectorId);
  const results = await batchAt(db, { table: "bridges", key: connectorId }, seen, [deleted]);
  if (results === STALE) return STALE;
  return results[0]?.results.length === 1 ? "deleted" : "absent";
}

/** Stores what the Durable Object knows; a bridge that was deleted meanwhile stays deleted. */
export async function mirrorBridge(
  db: Database,
  connectorId: ConnectorId,
  { state, consecutiveFailures, nextAt }: BridgeMirror,
): Promise<void> {
  await db
    .prepare(
      `UPDATE bridges SET state = ?2, consecutive_failures = ?3, next_at = ?4 WHERE connector_id = ?1`,
    )
    .bind(connectorId, state, consecutiveFailures, nextAt ?? null)
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
  const settings = parseSettings(row.settings);
  return {
    ...row,
    settings,
    types: resourceTypesOf(attributes, settings),
    // Written by this program as a list of ids.
    webhookIds: JSON.parse(row.webhookIds) as string[],
    paused: row.paused === 1,
    nextAt: row.nextAt ?? undefined,
  };
}
