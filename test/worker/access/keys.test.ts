import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, test, vi } from "vitest";
import { createKey } from "#credentials/token.ts";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { APPLICATION_OPERATIONS } from "#http/application/operations.ts";
import { ADMIN_TOKEN, aUser, openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

const DAY_MS = 86_400_000;
const gateway = openGateway();

function at(ms: number) {
  return { ...TEST_CLOCK, now: () => TEST_CLOCK.now() + ms };
}

async function aKey(input: object = {}) {
  const { body } = await gateway.admin("/keys", { body: { name: "K", role: "admin", ...input } });
  return { id: body.id as string, secret: body.secret as string, body };
}

/** Two connectors of a tenant, and one of another. */
async function tenants() {
  const [one, two] = [`one-${uuidv7()}`, `two-${uuidv7()}`];
  const own = await gateway.client({ tenant: one });
  const sibling = await gateway.client({ tenant: one });
  const other = await gateway.client({ tenant: two });
  return { one, two, own, sibling, other };
}

/** The secret of a key with limits. */
async function keyFor(role: string, limits: object): Promise<string> {
  return (await aKey({ role, ...limits })).secret;
}

/** The ids in a list that a key is answered. */
async function listed(token: string, path: string, name: string): Promise<readonly string[]> {
  const { body } = await gateway.api(path, { token });
  return body.items.map((item: Readonly<Record<string, string>>) => item[name]).toSorted();
}

/** What the admin API answers to a key, some time later. */
async function statusWith(secret: string, laterMs = 0): Promise<number> {
  const later = openGateway({ clock: at(laterMs) });
  return (await later.admin("/connectors", { token: secret })).status;
}

describe("a key", () => {
  test("is shown once, stored by its hash, and lets its holder in", async () => {
    const made = await gateway.admin("/keys", { body: { name: " Deployment ", role: "admin" } });

    const { secret, ...shown } = made.body;
    expect(made.status).toBe(201);
    expect(made.headers.get("Location")).toBe(`/admin/v1/keys/${shown.id}`);
    expect(secret).toMatch(/^sgk_[0-9A-Za-z]{49}$/);
    expect(shown).toMatchObject({
      name: "Deployment",
      role: "admin",
      connectorId: null,
      tenant: null,
      hint: secret.slice(4, 12),
      expiresAt: null,
      revokedAt: null,
      lastUsedAt: null,
    });
    const read = await gateway.admin(`/keys/${shown.id}`);
    expect(read.body).toEqual(shown);
    expect(read.headers.get("ETag")).toBe(made.headers.get("ETag"));
    expect((await gateway.admin("/keys")).body.items[0]).toEqual(shown);
    expect(await statusWith(secret)).toBe(200);
  });

  test("may make further keys, and needs nothing of what browsers say", async () => {
    const { secret } = await aKey();

    const headers = { "Sec-Fetch-Site": "cross-site" };
    const body = { name: "Next", role: "admin" };
    const made = await gateway.admin("/keys", { token: secret, headers, body });

    expect(await statusWith(made.body.secret)).toBe(200);
  });

  test.each([
    ["no name", { role: "admin" }],
    ["a blank name", { name: "  ", role: "admin" }],
    ["no role", { name: "K" }],
    ["an unknown role", { name: "K", role: "root" }],
    ["a past expiry", { name: "K", role: "admin", expiresAt: "2020-01-01T00:00:00Z" }],
    ["a connector and a tenant", { name: "K", role: "feed", connectorId: "c", tenant: "t" }],
    ["a connector that is not there", { name: "K", role: "feed", connectorId: "c" }],
    ["a tenant without a name", { name: "K", role: "feed", tenant: " " }],
    ["the role admin for one tenant", { name: "K", role: "admin", tenant: "t" }],
    ["the role admin for one connector", { name: "K", role: "admin", connectorId: "c" }],
    ["a member that nobody knows", { name: "K", role: "admin", scope: "all" }],
  ])("is not made of %s: 400", async (_what, body) => {
    expect((await gateway.admin("/keys", { body })).status).toBe(400);
  });

  test("is listed page by page, newest first", async () => {
    const made = [await aKey(), await aKey(), await aKey()];

    const first = await gateway.admin("/keys?limit=2");
    const next = await gateway.admin(`/keys?limit=1&cursor=${first.body.nextCursor}`);

    const ids = [...first.body.items, ...next.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.map(({ id }) => id).toReversed());
  });

  test("gets another name, on the version that was read alone", async () => {
    const { id } = await aKey();
    const read = await gateway.admin(`/keys/${id}`);
    const tag = read.headers.get("ETag") ?? "";
    const change = { method: "PATCH", body: { name: "Other" } };

    const changed = await gateway.admin(`/keys/${id}`, { ...change, headers: { "If-Match": tag } });
    const stale = [
      await gateway.admin(`/keys/${id}`, { ...change, headers: { "If-Match": tag } }),
      await gateway.admin(`/keys/${id}`, { method: "DELETE", headers: { "If-Match": tag } }),
      await gateway.admin(`/keys/${id}/rotate`, { body: {}, headers: { "If-Match": tag } }),
    ];

    expect([changed.status, changed.body.name]).toEqual([200, "Other"]);
    expect(stale.map(({ status }) => status)).toEqual([412, 412, 412]);
    expect((await gateway.admin(`/keys/${id}`)).body).toEqual(changed.body);
  });

  test("says when it was last used, every five minutes at most, which is no new version", async () => {
    const { id, secret } = await aKey();

    const seen: unknown[] = [];
    for (const minutes of [0, 4, 6]) {
      const later = openGateway({ clock: { now: () => minutes * 60_000 + 1_900_000_000_000 } });
      await later.admin("/connectors", { token: secret });
      const { body, headers } = await gateway.admin(`/keys/${id}`);
      seen.push([Date.parse(body.lastUsedAt) - 1_900_000_000_000, headers.get("ETag")]);
    }

    expect(seen).toEqual([
      [0, 'W/"1"'],
      [0, 'W/"1"'],
      [360_000, 'W/"1"'],
    ]);
  });

  test("costs one round trip, and a text that is none costs nothing", async () => {
    const { secret } = await aKey();

    const good = await gateway.admin("/connectors", { token: secret });
    const plain = await gateway.admin("/connectors");
    const spoilt = await gateway.admin("/connectors", { token: `${secret.slice(0, -1)}!` });
    const unknown = await gateway.admin("/connectors", { token: (await createKey()).secret });

    expect(good.cost.roundTrips - plain.cost.roundTrips).toBe(1);
    expect([spoilt.status, spoilt.cost.roundTrips]).toEqual([401, 0]);
    expect([unknown.status, unknown.cost.roundTrips, unknown.cost.rowsWritten]).toEqual([
      401, 1, 0,
    ]);
  });

  test("is no token of a connector, and opens nothing where the admin API is closed", async () => {
    const { secret } = await aKey();
    const closed = openGateway({ adminToken: undefined });

    expect((await gateway.scim("/Users", { token: secret })).status).toBe(401);
    expect((await closed.admin("/connectors", { token: secret })).status).toBe(503);
  });
});

describe("of several connectors a key sees its own alone", () => {
  test("in the list of connectors, asked for a tenant or not", async () => {
    const { one, two, own, sibling, other } = await tenants();
    const byConnector = await keyFor("directory", { connectorId: own.id });
    const byTenant = await keyFor("directory", { tenant: one });
    const all = await keyFor("directory", {});

    expect(await listed(byConnector, "/connectors", "id")).toEqual([own.id]);
    expect(await listed(byTenant, "/connectors", "id")).toEqual([own.id, sibling.id]);
    expect(await listed(all, `/connectors?tenant=${two}`, "id")).toEqual([other.id]);
    for (const token of [byConnector, byTenant]) {
      expect(await listed(token, `/connectors?tenant=${two}`, "id")).toEqual([]);
    }
    expect(await listed(byConnector, `/connectors?tenant=${one}`, "id")).toEqual([own.id]);
  });

  test("in the list of unused tokens", async () => {
    const { one, own, sibling } = await tenants();
    const later = openGateway({ clock: at(60 * DAY_MS) });
    const seen: unknown[] = [];
    for (const limits of [{ connectorId: own.id }, { tenant: one }]) {
      const token = await keyFor("operator", limits);
      const { body } = await later.admin("/tokens?limit=500", { token });
      seen.push(body.items.map(({ connectorId }: { connectorId: string }) => connectorId));
    }

    expect(seen).toEqual([[own.id], [own.id, sibling.id]]);
  });

  test("in the feed of a tenant; another tenant's is as one that nobody has", async () => {
    const { one, two, own, sibling, other } = await tenants();
    for (const client of [own, sibling, other]) await client.post(aUser());
    const feed = async (limits: object, tenant: string) => {
      const token = await keyFor("feed", limits);
      const answer = await gateway.api(`/changes?tenant=${tenant}`, { token });
      const nobodys = await gateway.api(`/changes?tenant=${uuidv7()}`, { token });
      const items: readonly { connector: string }[] = answer.body.items;
      const isNobodys = JSON.stringify(answer.body) === JSON.stringify(nobodys.body);
      return [answer.status, items.map(({ connector }) => connector), isNobodys];
    };

    expect(await feed({ tenant: one }, one)).toEqual([200, [own.id, sibling.id], false]);
    expect(await feed({ connectorId: own.id }, one)).toEqual([200, [own.id], false]);
    expect(await feed({}, two)).toEqual([200, [other.id], false]);
    expect(await feed({ tenant: one }, two)).toEqual([200, [], true]);
    expect(await feed({ connectorId: own.id }, two)).toEqual([200, [], true]);
  });

  test("and makes and moves none out of its sight", async () => {
    const { one, two, own } = await tenants();
    const byConnector = await keyFor("operator", { connectorId: own.id });
    const byTenant = await keyFor("operator", { tenant: one });
    const make = async (token: string, tenant?: string) => {
      const { status, body } = await gateway.admin("/connectors", {
        token,
        body: { name: "New", tenant },
      });
      return [status, body.connector?.tenant];
    };
    const move = async (token: string, tenant: string | null) => {
      const change = { method: "PATCH", body: { tenant }, token };
      return (await gateway.admin(`/connectors/${own.id}`, change)).status;
    };

    expect(await make(byConnector, one)).toEqual([403, undefined]);
    expect(await make(byTenant, two)).toEqual([403, undefined]);
    expect(await make(byTenant, one)).toEqual([201, one]);
    expect(await make(byTenant)).toEqual([201, one]);
    expect(await move(byConnector, two)).toBe(403);
    expect(await move(byTenant, two)).toBe(403);
    expect(await move(byTenant, null)).toBe(403);
    expect(await move(byTenant, one)).toBe(200);
    expect((await gateway.admin(`/connectors/${own.id}`)).body.tenant).toBe(one);
  });

  test("as they are now: one that came to the tenant is seen, one that left is not", async () => {
    const { one, two, other } = await tenants();
    const [there, here] = [
      await keyFor("feed", { tenant: two }),
      await keyFor("feed", { tenant: one }),
    ];
    const status = async (token: string) =>
      (await gateway.api(`/changes?connector=${other.id}`, { token })).status;
    const before = [await status(there), await status(here)];

    await gateway.admin(`/connectors/${other.id}`, { method: "PATCH", body: { tenant: one } });

    expect(before).toEqual([200, 404]);
    expect([await status(there), await status(here)]).toEqual([404, 200]);
  });

  test("and so does the successor of its rotation", async () => {
    const { own, sibling } = await tenants();
    const { id } = await aKey({ role: "feed", connectorId: own.id });

    const { body } = await gateway.admin(`/keys/${id}/rotate`, { body: {} });

    expect(body).toMatchObject({ role: "feed", connectorId: own.id, tenant: null });
    const token: string = body.secret;
    expect((await gateway.api(`/changes?connector=${own.id}`, { token })).status).toBe(200);
    expect((await gateway.api(`/changes?connector=${sibling.id}`, { token })).status).toBe(404);
  });
});

test("what each role may do beside what an operator does", () => {
  const called = (role: string) =>
    Object.entries<AdminOperation>({ ...OPERATIONS, ...APPLICATION_OPERATIONS }).flatMap(
      ([name, operation]) =>
        operation.role === role && operation.isOpen === undefined ? [name] : [],
    );

  expect(called("directory").toSorted()).toEqual([
    "getCaller",
    "getDirectory",
    "getDirectoryGroup",
    "getDirectoryUser",
    "getOpenapi",
    "listDirectories",
    "listDirectoryGroups",
    "listDirectoryMembers",
    "listDirectoryUsers",
  ]);
  expect(called("feed")).toEqual(["followChanges"]);
  expect(called("admin").toSorted()).toEqual([
    "changeKey",
    "createKey",
    "deleteConnector",
    "endSession",
    "eraseUser",
    "exportAudit",
    "getKey",
    "listAudit",
    "listKeys",
    "listRefusals",
    "listSessions",
    "revokeKey",
    "rotateKey",
  ]);
});

describe("a key ends", () => {
  test("with its connector", async () => {
    const { own } = await tenants();
    const token = await keyFor("feed", { connectorId: own.id });
    const status = async () => (await gateway.api("/connectors", { token })).status;
    const before = await status();

    await gateway.admin(`/connectors/${own.id}`, { method: "DELETE" });

    expect([before, await status()]).toEqual([200, 401]);
  });

  test("with its revocation, from the next request on, and is still listed", async () => {
    const { id, secret } = await aKey();
    await statusWith(secret);

    const answer = await gateway.admin(`/keys/${id}`, { method: "DELETE" });
    const { revokedAt } = (await gateway.admin(`/keys/${id}`)).body;

    expect(answer.status).toBe(204);
    expect(await statusWith(secret)).toBe(401);
    expect(revokedAt).not.toBe(null);
    expect((await gateway.admin(`/keys/${id}`, { method: "DELETE" })).status).toBe(204);
    expect((await gateway.admin(`/keys/${id}`)).body.revokedAt).toBe(revokedAt);
  });

  test("by its own call, too", async () => {
    const { id, secret } = await aKey();

    await gateway.admin(`/keys/${id}`, { method: "DELETE", token: secret });

    expect(await statusWith(secret)).toBe(401);
  });

  test("when its time is over", async () => {
    const { secret } = await aKey({ expiresAt: new Date(Date.now() + DAY_MS).toISOString() });

    expect(await statusWith(secret, DAY_MS - 60_000)).toBe(200);
    expect(await statusWith(secret, DAY_MS + 60_000)).toBe(401);
  });

  test.each([
    [3_600, 200, 401],
    [0, 401, 401],
  ])("when a rotation's overlap of %i s is over", async (overlapSeconds, before, after) => {
    const { id, secret } = await aKey({ name: "Turning" });

    const { status, body } = await gateway.admin(`/keys/${id}/rotate`, {
      body: { overlapSeconds },
    });

    expect([status, body.replaces, body.name, body.role]).toEqual([201, id, "Turning", "admin"]);
    expect(await statusWith(secret, 3_500_000)).toBe(before);
    expect(await statusWith(secret, 3_700_000)).toBe(after);
    expect(await statusWith(body.secret, 3_700_000)).toBe(200);
  });

  test("no later by a rotation; its successor lives as long as it was to live", async () => {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const { id } = await aKey({ expiresAt });

    const { body } = await gateway.admin(`/keys/${id}/rotate`, {
      body: { overlapSeconds: 86_400 },
    });

    expect((await gateway.admin(`/keys/${id}`)).body.expiresAt).toBe(expiresAt);
    const lifeMs = Date.parse(body.expiresAt) - Date.parse(body.createdAt);
    expect(lifeMs).toBeGreaterThan(3_500_000);
    expect(lifeMs).toBeLessThanOrEqual(3_600_000);
  });

  test("once: a revoked or unknown one is rotated into nothing", async () => {
    const { id } = await aKey();
    await gateway.admin(`/keys/${id}`, { method: "DELETE" });
    const { length } = (await gateway.admin("/keys?limit=500")).body.items;

    for (const each of [id, crypto.randomUUID()]) {
      expect((await gateway.admin(`/keys/${each}/rotate`, { body: {} })).status).toBe(404);
    }

    expect((await gateway.admin("/keys?limit=500")).body.items).toHaveLength(length);
  });

  test.each(["GET", "PATCH", "DELETE"])(
    "and none of an unknown id is there: %s",
    async (method) => {
      const body = method === "PATCH" ? { name: "Other" } : undefined;

      const answer = await gateway.admin(`/keys/${crypto.randomUUID()}`, { method, body });

      expect([answer.status, answer.body.detail]).toEqual([404, "There is no key with this id."]);
    },
  );
});

describe("of a key that nears its end the Worker's log tells", () => {
  /** The lines that cron writes about a key on certain days. */
  async function toldOf(id: string, days: readonly number[]): Promise<readonly number[]> {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    for (const day of days) {
      await runCron({ databases: env, clock: at(day * DAY_MS), newId: () => uuidv7() });
    }
    const lines = warn.mock.calls.map(([line]) => JSON.parse(line));
    warn.mockRestore();
    return lines.filter(({ keyId }) => keyId === id).map((line) => line.days);
  }

  test("once each at 30, 7 and 1 days before, with a hint and the next step", async () => {
    const expiresAt = new Date(Date.now() + 40 * DAY_MS).toISOString();
    const { id } = await aKey({ expiresAt });

    expect(await toldOf(id, [1, 9, 11, 12, 32, 33.5, 39.5, 39.6, 40.5])).toEqual([30, 7, 1]);
  });

  test("or, of a connector's key, that connector's log and feed, and not the Worker's", async () => {
    const { own } = await tenants();
    const expiresAt = new Date(Date.now() + 5 * DAY_MS).toISOString();
    const key = await aKey({ role: "feed", connectorId: own.id, expiresAt });

    expect(await toldOf(key.id, [0, 0.1])).toEqual([]);

    const events = (await gateway.admin(`/connectors/${own.id}/events?method=ALERT`)).body.items;
    const feed = await gateway.api(`/changes?connector=${own.id}`, { token: key.secret });
    const hint = key.secret.slice(4, 12);
    expect(events).toHaveLength(1);
    expect(events[0].explanation).toContain(`sgk_${hint}… expires within 7 days`);
    expect(feed.body.items).toMatchObject([
      { alert: "key.expiring", facts: { keyId: key.id, hint, expiresAt, days: 7 } },
    ]);
  });

  test("nothing of a connector that was deleted", async () => {
    const { own } = await tenants();
    const expiresAt = new Date(Date.now() + 5 * DAY_MS).toISOString();
    const { id } = await aKey({ role: "feed", connectorId: own.id, expiresAt });
    await gateway.admin(`/connectors/${own.id}`, { method: "DELETE" });

    expect(await toldOf(id, [0])).toEqual([]);
  });

  test.each([
    ["was revoked", async (id: string) => gateway.admin(`/keys/${id}`, { method: "DELETE" })],
    ["was rotated", async (id: string) => gateway.admin(`/keys/${id}/rotate`, { body: {} })],
  ])("nothing where it %s", async (_what, end) => {
    const { id } = await aKey({ expiresAt: new Date(Date.now() + 5 * DAY_MS).toISOString() });
    await end(id);

    expect(await toldOf(id, [0])).toEqual([]);
  });
});

test("the admin token goes on working beside keys", async () => {
  expect((await gateway.admin("/keys", { token: ADMIN_TOKEN })).status).toBe(200);
});
