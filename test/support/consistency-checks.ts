/**
 * Queries that find contradictions between the tables of a database, and what each is about. They run
 * on D1 in the tests, and on the database file of a server that was killed.
 */
export const CONSISTENCY_CHECKS: readonly (readonly [what: string, query: string])[] = [
  [
    "counter differs from live resources",
    `SELECT number || ' ' || kind AS found FROM connectors CROSS JOIN (SELECT 'User' AS kind UNION SELECT 'Group')
       WHERE coalesce((SELECT live FROM counters WHERE connector_id = number AND type = kind), 0)
       <> (SELECT count(*) FROM resources WHERE connector_id = number AND type = kind AND deleted_at IS NULL)`,
  ],
  [
    "inactive or deleted resources miscounted",
    `SELECT number || ' ' || kind AS found FROM connectors CROSS JOIN (SELECT 'User' AS kind UNION SELECT 'Group')
       WHERE coalesce((SELECT inactive || ' ' || deleted FROM counters WHERE connector_id = number AND type = kind), '0 0')
       <> (SELECT count(*) FILTER (WHERE deleted_at IS NULL AND active = 0) || ' ' || count(*) FILTER (WHERE deleted_at IS NOT NULL)
         FROM resources WHERE connector_id = number AND type = kind)`,
  ],
  [
    "blocks differ from resources",
    `SELECT number AS found FROM connectors WHERE
       (SELECT coalesce(sum(live), 0) || ' ' || coalesce(sum(size), 0) FROM resource_blocks WHERE connector_id = number)
       <> (SELECT count(*) FILTER (WHERE deleted_at IS NULL) || ' ' || count(*) FROM resources WHERE connector_id = number)`,
  ],
  [
    "e-mail without lookup value, or the reverse",
    `SELECT resource_id AS found FROM (
       SELECT connector_id, resource_id, value_key FROM resource_values
       EXCEPT SELECT connector_id, resources.id, e.value ->> 'value' FROM resources, json_each(folded, '$.emails') AS e)
     UNION ALL SELECT id FROM (
       SELECT connector_id, resources.id, e.value ->> 'value' FROM resources, json_each(folded, '$.emails') AS e
       EXCEPT SELECT connector_id, resource_id, value_key FROM resource_values)`,
  ],
  [
    "version of a user differs from the number of its changes",
    `SELECT id AS found FROM resources WHERE type = 'User' AND version <> (SELECT count(*) FROM changes
       WHERE changes.connector_id = resources.connector_id AND resource_id = resources.id)
       AND EXISTS (SELECT 1 FROM changes WHERE changes.connector_id = resources.connector_id AND resource_id = resources.id)`,
  ],
  [
    "membership differs from its changes",
    `SELECT group_id || ' ' || member_id AS found FROM (
       SELECT connector_id, group_id, member_id, 1 AS n FROM group_members
       UNION ALL SELECT connector_id, payload ->> 'groupId', payload ->> 'memberId',
         iif(type = 'group.member_added', -1, 1) FROM changes AS c
         WHERE type IN ('group.member_added', 'group.member_removed')
           AND EXISTS (SELECT 1 FROM resources WHERE type = 'Group' AND id = payload ->> 'groupId')
           -- A deletion ends all memberships; the group may have come back under its id.
           AND NOT EXISTS (SELECT 1 FROM changes AS d WHERE d.connector_id = c.connector_id
             AND d.resource_id = c.payload ->> 'groupId' AND d.type = 'group.deleted' AND d.seq > c.seq))
     GROUP BY connector_id, group_id, member_id HAVING sum(n) <> 0`,
  ],
  [
    "membership without a live group or member",
    `SELECT group_id || ' ' || member_id AS found FROM group_members AS m WHERE NOT EXISTS (SELECT 1 FROM resources AS g
       WHERE g.connector_id = m.connector_id AND g.type = 'Group' AND g.id = m.group_id AND g.deleted_at IS NULL)
       OR NOT EXISTS (SELECT 1 FROM resources AS r WHERE r.connector_id = m.connector_id
       AND r.type = m.member_type AND r.id = m.member_id AND r.deleted_at IS NULL)`,
  ],
  [
    "parked members miscounted",
    `SELECT number AS found FROM connectors WHERE
       coalesce((SELECT live FROM counters WHERE connector_id = number AND type = 'ParkedMember'), 0)
       <> (SELECT count(*) FROM parked_members WHERE connector_id = number)`,
  ],
  [
    "change without its event",
    `SELECT seq AS found FROM changes WHERE NOT EXISTS (SELECT 1 FROM events
       WHERE events.connector_id = changes.connector_id AND op_id = event_id)
     -- Cron prunes events and changes by different ages.
     AND NOT EXISTS (SELECT 1 FROM sweeps WHERE name = 'events')`,
  ],
  ["something in tx_guard", "SELECT version_changed AS found FROM tx_guard"],
];
