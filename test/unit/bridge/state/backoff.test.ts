import { expect, test } from "vitest";
import { failureDelayMs, retryDelayMs, throttleDelayMs } from "#bridge/state/backoff.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const middle = () => 0.5;
const intervalMs = 15 * MINUTE_MS;

test("the delay doubles with each failure in a row", () => {
  const delays = [1, 2, 3, 4].map((failures) =>
    failureDelayMs({ intervalMs, failures, askedMs: 0 }, middle),
  );

  expect(delays).toEqual([30, 60, 120, 240].map((minutes) => minutes * MINUTE_MS));
});

test("the delay varies by a tenth up and down", () => {
  const facts = { intervalMs, failures: 1, askedMs: 0 };

  const shortest = failureDelayMs(facts, () => 0);
  const longest = failureDelayMs(facts, () => 1 - Number.EPSILON);

  expect([shortest, Math.round(longest)]).toEqual([27 * MINUTE_MS, 33 * MINUTE_MS]);
});

test("the delay is a day at most, however long the provider asked for", () => {
  const many = failureDelayMs({ intervalMs, failures: 9, askedMs: 0 }, middle);
  const asked = failureDelayMs({ intervalMs, failures: 1, askedMs: 3 * DAY_MS }, middle);

  expect([many, asked]).toEqual([DAY_MS, DAY_MS]);
});

test("a wait that the provider asked for wins where it is longer, and only there", () => {
  const longer = failureDelayMs({ intervalMs, failures: 1, askedMs: 45 * MINUTE_MS }, middle);
  const shorter = failureDelayMs({ intervalMs, failures: 1, askedMs: MINUTE_MS }, middle);

  expect([longer, shorter]).toEqual([45 * MINUTE_MS, 30 * MINUTE_MS]);
});

test("another try on the same page waits up to a second, two, four, and a minute at most", () => {
  const delays = [0, 1, 2, 10].map((attempt) => retryDelayMs(attempt, () => 1 - Number.EPSILON));

  expect(delays).toEqual([1_000, 2_000, 4_000, 60_000]);
});

test("another try on the same page waits half of that at least, and never under a second", () => {
  expect([0, 3, 10].map((attempt) => retryDelayMs(attempt, () => 0))).toEqual([
    1_000, 4_000, 30_000,
  ]);
});

test("a throttled run pauses until the moment that the provider names", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");

  expect(throttleDelayMs({ retryAt: now + 42_000, now, pauses: 3 }, middle)).toBe(42_000);
});

test("a named moment in the past, or in years, pauses for a second, or a day", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const delays = [now - 1, now + 400 * DAY_MS].map((retryAt) =>
    throttleDelayMs({ retryAt, now, pauses: 0 }, middle),
  );

  expect(delays).toEqual([1_000, DAY_MS]);
});

test("pauses grow where the provider names no moment, up to a quarter of an hour", () => {
  const delays = [0, 1, 2, 20].map((pauses) =>
    throttleDelayMs({ retryAt: undefined, now: 0, pauses }, () => 1 - Number.EPSILON),
  );

  expect(delays).toEqual([15_000, 30_000, 60_000, 15 * MINUTE_MS]);
});

test("a provider that names a second again and again is not asked every second", () => {
  const last = () => 1 - Number.EPSILON;
  const delays = [0, 9, 10, 11, 30].map((pauses) =>
    throttleDelayMs({ retryAt: 1_000, now: 0, pauses }, last),
  );

  expect(delays).toEqual([1_000, 1_000, 15_000, 30_000, 15 * MINUTE_MS]);
});
