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
    "changes_keep_newest",
    "users_counted_on_delete",
    "users_counted_on_deleted_at",
    "users_counted_on_insert",
  ]);
});

test("tables that are only looked up by key have no row id of their own to write", async () => {
  const tables = await schemaRows("table");

  const withoutRowId = [...tables].filter(([, sql]) => sql.includes("WITHOUT ROWID"));

  expect(withoutRowId.map(([name]) => name)).toEqual([
    "counters",
    "credentials",
    "refusals",
    "user_blocks",
    "user_values",
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
