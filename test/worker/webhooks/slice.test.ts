import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { fillChanges } from "#test/support/changes/feed.ts";
import { aPatch, aUser, openGateway } from "#test/support/gateway.ts";
import {
  alarmOf,
  clientWithWebhooks,
  drain,
  endpointOf,
  openReceiver,
  ring,
  steerTime,
  type TestWebhook,
} from "#test/support/receiver.ts";

// What happens to a webhook while its alarm is at work.

const gateway = openGateway();
const HOUR = 3_600_000;
const NOBODY: TestWebhook = { id: "", path: "", secret: "" };

afterEach(() => {
  vi.restoreAllMocks();
});

async function clientWithWebhook() {
  const { client, webhooks } = await clientWithWebhooks(gateway);
  return { client, webhook: webhooks[0] ?? NOBODY };
}

/** Runs something once, between the next look at D1 and what is made of the answer. */
function duringNextLook(run: () => Promise<unknown>): void {
  const database: D1Database = Object.getPrototypeOf(env.DB);
  const { batch } = database;
  const looks: (() => Promise<unknown>)[] = [run];
  vi.spyOn(database, "batch").mockImplementation(async function batchThenRun(
    this: D1Database,
    statements,
  ) {
    const next = looks.pop();
    const results = await batch.call(this, statements);
    await next?.();
    return results;
  });
}

describe("a slice that has just looked at the feed", () => {
  test("is followed at once by one that sees what was written meanwhile", async () => {
    const time = steerTime();
    const { received } = openReceiver();
    const { client, webhook } = await clientWithWebhook();
    await ring(webhook);
    duringNextLook(() => client.post(aUser()));

    await ring(webhook);
    const next = await alarmOf(webhook);
    await ring(webhook);

    expect(next).toBe(time.now() + 1);
    expect(received).toHaveLength(1);
  });

  test("does not undo a rewind that came meanwhile", async () => {
    const time = steerTime();
    const { received } = openReceiver();
    const { client, webhook } = await clientWithWebhook();
    await client.post(aUser());
    await drain(time, [webhook]);
    const [first] = received;
    await client.post(aUser());
    const body = { rewindTo: new Date(time.now() - HOUR).toISOString() };
    duringNextLook(() => gateway.admin(`${webhook.path}/replay`, { body }));

    await drain(time, [webhook]);

    expect(received.map(({ id }) => id)).toEqual([first?.id, first?.id, received.at(-1)?.id]);
    expect(received.at(-1)?.id).not.toBe(first?.id);
  });
});

test("what is written while a delivery is under way does not wait for its answer", async () => {
  steerTime();
  const { client, webhook } = await clientWithWebhook();
  await client.post(aUser());
  const order: string[] = [];
  const second = Promise.withResolvers<void>();
  openReceiver(async ({ id }) => {
    if (order.length === 0) {
      order.push(id);
      await client.post(aUser());
      await Promise.race([second.promise, turnsOfTheLoop(500)]);
    }
    order.push(id);
    second.resolve();
    return new Response(null, { status: 204 });
  });

  await ring(webhook);

  const [began, next, answered] = order;
  expect(order).toHaveLength(3);
  expect([next === began, answered]).toEqual([false, began]);
});

/** Ends what would otherwise wait for ever. */
async function turnsOfTheLoop(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((next) => setTimeout(next, 0));
}

test("what was delivered is on disk before the next event of its resource goes out", async () => {
  steerTime();
  const { client, webhook } = await clientWithWebhook();
  const { id } = (await client.post(aUser())).body;
  await client.patch(id, aPatch({ op: "replace", path: "title", value: "Dr" }));
  const steps: string[] = [];
  await runInDurableObject(endpointOf(webhook), (_, { storage }) => {
    const { sync } = storage;
    vi.spyOn(storage, "sync").mockImplementation(async () => {
      await sync.call(storage);
      steps.push("on disk");
    });
  });
  openReceiver(({ body }) => {
    steps.push(body.type);
    return 204;
  });

  await ring(webhook);

  expect(steps).toEqual(["on disk", "user.created", "on disk", "user.updated"]);
});

/** Deliveries that wait, each of them with a try of its own that is due at `nextAt`. */
async function fillQueue(
  webhook: TestWebhook,
  waiting: { readonly count: number; readonly nextAt: number },
): Promise<void> {
  await runInDurableObject(endpointOf(webhook), (_, { storage }) => {
    storage.sql.exec(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)
       INSERT INTO deliveries (seq, resource, type, body, next_at)
       SELECT -n, 'User/' || n, 'user.updated', '{}', ? FROM numbers`,
      waiting.count,
      waiting.nextAt,
    );
  });
}

test("a queue of 20,000 events takes no more over; the rest waits in the feed until there is room", async () => {
  const time = steerTime();
  const { received } = openReceiver();
  const { client, webhook } = await clientWithWebhook();
  await ring(webhook);
  await fillQueue(webhook, { count: 20_000, nextAt: time.now() + HOUR });
  // More than one page: a queue that is full must not be looked at again at once.
  await fillChanges([client.id], 201);

  await ring(webhook);
  const full = await endpointOf(webhook).overview();
  const next = await alarmOf(webhook);
  await runInDurableObject(endpointOf(webhook), (_, { storage }) => {
    storage.sql.exec("DELETE FROM deliveries WHERE seq < 0");
  });
  const before = received.length;
  await drain(time, [webhook]);

  expect([full.waiting, before, received.length]).toEqual([20_000, 0, 201]);
  expect(next).toBeGreaterThanOrEqual(time.now() + 60_000);
});

describe("one alarm, and so one invocation of a Worker,", () => {
  test("makes 900 tries at most; the next one follows at once", async () => {
    const time = steerTime();
    const { received } = openReceiver();
    const { webhook } = await clientWithWebhook();
    await ring(webhook);
    await fillQueue(webhook, { count: 905, nextAt: time.now() });

    await ring(webhook);
    const first = received.length;
    const next = await alarmOf(webhook);
    await ring(webhook);

    expect([first, received.length]).toEqual([900, 905]);
    expect(next).toBe(time.now() + 1);
  });

  test("begins nothing more after twenty seconds; the next one follows at once", async () => {
    const time = steerTime();
    const { webhook } = await clientWithWebhook();
    await ring(webhook);
    await fillQueue(webhook, { count: 20, nextAt: time.now() });
    const { received } = openReceiver(() => {
      time.advance(2_000);
      return 204;
    });

    await ring(webhook);

    // With six at a time, five may have been begun beside the one that ended too late.
    expect(received.length).toBeGreaterThanOrEqual(10);
    expect(received.length).toBeLessThanOrEqual(15);
    expect(await alarmOf(webhook)).toBe(time.now() + 1);
  });
});
