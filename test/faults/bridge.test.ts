import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RunView } from "#bridge/admin-views.ts";
import { OKTA_GROUPS } from "#test/support/fake-directory/providers/okta-record.ts";
import { createDirectory, type Directory } from "../support/fake-directory/directory.ts";
import { createFakeProvider, type FakeProvider } from "../support/fake-directory/provider.ts";
import { type Served, serve } from "../support/fake-directory/server.ts";
import { BridgeModel } from "./bridge-model.ts";
import { type BridgeClient, createBridgeClient, waitForRun } from "./bridge-process.ts";
import {
  contradictionsIn,
  openDatabase,
  type ServerProcess,
  startServer,
} from "./server-process.ts";

/** `npm test` has the short form; `npm run test:bridge` sets the others. */
const users = Number(process.env.BRIDGE_USERS ?? 2_000);
const kills = Number(process.env.BRIDGE_KILLS ?? 2);
const groups = Number(process.env.BRIDGE_GROUPS ?? 20);
const FAULT_RATE = 0.05;

/** Every how many people one has an odd record. */
const ODD_EVERY = 100;

let stateDir: string;
let server: ServerProcess;
let directory: Directory;
let fake: FakeProvider;
let served: Served;
let bridge: BridgeClient;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), "scim-edge-bridge-"));
  directory = createDirectory({ users, groups });
  fake = await createFakeProvider({ provider: "okta", directory });
  served = await serve(fake.handle);
  server = await startServer(stateDir);
});

afterEach(async () => {
  await server.kill();
  await served.close();
  rmSync(stateDir, { recursive: true, force: true });
});

test("two syncs bring every user once, whatever is killed or fails on the way", async () => {
  const model = new BridgeModel(directory);
  bridge = await createBridgeClient(server.origin);
  fake.faults.rate(FAULT_RATE, 11);
  const { kind: _, ...credentials } = fake.credentials;
  const source = fake.source(served.origin);
  await bridge.configure(server.origin, { source, credentials, groups: "all" });

  const first = await finishRun(undefined, users);
  model.synced();
  report("from scratch", first);
  expect(await differencesOf(model)).toEqual([]);

  changePeople();
  changeGroups();
  beOdd();
  await bridge.sync(server.origin);
  const second = await finishRun(first.runId, users);
  model.synced();
  report("after changes", second);
  expect(await differencesOf(model)).toEqual([]);
  expect(second.issueCount).toBeGreaterThanOrEqual(oddPeople().length + closedGroups().length);

  fake.faults.clear();
  beEven();
  await bridge.sync(server.origin);
  const third = await finishRun(second.runId, 0);
  report("unchanged", third);
  const { created, updated, deactivated, reactivated } = third.counts;
  expect({ created, updated, deactivated, reactivated }).toEqual({
    created: 0,
    updated: 0,
    deactivated: 0,
    reactivated: 0,
  });
});

/** Waits for the end of the run after `before`, and kills the server on its way, spread over `expected` users. */
async function finishRun(before: string | undefined, expected: number): Promise<RunView> {
  const isNew = (run: RunView) => run.runId !== before;
  for (let kill = 1; kill <= (expected === 0 ? 0 : kills / 2); kill += 1) {
    const goal = (expected * kill) / (kills / 2 + 1);
    await waitForRun(
      bridge,
      server.origin,
      (run) => isNew(run) && (run.counts.seen >= goal || run.finishedAt !== null),
    );
    await server.kill();
    server = await startServer(stateDir);
  }
  return await waitForRun(bridge, server.origin, (run) => isNew(run) && run.finishedAt !== null);
}

/** 1 % go, 1 % come, 2 % change. */
function changePeople(): void {
  const share = users / 100;
  for (let n = 0; n < share; n += 1) {
    directory.apply(
      { op: "remove", person: n * 100 + 7, permanent: n % 2 === 0 },
      { op: "add", person: { userName: `new-${n}@example.com`, email: `new-${n}@example.com` } },
      { op: "change", person: n * 100 + 11, set: { title: `Title ${n}` } },
      { op: "change", person: n * 100 + 13, set: { department: `Department ${n}` } },
    );
  }
}

/** A group goes, one comes, one is renamed; and in each tenth group one leaves and one joins. */
function changeGroups(): void {
  directory.apply(
    { op: "removeGroup", group: 1 },
    { op: "addGroup", group: { name: "New", people: [20, 21] } },
    { op: "renameGroup", group: 2, name: "Renamed" },
  );
  for (let group = 3; group < groups; group += 10) {
    const [leaver = 0] = directory.group(group)?.people ?? [];
    directory.apply(
      { op: "leave", group, person: leaver },
      { op: "join", group, person: (group * 17 + 1) % 90 },
    );
  }
}

/** Those of whom the provider sends a record without a login, although nothing happened to them. */
function oddPeople(): readonly number[] {
  return Array.from({ length: users / ODD_EVERY }, (_, n) => n * ODD_EVERY + 17);
}

/** Groups whose members may not be read: nothing happened to them, and they keep all they had. */
function closedGroups(): readonly number[] {
  return Array.from({ length: Math.ceil(groups / ODD_EVERY) }, (_, n) => n * ODD_EVERY + 5);
}

/** 1 % of the people have an odd record, and 1 % of the groups may not be read. */
function beOdd(): void {
  for (const group of closedGroups()) {
    const path = `/groups/${OKTA_GROUPS.of(group)}/users`;
    fake.faults.next("answer", { path, times: null, status: 403, body: "{}" });
  }
  for (const person of oddPeople()) {
    directory.apply({ op: "change", person, set: { raw: { profile: { login: null } } } });
  }
}

function beEven(): void {
  for (const person of oddPeople()) directory.apply({ op: "change", person, set: { raw: {} } });
}

/** Compares with the database of a server that is killed for it. */
async function differencesOf(model: BridgeModel): Promise<readonly string[]> {
  await server.kill();
  const database = openDatabase(stateDir);
  const differences = model.differences(database);
  database.close();
  const contradictions = contradictionsIn(stateDir);
  server = await startServer(stateDir);
  return [...differences, ...contradictions];
}

function report(what: string, { counts, startedAt, finishedAt }: RunView): void {
  if (process.env.BRIDGE_USERS === undefined) return;
  const seconds = (Date.parse(finishedAt ?? "") - Date.parse(startedAt)) / 1000;
  console.log(`${what}: ${seconds} s`, JSON.stringify(counts), JSON.stringify(fake.stats().faults));
}
