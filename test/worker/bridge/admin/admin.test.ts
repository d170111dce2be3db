import { env } from "cloudflare:workers";
import { exportSPKI } from "jose";
import { describe, expect, test } from "vitest";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { BRIDGE_CREDENTIALS, unseal } from "#credentials/sealed.ts";
import { findBridge } from "#store/admin/bridges.ts";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { serviceKey } from "#test/support/fake-directory/service-key.ts";
import { openGateway } from "#test/support/gateway.ts";

const bridges = fakeBridges();
const gateway = openGateway({ bindings: { BRIDGE: bridges.namespace } });

const OKTA = {
  source: { type: "okta", baseUrl: "https://acme.okta.com" },
  credentials: { apiToken: "00secret" },
};

async function open(input?: object) {
  const { id } = await gateway.connector();
  const put = (body: object) => gateway.admin(`/connectors/${id}/bridge`, { method: "PUT", body });
  const get = () => gateway.admin(`/connectors/${id}/bridge`);
  if (input !== undefined) expect((await put(input)).status).toBe(200);
  return { id, put, get };
}

/** The credentials that a connector's bridge has, opened. */
async function credentialsOf(id: string): Promise<unknown> {
  const stored = await findBridge(env.DB, id);
  const place = { connector: id, field: BRIDGE_CREDENTIALS };
  const text = await unseal(parseKeyRing(env.ENCRYPTION_KEYS), stored?.credentials ?? "", place);
  return JSON.parse(text);
}

function callsOf(id: string): readonly string[] {
  return bridges.calls.filter(([connectorId]) => connectorId === id).map(([, method]) => method);
}

test("a bridge is set up with the defaults, and its object is told", async () => {
  const { id, put, get } = await open();

  const { status, body } = await put(OKTA);

  expect(status).toBe(200);
  expect(body).toMatchObject({
    source: OKTA.source,
    credentialsKind: "okta-token",
    intervalSeconds: 900,
    guard: { max: 25, percent: 10, minBase: 5 },
    onMissing: "deactivate",
    groups: "none",
    state: "pending",
    lastRun: null,
  });
  expect(callsOf(id)).toEqual(["configured", "overview"]);
  expect((await get()).body).toEqual(body);
});

test("credentials are stored sealed and never shown", async () => {
  const { id, get } = await open(OKTA);

  const { body } = await get();

  const { results } = await env.DB.prepare("SELECT * FROM bridges").all();
  expect(JSON.stringify([body, results])).not.toContain("00secret");
  expect(await credentialsOf(id)).toEqual({ kind: "okta-token", apiToken: "00secret" });
});

const { privateKeyPem: PEM, privateKeyJwk: JWK, publicKey } = await serviceKey();
const CLIENT_EMAIL = "b@p.iam.gserviceaccount.com";
const GOOGLE = { type: "google", adminEmail: "admin@example.com" };
const KEY_FILE = {
  type: "service_account",
  project_id: "p",
  private_key_id: "k",
  private_key: PEM,
  client_email: CLIENT_EMAIL,
  client_id: "1",
  token_uri: "https://oauth2.googleapis.com/token",
};

test.each([
  ["inside keyFile", { keyFile: KEY_FILE }],
  ["as text inside keyFile", { keyFile: ` ${JSON.stringify(KEY_FILE, null, 2)}\n` }],
  ["itself", KEY_FILE],
])(
  "Google's key file is taken as it is, %s; what is not needed of it is not kept",
  async (_, credentials) => {
    const { id, put } = await open();

    expect((await put({ source: GOOGLE, credentials })).status).toBe(200);

    expect(await credentialsOf(id)).toEqual({
      kind: "google",
      clientEmail: CLIENT_EMAIL,
      privateKey: PEM,
    });
  },
);

describe("a key that cannot sign is refused when it is to be stored", async () => {
  const publicPem = await exportSPKI(publicKey);
  const { d: _, ...publicJwk } = JWK;
  const cut = PEM.replace(/\n.{40}/, "\n");
  const google = (privateKey: string) => ({
    source: GOOGLE,
    credentials: { clientEmail: CLIENT_EMAIL, privateKey },
  });
  const file = (keyFile: unknown) => ({ source: GOOGLE, credentials: { keyFile } });
  const okta = (privateKeyJwk: unknown) => ({
    ...OKTA,
    credentials: { clientId: "c", privateKeyJwk },
  });

  test.each([
    ["a PEM that is cut", google(cut), "cannot be read"],
    [
      "a PEM of nothing",
      google("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"),
      "cannot be read",
    ],
    ["a public PEM", google(publicPem), "private_key"],
    [
      "a key file with a PEM that is cut",
      file({ ...KEY_FILE, private_key: cut }),
      "cannot be read",
    ],
    ["a key file of an OAuth client", file({ installed: { client_id: "1" } }), "service_account"],
    ["a key file of a user", file({ ...KEY_FILE, type: "authorized_user" }), "service_account"],
    ["a key file that is cut", file(JSON.stringify(KEY_FILE).slice(0, -9)), "keyFile"],
    ["a key file that is a list", file("[1]"), "keyFile"],
    ["a public JWK", okta(publicJwk), "private"],
    ["a JWK with a part missing", okta({ kty: "RSA", e: "AQAB", d: "d" }), "private"],
    [
      "a JWK of a curve that signs nothing",
      okta({ kty: "EC", crv: "P-1", x: "x", y: "y", d: "d" }),
      "private",
    ],
    ["a secret key", okta({ kty: "oct", k: "c2VjcmV0", d: "d" }), "RSA or EC"],
  ])("%s", async (_, body, text) => {
    const { id, put } = await open();

    const { status, body: problem } = await put(body);

    expect([status, problem.detail]).toEqual([400, expect.stringContaining(text)]);
    expect(problem.detail).not.toContain(PEM.slice(60, 90));
    expect(await findBridge(env.DB, id)).toBeUndefined();
  });
});

describe("a mapping is checked when it is to be stored", () => {
  const rule = (to: string, from = "profile.x", when = "always") => ({
    mapping: [{ from, to, when }],
  });
  const SHIRT = { name: "shirtSize", resourceType: "User", type: "string" };
  const DESK = {
    ...SHIRT,
    name: "desk",
    schema: "urn:example:params:scim:schemas:extension:2.0:User",
  };

  async function declared() {
    const opened = await open(OKTA);
    const body = { attributes: [SHIRT, DESK] };
    const path = `/connectors/${opened.id}/attributes`;
    expect((await gateway.admin(path, { method: "PUT", body })).status).toBe(200);
    return opened;
  }

  test.each([
    ["shirtSize"],
    ["urn:example:params:scim:schemas:extension:2.0:User:desk"],
    ["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:division"],
    ["urn:ietf:params:scim:schemas:core:2.0:User:title"],
    ["name.middleName"],
    ["emails[home].value"],
    ['phoneNumbers[type eq "work"].value'],
    ["manager"],
    ["locale"],
  ])("%s can be written", async (to) => {
    const { put, get } = await declared();

    expect(await put({ ...OKTA, ...rule(to) })).toMatchObject({ status: 200 });
    expect((await get()).body).toMatchObject(rule(to));
  });

  test.each([
    ["an attribute that nobody declared", rule("hatSize"), "mapping.0.to"],
    ["id", rule("id"), "mapping.0.to"],
    ["meta", rule("meta.created"), "mapping.0.to"],
    ["groups", rule("groups"), "mapping.0.to"],
    ["active", rule("active"), "mapping.0.to"],
    ["password", rule("password"), "mapping.0.to"],
    ["externalId", rule("externalId"), "mapping.0.to"],
    ["schemas", rule("schemas"), "mapping.0.to"],
    ["userName", rule("userName"), "userNameFrom"],
    ["a whole complex attribute", rule("name"), "mapping.0.to"],
    ["a whole list", rule("emails"), "emails[work].value"],
    ["all values of a list", rule("emails.value"), "emails[work].value"],
    ["the type of a value", rule("emails[work].type"), "mapping.0.to"],
    ["one of the values of a single-valued attribute", rule("title[work]"), "mapping.0.to"],
    ["the manager's name", rule("manager.displayName"), "manager"],
    ["a part that is none", rule("name.nickName"), "mapping.0.to"],
    ["no path", rule("a b"), "mapping.0.to"],
    ["a manager who is written once", rule("manager", "profile.x", "create"), "mapping.0.when"],
    ["no place in an Okta profile", rule("title", "costCode"), "profile."],
    ["a place too deep", rule("title", "profile.a.b"), "profile."],
    ["another moment", rule("title", "profile.x", "never"), "when"],
    ["a userName from nowhere", { userNameFrom: "login" }, "userNameFrom"],
    [
      "an attribute twice, however it is written",
      {
        mapping: [
          ...rule("title").mapping,
          ...rule("urn:ietf:params:scim:schemas:core:2.0:User:TITLE").mapping,
        ],
      },
      "mapping.1.to",
    ],
  ])("%s is refused", async (_, settings, text) => {
    const { put, get } = await declared();
    const before = (await get()).body;

    const { status, body } = await put({ ...OKTA, ...settings });

    expect([status, body.detail]).toEqual([400, expect.stringContaining(text)]);
    expect((await get()).body).toEqual(before);
  });
});

describe("each provider has credentials of its own", () => {
  test.each([
    ["okta-service", OKTA.source, { clientId: "c", privateKeyJwk: JWK }],
    [
      "entra",
      { type: "entra", tenantId: "acme.onmicrosoft.com" },
      { clientId: "c", clientSecret: "s" },
    ],
    [
      "google",
      { type: "google", adminEmail: "admin@example.com" },
      { clientEmail: "b@p.iam.gserviceaccount.com", privateKey: PEM },
    ],
    [
      "onelogin",
      { type: "onelogin", baseUrl: "https://acme.onelogin.com/" },
      { clientId: "c", clientSecret: "s" },
    ],
    ["jumpcloud", { type: "jumpcloud" }, { apiKey: "k" }],
    ["scim", { type: "scim", baseUrl: "https://example.com/scim/v2/" }, { token: "t" }],
  ])("%s", async (kind, source, credentials) => {
    const { id, put } = await open();

    const { status, body } = await put({ source, credentials });

    expect(status).toBe(200);
    expect(body.credentialsKind).toBe(kind);
    expect(await credentialsOf(id)).toEqual({ kind, ...credentials });
  });
});

test("addresses have their defaults, and lose the slash at their end", async () => {
  const { put } = await open();

  const entra = await put({
    source: { type: "entra", tenantId: "ACME.onmicrosoft.com" },
    credentials: { clientId: "c", clientSecret: "s" },
  });
  const scim = await put({
    source: { type: "scim", baseUrl: "https://example.com/scim/v2/" },
    credentials: { token: "t" },
  });

  expect(entra.body.source).toEqual({
    type: "entra",
    tenantId: "acme.onmicrosoft.com",
    graphBaseUrl: "https://graph.microsoft.com",
    loginBaseUrl: "https://login.microsoftonline.com",
  });
  expect(scim.body.source.baseUrl).toBe("https://example.com/scim/v2");
});

describe("what makes no sense is refused with a sentence that says so", () => {
  const source = (members: object) => ({ ...OKTA, source: { ...OKTA.source, ...members } });
  const entra = (tenantId: string) => ({
    source: { type: "entra", tenantId },
    credentials: { clientId: "c", clientSecret: "s" },
  });

  test.each([
    ["another type", source({ type: "ldap" }), "okta, entra, google, onelogin, jumpcloud, scim"],
    ["an unknown member", source({ domain: "acme" }), "domain"],
    ["http", source({ baseUrl: "http://acme.okta.com" }), "https"],
    ["a private host", source({ baseUrl: "https://10.0.0.1" }), "public internet"],
    ["loopback", source({ baseUrl: "http://127.0.0.1:8080" }), "https"],
    ["the gateway itself", source({ baseUrl: "https://scim.example.com" }), "gateway's own"],
    ["a password in the address", source({ baseUrl: "https://a:b@acme.okta.com" }), "password"],
    ["a path", source({ baseUrl: "https://acme.okta.com/admin" }), "without a path"],
    ["a query", source({ baseUrl: "https://acme.okta.com?x=1" }), "query"],
    ["a tenant with a path", entra("../common"), "tenant's id"],
    ["the tenant of everybody", entra("common"), "tenant's id"],
    ["no credentials", { source: OKTA.source }, "credentials: a new bridge needs them"],
    ["another provider's credentials", { ...OKTA, credentials: { apiKey: "k" } }, "credentials"],
    ["a token with a line break", { ...OKTA, credentials: { apiToken: "a\nb" } }, "apiToken"],
    [
      "a public key",
      { ...OKTA, credentials: { clientId: "c", privateKeyJwk: { kty: "RSA" } } },
      "private key",
    ],
    ["too short an interval", { ...OKTA, intervalSeconds: 59 }, "intervalSeconds"],
    ["too long an interval", { ...OKTA, intervalSeconds: 86_401 }, "intervalSeconds"],
    ["a percentage beyond 100", { ...OKTA, guard: { percent: 101 } }, "guard.percent"],
    ["another way with leavers", { ...OKTA, onMissing: "delete" }, "deleteAfterDays"],
    ["an empty list of groups", { ...OKTA, groups: [] }, "groups"],
    ["a blank exclusion", { ...OKTA, excluded: [" "] }, "excluded.0"],
    ["an unknown setting", { ...OKTA, interval: 900 }, "interval"],
  ])("%s", async (_what, body, word) => {
    const { id, put } = await open();

    const answer = await put(body);

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(word);
    expect(await findBridge(env.DB, id)).toBeUndefined();
    expect(callsOf(id)).toEqual([]);
  });
});

describe("a change without credentials", () => {
  test("keeps the ones that are stored", async () => {
    const { id, put } = await open(OKTA);

    const { status, body } = await put({ source: OKTA.source, intervalSeconds: 3_600 });

    expect(status).toBe(200);
    expect(body).toMatchObject({ intervalSeconds: 3_600, credentialsKind: "okta-token" });
    expect(await credentialsOf(id)).toEqual({ kind: "okta-token", apiToken: "00secret" });
  });

  test.each([
    ["another host", { type: "okta", baseUrl: "https://evil.example.com" }],
    ["another port", { type: "okta", baseUrl: "https://acme.okta.com:8443" }],
    ["another type", { type: "onelogin", baseUrl: "https://acme.okta.com" }],
  ])("is refused for %s, and changes nothing", async (_what, source) => {
    const { id, put, get } = await open(OKTA);

    const answer = await put({ source });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain("give them again");
    expect((await get()).body.source).toEqual(OKTA.source);
    expect(await credentialsOf(id)).toEqual({ kind: "okta-token", apiToken: "00secret" });
  });

  test("is refused for another address where tokens are fetched", async () => {
    const source = { type: "entra", tenantId: "acme.onmicrosoft.com" };
    const { put } = await open({ source, credentials: { clientId: "c", clientSecret: "s" } });

    const answer = await put({ source: { ...source, loginBaseUrl: "https://login.evil.example" } });

    expect(answer.status).toBe(400);
  });

  test("is refused for another path, which may be another tenant of the same host", async () => {
    const source = { type: "scim", baseUrl: "https://example.com/acme/scim" };
    const { put } = await open({ source, credentials: { token: "t" } });

    const answer = await put({ source: { ...source, baseUrl: "https://example.com/evil/scim" } });

    expect(answer.status).toBe(400);
  });
});

test("one connector's credentials open nowhere else", async () => {
  const first = await open(OKTA);
  const second = await open(OKTA);
  const row = await findBridge(env.DB, first.id);
  await env.DB.prepare(
    "UPDATE bridges SET credentials = ?1 WHERE connector_id = (SELECT number FROM connectors WHERE id = ?2)",
  )
    .bind(row?.credentials ?? "", second.id)
    .run();

  const opened = credentialsOf(second.id);

  await expect(opened).rejects.toThrow("belongs to another place");
});

test("a change keeps the state, and makes the bridge due at once", async () => {
  const { id, put } = await open(OKTA);
  await env.DB.exec("UPDATE bridges SET state = 'active', next_at = 9999999999999");
  const before = Date.now();

  await put({ source: OKTA.source, excluded: ["*@robots.example.com"] });

  const stored = await findBridge(env.DB, id);
  expect(stored?.state).toBe("active");
  expect(stored?.nextAt).toBeGreaterThanOrEqual(before);
  expect(stored?.nextAt).toBeLessThan(9_999_999_999_999);
});

test("a bridge may begin paused", async () => {
  const { id, put } = await open();

  const { status } = await put({ ...OKTA, paused: true });

  expect(status).toBe(200);
  expect(await findBridge(env.DB, id)).toMatchObject({ paused: true, nextAt: undefined });
  expect(callsOf(id)).toEqual(["configured", "overview"]);
});

test.each([true, false])(
  "a change with paused %j is one row: the bridge rests or works by what is new",
  async (paused) => {
    const { id, put } = await open({ ...OKTA, paused: !paused });

    await put({ ...OKTA, excluded: ["*@robots.example.com"], paused });

    const stored = await findBridge(env.DB, id);
    expect([stored?.paused, stored?.nextAt === undefined]).toEqual([paused, paused]);
    expect(JSON.parse(stored?.config ?? "").settings.excluded).toEqual(["*@robots.example.com"]);
    expect(callsOf(id).slice(2)).toEqual(["configured", "overview"]);
  },
);

test("a deleted bridge loses its row and its object forgets; users are not its matter", async () => {
  const { id, get } = await open(OKTA);

  const { status } = await gateway.admin(`/connectors/${id}/bridge`, { method: "DELETE" });

  expect(status).toBe(204);
  expect(callsOf(id).at(-1)).toBe("removed");
  expect(await findBridge(env.DB, id)).toBeUndefined();
  expect((await get()).status).toBe(404);
});

test("a deleted connector's bridge goes with its credentials", async () => {
  const { id } = await open(OKTA);

  const { status } = await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

  expect(status).toBe(204);
  expect(callsOf(id).at(-1)).toBe("removed");
  const left =
    "SELECT count(*) AS n FROM bridges JOIN connectors ON number = connector_id WHERE id = ?";
  expect(await env.DB.prepare(left).bind(id).first("n")).toBe(0);
});

test("a connector is deleted even if its bridge cannot be told", async () => {
  const { id } = await open(OKTA);
  bridges.fail(id, new Error("unreachable"));

  const { status } = await gateway.admin(`/connectors/${id}`, { method: "DELETE" });

  expect(status).toBe(204);
  expect((await gateway.admin(`/connectors/${id}`)).status).toBe(404);
});

test.each([
  ["retryable", 503],
  ["overloaded", 503],
  ["other", 500],
])("an object whose call fails as %s: %i", async (mark, expected) => {
  const { id, get } = await open(OKTA);
  bridges.fail(id, Object.assign(new Error("internal words"), { [mark]: true }));

  const answer = await get();

  expect(answer.status).toBe(expected);
  expect(answer.headers.get("Content-Type")).toBe("application/problem+json");
  expect(JSON.stringify(answer.body)).not.toContain("internal words");
});

test("a bridge that never was: 404 that says how to set one up", async () => {
  const { get } = await open();

  const answer = await get();

  expect(answer.status).toBe(404);
  expect(answer.body.detail).toContain("PUT");
});
