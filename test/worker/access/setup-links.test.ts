import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { createSetupSecret } from "#credentials/token.ts";
import { ABILITIES, type Ability } from "#http/admin/call/roles.ts";
import { SETUP_OPERATIONS } from "#http/setup/operations.ts";
import { readTeam } from "#http/team.ts";
import { pruneSetupLinks } from "#store/setup-links/links.ts";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { dumpDatabase } from "#test/support/dump.ts";
import {
  ADMIN_TOKEN,
  type GatewayOptions,
  openGateway,
  type ScimRequest,
  TEST_CLOCK,
} from "#test/support/gateway.ts";
import {
  adminPath,
  fill,
  type Ids,
  idOf,
  idsOf,
  ROWS,
  type Row,
} from "#test/support/route-rows.ts";

const ORIGIN = "https://scim.example.com";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.now();
const OWN = { "Sec-Fetch-Site": "same-origin" };

const TEAM = readTeam({ TEAM_NAME: "Acme Corp", TEAM_CONTACT: "help@acme.example" });

/** A gateway at a moment, which has been running for so long. */
function at(ms: number, options: GatewayOptions = {}) {
  return openGateway({
    clock: { ...TEST_CLOCK, now: () => START + ms },
    // The session, the connector and what the call itself asks.
    roundTripsMax: 20,
    team: TEAM,
    bindings: { BRIDGE: fakeBridges().namespace },
    ...options,
  });
}

const gateway = at(0);
type Gateway = typeof gateway;

async function aLink(connectorId: string, input: object = {}, asked: Gateway = gateway) {
  const expiresAt = new Date(START + DAY_MS).toISOString();
  const body = { name: "Grace", expiresAt, can: ABILITIES, ...input };
  const made = await asked.admin(`/connectors/${connectorId}/setup-links`, { body });
  const url = new URL(made.body.url);
  return { id: made.body.id as string, url, secret: url.hash.slice(1), made };
}

function open(secret: string, asked: Gateway = gateway) {
  const headers = { Authorization: `Bearer ${secret}`, "User-Agent": "Firefox" };
  return asked.send(new Request(`${ORIGIN}/setup/session`, { method: "POST", headers }));
}

function cookieOf(answer: { readonly headers: Headers }): string {
  return answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
}

/** The cookie of somebody who opened a link with these abilities to a connector. */
async function holderOf(connectorId: string, can: readonly Ability[] = ABILITIES) {
  const link = await aLink(connectorId, { can });
  return { ...link, cookie: cookieOf(await open(link.secret)) };
}

function call(cookie: string, path: string, request: ScimRequest = {}, asked: Gateway = gateway) {
  const { method = request.body === undefined ? "GET" : "POST", body, headers = OWN } = request;
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  return asked.send(
    new Request(`${ORIGIN}${path}`, {
      method,
      headers: { Cookie: cookie, ...type, ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

const base = (id: string) => `/setup/v1/connectors/${id}`;

describe("a set-up link", () => {
  test("is shown once, behind the #, and stored as a hash", async () => {
    const { id } = await gateway.connector();
    const { url, secret, made } = await aLink(id);

    expect(made.status).toBe(201);
    expect(made.headers.get("Location")).toMatch(/^\/admin\/v1\/connectors\/[\w-]+\/setup-links\//);
    expect(`${url.origin}${url.pathname}${url.search}`).toBe(`${ORIGIN}/setup`);
    expect(secret).toMatch(/^sgu_[0-9A-Za-z]{49}$/);
    const listed = await gateway.admin(`/connectors/${id}/setup-links`);
    expect(listed.body.items).toMatchObject([{ name: "Grace", can: ABILITIES, openedAt: null }]);
    const cookie = cookieOf(await open(secret));
    const stored = JSON.stringify([await dumpDatabase(), listed.body]);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(cookie.split("=")[1]);
  });

  test.each([
    ["has passed", { expiresAt: new Date(START - 1).toISOString() }, 400],
    ["is now", { expiresAt: new Date(START).toISOString() }, 400],
    ["is beyond 30 days", { expiresAt: new Date(START + 30 * DAY_MS + 1).toISOString() }, 400],
    ["is in 30 days", { expiresAt: new Date(START + 30 * DAY_MS).toISOString() }, 201],
    ["is left out", { expiresAt: undefined }, 400],
  ])("whose end %s is %o: %i", async (_what, input, status) => {
    const { id } = await gateway.connector();
    const body = { can: ["log"], ...input };

    const answer = await gateway.admin(`/connectors/${id}/setup-links`, { body });

    expect(answer.status).toBe(status);
  });

  test.each([
    ["nothing", []],
    ["an unknown thing", ["everything"]],
    ["a thing twice", ["log", "log"]],
  ])("that lets do %s is refused, and stores nothing", async (_what, can) => {
    const { id } = await gateway.connector();
    const before = await dumpDatabase();
    const body = { can, expiresAt: new Date(START + DAY_MS).toISOString() };

    const answer = await gateway.admin(`/connectors/${id}/setup-links`, { body });

    expect(answer.status).toBe(400);
    expect(await dumpDatabase()).toEqual(before);
  });

  test("gives a cookie of its own kind, until the link's end", async () => {
    const { id } = await gateway.connector();
    const { secret } = await aLink(id, { can: ["log"] });

    const answer = await open(secret);

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      team: { name: "Acme Corp", logo: null, contact: "help@acme.example" },
      session: {
        connectorId: id,
        name: "Grace",
        can: ["log"],
        endsAt: new Date(START + DAY_MS).toISOString(),
        idleSeconds: 7_200,
      },
    });
    const [pair, ...attributes] = (answer.headers.get("Set-Cookie") ?? "").split("; ");
    expect(pair).toMatch(/^__Host-setup_session=sgs_[0-9A-Za-z]{49}$/);
    expect(attributes.toSorted()).toEqual(
      ["HttpOnly", "Max-Age=86400", "Path=/", "SameSite=Strict", "Secure"].toSorted(),
    );
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    const asked = await call(cookieOf(answer), "/setup/session");
    expect(asked.body.session).toEqual(answer.body.session);
  });

  test("may be opened again until it ends, then says whom to ask", async () => {
    const { id } = await gateway.connector();
    const { secret } = await aLink(id);
    const early = await open(secret, at(DAY_MS - 1));
    const late = await open(secret, at(DAY_MS));

    expect([early.status, late.status]).toEqual([201, 410]);
    expect(late.body.detail).toContain("expired");
    expect(late.body.detail).toContain("Ask Acme Corp for another one: help@acme.example.");
    expect(late.headers.get("Set-Cookie")).toBeNull();
  });

  test("that is revoked ends with the next request of whoever opened it, and says whom to ask", async () => {
    const { id } = await gateway.connector();
    const { id: linkId, secret, cookie } = await holderOf(id);
    const path = `/connectors/${id}/setup-links/${linkId}`;
    expect((await call(cookie, base(id))).status).toBe(200);

    const revoked = [
      await gateway.admin(path, { method: "DELETE" }),
      await gateway.admin(path, { method: "DELETE" }),
    ];
    const again = await open(secret);
    const refused = await call(cookie, base(id));

    expect(revoked.map(({ status }) => status)).toEqual([204, 204]);
    expect([again.status, refused.status]).toEqual([410, 401]);
    expect(again.body.detail).toContain("revoked");
    for (const { body } of [again, refused]) expect(body.detail).toContain("help@acme.example");
    expect((await call(cookie, "/setup/session")).body.session).toBeNull();
    const trail = await gateway.admin(`/audit?connectorId=${id}&operation=revokeSetupLink`);
    expect(trail.body.items).toHaveLength(1);
  });

  test("of another connector is not there to be listed or revoked", async () => {
    const [own, other] = [await gateway.connector(), await gateway.connector()];
    const { id } = await aLink(own.id);

    const path = `/connectors/${other.id}/setup-links`;
    const listed = await gateway.admin(path);
    const revoked = await gateway.admin(`${path}/${id}`, { method: "DELETE" });

    expect([listed.body.items, revoked.status]).toEqual([[], 404]);
  });

  test("ends with its connector", async () => {
    const { id } = await gateway.connector();
    const { secret, cookie } = await holderOf(id);

    await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

    expect((await open(secret)).status).toBe(401);
    expect((await call(cookie, base(id))).status).toBe(401);
  });

  test.each([
    ["nothing", async () => ""],
    ["a secret that nobody made", async () => (await createSetupSecret()).secret],
    ["a wrong checksum", async () => `sgu_${"a".repeat(49)}`],
    ["the admin token", async () => ADMIN_TOKEN],
    ["a connector's token", async () => (await gateway.connector()).token],
  ])("is not %s: 401 that says whom to ask", async (_what, secret) => {
    const given = await secret();
    const before = await dumpDatabase();

    const answer = await open(given);

    expect([answer.status, answer.headers.get("Set-Cookie")]).toEqual([401, null]);
    expect(answer.body.detail).toContain("Ask Acme Corp");
    expect(await dumpDatabase()).toEqual(before);
  });

  test("is pruned 90 days after its end, and no sooner", async () => {
    const { id } = await gateway.connector();
    const expired = await aLink(id);
    const ends = new Date(START + 2 * DAY_MS).toISOString();
    const revoked = await aLink(id, { expiresAt: ends });
    await gateway.admin(`/connectors/${id}/setup-links/${revoked.id}`, { method: "DELETE" });
    const idsAfter = async (ms: number) => {
      await pruneSetupLinks(env.DB, { ...TEST_CLOCK, now: () => START + ms });
      const { items } = (await gateway.admin(`/connectors/${id}/setup-links`)).body;
      return items.map((item: { id: string }) => item.id);
    };

    expect(await idsAfter(90 * DAY_MS)).toEqual([revoked.id, expired.id]);
    expect(await idsAfter(90 * DAY_MS + 1)).toEqual([expired.id]);
    expect(await idsAfter(91 * DAY_MS + 1)).toEqual([]);
  });
});

test.each(["/setup", "/setup/"])("%s is the page of the console, with its policy", async (path) => {
  const fetch = async () => new Response('<meta name="csp-nonce" content="__CSP_NONCE__">');
  const connect = () => {
    throw new Error("Nothing connects to a file.");
  };
  const built = at(0, { bindings: { ASSETS: { fetch, connect } } });

  const answer = await built.send(new Request(`${ORIGIN}${path}`));

  expect(answer.status).toBe(200);
  const policy = answer.headers.get("Content-Security-Policy") ?? "";
  const [, nonce = "none"] = /'nonce-([\w-]{22})'/.exec(policy) ?? [];
  expect(answer.body).toContain(nonce);
  expect(policy).toContain("frame-ancestors 'none'");
  expect(answer.headers.get("Referrer-Policy")).toBe("no-referrer");
});

describe("its session", () => {
  test("is over after two hours without use, and at the link's end in any case", async () => {
    const { id } = await gateway.connector();
    const expiresAt = new Date(START + 5 * HOUR_MS).toISOString();
    const { secret } = await aLink(id, { expiresAt });
    const [idle, busy] = [cookieOf(await open(secret)), cookieOf(await open(secret))];
    const status = async (cookie: string, ms: number) =>
      (await call(cookie, base(id), {}, at(ms))).status;

    const used: number[] = [];
    for (const ms of [1.5, 3, 4.5]) used.push(await status(busy, ms * HOUR_MS));
    expect(used).toEqual([200, 200, 200]);
    expect(await status(busy, 5 * HOUR_MS - 1)).toBe(200);
    expect(await status(busy, 5 * HOUR_MS)).toBe(401);
    expect(await status(idle, 2 * HOUR_MS)).toBe(401);
  });

  test("changes nothing for a call of another site", async () => {
    const { id } = await gateway.connector();
    const { cookie } = await holderOf(id);
    const make = (headers: Readonly<Record<string, string>>) =>
      call(cookie, `${base(id)}/tokens`, { body: {}, headers });

    const foreign = [
      await make({ "Sec-Fetch-Site": "cross-site" }),
      await make({ "Sec-Fetch-Site": "same-site" }),
      await make({ Origin: "https://evil.example" }),
      await make({}),
    ];
    const signOut = { method: "DELETE", headers: { "Sec-Fetch-Site": "cross-site" } };
    foreign.push(await call(cookie, "/setup/session", signOut));

    expect(foreign.map(({ status }) => status)).toEqual(foreign.map(() => 403));
    expect((await make(OWN)).status).toBe(201);
  });

  test("is given back, and is over then", async () => {
    const { id } = await gateway.connector();
    const { cookie } = await holderOf(id);

    const closed = await call(cookie, "/setup/session", { method: "DELETE" });
    const again = await call(cookie, "/setup/session", { method: "DELETE" });

    expect([closed.status, again.status]).toEqual([204, 204]);
    expect(closed.headers.get("Set-Cookie")).toMatch(/^__Host-setup_session=; Max-Age=0; /);
    expect((await call(cookie, base(id))).status).toBe(401);
  });

  test("is neither listed nor ended among those of the console", async () => {
    const { id } = await gateway.connector();
    await holderOf(id);
    const rows = await env.DB.prepare("SELECT id FROM console_sessions WHERE kind = 'setup'").all<{
      id: string;
    }>();
    const { items } = (await gateway.admin("/sessions?limit=500")).body;
    const listed = new Set(items.map((item: { id: string }) => item.id));

    expect(rows.results.length).toBeGreaterThan(0);
    expect(rows.results.filter((row) => listed.has(row.id))).toEqual([]);
    const path = `/sessions/${rows.results[0]?.id}`;
    expect((await gateway.admin(path, { method: "DELETE" })).status).toBe(404);
  });

  test("makes at most so many calls as a link is allowed", async () => {
    const { id } = await gateway.connector();
    const { cookie } = await holderOf(id);
    const limit = async () => ({ success: false });

    const limited = at(0, { rateLimits: "on", bindings: { RATE_LIMIT_LOW: { limit } } });
    const answer = await call(cookie, base(id), {}, limited);

    expect([answer.status, answer.headers.get("Retry-After")]).toEqual([429, "10"]);
  });
});

describe("what it lets do", () => {
  test("a wizard: the values, a token of their own, and what arrives", async () => {
    const client = await gateway.client({ name: "<b>Acme</b>", preset: "okta" });
    const { cookie, id: linkId } = await holderOf(client.id, ["connect"]);

    const read = await call(cookie, base(client.id));
    const made = await call(cookie, `${base(client.id)}/tokens`, { body: { name: "Okta" } });
    const asked = await gateway.scim("/Users", { token: made.body.secret });
    const arrived = await call(cookie, `${base(client.id)}/arrivals`);

    expect(read.body).toEqual({
      id: client.id,
      name: "<b>Acme</b>",
      preset: "okta",
      scimBaseUrl: `${ORIGIN}/scim/v2`,
      link: {
        name: "Grace",
        can: ["connect"],
        expiresAt: new Date(START + DAY_MS).toISOString(),
      },
    });
    expect([made.status, asked.status, arrived.status]).toEqual([201, 200, 200]);
    expect(arrived.body.items[0]).toMatchObject({
      method: "GET",
      path: "/scim/v2/Users",
      status: 200,
    });
    const { items } = (await gateway.admin(`/audit?actor=${linkId}`)).body;
    const told = items.map(({ actor, operation, connectorId }: Record<string, unknown>) => ({
      actor,
      operation,
      connectorId,
    }));
    const actor = { kind: "setupLink", id: linkId, name: "Grace" };
    // Both came in the same millisecond of the test's clock.
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        { actor, operation: "createOwnToken", connectorId: client.id },
        { actor, operation: "openSetupLink", connectorId: client.id },
      ]),
    );
  });

  test("rotation: both tokens work for the overlap, then the new one alone", async () => {
    const client = await gateway.client();
    const { cookie } = await holderOf(client.id, ["rotate-token"]);
    const [former] = (await call(cookie, `${base(client.id)}/tokens`)).body.items;

    const path = `${base(client.id)}/tokens/${former.id}/rotate`;
    const rotated = await call(cookie, path, { body: { overlapSeconds: 60 } });
    const statuses = async (asked: Gateway) => [
      (await asked.scim("/Users", { token: client.token })).status,
      (await asked.scim("/Users", { token: rotated.body.secret })).status,
    ];

    expect(rotated.body.replaces).toBe(former.id);
    expect(await statuses(gateway)).toEqual([200, 200]);
    expect(await statuses(at(60_000))).toEqual([401, 200]);
  });

  test("credentials of a bridge, which nobody reads again, and whose first run waits for the team", async () => {
    const { id } = await gateway.connector();
    const { cookie } = await holderOf(id, ["bridge-credentials"]);
    const path = `${base(id)}/bridge/credentials`;
    const source = { type: "okta", baseUrl: "https://acme.okta.com" };
    const secret = "00canary-of-the-bridge";
    const put = (body: object) => call(cookie, path, { method: "PUT", body });

    const none = await call(cookie, `${base(id)}/bridge`);
    const bare = await put({ credentials: { apiToken: secret } });
    const first = await put({ source, credentials: { apiToken: secret } });
    const elsewhere = await put({
      source: { type: "okta", baseUrl: "https://evil.okta.com" },
      credentials: { apiToken: secret },
    });
    const own = await put({
      source: { type: "scim", baseUrl: `${ORIGIN}/scim/v2` },
      credentials: {},
    });
    const second = await put({ credentials: { apiToken: `${secret}-2` } });
    const { body: bridge } = await gateway.admin(`/connectors/${id}/bridge`);

    expect(none.body).toEqual({ source: null, paused: false, modifiedAt: null });
    expect([bare, first, elsewhere, own, second].map(({ status }) => status)).toEqual([
      400, 200, 409, 409, 200,
    ]);
    expect(first.body).toMatchObject({ source, paused: true });
    expect(bridge).toMatchObject({ source, paused: true, credentialsKind: "okta-token" });
    const trail = (await gateway.admin(`/audit?connectorId=${id}`)).body;
    const seen = [none, bare, first, elsewhere, second].map(({ body }) => body);
    expect(JSON.stringify([seen, bridge, trail, await dumpDatabase()])).not.toContain(secret);
  });

  test.each(["intervalSeconds", "guard", "excluded", "paused", "mapping"])(
    "no setting of a bridge: %s is refused beside credentials",
    async (name) => {
      const { id } = await gateway.connector();
      const { cookie } = await holderOf(id, ["bridge-credentials"]);
      const body = { credentials: { apiToken: "a" }, [name]: 1 };

      const answer = await call(cookie, `${base(id)}/bridge/credentials`, { method: "PUT", body });

      expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, `#/${name}`]);
    },
  );

  test("the log with explanations, without alerts and without who of the team did what", async () => {
    const client = await gateway.client();
    const { cookie } = await holderOf(client.id, ["log"]);
    const refused = await client.post({ userName: "" });
    const user = await client.post({ userName: "<img src=x onerror=alert(1)>" });
    const erased = `/connectors/${client.id}/users/${user.body.id}/deactivate`;
    await gateway.admin(erased, { method: "POST" });
    await env.DB.prepare(
      `UPDATE events SET method = 'ALERT' WHERE connector_id =
         (SELECT number FROM connectors WHERE id = ?1) AND status = 201`,
    )
      .bind(client.id)
      .run();

    const { items } = (await call(cookie, `${base(client.id)}/events`)).body;
    const admins = (await gateway.admin(`/connectors/${client.id}/events`)).body.items;
    const refusal = items.find(({ status }: { status: number }) => status === refused.status);
    const one = await call(cookie, `${base(client.id)}/events/${refusal.id}`);
    const alert = admins.find(({ method }: { method: string }) => method === "ALERT");
    const hidden = await call(cookie, `${base(client.id)}/events/${alert.id}`);

    expect(refusal.explanation).toContain("userName");
    expect(one.body).toEqual(refusal);
    expect(hidden.status).toBe(404);
    expect(admins.some(({ actor }: { actor: unknown }) => actor === "admin token")).toBe(true);
    expect(JSON.stringify(items)).not.toMatch(/ALERT|admin token|"actor"|credentialId/);
  });
});

/** The rows of some kinds with what they ask. */
function rowsOf(kind: Row["kind"], prefix: string) {
  return Object.entries(ROWS).flatMap(([key, row]) => {
    if (row.kind !== kind || row.kind === "middleware") return [];
    const [routeMethod = "", routePath = ""] = key.split(" ");
    const own = routePath.replace("{scim}", "").slice(prefix.length);
    const method = row.method ?? routeMethod.replace("ALL", "GET");
    return [{ key, own, method, path: row.path ?? own, body: row.body }];
  });
}

const SETUP_ROWS = rowsOf("setup", "/setup/v1");

/** An answer without what differs between any two: ids and times. */
function comparable({ status, headers, body }: Awaited<ReturnType<typeof call>>): string {
  return JSON.stringify([status, [...headers], body ?? null])
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

function unknownIds(ids: Ids): Ids {
  return Object.fromEntries(Object.keys(ids).map((name) => [name, crypto.randomUUID()]));
}

describe("the walk of every route", () => {
  let world: {
    readonly ids: Ids;
    readonly foreign: Ids;
    readonly all: Awaited<ReturnType<typeof holderOf>>;
  };

  beforeAll(async () => {
    const owner = await gateway.client();
    const stranger = await gateway.client();
    const ids = await idsOf(gateway, owner);
    const foreign = await idsOf(gateway, stranger);
    world = { ids, foreign, all: await holderOf(owner.id) };
  });

  test("knows each call of the holder", () => {
    const calls = Object.values(SETUP_OPERATIONS).map(({ method, path }) => `${method} ${path}`);
    const rows = SETUP_ROWS.filter(({ path }) => path !== "/no-such-call");

    expect(rows.map(({ method, own }) => `${method} ${own}`).toSorted()).toEqual(calls.toSorted());
  });

  test.each(SETUP_ROWS)("$key is 401 for anybody else", async ({ method, path, body }) => {
    const { ids } = world;
    const url = `/setup/v1${adminPath(path, ids)}`;
    const headers = (token: string) => ({ ...OWN, Authorization: `Bearer ${token}` });
    const signIn = new Request(`${ORIGIN}/console/session`, {
      method: "POST",
      headers: { Authorization: `Bearer ${ADMIN_TOKEN}` },
    });
    const console = cookieOf(await gateway.send(signIn));
    const answers = [
      await call("", url, { method, body }),
      await call("", url, { method, body, headers: headers(ADMIN_TOKEN) }),
      await call(console, url, { method, body }),
      await call(console.replace("console", "setup"), url, { method, body }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    for (const answer of answers) {
      expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
      expect(answer.body.detail).toContain("Ask Acme Corp");
    }
  });

  test.each(SETUP_ROWS)(
    "$key of another connector is as of an unknown one, and touches nothing",
    async ({ method, path, body }) => {
      const { ids, foreign, all } = world;
      const before = await dumpDatabase();
      const send = (asked: Ids) =>
        call(all.cookie, `/setup/v1${adminPath(path, asked)}`, { method, body: fill(body, ids) });

      const other = await send(foreign);
      const unknown = await send(unknownIds(ids));
      // The connector's own path with the things of another one.
      const mixed = await send({ ...foreign, id: idOf(ids, "id") });
      const lost = await send({ ...unknownIds(ids), id: idOf(ids, "id") });

      expect(other.status).toBe(404);
      expect(comparable(other)).toBe(comparable(unknown));
      const hasIds = /:(?!id\b)\w+/.test(path);
      if (hasIds) {
        expect([mixed.status, comparable(mixed)]).toEqual([404, comparable(lost)]);
        expect(await dumpDatabase()).toEqual(before);
      }
    },
  );

  test.each(SETUP_ROWS.filter(({ own }) => own.startsWith("/connectors")))(
    "$key is a call for the links alone that let it",
    async ({ own, method, path, body }) => {
      const client = await gateway.client();
      const ids = await idsOf(gateway, client);
      const operation = Object.values(SETUP_OPERATIONS).find(
        (each) => each.path === own && each.method === method,
      );
      const wanted: readonly Ability[] = operation?.abilities ?? [];
      const asked = adminPath(path, ids);
      for (const ability of ABILITIES) {
        const { cookie } = await holderOf(client.id, [ability]);
        const answer = await call(cookie, `/setup/v1${asked}`, { method, body });
        const unknown = await call(cookie, `/setup/v1/no-such-call${asked}`, { method, body });

        const isLet = wanted.length === 0 || wanted.includes(ability);
        expect([ability, answer.status < 300]).toEqual([ability, isLet]);
        if (!isLet) expect(comparable(answer)).toBe(comparable(unknown));
      }
    },
  );

  test.each([
    ...rowsOf("admin", "/admin/v1").map((row) => ({ ...row, api: "/admin/v1" })),
    ...rowsOf("application", "/v1").map((row) => ({ ...row, api: "/v1" })),
    ...rowsOf("scim", "").map((row) => ({ ...row, api: "/scim/v2" })),
  ])("$api: $key knows no holder of a link", async ({ api, method, path, body }) => {
    const { ids, all } = world;
    const url = `${api}${adminPath(fill(path, ids), ids)}`;
    const [, secret = ""] = all.cookie.split("=");
    const asked = { method, body: fill(body, ids) };

    const answers = [
      await call(all.cookie, url, asked),
      // Neither cookie nor secret stands for anything of the console or the API.
      await call(`__Host-console_session=${secret}`, url, asked),
      await call("", url, { ...asked, headers: { ...OWN, Authorization: `Bearer ${secret}` } }),
      await call("", url, { ...asked, headers: { ...OWN, Authorization: `Bearer ${all.secret}` } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 401));
  });
});
