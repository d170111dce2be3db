import { abortAllDurableObjects } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, test, vi } from "vitest";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import { seededRandom } from "#test/support/random.ts";
import {
  type Answering,
  clientWithWebhooks,
  drain,
  openReceiver,
  type Received,
  steerTime,
  type TestWebhook,
  verify,
} from "#test/support/receiver.ts";

const gateway = openGateway();

afterEach(() => {
  vi.restoreAllMocks();
});

const RESOURCES = 50;
const FAILING = 0.3;

/** Users who are each changed again and again, in turns: so many events in all. */
async function writeEvents(client: TestClient, events: number): Promise<void> {
  const bodies = Array.from({ length: RESOURCES }, () => aUser({ title: "0" }));
  const users = await Promise.all(bodies.map(async (body) => (await client.post(body)).body.id));
  for (let round = 1; round < events / RESOURCES; round += 1) {
    const patch = aPatch({ op: "replace", path: "title", value: String(round) });
    await Promise.all(users.map((id) => client.patch(id, patch)));
  }
}

/** A receiver that fails in all the ways there are, and what it accepted, by URL. */
function flakyReceiver(random: () => number) {
  const accepted: Received[] = [];
  const failures = [
    () => new Response("down", { status: 500 }),
    () => new Response("later", { status: 503, headers: { "Retry-After": "20" } }),
    () => new Response("busy", { status: 429 }),
    () => new Response(null, { status: 302, headers: { Location: "https://other.example/" } }),
    () => {
      throw new Error("connection reset");
    },
  ];
  const answering: Answering = (request) => {
    const failure = failures[Math.floor((random() / FAILING) * failures.length)];
    if (failure !== undefined) return failure();
    accepted.push(request);
    return 200;
  };
  return { accepted, answering };
}

/** The place of an event in the feed, and whose it is. */
function placeOf({ body }: Received) {
  return { seq: Number(body.cursor), resource: body.resourceId };
}

/** Events that an endpoint accepted behind a later one of the same resource. */
function inversions(accepted: readonly Received[]): readonly number[] {
  const newest = new Map<string, number>();
  return accepted.map(placeOf).flatMap(({ seq, resource }) => {
    const former = newest.get(resource) ?? 0;
    newest.set(resource, Math.max(former, seq));
    return seq < former ? [seq] : [];
  });
}

async function expectAllDelivered(
  webhooks: readonly TestWebhook[],
  accepted: readonly Received[],
  events: number,
): Promise<void> {
  const deliveries = events * webhooks.length;
  expect(accepted.length - deliveries).toBeLessThan(deliveries / 100);
  for (const [at, webhook] of webhooks.entries()) {
    const own = accepted.filter(({ url }) => url === `https://receiver.example/${at}`);
    expect(new Set(own.map(({ id }) => id)).size).toBe(events);
    expect(inversions(own)).toEqual([]);
    const status = await gateway.admin(webhook.path);
    expect(status.body.delivery).toMatchObject({ waiting: 0, dead: 0 });
  }
}

test("300 events reach 3 endpoints that fail 30 % of the time: all, in order, signed, hardly twice", async () => {
  const time = steerTime();
  const { accepted, answering } = flakyReceiver(seededRandom(7));
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}, {}, {}]);
  const secrets = webhooks.map(({ secret }) => secret);
  let unsigned = 0;
  openReceiver((request) => {
    const secret = secrets[Number(request.url.at(-1))] ?? "";
    try {
      verify(secret, request);
    } catch {
      unsigned += 1;
    }
    return answering(request);
  });
  await writeEvents(client, 300);

  await drain(time, webhooks);

  expect(unsigned).toBe(0);
  await expectAllDelivered(webhooks, accepted, 300);
});

test("1,000 events do so when all Durable Objects are killed in the middle of it", async () => {
  const time = steerTime();
  const { accepted, answering } = flakyReceiver(seededRandom(8));
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}, {}, {}]);
  openReceiver(async (request) => {
    const answer = await answering(request);
    // What was accepted and is on its way back is what a kill can make a duplicate of.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return typeof answer === "number" ? new Response(null, { status: answer }) : answer;
  });
  await writeEvents(client, 1_000);

  const drained = Promise.allSettled(webhooks.map((webhook) => drain(time, [webhook])));
  // Asked for from outside: an object that ends itself in the middle of a call ends workerd as well.
  await vi.waitUntil(() => accepted.length > 1_000, { timeout: 100_000, interval: 1 });
  await abortAllDurableObjects();
  const isKilled = (await drained).every(({ status }) => status === "rejected");
  await drain(time, webhooks);

  expect(isKilled).toBe(true);
  await expectAllDelivered(webhooks, accepted, 1_000);
});

test("what is written while a slice runs is delivered by it or by the one that follows", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const ids = new Set<string>();
  const writes: Promise<unknown>[] = [];
  openReceiver(({ id }) => {
    ids.add(id);
    if (ids.size < 100) writes.push(client.post(aUser()));
    return 204;
  });
  await client.post(aUser());

  for (let round = 0; ids.size < 100 && round < 100; round += 1) {
    await drain(time, webhooks);
    await Promise.all(writes);
  }

  const count = await env.DB.prepare(
    "SELECT count(*) AS n FROM changes WHERE connector_id = (SELECT number FROM connectors WHERE id = ?)",
  )
    .bind(client.id)
    .first("n");
  expect([ids.size, count]).toEqual([100, 100]);
});
