import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { createLinkCode, createSessionSecret } from "#credentials/token.ts";
import { pruneSessions } from "#store/admin/sessions.ts";
import { openBehindAccess } from "#test/support/access.ts";
import { dumpDatabase } from "#test/support/dump.ts";
import {
  ADMIN_TOKEN,
  type GatewayOptions,
  openGateway,
  TEST_CLOCK,
} from "#test/support/gateway.ts";

const ORIGIN = "https://scim.example.com";
const HOUR_MS = 3_600_000;
const START = 1_900_000_000_000;
const OWN = { "Sec-Fetch-Site": "same-origin" };

/** A gateway at a moment, which has been running for so long. */
function at(ms: number, options: GatewayOptions = {}) {
  return openGateway({ clock: { ...TEST_CLOCK, now: () => START + ms }, ...options });
}

const gateway = at(0);

function signIn(
  credential: string,
  headers: Readonly<Record<string, string>> = {},
  asked = gateway,
) {
  return asked.send(
    new Request(`${ORIGIN}/console/session`, {
      method: "POST",
      headers: { Authorization: `Bearer ${credential}`, ...headers },
    }),
  );
}

/** What a browser keeps of an answer. */
function cookieOf(answer: { readonly headers: Headers }): string {
  return answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
}

/** The cookie of somebody who signed in with a credential. */
async function cookieFor(credential = ADMIN_TOKEN): Promise<string> {
  return cookieOf(await signIn(credential));
}

/** A call that a browser makes with its cookie. */
function call(cookie: string, path = "/caller", request: object = {}, asked = gateway) {
  const { headers = {}, ...others } = request as { headers?: Record<string, string> };
  const own = { Cookie: cookie, Authorization: "", ...headers };
  return asked.admin(path, { token: undefined, headers: own, ...others });
}

async function aKey(input: object = {}) {
  const { body } = await gateway.admin("/keys", { body: { name: "K", role: "admin", ...input } });
  return { id: body.id as string, secret: body.secret as string };
}

async function aLink(credential = ADMIN_TOKEN, asked = gateway) {
  const { body } = await asked.send(
    new Request(`${ORIGIN}/console/session/links`, {
      method: "POST",
      headers: { Authorization: `Bearer ${credential}` },
    }),
  );
  const url = new URL(body.url);
  return { url, code: url.hash.slice(1), expiresAt: Date.parse(body.expiresAt) };
}

describe("signing in", () => {
  test("gives a cookie that no script reads and no other site's request takes along", async () => {
    const answer = await signIn(ADMIN_TOKEN);

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      endsAt: new Date(START + 12 * HOUR_MS).toISOString(),
      idleSeconds: 7_200,
    });
    const [pair, ...attributes] = (answer.headers.get("Set-Cookie") ?? "").split("; ");
    expect(pair).toMatch(/^__Host-console_session=sgs_[0-9A-Za-z]{49}$/);
    expect(attributes.toSorted()).toEqual(
      ["HttpOnly", "Max-Age=43200", "Path=/", "SameSite=Strict", "Secure"].toSorted(),
    );
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect((await call(cookieOf(answer))).body).toEqual({
      actor: { kind: "adminToken", id: "ADMIN_TOKEN", name: null },
      role: "admin",
      mayWrite: true,
      connectorId: null,
      tenant: null,
    });
  });

  test("with a key lets do and see what the key lets do and see, in its name", async () => {
    const connector = await gateway.connector();
    const other = await gateway.connector();
    const key = await aKey({ name: "Ops", role: "operator", connectorId: connector.id });
    const cookie = await cookieFor(key.secret);

    const patch = { method: "PATCH", body: { name: "Mine" }, headers: OWN };
    const changed = await call(cookie, `/connectors/${connector.id}`, patch);
    const foreign = await call(cookie, `/connectors/${other.id}`);
    const beyond = await call(cookie, "/keys");
    const { body: trail } = await gateway.admin(`/audit?actor=${key.id}`);

    expect([changed.status, foreign.status, beyond.status]).toEqual([200, 404, 403]);
    expect((await call(cookie)).body).toEqual({
      actor: { kind: "key", id: key.id, name: "Ops" },
      role: "operator",
      mayWrite: true,
      connectorId: connector.id,
      tenant: null,
    });
    const operations = trail.items.map(({ operation }: { operation: string }) => operation);
    expect(operations.toSorted()).toEqual(["changeConnector", "signIn"]);
  });

  test.each([
    ["nothing", ""],
    ["a wrong token", "wrong"],
    ["a connector's token", "connector"],
    ["a code that nobody made", "code"],
    ["the secret of a session", "session"],
  ])("with %s is 401 and stores nothing", async (_what, given) => {
    const made: Readonly<Record<string, () => Promise<string>>> = {
      connector: async () => (await gateway.connector()).token,
      code: async () => (await createLinkCode()).secret,
      session: async () => (await cookieFor()).split("=")[1] ?? "",
    };
    const credential = (await made[given]?.()) ?? given;
    const before = await dumpDatabase();

    const answer = await signIn(credential);

    expect([answer.status, answer.headers.get("Set-Cookie")]).toEqual([401, null]);
    expect(await dumpDatabase()).toEqual(before);
  });

  test("leaves no secret in the database", async () => {
    const key = await aKey();
    const cookie = await cookieFor(key.secret);
    const { code } = await aLink();

    const stored = JSON.stringify(await dumpDatabase());

    for (const secret of [cookie.split("=")[1] ?? "", code, key.secret, ADMIN_TOKEN]) {
      expect(secret.length).toBeGreaterThan(30);
      expect(stored).not.toContain(secret);
    }
  });

  test("over http, as on a developer's machine, gives a cookie that http sends back", async () => {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    const url = "http://127.0.0.1:8787/console/session";
    const answer = await gateway.send(new Request(url, { method: "POST", headers }));

    const given = answer.headers.get("Set-Cookie") ?? "";
    expect(given).toMatch(/^console_session=sgs_/);
    expect(given).not.toContain("Secure");
    expect(given).toContain("HttpOnly");
  });
});

describe("a session", () => {
  test("ends when nobody used it for two hours, and after twelve in any case", async () => {
    const idle = await cookieFor();
    const busy = await cookieFor();
    const statuses: Record<string, number> = {};
    for (const minutes of [115, 230, 345, 460, 575, 690, 719]) {
      statuses[minutes] = (await call(busy, "/caller", {}, at(minutes * 60_000))).status;
    }

    expect(new Set(Object.values(statuses))).toEqual(new Set([200]));
    expect((await call(busy, "/caller", {}, at(12 * HOUR_MS))).status).toBe(401);
    expect((await call(idle, "/caller", {}, at(2 * HOUR_MS - 1))).status).toBe(200);
    const other = await cookieFor();
    expect((await call(other, "/caller", {}, at(2 * HOUR_MS))).status).toBe(401);
  });

  test("ends with the key that it stands for, and loses what the key may not see any more", async () => {
    const key = await aKey();
    const cookie = await cookieFor(key.secret);
    expect((await call(cookie)).status).toBe(200);

    await gateway.admin(`/keys/${key.id}`, { method: "DELETE" });

    expect((await call(cookie)).status).toBe(401);
  });

  test.each([
    ["expires", { expiresAt: new Date(START + HOUR_MS).toISOString() }],
    ["has its connector deleted", {}],
  ])("ends when its key %s", async (what, input) => {
    const connector = await gateway.connector();
    const limits = what === "expires" ? {} : { connectorId: connector.id, role: "operator" };
    const key = await aKey({ ...input, ...limits });
    const cookie = await cookieFor(key.secret);
    expect((await call(cookie)).status).toBe(200);

    await gateway.admin(`/connectors/${connector.id}`, { method: "DELETE" });

    expect((await call(cookie, "/caller", {}, at(HOUR_MS))).status).toBe(401);
  });

  test("that stands for the admin token ends when there is another one", async () => {
    const cookie = await cookieFor();
    const other = { adminToken: "another-admin-token-of-32-characters" };

    expect((await call(cookie)).status).toBe(200);
    expect((await call(cookie, "/caller", {}, at(0, other))).status).toBe(401);
    const { access } = await openBehindAccess("everybody");
    const none = { adminToken: undefined, access };
    expect((await call(cookie, "/caller", {}, at(0, none))).status).toBe(401);
  });

  test("is listed with where it began, and ended by an administrator", async () => {
    const key = await aKey({ name: "Laptop" });
    const from = { "User-Agent": "Firefox", "CF-Connecting-IP": "203.0.113.9" };
    const cookie = cookieOf(await signIn(key.secret, from));
    const { items } = (await gateway.admin("/sessions?limit=500")).body;
    const session = items.find(({ actor }: { actor: { id: string } }) => actor.id === key.id);

    expect(session).toMatchObject({
      actor: { kind: "key", name: "Laptop" },
      clientIp: "203.0.113.9",
      userAgent: "Firefox",
    });
    const path = `/sessions/${session.id}`;
    const ended = [
      await gateway.admin(path, { method: "DELETE" }),
      await gateway.admin(path, { method: "DELETE" }),
    ];
    expect(ended.map(({ status }) => status)).toEqual([204, 404]);
    expect((await call(cookie)).status).toBe(401);
  });

  test("ends by signing out, which another site cannot ask for", async () => {
    const cookie = await cookieFor();
    const signOut = (headers: Readonly<Record<string, string>>) =>
      gateway.send(
        new Request(`${ORIGIN}/console/session`, {
          method: "DELETE",
          headers: { Cookie: cookie, ...headers },
        }),
      );

    const foreign = await signOut({ "Sec-Fetch-Site": "cross-site" });
    const stillIn = await call(cookie);
    const own = await signOut(OWN);
    const again = await signOut(OWN);

    expect([foreign.status, stillIn.status, own.status, again.status]).toEqual([
      403, 200, 204, 204,
    ]);
    expect(own.headers.get("Set-Cookie")).toMatch(/^__Host-console_session=; Max-Age=0; /);
    expect((await call(cookie)).status).toBe(401);
  });

  test.each([
    ["cross-site", { "Sec-Fetch-Site": "cross-site" }],
    ["same-site", { "Sec-Fetch-Site": "same-site" }],
    ["a foreign Origin", { Origin: "https://evil.example" }],
    ["a sibling's Origin", { Origin: "https://other.example.com" }],
    ["nothing at all", {}],
  ])("changes nothing for a call of another site: %s", async (_what, headers) => {
    const cookie = await cookieFor();
    const body = { name: "Foreign" };

    const foreign = await call(cookie, "/connectors", { body, headers });
    const own = await call(cookie, "/connectors", { body, headers: OWN });

    expect([foreign.status, own.status]).toEqual([403, 201]);
  });

  test.each([
    ["a cookie that nobody was given", async () => (await createSessionSecret()).secret],
    ["a cookie with a wrong checksum", async () => `sgs_${"a".repeat(49)}`],
    ["the code of a link", async () => (await aLink()).code],
    ["the admin token", async () => ADMIN_TOKEN],
  ])("is not %s", async (_what, secret) => {
    const answer = await call(`__Host-console_session=${await secret()}`);

    expect(answer.status).toBe(401);
  });

  test("does not count without the prefix that keeps other hosts from planting it", async () => {
    const [, secret] = (await cookieFor()).split("=");

    expect((await call(`console_session=${secret}`)).status).toBe(401);
  });

  test("opens nothing of SCIM", async () => {
    const cookie = await cookieFor();

    expect((await gateway.scim("/Users", { headers: { Cookie: cookie } })).status).toBe(401);
  });

  test("costs one round trip", async () => {
    const cookie = await cookieFor();

    expect((await call(cookie)).cost.roundTrips).toBe(1);
    expect((await call(`__Host-console_session=sgs_${"a".repeat(49)}`)).cost.roundTrips).toBe(0);
  });

  test("is pruned once it is over, and no sooner", async () => {
    const rows = async () => {
      const counted = env.DB.prepare("SELECT count(*) AS n FROM console_sessions");
      return await counted.first<number>("n");
    };
    await env.DB.prepare("DELETE FROM console_sessions").run();
    await cookieFor();
    await aLink();
    const prune = async (ms: number) => {
      await pruneSessions(env.DB, { ...TEST_CLOCK, now: () => START + ms });
      return await rows();
    };

    expect([await prune(0), await prune(HOUR_MS), await prune(2 * HOUR_MS)]).toEqual([2, 1, 0]);
  });
});

describe("a link that signs in", () => {
  test("holds its code where no server's log has it, and works once, in time", async () => {
    const { url, code, expiresAt } = await aLink();

    expect(`${url.origin}${url.pathname}${url.search}`).toBe(`${ORIGIN}/console/sign-in`);
    expect(expiresAt).toBe(START + 15 * 60_000);
    const first = await signIn(code);
    const second = await signIn(code);

    expect([first.status, second.status]).toEqual([201, 401]);
    expect((await call(cookieOf(first))).body.actor.kind).toBe("adminToken");
  });

  test("opens one session however many use it at once", async () => {
    const { code } = await aLink();

    const answers = await Promise.all([1, 2, 3, 4].map(() => signIn(code)));

    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 401, 401, 401]);
  });

  test("is over after a quarter of an hour", async () => {
    const [one, two] = [await aLink(), await aLink()];

    const early = await signIn(one.code, {}, at(15 * 60_000 - 1));
    const late = await signIn(two.code, {}, at(15 * 60_000));

    expect([early.status, late.status]).toEqual([201, 401]);
  });

  test("ends with the credential that made it", async () => {
    const key = await aKey();
    const { code } = await aLink(key.secret);
    await gateway.admin(`/keys/${key.id}`, { method: "DELETE" });
    const admins = await aLink();
    const other = at(0, { adminToken: "another-admin-token-of-32-characters" });

    expect((await signIn(code)).status).toBe(401);
    expect((await signIn(admins.code, {}, other)).status).toBe(401);
  });

  test("is no bearer token of the admin API, and makes no further link", async () => {
    const { code } = await aLink();

    const read = await gateway.admin("/connectors", { token: code });
    const made = await gateway.send(
      new Request(`${ORIGIN}/console/session/links`, {
        method: "POST",
        headers: { Authorization: `Bearer ${code}` },
      }),
    );

    expect([read.status, made.status]).toEqual([401, 401]);
  });

  test("cannot be made by whoever has a session alone", async () => {
    const cookie = await cookieFor();
    const headers = { Cookie: cookie, ...OWN };
    const url = `${ORIGIN}/console/session/links`;

    const answer = await gateway.send(new Request(url, { method: "POST", headers }));

    expect(answer.status).toBe(401);
  });
});

describe("the page", () => {
  const built = `<!doctype html><meta name="csp-nonce" content="__CSP_NONCE__">`;
  const asked: string[] = [];
  const assets = (status: number) => ({
    ASSETS: {
      fetch: async (url: URL) => {
        asked.push(url.pathname);
        return new Response(built, { status });
      },
      connect: () => {
        throw new Error("Nothing connects to a file.");
      },
    },
  });
  const get = (path: string, headers = {}, asking = at(0, { bindings: assets(200) })) =>
    asking.send(new Request(`${ORIGIN}${path}`, { headers, redirect: "manual" }));

  test.each(["/console/", "/console", "/console/connectors/x/users", "/console/sign-in"])(
    "%s is the one page, with a policy and a nonce of its own",
    async (path) => {
      const [first, second] = [await get(path), await get(path)];

      expect(first.status).toBe(200);
      const policy = first.headers.get("Content-Security-Policy") ?? "";
      const [, nonce = ""] = /'nonce-([\w-]{22})'/.exec(policy) ?? [];
      expect(first.body).toBe(built.replace("__CSP_NONCE__", nonce));
      expect(second.body).not.toBe(first.body);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
      expect(first.headers.get("Cache-Control")).toBe("no-store");
      expect(first.headers.get("Referrer-Policy")).toBe("no-referrer");
      expect(first.headers.get("X-Content-Type-Options")).toBe("nosniff");
    },
  );

  test("is asked for as one file, whatever the path", async () => {
    asked.length = 0;
    await get("/console/..%2f..%2fsecrets");

    expect(new Set(asked)).toEqual(new Set(["/console/index.html"]));
  });

  test("that is not built says how to build it", async () => {
    const answer = await get("/console/", {}, at(0, { bindings: assets(404) }));

    expect(answer.status).toBe(404);
    expect(answer.body).toContain("npm start");
  });

  test("is where a person at the root is led, and no provider", async () => {
    const person = await get("/", { Accept: "text/html,*/*" });
    const provider = await get("/", { Accept: "application/scim+json" });

    expect([person.status, person.headers.get("Location")]).toEqual([302, "/console/"]);
    expect(provider.status).toBe(404);
  });
});
