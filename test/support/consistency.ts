import { env } from "cloudflare:workers";

/**
 * Looks for contradictions between the tables of the whole database: each entry names one. Empty
 * means that counters, blocks, lookup values, log and change rows all agree with the users.
 */
export async function contradictions(): Promise<string[]> {
  const found = await env.DB.batch<{ what: string }>(
    CHECKS.map(([what, query]) =>
      env.DB.prepare(`SELECT '${what}: ' || found AS what FROM (${query}) LIMIT 20`),
    ),
  );
  return found.flatMap(({ results }) => results.map(({ what }) => what));
}

const CHECKS: readonly (readonly [what: string, query: string])[] = [
  [
    "counter differs from live users",
    `SELECT number AS found FROM connectors WHERE
       coalesce((SELECT live FROM counters WHERE connector_id = number AND resource_type = 'User'), 0)
       <> (SELECT count(*) FROM users WHERE connector_id = number AND deleted_at IS NULL)`,
  ],
  [
    "blocks differ from users",
    `SELECT number AS found FROM connectors WHERE
       (SELECT coalesce(sum(live), 0) || ' ' || coalesce(sum(size), 0) FROM user_blocks WHERE connector_id = number)
       <> (SELECT count(*) FILTER (WHERE deleted_at IS NULL) || ' ' || count(*) FROM users WHERE connector_id = number)`,
  ],
  [
    "e-mail without lookup value, or the reverse",
    `SELECT user_id AS found FROM (
       SELECT connector_id, user_id, value_key FROM user_values
       EXCEPT SELECT connector_id, users.id, e.value ->> 'value' FROM users, json_each(folded, '$.emails') AS e)
     UNION ALL SELECT id FROM (
       SELECT connector_id, users.id, e.value ->> 'value' FROM users, json_each(folded, '$.emails') AS e
       EXCEPT SELECT connector_id, user_id, value_key FROM user_values)`,
  ],
  [
    "version differs from the number of changes",
    `SELECT id AS found FROM users WHERE version <> (SELECT count(*) FROM changes
       WHERE changes.connector_id = users.connector_id AND resource_id = users.id)
       AND EXISTS (SELECT 1 FROM changes WHERE resource_id = users.id)`,
  ],
  [
    "change without its event",
    `SELECT seq AS found FROM changes WHERE NOT EXISTS (SELECT 1 FROM events
       WHERE events.connector_id = changes.connector_id AND op_id = event_id)`,
  ],
  ["something in tx_guard", "SELECT version_changed AS found FROM tx_guard"],
];
