import { and, eq, type SQL } from "drizzle-orm";
import { connectors } from "#store/schema.ts";

/** The one connector, or the tenant, to which a caller is limited; null where not. */
export interface ConnectorLimits {
  /** The public id. */
  readonly connectorId: string | null;
  readonly tenant: string | null;
}

/** The condition that a caller with these limits sees a connector. */
export function isWithin({ connectorId, tenant }: ConnectorLimits): SQL | undefined {
  return and(
    connectorId === null ? undefined : eq(connectors.id, connectorId),
    tenant === null ? undefined : eq(connectors.tenant, tenant),
  );
}
