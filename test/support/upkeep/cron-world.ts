import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { vi } from "vitest";
import type { BridgeCalls } from "#bridge/calls.ts";
import { forgetInObjects } from "#http/admin/objects/forget-person.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { START, TestBridge } from "#test/support/bridge/world.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { endpointOf, openReceiver } from "#test/support/receiver.ts";
import { runCron } from "../../../src/cron.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A world begins without rows of others, of which cron would have to make an end first. */
const WORKED_ON = [
  ...["resources", "parked_members", "bridges", "webhooks"],
  ...["refusals", "sweeps", "changes", "events"],
];

/** How cron fires at an hour: as often as `tick` is called, one after the other or at once. */
export type Ticking = (tick: () => Promise<void>, hour: number) => Promise<unknown>;

/** The hours at which cron may fire, and what the provider has new before each of them. */
const HOURS = Array.from({ length: 11 }, (_, at) => at * 6);
const NEWS: ReadonlyMap<number, (source: BridgeSource) => void> = new Map([
  [6, (source) => source.put({ id: "p0", title: "Dr" })],
  [18, (source) => source.put({ id: "p1", active: false })],
  [30, (source) => source.put({ id: "p9" })],
  [42, (source) => source.drop("p2")],
]);

/**
 * Plays sixty hours of a gateway with work for every job of cron, where all alarms get lost before each
 * tick, so that cron alone keeps things going; gives what is there in the end, without ids and times.
 */
export async function playCron(ticking: Ticking) {
  await env.DB.batch(WORKED_ON.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  const source = new BridgeSource(manyPeople(4));
  let now = START;
  vi.spyOn(Date, "now").mockImplementation(() => now);
  const bridge = await TestBridge.open(source);
  const { received } = openReceiver();
  const webhook = await plantWork(bridge);
  for (const hour of HOURS) {
    now = START + hour * HOUR_MS;
    bridge.now = now;
    NEWS.get(hour)?.(source);
    await loseAlarms(bridge.stub, endpointOf(webhook));
    await ticking(tick, hour);
    await bridge.settle();
    await settleWebhook(webhook, now);
  }
  vi.restoreAllMocks();
  const events = received.map(
    ({ body }) => `${body.type} ${body.resource?.externalId ?? body.alert}`,
  );
  return { ...(await endOf(bridge)), received: events.sort(), ids: received.map(({ id }) => id) };
}

/** One run of cron, with the real objects of bridges and webhooks. */
export async function tick(): Promise<void> {
  await runCron({
    databases: env,
    clock: TEST_CLOCK,
    newId: () => uuidv7(),
    // The class has these methods; what they take and give is plain data.
    bridgeOf: (id) => env.BRIDGE.getByName(id) as unknown as BridgeCalls,
    forgetPerson: (erasure) => forgetInObjects(env, erasure),
    webhookOf: (id) => env.WEBHOOK.getByName(id),
  });
}

/** Deletes the alarms of Durable Objects: they will not fire, and nothing says so. */
export async function loseAlarms(...stubs: readonly DurableObjectStub[]): Promise<void> {
  for (const stub of stubs)
    await runInDurableObject(stub, async (_, { storage }) => await storage.deleteAlarm());
}

/** A webhook, a token near its end, and rows of each kind whose time is over, or soon will be. */
async function plantWork({ connector, number }: TestBridge): Promise<{ readonly id: string }> {
  const gateway = openGateway();
  const old = START - 40 * DAY_MS;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO events (connector_id, op_id, at, method, path, status, latency_ms, warnings)
       VALUES (?1, 'old', ?2, 'GET', '/', 200, 1, '[]')`,
    ).bind(number, old),
    env.DB.prepare(
      `INSERT INTO credentials (hash, id, connector_id, kind, hint, scope, created_at, expires_at)
       VALUES ('old' || ?1, 'old' || ?1, ?1, 'access', '', 'read', ?2, ?2)`,
    ).bind(number, old),
    env.DB.prepare("INSERT INTO refusals VALUES (?1, '10.0.0.0/24', 'absent', 1)").bind(
      Math.floor(old / 60_000),
    ),
    env.DB.prepare("INSERT INTO parked_members VALUES (?1, 'nobody', 'nobody', ?2)").bind(
      number,
      START - 29 * DAY_MS,
    ),
  ]);
  const path = `/connectors/${connector.id}`;
  const body = { url: "https://receiver.example/0" };
  const { body: webhook } = await gateway.admin(`${path}/webhooks`, { body });
  await gateway.admin(path, { method: "PATCH", body: { settings: { retentionDays: 2 } } });
  const expiresAt = new Date(START + 8 * DAY_MS).toISOString();
  await gateway.admin(`${path}/tokens`, { body: { expiresAt } });
  const { token } = connector;
  const { body: user } = await gateway.scim("/Users", { token, body: aUser({ externalId: "x" }) });
  await gateway.scim(`/Users/${user.id}`, { token, method: "DELETE" });
  return webhook;
}

/** Rings the webhook's alarm as long as it is due. */
async function settleWebhook(webhook: { readonly id: string }, now: number): Promise<void> {
  const stub = endpointOf(webhook);
  const alarm = () => runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
  for (let rings = 0; rings < 100; rings += 1) {
    const at = await alarm();
    if (at === null || at > now + 1) return;
    await runDurableObjectAlarm(stub);
  }
}

/** What cron has to have made an end of. */
const LEFT = `
  SELECT 'event' AS line FROM events WHERE op_id = 'old' AND connector_id = ?1
  UNION ALL SELECT 'deleted user' FROM resources WHERE connector_id = ?1 AND deleted_at IS NOT NULL
  UNION ALL SELECT 'access token' FROM credentials WHERE connector_id = ?1 AND kind = 'access'
  UNION ALL SELECT 'parked member' FROM parked_members WHERE connector_id = ?1
  UNION ALL SELECT 'refusal' FROM refusals WHERE minute < unixepoch('2040-01-01') / 60`;

const ALERTS = `SELECT explanation AS line FROM events WHERE connector_id = ?1 AND method = 'ALERT'
  ORDER BY op_id`;

async function endOf(bridge: TestBridge) {
  const lines = async (text: string) => {
    const { results } = await env.DB.prepare(text).bind(bridge.number).all<{ line: string }>();
    return results.map(({ line }) => line);
  };
  const people = await bridge.users();
  return {
    users: people.map(({ externalId, active, version }) => `${externalId} ${active} v${version}`),
    changes: (await bridge.changes()).toSorted(),
    // Without the token and the moment.
    alerts: (await lines(ALERTS)).map((line) => line.replace(/sgw_\w+|\d{4}-\S+/g, "…")),
    left: await lines(LEFT),
  };
}
