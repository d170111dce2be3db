import { env } from "cloudflare:workers";
import { v7 as uuidv7 } from "uuid";
import { beforeEach, expect, test } from "vitest";
import type { BridgeMirror } from "#store/admin/bridges.ts";
import { findBridge, mirrorBridge, putBridge } from "#store/admin/bridges.ts";
import { findConnector } from "#store/admin/connectors.ts";
import { openGateway, TEST_CLOCK } from "#test/support/gateway.ts";
import { runCron } from "../../../src/cron.ts";

const gateway = openGateway();
const NOW = 1_800_000_000_000;
const MINUTE_MS = 60_000;
const CONFIG = { config: "{}", credentials: "sealed" };
const NEW = { seen: undefined, now: NOW };

beforeEach(async () => {
  await env.DB.exec("DELETE FROM bridges");
});

/** A connector with a bridge that its object has mirrored so. */
async function bridge(mirror: Partial<BridgeMirror> = {}): Promise<string> {
  const { id } = await gateway.connector();
  const { number } = (await findConnector(env.DB, id)) ?? expect.unreachable();
  await putBridge(env.DB, number, CONFIG, NEW);
  const standing = { state: "active", consecutiveFailures: 0, nextAt: NOW } as const;
  await mirrorBridge(env.DB, number, {
    ...standing,
    held: 0,
    lastSucceededAt: undefined,
    ...mirror,
  });
  return id;
}

/** The bridges that cron wakes at that time, in the order of their ids. */
async function wokenAt(now: number, isReachable = true): Promise<readonly string[]> {
  const woken: string[] = [];
  const wake = async (id: string) => {
    woken.push(id);
    if (!isReachable) throw new Error("unreachable");
  };
  const clock = { ...TEST_CLOCK, now: () => now };
  await runCron({ databases: env, clock, newId: () => uuidv7(), bridgeOf: () => ({ wake }) });
  return woken.sort();
}

test("a bridge is woken when its time has come, and not before", async () => {
  const id = await bridge();

  const before = await wokenAt(NOW - 1);
  const after = await wokenAt(NOW);

  expect([before, after]).toEqual([[], [id]]);
});

test("a bridge that was just put is due", async () => {
  const { id } = await gateway.connector();
  const { number } = (await findConnector(env.DB, id)) ?? expect.unreachable();
  await putBridge(env.DB, number, CONFIG, NEW);

  expect(await wokenAt(NOW)).toEqual([id]);
});

test("a bridge that was put to rest is not due, also after a change", async () => {
  const { id } = await gateway.connector();
  const { number } = (await findConnector(env.DB, id)) ?? expect.unreachable();
  const seen = await putBridge(env.DB, number, { ...CONFIG, paused: true }, NEW);
  await putBridge(env.DB, number, CONFIG, { seen, now: NOW });

  expect(await wokenAt(NOW)).toEqual([]);
  expect(await findBridge(env.DB, id)).toMatchObject({ paused: true, nextAt: undefined });
});

test("a bridge that waits for an administrator is left alone", async () => {
  await bridge({ state: "disabled", nextAt: undefined });

  expect(await wokenAt(NOW + 1e9)).toEqual([]);
});

test("the bridges of disabled and of deleted connectors are left alone", async () => {
  const disabled = await bridge();
  await env.DB.prepare("UPDATE connectors SET status = 'disabled' WHERE id = ?1")
    .bind(disabled)
    .run();
  const deleted = await bridge();
  await env.DB.prepare("UPDATE connectors SET deleted_at = ?1 WHERE id = ?2")
    .bind(NOW, deleted)
    .run();

  expect(await wokenAt(NOW)).toEqual([]);
  expect(await findBridge(env.DB, deleted)).toBeUndefined();
});

test("two crons at once wake a bridge once", async () => {
  const id = await bridge();

  const woken = await Promise.all([wokenAt(NOW), wokenAt(NOW)]);

  expect(woken.flat()).toEqual([id]);
});

test("a bridge that cannot be woken is tried again five minutes later, and stops no other job", async () => {
  const id = await bridge();

  const first = await wokenAt(NOW, false);
  const soon = await wokenAt(NOW + 4 * MINUTE_MS);
  const later = await wokenAt(NOW + 5 * MINUTE_MS);

  expect([first, soon, later]).toEqual([[id], [], [id]]);
});

test("a bridge that cannot be woken lets cron wait for the others all the same", async () => {
  const ids = [await bridge(), await bridge()];
  const woken: string[] = [];
  const wake = async (id: string) => {
    if (id === ids[0]) throw new Error("unreachable");
    // Later than the failure beside it.
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    woken.push(id);
  };

  const clock = { ...TEST_CLOCK, now: () => NOW };
  await runCron({ databases: env, clock, newId: () => uuidv7(), bridgeOf: () => ({ wake }) });

  expect(woken).toEqual([ids[1]]);
});

test("a bounded number is woken at once, longest waiting first, and the others by the next cron", async () => {
  const ids: string[] = [];
  for (let n = 0; n < 32; n += 1) ids.push(await bridge({ nextAt: NOW - 32 + n }));

  const first = await wokenAt(NOW);
  const second = await wokenAt(NOW + MINUTE_MS);

  expect(first).toEqual(ids.slice(0, 30));
  expect(second).toEqual(ids.slice(30));
});

test("what the object mirrors is found with its connector, in one look", async () => {
  const id = await bridge({
    state: "failed",
    consecutiveFailures: 3,
    nextAt: NOW + 5,
  });

  const stored = await findBridge(env.DB, id);

  expect(stored).toMatchObject({
    state: "failed",
    paused: false,
    consecutiveFailures: 3,
    nextAt: NOW + 5,
    connectorStatus: "active",
    webhookIds: [],
    config: "{}",
    credentials: "sealed",
  });
  expect(stored?.settings.retentionDays).toBe(30);
  expect(stored?.types.User.name).toBe("User");
});
