import { and, count, eq, getTableColumns, isNull, or, type SQL, sql } from "drizzle-orm";
import { type ConnectorLimits, isWithin } from "#store/admin/connector-limits.ts";
import type { Database } from "#store/database.ts";
import { activityTotals, bridges, connectors, heldUsers, webhooks } from "#store/schema.ts";
import { build, literal, named, optional, prepare, type RowOf, rowsOf } from "#store/statement.ts";
import { ALL_TOGETHER, type LATENCY_BUCKETS } from "./count.ts";
import { HELD_COUNTED_MAX } from "./health.ts";

/** A live connector with what is counted of it; null where there was no request, or is no bridge. */
export type MeasuredConnector = RowOf<ReturnType<typeof selectConnectors>>;

/** A webhook of a live connector, or of several; `connector` is null there. */
export type MeasuredWebhook = RowOf<ReturnType<typeof selectWebhooks>>;

/** How long requests took; `total` counts all, also those above the last bucket. */
export type Latencies = RowOf<ReturnType<typeof selectLatencies>>;

/** What metrics are made of, of all connectors that the caller sees. */
export interface Measured {
  readonly connectors: readonly MeasuredConnector[];
  readonly webhooks: readonly MeasuredWebhook[];
  readonly latencies: Latencies | undefined;
  readonly databaseBytes: number | undefined;
}

/**
 * Reads what metrics are made of in one round trip: for each connector its row, its totals, its bridge, its webhooks
 * and its held users, the last up to HELD_COUNTED_MAX. No Durable Object is asked.
 */
export async function measure(db: Database, sees: ConnectorLimits): Promise<Measured> {
  const isLimited = sees.connectorId !== null || sees.tenant !== null;
  const [found, hooks, latencies] = await db.batch([
    prepare(db, selectConnectors(sees)),
    prepare(db, selectWebhooks(sees, isLimited)),
    prepare(db, selectLatencies(sees, isLimited)),
  ]);
  return {
    connectors: rowsOf<MeasuredConnector>(found),
    webhooks: rowsOf<MeasuredWebhook>(hooks),
    latencies: rowsOf<Latencies>(latencies)[0],
    databaseBytes: found?.meta.size_after,
  };
}

function selectConnectors(sees: ConnectorLimits) {
  const first = build
    .select(named({ one: literal(1) }))
    .from(heldUsers)
    .where(sql`${heldUsers.connectorId} = ${connectors.number}`)
    .limit(HELD_COUNTED_MAX)
    .as("first");
  const heldPush = build.select(named({ held: count() })).from(first);
  return build
    .select(
      named({
        id: connectors.id,
        name: connectors.name,
        tenant: connectors.tenant,
        requests2xx: optional(activityTotals.requests2xx),
        requests3xx: optional(activityTotals.requests3xx),
        requests4xx: optional(activityTotals.requests4xx),
        requests5xx: optional(activityTotals.requests5xx),
        refusals4xx: optional(activityTotals.refusals4xx),
        refusals5xx: optional(activityTotals.refusals5xx),
        bridgeState: optional(bridges.state),
        isPaused: sql<number | null>`${bridges.paused}`,
        lastSucceededAt: optional(bridges.lastSucceededAt),
        held: sql<number>`coalesce(${bridges.held}, 0) + ${heldPush}`,
      }),
    )
    .from(connectors)
    .leftJoin(activityTotals, eq(activityTotals.connectorId, connectors.number))
    .leftJoin(bridges, eq(bridges.connectorId, connectors.number))
    .where(and(isNull(connectors.deletedAt), isWithin(sees)))
    .orderBy(connectors.id);
}

/** Those that follow several connectors are shown to whoever sees all, and those of a tenant to who sees it. */
function selectWebhooks(sees: ConnectorLimits, isLimited: boolean) {
  const isOfSeveral = eq(webhooks.connectorId, ALL_TOGETHER);
  const isSeen = isLimited
    ? and(isOfSeveral, eq(webhooks.tenant, sees.tenant ?? ""), isNull(sql`${sees.connectorId}`))
    : isOfSeveral;
  return build
    .select(
      named({
        id: webhooks.id,
        connector: optional(connectors.id),
        status: webhooks.status,
        waiting: webhooks.waiting,
        waitingSince: webhooks.waitingSince,
      }),
    )
    .from(webhooks)
    .leftJoin(connectors, eq(connectors.number, webhooks.connectorId))
    .where(
      or(
        isSeen,
        and(isNull(connectors.deletedAt), sql`${connectors.id} is not null`, isWithin(sees)),
      ),
    )
    .orderBy(webhooks.id);
}

function selectLatencies(sees: ConnectorLimits, isLimited: boolean) {
  const { requests2xx, requests3xx, requests4xx, requests5xx } = activityTotals;
  const totals = getTableColumns(activityTotals);
  const summed = (column: SQL | (typeof totals)["upTo10"]) =>
    sql<number>`coalesce(sum(${column}), 0)`;
  const of = (name: (typeof LATENCY_BUCKETS)[number]["name"]) =>
    sql<number>`coalesce(sum(${totals[name]}), 0)`;
  const number = build
    .select(named({ number: connectors.number }))
    .from(connectors)
    .where(and(isNull(connectors.deletedAt), isWithin(sees)));
  return build
    .select(
      named({
        total: summed(sql`${requests2xx} + ${requests3xx} + ${requests4xx} + ${requests5xx}`),
        latencyMs: summed(sql`${totals.latencyMs}`),
        upTo10: of("upTo10"),
        upTo25: of("upTo25"),
        upTo50: of("upTo50"),
        upTo100: of("upTo100"),
        upTo250: of("upTo250"),
        upTo500: of("upTo500"),
        upTo1000: of("upTo1000"),
        upTo2500: of("upTo2500"),
      }),
    )
    .from(activityTotals)
    .where(
      isLimited ? sql`${totals.connectorId} in ${number}` : eq(totals.connectorId, ALL_TOGETHER),
    );
}
