import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { RunView } from "#bridge/admin-views.ts";
import { askAdmin, createConnector, createFeedKey } from "#test/faults/webhooks/admin.ts";
import { type Ask, scimClient } from "#test/faults/webhooks/load.ts";
import { listUsers } from "../../packages/client/src/directory.ts";
import type { ChangeEvent } from "../../packages/client/src/events.ts";
import { latestCursor, readChanges } from "../../packages/client/src/feed.ts";
import { type Gateway, GatewayError } from "../../packages/client/src/gateway.ts";
import { createDirectory } from "../support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "../support/fake-directory/provider.ts";
import { type Served, serve } from "../support/fake-directory/server.ts";
import { seededRandom } from "../support/random.ts";
import {
  contentOf,
  cursorOf,
  directoryOf,
  type ReceiverProcess,
  type Seen,
  startReceiver,
} from "./receiver-process.ts";
import { createRandomPushes, type RandomPushes } from "./receiver-pushes.ts";
import { contradictionsIn, freePort, type ServerProcess, startServer } from "./server-process.ts";

/** The short form travels with `npm test`; `npm run test:faults` asks for the long one. */
const { requests, people, rounds } =
  process.env.FAULTS === "long"
    ? { requests: 5_000, people: 1_000, rounds: 5 }
    : { requests: 300, people: 100, rounds: 1 };

/** Far longer than anything takes here: what is missing then never comes. */
const PATIENCE = { timeout: 300_000, interval: 50 };

const TENANT = "acme";

let folder: string;
let server: ServerProcess;
let receiver: ReceiverProcess | undefined;
let fake: FakeProvider;
let served: Served;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "scim-edge-receiver-"));
  const directory = createDirectory({ users: people, groups: 5 });
  fake = await createFakeProvider({ provider: "okta", directory });
  served = await serve(fake.handle);
  server = await startServer(join(folder, "server"));
});

afterEach(async () => {
  await receiver?.kill();
  await server.kill();
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the example receiver's copy equals the directories of every connector of its tenant, whichever of the two is killed on the way", async () => {
  const { id: connector, token } = await createConnector(server.origin, TENANT);
  const siblings = [await aSibling(TENANT, 8), await aSibling(TENANT, 9)];
  const leaver = await aSibling(TENANT, 11);
  const foreign = await aSibling("another", 10);
  const gateway = { origin: server.origin, key: await createFeedKey(server.origin, TENANT) };
  const settings = { gateway, tenant: TENANT, file: join(folder, "copy.db") };
  const webhook = await createWebhook(TENANT);
  receiver = startReceiver(settings);
  // The directory is empty: all that the copy gets comes through the feed.
  await vi.waitUntil(() => cursorOf(settings.file) !== undefined, PATIENCE);
  const ask = scimClient(() => server.origin, token);
  const pushes = createRandomPushes(ask, seededRandom(7));

  // The others of the tenant are pushed to meanwhile, and one that the key does not see.
  const pushing = Promise.all([
    pushes.run(requests),
    ...[...siblings, leaver, foreign].map((each) => each.pushes.run(requests / 5)),
  ]);
  for (let round = 0; round < rounds; round += 1) {
    await reach(pushes, round + 0.2);
    if (round === 0) await startBridge(connector);
    await killServer();
    await killReceiver(pushes, round + 0.5);
    // By turns woken by the webhook of the tenant and by long polling.
    receiver = startReceiver({ ...settings, webhook: round % 2 === 0 ? webhook : undefined });
  }
  await pushing;
  for (const sibling of siblings) await restoreOne(sibling);
  await eraseOne(siblings[0]);
  await vi.waitUntil(() => isSynced(connector), PATIENCE);
  await deleteUnderKills(leaver.connector);
  const left = await toldToTheEnd(leaver.connector, gateway);
  receiver = startReceiver({ ...settings, webhook });
  const latest = Number(await latestCursor(gateway, settings));
  await vi.waitUntil(() => (cursorOf(settings.file) ?? 0) >= latest, PATIENCE);

  const copied = contentOf(settings.file);
  const directory = await directoryOf(gateway, settings);
  expect(copied).toEqual(directory);
  expect(directory.users.size).toBeGreaterThan(people);
  expect(directory.groups.size).toBeGreaterThan(5);
  expect(directory.members.length).toBeGreaterThan(50);
  for (const { connector: own } of siblings) expect(await sizeOf(own, gateway)).toBeGreaterThan(1);
  for (const { connector: unseen } of [foreign, leaver]) {
    await expect(sizeOf(unseen, gateway)).rejects.toThrow(GatewayError);
  }
  expect(stillActiveIn(left)).toEqual([]);
  const switchedOff = left.filter(({ actor }) => actor?.kind === "administrator").slice(0, -1);
  expect(new Set(switchedOff.map(({ type }) => type))).toEqual(new Set(["user.deactivated"]));
  const end = { type: "connector.deleted", userEvents: switchedOff.length };
  expect(left.at(-1)).toMatchObject(end);
  const { delivery } = await askAdmin(server.origin, "GET", `/webhooks/${webhook.id}`);
  expect(delivery.lastDeliveredAt).not.toBeNull();
  report(latest, directory);
});

/** Another connector, and its client. */
interface Sibling {
  readonly connector: string;
  readonly ask: Ask;
  readonly pushes: RandomPushes;
}

async function aSibling(tenant: string, seed: number): Promise<Sibling> {
  const { id, token } = await createConnector(server.origin, tenant);
  const ask = scimClient(() => server.origin, token);
  return { connector: id, ask, pushes: createRandomPushes(ask, seededRandom(seed)) };
}

/** Makes a user and deletes it; an administrator brings it back. */
async function restoreOne({ connector, ask }: Sibling): Promise<void> {
  const id = await makeUser(ask, `back-${connector}@example.com`);
  await ask("DELETE", `/Users/${id}`);
  await askAdmin(server.origin, "POST", `/connectors/${connector}/users/${id}/restore`);
}

/** Makes a user whom an administrator erases. */
async function eraseOne(sibling: Sibling | undefined): Promise<void> {
  if (sibling === undefined) throw new Error("There is no connector of whom to erase.");
  const { connector, ask } = sibling;
  const id = await makeUser(ask, `forgotten-${connector}@example.com`);
  await askAdmin(server.origin, "POST", `/connectors/${connector}/users/${id}/erase`);
}

async function makeUser(ask: Ask, userName: string): Promise<string> {
  const made = await ask("POST", "/Users", { userName });
  if (made?.status === 201 && made.body.id !== undefined) return made.body.id;
  throw new Error(`${userName} was not made: ${made?.status}`);
}

/** How many users the receiver's key sees of a connector. */
async function sizeOf(connector: string, gateway: Gateway): Promise<number> {
  let size = 0;
  for await (const _ of listUsers(gateway, { connector })) size += 1;
  return size;
}

/** Lets the Bridge bring the people of the fake provider to the same connector, until it has begun to. */
async function startBridge(connector: string): Promise<void> {
  const { kind: _, ...credentials } = fake.credentials;
  const bridge = { source: fake.source(served.origin), credentials, groups: "all" };
  await askAdmin(server.origin, "PUT", `/connectors/${connector}/bridge`, bridge);
  await vi.waitUntil(async () => ((await lastRun(connector))?.counts.created ?? 0) > 0, PATIENCE);
}

/** Kills the server under the pushes and the Bridge's run; it comes back at its port, as the receiver expects. */
async function killServer(): Promise<void> {
  await server.kill();
  const state = join(folder, "server");
  expect(contradictionsIn(state)).toEqual([]);
  server = await startServer(state, server.port);
}

/** Kills the receiver, and waits until it has missed a part. */
async function killReceiver(pushes: RandomPushes, at: number): Promise<void> {
  await reach(pushes, at);
  await receiver?.kill();
  await reach(pushes, at + 0.2);
}

/** Makes a webhook of a tenant for a port at which nobody listens yet. */
async function createWebhook(tenant: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const made = await askAdmin(server.origin, "POST", "/webhooks", { url, scope: { tenant } });
  return { id: String(made.id), secret: String(made.secret), port };
}

/** Deletes a connector, and kills the receiver and the server under it. */
async function deleteUnderKills(connector: string): Promise<void> {
  const path = `/connectors/${connector}`;
  const deletion = askAdmin(server.origin, "DELETE", path).catch(() => undefined);
  await receiver?.kill();
  await killServer();
  await deletion;
  // Whether or not it was begun before.
  await askAdmin(server.origin, "DELETE", path).catch((error) => {
    if (!String(error).includes(": 404 ")) throw error;
  });
}

/** What a deleted connector tells, up to its end, with which cron goes on. */
async function toldToTheEnd(connector: string, gateway: Gateway): Promise<readonly ChangeEvent[]> {
  const told: ChangeEvent[] = [];
  let after: string | undefined;
  await vi.waitUntil(async () => {
    await fetch(`${server.origin}/cdn-cgi/handler/scheduled`);
    const page = await readChanges(gateway, { connector }, { after, limit: 1_000 });
    told.push(...page.events);
    after = page.next;
    return told.some(({ type }) => type === "connector.deleted");
  }, PATIENCE);
  return told;
}

/** Users who are active by what was told of them last. */
function stillActiveIn(told: readonly ChangeEvent[]): readonly string[] {
  const active = new Set<string>();
  for (const event of told) {
    if (!("resource" in event) || event.resourceType !== "User") continue;
    if (event.resource.active === true && event.type !== "user.deleted")
      active.add(event.resourceId);
    else active.delete(event.resourceId);
  }
  return [...active];
}

/** Waits until a number of rounds is pushed. */
async function reach(pushes: RandomPushes, round: number): Promise<void> {
  await vi.waitUntil(() => pushes.done() >= (requests * round) / rounds, PATIENCE);
}

async function isSynced(connector: string): Promise<boolean> {
  const run = await lastRun(connector);
  if (run?.state === "failed") throw new Error(`The run failed: ${run.error}`);
  return run?.state === "succeeded";
}

async function lastRun(connector: string): Promise<RunView | undefined> {
  const path = `/connectors/${connector}/bridge/runs?limit=1`;
  const { items } = await askAdmin(server.origin, "GET", path);
  return items[0];
}

function report(latest: number, { users, groups, members }: Seen): void {
  if (process.env.FAULTS !== "long") return;
  const sizes = `${users.size} users, ${groups.size} groups, ${members.length} memberships`;
  console.log(`${latest} changes; ${sizes}`);
}
