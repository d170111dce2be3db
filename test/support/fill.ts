import { env } from "cloudflare:workers";

/** The prefix of the userName, externalId and e-mail address of the n-th filled user. */
export const filled = {
  id: (n: number) => `01900000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`,
  userName: (n: number) => `user${n}@example.com`,
  externalId: (n: number) => `ext-${n}`,
  email: (n: number) => `mail${n}@example.com`,
};

/** Fills a connector with so many users by SQL; the triggers count them as they count any others. */
export async function fillUsers(connectorId: string, count: number): Promise<void> {
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2),
    connector AS (SELECT number FROM connectors WHERE id = ?1)`;
  const id = "printf('01900000-0000-7000-8000-%012x', n)";
  const userName = "'user' || n || '@example.com'";
  const email = "json_array(json_object('value', 'mail' || n || '@example.com', 'type', 'work'))";
  const common = `'externalId', 'ext-' || n, 'userName', ${userName}, 'title', 'title ' || (n % 7),
    'active', json('true'), 'emails', ${email}`;
  const schemas = "'schemas', json_array('urn:ietf:params:scim:schemas:core:2.0:User')";
  await env.DB.batch([
    env.DB.prepare(
      `${numbers} INSERT INTO resources (connector_id, type, id, name_key, name_slot, external_id, active, version,
         created_at, modified_at, event_id, doc, folded)
       SELECT connector.number, 'User', ${id}, ${userName}, '', 'ext-' || n, 1, 1, 1700000000000, 1700000000000, '',
         json_object(${schemas}, ${common}), json_object(${schemas}, ${common})
       FROM numbers CROSS JOIN connector`,
    ).bind(connectorId, count),
    env.DB.prepare(
      `${numbers} INSERT INTO resource_values (connector_id, path, value_key, type_key, resource_id)
       SELECT connector.number, 'emails', 'mail' || n || '@example.com', 'work', ${id}
       FROM numbers CROSS JOIN connector`,
    ).bind(connectorId, count),
  ]);
}

/** Puts so many filled users, from the first one on, into a group by SQL. */
export async function fillMembers(groupId: string, count: number): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO group_members (connector_id, group_id, member_id, member_type)
     SELECT g.connector_id, g.id, u.id, u.type FROM resources AS g CROSS JOIN resources AS u
     WHERE g.type = 'Group' AND g.id = ?1 AND u.connector_id = g.connector_id AND u.type = 'User'
       AND u.id < printf('01900000-0000-7000-8000-%012x', ?2)`,
  )
    .bind(groupId, count)
    .run();
}
