import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseKeyRing } from "#credentials/key-ring.ts";
import {
  BRIDGE_CREDENTIALS,
  createResealer,
  formerWebhookSecret,
  unseal,
} from "#credentials/sealed.ts";
import { findBridge } from "#store/admin/bridges.ts";
import { resealSecrets } from "#store/upkeep/reseal.ts";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import { beginsWith } from "#test/support/d1/statement-text.ts";
import { aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { clientWithWebhooks, openReceiver, ring, steerTime } from "#test/support/receiver.ts";

// What comes between an administrator's reading and writing: another administrator, cron, a Durable Object.

const OLD = `old:${"A".repeat(42)}E`;
const RING = parseKeyRing(`new:${"B".repeat(42)}E,${OLD}`);
const BRIDGE = fakeBridges().namespace;
const gateway = openGateway({ encryptionKeys: OLD, bindings: { BRIDGE }, roundTripsMax: 10 });

beforeEach(async () => {
  await env.DB.batch(
    ["bridges", "webhooks", "sweeps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The same gateway, whose first statement that begins so finds that something else was done just before. */
function overtaken(beginning: string, deed: () => Promise<unknown>) {
  let [isNext, isDone] = [false, false];
  const db = wrapDatabase(env.DB, async (run) => {
    const isNow = isNext && !isDone;
    isDone ||= isNow;
    if (isNow) await deed();
    return await run();
  });
  const prepare = db.prepare;
  db.prepare = (text) => {
    isNext ||= beginsWith(text, beginning);
    return prepare(text);
  };
  return openGateway({ db, encryptionKeys: OLD, bindings: { BRIDGE }, roundTripsMax: 20 });
}

const reseal = () => resealSecrets(env.DB, TEST_CLOCK, createResealer(RING));

const okta = (host: string) => ({ type: "okta", baseUrl: `https://${host}.okta.com` });

async function openBridge() {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}/bridge`;
  const put = (body: object, by = gateway) => by.admin(path, { method: "PUT", body });
  await put({ source: okta("acme"), credentials: { apiToken: "first" } });
  const token = async () => {
    const { credentials = "" } = (await findBridge(env.DB, id)) ?? {};
    const text = await unseal(RING, credentials, { connector: id, field: BRIDGE_CREDENTIALS });
    return { token: JSON.parse(text).apiToken, sealed: credentials };
  };
  return { id, path, put, token };
}

/** A bridge that is to stand otherwise, with the credentials it has: what changes nothing is not written. */
const CHANGED = { source: okta("acme"), intervalSeconds: 600 };

test("a bridge that keeps its credentials keeps them as cron sealed them anew", async () => {
  const { put, token } = await openBridge();

  const { status } = await put(CHANGED, overtaken("update bridges", reseal));

  const kept = await token();
  expect([status, kept.token]).toEqual([200, "first"]);
  expect(kept.sealed).toMatch(/^v1\.new\./);
});

test("credentials that were given meanwhile are not undone by cron, nor by a change that keeps them", async () => {
  const { put, token } = await openBridge();
  const give = () => put({ source: okta("acme"), credentials: { apiToken: "second" } });
  let isGiven = false;
  const db = wrapDatabase(env.DB, async (run) => {
    const results = await run();
    if (!isGiven) {
      isGiven = true;
      await give();
    }
    return results;
  });

  await resealSecrets(db, TEST_CLOCK, createResealer(RING));
  const { status } = await put(CHANGED, overtaken("update bridges", give));

  expect([status, (await token()).token]).toEqual([200, "second"]);
});

test("credentials that somebody gave for another address meanwhile are not taken to the former one", async () => {
  const { id, put } = await openBridge();
  const move = () => put({ source: okta("other"), credentials: { apiToken: "others" } });

  const { status, body } = await put(CHANGED, overtaken("update bridges", move));

  expect([status, body.detail]).toEqual([400, expect.stringContaining("give them again")]);
  expect(JSON.parse((await findBridge(env.DB, id))?.config ?? "").source).toEqual(okta("other"));
});

test("a bridge of a connector that is deleted meanwhile is not made: nobody would erase its credentials", async () => {
  const { id } = await gateway.connector();
  const remove = () => gateway.admin(`/connectors/${id}`, { method: "DELETE" });
  const body = { source: okta("acme"), credentials: { apiToken: "first" } };

  const path = `/connectors/${id}/bridge`;
  const put = overtaken("insert into bridges", remove).admin(path, { method: "PUT", body });

  expect((await put).status).toBe(404);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM bridges").first("n")).toBe(0);
});

test("a change of a connector that is deleted meanwhile is 404, and it stays deleted", async () => {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}`;
  const remove = () => gateway.admin(path, { method: "DELETE" });

  const change = { method: "PATCH", body: { status: "active" } };
  const { status } = await overtaken("update connectors", remove).admin(path, change);

  expect([status, (await gateway.admin(path)).status]).toEqual([404, 404]);
});

test.each(["PATCH", "DELETE", "approve"])(
  "a %s on a version that is overtaken in the last moment is 412",
  async (call) => {
    const { id } = await gateway.connector({ settings: { staged: true } });
    const path = `/connectors/${id}`;
    const headers = { "If-Match": (await gateway.admin(path)).headers.get("ETag") ?? "" };
    const rename = () => gateway.admin(path, { method: "PATCH", body: { name: "Other" } });
    const late = overtaken("insert into tx_guard", rename);

    const { status } =
      call === "approve"
        ? await late.admin(`${path}/approve`, { method: "POST", headers })
        : await late.admin(path, {
            method: call,
            headers,
            ...(call === "PATCH" && { body: { name: "Mine" } }),
          });

    const { body } = await gateway.admin(path);
    expect([status, body.name, body.settings.staged]).toEqual([412, "Other", true]);
  },
);

async function openWebhook() {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}/webhooks`;
  const { body } = await gateway.admin(path, { body: { url: "https://receiver.example/" } });
  const rotate = (by = gateway) => by.admin(`${path}/${body.id}/rotate`, { body: {} });
  const former = async () => {
    const text = "SELECT former_secret FROM webhooks WHERE id = ?1";
    const sealed = await env.DB.prepare(text).bind(body.id).first<string>("former_secret");
    const boundTo = { connector: id, field: formerWebhookSecret(body.id) };
    return await unseal(RING, sealed ?? "", boundTo);
  };
  return { rotate, former, secret: body.secret };
}

test("a secret that cron seals anew meanwhile is rotated all the same", async () => {
  const { rotate, former, secret } = await openWebhook();
  const gatewayOfBoth = { encryptionKeys: `new:${"B".repeat(42)}E,${OLD}` };
  let isSealed = false;
  const db = wrapDatabase(env.DB, async (run) => {
    const results = await run();
    // Behind the look-ups of the connector and of the secret.
    if (!isSealed && results.some(({ results: [row] }) => /"secret":/.test(JSON.stringify(row)))) {
      isSealed = true;
      await reseal();
    }
    return results;
  });

  const { status } = await rotate(openGateway({ ...gatewayOfBoth, db, roundTripsMax: 20 }));

  expect([isSealed, status, await former()]).toEqual([true, 200, secret]);
});

test("of two rotations at once one is 409, so that the secret that receivers know goes on", async () => {
  const { rotate, former, secret } = await openWebhook();
  const statuses: number[] = [];
  const other = async () => {
    statuses.push((await rotate()).status);
  };

  statuses.push((await rotate(overtaken("update webhooks set secret", other))).status);

  expect([statuses, await former()]).toEqual([[200, 409], secret]);
});

test("a receiver that is replaced while the former one says 410 is not the one that is gone", async () => {
  steerTime();
  const plain = openGateway();
  const { client, webhooks } = await clientWithWebhooks(plain);
  const [webhook = { id: "", path: "" }] = webhooks;
  const [former, next] = ["https://receiver.example/0", "https://receiver.example/new"];
  const { received } = openReceiver(async ({ url }) => {
    if (url !== former) return new Response(null, { status: 204 });
    await plain.admin(webhook.path, { method: "PATCH", body: { url: next } });
    return new Response(null, { status: 410 });
  });
  await client.post(aUser());

  await ring(webhook);

  const { body } = await plain.admin(webhook.path);
  expect(received[0]?.url).toBe(former);
  expect([body.status, body.disabledReason, body.url]).toEqual(["active", null, next]);
});
