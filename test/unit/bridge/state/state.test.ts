import { expect, test } from "vitest";
import {
  enableBridge,
  failingAlertAt,
  fullEveryMs,
  isDue,
  needsFull,
  newStanding,
  pauseBridge,
  type RunFailure,
  resumeBridge,
  runFailed,
  runRested,
  runStarted,
  runSucceeded,
  type Standing,
} from "#bridge/state/state.ts";

const NOW = Date.parse("2026-01-01T00:00:00Z");
const INTERVAL_MS = 900_000;
const DAY_MS = 24 * 3_600_000;
const middle = () => 0.5;

function aFailure(members: Partial<RunFailure> = {}): RunFailure {
  return {
    now: NOW,
    intervalMs: INTERVAL_MS,
    retryAt: undefined,
    isUnauthorized: false,
    since: NOW,
    detail: "why",
    ...members,
  };
}

/** What so many failures in a row come to, with the alerts of each. */
function afterFailures(count: number, failure = aFailure()) {
  let standing = newStanding(NOW);
  const alerts = Array.from({ length: count }, () => {
    const after = runFailed(runStarted(standing), failure, middle);
    standing = after.standing;
    return after.alerts;
  });
  return { standing, alerts };
}

test("a new bridge is pending and due at once", () => {
  const standing = newStanding(NOW);

  expect([standing.state, isDue(standing, NOW), isDue(standing, NOW - 1)]).toEqual([
    "pending",
    true,
    false,
  ]);
});

test("a run makes it syncing, and its success active until the interval is over", () => {
  const running = runStarted(newStanding(NOW));
  const standing = runSucceeded(running, NOW, INTERVAL_MS);

  expect([running.state, standing.state, standing.nextSyncAt]).toEqual([
    "syncing",
    "active",
    NOW + INTERVAL_MS,
  ]);
});

test("the n-th failure in a row puts the next run off by the interval doubled n times", () => {
  const delays = [1, 2, 3].map((n) => (afterFailures(n).standing.nextSyncAt ?? 0) - NOW);

  expect(delays).toEqual([2, 4, 8].map((factor) => factor * INTERVAL_MS));
});

test("the ninth failure in a row leaves it failed, the tenth disables it with one alert", () => {
  const ninth = afterFailures(9);
  const tenth = afterFailures(10);

  expect([ninth.standing.state, tenth.standing.state, tenth.standing.nextSyncAt]).toEqual([
    "failed",
    "disabled",
    undefined,
  ]);
  expect(tenth.alerts.flat()).toEqual(["bridge.failing", "bridge.disabled"]);
});

test("a success in between starts the count anew", () => {
  const standing = runSucceeded(afterFailures(9).standing, NOW, INTERVAL_MS);

  expect(runFailed(standing, aFailure(), middle).standing).toMatchObject({
    state: "failed",
    consecutiveFailures: 1,
  });
});

test("a disabled bridge is never due, and enabling it resets the count", () => {
  const { standing } = afterFailures(10);
  const enabled = enableBridge(standing, NOW);

  expect(isDue(standing, NOW + 365 * DAY_MS)).toBe(false);
  expect([enabled.state, enabled.consecutiveFailures, isDue(enabled, NOW)]).toEqual([
    "pending",
    0,
    true,
  ]);
});

test("refused credentials raise one alert a streak, and at once", () => {
  const { alerts } = afterFailures(3, aFailure({ isUnauthorized: true }));

  expect(alerts).toEqual([["bridge.unauthorized"], [], ["bridge.failing"]]);
});

test("credentials that are refused again after a success raise an alert again", () => {
  const refused = aFailure({ isUnauthorized: true });
  const mended = runSucceeded(afterFailures(1, refused).standing, NOW, INTERVAL_MS);

  expect(runFailed(mended, refused, middle).alerts).toEqual(["bridge.unauthorized"]);
});

test("a provider that asked for a longer wait gets it, up to a day", () => {
  const waits = [3 * 3_600_000, 3 * DAY_MS].map((ms) => {
    const { standing } = runFailed(newStanding(NOW), aFailure({ retryAt: NOW + ms }), middle);
    return (standing.nextSyncAt ?? 0) - NOW;
  });

  expect(waits).toEqual([3 * 3_600_000, DAY_MS]);
});

test("a paused bridge is not due, and keeps its state, failures and time for when it is resumed", () => {
  const standing: Standing = afterFailures(2).standing;
  const paused = pauseBridge(standing);

  expect(isDue(paused, NOW + DAY_MS)).toBe(false);
  expect(resumeBridge(paused)).toEqual(standing);
});

const SETTLED = {
  now: NOW,
  lastFullAt: NOW - 1,
  isSameScope: true,
  hasDelta: true,
  fullEveryMs: DAY_MS,
};

test("a run looks at changes alone where the provider tells them and nothing speaks against it", () => {
  expect(needsFull(SETTLED)).toBe(false);
});

test.each([
  ["it is the first", { lastFullAt: undefined }],
  ["the last one is a day ago", { lastFullAt: NOW - DAY_MS }],
  ["mapping, scope or exclusions changed", { isSameScope: false }],
  ["the provider tells no changes", { hasDelta: false }],
])("a run is full where %s", (_, facts) => {
  expect(needsFull({ ...SETTLED, ...facts })).toBe(true);
});

const REFUSED: Standing = {
  state: "failed",
  paused: true,
  consecutiveFailures: 3,
  nextSyncAt: NOW + 1,
  isUnauthorized: true,
  failingSince: NOW,
  lastError: "why",
  isFailing: true,
};

test("a new bridge is not paused, has no failures and was refused by nobody", () => {
  expect(newStanding(NOW)).toEqual({
    state: "pending",
    paused: false,
    consecutiveFailures: 0,
    nextSyncAt: NOW,
    isUnauthorized: false,
    failingSince: undefined,
    lastError: undefined,
    isFailing: false,
  });
});

test("a success forgets failures and refusals, but not that the bridge is paused", () => {
  expect(runSucceeded(REFUSED, NOW, INTERVAL_MS)).toEqual({
    state: "active",
    paused: true,
    consecutiveFailures: 0,
    nextSyncAt: NOW + INTERVAL_MS,
    isUnauthorized: false,
    failingSince: undefined,
    lastError: undefined,
    isFailing: false,
  });
});

test("enabling starts anew, but leaves a paused bridge paused", () => {
  expect(enableBridge(REFUSED, NOW)).toEqual({ ...newStanding(NOW), paused: true });
});

test("a failure of another kind does not forget that the credentials were refused", () => {
  const { standing } = runFailed(REFUSED, aFailure(), middle);

  expect(standing).toMatchObject({ isUnauthorized: true, consecutiveFailures: 4, paused: true });
});

test("a moment in the past that the provider named puts nothing off", () => {
  const late = runFailed(newStanding(NOW), aFailure({ retryAt: NOW - DAY_MS }), middle);

  expect(late.standing.nextSyncAt).toBe(NOW + 2 * INTERVAL_MS);
});

test("a disabled bridge is not due, whatever its next run says", () => {
  expect(isDue({ ...newStanding(NOW), state: "disabled" }, NOW)).toBe(false);
});

test("a failure that refused nothing is no refusal", () => {
  expect(afterFailures(1).standing.isUnauthorized).toBe(false);
});

test("a bridge without a next run is not due", () => {
  expect(isDue({ ...newStanding(NOW), nextSyncAt: undefined }, NOW)).toBe(false);
});

test.each([
  { consecutiveFailures: 0, state: "active" },
  { consecutiveFailures: 1, state: "failed" },
])(
  "a run that says nothing goes back to $state after $consecutiveFailures failures",
  ({ consecutiveFailures, state }) => {
    const standing = runStarted({ ...newStanding(NOW), consecutiveFailures });

    expect(runRested(standing)).toEqual({ ...standing, state });
  },
);

test.each(["pending", "active", "failed", "disabled"] as const)(
  "a bridge that is %s and runs nothing stays so",
  (state) => {
    const standing: Standing = { ...REFUSED, state };

    expect(runRested(standing)).toBe(standing);
  },
);

test("a full run is due when the last one is that old, not before", () => {
  expect(needsFull({ ...SETTLED, lastFullAt: NOW - DAY_MS + 1 })).toBe(false);
});

const HOUR_MS = 3_600_000;

test.each([
  ["auto", 0, HOUR_MS],
  ["auto", 50_000, HOUR_MS],
  ["auto", 100_000, 2 * HOUR_MS],
  ["auto", 10_000_000, DAY_MS],
  [120, 10_000_000, 120_000],
] as const)("%s with %d linked users looks at everybody every %d ms", (setting, linked, ms) => {
  expect(fullEveryMs(setting, linked)).toBe(ms);
});

test("three failures in a row are told, or an hour of them, whichever is first, and once a streak", () => {
  const early = afterFailures(4).alerts;
  const first = runFailed(newStanding(NOW), aFailure({ since: NOW - HOUR_MS }), middle);

  expect(early).toEqual([[], [], ["bridge.failing"], []]);
  expect(first.alerts).toEqual(["bridge.failing"]);
  expect(runFailed(first.standing, aFailure(), middle).alerts).toEqual([]);
});

test.each([
  ["nothing is wrong", newStanding(NOW), undefined, undefined],
  ["a run waits in vain", newStanding(NOW), NOW + 5, NOW + 5 + HOUR_MS],
  ["a run failed", afterFailures(1).standing, NOW + 5, NOW + HOUR_MS],
  ["it was told", afterFailures(3).standing, NOW, undefined],
  ["the bridge is paused", pauseBridge(afterFailures(1).standing), undefined, undefined],
  ["the bridge is disabled", afterFailures(10).standing, undefined, undefined],
] as const)("between runs, where %s, the alert is due in its time", (_, standing, since, at) => {
  expect(failingAlertAt(standing, since)).toBe(at);
});
