import { env } from "cloudflare:workers";
import type { ChangeEvent } from "#store/changes/event.ts";
import type { openGateway, TestAnswer } from "#test/support/gateway.ts";

/** An event with the members that some kind of event has, so that a test reads what it just caused. */
// biome-ignore lint/suspicious/noExplicitAny: tests read members of events they just described
export type SeenEvent = ChangeEvent & Record<string, any>;

/** Asks for a page of a connector's feed. */
export function feedPage(
  gateway: ReturnType<typeof openGateway>,
  connectorId: string,
  query: Readonly<Record<string, string | number>> = {},
): Promise<TestAnswer> {
  const entries = Object.entries(query).map(([name, value]) => [name, String(value)]);
  return gateway.api(`/changes?${new URLSearchParams([["connector", connectorId], ...entries])}`);
}

/** All events of a connector's feed, oldest first, read in pages. */
export async function allEvents(
  gateway: ReturnType<typeof openGateway>,
  connectorId: string,
  limit = 100,
): Promise<readonly SeenEvent[]> {
  const events: SeenEvent[] = [];
  let query: Record<string, string | number> = { limit };
  for (;;) {
    const { body } = await feedPage(gateway, connectorId, query);
    events.push(...body.items);
    if (!body.hasMore) return events;
    query = { limit, after: body.next };
  }
}

/** Fills the outbox by SQL with so many changes of users for each connector in turn, each with its event. */
export async function fillChanges(connectorIds: readonly string[], count: number): Promise<void> {
  const rows = `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)
    SELECT n, k.key AS turn, c.number AS connector FROM numbers CROSS JOIN json_each(?1) AS k
    CROSS JOIN connectors AS c ON c.id = k.value`;
  const eventId = "printf('01900000-0000-7000-8000-%012x', n)";
  const ids = JSON.stringify(connectorIds);
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
       SELECT ${eventId}, connector, 'User', 'u' || n, 1, 'user.updated', 1700000000000 + n,
         json_object('userName', 'user' || n) FROM (${rows}) ORDER BY n, turn`,
    ).bind(ids, count),
    env.DB.prepare(
      `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, credential_id, warnings)
       SELECT connector, ${eventId}, 1700000000000 + n, 'PATCH', '/Users', 200, 1, 'credential', '[]' FROM (${rows})`,
    ).bind(ids, count),
  ]);
}

/** Makes so many connectors by SQL, each of a tenant of its own and with one change behind it. */
export async function fillConnectors(count: number, tenant: string): Promise<void> {
  const numbers = `WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)`;
  const id = "printf('01900000-0000-7000-9000-%012x', n)";
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO connectors (id, name, tenant, status, settings, created_at, modified_at)
       ${numbers} SELECT ${id}, 'C' || n, ?2 || n, 'active', '{}', 1, 1 FROM numbers`,
    ).bind(count, tenant),
    env.DB.prepare(
      `INSERT INTO changes (event_id, connector_id, resource_type, resource_id, version, type, at, payload)
       ${numbers} SELECT ${id}, c.number, 'User', 'u', 1, 'user.updated', 1, '{"userName":"user0"}'
       FROM numbers CROSS JOIN connectors AS c ON c.id = ${id} ORDER BY n`,
    ).bind(count),
  ]);
}
