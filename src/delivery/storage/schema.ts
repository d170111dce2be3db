import { isNotNull, isNull } from "drizzle-orm";
import { index, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "#store/connector-id.ts";
import type { TryOutcome } from "../views.ts";

// The tables of an endpoint's Durable Object; drizzle/webhook makes them.

/** What the endpoint remembers beside its deliveries: one row. */
export const endpoint = sqliteTable("endpoint", {
  one: integer().primaryKey(),
  /** An EndpointState as JSON. */
  state: text().notNull(),
});

/** Deliveries that wait or are dead. */
export const deliveries = sqliteTable(
  "deliveries",
  {
    entry: integer().primaryKey({ autoIncrement: true }),
    seq: integer().notNull().unique(),
    resource: text().notNull(),
    type: text().notNull(),
    body: text().notNull(),
    tries: integer().notNull().default(0),
    /** When it is due; null unless it is its resource's oldest. */
    nextAt: integer("next_at"),
    deadAt: integer("dead_at"),
  },
  (table) => [
    index("deliveries_due").on(table.nextAt, table.seq).where(isNotNull(table.nextAt)),
    index("deliveries_head").on(table.resource).where(isNotNull(table.nextAt)),
    index("deliveries_waiting").on(table.resource, table.seq).where(isNull(table.deadAt)),
    index("deliveries_dead").on(table.deadAt).where(isNotNull(table.deadAt)),
  ],
);

/** Connectors that were passed by, of an endpoint of several, and up to where their changes were taken over. */
export const held = sqliteTable("held", {
  connectorId: integer("connector_id").$type<ConnectorId>().primaryKey(),
  position: integer().notNull(),
});

/** The newest tries. */
export const tries = sqliteTable("tries", {
  id: integer().primaryKey({ autoIncrement: true }),
  eventId: text("event_id").notNull(),
  type: text().notNull(),
  attempt: integer().notNull(),
  time: integer().notNull(),
  outcome: text().$type<TryOutcome>().notNull(),
  status: integer(),
  latencyMs: integer("latency_ms").notNull(),
  answer: text().notNull(),
  nextTryAt: integer("next_try_at"),
});
