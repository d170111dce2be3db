import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { webhooksToWake } from "#store/webhooks/followers.ts";
import { fillChanges } from "#test/support/changes/feed.ts";
import { aPatch, aUser, openGateway, type TestClient } from "#test/support/gateway.ts";
import {
  alarmOf,
  drain,
  endpointOf,
  openReceiver,
  type Received,
  ring,
  steerTime,
  type TestWebhook,
  verify,
} from "#test/support/receiver.ts";
import { cronIn, erase } from "#test/support/upkeep/erasing.ts";

// Webhooks of a tenant and of everything: whom they follow, in which order, and what that costs.

const gateway = openGateway();
// What erases a person goes many small steps.
const patient = openGateway({ roundTripsMax: 1_000 });
const HOUR = 3_600_000;

afterEach(async () => {
  vi.restoreAllMocks();
  // Of everything there are ten at most.
  const { body } = await gateway.admin("/webhooks");
  for (const { id, scope } of body.items) {
    if (scope === "everything") await gateway.admin(`/webhooks/${id}`, { method: "DELETE" });
  }
});

const aTenant = () => `tenant-${crypto.randomUUID()}`;

async function webhookOf(scope: unknown, input: object = {}): Promise<TestWebhook> {
  const url = `https://receiver.example/${crypto.randomUUID()}`;
  const { status, body } = await gateway.admin("/webhooks", { body: { url, scope, ...input } });
  expect([status, body.scope]).toEqual([201, scope]);
  return { id: body.id, secret: body.secret, path: `/webhooks/${body.id}` };
}

const retitle = (title: string) => aPatch({ op: "replace", path: "title", value: title });

async function aKey(role: string, limits: object): Promise<string> {
  const { body } = await gateway.admin("/keys", { body: { name: "Scopes", role, ...limits } });
  return body.secret;
}

/** Which user's events came of which connector and tenant, in order. */
function told(received: readonly Received[]) {
  return received.map(({ body }) => [body.type, body.connector, body.tenant]);
}

/** The webhooks that a write of a connector wakes. */
async function wokenBy({ id }: { readonly id: string }): Promise<readonly string[]> {
  const text = "SELECT webhook_ids AS ids FROM connectors WHERE id = ?";
  return JSON.parse((await env.DB.prepare(text).bind(id).first<string>("ids")) ?? "");
}

describe("a webhook of a tenant", () => {
  test("delivers what all of its connectors tell, also of one made later, and nothing else", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const [first, second, other] = [
      await gateway.client({ tenant }),
      await gateway.client({ tenant }),
      await gateway.client({ tenant: aTenant() }),
    ];
    const webhook = await webhookOf({ tenant });
    const { received } = openReceiver((request) => {
      verify(webhook.secret, request);
      return 204;
    });
    const later = await gateway.client({ tenant });

    for (const client of [first, other, second, later]) await client.post(aUser());
    await drain(time, [webhook]);

    const clients = [first, second, later];
    expect(told(received)).toEqual(clients.map(({ id }) => ["user.created", id, tenant]));
    expect(await Promise.all([...clients, other].map(wokenBy))).toEqual([
      [webhook.id],
      [webhook.id],
      [webhook.id],
      [],
    ]);
  });

  test("gets what a connector records while it is the tenant's, and the next tenant's what it records then", async () => {
    const time = steerTime();
    const [from, to] = [aTenant(), aTenant()];
    const client = await gateway.client({ tenant: from });
    const webhooks = [await webhookOf({ tenant: from }), await webhookOf({ tenant: to })];
    const [old, next] = webhooks;
    const { received } = openReceiver();
    const { id } = (await client.post(aUser())).body;
    const before = await wokenBy(client);

    // Nobody has read yet what was recorded before.
    await move(client, to);
    const behind = await webhooksToWake(env.DB, time.now());
    await client.patch(id, retitle("Dr"));
    await drain(time, webhooks);

    expect(told(received).toSorted()).toEqual([
      ["connector.joined", client.id, to],
      ["connector.moved", client.id, from],
      ["user.created", client.id, from],
      ["user.deactivated", client.id, from],
      ["user.updated", client.id, to],
    ]);
    expect(await wokenBy(client)).toEqual([next?.id]);
    expect(behind).toEqual(expect.arrayContaining([old?.id, next?.id]));
    expect(before).toEqual([old?.id]);
  });

  test("replays no event of the time before a connector was the tenant's", async () => {
    const time = steerTime();
    const [from, to] = [aTenant(), aTenant()];
    const client = await gateway.client({ tenant: from });
    const webhooks = [await webhookOf({ tenant: from }), await webhookOf({ tenant: to })];
    const [old = webhooks[0], next = old] = webhooks;
    const { received } = openReceiver();
    await client.post(aUser());
    await drain(time, webhooks);
    const [first] = received.splice(0);
    await move(client, to);
    const rewindTo = new Date(time.now() - HOUR).toISOString();

    const event = { body: { eventId: first?.id } };
    const answers = [
      await gateway.admin(`${next?.path}/replay`, event),
      await gateway.admin(`${old?.path}/replay`, event),
    ];
    for (const { path } of webhooks) {
      await gateway.admin(`${path}/replay`, { body: { rewindTo } });
    }
    await drain(time, webhooks);

    expect(answers.map(({ status }) => status)).toEqual([404, 202]);
    const tenants = received.map(({ body }) => [body.type, body.tenant]);
    expect(tenants.toSorted()).toEqual([
      ["connector.joined", to],
      ["connector.moved", from],
      ["user.created", from],
      ["user.deactivated", from],
    ]);
  });
});

/** Moves a connector to another tenant. */
async function move({ id }: TestClient, to: string): Promise<void> {
  const path = `/connectors/${id}?users=deactivate`;
  const { body } = await gateway.admin(path, { method: "PATCH", body: { tenant: to } });
  expect(body.tenant).toBe(to);
}

describe("a connector that may not be told of", () => {
  const CLOSINGS: readonly (readonly [string, object, object])[] = [
    ["staged", { settings: { staged: true } }, { settings: { staged: false } }],
    ["disabled", { status: "disabled" }, { status: "active" }],
  ];

  test.each(CLOSINGS)(
    "%s: holds up nobody else, and once it may, all of it follows in order",
    async (_what, close, open) => {
      const time = steerTime();
      const tenant = aTenant();
      const [held, free] = [await gateway.client({ tenant }), await gateway.client({ tenant })];
      const webhooks = [await webhookOf({ tenant }), await webhookOf("everything")];
      const { received } = openReceiver();
      const change = (body: object) =>
        gateway.admin(`/connectors/${held.id}`, { method: "PATCH", body });
      const { id } = (await held.post(aUser())).body;
      await held.patch(id, retitle("Dr"));
      await change(close);
      await free.post(aUser());
      await drain(time, webhooks);
      const before = received.splice(0);

      await fillChanges([held.id], 250);
      await drain(time, webhooks);
      const meanwhile = received.splice(0);
      await change(open);
      await held.patch(id, retitle("Prof"));
      await drain(time, webhooks);

      const ofFree = ["user.created", free.id, tenant];
      expect(told(before)).toEqual([ofFree, ofFree]);
      expect(meanwhile).toEqual([]);
      for (const { secret } of webhooks) {
        const own = received.filter((each) => isSignedWith(secret, each));
        const ofUser = own.filter(({ body }) => body.resourceId === id);
        expect(ofUser.map(({ body }) => body.version)).toEqual([1, 2, 3]);
        expect(new Set(own.map(({ body }) => body.cursor)).size).toBe(own.length);
        expect(own).toHaveLength(253);
      }
    },
  );

  test("is held back again where it is held back anew before all of it was read", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const client = await gateway.client({ tenant, settings: { staged: true } });
    const webhook = await webhookOf({ tenant });
    const { received } = openReceiver();
    await client.post(aUser());
    await drain(time, [webhook]);

    await client.changeSettings({ staged: false });
    await client.changeSettings({ staged: true });
    await client.post(aUser());
    await drain(time, [webhook]);
    const meanwhile = received.length;
    await gateway.admin(`/connectors/${client.id}/approve`, { method: "POST" });
    await drain(time, [webhook]);

    expect([meanwhile, received.length]).toEqual([0, 2]);
  });

  test("once deleted tells what it told last, whatever its status", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const client = await gateway.client({ tenant });
    const webhook = await webhookOf({ tenant });
    const { received } = openReceiver();
    await client.post(aUser());
    const disabled = { method: "PATCH", body: { status: "disabled" } };
    await gateway.admin(`/connectors/${client.id}`, disabled);
    await drain(time, [webhook]);
    const before = received.length;

    await gateway.admin(`/connectors/${client.id}`, { method: "DELETE" });
    await drain(time, [webhook]);

    expect(before).toBe(0);
    expect(told(received)[0]).toEqual(["user.created", client.id, tenant]);
  });
});

describe("the end of a directory", () => {
  const SCOPES: readonly (readonly [string, (id: string, tenant: string) => unknown])[] = [
    ["its connector", (connectorId) => ({ connectorId })],
    ["its tenant", (_, tenant) => ({ tenant })],
    ["everything", () => "everything"],
  ];
  const ENDS: readonly (readonly [string, (client: TestClient) => Promise<unknown>])[] = [
    ["connector.deleted", ({ id }) => gateway.admin(`/connectors/${id}`, { method: "DELETE" })],
    ["connector.moved", (client) => move(client, aTenant())],
  ];
  const CASES = SCOPES.flatMap(([of, scopeOf]) =>
    ENDS.map(([type, end]) => [type, of, scopeOf, end] as const),
  );

  test.each(CASES)(
    "%s comes last by a webhook of %s, also where the receiver fails for what came before",
    async (type, _of, scopeOf, end) => {
      const time = steerTime();
      const tenant = aTenant();
      const [client, other] = [await gateway.client({ tenant }), await gateway.client({ tenant })];
      const webhook = await webhookOf(scopeOf(client.id, tenant));
      let failures = 5;
      const failing = (await client.post(aUser())).body.id;
      const { received, answer } = openReceiver();
      answer(({ body }) => (body.resourceId === failing && failures-- > 0 ? 500 : 204));
      await client.post(aUser());
      await ring(webhook);
      await end(client);
      // Whoever has nothing to do with it waits for nothing.
      await other.post(aUser());
      await ring(webhook);
      const before = received.map(({ body }) => body.type);

      await drain(time, [webhook]);

      const own = received.filter(({ body }) => body.connector === client.id);
      const ofFormer = own
        .filter(({ body }) => body.tenant === tenant)
        .map(({ body }) => body.type);
      expect(before).not.toContain(type);
      expect(ofFormer.indexOf(type)).toBe(ofFormer.length - 1);
      expect(ofFormer.filter((each) => each === "user.created")).toHaveLength(2 + 5);
      expect(ofFormer.filter((each) => each === "user.deactivated")).toHaveLength(2);
      if (_of !== "its connector") expect(before).toHaveLength(1 + 1 + 1 + 1);
    },
  );
});

function isSignedWith(secret: string, received: Received): boolean {
  try {
    return verify(secret, received) !== undefined;
  } catch {
    return false;
  }
}

describe("a webhook of several connectors", () => {
  test("forgets a person who is erased, also where the connector has moved on", async () => {
    const time = steerTime();
    const [from, to] = [aTenant(), aTenant()];
    const client = await gateway.client({ tenant: from });
    const webhooks = [
      await webhookOf({ tenant: from }),
      await webhookOf({ tenant: to }),
      await webhookOf("everything"),
    ];
    const userName = `${crypto.randomUUID()}@example.com`;
    const { id } = (await client.post(aUser({ userName }))).body;
    const { received, answer } = openReceiver(({ text }) => (text.includes(userName) ? 500 : 204));
    for (const webhook of webhooks) await ring(webhook);
    await move(client, to);
    for (const webhook of webhooks) await ring(webhook);

    const erased = await erase(patient, client, id);
    for (let minutes = 0; minutes < 3; minutes += 1) await cronIn(minutes);
    const former = received.splice(0).filter(({ text }) => text.includes(userName));
    answer(() => 204);
    await drain(time, webhooks);

    expect(erased.status).toBe(202);
    expect(former.length).toBeGreaterThan(0);
    expect(received.filter(({ text }) => text.includes(userName))).toEqual([]);
  });

  test("is changed, rotated, tested, replayed, listed and deleted as that of one", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const client = await gateway.client({ tenant });
    const webhook = await webhookOf({ tenant });
    const { received } = openReceiver();
    const { path } = webhook;

    const tested = await gateway.admin(`${path}/test`, { method: "POST" });
    await client.post(aUser());
    await drain(time, [webhook]);
    const rotated = await gateway.admin(`${path}/rotate`, { body: { overlapSeconds: 60 } });
    const again = { body: { eventId: received.at(-1)?.id } };
    const replayed = await gateway.admin(`${path}/replay`, again);
    await drain(time, [webhook]);
    const deliveries = await gateway.admin(`${path}/deliveries`);
    const changed = await gateway.admin(path, { method: "PATCH", body: { name: "App" } });
    const read = await gateway.admin(path);
    const removed = await gateway.admin(path, { method: "DELETE" });

    expect(tested.body.outcome).toBe("delivered");
    expect(received[0]?.body).toMatchObject({ type: "webhook.test", connector: null, tenant });
    expect(rotated.body.secret).not.toBe(webhook.secret);
    expect(replayed.body).toEqual({ queued: 1 });
    expect(isSignedWith(webhook.secret, received.at(-1) ?? NOTHING)).toBe(true);
    expect(isSignedWith(rotated.body.secret, received.at(-1) ?? NOTHING)).toBe(true);
    expect(deliveries.body.items).toHaveLength(3);
    expect(changed.body).toMatchObject({ name: "App", scope: { tenant } });
    expect(read.body.delivery).toMatchObject({ waiting: 0, dead: 0 });
    expect(removed.status).toBe(204);
    expect([(await gateway.admin(path)).status, await wokenBy(client)]).toEqual([404, []]);
  });

  test("that is disabled by its receiver says so in the Worker's log, and goes on when it is enabled", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const client = await gateway.client({ tenant });
    const webhook = await webhookOf({ tenant });
    const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const { received, answer } = openReceiver(() => 410);
    await client.post(aUser());
    await ring(webhook);
    const { body: disabled } = await gateway.admin(webhook.path);
    const meanwhile = await wokenBy(client);

    answer(() => 204);
    await gateway.admin(webhook.path, { method: "PATCH", body: { status: "active" } });
    await drain(time, [webhook]);

    expect(disabled).toMatchObject({ status: "disabled", disabledReason: "gone" });
    expect([meanwhile, await wokenBy(client)]).toEqual([[], [webhook.id]]);
    expect(warned.mock.calls.map(([line]) => JSON.parse(line))).toMatchObject([
      { message: "webhook.disabled", webhookId: webhook.id, reason: "gone" },
    ]);
    expect(received).toHaveLength(2);
  });

  test("delivers once more what was recorded since a moment, whosever it was, and no more", async () => {
    const time = steerTime();
    const webhook = await webhookOf("everything");
    const { received } = openReceiver();
    const client = await gateway.client();
    for (let user = 0; user < 3; user += 1) {
      await client.post(aUser());
      time.advance(HOUR);
    }
    await drain(time, [webhook]);
    const first = received.splice(0);

    const rewindTo = new Date(time.now() - 2.5 * HOUR).toISOString();
    await gateway.admin(`${webhook.path}/replay`, { body: { rewindTo } });
    await drain(time, [webhook]);

    expect(received.map(({ id }) => id)).toEqual(first.slice(1).map(({ id }) => id));
    expect(received).toHaveLength(2);
  });

  test("of which there are ten already is 409", async () => {
    const tenant = aTenant();
    for (let made = 0; made < 10; made += 1) await webhookOf({ tenant });
    const body = { url: "https://receiver.example/more", scope: { tenant } };

    const answers = [
      await gateway.admin("/webhooks", { body }),
      await gateway.admin("/webhooks", { body: { ...body, scope: { tenant: aTenant() } } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([409, 201]);
  });
});

const NOTHING: Received = {
  url: "",
  id: "",
  headers: new Headers(),
  text: "",
  body: undefined,
  init: {},
};

describe("what a caller makes and sees of webhooks", () => {
  test.each([
    [undefined],
    [null],
    ["all"],
    [{}],
    [{ tenant: "" }],
    [{ tenant: "a", connectorId: "b" }],
    [{ connectorId: crypto.randomUUID() }],
  ])("a webhook with the scope %j is 400", async (scope) => {
    const body = { url: "https://receiver.example/hook", scope };

    const answer = await gateway.admin("/webhooks", { body });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(/^scope/);
  });

  test("of a connector: the same webhook by both paths", async () => {
    const { id } = await gateway.connector();
    const webhook = await webhookOf({ connectorId: id });

    const own = await gateway.admin(`/connectors/${id}/webhooks/${webhook.id}`);

    expect(own.body).toEqual((await gateway.admin(webhook.path)).body);
    expect(own.body.scope).toEqual({ connectorId: id });
  });

  test("a key sees the webhooks inside its scope, and makes no wider ones", async () => {
    const [tenant, foreign] = [aTenant(), aTenant()];
    const [own, sibling, other] = [
      await gateway.connector({ tenant }),
      await gateway.connector({ tenant }),
      await gateway.connector({ tenant: foreign }),
    ];
    const scopes = [
      { connectorId: own.id },
      { connectorId: sibling.id },
      { connectorId: other.id },
      { tenant },
      { tenant: foreign },
      "everything",
    ];
    const made = new Map<string, unknown>();
    for (const scope of scopes) made.set((await webhookOf(scope)).id, scope);
    const keys = {
      ofConnector: await aKey("operator", { connectorId: own.id }),
      ofTenant: await aKey("operator", { tenant }),
      ofAll: await aKey("operator", {}),
    };

    const url = "https://receiver.example/more";
    const outcome = async (token: string) => {
      const list = await gateway.admin("/webhooks?limit=100", { token });
      const listed = list.body.items.flatMap(({ id }: { id: string }) => made.get(id) ?? []);
      const read: unknown[] = [];
      for (const [id, scope] of made) {
        if ((await gateway.admin(`/webhooks/${id}`, { token })).status === 200) read.push(scope);
      }
      const refused: unknown[] = [];
      for (const scope of scopes) {
        const { status } = await gateway.admin("/webhooks", { body: { url, scope }, token });
        if (status !== 201) refused.push(status);
      }
      return { listed: listed.toReversed(), read, refused };
    };

    const [connectors, tenants] = [scopes.slice(0, 2), scopes.slice(0, 2)];
    tenants.push({ tenant });
    expect(await outcome(keys.ofConnector)).toEqual({
      listed: connectors.slice(0, 1),
      read: connectors.slice(0, 1),
      refused: [400, 400, 403, 403, 403],
    });
    expect(await outcome(keys.ofTenant)).toEqual({
      listed: tenants,
      read: tenants,
      refused: [400, 403, 403],
    });
    expect(await outcome(keys.ofAll)).toEqual({ listed: scopes, read: scopes, refused: [] });
  });

  test("a webhook of a deleted connector is seen no more", async () => {
    const { id } = await gateway.connector();
    const webhook = await webhookOf({ connectorId: id });

    await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

    expect((await gateway.admin(webhook.path)).status).toBe(404);
  });
});

describe("with 10,000 connectors", () => {
  const CONNECTORS = 10_000;

  /** Makes so many connectors of a tenant by SQL, none of which has recorded anything. */
  async function fillConnectors(tenant: string): Promise<void> {
    await env.DB.prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
       INSERT INTO connectors (id, name, tenant, status, settings, created_at, modified_at)
       SELECT ?2 || '-' || n, 'Filled', ?2, 'active', '{}', 0, 0 FROM numbers`,
    )
      .bind(CONNECTORS, tenant)
      .run();
  }

  /** How many rows D1 reads meanwhile, in how many round trips. */
  async function rowsReadBy(work: () => Promise<unknown>): Promise<number> {
    const database: D1Database = Object.getPrototypeOf(env.DB);
    const { batch } = database;
    let rows = 0;
    const spy = vi.spyOn(database, "batch").mockImplementation(async function counted(
      this: D1Database,
      statements,
    ) {
      const results = await batch.call(this, statements);
      for (const { meta } of results) rows += meta.rows_read;
      // The rows are passed on as they are.
      return results as never;
    });
    await work();
    spy.mockRestore();
    return rows;
  }

  test("a webhook wakes once for a burst, and reads about as many rows as there are events", async () => {
    const time = steerTime();
    const tenant = aTenant();
    await fillConnectors(tenant);
    const webhooks = [await webhookOf({ tenant }), await webhookOf("everything")];
    const { received } = openReceiver();
    for (const webhook of webhooks) await ring(webhook);
    const ids = Array.from({ length: 50 }, (_, at) => `${tenant}-${1 + at * 199}`);
    await fillChanges(ids, 2);
    const pokes = vi.spyOn(env.WEBHOOK, "getByName");

    const clients = [await gateway.client({ tenant }), await gateway.client({ tenant })];
    await Promise.all(clients.flatMap((client) => [client.post(aUser()), client.post(aUser())]));
    const poked = pokes.mock.calls.length;
    const own = webhooks.map(({ id }) => id).toSorted();
    const woken = (await webhooksToWake(env.DB, time.now())).filter((id) => own.includes(id));
    const reads: number[] = [];
    for (const webhook of webhooks) reads.push(await rowsReadBy(() => ring(webhook)));

    // What other tests leave behind is told to the webhook of everything as well.
    expect(received.filter(({ body }) => body.tenant === tenant)).toHaveLength(2 * 104);
    // One poke is under way, and one more follows it for all that came meanwhile.
    expect(poked).toBeLessThanOrEqual(2 * webhooks.length);
    expect(woken.toSorted()).toEqual(own);
    for (const rows of reads) expect(rows).toBeLessThan(12 * 104);
    for (const webhook of webhooks) expect(await alarmOf(webhook)).toBeGreaterThan(time.now() + 1);
  });

  test("finding a tenant's events among many of others costs no more than its connectors and events", async () => {
    const time = steerTime();
    const tenant = aTenant();
    const [client, neighbour] = [await gateway.client({ tenant }), await gateway.client()];
    const webhook = await webhookOf({ tenant });
    const { received } = openReceiver();
    await ring(webhook);
    await fillChanges([neighbour.id], 5_000);
    await fillChanges([client.id], 3);

    const rows = await rowsReadBy(() => drain(time, [webhook]));

    expect(received).toHaveLength(3);
    // Two looks at the next 400 rows, whosever they are; none at the thousands behind them.
    expect(rows).toBeLessThan(2 * 3 * 400);
    expect((await endpointOf(webhook).overview()).waiting).toBe(0);
  });
});
