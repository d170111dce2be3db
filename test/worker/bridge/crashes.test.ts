import { abortAllDurableObjects, runDurableObjectAlarm } from "cloudflare:test";
import { expect, test } from "vitest";
import { playKilled } from "#test/support/bridge/crashes.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";

/** What a run leaves behind, without what differs from run to run: ids and times. */
async function leftBy(bridge: TestBridge) {
  const users = await bridge.users();
  const names = new Map(users.map(({ id, externalId }) => [id, externalId ?? ""]));
  const { linkedUsers, lastRun } = await bridge.calls.overview();
  return {
    users: users.map(({ doc, version, active }) => {
      const text = [...names].reduce((line, [id, name]) => line.replaceAll(id, name), doc);
      return `v${version} ${active} ${text}`;
    }),
    changes: (await bridge.changes()).toSorted(),
    linkedUsers,
    state: lastRun?.state,
  };
}

/** A first sync of three pages. */
async function playShort(schedule: readonly number[]) {
  const source = new BridgeSource(manyPeople(3));
  source.pageSize = 1;
  const bridge = await TestBridge.open(source);
  const moments = await playKilled(bridge, source, schedule);
  return { left: JSON.stringify(await leftBy(bridge)), moments };
}

/**
 * Three pages with a swap of logins across them, somebody switched off, and a manager who comes late;
 * then groups, of which one changes and one is new.
 */
async function playLong(schedule: readonly number[]) {
  const source = new BridgeSource(manyPeople(4));
  source.putGroups({ id: "g1", name: "Staff", members: ["p0", "p2"] });
  const bridge = await TestBridge.open(source, { groups: "all" });
  const { pageSize } = source;
  // What is there before takes one page; nobody dies in it.
  source.pageSize = 50;
  await bridge.due();
  source.pageSize = pageSize;
  source.putGroups({ id: "g1", name: "Team", members: ["p2", "p3", "p5"] });
  source.putGroups({ id: "g2", name: "New", members: ["p4", "g1"] });
  source.put({ id: "p0", active: false }, { id: "p2", login: "p3@example.com" });
  source.put({ id: "p3", login: "p2@example.com" }, { id: "p4", manager: "p5" }, { id: "p5" });
  source.drop("p1");
  const moments = await playKilled(bridge, source, schedule);
  return { left: JSON.stringify(await leftBy(bridge)), moments };
}

/** Some hundreds of schedules take longer on a busy machine than a test usually may. */
const SCHEDULES_MS = 600_000;

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

test("a run whose object dies at any moment leaves what it would have left", async () => {
  const { left, moments } = await playLong([]);

  const different: number[] = [];
  for (const at of upTo(moments)) {
    if ((await playLong([at])).left !== left) different.push(at);
  }

  expect(moments).toBeGreaterThan(20);
  expect(different).toEqual([]);
  expect(await contradictions()).toEqual([]);
});

test(
  "a run whose object dies at any two moments leaves what it would have left",
  async () => {
    const { left, moments } = await playShort([]);

    const different: (readonly number[])[] = [];
    for (const first of upTo(moments)) {
      // After the first death there are so many moments to die a second time.
      const rest = (await playShort([first])).moments;
      for (const second of upTo(rest)) {
        if ((await playShort([first, second])).left !== left) different.push([first, second]);
      }
    }

    expect(moments).toBeGreaterThan(10);
    expect(different).toEqual([]);
    expect(await contradictions()).toEqual([]);
  },
  SCHEDULES_MS,
);

test("an object that is really torn down in the middle of a run goes on from its page", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  source.failures.push(undefined, { kind: "throttled", retryAt: bridge.now + 60_000 });
  await bridge.settle();

  await abortAllDurableObjects();
  bridge.now += 60_000;
  await runDurableObjectAlarm(bridge.stub);

  expect(source.asked).toEqual(["users first", "users 2", "users 2", "users 4"]);
  expect(await bridge.changes()).toHaveLength(6);
});
