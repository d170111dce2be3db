import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { openGateway } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

// A create that is repeated with its Idempotency-Key makes nothing more, and gets its first answer.

// A create that a rival was faster with looks for the answer once more.
const gateway = openGateway({ roundTripsMax: 5 });

interface Create {
  readonly path: string;
  readonly body: object;
  /** Where what was made is listed. */
  readonly list: string;
}

/** Every call that makes one thing, each with a place of its own. */
const CREATES: Readonly<Record<string, () => Promise<Create>>> = {
  connector: async () => ({
    path: "/connectors",
    body: { name: "Okta", tenant: crypto.randomUUID() },
    list: "/connectors?limit=500",
  }),
  token: () => below("tokens", { name: "One", scope: "read" }),
  client: () => below("clients", { name: "One" }),
  key: async () => ({
    path: "/keys",
    body: { name: "One", role: "feed" },
    list: "/keys?limit=500",
  }),
  "webhook of a connector": () => below("webhooks", { url: "https://app.example.com/a" }),
  "webhook of a tenant": async () => ({
    path: "/webhooks",
    body: { url: "https://app.example.com/a", scope: { tenant: crypto.randomUUID() } },
    list: "/webhooks?limit=500",
  }),
};

async function below(things: string, body: object): Promise<Create> {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}/${things}`;
  return { path, body, list: path };
}

const send = (path: string, body: object, key: string) =>
  gateway.admin(path, { body, headers: { "Idempotency-Key": key } });

async function countOf(list: string): Promise<number> {
  return (await gateway.admin(list)).body.items.length;
}

async function trailLength(): Promise<number> {
  return (await gateway.admin("/audit?limit=500")).body.items.length;
}

test.each(Object.entries(CREATES))(
  "a %s is made once, and its secret told again",
  async (_, of) => {
    const { path, body, list } = await of();
    const key = crypto.randomUUID();
    const first = await send(path, body, key);
    const [made, told] = [await countOf(list), await trailLength()];

    const again = await send(path, body, key);

    expect(first.status).toBe(201);
    expect(first.headers.get("Idempotency-Replayed")).toBeNull();
    expect(again.status).toBe(201);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get("Idempotency-Replayed")).toBe("true");
    for (const name of ["Location", "ETag", "Cache-Control"]) {
      expect(again.headers.get(name)).toBe(first.headers.get(name));
    }
    expect([await countOf(list), await trailLength()]).toEqual([made, told]);
    const other = await send(path, { ...body, name: "Other" }, key);
    expect([other.status, other.body.code]).toEqual([422, "idempotencyKeyReused"]);
    expect(await countOf(list)).toBe(made);
    const next = await send(path, body, crypto.randomUUID());
    expect(next.body).not.toEqual(first.body);
    expect(await countOf(list)).toBe(made + 1);
  },
);

test.each(Object.entries(CREATES))("of ten %ss at once with one key one is made", async (_, of) => {
  const { path, body, list } = await of();
  const before = await countOf(list);
  const key = crypto.randomUUID();

  const answers = await Promise.all(Array.from({ length: 10 }, () => send(path, body, key)));

  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(answers.map((each) => JSON.stringify(each.body))).size).toBe(1);
  expect(await countOf(list)).toBe(before + 1);
});

test("what a create answers is what is read then, with its tag", async () => {
  const { headers, body } = await gateway.admin("/connectors", {
    body: { name: "Okta", preset: "okta", settings: { roles: [{ group: "A", role: "b" }] } },
  });

  const read = await gateway.admin(`/connectors/${body.connector.id}`);

  expect(read.body).toEqual(body.connector);
  expect(read.headers.get("ETag")).toBe(headers.get("ETag"));
});

test("a refused create keeps nothing, and its key is good for the repaired one", async () => {
  const { id } = await gateway.connector();
  const path = `/connectors/${id}/tokens`;
  const key = crypto.randomUUID();

  const refused = await send(path, { scope: "read", expiresAt: "2001-01-01T00:00:00Z" }, key);
  const made = await send(path, { scope: "read" }, key);

  expect(refused.status).toBe(400);
  expect(refused.body.errors).toMatchObject([{ pointer: "#/expiresAt" }]);
  expect(made.status).toBe(201);
});

test("a key is its caller's and its path's own", async () => {
  const key = crypto.randomUUID();
  const [one, two] = [await gateway.connector(), await gateway.connector()];
  const body = { scope: "read" };
  const first = await send(`/connectors/${one.id}/tokens`, body, key);
  const { secret } = (await gateway.admin("/keys", { body: { name: "K", role: "operator" } })).body;

  const elsewhere = await send(`/connectors/${two.id}/tokens`, body, key);
  const other = await gateway.admin(`/connectors/${one.id}/tokens`, {
    body,
    headers: { "Idempotency-Key": key, Authorization: `Bearer ${secret}` },
  });

  const secrets = [first, elsewhere, other].map((each) => each.body.secret);
  expect(new Set(secrets).size).toBe(3);
});

test.each(["", "a b", "ü", "x".repeat(256)])(
  "a key of another form is refused: %j",
  async (key) => {
    const { status, body } = await send("/connectors", { name: "Okta" }, key);

    expect([status, body.code]).toEqual([400, "invalidIdempotencyKey"]);
  },
);

test("no secret of a stored answer can be read, and cron deletes it a day later", async () => {
  const key = crypto.randomUUID();
  const { body } = await send("/connectors", { name: "Okta" }, key);
  const rows = () => env.DB.prepare("SELECT * FROM first_answers").all();
  const stored = JSON.stringify((await rows()).results);
  expect(stored).not.toContain(body.token.secret);
  expect(stored).not.toContain(key);
  const clock = {
    now: () => Date.now() + 24 * 3_600_000 - 600_000,
    sleep: async () => {},
    random: () => 0,
  };
  const newId = () => crypto.randomUUID();
  const databases = env;

  await runCron({ databases, clock, newId });
  expect((await rows()).results.length).toBeGreaterThan(0);
  await runCron({ databases, clock: { ...clock, now: () => clock.now() + 1_200_000 }, newId });

  expect((await rows()).results).toEqual([]);
  expect((await send("/connectors", { name: "Okta" }, key)).body).not.toEqual(body);
});
