import { and, eq, isNotNull, isNull, or, type SQL, sql } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import { connectors, webhooks } from "#store/schema.ts";

/** Whose changes a webhook delivers: those of one connector, of a tenant's, or of all. */
export interface WebhookScope {
  /** NO_CONNECTOR where it follows several. */
  readonly connectorId: ConnectorId;
  /** Of one that follows several: their tenant, or null for all connectors there are. */
  readonly tenant: string | null;
}

/** The number that no connector has: SQLite counts them from 1. */
export const NO_CONNECTOR = 0 as ConnectorId;

/** Every connector there is. */
export const ALL_CONNECTORS: WebhookScope = { connectorId: NO_CONNECTOR, tenant: null };

/** The scope of a webhook that follows one connector, whatever its tenant. */
export function scopeOfConnector(connectorId: ConnectorId): WebhookScope {
  return { connectorId, tenant: null };
}

/** Whether a webhook follows several connectors: those of a tenant, or all. */
export function isWide({ connectorId }: WebhookScope): boolean {
  return connectorId === NO_CONNECTOR;
}

/** The condition that a webhook has a scope. */
export function hasScope({ connectorId, tenant }: WebhookScope): SQL | undefined {
  const isOfTenant = tenant === null ? isNull(webhooks.tenant) : eq(webhooks.tenant, tenant);
  return and(eq(webhooks.connectorId, connectorId), isOfTenant);
}

/** The condition that a connector is in a scope. */
export function isFollowed(scope: WebhookScope): SQL | undefined {
  const { connectorId, tenant } = scope;
  if (!isWide(scope)) return eq(connectors.number, connectorId);
  return tenant === null ? undefined : eq(connectors.tenant, tenant);
}

/** The condition that a webhook follows a connector: three questions, each of which one index answers. */
export function isFollower(): SQL {
  const isWideRow = eq(webhooks.connectorId, NO_CONNECTOR);
  return sql`(${or(
    eq(webhooks.connectorId, connectors.number),
    and(isWideRow, isNull(webhooks.tenant)),
    and(isWideRow, eq(webhooks.tenant, connectors.tenant)),
  )})`;
}

/** The condition that a webhook, joined with the connector that it may have, belongs to nobody who was deleted. */
export function hasLiveOwner(): SQL {
  const isLive = and(isNotNull(connectors.number), isNull(connectors.deletedAt));
  return sql`(${or(eq(webhooks.connectorId, NO_CONNECTOR), isLive)})`;
}
