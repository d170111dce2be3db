import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { plantFormerRows } from "#test/support/deploy/former-rows.ts";
import { migrateAnew, migrateLater, NEWEST_LEVEL } from "#test/support/deploy/migration-levels.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";
import { clientWithWebhooks, drain, openReceiver, steerTime } from "#test/support/receiver.ts";
import { postUser, sendBulk, statusesOf } from "#test/support/scim/bulk.ts";
import { openGroups } from "#test/support/scim/groups.ts";
import { randomPushes } from "#test/support/scim/random-pushes.ts";
import { runCron } from "../../../src/cron.ts";

// While a new version is rolled out, and after a rollback, the Worker of one version runs on the tables
// of the next.

const DAY_MS = 86_400_000;

afterEach(() => {
  vi.restoreAllMocks();
});

async function countOf(text: string): Promise<number> {
  return (await env.DB.prepare(text).first<number>("n")) ?? 0;
}

describe("on tables that a later version has added to", () => {
  beforeEach(async () => {
    await migrateAnew(NEWEST_LEVEL);
    await migrateLater();
  });

  test("clients write and read as ever, and every count is right", async () => {
    const groups = await openGroups(openGateway({ roundTripsMax: 40 }));
    const push = randomPushes(groups, seededRandom(11));

    for (let n = 0; n < 200; n += 1) await push();

    const { body } = await groups.client.call("/Users?count=0");
    const live = "type = 'User' AND deleted_at IS NULL";
    expect(await contradictions()).toEqual([]);
    expect(body.totalResults).toBe(
      await countOf(`SELECT count(*) AS n FROM resources WHERE ${live}`),
    );
    expect(await countOf("SELECT count(*) AS n FROM later_log")).toBeGreaterThan(200);
  });

  test("each call of the admin API, OAuth, Bulk and the feed answer as ever", async () => {
    const gateway = openGateway({ roundTripsMax: 10 });
    const client = await gateway.client();
    const path = `/connectors/${client.id}`;
    const oauth = (await gateway.admin(`${path}/clients`, { body: {} })).body;
    const form = { grant_type: "client_credentials", client_id: oauth.clientId };
    const body = new URLSearchParams({ ...form, client_secret: oauth.clientSecret });
    const url = "https://scim.example.com/oauth/token";
    const granted = (await gateway.send(new Request(url, { method: "POST", body }))).body;
    const attributes = [{ name: "city", type: "string" }];
    const declare = { method: "PUT", body: { attributes } };
    await gateway.admin(`${path}/tokens`, { body: { name: "second" } });
    const [token] = (await gateway.admin(`${path}/tokens`)).body.items;

    const answers = [
      await gateway.admin(path, { method: "PATCH", body: { settings: { retentionDays: 5 } } }),
      await gateway.admin(`${path}/tokens/${token.id}/rotate`, { body: {} }),
      await gateway.admin(`${path}/tokens/${token.id}`, { method: "DELETE" }),
      await gateway.scim("/Users", { token: granted.access_token, body: aUser() }),
      await gateway.admin(`${path}/events`),
      await gateway.api(`/changes?connector=${client.id}`),
      await gateway.admin(`${path}/attributes`, declare),
      await gateway.admin(path, { method: "DELETE" }),
    ];
    const other = await gateway.client();
    const bulk = await sendBulk(other, [postUser(), postUser({ emails: [{ value: "a@b.c" }] })]);

    expect(answers.map(({ status }) => status)).toEqual([200, 201, 204, 201, 200, 200, 200, 204]);
    expect(statusesOf(bulk)).toEqual(["201", "201"]);
    expect(await contradictions()).toEqual([]);
  });

  test("a bridge pulls, a webhook delivers", async () => {
    const source = new BridgeSource(manyPeople(5));
    source.putGroups({ id: "g1", name: "Staff", members: ["p0", "p2"] });
    const bridge = await TestBridge.open(source, { groups: "all" });
    const first = await bridge.due();
    source.put({ id: "p0", active: false }, { id: "p1", title: "Dr" });
    const second = await bridge.run();
    const time = steerTime();
    const { received } = openReceiver();
    const { client, webhooks } = await clientWithWebhooks(openGateway());
    await client.post(aUser());
    await drain(time, webhooks);

    expect([first.state, first.counts.created, second.state]).toEqual([
      "succeeded",
      5,
      "succeeded",
    ]);
    expect(received.map(({ body }) => body.type)).toEqual(["user.created"]);
    expect(await contradictions()).toEqual([]);
  });

  test("cron warns, erases and prunes", async () => {
    const { connector, cleo } = await plantFormerRows();
    const clock = { ...TEST_CLOCK, now: () => Date.now() + 31 * DAY_MS };
    await runCron({ databases: env, clock: TEST_CLOCK, newId: () => uuidv7() });
    const alerts = await countOf(
      "SELECT count(*) AS n FROM changes WHERE type = 'connector.alert'",
    );

    await runCron({ databases: env, clock, newId: () => uuidv7() });

    const { body } = await openGateway().admin(`/connectors/${connector}/events`);
    expect([alerts, body.items]).toEqual([1, []]);
    expect(await countOf(`SELECT count(*) AS n FROM resources WHERE id = '${cleo}'`)).toBe(0);
    expect(await countOf("SELECT count(*) AS n FROM changes")).toBe(1);
    expect(await countOf("SELECT count(*) AS n FROM parked_members")).toBe(0);
    // Without the changes that were pruned, nothing says any more how memberships began.
    const wrong = (await contradictions()).filter((each) => !each.startsWith("membership differs"));
    expect(wrong).toEqual([]);
  });
});
