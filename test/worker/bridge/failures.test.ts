import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { SourceError, type SourceFailure } from "#bridge/source/source.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { faultyDatabase } from "#test/support/d1/faulty-d1.ts";

const MINUTE_MS = 60_000;
const unavailable: SourceFailure = { kind: "unavailable" };
const unauthorized: SourceFailure = { kind: "unauthorized" };

/** A bridge that has synced so many people once. */
async function aSyncedBridge(count = 3, settings = {}) {
  const source = new BridgeSource(manyPeople(count));
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  return { source, bridge };
}

/** Lets the next run fail, and plays it; an alarm that only tells of the failures before is no run. */
async function failOnce(bridge: TestBridge, source: BridgeSource, failure = unauthorized) {
  source.failures.push(failure);
  while (source.failures.length > 0) await bridge.settleNext();
}

/** Plays the bridge until it has waited so long. */
async function playTo(bridge: TestBridge, time: number) {
  while (bridge.now < time) await bridge.settleNext();
}

const mirrorOf = async ({ number }: TestBridge) =>
  await env.DB.prepare(
    "SELECT state, paused, consecutive_failures AS failures, next_at AS nextAt FROM bridges WHERE connector_id = ?1",
  )
    .bind(number)
    .first();

const alertsOf = async (bridge: TestBridge) =>
  (await bridge.changes()).filter((line) => line.startsWith("connector.alert"));

test("failed runs are put off by the interval doubled each time, and the tenth disables", async () => {
  const { source, bridge } = await aSyncedBridge();
  const delays: (number | null)[] = [];
  const states: string[] = [];

  for (let n = 1; n <= 10; n += 1) {
    await failOnce(bridge, source, { kind: "forbidden" });
    const { state, nextSyncAt } = await bridge.stub.overview();
    delays.push(nextSyncAt === null ? null : (Date.parse(nextSyncAt) - bridge.now) / MINUTE_MS);
    states.push(state);
  }

  expect(delays).toEqual([30, 60, 120, 240, 480, 960, 1440, 1440, 1440, null]);
  expect(states.slice(8)).toEqual(["failed", "disabled"]);
  expect(await mirrorOf(bridge)).toMatchObject({ state: "disabled", failures: 10, nextAt: null });
  expect(await alertsOf(bridge)).toEqual([
    "connector.alert bridge.failing",
    "connector.alert bridge.disabled",
  ]);
});

test("a disabled bridge does nothing until it is enabled, and then runs at once", async () => {
  const { source, bridge } = await aSyncedBridge();
  for (let n = 1; n <= 10; n += 1) await failOnce(bridge, source);
  const asked = source.asked.length;

  bridge.now += 100 * 24 * 60 * MINUTE_MS;
  await bridge.stub.wake(bridge.connector.id);
  await bridge.settle();
  const refused = await bridge.stub.sync("full");
  const whileDisabled = source.asked.length;
  okOf(await bridge.stub.enable());
  const view = await bridge.due();

  expect([whileDisabled, refused.kind]).toEqual([asked, "refused"]);
  expect(view.state).toBe("succeeded");
  expect(await bridge.stub.overview()).toMatchObject({ state: "active", consecutiveFailures: 0 });
});

test("refused credentials fail the run at once, touch no user, and raise one alert a streak", async () => {
  const { source, bridge } = await aSyncedBridge();
  await failOnce(bridge, source);
  const [view] = await bridge.stub.runs(1, undefined);
  await failOnce(bridge, source);

  expect([view?.state, view?.error]).toEqual(["failed", "The test wants unauthorized."]);
  expect(await alertsOf(bridge)).toEqual(["connector.alert bridge.unauthorized"]);
  expect((await bridge.users()).every(({ active, version }) => active === 1 && version === 1)).toBe(
    true,
  );
});

test("a run that waits says for what, and after an hour of it administrators are told, once", async () => {
  const { source, bridge } = await aSyncedBridge();
  const until = bridge.now + 4 * 60 * MINUTE_MS;
  source.failures.push({ kind: "throttled", retryAt: until });
  await bridge.settleNext();
  const { lastRun } = await bridge.stub.overview();
  const before = await alertsOf(bridge);
  await bridge.settleNext();
  const after = await alertsOf(bridge);
  await bridge.settleNext();

  expect(lastRun).toMatchObject({
    state: "waiting",
    waitingFor: "The test wants throttled.",
    resumesAt: new Date(until).toISOString(),
  });
  expect([before, after]).toEqual([[], ["connector.alert bridge.failing"]]);
  expect(await bridge.stub.overview()).toMatchObject({
    state: "active",
    lastRun: { waitingFor: null },
  });
  expect(await alertsOf(bridge)).toEqual([
    "connector.alert bridge.failing",
    "connector.alert bridge.recovered",
  ]);
});

test("throttling pauses the run at its page until the provider's moment, and is no failure", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  const retryAt = bridge.now + 42_000;
  source.failures.push(undefined, { kind: "throttled", retryAt });

  await bridge.settle();
  const waiting = await bridge.stub.overview();
  const alarmAt = await bridge.alarmAt();
  await bridge.settleNext();

  expect([waiting.state, waiting.lastRun?.state, alarmAt]).toEqual(["syncing", "waiting", retryAt]);
  expect(source.asked).toEqual(["users first", "users 2", "users 2", "users 4"]);
  const { state, consecutiveFailures, lastRun } = await bridge.stub.overview();
  expect([state, consecutiveFailures, lastRun?.counts.created]).toEqual(["active", 0, 6]);
});

test("a provider that throttles one run for more than a day fails it", async () => {
  const source = new BridgeSource(manyPeople(2));
  const bridge = await TestBridge.open(source);
  const throttled = () =>
    ({ kind: "throttled", retryAt: bridge.now + 13 * 60 * MINUTE_MS }) as const;

  source.failures.push(throttled());
  await bridge.settle();
  source.failures.push({ kind: "throttled", retryAt: bridge.now + 26 * 60 * MINUTE_MS });
  await playTo(bridge, bridge.now + 13 * 60 * MINUTE_MS);

  expect(await bridge.stub.overview()).toMatchObject({ state: "failed", consecutiveFailures: 1 });
});

test("a page that cannot be read is tried ten times, and then the run fails", async () => {
  const source = new BridgeSource(manyPeople(2));
  const bridge = await TestBridge.open(source);
  source.failures.push(...Array.from({ length: 10 }, () => unavailable));

  for (let n = 0; n < 10; n += 1) await bridge.settleNext();

  expect(source.asked).toHaveLength(10);
  expect(await bridge.stub.overview()).toMatchObject({ state: "failed", consecutiveFailures: 1 });
});

test("a page that can be read at the tenth try lets the run go on", async () => {
  const source = new BridgeSource(manyPeople(2));
  const bridge = await TestBridge.open(source);
  source.failures.push(...Array.from({ length: 9 }, () => unavailable));

  for (let n = 0; n < 10; n += 1) await bridge.settleNext();

  expect((await bridge.stub.overview()).lastRun).toMatchObject({ state: "succeeded" });
});

test("pages that repeat end the listing: the run goes on, and says so", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  const list = source.listPage.bind(source);
  source.listPage = async (...page) => ({ ...(await list(...page)), next: "2" });

  const view = await bridge.due();

  expect([view.state, view.counts.created]).toEqual(["succeeded", 4]);
  expect(view.issues).toMatchObject([{ kind: "listing-incomplete" }]);
});

test.each([
  ["is refused", 0],
  ["is older than the source says it works", 2 * 60 * MINUTE_MS],
])("a listing whose cursor %s begins anew", async (_, waitMs) => {
  const source = new BridgeSource(manyPeople(4));
  const bridge = await TestBridge.open(source);
  source.failures.push(
    undefined,
    waitMs === 0 ? { kind: "cursorExpired" } : { kind: "throttled", retryAt: bridge.now + waitMs },
  );

  await bridge.settle();
  await playTo(bridge, bridge.now + waitMs);

  expect(source.asked.slice(0, 4)).toEqual(["users first", "users 2", "users first", "users 2"]);
  const first = (await bridge.stub.runs(10, undefined)).at(-1);
  expect(first).toMatchObject({ state: "succeeded", counts: { created: 4 } });
});

describe("what D1 did not take is told again within a minute, although somebody calls meanwhile", () => {
  /** Lets D1 fail from now on. */
  const breakDown = (bridge: TestBridge) => {
    bridge.db = faultyDatabase(env.DB, () => "before");
  };

  test("that switch-offs are held, at the end of a run", async () => {
    const { source, bridge } = await aSyncedBridge(10, {
      guard: { max: 2, percent: 0, minBase: 5 },
    });
    source.drop("p0", "p1", "p2");
    source.onCall = () => breakDown(bridge);
    await bridge.stub.sync("full");
    await bridge.settle();
    const before = await alertsOf(bridge);
    const brokenAt = bridge.now;
    bridge.db = env.DB;
    source.onCall = () => undefined;

    await bridge.stub.rejectHeld({ ids: ["user:p0"] });
    const alarmAt = await bridge.alarmAt();
    await bridge.settleNext();

    expect(alarmAt).toBe(brokenAt + MINUTE_MS);
    expect([before, await alertsOf(bridge)]).toEqual([[], ["connector.alert bridge.held"]]);
    expect(await mirrorOf(bridge)).toMatchObject({ state: "active" });
  });

  test.each([
    ["before anything was stored", "before", []],
    ["after all was stored", "after", ["connector.alert bridge.failing"]],
  ] as const)("that a run has been waiting for an hour: it fails %s", async (_, fault, stored) => {
    const { source, bridge } = await aSyncedBridge();
    const until = bridge.now + 6 * 60 * MINUTE_MS;
    source.failures.push({ kind: "throttled", retryAt: until });
    await bridge.settleNext();
    let looks = 0;
    bridge.db = faultyDatabase(env.DB, () => {
      looks += 1;
      return looks === 1 ? undefined : fault;
    });
    await bridge.settleNext();
    const before = await alertsOf(bridge);
    bridge.db = env.DB;

    const refused = await bridge.stub.sync("full");
    const alarmAt = await bridge.alarmAt();
    await bridge.settleNext();

    expect(alarmAt).toBe(bridge.now);
    expect([before, refused.kind]).toEqual([stored, "refused"]);
    expect(await alertsOf(bridge)).toEqual(["connector.alert bridge.failing"]);
    expect(bridge.now).toBeLessThan(until);
  });
});

test("a run that failed in its listing is gone on with three times, and then begun anew", async () => {
  const source = new BridgeSource(manyPeople(4));
  source.cursorLifeMs = Number.POSITIVE_INFINITY;
  const bridge = await TestBridge.open(source);
  let isDown = true;
  const list = source.listPage.bind(source);
  source.listPage = async (...page) => {
    const answer = await list(...page);
    if (isDown && page[1] !== undefined) throw new SourceError({ kind: "forbidden" }, "Page 2.");
    return answer;
  };
  const failedRuns = async () =>
    (await bridge.calls.runs(10, undefined)).filter(({ state }) => state === "failed").length;
  const firstPages: number[] = [];

  for (let failed = 1; failed <= 5; failed += 1) {
    while ((await failedRuns()) < failed) await bridge.settleNext();
    firstPages.push(source.asked.filter((line) => line === "users first").length);
  }
  isDown = false;
  while ((await bridge.calls.overview()).state !== "active") await bridge.settleNext();

  expect(firstPages).toEqual([1, 1, 1, 1, 2]);
  expect((await bridge.users()).length).toBe(4);
});
