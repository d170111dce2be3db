import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import type { ConnectorId } from "./connector-id.ts";

/** One directory with its own credentials; `number` is the short key that every other table carries. */
export const connectors = sqliteTable(
  "connectors",
  {
    number: integer().$type<ConnectorId>().primaryKey(),
    id: text().notNull(),
    name: text().notNull(),
    tenant: text(),
    preset: text(),
    status: text({ enum: ["active", "disabled"] }).notNull(),
    settings: text().notNull(),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    uniqueIndex("connectors_id").on(table.id),
    index("connectors_tenant").on(table.tenant, table.id),
  ],
);

/** What a caller proves itself with, found by the SHA-256 of the secret alone. */
export const credentials = sqliteTable(
  "credentials",
  {
    hash: text().primaryKey(),
    id: text().notNull(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    kind: text({ enum: ["token"] }).notNull(),
    name: text(),
    hint: text().notNull(),
    scope: text({ enum: ["read", "read-write"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [uniqueIndex("credentials_connector").on(table.connectorId, table.id)],
);

/** Nothing is ever stored here: an insert that breaks a named CHECK aborts the batch it travels in. */
export const txGuard = sqliteTable(
  "tx_guard",
  {
    versionChanged: integer("version_changed").notNull().default(0),
    credentialGone: integer("credential_gone").notNull().default(0),
  },
  (table) => [
    check("version_unchanged", sql`${table.versionChanged} = 0`),
    check("credential_valid", sql`${table.credentialGone} = 0`),
  ],
);

/**
 * Users: the document as it is answered (without id and meta), the folded document that filters
 * read, and the columns that are looked up. A soft-deleted row keeps its externalId until another
 * user takes it, so that one unique index serves both uniqueness and restore.
 */
export const users = sqliteTable(
  "users",
  {
    rowId: integer("row_id").primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    id: text().notNull(),
    userNameKey: text("user_name_key").notNull(),
    externalId: text("external_id"),
    active: integer().notNull(),
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
    deletedAt: integer("deleted_at"),
    doc: text().notNull(),
    folded: text().notNull(),
  },
  (table) => [
    uniqueIndex("users_id").on(table.connectorId, table.id).where(sql`deleted_at IS NULL`),
    uniqueIndex("users_user_name")
      .on(table.connectorId, table.userNameKey)
      .where(sql`deleted_at IS NULL`),
    uniqueIndex("users_external_id")
      .on(table.connectorId, table.externalId)
      .where(sql`external_id IS NOT NULL`),
  ],
);

/** Multi-valued attributes that are looked up by value: today the e-mail addresses. */
export const userValues = sqliteTable(
  "user_values",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    path: text().notNull(),
    valueKey: text("value_key").notNull(),
    typeKey: text("type_key").notNull(),
    userId: text("user_id").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.connectorId, table.path, table.valueKey, table.typeKey, table.userId],
    }),
    index("user_values_user").on(table.connectorId, table.userId),
  ],
);

/** The exact number of live resources of a connector, kept by triggers. */
export const counters = sqliteTable(
  "counters",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    resourceType: text("resource_type").notNull(),
    live: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.resourceType] })],
);

/** Live users per run of about 1,000 ids, kept by triggers: any startIndex is found without OFFSET. */
export const userBlocks = sqliteTable(
  "user_blocks",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    firstId: text("first_id").notNull(),
    size: integer().notNull(),
    live: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.firstId] })],
);

/** The event log: one row for each SCIM request of a known connector. */
export const events = sqliteTable(
  "events",
  {
    rowId: integer("row_id").primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    opId: text("op_id").notNull(),
    at: integer().notNull(),
    method: text().notNull(),
    path: text().notNull(),
    status: integer().notNull(),
    scimType: text("scim_type"),
    latencyMs: integer("latency_ms").notNull(),
    clientIp: text("client_ip"),
    userAgent: text("user_agent"),
    credentialId: text("credential_id"),
    resourceType: text("resource_type"),
    resourceId: text("resource_id"),
    userName: text("user_name"),
    userNameKey: text("user_name_key"),
    requestBody: text("request_body"),
    responseBody: text("response_body"),
    warnings: text(),
    explanation: text(),
  },
  (table) => [
    uniqueIndex("events_op_id").on(table.connectorId, table.opId),
    index("events_resource")
      .on(table.connectorId, table.resourceId, table.opId)
      .where(sql`resource_id IS NOT NULL`),
  ],
);

/** The outbox: one row for each real change, in commit order. */
export const changes = sqliteTable(
  "changes",
  {
    seq: integer().primaryKey(),
    eventId: text("event_id").notNull(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    resourceType: text("resource_type").notNull(),
    resourceId: text("resource_id").notNull(),
    version: integer().notNull(),
    type: text().notNull(),
    at: integer().notNull(),
    payload: text().notNull(),
  },
  (table) => [index("changes_connector").on(table.connectorId, table.seq)],
);

/** Requests refused before they could name a connector, counted by minute, IP prefix and reason. */
export const refusals = sqliteTable(
  "refusals",
  {
    minute: integer().notNull(),
    ipPrefix: text("ip_prefix").notNull(),
    reason: text().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.minute, table.ipPrefix, table.reason] })],
);
