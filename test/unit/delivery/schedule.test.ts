import { describe, expect, test } from "vitest";
import {
  hasFailedTooLong,
  isSlowing,
  nextTryAt,
  parseRetryAfter,
  slowUntil,
} from "#delivery/schedule.ts";

const NOW = 1_800_000_000_000;
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const none = () => 0;
const most = () => 0.999_999;

describe("the wait before the next try", () => {
  test.each([
    [0, 0],
    [1, 5 * SECOND],
    [2, 5 * MINUTE],
    [3, 30 * MINUTE],
    [4, 2 * HOUR],
    [5, 5 * HOUR],
    [6, 10 * HOUR],
    [7, 14 * HOUR],
    [8, 20 * HOUR],
    [9, 24 * HOUR],
  ])("after %i tries is %i ms, and up to a tenth more", (tries, waitMs) => {
    const earliest = nextTryAt(tries, NOW, none, undefined);
    const latest = nextTryAt(tries, NOW, most, undefined);

    expect(earliest).toBe(NOW + waitMs);
    expect(latest).toBeLessThanOrEqual(NOW + waitMs * 1.1);
  });

  test("grows by a tenth at most, to whole milliseconds", () => {
    expect(nextTryAt(1, NOW, () => 0.5, undefined)).toBe(NOW + 5_250);
    expect(nextTryAt(1, NOW, () => 0.333_33, undefined)).toBe(NOW + 5_167);
  });

  test("is none after the tenth try", () => {
    expect(nextTryAt(10, NOW, none, NOW + HOUR)).toBeUndefined();
  });

  test("is the receiver's where that is longer", () => {
    expect(nextTryAt(1, NOW, none, NOW + HOUR)).toBe(NOW + HOUR);
    expect(nextTryAt(4, NOW, none, NOW + MINUTE)).toBe(NOW + 2 * HOUR);
  });
});

describe("a slowed endpoint", () => {
  test.each([
    [1, 5 * SECOND],
    [2, 10 * SECOND],
    [4, 40 * SECOND],
    [50, 5 * MINUTE],
  ])("after %i slowing answers is left alone for %i ms", (slowdowns, waitMs) => {
    expect(slowUntil(slowdowns, NOW, none, undefined)).toBe(NOW + waitMs);
  });

  test("is left alone for as long as it asks", () => {
    expect(slowUntil(1, NOW, none, NOW + HOUR)).toBe(NOW + HOUR);
  });

  test.each([
    [429, true],
    [502, true],
    [504, true],
    [500, false],
    [503, false],
    [301, false],
    [200, false],
  ])("is one that answers %i: %s", (status, isSlow) => {
    expect(isSlowing(status)).toBe(isSlow);
  });
});

test("an endpoint has failed too long after five days", () => {
  expect(hasFailedTooLong(NOW - 5 * DAY + 1, NOW)).toBe(false);
  expect(hasFailedTooLong(NOW - 5 * DAY, NOW)).toBe(true);
});

describe("Retry-After", () => {
  test.each([
    ["3600", NOW + HOUR],
    [" 30 ", NOW + 30 * SECOND],
    ["0", NOW],
    [new Date(NOW + HOUR).toUTCString(), NOW + HOUR],
    [new Date(NOW - HOUR).toUTCString(), NOW],
    ["315360000", NOW + DAY],
    [new Date(NOW + 3_650 * DAY).toUTCString(), NOW + DAY],
    ["-1", undefined],
    ["abc", undefined],
    ["1.5", undefined],
    [`from ${new Date(NOW + HOUR).toUTCString()}`, undefined],
    [`${new Date(NOW + HOUR).toUTCString()}+01:00`, undefined],
    ["", undefined],
    [null, undefined],
  ])("%s means %s", (text, at) => {
    expect(parseRetryAfter(text, NOW)).toBe(at);
  });
});
