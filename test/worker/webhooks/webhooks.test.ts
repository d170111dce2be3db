import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { disableWebhook } from "#store/admin/webhooks.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import type { Alert } from "#store/event-log/alerts.ts";
import { aPatch, aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import {
  alarmOf,
  clientWithWebhooks,
  drain,
  endpointOf,
  openReceiver,
  type Received,
  ring,
  steerTime,
  verify,
} from "#test/support/receiver.ts";

const gateway = openGateway();
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

afterEach(() => {
  vi.restoreAllMocks();
});

function typesOf(received: readonly Received[]) {
  return received.map(({ body }) => body.type);
}

const retitle = (title: string) => aPatch({ op: "replace", path: "title", value: title });

test("a change is delivered once, signed, with the body of the change feed", async () => {
  const time = steerTime();
  const verified: unknown[] = [];
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const { received } = openReceiver((request) => {
    verified.push(verify(webhooks[0]?.secret ?? "", request));
    return 200;
  });
  const user = (await client.post(aUser())).body;

  await drain(time, webhooks);

  const feed = await gateway.api(`/changes?connector=${client.id}`);
  expect(received.map(({ body }) => body)).toEqual(feed.body.items);
  expect(received[0]?.body).toMatchObject({ type: "user.created", resourceId: user.id });
  expect(received[0]?.id).toBe(`evt_${received[0]?.body.cursor}`);
  expect(verified).toEqual([received[0]?.body]);
});

test("a webhook gets what is recorded after it was made, and of the types that it wants", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client } = await clientWithWebhooks(gateway, []);
  const id = (await client.post(aUser())).body.id;
  const body = { url: "https://receiver.example/", eventTypes: ["user.deactivated"] };
  const webhook = (await gateway.admin(`/connectors/${client.id}/webhooks`, { body })).body;
  await client.patch(id, retitle("Dr"));
  await client.patch(id, aPatch({ op: "replace", path: "active", value: false }));

  await drain(time, [webhook]);

  expect(typesOf(received)).toEqual(["user.deactivated"]);
});

test("a webhook of all types gets nothing of what was recorded before it was made", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client } = await clientWithWebhooks(gateway, []);
  const id = (await client.post(aUser())).body.id;
  const body = { url: "https://receiver.example/" };
  const webhook = (await gateway.admin(`/connectors/${client.id}/webhooks`, { body })).body;
  await client.patch(id, retitle("Dr"));

  await drain(time, [webhook]);

  expect(typesOf(received)).toEqual(["user.updated"]);
});

test("a membership stays in order with its group's own changes", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const user = (await client.post(aUser())).body.id;
  const group = (await client.call("/Groups", { body: { displayName: "A" } })).body.id;
  const patch = (body: unknown) => client.call(`/Groups/${group}`, { method: "PATCH", body });
  await patch(aPatch({ op: "add", path: "members", value: [{ value: user }] }));
  await patch(aPatch({ op: "replace", path: "displayName", value: "B" }));
  await client.call(`/Groups/${group}`, { method: "DELETE" });

  await drain(time, webhooks);

  expect(typesOf(received).filter((type) => type.startsWith("group."))).toEqual([
    "group.created",
    "group.member_added",
    "group.updated",
    "group.deleted",
  ]);
});

test("a resource that is refused holds up its own events, and nobody else's", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [stuck, free] = [
    (await client.post(aUser())).body.id,
    (await client.post(aUser())).body.id,
  ];
  for (const id of [stuck, free]) await client.patch(id, retitle("Dr"));
  const { received } = openReceiver(({ body }) => (body.resourceId === stuck ? 500 : 204));

  for (const webhook of webhooks) await ring(webhook);

  const of = (id: string) => typesOf(received.filter(({ body }) => body.resourceId === id));
  expect(of(free)).toEqual(["user.created", "user.updated"]);
  expect(of(stuck)).toEqual(["user.created"]);
  expect(await alarmOf(webhooks[0] ?? { id: "" })).toBeGreaterThanOrEqual(time.now() + 5 * SECOND);
});

test("an event that comes while an older one of its resource waits neither passes nor hastens it", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "" }] = webhooks;
  const id = (await client.post(aUser())).body.id;
  const { received, answer } = openReceiver(() => 500);
  await ring(webhook);
  await client.patch(id, retitle("Dr"));
  await ring(webhook);
  const inBetween = typesOf(received);

  answer(() => 204);
  await drain(time, webhooks);

  expect(inBetween).toEqual(["user.created"]);
  expect(typesOf(received)).toEqual(["user.created", "user.created", "user.updated"]);
});

test("ten tries come at their times; then the event is dead and the resource goes on", async () => {
  const time = steerTime();
  const tries: number[] = [];
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "", path: "" }] = webhooks;
  const id = (await client.post(aUser())).body.id;
  await client.patch(id, retitle("Dr"));
  const { received } = openReceiver(({ body }) => {
    if (body.type !== "user.created") return 204;
    tries.push(time.now());
    return 500;
  });

  await drain(time, webhooks);

  const waits = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
  const schedule = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR];
  for (const [index, wait] of [...schedule, 20 * HOUR, 24 * HOUR].entries()) {
    expect(waits[index]).toBeGreaterThanOrEqual(wait);
    expect(waits[index]).toBeLessThanOrEqual(wait * 1.1 + 1);
  }
  expect(waits).toHaveLength(9);
  expect(typesOf(received).at(-1)).toBe("user.updated");
  expect((await endpointOf(webhook).overview()).dead).toBe(1);
});

describe("what a receiver answers", () => {
  const first = async (answer: () => Response) => {
    const time = steerTime();
    const { client, webhooks } = await clientWithWebhooks(gateway);
    const { received } = openReceiver(answer);
    await client.post(aUser());
    await client.post(aUser());
    const [webhook = { id: "", path: "" }] = webhooks;
    await ring(webhook);
    const { body } = await gateway.admin(`${webhook.path}/deliveries`);
    return { time, webhook, received, items: body.items };
  };

  test("of 301 is a failure, and is not followed", async () => {
    const headers = { Location: "http://127.0.0.1/" };

    const { received, items } = await first(() => new Response(null, { status: 301, headers }));

    expect(received.every(({ url }) => url === "https://receiver.example/0")).toBe(true);
    expect(received.every(({ init }) => init.redirect === "manual")).toBe(true);
    expect(items[0]).toMatchObject({ outcome: "failed", status: 301 });
  });

  test("of 410 disables the webhook, and tells of it once", async () => {
    const { webhook } = await first(() => new Response("gone", { status: 410 }));

    const { body } = await gateway.admin(webhook.path);
    expect(body).toMatchObject({ status: "disabled", disabledReason: "gone" });
    expect(await alertsOf(webhook.path)).toEqual(["webhook.disabled"]);
  });

  test("that would disable what is disabled already tells nothing, at its former version or at its own", async () => {
    const { webhook } = await first(() => new Response("gone", { status: 410 }));
    const text = "SELECT version, connector_id AS connectorId FROM webhooks WHERE id = ?";
    const row = await env.DB.prepare(text)
      .bind(webhook.id)
      .first<{ version: number; connectorId: ConnectorId }>();
    if (row === null) throw new Error("The webhook was just made.");
    const [, , connector = ""] = webhook.path.split("/");

    for (const version of [row.version - 1, row.version]) {
      const alert: Alert = {
        connectorId: row.connectorId,
        connector,
        eventId: crypto.randomUUID(),
        at: Date.now(),
        kind: "webhook.disabled",
        facts: {},
        explanation: "Once more.",
        credentialId: null,
      };
      const { connectorId, at } = alert;
      const disabled = { id: webhook.id, version, connectorId, tenant: null };
      await disableWebhook(env.DB, disabled, { reason: "failing", at, alert }, TEST_CLOCK);
    }

    const { body } = await gateway.admin(webhook.path);
    expect(body).toMatchObject({ status: "disabled", disabledReason: "gone" });
    expect(await alertsOf(webhook.path)).toEqual(["webhook.disabled"]);
  });

  test("of 429 with Retry-After stops the whole endpoint for as long", async () => {
    const headers = { "Retry-After": "3600" };
    const { time, webhook, received } = await first(
      () => new Response(null, { status: 429, headers }),
    );
    const before = received.length;

    time.advance(59 * MINUTE);
    await ring(webhook);
    const inBetween = received.length;
    time.advance(2 * MINUTE);
    await ring(webhook);

    expect(inBetween).toBe(before);
    expect(received.length).toBe(before + 1);
  });

  test("of 50 MB is read for 4 KB, of which the log shows the start", async () => {
    let pulled = 0;
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled += 1_024;
          controller.enqueue(new Uint8Array(1_024).fill(120));
          if (pulled >= 50_000_000) controller.close();
        },
      });

    const { items } = await first(() => new Response(body(), { status: 500 }));

    expect(items[0].answer).toBe("x".repeat(1_024));
    expect(pulled).toBeLessThan(2 * 8 * 1_024);
  });
});

test("after 429 one request at a time goes out until one succeeds", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  for (let user = 0; user < 12; user += 1) await client.post(aUser());
  let [open, most, isBusy] = [0, 0, true];
  openReceiver(async () => {
    open += 1;
    most = Math.max(most, open);
    await new Promise((resolve) => setTimeout(resolve, 0));
    open -= 1;
    return new Response(null, { status: isBusy ? 429 : 500 });
  });
  const [webhook = { id: "" }] = webhooks;
  await ring(webhook);
  const before = most;

  [most, isBusy] = [0, false];
  time.advance(MINUTE);
  await ring(webhook);

  expect([before, most]).toEqual([6, 1]);
});

test("five days of failures alone disable a webhook; enabling it delivers what waited", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "", path: "" }] = webhooks;
  const { received, answer } = openReceiver(() => 500);
  await client.post(aUser());
  await drain(time, webhooks);
  time.advance(2 * DAY);
  await client.post(aUser());
  await ring(webhook);
  const disabled = (await gateway.admin(webhook.path)).body;
  const before = received.length;

  await client.post(aUser());
  await ring(webhook);
  const meanwhile = received.length;
  answer(() => 204);
  await gateway.admin(webhook.path, { method: "PATCH", body: { status: "active" } });
  await drain(time, webhooks);

  expect(disabled).toMatchObject({ status: "disabled", disabledReason: "failing" });
  expect(meanwhile).toBe(before);
  // Its own alert was recorded meanwhile, too.
  expect(typesOf(received.slice(before)).toSorted()).toEqual([
    "connector.alert",
    "user.created",
    "user.created",
  ]);
});

describe("a webhook that is set active again", () => {
  /** One whose event was tried three times, the last time after almost five days of failures. */
  const failing = async () => {
    const time = steerTime();
    const { client, webhooks } = await clientWithWebhooks(gateway);
    const [webhook = { id: "", path: "" }] = webhooks;
    const receiver = openReceiver(() => 500);
    await client.post(aUser());
    for (const wait of [0, MINUTE, 5 * DAY - HOUR]) {
      time.advance(wait);
      await ring(webhook);
    }
    await gateway.admin(webhook.path, { method: "PATCH", body: { status: "disabled" } });
    time.advance(2 * HOUR);
    const revive = () =>
      gateway.admin(webhook.path, { method: "PATCH", body: { status: "active" } });
    return { webhook, receiver, revive };
  };

  test("is tried at once, with all its tries before it", async () => {
    const { webhook, receiver, revive } = await failing();
    const before = receiver.received.length;

    await revive();
    await ring(webhook);

    const { body } = await gateway.admin(`${webhook.path}/deliveries?limit=1`);
    expect([before, receiver.received.length]).toEqual([3, 4]);
    expect(body.items).toMatchObject([{ attempt: 1, outcome: "failed" }]);
  });

  test("has five days again before it is disabled", async () => {
    const { webhook, revive } = await failing();

    await revive();
    await ring(webhook);

    const { body } = await gateway.admin(webhook.path);
    expect(body).toMatchObject({ status: "active", disabledReason: null });
  });

  test("is not left alone for as long as its receiver once asked", async () => {
    const { webhook, receiver, revive } = await failing();
    const headers = { "Retry-After": "86400" };
    receiver.answer(() => new Response(null, { status: 429, headers }));
    await revive();
    await ring(webhook);
    receiver.answer(() => 204);

    await revive();
    await ring(webhook);

    expect((await endpointOf(webhook).overview()).waiting).toBe(0);
  });
});

test("two webhooks do not wait for each other", async () => {
  steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}, {}]);
  const { received } = openReceiver(({ url }) => (url.endsWith("/0") ? 500 : 204));
  await client.post(aUser());

  for (const webhook of webhooks) await ring(webhook);

  expect(received.map(({ url }) => url.at(-1))).toEqual(["0", "1"]);
  expect((await endpointOf(webhooks[1] ?? { id: "" }).overview()).waiting).toBe(0);
});

/** The kinds of the alerts in the log of a webhook's connector. */
async function alertsOf(webhookPath: string): Promise<readonly string[]> {
  const [, , id] = webhookPath.split("/");
  const { body } = await gateway.admin(`/connectors/${id}/events?method=ALERT`);
  const { results } = await env.DB.prepare(
    "SELECT payload ->> 'alert' AS alert FROM changes WHERE type = 'connector.alert' AND resource_id = ?",
  )
    .bind(id)
    .all<{ alert: string }>();
  expect(body.items).toHaveLength(results.length);
  return results.map(({ alert }) => alert);
}
