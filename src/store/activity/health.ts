import { and, count, gt, lte, min, type SQL, type SQLWrapper, sql, sum } from "drizzle-orm";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Database } from "#store/database.ts";
import type { Query } from "#store/query.ts";
import { isInList } from "#store/rows.ts";
import {
  activity,
  activityTotals,
  bridges,
  connectors,
  counters,
  heldUsers,
  webhooks,
} from "#store/schema.ts";
import { build, literal, named, prepare, type RowOf, rowsOf } from "#store/statement.ts";
import { hourOf } from "./count.ts";

/** Requests, or refused callers, by the class of their status. */
export interface ByClass {
  readonly "2xx": number;
  readonly "3xx": number;
  readonly "4xx": number;
  readonly "5xx": number;
}

/** How a connector fares; times in milliseconds. */
export interface ConnectorHealth {
  readonly users: { readonly active: number; readonly inactive: number; readonly deleted: number };
  readonly groups: number;
  readonly parkedMembers: number;
  readonly lastRequestAt: number | null;
  readonly lastError: { readonly at: number; readonly status: number; readonly id: string } | null;
  /** Of this hour and the 23 before it. */
  readonly lastDay: { readonly requests: ByClass; readonly refusals: Pick<ByClass, "4xx" | "5xx"> };
  readonly bridge: BridgeHealth | null;
  readonly webhooks: WebhookHealth;
  /** What a bridge's guards and the brake on push hold back. */
  readonly held: number;
}

/** The bridge as its object last told. */
export type BridgeHealth = Omit<RowOf<ReturnType<typeof selectBridges>>, "connectorId" | "held">;

/** A connector's own webhooks, as their objects last told. */
export type WebhookHealth = Omit<RowOf<ReturnType<typeof selectWebhooks>>, "connectorId">;

/** More held users of one connector than these are not counted. */
export const HELD_COUNTED_MAX = 1_000;

const HOURS_OF_DAY = 24;

/**
 * How connectors fare, in one round trip. For each it reads up to 3 counters, 24 hours, its totals, its bridge, its
 * webhooks and its held users, the last up to HELD_COUNTED_MAX; no Durable Object is asked.
 */
export async function healthOf(
  db: Database,
  numbers: readonly ConnectorId[],
  now: number,
): Promise<ReadonlyMap<ConnectorId, ConnectorHealth>> {
  if (numbers.length === 0) return new Map();
  const { statements, read } = healthQuery(db, numbers, now);
  return read(await db.batch([...statements]));
}

/** The same as statements for a batch that does something else as well. */
export function healthQuery(
  db: Database,
  numbers: readonly ConnectorId[],
  now: number,
): Query<ReadonlyMap<ConnectorId, ConnectorHealth>> {
  const list = sql`${JSON.stringify(numbers)}`;
  const queries = [
    selectCounters(list),
    selectTotals(list),
    selectDays(list, hourOf(now)),
    selectBridges(list),
    selectWebhooks(list),
    selectHeld(list),
  ];
  return {
    statements: queries.map((query) => prepare(db, query)),
    read: (results) => readHealth(numbers, results),
  };
}

function readHealth(
  numbers: readonly ConnectorId[],
  results: readonly D1Result[],
): ReadonlyMap<ConnectorId, ConnectorHealth> {
  const [counted, totals, days, bridgeRows, webhookRows, held] = results;
  const counters = rowsOf<RowOf<ReturnType<typeof selectCounters>>>(counted);
  const total = byConnector(rowsOf<RowOf<ReturnType<typeof selectTotals>>>(totals));
  const day = byConnector(rowsOf<RowOf<ReturnType<typeof selectDays>>>(days));
  const bridge = byConnector(rowsOf<RowOf<ReturnType<typeof selectBridges>>>(bridgeRows));
  const webhook = byConnector(rowsOf<RowOf<ReturnType<typeof selectWebhooks>>>(webhookRows));
  const heldOf = byConnector(rowsOf<RowOf<ReturnType<typeof selectHeld>>>(held));
  const countersOf = Map.groupBy(counters, ({ connectorId }) => connectorId);
  return new Map(
    numbers.map((number) => [
      number,
      {
        ...directoryOf(countersOf.get(number) ?? []),
        ...lastOf(total.get(number)),
        lastDay: dayOf(day.get(number)),
        bridge: shownBridge(bridge.get(number)),
        webhooks: shownWebhooks(webhook.get(number)),
        held: (bridge.get(number)?.held ?? 0) + (heldOf.get(number)?.held ?? 0),
      },
    ]),
  );
}

/** How a connector fares that was just made. */
export const UNUSED: ConnectorHealth = {
  ...directoryOf([]),
  ...lastOf(undefined),
  lastDay: dayOf(undefined),
  bridge: null,
  webhooks: shownWebhooks(undefined),
  held: 0,
};

function byConnector<Row extends { readonly connectorId: ConnectorId | null }>(
  rows: readonly Row[],
): ReadonlyMap<ConnectorId | null, Row> {
  return new Map(rows.map((row) => [row.connectorId, row]));
}

function selectCounters(list: SQL) {
  const { connectorId, type, live, inactive, deleted } = counters;
  return build
    .select(named({ connectorId, type, live, inactive, deleted }))
    .from(counters)
    .where(isInList(connectorId, list));
}

function directoryOf(
  rows: readonly RowOf<ReturnType<typeof selectCounters>>[],
): Pick<ConnectorHealth, "users" | "groups" | "parkedMembers"> {
  const of = (name: string) => rows.find(({ type }) => type === name);
  const { live = 0, inactive = 0, deleted = 0 } = of("User") ?? {};
  return {
    users: { active: live - inactive, inactive, deleted },
    groups: of("Group")?.live ?? 0,
    parkedMembers: of("ParkedMember")?.live ?? 0,
  };
}

function selectTotals(list: SQL) {
  const { connectorId, lastRequestAt, lastErrorAt, lastErrorStatus, lastErrorId } = activityTotals;
  return build
    .select(named({ connectorId, lastRequestAt, lastErrorAt, lastErrorStatus, lastErrorId }))
    .from(activityTotals)
    .where(isInList(connectorId, list));
}

function lastOf(
  row: RowOf<ReturnType<typeof selectTotals>> | undefined,
): Pick<ConnectorHealth, "lastRequestAt" | "lastError"> {
  const { lastRequestAt = null, lastErrorAt = null } = row ?? {};
  const { lastErrorStatus = null, lastErrorId = null } = row ?? {};
  const isKnown = lastErrorAt !== null && lastErrorStatus !== null && lastErrorId !== null;
  return {
    lastRequestAt,
    lastError: isKnown ? { at: lastErrorAt, status: lastErrorStatus, id: lastErrorId } : null,
  };
}

function selectDays(list: SQL, hour: number) {
  const { connectorId } = activity;
  const added = (column: SQLWrapper) => sql<number>`${sum(column)}`;
  return build
    .select(
      named({
        connectorId,
        requests2xx: added(activity.requests2xx),
        requests3xx: added(activity.requests3xx),
        requests4xx: added(activity.requests4xx),
        requests5xx: added(activity.requests5xx),
        refusals4xx: added(activity.refusals4xx),
        refusals5xx: added(activity.refusals5xx),
      }),
    )
    .from(activity)
    .where(
      and(
        isInList(connectorId, list),
        gt(activity.hour, hour - HOURS_OF_DAY),
        lte(activity.hour, hour),
      ),
    )
    .groupBy(connectorId);
}

function dayOf(row: RowOf<ReturnType<typeof selectDays>> | undefined): ConnectorHealth["lastDay"] {
  return {
    requests: {
      "2xx": row?.requests2xx ?? 0,
      "3xx": row?.requests3xx ?? 0,
      "4xx": row?.requests4xx ?? 0,
      "5xx": row?.requests5xx ?? 0,
    },
    refusals: { "4xx": row?.refusals4xx ?? 0, "5xx": row?.refusals5xx ?? 0 },
  };
}

function selectBridges(list: SQL) {
  const { connectorId, state, paused, consecutiveFailures, lastSucceededAt, held } = bridges;
  return build
    .select(
      named({
        connectorId,
        state,
        paused: sql<number>`${paused}`,
        consecutiveFailures,
        lastSucceededAt,
        held,
      }),
    )
    .from(bridges)
    .where(isInList(connectorId, list));
}

function shownBridge(row: RowOf<ReturnType<typeof selectBridges>> | undefined) {
  if (row === undefined) return null;
  const { state, paused, consecutiveFailures, lastSucceededAt } = row;
  return { state, paused, consecutiveFailures, lastSucceededAt };
}

function selectWebhooks(list: SQL) {
  const { connectorId, status, waiting, waitingSince } = webhooks;
  const isActive = sql`${status} = ${literal("active")}`;
  return build
    .select(
      named({
        connectorId,
        active: sql<number>`count(*) filter (where ${isActive})`,
        disabled: sql<number>`count(*) filter (where not ${isActive})`,
        waiting: sql<number>`${sum(waiting)}`,
        waitingSince: sql<number | null>`${min(waitingSince)}`,
      }),
    )
    .from(webhooks)
    .where(isInList(connectorId, list))
    .groupBy(connectorId);
}

function shownWebhooks(row: RowOf<ReturnType<typeof selectWebhooks>> | undefined): WebhookHealth {
  const { active = 0, disabled = 0, waiting = 0, waitingSince = null } = row ?? {};
  return { active, disabled, waiting, waitingSince };
}

function selectHeld(list: SQL) {
  const first = build
    .select(named({ one: literal(1) }))
    .from(heldUsers)
    .where(sql`${heldUsers.connectorId} = ${connectors.number}`)
    .limit(HELD_COUNTED_MAX)
    .as("first");
  const held = build.select(named({ held: count() })).from(first);
  return build
    .select(named({ connectorId: connectors.number, held: sql<number>`${held}` }))
    .from(connectors)
    .where(isInList(connectors.number, list));
}
