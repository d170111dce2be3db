import { afterEach, describe, expect, test, vi } from "vitest";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import {
  clientWithWebhooks,
  drain,
  openReceiver,
  ring,
  steerTime,
  type TestWebhook,
  verify,
} from "#test/support/receiver.ts";

const gateway = openGateway();
const HOUR = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A webhook that got three events of one user: created, updated, deactivated. */
async function delivered() {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "", path: "", secret: "" }] = webhooks;
  const receiver = openReceiver();
  const { id } = (await client.post(aUser())).body;
  await client.patch(id, aPatch({ op: "replace", path: "title", value: "Dr" }));
  await client.patch(id, aPatch({ op: "replace", path: "active", value: false }));
  await drain(time, webhooks);
  const first = receiver.received.splice(0);
  return { time, client, webhook, first, received: receiver.received };
}

/** A webhook whose events of three users are dead. */
async function dead() {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const [webhook = { id: "", path: "", secret: "" }] = webhooks;
  const receiver = openReceiver(() => 500);
  for (let user = 0; user < 3; user += 1) await client.post(aUser());
  await drain(time, webhooks);
  const ids = [...new Set(receiver.received.splice(0).map(({ id }) => id))];
  receiver.answer(() => 204);
  return { time, webhook, ids, received: receiver.received };
}

function replay({ path }: TestWebhook, body: object) {
  return gateway.admin(`${path}/replay`, { body });
}

describe("one event is delivered once more", () => {
  test.each([
    ["by its webhook-id", (first: { id: string }) => first.id],
    ["by the id of the change event", (first: { body: { id: string } }) => first.body.id],
  ])("%s, with the same id and body", async (_how, idOf) => {
    const { time, webhook, first, received } = await delivered();
    const [, updated] = first;

    const answer = await replay(webhook, { eventId: updated && idOf(updated) });
    await drain(time, [webhook]);

    expect([answer.status, answer.body]).toEqual([202, { queued: 1 }]);
    expect(received.map(({ id }) => id)).toEqual([updated?.id]);
    expect(received[0]?.body).toEqual(updated?.body);
  });

  test("and one that waits for its next try is tried now", async () => {
    const { client, webhook } = await delivered();
    const receiver = openReceiver(() => 500);
    await client.post(aUser());
    await ring(webhook);
    const [failed] = receiver.received;
    receiver.answer(() => 204);

    await replay(webhook, { eventId: failed?.id });
    await ring(webhook);

    expect(receiver.received.map(({ id }) => id)).toEqual([failed?.id, failed?.id]);
  });

  test("but not one of another connector, or one that never was", async () => {
    const { webhook } = await delivered();
    const foreign = await delivered();

    const answers = [
      await replay(webhook, { eventId: foreign.first[0]?.id }),
      await replay(webhook, { eventId: "evt_999999999" }),
      await replay(webhook, { eventId: `${crypto.randomUUID()}.${foreign.first[0]?.id.slice(4)}` }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});

test("all that died since a moment is delivered once more, in order", async () => {
  const { time, webhook, ids, received } = await dead();
  const since = new Date(time.now() - 1_000 * HOUR).toISOString();

  const answer = await replay(webhook, { deadSince: since });
  await drain(time, [webhook]);

  expect(answer.body).toEqual({ queued: 3 });
  expect(received.map(({ id }) => id)).toEqual(ids);
});

test("what died before the moment stays dead", async () => {
  const { time, webhook, received } = await dead();
  time.advance(HOUR);

  const answer = await replay(webhook, { deadSince: new Date(time.now()).toISOString() });
  await drain(time, [webhook]);

  expect([answer.body.queued, received.length]).toEqual([0, 0]);
});

test("a rewind delivers everything since a moment once more, in order", async () => {
  const { time, client, webhook, first, received } = await delivered();
  const at = time.now();
  time.advance(HOUR);
  await client.post(aUser());
  await drain(time, [webhook]);
  received.splice(0);

  const later = await replay(webhook, { rewindTo: new Date(at + HOUR).toISOString() });
  await drain(time, [webhook]);
  const one = received.splice(0);
  await replay(webhook, { rewindTo: new Date(at).toISOString() });
  await drain(time, [webhook]);

  expect(later.body).toEqual({ queued: null });
  expect(one.map(({ body }) => body.type)).toEqual(["user.created"]);
  const former = first.map(({ id }) => id);
  expect(received.map(({ id }) => id).filter((id) => former.includes(id))).toEqual(former);
  expect(received).toHaveLength(4);
});

test("a rewind while an event of the resource is under way keeps the order", async () => {
  const { time, client, webhook } = await delivered();
  const user = (await client.post(aUser())).body.id;
  await client.patch(user, aPatch({ op: "replace", path: "title", value: "1" }));
  let rewound: Promise<unknown> | undefined;
  const { received } = openReceiver(async ({ body }) => {
    if (body.type === "user.updated" && body.resourceId === user) {
      const rewindTo = new Date(time.now() - HOUR).toISOString();
      rewound ??= replay(webhook, { rewindTo });
      await rewound;
    }
    return new Response(null, { status: 204 });
  });

  await drain(time, [webhook]);

  const seen = received.filter(({ body }) => body.resourceId === user);
  const types = seen.map(({ body }) => body.type);
  expect(types).toEqual(["user.created", "user.updated", "user.created", "user.updated"]);
});

test("a rewind to a moment ahead of what was taken over skips nothing", async () => {
  const { time, client, webhook, received } = await delivered();
  await client.post(aUser());
  time.advance(HOUR);

  await replay(webhook, { rewindTo: new Date(time.now()).toISOString() });
  await drain(time, [webhook]);

  expect(received.map(({ body }) => body.type)).toEqual(["user.created"]);
});

describe("a rewind begins anew with what has failed:", () => {
  test("what waits for its next try goes out at once, as its first one", async () => {
    const { time, client, webhook } = await delivered();
    const receiver = openReceiver(() => 500);
    await client.post(aUser());
    await ring(webhook);
    receiver.answer(() => 204);

    await replay(webhook, { rewindTo: new Date(time.now()).toISOString() });
    await ring(webhook);

    const { body } = await gateway.admin(`${webhook.path}/deliveries?outcome=delivered`);
    const failed = receiver.received[0]?.id;
    const again = body.items.find((item: { eventId: string }) => item.eventId === failed);
    expect(again).toMatchObject({ attempt: 1 });
  });

  test("what is dead goes out too", async () => {
    const { time, webhook, ids, received } = await dead();

    await replay(webhook, { rewindTo: new Date(0).toISOString() });
    await drain(time, [webhook]);

    const { delivery } = (await gateway.admin(webhook.path)).body;
    expect(received.map(({ id }) => id)).toEqual(ids);
    expect(delivery).toMatchObject({ waiting: 0, dead: 0 });
  });
});

// A row has the moment at which its request began, and its place from when it was stored.
test.each([
  ["of its own connector that began half a minute before it", 30_000, true],
  ["of another connector that began an hour before it", HOUR, false],
])(
  "a rewind reaches what was recorded since, also where a request %s was stored behind",
  async (_what, ms, isOwn) => {
    const { time, client, webhook, received } = await delivered();
    time.advance(HOUR);
    const rewindTo = new Date(time.now()).toISOString();
    const early = time.now() - ms;
    const slow = openGateway({ clock: { now: () => early } });
    const { id } = (await client.post(aUser())).body;
    const { token } = isOwn ? client : await gateway.client();
    await slow.scim("/Users", { token, body: aUser() });
    await drain(time, [webhook]);
    received.splice(0);

    await replay(webhook, { rewindTo });
    await drain(time, [webhook]);

    expect(received.map(({ body }) => body.resourceId)).toContain(id);
  },
);

test.each([
  [{}],
  [{ eventId: "evt_1", deadSince: "2026-01-01T00:00:00Z" }],
  [{ eventId: "1" }],
  [{ eventId: "evt_-1" }],
  [{ deadSince: "yesterday" }],
  [{ rewindTo: 5 }],
])("a replay of %j is 400", async (body) => {
  const { webhooks } = await clientWithWebhooks(gateway);

  const answer = await gateway.admin(`${webhooks[0]?.path}/replay`, { body });

  expect(answer.status).toBe(400);
});

describe("a test event", () => {
  test("goes out at once, signed, and the call shows the answer", async () => {
    const { webhooks } = await clientWithWebhooks(gateway, [{ eventTypes: ["user.deleted"] }]);
    const [webhook = { id: "", path: "", secret: "" }] = webhooks;
    const { received } = openReceiver(() => new Response("hello", { status: 202 }));

    const { status, body } = await gateway.admin(`${webhook.path}/test`, { method: "POST" });

    expect(status).toBe(200);
    expect(body).toMatchObject({ outcome: "delivered", status: 202, answer: "hello" });
    expect(received[0]?.body).toMatchObject({ type: "webhook.test", webhook: webhook.id });
    expect(received.map((each) => verify(webhook.secret, each))).toHaveLength(1);
  });

  test("that fails is not tried again, and does not count as a failure", async () => {
    const time = steerTime();
    const { webhooks } = await clientWithWebhooks(gateway);
    const [webhook = { id: "", path: "", secret: "" }] = webhooks;
    const { received } = openReceiver(() => 500);

    const { body } = await gateway.admin(`${webhook.path}/test`, { method: "POST" });
    await drain(time, webhooks);

    expect(body).toMatchObject({ outcome: "failed", status: 500, nextTryAt: null });
    expect(received).toHaveLength(1);
    expect((await gateway.admin(webhook.path)).body.delivery.failingSince).toBeNull();
  });

  test("is sent for a staged connector and for a disabled webhook too", async () => {
    const connector = { settings: { staged: true } };
    const { webhooks } = await clientWithWebhooks(gateway, [{}], connector);
    const path = webhooks[0]?.path ?? "";
    openReceiver();
    await gateway.admin(path, { method: "PATCH", body: { status: "disabled" } });

    const { body } = await gateway.admin(`${path}/test`, { method: "POST" });

    expect(body.outcome).toBe("delivered");
  });
});
