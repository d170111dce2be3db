import { and, desc, eq, isNull, lt, sql } from "drizzle-orm";
import type { ConnectorSettings } from "#scim/settings.ts";
import { parseSettings } from "./access.ts";
import type { ConnectorId } from "./connector-id.ts";
import { type Database, queryBuilder } from "./database.ts";
import { connectors, credentials } from "./schema.ts";
import { type TokenToStore, tokenColumns } from "./tokens.ts";

/** A connector as administrators see it; times in milliseconds. */
export interface Connector {
  readonly number: ConnectorId;
  readonly id: string;
  readonly name: string;
  readonly tenant: string | null;
  readonly preset: string | null;
  readonly status: "active" | "disabled";
  readonly settings: ConnectorSettings;
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
  connector: ConnectorToCreate,
  token: TokenToStore,
  now: number,
): Promise<void> {
  const build = queryBuilder(db);
  const { settings, ...columns } = connector;
  const number = sql<ConnectorId>`(SELECT number FROM connectors WHERE id = ${connector.id})`;
  await build.batch([
    build.insert(connectors).values({
      ...columns,
      settings: JSON.stringify(settings),
      status: "active",
      createdAt: now,
      modifiedAt: now,
    }),
    build.insert(credentials).values({ ...tokenColumns(token, now), connectorId: number }),
  ]);
}

/** Finds a connector by its public id. */
export async function findConnector(db: Database, id: string): Promise<Connector | undefined> {
  const rows = await queryBuilder(db)
    .select()
    .from(connectors)
    .where(and(eq(connectors.id, id), isNull(connectors.deletedAt)));
  return rows.map(fromRow)[0];
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
  const rows = await queryBuilder(db)
    .select()
    .from(connectors)
    .where(
      and(
        isNull(connectors.deletedAt),
        page.tenant === undefined ? undefined : eq(connectors.tenant, page.tenant),
        page.beforeId === undefined ? undefined : lt(connectors.id, page.beforeId),
      ),
    )
    .orderBy(desc(connectors.id))
    .limit(page.limit);
  return rows.map(fromRow);
}

/** Changes a connector; absent members stay as they are. */
export async function changeConnector(
  db: Database,
  connectorId: ConnectorId,
  change: {
    readonly name?: string;
    readonly tenant?: string | null;
    readonly status?: "active" | "disabled";
    readonly settings?: ConnectorSettings;
  },
  now: number,
): Promise<void> {
  const { settings, ...columns } = change;
  await queryBuilder(db)
    .update(connectors)
    .set({
      ...columns,
      ...(settings && { settings: JSON.stringify(settings) }),
      modifiedAt: now,
    })
    .where(eq(connectors.number, connectorId));
}

/** Deletes a connector: its tokens die with the next request, its users are kept (SEMANTICS 12). */
export async function deleteConnector(
  db: Database,
  connectorId: ConnectorId,
  now: number,
): Promise<void> {
  await queryBuilder(db)
    .update(connectors)
    .set({ deletedAt: now, modifiedAt: now })
    .where(eq(connectors.number, connectorId));
}

function fromRow(row: typeof connectors.$inferSelect): Connector {
  const { deletedAt: _, settings, ...columns } = row;
  return { ...columns, settings: parseSettings(settings) };
}
