import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { preparePage } from "#bridge/plan/prepare.ts";
import { putLinks } from "#bridge/storage/links.ts";
import { oktaConfig } from "#test/support/bridge/people.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";

const USERS = 100_000;

/** Links so many people as a run would have, without users in D1: an unchanged one is never looked for. */
async function linkAll(bridge: TestBridge, source: BridgeSource, count: number): Promise<void> {
  const config = oktaConfig();
  await runInDurableObject(bridge.stub, async (_, { storage }) => {
    for (let start = 0; start < count; start += 5_000) {
      const prepared = await preparePage(source.records(start, start + 5_000), config, "full");
      const links = prepared.map(({ sourceId = "", hash }) => ({
        sourceId,
        userId: `user-${sourceId}`,
        hash,
        isActive: true,
        goneAt: undefined,
        pendingManager: undefined,
      }));
      putLinks(storage.sql, links);
    }
  });
}

test("a hundred thousand users who did not change cost D1 a look for each slice and two mirrors", async () => {
  const source = new BridgeSource(manyPeople(USERS));
  source.pageSize = 500;
  source.total = USERS;
  const bridge = await TestBridge.open(source);
  await linkAll(bridge, source, USERS);
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  bridge.db = countingDatabase(env.DB, cost);

  const slices = await bridge.settle();

  const { lastRun, linkedUsers } = await bridge.calls.overview();
  expect(lastRun).toMatchObject({ state: "succeeded", counts: { seen: USERS, skipped: USERS } });
  expect(linkedUsers).toBe(USERS);
  expect(cost.roundTrips).toBe(slices + 2);
  expect(slices).toBeLessThanOrEqual(12);
});

test("a hundred thousand users who are all missing at once are held, and D1 hears of a thousand", async () => {
  const source = new BridgeSource();
  const bridge = await TestBridge.open(source);
  await linkAll(bridge, new BridgeSource(manyPeople(USERS)), USERS);
  const cost: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  bridge.db = countingDatabase(env.DB, cost);

  const slices = await bridge.settle();

  const { lastRun, held } = await bridge.calls.overview();
  expect([lastRun?.state, lastRun?.held, held]).toEqual(["succeeded", USERS, USERS]);
  // Beside the looks and the mirrors one alert, and the first thousand users' names and events.
  expect(cost.roundTrips).toBe(slices + 5);
  expect(cost.rowsWritten).toBeLessThan(5_000);
});
