import type { ConnectorSettings } from "#scim/settings.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import { parseSettings } from "#store/directory/access.ts";
import { Parameters } from "#store/parameters.ts";
import { rowsOf, selectRows } from "#store/query.ts";
import { insertToken, type TokenToStore } from "./tokens.ts";
import { batchAt, STALE } from "./versions.ts";

/** A connector as administrators see it; times in milliseconds. */
export interface Connector {
  readonly number: ConnectorId;
  readonly id: string;
  readonly name: string;
  readonly tenant: string | null;
  readonly preset: string | null;
  readonly status: "active" | "disabled";
  readonly settings: ConnectorSettings;
  /** The attributes it declares, as JSON text. */
  readonly attributes: string;
  /** Moves on with each change. */
  readonly version: number;
  /** Moves on with each change of `attributes`. */
  readonly attributesVersion: number;
  readonly createdAt: number;
  readonly modifiedAt: number;
}

/** What an administrator chooses for a new connector. */
export interface ConnectorToCreate {
  readonly id: string;
  readonly name: string;
  readonly tenant: string | undefined;
  readonly preset: string | undefined;
  readonly settings: ConnectorSettings;
}

/** Stores a connector together with its first token. */
export async function createConnector(
  db: Database,
  { id, name, tenant, preset, settings }: ConnectorToCreate,
  token: TokenToStore,
  now: number,
): Promise<void> {
  const connector = db
    .prepare(
      `INSERT INTO connectors (id, name, tenant, preset, settings, status, created_at, modified_at)
       VALUES (?1, ?2, ?3, ?4, ?5, 'active', ?6, ?6)`,
    )
    .bind(id, name, tenant ?? null, preset ?? null, JSON.stringify(settings), now);
  await db.batch([connector, insertToken(db, { publicId: id }, token, now)]);
}

const SELECT_CONNECTOR = `SELECT number, id, name, tenant, preset, status, settings, attributes,
  version, attributes_version AS attributesVersion, created_at AS createdAt, modified_at AS modifiedAt FROM connectors`;

type ConnectorRow = Omit<Connector, "settings"> & { readonly settings: string };

/** Finds a connector by its public id. */
export async function findConnector(db: Database, id: string): Promise<Connector | undefined> {
  const text = `${SELECT_CONNECTOR} WHERE id = ?1 AND deleted_at IS NULL`;
  return (await selectRows<ConnectorRow>(db, text, id)).map(fromRow)[0];
}

/** Lists connectors, newest first; ids are ordered by time, so `beforeId` is where the last page ended. */
export async function listConnectors(
  db: Database,
  page: {
    readonly tenant: string | undefined;
    readonly beforeId: string | undefined;
    readonly limit: number;
  },
): Promise<readonly Connector[]> {
  const parameters = new Parameters();
  const conditions = [
    "deleted_at IS NULL",
    ...(page.tenant === undefined ? [] : [`tenant = ${parameters.bind(page.tenant)}`]),
    ...(page.beforeId === undefined ? [] : [`id < ${parameters.bind(page.beforeId)}`]),
  ];
  const text = `${SELECT_CONNECTOR} WHERE ${conditions.join(" AND ")}
    ORDER BY id DESC LIMIT ${page.limit}`;
  return (await selectRows<ConnectorRow>(db, text, ...parameters.values())).map(fromRow);
}

/** What an administrator changes of a connector; absent members stay as they are. */
export interface ConnectorChange {
  readonly name?: string;
  readonly tenant?: string | null;
  readonly status?: "active" | "disabled";
  /** Merged into the settings as they are when it is stored; a setting is a plain value, never null. */
  readonly settings?: Partial<ConnectorSettings>;
}

/**
 * Changes a connector, if it is at the version `seen`, and gives it as it is then: undefined where it
 * is deleted, STALE where it is at another version. Nothing that was read before is written back, so that
 * changes at the same time all hold.
 */
export async function changeConnector(
  db: Database,
  connectorId: ConnectorId,
  { name, tenant, status, settings }: ConnectorChange,
  { seen, now }: { readonly seen: number | undefined; readonly now: number },
): Promise<Connector | typeof STALE | undefined> {
  const changed = db
    .prepare(
      `UPDATE connectors SET name = coalesce(?3, name), status = coalesce(?4, status),
         settings = json_patch(settings, ?5), tenant = iif(?6, ?7, tenant), modified_at = ?2
       WHERE number = ?1 AND deleted_at IS NULL`,
    )
    .bind(
      connectorId,
      now,
      name ?? null,
      status ?? null,
      JSON.stringify(settings ?? {}),
      tenant === undefined ? 0 : 1,
      tenant ?? null,
    );
  const isUnique = settings?.allowDuplicateGroupNames === false;
  const claimed = isUnique ? [db.prepare(CLAIM_GROUP_NAMES).bind(connectorId)] : [];
  const read = db
    .prepare(`${SELECT_CONNECTOR} WHERE number = ?1 AND deleted_at IS NULL`)
    .bind(connectorId);
  const row = { table: "connectors", key: connectorId } as const;
  const results = await batchAt(db, row, seen, [changed, ...claimed, read]);
  return results === STALE ? STALE : rowsOf<ConnectorRow>(results.at(-1)).map(fromRow)[0];
}

/**
 * Deletes a connector, if it is at the version `seen`, and its bridge with the provider's credentials:
 * its tokens die with the next request, its users are kept (SEMANTICS 12). "absent" where it is deleted.
 */
export async function deleteConnector(
  db: Database,
  connectorId: ConnectorId,
  { seen, now }: { readonly seen: number | undefined; readonly now: number },
): Promise<{ readonly hadBridge: boolean } | "absent" | typeof STALE> {
  const row = { table: "connectors", key: connectorId } as const;
  const results = await batchAt(db, row, seen, [
    db.prepare("DELETE FROM bridges WHERE connector_id = ?1 RETURNING 1").bind(connectorId),
    db
      .prepare(
        `UPDATE connectors SET deleted_at = ?2, modified_at = ?2
         WHERE number = ?1 AND deleted_at IS NULL RETURNING 1`,
      )
      .bind(connectorId, now),
  ]);
  if (results === STALE) return STALE;
  const [bridge, connector] = results;
  if (connector?.results.length !== 1) return "absent";
  return { hadBridge: bridge?.results.length === 1 };
}

function fromRow({ settings, ...columns }: ConnectorRow): Connector {
  return { ...columns, settings: parseSettings(settings) };
}

/**
 * The statement that makes group names unique where doubles were allowed before: of each name one
 * group holds it; the doubles that are there stay until they are renamed. ?1 = connector.
 */
const CLAIM_GROUP_NAMES = `UPDATE resources SET name_slot = '' WHERE row_id IN (
  SELECT first FROM (SELECT row_id AS first, min(id) FROM resources
    WHERE connector_id = ?1 AND type = 'Group' AND deleted_at IS NULL
    GROUP BY name_key HAVING sum(name_slot = '') = 0))`;
