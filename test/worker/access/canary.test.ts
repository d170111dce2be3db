import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { BRIDGE_CREDENTIALS, createResealer, seal, webhookSecret } from "#credentials/sealed.ts";
import { plantProviderCredentials } from "#test/support/canary/bridges.ts";
import { Canaries, type CanaryKind } from "#test/support/canary/canaries.ts";
import { createPlanting } from "#test/support/canary/planting.ts";
import {
  type Carrier,
  otherHeaders,
  withPassword,
  withRepeatedToken,
  withToken,
} from "#test/support/canary/requests.ts";
import { tokenCalls, tokenForm } from "#test/support/canary/token-calls.ts";
import { plantWebhookSecrets } from "#test/support/canary/webhooks.ts";
import { CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { captureConsole, dumpDatabase, dumpDurableObjects } from "#test/support/dump.ts";
import { aUser, openGateway, TEST_CLOCK, type TestAnswer } from "#test/support/gateway.ts";
import { plantBridge, plantWebhook } from "#test/support/plant-secrets.ts";
import { runCron } from "../../../src/cron.ts";

type Gateway = ReturnType<typeof openGateway>;

const canaries = new Canaries();
const printed = captureConsole();
const answers: TestAnswer[] = [];

const ADMIN = canaries.make("admin token");
const [OLD_KEY, NEW_KEY] = [1, 2].map(() => canaries.add("encryption key", randomKey()));
const options = {
  adminToken: ADMIN,
  encryptionKeys: `new:${NEW_KEY},old:${OLD_KEY}`,
  roundTripsMax: Number.POSITIVE_INFINITY,
};
const gateway = openGateway(options);

/** 32 random bytes in base64url. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .slice(0, 43);
}

/** The gateways that each request goes through: one that works, and two whose D1 fails. */
function failing(secret: string): readonly Gateway[] {
  // What D1 says of a statement may hold what was bound to it.
  const telling = `D1_ERROR: near "${secret}": syntax error at offset 1: SQLITE_ERROR`;
  return [telling, CONNECTION_LOST].map((message) =>
    openGateway({ ...options, db: faultyDatabase(env.DB, () => "before", message) }),
  );
}

/** A connector with a user, whose own token is a canary too. */
async function aConnector() {
  const { body } = await gateway.admin("/connectors", { token: ADMIN, body: { name: "Canary" } });
  const id: string = body.connector.id;
  const token = canaries.add("connector token", body.token.secret);
  const user = await gateway.scim("/Users", { token, body: aUser({ userName: "ada" }) });
  return { id, token, user: user.body.id as string };
}

type Connector = Awaited<ReturnType<typeof aConnector>>;

/** Sends requests that carry a secret through every gateway; gives what each was answered. */
async function sendAll(
  to: Connector,
  secret: string,
  carriers: readonly Carrier[],
): Promise<readonly TestAnswer[]> {
  const received: TestAnswer[] = [];
  for (const { path = "/Users", body, ...request } of carriers) {
    for (const asked of [gateway, ...failing(secret)]) {
      const filled = {
        ...request,
        ...(body !== undefined && { body: withId(body, to.user) }),
      };
      received.push(
        await asked.scim(path.replace("{id}", to.user), { token: to.token, ...filled }),
      );
    }
  }
  return received;
}

/** Puts a token wherever it may stand; what repeats it to its sender is not kept with the answers. */
async function sendToken(to: Connector, secret: string): Promise<void> {
  answers.push(...(await sendAll(to, secret, withToken(secret))));
  await sendAll(to, secret, withRepeatedToken(secret));
}

/** A body with the user's id where it says `{id}`. */
function withId(body: unknown, id: string): unknown {
  return typeof body === "string" ? body : JSON.parse(JSON.stringify(body).replaceAll("{id}", id));
}

async function plantPasswords(): Promise<void> {
  const connector = await aConnector();
  const secret = canaries.make("password");
  answers.push(...(await sendAll(connector, secret, withPassword(secret))));
}

async function plantTokens(): Promise<void> {
  const connector = await aConnector();
  const other = await aConnector();
  const admin = `/connectors/${other.id}/tokens`;
  const made = await gateway.admin(admin, { token: ADMIN, body: { scope: "read" } });
  const revoked = canaries.add("connector token", made.body.secret);
  await gateway.admin(`${admin}/${made.body.id}`, { token: ADMIN, method: "DELETE" });

  for (const secret of [connector.token, other.token, revoked]) {
    await sendToken(connector, secret);
    const own = { ...connector, token: secret };
    answers.push(...(await sendAll(own, secret, [{}, { body: aUser() }, { path: "/x" }])));
  }
}

async function plantClientSecrets(): Promise<void> {
  const connector = await aConnector();
  const path = `/connectors/${connector.id}/clients`;
  const { body } = await gateway.admin(path, { token: ADMIN, body: {} });
  const secret = canaries.add("client secret", body.clientSecret);
  for (const { query = "", ...call } of tokenCalls(body.clientId, secret)) {
    for (const asked of [gateway, ...failing(secret)]) {
      const answer = await asked.send(
        new Request(`https://scim.example.com/oauth/token${query}`, call),
      );
      // A good answer shows the access token, which is what it is for.
      if (answer.status === 200) canaries.add("access token", answer.body.access_token);
      else answers.push(answer);
    }
  }
  await sendToken(connector, secret);
}

async function plantAccessTokens(): Promise<void> {
  const connector = await aConnector();
  const path = `/connectors/${connector.id}/clients`;
  const { body } = await gateway.admin(path, { token: ADMIN, body: {} });
  const secret = canaries.add("client secret", body.clientSecret);
  const call = tokenForm({ client_id: body.clientId, client_secret: secret });
  const granted = await gateway.send(new Request("https://scim.example.com/oauth/token", call));
  const token = canaries.add("access token", granted.body.access_token);
  await sendToken({ ...connector, token }, token);
}

async function plantAdminTokens(): Promise<void> {
  const { id } = await aConnector();
  const wrong = canaries.make("admin token");
  const calls = [
    { path: "/connectors", token: wrong },
    { path: `/connectors?x=${ADMIN}`, token: ADMIN },
    { path: "/connectors", token: ADMIN, headers: otherHeaders(wrong) },
    { path: "/connectors", token: ADMIN, body: `{"name":"${wrong}"` },
    { path: "/connectors", token: ADMIN, body: { name: 1, secret: wrong } },
    { path: `/connectors/${id}/tokens`, token: ADMIN, body: { expiresAt: wrong } },
    { path: `/connectors/${wrong}`, token: ADMIN },
  ];
  for (const { path, ...request } of calls) {
    for (const asked of [gateway, ...failing(wrong)])
      answers.push(await asked.admin(path, request));
  }
}

async function plantKeys(): Promise<void> {
  const connector = await aConnector();
  const made = async () => {
    const body = { name: "Canary", role: "admin" };
    const answer = await gateway.admin("/keys", { token: ADMIN, body });
    return { id: answer.body.id as string, key: canaries.add("key", answer.body.secret) };
  };
  const [live, revoked] = [await made(), await made()];
  await gateway.admin(`/keys/${revoked.id}`, { token: ADMIN, method: "DELETE" });
  for (const { id, key } of [live, revoked]) {
    const calls = [
      { path: "/keys", token: key },
      { path: `/keys/${id}`, token: key },
      { path: `/keys?x=${key}`, token: key },
      { path: "/keys", token: ADMIN, headers: otherHeaders(key) },
      { path: "/keys", token: ADMIN, body: { name: 1, secret: key } },
      { path: `/keys/${key}`, token: ADMIN },
    ];
    for (const { path, ...request } of calls) {
      for (const asked of [gateway, ...failing(key)])
        answers.push(await asked.admin(path, request));
    }
    answers.push(...(await sendAll({ ...connector, token: key }, key, [{}, { body: aUser() }])));
  }
  answers.push(...(await sendAll(connector, live.key, withToken(live.key))));
}

async function plantSetupLinks(): Promise<void> {
  const connector = await aConnector();
  const path = `/connectors/${connector.id}/setup-links`;
  const expiresAt = new Date(TEST_CLOCK.now() + 3_600_000).toISOString();
  const body = { expiresAt, can: ["connect", "bridge-credentials", "log"] };
  const made = await gateway.admin(path, { token: ADMIN, body });
  const secret = canaries.add("set-up link", new URL(made.body.url).hash.slice(1));
  const origin = "https://scim.example.com/setup";
  const headers = { Authorization: `Bearer ${secret}`, "Content-Type": "application/json" };
  const given = await gateway.send(new Request(`${origin}/session`, { method: "POST", headers }));
  const Cookie = given.headers.get("Set-Cookie")?.split(";")[0] ?? "";
  canaries.add("set-up link", Cookie.split("sgs_")[1] ?? "");
  const apiToken = canaries.make("provider credentials");
  const source = { type: "okta", baseUrl: "https://acme.okta.com" };
  const own = `${origin}/v1/connectors/${connector.id}`;
  const credentials = JSON.stringify({ source, credentials: { apiToken } });
  const wrong = JSON.stringify({ source, credentials: { apiToken: 1, [apiToken]: secret } });
  const calls: readonly [string, RequestInit][] = [
    [`${own}/bridge/credentials`, { method: "PUT", body: credentials }],
    [`${own}/bridge/credentials`, { method: "PUT", body: wrong }],
    [`${own}/bridge`, {}],
    [`${own}/events?search=${secret}`, {}],
    [`${own}/${secret}`, {}],
    [`${origin}/session`, {}],
    [`${origin}/session`, { method: "POST", headers: otherHeaders(secret) }],
    [`${origin}/session`, { method: "DELETE" }],
  ];
  for (const [url, call] of calls) {
    for (const asked of [gateway, ...failing(secret)]) {
      const sent = { Cookie, Origin: "https://scim.example.com", ...headers, ...call.headers };
      answers.push(await asked.send(new Request(url, { ...call, headers: sent })));
    }
  }
  answers.push(...(await sendAll(connector, secret, withToken(secret))));
  await gateway.admin(`${path}/${made.body.id}`, { token: ADMIN, method: "DELETE" });
  answers.push(await gateway.send(new Request(`${origin}/session`, { method: "POST", headers })));
}

async function plantSealedSecrets(): Promise<void> {
  const { id } = await aConnector();
  const rings = [`new:${NEW_KEY},old:${OLD_KEY}`, `old:${OLD_KEY}`, `lost:${randomKey()}`].map(
    parseKeyRing,
  );
  const [ring] = rings;
  if (ring === undefined) throw new Error("There is no ring.");
  const credentials = JSON.stringify({
    kind: "okta-token",
    apiToken: canaries.make("provider credentials"),
  });
  await plantBridge(
    id,
    await seal(ring, credentials, { connector: id, field: BRIDGE_CREDENTIALS }),
  );
  for (const [at, each] of rings.entries()) {
    const boundTo = { connector: id, field: webhookSecret(`w${at}`) };
    const secret = await seal(each, `whsec_${canaries.make("webhook secret")}`, boundTo);
    await plantWebhook(id, { id: `w${at}`, secret });
  }
  await runCron({
    databases: env,
    clock: TEST_CLOCK,
    newId: () => crypto.randomUUID(),
    openResealer: () => createResealer(ring),
  });
}

/** Durable Objects open what is sealed under the keys of all tests; this gateway seals for them. */
const sealing = openGateway({ adminToken: ADMIN, roundTripsMax: options.roundTripsMax });

const planting = createPlanting({
  ...{ canaries, token: ADMIN, gateway: sealing, failing, answers },
  connector: async () => (await aConnector()).id,
});

/** Writes a user of a connector, whose events are delivered. */
async function writeUser(connector: string): Promise<void> {
  const path = `/connectors/${connector}/tokens`;
  const { body } = await gateway.admin(path, { token: ADMIN, body: {} });
  const token = canaries.add("connector token", body.secret);
  await sealing.scim("/Users", { token, body: aUser() });
}

beforeAll(async () => {
  await plantPasswords();
  await plantTokens();
  await plantClientSecrets();
  await plantAccessTokens();
  await plantAdminTokens();
  await plantKeys();
  await plantSetupLinks();
  await plantSealedSecrets();
  await plantProviderCredentials(planting);
  await plantWebhookSecrets(planting, writeUser);
}, 240_000);

/** The texts that hold any canary, each with the kinds it holds; none is what every test expects. */
function leaksIn(
  rows: readonly { readonly place: string; readonly text: string }[],
): readonly string[] {
  return rows.flatMap(({ place, text }) => {
    const kinds = canaries.foundIn(text);
    return kinds.length === 0 ? [] : [`${kinds.join(", ")} in ${place}: ${text.slice(0, 300)}`];
  });
}

test.each<[CanaryKind, number]>([
  ["password", 1],
  ["connector token", 7],
  ["client secret", 2],
  ["access token", 2],
  ["admin token", 2],
  ["key", 2],
  ["set-up link", 2],
  ["encryption key", 2],
  ["provider credentials", 8],
  ["webhook secret", 10],
])("canaries were planted as %s", (kind, count) => {
  expect(canaries.count(kind)).toBeGreaterThanOrEqual(count);
});

test("they went through good, refused and failing requests, and through the log of failures", () => {
  const statuses = new Set(answers.map(({ status }) => status));

  for (const status of [200, 201, 400, 401, 404, 409, 412, 415, 500, 503]) {
    expect(statuses, `${status}`).toContain(status);
  }
  expect(printed.some((line) => line.includes("unexpected error"))).toBe(true);
  expect(printed.some((line) => line.includes("sealed secret cannot be opened"))).toBe(true);
});

test("providers and receivers were told them, repeated them, and failed in many ways", () => {
  const kinds = new Set(planting.told.flatMap((text) => canaries.foundIn(text)));
  const items = answers.flatMap(({ body }) => body?.items ?? []);
  const errors = new Set(items.flatMap(({ error }) => error ?? []));
  const kept = new Set(items.flatMap(({ answer }) => answer ?? []));

  expect([...kinds].toSorted()).toEqual(["access token", "provider credentials", "webhook secret"]);
  expect(errors.size).toBeGreaterThan(30);
  expect([...kept].some((answer) => answer.includes("[redacted]"))).toBe(true);
});

test("no canary is in any table of D1", async () => {
  expect(leaksIn(await dumpDatabase())).toEqual([]);
});

test("no canary was printed", () => {
  expect(leaksIn(printed.map((text) => ({ place: "console", text })))).toEqual([]);
});

test("no canary is in an answer, neither in its body nor in its headers", () => {
  const texts = answers.map(({ status, headers, body }) => ({
    place: `answer ${status}`,
    text: JSON.stringify([body, [...headers]]),
  }));

  expect(leaksIn(texts)).toEqual([]);
});

test("no canary is in a Durable Object", async () => {
  expect(leaksIn(await dumpDurableObjects())).toEqual([]);
});

test("the same search finds what is stored in the clear, printed, answered or encoded", async () => {
  const found = new Canaries();
  const name = found.make("password");
  const { id, token } = await aConnector();
  await gateway.scim("/Users", { token, body: aUser({ userName: name }) });
  await runInDurableObject(env.BRIDGE.getByName(id), async (_, { storage }) => {
    await storage.put("key", { name });
    storage.sql.exec("CREATE TABLE things (bytes BLOB)");
    storage.sql.exec("INSERT INTO things VALUES (?)", new TextEncoder().encode(name));
  });
  console.error(new Error("outer", { cause: new Error(name) }));

  const places = [...(await dumpDatabase()), ...(await dumpDurableObjects())]
    .filter(({ text }) => found.foundIn(text).length > 0)
    .map(({ place }) => place);

  expect([...new Set(places)].sort()).toEqual([
    "BRIDGE keys",
    "BRIDGE things",
    "D1 changes",
    "D1 events",
    "D1 resources",
  ]);
  expect(found.foundIn(`${printed.at(-1)}`)).toEqual(["password"]);
  for (const shift of ["", "a", "ab"]) {
    expect(found.foundIn(btoa(`${shift}${name}:x`))).toEqual(["password"]);
  }
});
