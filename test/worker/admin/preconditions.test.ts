import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { beginsWith } from "#test/support/d1/statement-text.ts";
import { openGateway } from "#test/support/gateway.ts";
import { aDeclaration } from "#test/support/scim/declarations.ts";

// RFC 9110 §13: what an administrator decides on a version is stored on that version alone.

let bridges = fakeBridges();
const admin: ReturnType<typeof openGateway>["admin"] = (...call) =>
  openGateway({ bindings: { BRIDGE: bridges.namespace }, roundTripsMax: 10 }).admin(...call);

beforeEach(() => {
  bridges = fakeBridges();
});

const OKTA = {
  source: { type: "okta", baseUrl: "https://acme.okta.com" },
  credentials: { apiToken: "00abc" },
};
const HOOK = { url: "https://receiver.example/hook" };

const newConnector = async () => `/connectors/${(await openGateway().connector()).id}`;

async function newBridge() {
  const connector = await newConnector();
  await admin(`${connector}/bridge`, { method: "PUT", body: OKTA });
  return `${connector}/bridge`;
}

/** A connector whose bridge holds something. */
async function holdingConnector() {
  return (await newBridge()).replace(/\/bridge$/, "");
}

async function newWebhook() {
  const connector = await newConnector();
  const { body } = await admin(`${connector}/webhooks`, { body: HOOK });
  return `${connector}/webhooks/${body.id}`;
}

interface Call {
  readonly method: string;
  readonly under?: string;
  readonly body?: object;
}

type Row = readonly [what: string, make: () => Promise<string>, change: Call, call: Call];

const rename = { method: "PATCH", body: { name: "Renamed" } };
const declare = { method: "PUT", body: { attributes: [aDeclaration({ name: "city" })] } };
const exclude = { method: "PUT", body: { source: OKTA.source, excluded: ["*@a.example"] } };
const HELD = { ids: ["user:a"] };
const post = (under: string, body?: object) => ({ method: "POST", under, ...(body && { body }) });
const DELETE = { method: "DELETE" };

const attributesOf = async () => `${await newConnector()}/attributes`;

/** Each call that may come with If-Match, and a change that moves the version of its resource on. */
const ROWS: readonly Row[] = [
  ["PATCH of a connector", newConnector, rename, { method: "PATCH", body: { tenant: "t" } }],
  ["approval of a connector", newConnector, rename, post("/approve")],
  ["DELETE of a connector", newConnector, rename, DELETE],
  ["PUT of attributes", attributesOf, declare, { method: "PUT", body: { attributes: [] } }],
  ["PUT of a bridge", newBridge, exclude, { method: "PUT", body: OKTA }],
  ["DELETE of a bridge", newBridge, exclude, DELETE],
  ...["pause", "resume", "enable", "resync", "sync", "plan"].map(
    (name): Row => [`${name} of a bridge`, newBridge, exclude, post(`/${name}`)],
  ),
  ...["held/approve", "held/reject"].map(
    (name): Row => [`${name} of a connector`, holdingConnector, rename, post(`/${name}`, HELD)],
  ),
  ["PATCH of a webhook", newWebhook, rename, { method: "PATCH", body: { eventTypes: null } }],
  ["rotation of a webhook's secret", newWebhook, rename, post("/rotate", {})],
  ["DELETE of a webhook", newWebhook, rename, DELETE],
];

const send = (path: string, { method, under = "", body }: Call, headers = {}) =>
  admin(`${path}${under}`, { method, headers, ...(body && { body }) });

const tagOf = async (path: string) => (await admin(path)).headers.get("ETag") ?? "";

/** Everything that administrators set, as the tables have it. */
async function settings(): Promise<unknown> {
  const texts = ["connectors", "bridges", "webhooks"].map((table) => `SELECT * FROM ${table}`);
  const results = await env.DB.batch(texts.map((text) => env.DB.prepare(text)));
  return results.map(({ results: rows }) => rows);
}

describe.each(ROWS)("%s", (_what, make, change, call) => {
  test("is 412 once the resource was changed, and changes nothing", async () => {
    const path = await make();
    const stale = await tagOf(path);
    await send(path, change);
    const before = await settings();
    const asked = bridges.calls.length;

    const { status, headers, body } = await send(path, call, { "If-Match": stale });

    expect([status, headers.get("Content-Type")]).toEqual([412, "application/problem+json"]);
    expect([body.title, body.status]).toEqual(["Precondition Failed", 412]);
    expect(await settings()).toEqual(before);
    expect(bridges.calls.slice(asked)).toEqual([]);
  });

  test.each([
    ["the tag that was read", (tag: string) => tag],
    ["it as a strong tag", (tag: string) => tag.replace("W/", "")],
    ["it among others", (tag: string) => `"0", ${tag}`],
    ["any version", () => "*"],
  ])("is carried out where If-Match names %s", async (_how, header) => {
    const path = await make();
    await send(path, change);

    const { status } = await send(path, call, { "If-Match": header(await tagOf(path)) });

    expect(status).toBeLessThan(300);
  });

  test.each(["nonsense", 'W/"0"', '"-1"', ""])("is 412 where If-Match is %j", async (header) => {
    const path = await make();

    expect((await send(path, call, { "If-Match": header })).status).toBe(412);
  });

  test("is 412 where If-None-Match names what is there", async () => {
    const path = await make();

    expect((await send(path, call, { "If-None-Match": "*" })).status).toBe(412);
  });
});

test.each([
  ["a connector", newConnector, rename],
  ["attributes", attributesOf, declare],
  ["a bridge", newBridge, exclude],
  ["a webhook", newWebhook, rename],
])(
  "the answer to a change of %s has the tag of what is read then, another one than before",
  async (_what, make, change) => {
    const path = await make();
    const before = await tagOf(path);

    const { headers } = await send(path, change);

    expect(headers.get("ETag")).toMatch(/^W\/"\d+"$/);
    expect(headers.get("ETag")).toBe(await tagOf(path));
    expect(headers.get("ETag")).not.toBe(before);
  },
);

test.each([
  ["a connector", newConnector, rename],
  ["attributes", attributesOf, declare],
])("%s is 304 without a body to who has it", async (_what, make, change) => {
  const path = await make();
  const headers = { "If-None-Match": await tagOf(path) };

  const same = await admin(path, { headers });
  await send(path, change);
  const other = await admin(path, { headers });

  expect([same.status, same.body, same.headers.get("ETag")]).toEqual([
    304,
    undefined,
    headers["If-None-Match"],
  ]);
  expect(other.status).toBe(200);
});

test("a change of settings does not touch the tag of the attributes; theirs moves the connector's", async () => {
  const connector = await newConnector();
  const [own, list] = [await tagOf(connector), await tagOf(`${connector}/attributes`)];

  await send(connector, rename);
  const between = await tagOf(`${connector}/attributes`);
  const renamed = await tagOf(connector);
  await send(`${connector}/attributes`, declare);

  expect(between).toBe(list);
  expect(new Set([own, renamed, await tagOf(connector)]).size).toBe(3);
});

test("a bridge that must be there is not made, and one that must not is not changed", async () => {
  const path = `${await newConnector()}/bridge`;
  const put = (headers: Record<string, string>) =>
    send(path, { method: "PUT", body: OKTA }, headers);

  const absent = await put({ "If-Match": "*" });
  const made = await put({ "If-None-Match": "*" });
  const again = await put({ "If-None-Match": "*" });

  expect([absent.status, made.status, again.status]).toEqual([412, 200, 412]);
});

test("the tag of a bridge that was deleted is not that of the next one", async () => {
  const path = await newBridge();
  const former = await tagOf(path);
  await send(path, DELETE);
  await send(path, { method: "PUT", body: OKTA });

  expect((await send(path, exclude, { "If-Match": former })).status).toBe(412);
});

test.each([
  [
    "connectors",
    newConnector,
    "UPDATE connectors SET name = 'Former', modified_at = modified_at",
    rename,
  ],
  ["attributes", attributesOf, "UPDATE connectors SET attributes = attributes", declare],
  ["bridges", newBridge, "UPDATE bridges SET config = config, modified_at = modified_at", exclude],
  ["webhooks", newWebhook, "UPDATE webhooks SET url = url, modified_at = modified_at", rename],
])(
  "what a former version of the Worker writes to %s is noticed",
  async (_what, make, text, change) => {
    const path = await make();
    const stale = await tagOf(path);
    await env.DB.exec(text);

    expect((await send(path, change, { "If-Match": stale })).status).toBe(412);
  },
);

test.each([
  ["connector", newConnector, rename],
  ["list of attributes", attributesOf, declare],
  ["bridge", newBridge, exclude],
  ["webhook", newWebhook, rename],
])(
  "a %s that was changed although D1's answer got lost is 503, not 412, and changed once",
  async (_what, make, change) => {
    const path = await make();
    const before = await tagOf(path);
    let isWriting = false;
    // Every read is answered; what writes is stored, and its answer lost.
    const db = faultyDatabase(
      env.DB,
      () => {
        const fault = isWriting ? "after" : undefined;
        isWriting = false;
        return fault;
      },
      CONNECTION_LOST,
    );
    const prepare = db.prepare;
    db.prepare = (text) => {
      isWriting ||= !beginsWith(text, "select");
      return prepare(text);
    };
    const losing = openGateway({ db, bindings: { BRIDGE: bridges.namespace }, roundTripsMax: 10 });

    const { status } = await losing.admin(path, { ...change, headers: { "If-Match": before } });
    const after = await tagOf(path);
    const repeated = await send(path, change, { "If-Match": after });

    expect([status, repeated.status]).toEqual([503, 200]);
    expect(Number(after.match(/\d+/)?.[0]) - Number(before.match(/\d+/)?.[0])).toBe(1);
  },
);
