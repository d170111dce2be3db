import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { expect, test } from "vitest";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
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

test("the successor of a token that may only read may only read as well", async () => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const tokens = `/connectors/${id}/tokens`;
  const { body: former } = await gateway.admin(tokens, { body: { scope: "read" } });

  const { body } = await gateway.admin(`${tokens}/${former.id}/rotate`, { body: {} });

  expect(body.scope).toBe("read");
  expect((await gateway.scim("/Users", { token: body.secret })).status).toBe(200);
  const write = await gateway.scim("/Users", { token: body.secret, body: aUser() });
  expect(write.status).toBe(403);
});

test("an overlap longer than the old token's life does not lengthen it", async () => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const tokens = `/connectors/${id}/tokens`;
  const expiresAt = new Date(TEST_CLOCK.now() + 3_600_000).toISOString();
  const { body: former } = await gateway.admin(tokens, { body: { expiresAt } });

  const body = { overlapSeconds: 86_400 };
  expect((await gateway.admin(`${tokens}/${former.id}/rotate`, { body })).status).toBe(201);

  const { items } = (await gateway.admin(tokens)).body;
  const [old] = items.filter((token: { id: string }) => token.id === former.id);
  expect(old.expiresAt).toBe(expiresAt);
});

test("the old token works until the overlap is over, and not after", async () => {
  const { token, answer } = await rotated(3_600);

  const before = await gatewayAt(3_500_000).scim("/Users", { token });
  const after = await gatewayAt(3_700_000).scim("/Users", { token });
  const newer = await gatewayAt(3_700_000).scim("/Users", { token: answer.body.secret });

  expect([before.status, after.status, newer.status]).toEqual([200, 401, 200]);
});

test("cron forgets access tokens that ended, and keeps the tokens of administrators", async () => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const expiresAt = new Date(TEST_CLOCK.now() + DAY_MS).toISOString();
  const { body } = await gateway.admin(`/connectors/${id}/tokens`, { body: { expiresAt } });

  await runCron({ databases: env, clock: at(10 * DAY_MS), newId: () => uuidv7() });

  // Its 401 still says that the token expired, and the administrator still sees it.
  const { items } = (await gateway.admin(`/connectors/${id}/tokens`)).body;
  expect(items.map((token: { id: string }) => token.id)).toContain(body.id);
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

test.each([
  ["a revoked token", "revoke"],
  ["a token of a deleted connector", "delete"],
])("%s that nears its end raises no alert", async (_what, how) => {
  const gateway = openGateway();
  const { id } = await gateway.connector();
  const tokens = `/connectors/${id}/tokens`;
  const expiresAt = new Date(TEST_CLOCK.now() + 5 * DAY_MS).toISOString();
  const { body } = await gateway.admin(tokens, { body: { expiresAt } });
  const path = how === "revoke" ? `${tokens}/${body.id}` : `/connectors/${id}`;
  await gateway.admin(path, { method: "DELETE" });

  await runCron({ databases: env, clock: at(60_000), newId: () => uuidv7() });

  expect(await alertsOf(id)).toBe(0);
});

/** How many alerts a connector's feed has. */
async function alertsOf(id: string): Promise<unknown> {
  return await env.DB.prepare(
    "SELECT count(*) AS n FROM changes WHERE type = 'connector.alert' AND resource_id = ?",
  )
    .bind(id)
    .first("n");
}

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

  expect(await alertsOf(id)).toBe(0);
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
