import { env } from "cloudflare:workers";
import { expect, test } from "vitest";

async function schemaRows(type: "trigger" | "table"): Promise<Map<string, string>> {
  const { results } = await env.DB.prepare(
    "SELECT name, sql FROM sqlite_schema WHERE type = ? ORDER BY name",
  )
    .bind(type)
    .all<{ name: string; sql: string }>();
  return new Map(results.map(({ name, sql }) => [name, sql]));
}

test("every trigger is in place: a rebuilt table would have lost its own silently", async () => {
  const triggers = await schemaRows("trigger");

  expect([...triggers.keys()]).toEqual([
    "bridges_versioned",
    "bridges_versioned_on_insert",
    "bridges_versioned_on_paused",
    "changes_held",
    "changes_held_memberships",
    "changes_keep_newest",
    "connectors_attributes_versioned",
    "connectors_versioned",
    "group_members_changed_on_delete",
    "group_members_changed_on_insert",
    "held_users_told",
    "parked_members_attached",
    "parked_members_counted_on_delete",
    "parked_members_counted_on_insert",
    "resources_cleared_on_delete",
    "resources_counted_on_active",
    "resources_counted_on_delete",
    "resources_counted_on_deleted_at",
    "resources_counted_on_insert",
    "resources_held",
    "resources_leave_groups_on_deleted_at",
    "roles_forgotten_on_connector_deleted",
    "roles_forgotten_on_user_delete",
    "roles_forgotten_on_user_deleted",
    "roles_pending_on_group_delete",
    "roles_pending_on_group_name",
    "roles_pending_on_member_delete",
    "roles_pending_on_member_insert",
    "roles_told_on_change",
    "switch_offs_pruned",
    "webhooks_versioned",
  ]);
});

test("tables that are only looked up by key have no row id of their own to write", async () => {
  const tables = await schemaRows("table");

  const withoutRowId = [...tables].filter(([, sql]) => sql.includes("WITHOUT ROWID"));

  expect(withoutRowId.map(([name]) => name)).toEqual([
    "activity",
    "api_keys",
    "console_sessions",
    "counters",
    "credentials",
    "erasures",
    "first_answers",
    "group_members",
    "held_memberships",
    "held_users",
    "parked_members",
    "pending_role_groups",
    "pending_roles",
    "refusals",
    "resource_blocks",
    "resource_values",
    "role_rules",
    "seen_attributes",
    "setup_links",
    "switch_offs",
    "told_roles",
  ]);
});

test("no migration rebuilds a table, which would drop its triggers", () => {
  const rebuilding = env.TEST_MIGRATIONS.filter(({ queries }) =>
    queries.some((query) => query.includes("__new_")),
  );

  expect(rebuilding.map(({ name }) => name)).toEqual([]);
});

test("the newest change row survives any deletion, so that its seq is never given out again", async () => {
  const insert = env.DB.prepare(
    `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
     VALUES ('e', 999, 'User', 'u', 1, 'user.created', 0, '{}')`,
  );
  await env.DB.batch([insert, insert, insert]);
  const newest = await env.DB.prepare("SELECT max(seq) AS seq FROM changes").first<number>("seq");

  await env.DB.prepare("DELETE FROM changes").run();

  const { results } = await env.DB.prepare("SELECT seq FROM changes").all();
  expect(results).toEqual([{ seq: newest }]);
});
