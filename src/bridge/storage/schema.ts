import { eq, isNotNull } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text } from "drizzle-orm/sqlite-core";
import type { IssueKind } from "../mapping/mapped.ts";
import type { ScopePart, SourceGroup } from "../source/source.ts";

// The tables of a bridge's Durable Object; drizzle/bridge makes them. docs/storage.md says what each is for.

/** What the object knows, and the version of its tables. */
export const memoryTable = sqliteTable("memory", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** Users of the provider who are tied to users here. */
export const linksTable = sqliteTable(
  "links",
  {
    /** Short and dense, so that a bitmap can say which links a listing has shown. */
    n: integer().primaryKey(),
    sourceId: text("source_id").notNull().unique(),
    userId: text("user_id").notNull(),
    hash: text().notNull(),
    active: integer().notNull(),
    goneAt: integer("gone_at"),
    pendingManager: text("pending_manager"),
    /** The provider's own stamp of the record that was applied last, in milliseconds. */
    stamp: integer(),
  },
  (table) => [
    index("links_user").on(table.userId),
    index("links_active").on(table.active).where(eq(table.active, 1)),
    index("links_manager").on(table.n).where(isNotNull(table.pendingManager)),
  ],
);

export const seenTable = sqliteTable("seen", {
  chunk: integer().primaryKey(),
  bits: blob().$type<ArrayBuffer>().notNull(),
});

export const cursorsTable = sqliteTable("cursors", { hash: text().primaryKey() });

export const offsTable = sqliteTable(
  "offs",
  {
    stage: text().$type<OffStage>().notNull(),
    sourceId: text("source_id").notNull(),
    /** A WaitingOff as JSON. */
    off: text().notNull(),
    since: integer().notNull().default(0),
    runId: text("run_id").notNull().default(""),
    wantedBy: text("wanted_by").notNull().default(""),
  },
  (table) => [primaryKey({ columns: [table.stage, table.sourceId] })],
);

/**
 * How far a switch-off is: decided, waiting for the guard ("run"); held back ("held"); approved by an
 * administrator ("approved"), and found to be right still ("confirmed"). What was approved stays so until
 * it is applied, or the person is back. Of what was held together, what was done by approval
 * ("done") and what was refused ("rejected") are remembered, since the guard weighs it as one.
 */
export type OffStage = "run" | "held" | "approved" | "confirmed" | "rejected" | "done";

export const waitingTable = sqliteTable(
  "waiting",
  {
    sourceId: text("source_id").primaryKey(),
    record: text().notNull(),
    nameKey: text("name_key"),
    emailKey: text("email_key"),
    settled: integer().notNull(),
  },
  (table) => [index("waiting_name").on(table.nameKey), index("waiting_email").on(table.emailKey)],
);

export const releasedTable = sqliteTable("released", {
  userId: text("user_id").primaryKey(),
  sourceId: text("source_id").notNull(),
});

/** One row a page, since a run without anything new may find thousands of claims. */
export const claimsTable = sqliteTable("claims", {
  n: integer().primaryKey(),
  items: text().notNull(),
});

export const runsTable = sqliteTable("runs", {
  runId: text("run_id").primaryKey(),
  run: text().notNull(),
});

export const issuesTable = sqliteTable(
  "issues",
  {
    runId: text("run_id").notNull(),
    at: integer().notNull(),
    item: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.at] })],
);

export const stepsTable = sqliteTable(
  "steps",
  {
    runId: text("run_id").notNull(),
    at: integer().notNull(),
    item: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.at] })],
);

export const openIssuesTable = sqliteTable(
  "open_issues",
  {
    plan: integer().notNull(),
    type: text().$type<"User" | "Group">().notNull(),
    subject: text().notNull(),
    kind: text().$type<IssueKind>().notNull(),
    detail: text().notNull(),
    item: text().notNull(),
    since: integer().notNull(),
    tries: integer().notNull(),
    runId: text("run_id").notNull(),
    told: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.plan, table.type, table.subject, table.kind, table.detail] }),
    index("open_issues_kind").on(table.plan, table.kind, table.since),
  ],
);

export const noticesTable = sqliteTable("notices", {
  opId: text("op_id").primaryKey(),
  notice: text().notNull(),
});

export const asksTable = sqliteTable(
  "asks",
  {
    plan: integer().notNull(),
    sourceId: text("source_id").notNull(),
    why: text().$type<AskReason>().notNull(),
    since: integer().notNull(),
    tries: integer().notNull(),
    runId: text("run_id").notNull(),
  },
  (table) => [primaryKey({ columns: [table.plan, table.sourceId] })],
);

/**
 * Why the provider is to be asked for somebody by id: an administrator approved the switch-off; no listing
 * showed him; a listing showed an older record of him than was applied; or there is an issue about him.
 */
export type AskReason = "approved" | "missing" | "older" | "issue";

export const scopePartsTable = sqliteTable(
  "scope_parts",
  {
    kind: text().$type<ScopePart["kind"]>().notNull(),
    sourceId: text("source_id").notNull(),
    isOpen: integer("is_open").notNull(),
    cursor: text(),
    came: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.sourceId] })],
);

export const scopeMembersTable = sqliteTable("scope_members", {
  sourceId: text("source_id").primaryKey(),
});

export const unknownMembersTable = sqliteTable(
  "unknown_members",
  {
    groupId: text("group_id").notNull(),
    memberId: text("member_id").notNull(),
    since: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.memberId] }),
    index("unknown_members_member").on(table.memberId),
  ],
);

export const groupQueueTable = sqliteTable("group_queue", {
  sourceId: text("source_id").primaryKey(),
  name: text().notNull(),
  kind: text().$type<SourceGroup["members"]["kind"] | "removed">().notNull(),
  tries: integer().notNull(),
  cursor: text(),
});

export const groupPartsTable = sqliteTable(
  "group_parts",
  {
    sourceId: text("source_id").notNull(),
    n: integer().notNull(),
    added: integer().notNull(),
    ids: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.n] })],
);

export const groupLinksTable = sqliteTable(
  "group_links",
  {
    sourceId: text("source_id").primaryKey(),
    groupId: text("group_id").notNull(),
    hash: text().notNull(),
    created: integer().notNull(),
  },
  (table) => [index("group_links_group").on(table.groupId)],
);

export const listedGroupsTable = sqliteTable("listed_groups", {
  sourceId: text("source_id").primaryKey(),
});

export const listedRowsTable = sqliteTable("listed_rows", {
  id: integer().primaryKey(),
  n: integer().notNull(),
});

export const unsupportedMembersTable = sqliteTable(
  "unsupported_members",
  {
    sourceId: text("source_id").notNull(),
    item: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.sourceId, table.item] })],
);

export const plannedUsersTable = sqliteTable("planned_users", {
  sourceId: text("source_id").primaryKey(),
});

export const groupOffsTable = sqliteTable(
  "group_offs",
  {
    plan: integer().notNull(),
    sourceId: text("source_id").notNull(),
    memberId: text("member_id").notNull(),
    groupId: text("group_id").notNull(),
    name: text().notNull(),
    stage: text().$type<GroupOffStage>().notNull(),
    since: integer().notNull(),
    runId: text("run_id").notNull(),
    wantedBy: text("wanted_by").notNull(),
    takenUp: integer("taken_up").notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.plan, table.sourceId, table.memberId] })],
);

/**
 * How far it is that a group goes, or that a member leaves a group: found by a run, and not weighed yet
 * ("run"); held back ("held"); held until somebody decides, however few they are by now, since an
 * administrator decided on others that were held with them ("left"); let through by the guard or an
 * administrator, until it is done ("approved"); or refused by an administrator, until the provider says
 * otherwise ("rejected").
 */
export type GroupOffStage = "run" | "held" | "left" | "approved" | "rejected";

export const formerGroupsTable = sqliteTable("former_groups", {
  sourceId: text("source_id").primaryKey(),
  groupId: text("group_id").notNull(),
  version: integer().notNull(),
  goneAt: integer("gone_at").notNull(),
});
