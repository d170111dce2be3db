import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import type { AdminOperation } from "#http/admin/call/operation.ts";
import { OPERATIONS } from "#http/admin/operations.ts";
import { pruneAudit } from "#store/admin/audit.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { openBehindAccess } from "#test/support/access.ts";
import { fakeBridges } from "#test/support/bridge/fake-bridge.ts";
import { captureConsole, dumpDatabase } from "#test/support/dump.ts";
import { openGateway, TEST_CLOCK, type TestClient } from "#test/support/gateway.ts";
import { openReceiver } from "#test/support/receiver.ts";
import { type Asked, adminPath, fill, type Ids, idsOf, ROWS } from "#test/support/route-rows.ts";

const bridges = fakeBridges();
const roundTripsMax = 1_000;
const bindings = { BRIDGE: bridges.namespace };
const gateway = openGateway({ roundTripsMax, bindings });
// Faults are planted here, and each is printed.
captureConsole();
// A webhook's test goes to this receiver.
openReceiver();

type Named = AdminOperation & { readonly name: string };

const ALL: readonly Named[] = Object.entries(OPERATIONS).map(([name, each]) => ({ ...each, name }));
const CHANGING = ALL.filter(({ audited }) => audited !== undefined);

/** Those which ask a Durable Object: their rows are written before. */
const ASKING = CHANGING.filter(({ path }) =>
  /\/bridge\/(?!excluded)|\/(test|replay|self-test)$/.test(path),
);

/** What the filters find, newest first. */
async function rows(query: Readonly<Record<string, string>>) {
  const { status, body } = await gateway.admin(`/audit?${new URLSearchParams(query)}`);
  expect(status).toBe(200);
  return body.items;
}

/** Calls an operation as the table of routes has it. */
async function call({ method, path }: AdminOperation, ids: Ids) {
  const row = ROWS[`${method} /admin/v1${path}`];
  const { path: own = path, body }: Asked = row?.kind === "admin" ? row : {};
  return await gateway.admin(adminPath(own, ids), { method, body: fill(body, ids) });
}

const ids = async () => await idsOf(gateway, await gateway.client());

/** What has to be so that a call changes anything. */
const FIRST: Readonly<Record<string, (client: TestClient, user: string) => Promise<unknown>>> = {
  restoreUser: (client, user) => client.remove(user),
  activateUser: ({ id }, user) =>
    gateway.admin(`/connectors/${id}/users/${user}/deactivate`, { method: "POST" }),
};

/** The ids of a connector in which an operation has something to change. */
async function idsFor({ name }: Named): Promise<Ids> {
  const client = await gateway.client();
  const own = await idsOf(gateway, client);
  await FIRST[name]?.(client, own.user ?? "");
  return own;
}

/** Every row of D1 but those that say when something was asked. */
const tables = async () =>
  (await dumpDatabase()).filter(({ place }) => !/sweeps|sqlite/.test(place));

test("nothing but a GET knows the path of the trail", async () => {
  const methods = ["POST", "PUT", "PATCH", "DELETE"];
  const paths = ["/audit", "/audit/export", `/audit/${crypto.randomUUID()}`];
  const called = await Promise.all(
    paths.flatMap((path) => methods.map((method) => gateway.admin(path, { method }))),
  );

  expect([...new Set(called.map(({ status }) => status))].toSorted()).toEqual([404, 405]);
});

describe.each(CHANGING)("$name", (operation) => {
  test("leaves one row that says who did what from where, and a refusal leaves none", async () => {
    const own = await idsFor(operation);
    const before = await rows({});

    const { status, body } = await call(operation, own);

    const after = await rows({});
    expect(status).toBeLessThan(300);
    const written = after.filter(({ id }: Ids) => !before.some((each: Ids) => each.id === id));
    const made = operation.name === "createConnector" ? body.connector.id : null;
    // A webhook of one connector is told of as the connector's, by whichever path it was named.
    const isOfConnector = /^\/(connectors\/|webhooks\/:webhookId)/.test(operation.path);
    const connectorId = isOfConnector ? own.id : made;
    expect(written).toEqual([
      expect.objectContaining({
        actor: { kind: "adminToken", id: "ADMIN_TOKEN", name: null },
        operation: operation.name,
        connectorId,
        outcome: "succeeded",
      }),
    ]);

    if (operation.path.includes(":")) {
      const unknown = Object.fromEntries(Object.keys(own).map((key) => [key, crypto.randomUUID()]));
      const refused = await call(operation, unknown);
      expect(refused.status).toBe(404);
    }
    const malformed = await gateway.admin(`${adminPath(operation.path, own)}?nonsense=1`, {
      method: operation.method,
    });
    expect(malformed.status).toBe(400);
    expect(await rows({})).toEqual(after);
  });

  test("changes nothing where its row cannot be stored", async () => {
    const own = await idsFor(operation);
    const before = await tables();
    const asked = bridges.calls.length;
    await env.DB.exec(
      "CREATE TRIGGER closed BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'closed'); END",
    );
    try {
      expect((await call(operation, own)).status).toBe(500);
      expect(await tables()).toEqual(before);
      // A bridge may be looked at to judge a change, never told of one.
      const told = bridges.calls.slice(asked).map(([, method]) => method);
      expect(told.filter((method) => method !== "overview")).toEqual([]);
    } finally {
      await env.DB.exec("DROP TRIGGER closed");
    }
  });
});

describe.each(ASKING.filter(({ path }) => path.includes("/bridge/")))("$name", (operation) => {
  test("whose object breaks does not claim success", async () => {
    const own = await ids();
    const { id = "" } = own;
    bridges.fail(id, new Error("broken"));

    expect((await call(operation, own)).status).toBe(500);

    const [row] = await rows({ connectorId: id });
    expect([row.operation, row.outcome]).toEqual([operation.name, "failed"]);
  });
});

test("what a bridge's object refuses leaves no row", async () => {
  const own = await ids();
  const { id = "" } = own;
  const before = await rows({ connectorId: id });
  const refused = { kind: "refused", status: 409, detail: "A run is under way." } as const;
  bridges.change(id, { sync: async () => refused, pause: async () => refused });

  const called = [
    await gateway.admin(`/connectors/${id}/bridge/sync`, { method: "POST" }),
    await gateway.admin(`/connectors/${id}/bridge/pause`, { method: "POST" }),
  ];

  expect(called.map(({ status }) => status)).toEqual([409, 409]);
  expect(await rows({ connectorId: id })).toEqual(before);
});

test("what is as it is asked to be leaves no row: a bridge put twice, a token revoked twice, a user who is active", async () => {
  const own = await ids();
  const admin = `/connectors/${own.id}`;
  const patch = { method: "PATCH", body: { intervalSeconds: 900 } };
  const again = async () => [
    await gateway.admin(`${admin}/bridge`, patch),
    await gateway.admin(`${admin}/tokens/${own.tokenId}`, { method: "DELETE" }),
    await gateway.admin(`${admin}/clients/${own.clientId}`, { method: "DELETE" }),
    await gateway.admin(`${admin}/users/${own.user}/activate`, { method: "POST" }),
  ];
  const first = await again();
  const before = await rows({ connectorId: own.id ?? "" });

  const second = await again();

  expect([...first, ...second].map(({ status }) => status).toSorted()).toEqual(
    [200, 204, 204, 200].flatMap((status) => [status, status]).toSorted(),
  );
  expect(await rows({ connectorId: own.id ?? "" })).toEqual(before);
});

describe("the difference", () => {
  test("tells what was before and what is after, by paths", async () => {
    const { id } = await gateway.connector({ name: "Before", tenant: "acme" });
    const body = { name: "After", tenant: null, settings: { deletion: "hard", strict: false } };
    await gateway.admin(`/connectors/${id}`, { method: "PATCH", body });

    const [row] = await rows({ connectorId: id, operation: "changeConnector" });

    expect(row.difference).toEqual({
      name: { from: "Before", to: "After" },
      tenant: { from: "acme" },
      "settings.deletion": { from: "soft", to: "hard" },
    });
  });

  test("is a chain without a gap where several change at once", async () => {
    const { id } = await gateway.connector({ name: "0" });
    const names = ["1", "2", "3", "4"];

    const answers = await Promise.all(
      names.map((name) => gateway.admin(`/connectors/${id}`, { method: "PATCH", body: { name } })),
    );

    const { body: now } = await gateway.admin(`/connectors/${id}`);
    const steps = (await rows({ connectorId: id, operation: "changeConnector" })).map(
      ({ difference }: { difference: { name: { from: string; to: string } } }) => difference.name,
    );
    const links = new Map<string, string>(
      steps.map(({ from, to }: { from: string; to: string }) => [from, to]),
    );
    const chain = ["0"];
    while (links.has(chain.at(-1) ?? "")) chain.push(links.get(chain.at(-1) ?? "") ?? "");
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(chain.toSorted()).toEqual(["0", ...names]);
    expect(chain.at(-1)).toBe(now.name);
  });

  test("holds no secret, wherever somebody writes one", async () => {
    const { id, token } = await gateway.connector();
    const admin = `/connectors/${id}`;
    const secret = "hunter2hunter2";
    const source = { type: "okta", baseUrl: "https://acme.okta.com" };
    const bridge = { source, credentials: { apiToken: secret } };
    const url = `https://ada:${secret}@receiver.example/?token=${secret}`;
    await gateway.admin(`${admin}/bridge`, { method: "PUT", body: bridge });
    const hooks = [
      await gateway.admin(`${admin}/webhooks`, { body: { url } }),
      await gateway.admin(`${admin}/webhooks`, {
        body: { url: `https://receiver.example/?token=${secret}`, name: `password=${secret}` },
      }),
    ];
    const { body: rotated } = await gateway.admin(`${admin}/webhooks/${hooks[1]?.body.id}/rotate`, {
      body: {},
      headers: { "User-Agent": `curl Bearer ${secret}` },
    });
    await gateway.admin(admin, { method: "PATCH", body: { name: `Okta ${token}` } });

    const text = JSON.stringify(await rows({ connectorId: id }));

    expect(hooks.map(({ status }) => status)).toEqual([400, 201]);
    for (const each of [secret, token, hooks[1]?.body.secret, rotated.secret]) {
      expect(text).not.toContain(each);
    }
  });
});

test("names the person whom Access let in, in small letters, with address and user agent", async () => {
  const access = await openBehindAccess("everybody");
  // The Kelvin sign makes another mailbox.
  const other = await access.as("Karl@example.com".replace("K", "\u212a"));
  await access.gateway.admin("/connectors", { ...other, body: { name: "Another's" } });
  const who = await access.as("Karl@Example.com", {
    "Sec-Fetch-Site": "same-origin",
    "CF-Connecting-IP": "203.0.113.7",
    "User-Agent": "Firefox",
  });
  const { body } = await access.gateway.admin("/connectors", { ...who, body: { name: "Hers" } });

  const found = await rows({ actor: "karl@example.com" });

  expect(found).toEqual([
    expect.objectContaining({
      actor: { kind: "access", id: "karl@example.com", name: null },
      connectorId: body.connector.id,
      clientIp: "203.0.113.7",
      userAgent: "Firefox",
    }),
  ]);
});

test("names the key that was used", async () => {
  const key = { name: "deployment", role: "admin" };
  const { id, secret } = (await gateway.admin("/keys", { body: key })).body;
  await gateway.admin("/connectors", { token: secret, body: { name: "By a key" } });

  const found = await rows({ actor: id });

  expect(found).toEqual([
    expect.objectContaining({
      actor: { kind: "key", id, name: "deployment" },
      operation: "createConnector",
    }),
  ]);
  expect(JSON.stringify(await rows({ operation: "createKey" }))).not.toContain(secret);
});

describe("the list", () => {
  let clock = Date.parse("2026-03-01T00:00:00Z");
  const dated = openGateway({ clock: { now: () => clock }, roundTripsMax });
  let id = "";

  beforeAll(async () => {
    id = (await dated.connector()).id;
    for (let day = 1; day <= 4; day += 1) {
      clock += 86_400_000;
      await dated.admin(`/connectors/${id}`, { method: "PATCH", body: { name: `Day ${day}` } });
    }
    await dated.admin(`/connectors/${id}`, { method: "DELETE" });
  });

  const operations = (found: readonly { readonly operation: string }[]) =>
    found.map(({ operation }) => operation);

  test("is newest first, page by page, and outlives its connector", async () => {
    const found: { operation: string; time: string }[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page = await gateway.admin(`/audit?connectorId=${id}&limit=2&cursor=${cursor}`);
      found.push(...page.body.items);
      cursor = page.body.nextCursor;
    }

    const changes = ["changeConnector", "changeConnector", "changeConnector"];
    expect(operations(found).toSorted()).toEqual(
      [...changes, "changeConnector", "createConnector", "deleteConnector"].toSorted(),
    );
    expect(found.map(({ time }) => time)).toEqual(
      found.map(({ time }) => time).toSorted((a, b) => (a < b ? 1 : -1)),
    );
    expect(found.at(-1)?.operation).toBe("createConnector");
  });

  test("takes each filter, and all at once", async () => {
    const [from, to] = ["2026-03-03T00:00:00Z", "2026-03-04T00:00:00Z"];
    const days = await rows({ connectorId: id, from, to });
    const every = { connectorId: id, operation: "changeConnector", actor: "ADMIN_TOKEN", from, to };
    const nobody = await rows({ connectorId: id, actor: "eve@example.com" });

    expect(operations(days)).toEqual(["changeConnector"]);
    expect(days[0].difference.name).toEqual({ from: "Day 1", to: "Day 2" });
    expect(await rows(every)).toEqual(days);
    expect(await rows({ connectorId: id.toUpperCase(), from, to })).toEqual(days);
    expect(nobody).toEqual([]);
  });

  test.each([
    "cursor=x",
    "limit=0",
    "from=yesterday",
    "actor=",
    "who=me",
    "operation=a&operation=b",
  ])("refuses ?%s", async (query) => {
    expect((await gateway.admin(`/audit?${query}`)).status).toBe(400);
  });

  test("is exported as NDJSON and as CSV", async () => {
    const ndjson = await gateway.admin(`/audit/export?connectorId=${id}`);
    const csv = await gateway.admin(`/audit/export?connectorId=${id}&format=csv`);

    const lines = ndjson.body.trimEnd().split("\n");
    expect(lines.map((line: string) => JSON.parse(line))).toEqual(await rows({ connectorId: id }));
    const [head, ...cells] = csv.body.trimEnd().split("\r\n");
    expect(head).toBe(
      "id,time,operation,connectorId,subject,subjectId,actorKind,actor,actorName,difference,clientIp,userAgent,outcome",
    );
    expect(cells).toHaveLength(lines.length);
    expect(csv.headers.get("Content-Disposition")).toBe('attachment; filename="audit.csv"');
  });

  test("reads no more rows than a page, by an index for each filter", async () => {
    const texts = ["connectorId", "actor", "operation"].map(async (name) => {
      const value = { connectorId: id, actor: "ADMIN_TOKEN", operation: "changeConnector" }[name];
      return (await gateway.admin(`/audit?${name}=${value}&limit=2`)).cost.rowsRead;
    });

    expect(Math.max(...(await Promise.all(texts)))).toBeLessThanOrEqual(4);
  });

  test("is pruned in bounded steps once its days are over, and no sooner", async () => {
    const now = Date.parse("2030-01-01T00:00:00Z");
    const [old, young] = [now - 401 * 86_400_000, now - 399 * 86_400_000];
    // What the other tests left would take steps as well.
    await env.DB.prepare("DELETE FROM audit WHERE connector_id IS NOT ?1").bind(id).run();
    await env.DB.batch(
      [old, young].map((at) =>
        env.DB.prepare(
          `INSERT INTO audit (id, operation, subject, actor_kind, actor, difference, outcome)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
           SELECT substr(?1, 1, 24) || printf('%012d', i), 'op', 'x', 'key', 'pruned', '{}', 'succeeded' FROM n`,
        ).bind(firstIdAt(at)),
      ),
    );
    const count = async () =>
      await env.DB.prepare("SELECT count(*) FROM audit WHERE actor = 'pruned'").first("count(*)");

    await pruneAudit(env.DB, { ...TEST_CLOCK, now: () => now }, 400);

    expect(await count()).toBe(1_201);
    expect(await rows({ connectorId: id })).toEqual([]);
  });
});
