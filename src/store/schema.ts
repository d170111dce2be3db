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
import type { TypeName } from "#scim/ports.ts";
import type { Difference } from "#scim/resource/difference.ts";
import type { SomeSettings } from "#scim/settings.ts";
import type { ConnectorId } from "./connector-id.ts";
import { type JsonText, jsonText } from "./json-text.ts";

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
    /** Settings stored before an option existed lack it. */
    settings: text().$type<JsonText<SomeSettings>>().notNull(),
    /** The connector's own attributes, as a JSON list of declarations. */
    attributes: text().notNull().default("[]"),
    /** The ids of its enabled webhooks, as a JSON list: whoever writes learns here whom to wake. */
    webhookIds: text("webhook_ids")
      .$type<JsonText<readonly string[]>>()
      .notNull()
      .default(jsonText([])),
    /** How often it was changed, and how often its attributes were: kept by triggers, whoever writes. */
    version: integer().notNull().default(1),
    attributesVersion: integer("attributes_version").notNull().default(1),
    /** Since when it moves to another tenant, and to which: until then it stays with its own, and nothing writes. */
    movesAt: integer("moves_at"),
    movesTo: text("moves_to"),
    /** Its changes behind this seq are its tenant's; those before it are of a tenant that it was with. */
    tenantAfter: integer("tenant_after").notNull().default(0),
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
    kind: text({ enum: ["token", "access"] }).notNull(),
    name: text(),
    hint: text().notNull(),
    scope: text({ enum: ["read", "read-write"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
    /** How many days ahead of its expiry an alert was last raised: 30, 7, then 1. */
    warnedDays: integer("warned_days"),
    /** The OAuth client that an access token was given to. */
    clientId: text("client_id"),
  },
  (table) => [uniqueIndex("credentials_connector").on(table.connectorId, table.id)],
);

/** OAuth 2.0 clients (RFC 6749 §4.4): the id names the connector at the one token endpoint. */
export const oauthClients = sqliteTable(
  "oauth_clients",
  {
    id: text().primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    name: text(),
    secretHash: text("secret_hash").notNull(),
    hint: text().notNull(),
    scope: text({ enum: ["read", "read-write"] }).notNull(),
    createdAt: integer("created_at").notNull(),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [index("oauth_clients_connector").on(table.connectorId, table.id)],
);

/** Keys of the admin API: what applications and administrators prove themselves with. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    hash: text().primaryKey(),
    id: text().notNull(),
    name: text().notNull(),
    hint: text().notNull(),
    role: text({ enum: ["directory", "feed", "operator", "admin"] }).notNull(),
    /** The one connector that it sees, or the tenant whose connectors it sees; without both it sees all. */
    connectorId: integer("connector_id").$type<ConnectorId>(),
    tenant: text(),
    /** How often it was changed; uses do not count. */
    version: integer().notNull().default(1),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    lastUsedAt: integer("last_used_at"),
    /** How many days ahead of its expiry somebody was last told: 30, 7, then 1. */
    warnedDays: integer("warned_days"),
  },
  (table) => [uniqueIndex("api_keys_id").on(table.id)],
);

/** Set-up links: with one, a customer's administrator sets up one connector, without an account here. */
export const setupLinks = sqliteTable(
  "setup_links",
  {
    hash: text().primaryKey(),
    id: text().notNull(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    name: text().notNull(),
    hint: text().notNull(),
    /** What it lets do: a JSON list. */
    can: text().notNull(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at").notNull(),
    revokedAt: integer("revoked_at"),
    /** When it was last opened. */
    openedAt: integer("opened_at"),
  },
  (table) => [
    uniqueIndex("setup_links_id").on(table.id),
    index("setup_links_connector").on(table.connectorId, table.id),
  ],
);

/**
 * The sessions of people who signed in to the console with a credential of the admin API, and the links that open
 * one. Each stands for that credential, and ends with it: a key by its hash, the admin token by a mark, or a set-up
 * link by its hash.
 */
export const consoleSessions = sqliteTable(
  "console_sessions",
  {
    hash: text().primaryKey(),
    id: text().notNull(),
    kind: text({ enum: ["session", "link", "setup"] }).notNull(),
    /** The hash of the key that it stands for. */
    keyHash: text("key_hash"),
    /** A signature of the admin token that it stands for. */
    adminMark: text("admin_mark"),
    /** The hash of the set-up link that it stands for. */
    setupLinkHash: text("setup_link_hash"),
    createdAt: integer("created_at").notNull(),
    endsAt: integer("ends_at").notNull(),
    lastSeenAt: integer("last_seen_at").notNull(),
    clientIp: text("client_ip"),
    userAgent: text("user_agent"),
  },
  (table) => [
    uniqueIndex("console_sessions_id").on(table.id),
    index("console_sessions_ends").on(table.endsAt),
  ],
);

/** The first answers to creates that came with an Idempotency-Key, so that a repetition gets them again. */
export const firstAnswers = sqliteTable(
  "first_answers",
  {
    /** Of who called, what, and the key. */
    hash: text().primaryKey(),
    /** The hash of the body: another one with the same key is refused. */
    body: text().notNull(),
    /** Headers and body, sealed: a secret is in it. */
    answer: text().notNull(),
    endsAt: integer("ends_at").notNull(),
  },
  (table) => [index("first_answers_ends").on(table.endsAt)],
);

/** The CHECKs of the table of guards, by the column in which a guard tells that it is broken. */
export const GUARDS = {
  versionChanged: "version_unchanged",
  credentialGone: "credential_valid",
  memberOfItself: "no_membership_cycle",
  externalIdTaken: "external_id_free",
} as const;

/** Nothing is ever stored here: an insert that breaks a named CHECK aborts the batch it travels in. */
export const txGuard = sqliteTable(
  "tx_guard",
  {
    versionChanged: integer("version_changed").notNull().default(0),
    credentialGone: integer("credential_gone").notNull().default(0),
    memberOfItself: integer("member_of_itself").notNull().default(0),
    externalIdTaken: integer("external_id_taken").notNull().default(0),
  },
  (table) => [
    check(GUARDS.versionChanged, sql`${table.versionChanged} = 0`),
    check(GUARDS.credentialGone, sql`${table.credentialGone} = 0`),
    check(GUARDS.memberOfItself, sql`${table.memberOfItself} = 0`),
    check(GUARDS.externalIdTaken, sql`${table.externalIdTaken} = 0`),
  ],
);

/**
 * Users and groups: the document as it is answered (without id, meta, groups and members), the
 * folded document that filters read, and the columns that are looked up. Any number of rows may hold
 * one externalId (RFC 7643 §3.1), soft-deleted ones too; where it has to be unique, a guard sees to it.
 */
export const resources = sqliteTable(
  "resources",
  {
    rowId: integer("row_id").primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    type: text().$type<TypeName>().notNull(),
    id: text().notNull(),
    /** The folded userName of a user, the folded displayName of a group. */
    nameKey: text("name_key").notNull(),
    /** Empty where names are unique; the resource's own id where the connector allows doubles. */
    nameSlot: text("name_slot").notNull(),
    externalId: text("external_id"),
    active: integer().notNull(),
    version: integer().notNull(),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
    deletedAt: integer("deleted_at"),
    /** The op_id of the event that last changed the resource or, for a group, its members. */
    eventId: text("event_id").notNull(),
    doc: text().notNull(),
    folded: text().notNull(),
    /** Of a user: the application's own id of the account, and when the person first signed in there. */
    accountId: text("account_id"),
    registeredAt: integer("registered_at"),
    /**
     * The version at which an imported user waits to be claimed: whoever moves the version on, of whatever
     * Worker, has claimed it.
     */
    unclaimedVersion: integer("unclaimed_version"),
  },
  (table) => [
    uniqueIndex("resources_id")
      .on(table.connectorId, table.type, table.id)
      .where(sql`deleted_at IS NULL`),
    uniqueIndex("resources_name")
      .on(table.connectorId, table.type, table.nameKey, table.nameSlot)
      .where(sql`deleted_at IS NULL`),
    index("resources_external_id")
      .on(table.connectorId, table.type, table.externalId)
      .where(sql`external_id IS NOT NULL`),
    uniqueIndex("resources_account")
      .on(table.connectorId, table.accountId)
      .where(sql`account_id IS NOT NULL`),
    // Soft-deleted users stay in these, so that no DELETE has a row more to write.
    index("resources_pending")
      .on(table.connectorId, table.id)
      .where(sql`registered_at IS NULL AND type = 'User'`),
    index("resources_registered")
      .on(table.connectorId, table.id)
      .where(sql`registered_at IS NOT NULL`),
    index("resources_unclaimed")
      .on(table.connectorId, table.id)
      .where(sql`unclaimed_version IS NOT NULL`),
  ],
);

/** Multi-valued attributes that are looked up by value: today the e-mail addresses of users. */
export const resourceValues = sqliteTable(
  "resource_values",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    path: text().notNull(),
    valueKey: text("value_key").notNull(),
    typeKey: text("type_key").notNull(),
    resourceId: text("resource_id").notNull(),
  },
  (table) => [
    primaryKey({
      columns: [table.connectorId, table.path, table.valueKey, table.typeKey, table.resourceId],
    }),
    index("resource_values_resource").on(table.connectorId, table.resourceId),
  ],
);

/** Who is in which group. Adding a row bumps nothing by itself: the group's row says which event did it. */
export const groupMembers = sqliteTable(
  "group_members",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    groupId: text("group_id").notNull(),
    memberId: text("member_id").notNull(),
    memberType: text("member_type").$type<TypeName>().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connectorId, table.groupId, table.memberId] }),
    index("group_members_member").on(table.connectorId, table.memberId),
  ],
);

/** Member values that named no resource when they came: attached when it arrives. */
export const parkedMembers = sqliteTable(
  "parked_members",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    groupId: text("group_id").notNull(),
    value: text().notNull(),
    parkedAt: integer("parked_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connectorId, table.groupId, table.value] }),
    index("parked_members_value").on(table.connectorId, table.value),
    index("parked_members_parked_at").on(table.parkedAt),
  ],
);

/** Exact numbers of live resources per type, and of parked members, kept by triggers. */
export const counters = sqliteTable(
  "counters",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    type: text().notNull(),
    live: integer().notNull(),
    /** How many of the live ones are not active, and how many are soft-deleted. */
    inactive: integer().notNull().default(0),
    deleted: integer().notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.type] })],
);

/** Live resources per run of about 1,000 ids, kept by triggers: any startIndex is found without OFFSET. */
export const resourceBlocks = sqliteTable(
  "resource_blocks",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    type: text().notNull(),
    firstId: text("first_id").notNull(),
    size: integer().notNull(),
    live: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.type, table.firstId] })],
);

/** The event log: one row for each SCIM request of a known connector. */
export const events = sqliteTable(
  "events",
  {
    rowId: integer("row_id").primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** A UUIDv7, so that its order is the order of time; unique per connector, the key of safe retries. */
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
    /** The name of the administrator who did it; null where none did. */
    actor: text(),
    resourceType: text("resource_type"),
    resourceId: text("resource_id"),
    userName: text("user_name"),
    userNameKey: text("user_name_key"),
    requestBody: text("request_body"),
    responseBody: text("response_body"),
    warnings: text(),
    /** The attributes that a write changed, as before and after, as JSON. */
    difference: text(),
    explanation: text(),
    /** Of callers who were not let in: minute, credential and reason, which share one row. */
    refusalKey: text("refusal_key"),
    /** For how many requests the row stands; null for one. */
    count: integer(),
  },
  (table) => [
    uniqueIndex("events_refusal")
      .on(table.connectorId, table.refusalKey)
      .where(sql`refusal_key IS NOT NULL`),
    uniqueIndex("events_op_id").on(table.connectorId, table.opId),
    index("events_resource")
      .on(table.connectorId, table.resourceId, table.opId)
      .where(sql`resource_id IS NOT NULL`),
  ],
);

/** How many requests, and refused callers, there were by the class of their status. */
const statusCounts = () => ({
  requests2xx: integer("requests_2xx").notNull(),
  requests3xx: integer("requests_3xx").notNull(),
  requests4xx: integer("requests_4xx").notNull(),
  requests5xx: integer("requests_5xx").notNull(),
  refusals4xx: integer("refusals_4xx").notNull(),
  refusals5xx: integer("refusals_5xx").notNull(),
  /** How long the requests took, all together. */
  latencyMs: integer("latency_ms").notNull(),
});

/** What the event log tells of a connector's requests, hour by hour: rolled up by cron. */
export const activity = sqliteTable(
  "activity",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** Whole hours since 1970. */
    hour: integer().notNull(),
    ...statusCounts(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.hour] })],
);

/** The same of all time, which never falls, with what was seen last. */
export const activityTotals = sqliteTable("activity_totals", {
  connectorId: integer("connector_id").$type<ConnectorId>().primaryKey(),
  ...statusCounts(),
  /** How many requests took no longer than so many milliseconds, each without those of the one before it. */
  upTo10: integer("up_to_10").notNull(),
  upTo25: integer("up_to_25").notNull(),
  upTo50: integer("up_to_50").notNull(),
  upTo100: integer("up_to_100").notNull(),
  upTo250: integer("up_to_250").notNull(),
  upTo500: integer("up_to_500").notNull(),
  upTo1000: integer("up_to_1000").notNull(),
  upTo2500: integer("up_to_2500").notNull(),
  lastRequestAt: integer("last_request_at"),
  /** The newest request or refusal of 400 and above: when, with which status, and the op_id of its event. */
  lastErrorAt: integer("last_error_at"),
  lastErrorStatus: integer("last_error_status"),
  lastErrorId: text("last_error_id"),
});

/**
 * Ends of directories: of a connector that was deleted or moved to another tenant. Open until the last of
 * its events is in the outbox, and then kept as long as these can be read.
 */
export const endings = sqliteTable(
  "endings",
  {
    id: integer().primaryKey(),
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    kind: text({ enum: ["deleted", "moved"] }).notNull(),
    /** What becomes of the users. */
    users: text({ enum: ["keep", "deactivate", "delete"] }).notNull(),
    /** The tenant whose directory ends; null for none. */
    tenant: text(),
    /** The administrator, as events name who did it. */
    actor: text().notNull(),
    /** The op_id of the event that ends it. */
    eventId: text("event_id").notNull(),
    at: integer().notNull(),
    /** How far the walk over users, then groups, has come: what is behind it has its event. */
    walked: text().$type<TypeName>().notNull().default("User"),
    position: text().notNull().default(""),
    /** How many users had to be deactivated or deleted so far. */
    told: integer().notNull().default(0),
    /** How many goes at it have failed since the last one that came ahead. */
    failures: integer().notNull().default(0),
    /** The tenant's changes of the connector stand behind the one seq, and up to the other: null while it is open. */
    afterSeq: integer("after_seq").notNull(),
    untilSeq: integer("until_seq"),
  },
  (table) => [
    uniqueIndex("endings_open").on(table.connectorId).where(sql`until_seq IS NULL`),
    index("endings_tenant").on(table.tenant, table.connectorId),
    index("endings_connector").on(table.connectorId, table.untilSeq),
  ],
);

/** What a change row tells: of a resource's own write, of a member (by a trigger), of a connector, or of an alert. */
export const CHANGE_TYPES = [
  "user.created",
  "user.updated",
  "user.deactivated",
  "user.reactivated",
  "user.deleted",
  "user.restored",
  "user.erased",
  "user.claimed",
  "group.created",
  "group.updated",
  "group.deleted",
  "group.member_added",
  "group.member_removed",
  "connector.deleted",
  "connector.moved",
  "connector.joined",
  "user.roles_changed",
  "connector.alert",
] as const;

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
    type: text({ enum: CHANGE_TYPES }).notNull(),
    at: integer().notNull(),
    /** The resource as it is after the change, or as it last was, with id and meta; or the facts of another event. */
    payload: text().notNull(),
    /** The changed attributes of an update or a restore, as JSON: as before and after, or their names alone. */
    difference: text(),
  },
  (table) => [index("changes_connector").on(table.connectorId, table.seq)],
);

/** How many users a connector's clients switched off, by pieces of time: what the brake goes by. */
export const switchOffs = sqliteTable(
  "switch_offs",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** When the piece begins. */
    since: integer().notNull(),
    count: integer().notNull(),
    /** The op_id of the alert that was raised for what goes on in it; null where there were not too many. */
    alertId: text("alert_id"),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.since] })],
);

/**
 * Users whose switch-off is not told before an administrator approves of it, each with all that changed
 * since as one change: triggers keep it, and tell it when it ends.
 */
export const heldUsers = sqliteTable(
  "held_users",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    userId: text("user_id").notNull(),
    /** The row of the user, also when it is soft-deleted. */
    rowId: integer("row_id").notNull(),
    since: integer().notNull(),
    /** The op_id of the request that switched the user off. */
    heldBy: text("held_by").notNull(),
    /** What would be told: the change row, as of the last change. */
    eventId: text("event_id").notNull(),
    at: integer().notNull(),
    version: integer().notNull().default(0),
    type: text({
      enum: ["user.updated", "user.deactivated", "user.deleted", "user.erased"],
    })
      .notNull()
      .default("user.deactivated"),
    payload: text().notNull().default("{}"),
    difference: text(),
    /** 1 for a user who is to be erased, and is kept until it is decided. */
    isErased: integer("is_erased").notNull().default(0),
    /** 1 while it ends: then it is told, and the row goes. */
    isEnding: integer("is_ending").notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.userId] })],
);

/** Memberships that ended with a held user's deletion: they are told with it. */
export const heldMemberships = sqliteTable(
  "held_memberships",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    userId: text("user_id").notNull(),
    groupId: text("group_id").notNull(),
    /** The event; null where another one has undone it. */
    type: text({ enum: ["group.member_added", "group.member_removed"] }),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.userId, table.groupId] })],
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

/** Attributes that a connector's clients sent and nobody declared: names, never values. */
export const seenAttributes = sqliteTable(
  "seen_attributes",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** Resource type, schema and name in lower case. */
    place: text().notNull(),
    resourceType: text("resource_type", { enum: ["User", "Group"] }).notNull(),
    /** The URN of its extension; empty for one of the core schema. */
    schema: text().notNull(),
    /** Its name, and after a dot that of a part of it, as first sent. */
    name: text().notNull(),
    /** A bit for each type that was sent. */
    types: integer().notNull(),
    lastAt: integer("last_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.place] })],
);

/**
 * What administrators did, newest by id (UUIDv7). Rows name their connector by its public id, since they
 * outlive it.
 */
export const audit = sqliteTable(
  "audit",
  {
    id: text().primaryKey(),
    /** The operationId of the admin API. */
    operation: text().notNull(),
    /** The public id of the connector; null for a call that is about none. */
    connectorId: text("connector_id"),
    /** What kind of thing the call is about, and its id; null where it is the connector's only one. */
    subject: text().notNull(),
    subjectId: text("subject_id"),
    actorKind: text("actor_kind", {
      enum: ["adminToken", "access", "key", "setupLink"],
    }).notNull(),
    /** Who it was: ADMIN_TOKEN, an e-mail address, the id of a key or of a set-up link. */
    actor: text().notNull(),
    actorName: text("actor_name"),
    /** The changed members as before and after, without secrets, as JSON. */
    difference: text().$type<JsonText<Difference>>().notNull(),
    clientIp: text("client_ip"),
    userAgent: text("user_agent"),
    outcome: text({ enum: ["pending", "succeeded", "failed"] }).notNull(),
  },
  (table) => [
    index("audit_connector").on(table.connectorId, table.id),
    index("audit_actor").on(table.actor, table.id),
    index("audit_operation").on(table.operation, table.id),
  ],
);

/** Which group gives which role: the setting `roles` of a connector, as triggers and statements look it up. */
export const roleRules = sqliteTable(
  "role_rules",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    namedBy: text("named_by", { enum: ["id", "name"] }).notNull(),
    /** The id of the group, or its folded displayName. */
    groupKey: text("group_key").notNull(),
    role: text().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.connectorId, table.namedBy, table.groupKey, table.role] }),
  ],
);

/** The roles that the feed told of a user last: kept by a trigger, for users who have any. */
export const toldRoles = sqliteTable(
  "told_roles",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    userId: text("user_id").notNull(),
    /** A JSON list in order. */
    roles: text().$type<JsonText<readonly string[]>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.userId] })],
);

/** Users whose roles may be others than were told: put here by triggers. */
export const pendingRoles = sqliteTable(
  "pending_roles",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** The event that did it, and when. */
    eventId: text("event_id").notNull(),
    userId: text("user_id").notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.eventId, table.userId] })],
);

/** Groups whose members' roles may be others than were told; without an id all users who were told some. */
export const pendingRoleGroups = sqliteTable(
  "pending_role_groups",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    eventId: text("event_id").notNull(),
    groupId: text("group_id").notNull(),
    /** Up to which member they were looked at. */
    afterId: text("after_id").notNull(),
    at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.eventId, table.groupId] })],
);

/** Where a job that walks a table a little each minute goes on. */
export const sweeps = sqliteTable("sweeps", {
  name: text().primaryKey(),
  position: integer().notNull(),
});

/** People who are being erased, until nothing is left of them: the names go last, with the row. */
export const erasures = sqliteTable(
  "erasures",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    userId: text("user_id").notNull(),
    /** By what the log may name the person, as a JSON list. */
    names: text().$type<JsonText<readonly string[]>>().notNull(),
    startedAt: integer("started_at").notNull(),
    /** The seq and the op_id up to which changes and events are looked through. */
    changesTo: integer("changes_to").notNull().default(0),
    eventsTo: text("events_to").notNull().default(""),
    /** What is under way: the person's own events, the changes, all events, or those of requests that were logged late. */
    stage: text({ enum: ["own", "changes", "events", "late"] })
      .notNull()
      .default("changes"),
  },
  (table) => [primaryKey({ columns: [table.connectorId, table.userId] })],
);

/** The pull sync of a connector: what an administrator chose, and a mirror of what its Durable Object knows. */
export const bridges = sqliteTable(
  "bridges",
  {
    connectorId: integer("connector_id").$type<ConnectorId>().primaryKey(),
    /** Source and options, as JSON. */
    config: text().notNull(),
    /** The provider's credentials, sealed. */
    credentials: text().notNull(),
    state: text({ enum: ["pending", "syncing", "active", "failed", "disabled"] }).notNull(),
    paused: integer().notNull().default(0),
    consecutiveFailures: integer("consecutive_failures").notNull().default(0),
    /** When it has to be woken, at the latest; null where it waits for an administrator. */
    nextAt: integer("next_at"),
    /** How many switch-offs its guard holds back, and when its last run that succeeded ended. */
    held: integer().notNull().default(0),
    lastSucceededAt: integer("last_succeeded_at"),
    /** Kept by triggers: random at first, since a bridge that is made anew has the key of the former one. */
    version: integer().notNull().default(1),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
  },
  (table) => [index("bridges_next_at").on(table.nextAt).where(sql`next_at IS NOT NULL`)],
);

/** Where changes are delivered; what was delivered is known to its Durable Object. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    id: text().primaryKey(),
    /** The one connector that it follows; 0, which no connector has, where it follows several. */
    connectorId: integer("connector_id").$type<ConnectorId>().notNull(),
    /** Of one that follows several connectors: their tenant, or null for all there are. */
    tenant: text(),
    name: text(),
    url: text().notNull(),
    /** The change types it wants, as a JSON list; null for all. */
    eventTypes: text("event_types").$type<JsonText<readonly string[]>>(),
    /** The signing secret, sealed; beside it the former one until the rotation's overlap ends. */
    secret: text().notNull(),
    formerSecret: text("former_secret"),
    formerSecretUntil: integer("former_secret_until"),
    status: text({ enum: ["active", "disabled"] }).notNull(),
    disabledReason: text("disabled_reason", { enum: ["administrator", "gone", "failing"] }),
    /** Every change up to this seq was handed to its Durable Object; a mirror that may lag. */
    position: integer().notNull(),
    /** How many deliveries wait there, and since when the oldest of them does; a mirror that may lag. */
    waiting: integer().notNull().default(0),
    waitingSince: integer("waiting_since"),
    /** How often it was changed: kept by a trigger. */
    version: integer().notNull().default(1),
    createdAt: integer("created_at").notNull(),
    modifiedAt: integer("modified_at").notNull(),
  },
  (table) => [
    index("webhooks_connector").on(table.connectorId, table.id),
    index("webhooks_followed").on(table.connectorId, table.tenant, table.id),
  ],
);
