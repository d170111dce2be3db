import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import { aUser, openGateway } from "#test/support/gateway.ts";
import {
  clientWithWebhooks,
  drain,
  openReceiver,
  type Received,
  ring,
  steerTime,
} from "#test/support/receiver.ts";

const gateway = openGateway();
const HOUR_SECONDS = 3_600;

afterEach(() => {
  vi.restoreAllMocks();
});

async function countWebhooks(): Promise<number | null> {
  return env.DB.prepare("SELECT count(*) AS n FROM webhooks").first<number>("n");
}

test("a webhook shows its secret once, and is stored with it sealed", async () => {
  const { id } = await gateway.connector();
  const body = { url: "https://receiver.example/hook?token=t", name: "App" };

  const made = await gateway.admin(`/connectors/${id}/webhooks`, { body });

  const { secret, ...view } = made.body;
  const read = await gateway.admin(`/connectors/${id}/webhooks/${view.id}`);
  const list = await gateway.admin(`/connectors/${id}/webhooks`);
  const row = await env.DB.prepare("SELECT * FROM webhooks WHERE id = ?").bind(view.id).first();
  expect(made.status).toBe(201);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(view).toMatchObject({ ...body, eventTypes: null, status: "active" });
  expect(read.body).toEqual({ ...view, delivery: NOTHING_YET });
  expect(list.body).toEqual({ items: [view], nextCursor: null });
  expect(JSON.stringify([row, read, list])).not.toContain(secret.slice("whsec_".length));
});

const NOTHING_YET = {
  waiting: 0,
  dead: 0,
  lastDeliveredAt: null,
  failingSince: null,
  slowUntil: null,
  nextTryAt: null,
};

describe("a URL that may not be fetched is 400, and nothing is stored", () => {
  const urls = [
    "http://a.com",
    "https://127.0.0.1",
    "https://0x7f000001",
    "https://2130706433",
    "https://0177.0.0.1",
    "https://127.1",
    "https://①②⑦.0.0.1",
    "https://[::1]",
    "https://[::ffff:127.0.0.1]",
    "https://[fe80::1]",
    "https://169.254.169.254",
    "https://10.0.0.1",
    "https://localhost",
    "https://a.localhost.",
    "https://user:pw@a.com",
    "data:text/plain,x",
    "file:///etc/passwd",
    "https://a.com:22",
    "https://scim.example.com/hook",
  ];

  test.each(urls)("%s", async (url) => {
    const { id } = await gateway.connector();
    const before = await countWebhooks();

    const answer = await gateway.admin(`/connectors/${id}/webhooks`, { body: { url } });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^url: /);
    expect(await countWebhooks()).toBe(before);
  });

  test("also in a change", async () => {
    const { webhooks } = await clientWithWebhooks(gateway);
    const path = webhooks[0]?.path ?? "";

    const answer = await gateway.admin(path, {
      method: "PATCH",
      body: { url: "https://10.0.0.1/" },
    });

    expect(answer.status).toBe(400);
    expect((await gateway.admin(path)).body.url).toBe("https://receiver.example/0");
  });
});

test("a public URL that leads to loopback is a failed delivery", async () => {
  steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const headers = { Location: "http://127.0.0.1/" };
  const { received } = openReceiver(() => new Response(null, { status: 302, headers }));
  await client.post(aUser());

  await ring(webhooks[0] ?? { id: "" });

  const { body } = await gateway.admin(`${webhooks[0]?.path}/deliveries`);
  expect(received.map(({ url }) => url)).toEqual(["https://receiver.example/0"]);
  expect(body.items).toMatchObject([{ outcome: "failed", status: 302 }]);
});

test.each([
  [{}],
  [{ url: 5 }],
  [{ url: "https://a.com", eventTypes: [] }],
  [{ url: "https://a.com", eventTypes: ["user.frobnicated"] }],
  [{ url: "https://a.com", secret: "whsec_mine" }],
  [{ url: "https://a.com", name: "" }],
])("a webhook of %j is 400", async (body) => {
  const { id } = await gateway.connector();

  const answer = await gateway.admin(`/connectors/${id}/webhooks`, { body });

  expect(answer.status).toBe(400);
});

test("a connector has ten webhooks at most", async () => {
  const { client } = await clientWithWebhooks(
    gateway,
    Array.from({ length: 10 }, () => ({})),
  );

  const answer = await gateway.admin(`/connectors/${client.id}/webhooks`, {
    body: { url: "https://receiver.example/more" },
  });

  expect(answer.status).toBe(409);
});

test("a change holds from the next delivery on", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const path = webhooks[0]?.path ?? "";
  const { received } = openReceiver();
  const body = { url: "https://other.example/", name: null, eventTypes: ["user.created"] };
  await client.post(aUser());

  const changed = await gateway.admin(path, { method: "PATCH", body });
  await drain(time, webhooks);

  expect(changed.body).toMatchObject(body);
  expect(received.map(({ url }) => url)).toEqual(["https://other.example/"]);
});

describe("a rotation", () => {
  const rotate = async (overlapSeconds: number) => {
    const time = steerTime();
    const { client, webhooks } = await clientWithWebhooks(gateway);
    const [webhook = { id: "", path: "", secret: "" }] = webhooks;
    const { received } = openReceiver();
    const answer = await gateway.admin(`${webhook.path}/rotate`, { body: { overlapSeconds } });
    await client.post(aUser());
    await drain(time, webhooks);
    return { time, client, webhook, received, answer };
  };

  const isGood = (secret: string, { text, headers }: Received) => {
    const check = () => new Webhook(secret).verify(text, Object.fromEntries(headers));
    try {
      check();
      return true;
    } catch {
      return false;
    }
  };

  test("signs with both secrets until the overlap ends, then with the new one alone", async () => {
    const { time, client, webhook, received, answer } = await rotate(HOUR_SECONDS);
    const secrets = [webhook.secret, answer.body.secret];
    const during = received.splice(0).map((each) => secrets.map((secret) => isGood(secret, each)));
    time.advance(HOUR_SECONDS * 1_000);

    await client.post(aUser());
    await drain(time, [webhook]);

    const after = received.map((each) => secrets.map((secret) => isGood(secret, each)));
    expect([during, after]).toEqual([[[true, true]], [[false, true]]]);
  });

  test("without an overlap ends the former secret at once", async () => {
    const { webhook, received, answer } = await rotate(0);

    const secrets = [webhook.secret, answer.body.secret];
    const [only] = received;
    expect(only && secrets.map((secret) => isGood(secret, only))).toEqual([false, true]);
    expect(answer.body.secret).not.toBe(webhook.secret);
  });
});

test("the deliveries are listed newest first, in pages, and by outcome", async () => {
  const time = steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway);
  const path = `${webhooks[0]?.path}/deliveries`;
  let answered = 0;
  openReceiver(() => new Response(`answer ${++answered}`, { status: answered === 2 ? 503 : 200 }));
  for (let user = 0; user < 3; user += 1) await client.post(aUser());
  await drain(time, webhooks);

  const first = (await gateway.admin(`${path}?limit=3`)).body;
  const second = (await gateway.admin(`${path}?limit=3&cursor=${first.nextCursor}`)).body;
  const failed = (await gateway.admin(`${path}?outcome=failed`)).body;

  const answers = [...first.items, ...second.items].map(({ answer }) => answer);
  expect(answers.toSorted()).toEqual(["answer 1", "answer 2", "answer 3", "answer 4"]);
  expect(first.items[0]).toMatchObject({ attempt: 2, outcome: "delivered", status: 200 });
  expect(second.nextCursor).toBeNull();
  expect(failed.items).toMatchObject([{ attempt: 1, status: 503, type: "user.created" }]);
  expect(Date.parse(failed.items[0].nextTryAt)).toBeGreaterThan(Date.parse(failed.items[0].time));
});

test.each(["?limit=0", "?outcome=late", "?cursor=!", "?nosuch=1"])(
  "a list of deliveries with %s is 400",
  async (query) => {
    const { webhooks } = await clientWithWebhooks(gateway);

    const answer = await gateway.admin(`${webhooks[0]?.path}/deliveries${query}`);

    expect(answer.status).toBe(400);
  },
);

/** The webhooks that a write of a connector wakes. */
async function wokenBy(connector: string): Promise<unknown> {
  const text = "SELECT webhook_ids AS ids FROM connectors WHERE id = ?";
  const ids = await env.DB.prepare(text).bind(connector).first<string>("ids");
  return JSON.parse(ids ?? "");
}

test("the connector's row lists its enabled webhooks", async () => {
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}, {}, {}]);
  const [kept, disabled, deleted] = webhooks;

  await gateway.admin(disabled?.path ?? "", { method: "PATCH", body: { status: "disabled" } });
  await gateway.admin(deleted?.path ?? "", { method: "DELETE" });

  expect(await wokenBy(client.id)).toEqual([kept?.id]);
});

test("a webhook that is set active again is woken by writes again, and one that fails for good is not", async () => {
  steerTime();
  const { client, webhooks } = await clientWithWebhooks(gateway, [{}, {}]);
  const neighbour = await clientWithWebhooks(gateway);
  const [gone = { id: "", path: "" }, kept] = webhooks;
  openReceiver(() => 410);
  await client.post(aUser());
  await ring(gone);
  const meanwhile = await wokenBy(client.id);

  await gateway.admin(gone.path, { method: "PATCH", body: { status: "active" } });

  expect(meanwhile).toEqual([kept?.id]);
  expect(await wokenBy(client.id)).toEqual([gone.id, kept?.id].toSorted());
  expect(await wokenBy(neighbour.client.id)).toEqual([neighbour.webhooks[0]?.id]);
});
