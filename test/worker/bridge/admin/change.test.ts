import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { findBridge } from "#store/admin/bridges.ts";
import { aRun, fakeBridges, NEW_BRIDGE } from "#test/support/bridge/fake-bridge.ts";
import { openGateway } from "#test/support/gateway.ts";

const bridges = fakeBridges();
const bindings = { BRIDGE: bridges.namespace };
const gateway = openGateway({ bindings });
const busy = openGateway({ bindings, roundTripsMax: Number.POSITIVE_INFINITY });

const OKTA = {
  source: { type: "okta", baseUrl: "https://acme.okta.com" },
  credentials: { apiToken: "00secret" },
  excluded: ["*@robots.example.com"],
  mapping: [{ from: "profile.costCode", to: "costCenter" }],
  guard: { max: 5 },
};

async function open(input: object = OKTA) {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}/bridge`;
  const call = (method: string, under = "", body?: object, headers: Record<string, string> = {}) =>
    gateway.admin(`${path}${under}`, { method, headers, ...(body !== undefined && { body }) });
  expect((await call("PUT", "", input)).status).toBe(200);
  const calls = () => bridges.calls.filter(([each]) => each === id).map(([, method]) => method);
  const stored = async () => await findBridge(env.DB, id);
  return { id, call, calls, stored };
}

describe("GET's answer can be PUT back", () => {
  test.each(["new", "running, failed and paused"])(
    "of a bridge that is %s: nothing changes",
    async (which) => {
      const { id, call, calls, stored } = await open();
      if (which !== "new") {
        const overview = {
          ...NEW_BRIDGE,
          state: "failed",
          consecutiveFailures: 4,
          linkedUsers: 7,
          held: 2,
          lastRun: aRun(),
        } as const;
        bridges.change(id, { overview: async () => overview });
        await call("PUT", "", { ...OKTA, paused: true });
      }
      const { body } = await call("GET");
      const before = await stored();
      const told = calls().filter((each) => each === "configured").length;

      const put = await call("PUT", "", body);
      const after = await stored();

      expect([put.status, put.body]).toEqual([200, body]);
      expect(after).toEqual(before);
      expect(calls().filter((each) => each === "configured")).toHaveLength(told);
    },
  );

  test("read-only members are not looked at, whatever they say; unknown ones are refused", async () => {
    const { call } = await open();
    const { body } = await call("GET");

    const put = await call("PUT", "", {
      ...body,
      state: 5,
      lastRun: "x",
      linkedUsers: null,
      credentialsKind: {},
    });
    const unknown = await call("PUT", "", { ...body, lastRuns: [] });

    expect([put.status, put.body]).toEqual([200, body]);
    expect(unknown.status).toBe(400);
  });

  test("the version that GET named still holds after that PUT", async () => {
    const { call } = await open();
    const got = await call("GET");
    const tag = got.headers.get("ETag") ?? "";

    const put = await call("PUT", "", got.body, { "If-Match": tag });

    expect([put.status, put.headers.get("ETag")]).toEqual([200, tag]);
  });
});

describe("PATCH changes what it names", () => {
  test.each<[string, object, object]>([
    ["a setting", { intervalSeconds: 600 }, { intervalSeconds: 600, excluded: OKTA.excluded }],
    [
      "a part of the guard",
      { guard: { percent: 50 } },
      { guard: { max: 5, percent: 50, minBase: 5 } },
    ],
    [
      "null gives the default",
      { guard: null, mapping: null },
      { guard: { max: 25, percent: 10, minBase: 5 }, mapping: [] },
    ],
    ["a list is replaced", { excluded: ["a@b.c"] }, { excluded: ["a@b.c"], guard: { max: 5 } }],
    [
      "onMissing by an object",
      { onMissing: { deleteAfterDays: 3 } },
      { onMissing: { deleteAfterDays: 3 } },
    ],
    ["a pause", { paused: true }, { excluded: OKTA.excluded }],
    [
      "read-only members change nothing",
      { state: "active", held: 9 },
      { state: "pending", held: 0 },
    ],
  ])("%s", async (_, patch, shown) => {
    const { call } = await open();

    const patched = await call("PATCH", "", patch);

    expect(patched).toMatchObject({ status: 200, body: shown });
    expect(patched.body.mapping).toEqual((await call("GET")).body.mapping);
  });

  test("the credentials stay, or are replaced as a whole", async () => {
    const { call, stored } = await open();
    const first = (await stored())?.credentials;

    await call("PATCH", "", { intervalSeconds: 600 });
    const kept = (await stored())?.credentials;
    const replaced = await call("PATCH", "", { credentials: { clientId: "c" } });
    await call("PATCH", "", { credentials: { apiToken: "00other" } });

    expect(kept).toBe(first);
    expect(replaced.status).toBe(400);
    expect((await stored())?.credentials).not.toBe(first);
  });

  test.each<[string, object, number]>([
    ["an unknown member", { intervall: 600 }, 400],
    ["a value that is none", { intervalSeconds: 1 }, 400],
    ["no source", { source: null }, 400],
    ["another address without credentials", { source: { baseUrl: "https://b.okta.com" } }, 400],
    ["a private address", { source: { baseUrl: "https://10.0.0.1" } }, 400],
    ["a mapping that leads nowhere", { mapping: [{ from: "x", to: "title" }] }, 400],
  ])("%s is refused, and changes nothing", async (_, patch, status) => {
    const { call, stored } = await open();
    const before = await stored();

    expect((await call("PATCH", "", patch)).status).toBe(status);
    expect(await stored()).toEqual(before);
  });

  test("a list is no patch, and without a bridge there is nothing to patch", async () => {
    const { call } = await open();
    const { id } = await gateway.connector();
    const none = await gateway.admin(`/connectors/${id}/bridge`, { method: "PATCH", body: {} });

    expect((await call("PATCH", "", [])).status).toBe(400);
    expect(none.status).toBe(404);
  });

  test("only the version that If-Match names is changed", async () => {
    const { call } = await open();
    const tag = (await call("GET")).headers.get("ETag") ?? "";
    await call("PATCH", "", { intervalSeconds: 600 });

    const late = await call("PATCH", "", { intervalSeconds: 700 }, { "If-Match": tag });

    expect([late.status, (await call("GET")).body.intervalSeconds]).toEqual([412, 600]);
  });

  test("changes at the same time are all kept", async () => {
    const { id, call } = await open();
    const patches = [{ intervalSeconds: 600 }, { rehire: "conflict" }, { guard: { percent: 50 } }];

    const answers = await Promise.all(
      patches.map((body) => busy.admin(`/connectors/${id}/bridge`, { method: "PATCH", body })),
    );

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await call("GET")).body).toMatchObject({
      intervalSeconds: 600,
      rehire: "conflict",
      guard: { max: 5, percent: 50, minBase: 5 },
    });
  });
});

describe("exclusions one by one", () => {
  const at = (pattern: string) => `/excluded/${encodeURIComponent(pattern)}`;

  test.each(["ceo@example.com", "*@intern.example.com", "ou:/Contractors/New ones", "a?%25+#&x"])(
    "%s is added once, and taken back, in any letter case",
    async (pattern) => {
      const { call } = await open();
      const before = (await call("GET")).body;

      const added = await call("POST", "/excluded", { pattern });
      const again = await call("POST", "/excluded", { pattern: pattern.toUpperCase() });
      const removed = await call("DELETE", at(pattern.toUpperCase()));
      const gone = await call("DELETE", at(pattern));

      expect(added).toMatchObject({ status: 200, body: { excluded: [...OKTA.excluded, pattern] } });
      expect([again.body.excluded, again.headers.get("ETag")]).toEqual([
        added.body.excluded,
        added.headers.get("ETag"),
      ]);
      expect(removed).toMatchObject({
        status: 200,
        body: { ...before, modifiedAt: expect.any(String) },
      });
      expect(gone.status).toBe(404);
    },
  );

  test("they reset nothing of the row but the version: state, failures, pause and credentials stay", async () => {
    const { call, stored } = await open({ ...OKTA, paused: true });
    await env.DB.prepare("UPDATE bridges SET state = 'failed', consecutive_failures = 4").run();
    const before = await stored();

    await call("POST", "/excluded", { pattern: "ceo@example.com" });

    expect(await stored()).toMatchObject({
      state: "failed",
      consecutiveFailures: 4,
      paused: true,
      credentials: before?.credentials,
    });
  });

  test("a blank one, one too many, and none at all", async () => {
    const { call } = await open({
      ...OKTA,
      excluded: Array.from({ length: 1_000 }, (_, n) => `u${n}@x`),
    });
    const { id } = await gateway.connector();
    const path = `/connectors/${id}/bridge/excluded`;

    expect((await call("POST", "/excluded", { pattern: " " })).status).toBe(400);
    expect((await call("POST", "/excluded", { pattern: "one@more" })).status).toBe(400);
    expect((await gateway.admin(path, { body: { pattern: "a" } })).status).toBe(404);
    expect((await gateway.admin(`${path}/a`, { method: "DELETE" })).status).toBe(404);
  });

  test("many at once are all kept", async () => {
    const { id, call } = await open();
    const patterns = ["a@x", "b@x", "c@x"];

    await Promise.all(
      patterns.map((pattern) =>
        busy.admin(`/connectors/${id}/bridge/excluded`, { body: { pattern } }),
      ),
    );

    expect((await call("GET")).body.excluded.toSorted()).toEqual(
      [...OKTA.excluded, ...patterns].toSorted(),
    );
  });
});

describe("the test of a connection", () => {
  const checked = (id: string) => {
    const seen: unknown[] = [];
    bridges.change(id, {
      check: async (proposal) => {
        seen.push(proposal);
        return { ok: true, checks: [] };
      },
    });
    return seen;
  };

  test("is of what is stored, or of what would be stored; nothing is", async () => {
    const { id, call, stored } = await open();
    const seen = checked(id);
    const before = await stored();

    const plain = await call("POST", "/check");
    await call("POST", "/check", { groups: "all" });
    await call("POST", "/check", {
      source: { baseUrl: "https://b.okta.com" },
      credentials: { apiToken: "00new" },
    });

    expect(plain).toMatchObject({ status: 200, body: { ok: true, checks: [] } });
    const kept = { credentials: undefined, sealed: before?.credentials };
    expect(seen).toMatchObject([
      { connectorId: id, source: OKTA.source, settings: { groups: "none" }, ...kept },
      { source: OKTA.source, settings: { groups: "all", excluded: OKTA.excluded }, ...kept },
      {
        source: { baseUrl: "https://b.okta.com" },
        credentials: { kind: "okta-token", apiToken: "00new" },
        sealed: undefined,
      },
    ]);
    expect(await stored()).toEqual(before);
  });

  test("of a bridge that is yet to be set up", async () => {
    const { id } = await gateway.connector();
    const seen = checked(id);
    const path = `/connectors/${id}/bridge/check`;

    const whole = await gateway.admin(path, { body: OKTA });
    const nothing = await gateway.admin(path, { method: "POST" });
    const half = await gateway.admin(path, { body: { source: OKTA.source } });

    expect([whole.status, nothing.status, half.status]).toEqual([200, 404, 400]);
    expect(seen).toHaveLength(1);
    expect(await findBridge(env.DB, id)).toBeUndefined();
  });

  test.each([
    [
      "a private address",
      { source: { baseUrl: "https://169.254.169.254" }, credentials: { apiToken: "x" } },
    ],
    ["stored credentials for another address", { source: { baseUrl: "https://evil.example" } }],
    ["stored credentials for another type", { source: { type: "scim" } }],
  ])("%s: nothing is sent", async (_, patch) => {
    const { id, call } = await open();
    const seen = checked(id);

    expect((await call("POST", "/check", patch)).status).toBe(400);
    expect(seen).toEqual([]);
  });
});

describe("the scope of a bridge", () => {
  test("is stored, shown, changed from groups to an application, and given up", async () => {
    const { call } = await open();

    const groups = await call("PATCH", "", { scope: { groups: ["00g1", "00g2"] } });
    const application = await call("PATCH", "", { scope: { groups: null, application: "0oa1" } });
    const back = await call("PUT", "", { ...application.body, credentials: undefined });
    const everybody = await call("PATCH", "", { scope: null });

    expect(groups.body).toMatchObject({ scope: { groups: ["00g1", "00g2"] } });
    expect(application.body.scope).toEqual({ application: "0oa1" });
    expect(back.status).toBe(200);
    expect(back.body.scope).toEqual({ application: "0oa1" });
    expect(everybody.status).toBe(200);
    expect(everybody.body).not.toHaveProperty("scope");
    expect(everybody.body.onOutOfScope).toBe("deactivate");
  });

  test("is an application at Okta and Entra alone", async () => {
    const scim = {
      source: { type: "scim", baseUrl: "https://example.com/scim/v2" },
      credentials: { token: "secret" },
    };
    const { call } = await open(scim);

    const refused = await call("PATCH", "", { scope: { application: "app" } });
    const taken = await call("PATCH", "", { scope: { groups: ["g1"] } });

    expect(refused.status).toBe(400);
    expect(refused.body.detail).toContain("scope.application");
    expect(taken).toMatchObject({ status: 200, body: { scope: { groups: ["g1"] } } });
  });
});
