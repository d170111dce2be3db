import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

const DAY_MS = 86_400_000;

function at(ms: number) {
  return { ...TEST_CLOCK, now: () => TEST_CLOCK.now() + ms };
}

function gatewayAt(ms: number) {
  return openGateway({ clock: at(ms) });
}

async function rotated(overlapSeconds?: number) {
  const gateway = openGateway();
  const { id, token } = await gateway.connector();
  const [former] = (await gateway.admin(`/connectors/${id}/tokens`)).body.items;
  const body = overlapSeconds === undefined ? {} : { overlapSeconds };
  const answer = await gateway.admin(`/connectors/${id}/tokens/${former.id}/rotate`, { body });
  return { gateway, id, token, former, answer };
}

test("rotating gives a new token with the old one's scope, and names what it replaces", async () => {
  const { gateway, former, answer } = await rotated();

  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ replaces: former.id, scope: former.scope, expiresAt: null });
  expect((await gateway.scim("/Users", { token: answer.body.secret })).status).toBe(200);
});

test("the old token works until the overlap is over, and not after", async () => {
  const { token, answer } = await rotated(3_600);

  const before = await gatewayAt(3_500_000).scim("/Users", { token });
  const after = await gatewayAt(3_700_000).scim("/Users", { token });
  const newer = await gatewayAt(3_700_000).scim("/Users", { token: answer.body.secret });

  expect([before.status, after.status, newer.status]).toEqual([200, 401, 200]);
});

test("without overlap the old token ends at once", async () => {
  const { token } = await rotated(0);

  expect((await gatewayAt(1).scim("/Users", { token })).status).toBe(401);
});

test("a revoked or unknown token, or another connector's, cannot be rotated", async () => {
  const { gateway, id, former } = await rotated();
  const other = await gateway.connector();
  await gateway.admin(`/connectors/${id}/tokens/${former.id}`, { method: "DELETE" });

  const statuses = [
    await gateway.admin(`/connectors/${id}/tokens/${former.id}/rotate`, { body: {} }),
    await gateway.admin(`/connectors/${id}/tokens/${crypto.randomUUID()}/rotate`, { body: {} }),
    await gateway.admin(`/connectors/${other.id}/tokens/${former.id}/rotate`, { body: {} }),
  ].map(({ status }) => status);

  expect(statuses).toEqual([404, 404, 404]);
});

test("alerts are raised once each at 30, 7 and 1 days before a token expires", async () => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const expiresAt = new Date(TEST_CLOCK.now() + 40 * DAY_MS).toISOString();
  await gateway.admin(`/connectors/${id}/tokens`, { body: { name: "Okta", expiresAt } });

  for (const day of [1, 9, 11, 12, 32, 33.5, 39.5, 39.6, 40.5])
    await runCron({ databases: env, clock: at(day * DAY_MS), newId: () => uuidv7() });

  const { body } = await gateway.admin(`/connectors/${id}/events`);
  const alerts = body.items.filter(({ method }: { method: string }) => method === "ALERT");
  const { results } = await env.DB.prepare(
    "SELECT payload ->> 'days' AS days FROM changes WHERE type = 'connector.alert' AND resource_id = ? ORDER BY seq",
  )
    .bind(id)
    .all();
  expect(results.map(({ days }) => days)).toEqual([30, 7, 1]);
  expect(alerts).toHaveLength(3);
  expect(alerts[0].explanation).toContain("expires within 1 days");
});

test("tokens that nobody has used for so many days are listed with their connectors", async () => {
  const gateway = openGateway();
  const used = await gateway.connector();
  const unused = await gateway.connector();
  await gatewayAt(20 * DAY_MS).scim("/Users", { token: used.token });

  const later = gatewayAt(31 * DAY_MS);
  const { body } = await later.admin("/tokens?unusedDays=30&limit=500");

  const owners = body.items.map(({ connectorId }: { connectorId: string }) => connectorId);
  expect(owners).toContain(unused.id);
  expect(owners).not.toContain(used.id);
  expect(JSON.stringify(body)).not.toContain(unused.token);
});

test("a rotated token raises no alert of the end that rotation gave it", async () => {
  const { id } = await rotated(3_600);

  await runCron({ databases: env, clock: at(60_000), newId: () => uuidv7() });

  const alerts = await env.DB.prepare(
    "SELECT count(*) AS n FROM changes WHERE type = 'connector.alert' AND resource_id = ?",
  )
    .bind(id)
    .first("n");
  expect(alerts).toBe(0);
});

test("the successor of a token that was made to end lives as long", async () => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const expiresAt = new Date(TEST_CLOCK.now() + 90 * DAY_MS).toISOString();
  const { body: former } = await gateway.admin(`/connectors/${id}/tokens`, { body: { expiresAt } });

  const later = gatewayAt(60 * DAY_MS);
  const { body } = await later.admin(`/connectors/${id}/tokens/${former.id}/rotate`, { body: {} });

  const days = (Date.parse(body.expiresAt) - TEST_CLOCK.now()) / DAY_MS;
  expect(Math.round(days)).toBe(150);
});
