import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseKeyRing } from "#credentials/key-ring.ts";
import {
  BRIDGE_CREDENTIALS,
  createResealer,
  formerWebhookSecret,
  seal,
  unseal,
  webhookSecret,
} from "#credentials/sealed.ts";
import { RESEALED_ROWS, resealSecrets } from "#store/upkeep/reseal.ts";
import { faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { type PlantedWebhook, plantBridge, plantWebhook } from "#test/support/plant-secrets.ts";
import { runCron } from "../../../src/cron.ts";

// "k" begins the other one's name: what "k.old" sealed must not pass for sealed by "k".
const OLD = `k.old:${"A".repeat(42)}E`;
const NEW = `k:${"B".repeat(42)}E`;
const [OLD_RING, ROTATED, NEW_RING] = [
  parseKeyRing(OLD),
  parseKeyRing(`${NEW},${OLD}`),
  parseKeyRing(NEW),
];

const gateway = openGateway();

const printed = vi.spyOn(console, "error");

beforeEach(async () => {
  await env.DB.batch(
    ["bridges", "webhooks", "sweeps"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
  );
  printed.mockImplementation(() => undefined);
});

afterEach(() => printed.mockReset());

function resealOnce(ring = ROTATED, db = env.DB): Promise<void> {
  return resealSecrets(db, TEST_CLOCK, createResealer(ring));
}

/** How many secrets of webhooks begin like those that the new key sealed. */
async function countNew(): Promise<number> {
  const text =
    "SELECT count(*) AS n FROM webhooks WHERE substr(secret, 1, 5) = 'v1.k.' AND instr(substr(secret, 23), '.') = 0";
  return (await env.DB.prepare(text).first<number>("n")) ?? 0;
}

/** Makes so many webhooks of one connector; the secret of each is its number, or what is given. */
async function plantWebhooks(count: number, broken?: string): Promise<readonly PlantedWebhook[]> {
  const { id } = await gateway.connector();
  const plant = async (_: unknown, n: number) => {
    const webhookId = crypto.randomUUID();
    const boundTo = { connector: id, field: webhookSecret(webhookId) };
    const secret = broken ?? (await seal(OLD_RING, `${n}`, boundTo));
    return plantWebhook(id, { id: webhookId, secret });
  };
  return Promise.all(Array.from({ length: count }, plant));
}

test("every kind of secret is sealed anew with the newest key, and opens without the old one", async () => {
  const { id } = await gateway.connector();
  const places = [BRIDGE_CREDENTIALS, webhookSecret("w1"), formerWebhookSecret("w1")];
  const [credentials = "", secret = "", formerSecret] = await Promise.all(
    places.map((field) => seal(OLD_RING, `secret of ${field}`, { connector: id, field })),
  );
  const readBridge = await plantBridge(id, credentials);
  const { read } = await plantWebhook(id, { id: "w1", secret, formerSecret });

  await resealOnce();

  const webhook = await read();
  const sealed = [await readBridge(), webhook.secret, webhook.formerSecret];
  const opened = await Promise.all(
    places.map((field, at) => unseal(NEW_RING, `${sealed[at]}`, { connector: id, field })),
  );
  expect(opened).toEqual(places.map((field) => `secret of ${field}`));
});

test("the secret of a webhook that follows several connectors is sealed anew too, and belongs to none", async () => {
  const boundTo = { connector: "", field: webhookSecret("wide") };
  const { id } = await gateway.connector();
  const { read } = await plantWebhook(id, {
    id: "wide",
    secret: await seal(OLD_RING, "wide secret", boundTo),
  });
  await env.DB.prepare("UPDATE webhooks SET connector_id = 0, tenant = 'acme'").run();

  await resealOnce();

  expect(await unseal(NEW_RING, `${(await read()).secret}`, boundTo)).toBe("wide secret");
  expect(printed).not.toHaveBeenCalled();
});

test("what the newest key sealed is not touched, and looking at it writes nothing", async () => {
  await plantWebhooks(3);
  await resealOnce();
  const before = await env.DB.prepare("SELECT secret FROM webhooks ORDER BY id").all();
  let calls = 0;
  const counted = faultyDatabase(env.DB, () => {
    calls += 1;
    return undefined;
  });

  await resealOnce(ROTATED, counted);

  const after = await env.DB.prepare("SELECT secret FROM webhooks ORDER BY id").all();
  expect(after.results).toEqual(before.results);
  // One question for each of the three places.
  expect(calls).toBe(3);
});

test("a table of any length is walked in pieces until all of it is sealed anew", async () => {
  await plantWebhooks(RESEALED_ROWS * 2 + 10);

  const counts: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    await resealOnce();
    counts.push(await countNew());
  }

  expect(counts).toEqual([RESEALED_ROWS, RESEALED_ROWS * 2, RESEALED_ROWS * 2 + 10]);
});

test("secrets that cannot be opened starve no others, however many there are", async () => {
  await plantWebhooks(RESEALED_ROWS + 10, "v1.lost.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAA");
  await plantWebhooks(10);

  for (let run = 0; run < 4; run += 1) await resealOnce();

  expect(await countNew()).toBe(10);
});

test("a secret that cannot be opened is left as it is, and named once in the log without it", async () => {
  const [broken] = await plantWebhooks(
    1,
    "v1.lost-canary.AAAAAAAAAAAAAAAA.canaryAAAAAAAAAAAAAAAAAA",
  );

  for (let run = 0; run < 3; run += 1) await resealOnce();

  expect((await broken?.read())?.secret).toContain("canary");
  expect(printed).toHaveBeenCalledTimes(1);
  const line = `${printed.mock.calls[0]?.[0]}`;
  expect(JSON.parse(line)).toEqual({
    message: "sealed secret cannot be opened",
    connector: broken?.connector,
    field: `webhook.${broken?.id}.secret`,
  });
  expect(line).not.toContain("canary");
});

test("after the next rotation it is named again, and the former note is gone", async () => {
  await plantWebhooks(1, "nonsense");
  await resealOnce(OLD_RING);

  for (let run = 0; run < 2; run += 1) await resealOnce(ROTATED);

  expect(printed).toHaveBeenCalledTimes(2);
  const { results } = await env.DB.prepare("SELECT name FROM sweeps").all();
  expect(results).toHaveLength(1);
});

test("a secret of another place is not sealed anew into this one", async () => {
  const { id } = await gateway.connector();
  const secret = await seal(OLD_RING, "x", { connector: id, field: webhookSecret("other") });
  const { read } = await plantWebhook(id, { id: "mine", secret });

  await resealOnce();

  expect((await read()).secret).toBe(secret);
});

test("a secret that an administrator changed meanwhile stays the new one", async () => {
  const [webhook] = await plantWebhooks(1);
  const resealer = createResealer(ROTATED);
  const reseal: typeof resealer.reseal = async (sealed, boundTo) => {
    await env.DB.prepare("UPDATE webhooks SET secret = 'the new one'").run();
    return resealer.reseal(sealed, boundTo);
  };

  await resealSecrets(env.DB, TEST_CLOCK, { ...resealer, reseal });

  expect((await webhook?.read())?.secret).toBe("the new one");
});

test.each(["before", "after"] as const)(
  "a connection lost %s the write loses no secret",
  async (fault) => {
    const [webhook] = await plantWebhooks(1);
    let call = 0;
    const faulty = faultyDatabase(env.DB, () => {
      call += 1;
      return call === 4 ? fault : undefined;
    });

    await resealOnce(ROTATED, faulty);
    await resealOnce(ROTATED);

    const boundTo = { connector: `${webhook?.connector}`, field: webhookSecret(`${webhook?.id}`) };
    const { secret } = (await webhook?.read()) ?? {};
    expect(await unseal(NEW_RING, `${secret}`, boundTo)).toBe("0");
  },
);

test("cron seals anew, and a malformed ring of keys stops no other job", async () => {
  await plantWebhooks(1);
  const now = TEST_CLOCK.now();
  const text =
    "INSERT INTO refusals (minute, ip_prefix, reason, count) VALUES (1, 'x', 'absent', 1)";
  await env.DB.prepare(text).run();

  const tools = { databases: env, clock: TEST_CLOCK, newId: () => `${now}` };
  await runCron({ ...tools, openResealer: () => parseKeyRing("") as never });
  const countAfterFailure = await countNew();
  await runCron({ ...tools, openResealer: () => createResealer(ROTATED) });

  expect([countAfterFailure, await countNew()]).toEqual([0, 1]);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM refusals").first("n")).toBe(0);
  const failed = { message: "cron job failed", name: "resealSecrets", kind: "Error" };
  expect(printed.mock.calls).toEqual([[JSON.stringify(failed)]]);
});
