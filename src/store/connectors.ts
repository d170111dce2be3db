import type { ConnectorSettings } from "#scim/settings.ts";
import { parseSettings } from "./access.ts";
import type { ConnectorId } from "./connector-id.ts";
import type { Database } from "./database.ts";
import { Parameters } from "./parameters.ts";
import { selectRows } from "./query.ts";
import { insertToken, type TokenToStore } from "./tokens.ts";

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
  created_at AS createdAt, modified_at AS modifiedAt FROM connectors`;

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
  readonly settings?: ConnectorSettings;
}

/** Changes a connector. */
export async function changeConnector(
  db: Database,
  connectorId: ConnectorId,
  { name, tenant, status, settings }: ConnectorChange,
  now: number,
): Promise<void> {
  const changed = db
    .prepare(
      `UPDATE connectors SET name = coalesce(?3, name), status = coalesce(?4, status),
         settings = coalesce(?5, settings), tenant = iif(?6, ?7, tenant), modified_at = ?2
       WHERE number = ?1`,
    )
    .bind(
      connectorId,
      now,
      name ?? null,
      status ?? null,
      settings === undefined ? null : JSON.stringify(settings),
      tenant === undefined ? 0 : 1,
      tenant ?? null,
    );
  const claimed = db.prepare(CLAIM_GROUP_NAMES).bind(connectorId);
  const isUnique = settings?.allowDuplicateGroupNames === false;
  await db.batch(isUnique ? [changed, claimed] : [changed]);
}

/** Deletes a connector: its tokens die with the next request, its users are kept (SEMANTICS 12). */
export async function deleteConnector(
  db: Database,
  connectorId: ConnectorId,
  now: number,
): Promise<void> {
  await db
    .prepare("UPDATE connectors SET deleted_at = ?2, modified_at = ?2 WHERE number = ?1")
    .bind(connectorId, now)
    .run();
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
