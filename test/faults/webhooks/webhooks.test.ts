import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  ADMIN_TOKEN,
  contradictionsIn,
  type ServerProcess,
  startServer,
} from "#test/faults/server-process.ts";
import { seededRandom } from "#test/support/random.ts";
import type { ChangeEvent } from "../../../packages/client/src/events.ts";
import { latestCursor, readChanges } from "../../../packages/client/src/feed.ts";
import type { Gateway } from "../../../packages/client/src/gateway.ts";
import { askAdmin, createConnector } from "./admin.ts";
import { createMembers, scimClient, writeChanges } from "./load.ts";
import {
  type Accepted,
  type Failure,
  openWebhookReceiver,
  resourceOf,
  type WebhookReceiver,
} from "./receiver.ts";

/**
 * The short form travels with `npm test`. The long one kills a second time when everything is written,
 * so that the alarm alone brings the rest.
 */
const { resources, changesEach, killsAt } =
  process.env.FAULTS === "long"
    ? { resources: 125, changesEach: 10, killsAt: [0.25, 0.75] }
    : { resources: 100, changesEach: 2, killsAt: [0.2] };

const events = resources * changesEach;
const ENDPOINTS = 3;

/**
 * The share of first tries that fail. No second one does: it would wait for the third one's five
 * minutes of real time. With time in hand test/worker/webhooks/flaky.test.ts fails any try.
 */
const FAILING = 0.3;
const FAILURES = ["500", "503", "reset"] as const;

/** What a webhook has under way at once, and so what a kill can make come again (docs/webhooks.md). */
const PARALLEL_MAX = 6;

/** Far longer than all first waits of one resource together: what is missing then never comes. */
const PATIENCE_MS = 300_000;

let stateDir: string;
let server: ServerProcess;
let receivers: readonly WebhookReceiver[];
/** When the server is killed, and who waits for it. */
let kill: { readonly at: number; readonly isDone: () => void } | undefined;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-edge-webhooks-"));
  const random = seededRandom(7);
  const opened = Array.from({ length: ENDPOINTS }, () =>
    openWebhookReceiver({ failures: failuresBy(random), onAccepted: killInTime }),
  );
  receivers = await Promise.all(opened);
  server = await startServer(stateDir);
});

afterEach(async () => {
  await server.kill();
  await Promise.all(receivers.map((receiver) => receiver.close()));
  rmSync(stateDir, { recursive: true, force: true });
});

test("a killed server brings every event to every endpoint, signed, in order and hardly twice", async () => {
  const { id, token } = await createConnector(server.origin);
  const ask = scimClient(() => server.origin, token);
  const amount = { resources, changesEach };
  const members = await createMembers(ask, amount);
  const before = await latestCursor(gateway(), { connector: id });
  const paths = await Promise.all(receivers.map((receiver) => createWebhook(id, receiver)));

  const writing = writeChanges(ask, amount, members);
  for (const [kills, share] of killsAt.entries()) {
    if (kills > 0) await writing;
    await killedAt(share * events * ENDPOINTS);
    expect(contradictionsIn(stateDir)).toEqual([]);
    server = await startServer(stateDir);
  }
  await writing;
  await vi.waitUntil(() => areAllDelivered(paths), { timeout: PATIENCE_MS, interval: 250 });

  const feed = await eventsBehind(before, id);
  expect(feed).toHaveLength(events);
  for (const { accepted, unsigned, failed } of receivers) {
    expect(unsigned()).toBe(0);
    expect(failed()).toBeGreaterThan(events / 5);
    expect(byId(accepted)).toEqual(new Map(feed.map((event) => [`evt_${event.cursor}`, event])));
    expect(inversions(accepted)).toEqual([]);
  }
  const duplicates = total() - events * ENDPOINTS;
  report(duplicates);
  // At least what was answered to a server that was dead already.
  expect(duplicates).toBeGreaterThanOrEqual(killsAt.length);
  // In the long form this is under 1 %.
  expect(duplicates).toBeLessThanOrEqual(killsAt.length * ENDPOINTS * PARALLEL_MAX);
});

/** Which first tries of an endpoint fail, and how. */
function failuresBy(random: () => number): readonly (readonly Failure[])[] {
  const failure = () => FAILURES[Math.floor((random() / FAILING) * FAILURES.length)];
  return Array.from({ length: resources }, () => Array.from({ length: changesEach }, failure));
}

/** Makes a webhook for a receiver and answers its path. */
async function createWebhook(connector: string, receiver: WebhookReceiver): Promise<string> {
  const path = `/connectors/${connector}/webhooks`;
  const { id, secret } = await askAdmin(server.origin, "POST", path, { url: receiver.url });
  receiver.trust(secret);
  return `${path}/${id}`;
}

/** Waits for the moment in which the server is killed because so many deliveries were accepted. */
function killedAt(at: number): Promise<void> {
  return new Promise((resolve) => {
    kill = { at, isDone: resolve };
  });
}

/** Kills the server between what a receiver has done and the 2xx that says so. */
async function killInTime(): Promise<void> {
  if (kill === undefined || total() < kill.at) return;
  const { isDone } = kill;
  kill = undefined;
  await server.kill();
  isDone();
}

function total(): number {
  return receivers.reduce((sum, { accepted }) => sum + accepted.length, 0);
}

async function areAllDelivered(paths: readonly string[]): Promise<boolean> {
  const isEach = receivers.every(({ accepted }) => byId(accepted).size >= events);
  if (!isEach) return false;
  const all = await Promise.all(paths.map((path) => askAdmin(server.origin, "GET", path)));
  return all.every(({ delivery }) => delivery.waiting === 0 && delivery.dead === 0);
}

function gateway(): Gateway {
  return { origin: server.origin, key: ADMIN_TOKEN };
}

async function eventsBehind(cursor: string, connector: string): Promise<readonly ChangeEvent[]> {
  const found: ChangeEvent[] = [];
  let page = { next: cursor, hasMore: true };
  while (page.hasMore) {
    const read = await readChanges(gateway(), { connector }, { after: page.next, limit: 1_000 });
    found.push(...read.events);
    page = read;
  }
  return found;
}

function byId(accepted: readonly Accepted[]): ReadonlyMap<string, ChangeEvent> {
  return new Map(accepted.map(({ id, event }) => [id, event]));
}

/** Events that first arrived behind a later one of the same resource. */
function inversions(accepted: readonly Accepted[]): readonly string[] {
  const seen = new Set<string>();
  const newest = new Map<string, ChangeEvent>();
  const wrong: string[] = [];
  for (const { id, event } of accepted) {
    if (seen.has(id)) continue;
    seen.add(id);
    const former = newest.get(resourceOf(event));
    newest.set(resourceOf(event), event);
    if (former !== undefined && !isBehind(event, former)) wrong.push(id);
  }
  return wrong;
}

/** Several members who come at once share a version; no two events share a cursor. */
function isBehind(event: ChangeEvent, former: ChangeEvent): boolean {
  return Number(event.cursor) > Number(former.cursor) && versionOf(event) >= versionOf(former);
}

function versionOf(event: ChangeEvent): number {
  return "version" in event ? event.version : Number.NaN;
}

function report(duplicates: number): void {
  if (process.env.FAULTS !== "long") return;
  const failed = receivers.map((receiver) => receiver.failed());
  console.log(`${total()} accepted, ${duplicates} of them twice; failed tries: ${failed}`);
}
