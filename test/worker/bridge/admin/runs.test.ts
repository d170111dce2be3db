import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { BridgeAnswer } from "#bridge/admin-views.ts";
import { openBehindAccess } from "#test/support/access.ts";
import { aRun, fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { openGateway } from "#test/support/gateway.ts";

const bridges = fakeBridges();
const gateway = openGateway({ bindings: { BRIDGE: bridges.namespace } });

async function open() {
  const { id, token } = await gateway.connector();
  const path = `/connectors/${id}/bridge`;
  const source = { type: "okta", baseUrl: "https://acme.okta.com" };
  await gateway.admin(path, { method: "PUT", body: { source, credentials: { apiToken: "t" } } });
  // What is held is the connector's, whoever holds it.
  const at = (name: string) =>
    name.startsWith("/held") ? `/connectors/${id}${name}` : `${path}${name}`;
  const call = (name: string, request: object = {}) =>
    gateway.admin(at(name), { method: "POST", ...request });
  const get = (name: string) => gateway.admin(at(name));
  return { id, token, call, get };
}

function lastCallOf(id: string): readonly unknown[] {
  return bridges.calls.findLast(([connectorId]) => connectorId === id)?.slice(1) ?? [];
}

const REFUSED: BridgeAnswer<never> = { kind: "refused", status: 409, detail: "A run is going on." };

describe("a call that starts a run is 202 with the run's id", () => {
  test.each([
    ["/sync", undefined, ["sync", "delta"]],
    ["/sync", { mode: "full" }, ["sync", "full"]],
    ["/plan", undefined, ["startPlan", undefined]],
    ["/plan", {}, ["startPlan", undefined]],
    ["/resync", {}, ["resync"]],
    ["/held/approve", { ids: ["user:a"] }, ["approveHeld", { ids: ["user:a"] }]],
  ])("POST %s %j", async (name, body, expected) => {
    const { id, call, get } = await open();

    const answer = await call(name, body === undefined ? {} : { body });

    expect(answer.status).toBe(202);
    expect(lastCallOf(id)).toEqual(expected);
    const { body: run } = await get(`/runs/${answer.body.runId}`);
    expect(run).toMatchObject({ runId: answer.body.runId, state: "running", phase: "users" });
  });
});

describe("a call that changes what comes next is 204", () => {
  test.each([
    ["/pause", "pause"],
    ["/resume", "resume"],
    ["/enable", "enable"],
  ])("POST %s", async (name, method) => {
    const { id, call } = await open();

    const { status } = await call(name);

    expect(status).toBe(204);
    expect(lastCallOf(id)[0]).toBe(method);
  });
});

test.each([
  ["approve", "approveHeld", { runId: "r", approved: 3 }],
  ["reject", "rejectHeld", { rejected: 3, refused: [] }],
] as const)(
  "all that a bridge holds is decided by its run and their number (%s)",
  async (what, method, expected) => {
    const { id, call } = await open();
    const totals = { user: 3, group: 0, membership: 0 };
    bridges.change(id, {
      held: async () => ({ items: [], next: null, total: 3, totals, runId: "r" }),
      approveHeld: async () => ({ kind: "ok", value: { runId: "r", approved: 3 } }),
    });
    const body = { runId: "r", count: 3 };

    const answer = await call(`/held/${what}`, { body });

    expect(answer.body).toEqual(expected);
    expect(lastCallOf(id)).toEqual([method, body]);
    expect((await call(`/held/${what}`, { body: { runId: null, count: 3 } })).status).toBe(409);
  },
);

test("what is held by push stands before what the bridge holds, in one list and one decision", async () => {
  const { id, token, call, get } = await open();
  const scim = (path: string, request: object) => gateway.scim(path, { token, ...request });
  await gateway.admin(`/connectors/${id}`, {
    method: "PATCH",
    body: { settings: { brake: { max: 0, percent: 0, mode: "hold" } } },
  });
  const { body: user } = await scim("/Users", { body: { userName: "ada" } });
  await scim(`/Users/${user.id}`, { method: "DELETE" });
  const totals = { user: 1, group: 0, membership: 0 };
  const held = {
    id: "user:p1",
    kind: "user" as const,
    sourceId: "p1",
    userId: "u1",
    userName: null,
    why: "missing" as const,
    since: "2026-11-22T08:00:00.000Z",
    runId: "r",
  };
  bridges.change(id, {
    held: async () => ({ items: [held], next: null, total: 1, totals, runId: "r" }),
    approveHeld: async () => ({ kind: "ok", value: { runId: "r", approved: 1 } }),
  });

  const page = (await get("/held")).body;
  const first = (await get("/held?limit=1")).body;
  const second = (await get(`/held?limit=1&cursor=${first.nextCursor}`)).body;

  expect(page).toMatchObject({
    items: [
      { by: "push", id: `push:${user.id}`, why: "deleted", userName: "ada" },
      { by: "bridge", ...held },
    ],
    total: 2,
    totals: { user: 2 },
    runId: "r",
    nextCursor: null,
  });
  expect([...first.items, ...second.items]).toEqual(page.items);
  const { body } = await call("/held/approve", { body: { runId: "r", count: 2 } });
  expect(body).toEqual({ runId: "r", approved: 2 });
});

test("one user is synced at once, and the answer says what was done", async () => {
  const { id, call } = await open();
  const step = { op: "create", sourceId: "u1", userId: "x", why: null, set: {}, unset: [] };
  bridges.change(id, { syncUser: async () => ({ kind: "ok", value: [step] }) });

  const { status, body } = await call("/sync-user", { body: { key: "ada@example.com" } });

  expect(status).toBe(200);
  expect(body).toEqual({ steps: [step] });
  expect(lastCallOf(id)).toEqual(["syncUser", "ada@example.com"]);
});

test.each([
  ["/sync", { mode: "all" }],
  ["/sync-user", {}],
  ["/sync-user", { key: "" }],
  ["/pause", { until: "tomorrow" }],
])("POST %s with %j is 400, and nothing is asked", async (name, body) => {
  const { id, call } = await open();

  const { status } = await call(name, { body });

  expect(status).toBe(400);
  expect(lastCallOf(id)).toEqual(["overview"]);
});

test("what the bridge refuses is a problem with its words", async () => {
  const { id, call } = await open();
  bridges.change(id, { sync: async () => REFUSED });

  const { status, body } = await call("/sync");

  expect(status).toBe(409);
  expect(body.detail).toBe("A run is going on.");
});

test.each(["/sync", "/plan", "/resync", "/held/approve"])(
  "POST %s of a disabled connector is 409",
  async (name) => {
    const { id, call } = await open();
    await env.DB.prepare("UPDATE connectors SET status = 'disabled' WHERE id = ?1").bind(id).run();

    const answer = await call(name, name === "/held/approve" ? { body: { ids: ["user:a"] } } : {});

    expect(answer.status).toBe(409);
    expect(lastCallOf(id)).toEqual(["overview"]);
  },
);

test.each(["/held/approve", "/held/reject"])("POST %s names what was seen", async (name) => {
  const { id, call } = await open();
  const bodies = [undefined, {}, { runId: "r" }, { count: 3 }, { runId: null }, { held: [] }];

  for (const body of bodies) {
    const answer = await call(name, body === undefined ? {} : { body });

    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringContaining("ids")]);
  }
  expect(lastCallOf(id)).toEqual(["overview"]);
  expect((await call(name, { body: { ids: ["user:a"] } })).status).toBeLessThan(300);
});

test("runs are listed newest first, page by page", async () => {
  const { call, get } = await open();
  const ids: string[] = [];
  for (let run = 0; run < 3; run += 1) ids.unshift((await call("/sync")).body.runId);

  const first = (await get("/runs?limit=2")).body;
  const second = (await get(`/runs?limit=2&cursor=${first.nextCursor}`)).body;

  const listed = [...first.items, ...second.items].map(({ runId }) => runId);
  expect(listed).toEqual(ids);
  expect(second.nextCursor).toBeNull();
});

test("a dry run carries its plan", async () => {
  const { id, call, get } = await open();
  const { runId } = (await call("/plan")).body;
  const step = { op: "create", sourceId: "u1", userId: null, why: null, set: {}, unset: [] };
  const plan = { run: aRun({ runId, mode: "plan" }), wouldHold: true, steps: [step] };
  bridges.change(id, { plan: async () => plan });

  const { body } = await get(`/runs/${runId}`);

  expect(body).toMatchObject({ runId, mode: "plan", plan: { wouldHold: true, steps: [step] } });
});

test("another connector's run is 404", async () => {
  const first = await open();
  const second = await open();
  const { runId } = (await first.call("/sync")).body;

  const answer = await second.get(`/runs/${runId}`);

  expect(answer.status).toBe(404);
});

test("held switch-offs are listed page by page, whatever the provider's ids are", async () => {
  const { id, get } = await open();
  const held = ["a", "ü/日本", "z"].map((sourceId) => ({
    id: `user:${sourceId}`,
    kind: "user" as const,
    sourceId,
    userId: sourceId,
    userName: `${sourceId}@example.com`,
    why: "missing" as const,
    since: "2026-11-22T08:00:00.000Z",
    runId: "r",
  }));
  const page = { total: 3, totals: { user: 3, group: 0, membership: 0 }, runId: "r" };
  bridges.change(id, {
    held: async (limit, after) => {
      const start = held.findIndex(({ sourceId }) => sourceId === after) + 1;
      const items = held.slice(start, start + limit);
      const last = start + limit < held.length ? items.at(-1) : undefined;
      return { ...page, items, next: last?.sourceId ?? null };
    },
  });

  const first = (await get("/held?limit=2")).body;
  const second = (await get(`/held?limit=2&cursor=${encodeURIComponent(first.nextCursor)}`)).body;

  const shown = held.map((each) => ({ ...each, by: "bridge" }));
  expect([...first.items, ...second.items]).toEqual(shown);
  expect([first.total, first.runId, second.nextCursor]).toEqual([3, "r", null]);
});

test.each(["/runs?cursor=x", "/held?cursor=%25", "/runs?limit=0", "/runs?page=2"])(
  "GET %s is 400",
  async (name) => {
    const { get } = await open();

    expect((await get(name)).status).toBe(400);
  },
);

describe("whoever may only read", () => {
  test("sees the bridge", async () => {
    const { id } = await open();

    const answer = await asReader(`/connectors/${id}/bridge`, "GET");

    expect(answer.status).toBe(200);
  });

  test.each([
    ["PUT", ""],
    ["DELETE", ""],
    ["POST", "/sync"],
    ["POST", "/held/approve"],
  ])("is refused %s …/bridge%s", async (method, name) => {
    const { id } = await open();

    const place = name.startsWith("/held") ? "" : "/bridge";
    const answer = await asReader(`/connectors/${id}${place}${name}`, method);

    expect(answer.status).toBe(403);
    expect(lastCallOf(id)).toEqual(["overview"]);
  });
});

/** A call of somebody whom Cloudflare Access lets in, but who is no administrator. */
async function asReader(path: string, method: string) {
  const { gateway, as } = await openBehindAccess(["boss@example.com"], {
    bindings: { BRIDGE: bridges.namespace },
  });
  return gateway.admin(path, { method, ...(await as("clerk@example.com")) });
}

describe("a dry run of other settings", () => {
  test("goes by all that would be stored, and stores nothing", async () => {
    const { id, call, get } = await open();
    const before = await get("");

    const answer = await call("/plan", {
      body: { scope: { groups: ["00g1"] }, guard: { max: 3 }, onOutOfScope: "unmanage" },
    });

    expect(answer.status).toBe(202);
    const [method, proposed] = lastCallOf(id);
    expect(method).toBe("startPlan");
    expect(proposed).toMatchObject({
      scope: { groups: ["00g1"] },
      onOutOfScope: "unmanage",
      guard: { max: 3, percent: 10, minBase: 5 },
      intervalSeconds: 900,
    });
    expect((await get("")).body).toMatchObject({ guard: { max: 25 } });
    expect((await get("")).body).not.toHaveProperty("scope");
    expect((await get("")).headers.get("ETag")).toBe(before.headers.get("ETag"));
  });

  test.each([
    ["another source", { source: { baseUrl: "https://other.okta.com" } }, "credentials"],
    ["other credentials", { credentials: { apiToken: "00other" } }, "check"],
    ["a scope of nothing", { scope: { groups: [] } }, "scope"],
    ["a scope of both", { scope: { groups: ["a"], application: "b" } }, "scope"],
    ["a scope of another kind", { scope: "everybody" }, "scope"],
    ["a setting that is none", { scopes: {} }, "scopes"],
    ["a mapping to nowhere", { mapping: [{ from: "profile.x", to: "nowhere" }] }, "mapping"],
  ])("refuses %s", async (_, body, word) => {
    const { id, call } = await open();

    const answer = await call("/plan", { body });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(word);
    expect(lastCallOf(id)[0]).not.toBe("startPlan");
  });
});
