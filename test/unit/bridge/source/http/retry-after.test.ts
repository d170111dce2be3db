import { describe, expect, test } from "vitest";
import {
  readPace,
  readResetAt,
  readResetIn,
  readRetryAfter,
} from "#bridge/source/http/retry-after.ts";

const NOW = Date.parse("2026-10-01T12:00:00Z");
const DAY_MS = 86_400_000;

function retryAfter(value: string, more: Record<string, string> = {}): number | undefined {
  return readRetryAfter(new Headers({ "Retry-After": value, ...more }), NOW);
}

describe("Retry-After", () => {
  test("seconds are honoured", () => {
    expect(retryAfter("3600")).toBe(NOW + 3_600_000);
  });

  test("a date is honoured", () => {
    expect(retryAfter("Thu, 01 Oct 2026 12:05:00 GMT")).toBe(NOW + 300_000);
  });

  test("a date counts from the answer's own Date, whatever our clock says", () => {
    const skewed = { Date: "Thu, 01 Oct 2026 13:00:00 GMT" };

    expect(retryAfter("Thu, 01 Oct 2026 13:05:00 GMT", skewed)).toBe(NOW + 300_000);
  });

  test.each([
    "-1",
    "abc",
    "",
    "1.5",
    "12abc",
    "0x10",
    "1e9",
    "Infinity",
    "2026-10-01T12:05:00Z",
    "Someday, GMT",
    "from Thu, 01 Oct 2026 12:05:00 GMT",
    "Thu, 01 Oct 2026 14:05:00 GMT+01:00",
  ])("%j is ignored", (value) => {
    expect(retryAfter(value)).toBeUndefined();
  });

  test("a date that is over is ignored", () => {
    expect(retryAfter("Thu, 01 Oct 2026 11:59:00 GMT")).toBeUndefined();
  });

  test.each(["315360000", "Thu, 01 Oct 2036 12:00:00 GMT", "9".repeat(400)])(
    "%s is cut to a day",
    (value) => {
      expect(retryAfter(value)).toBe(NOW + DAY_MS);
    },
  );

  test("no wait is a second at least", () => {
    expect(retryAfter("0")).toBe(NOW + 1_000);
  });

  test("no header is no moment", () => {
    expect(readRetryAfter(new Headers(), NOW)).toBeUndefined();
  });
});

describe("a reset in seconds since the epoch", () => {
  const reset = (value: string, more: Record<string, string> = {}) =>
    readResetAt("X-Rate-Limit-Reset", new Headers({ "X-Rate-Limit-Reset": value, ...more }), NOW);

  test("counts from our clock where the answer has no Date", () => {
    expect(reset(String(NOW / 1_000 + 30))).toBe(NOW + 30_000);
  });

  test("counts from the answer's own Date where it has one", () => {
    const slow = { Date: "Thu, 01 Oct 2026 11:00:00 GMT" };

    expect(reset(String(NOW / 1_000 - 3_600 + 30), slow)).toBe(NOW + 30_000);
  });

  test("that is over is the shortest wait", () => {
    expect(reset(String(NOW / 1_000 - 30))).toBe(NOW + 1_000);
  });

  test("in milliseconds by mistake is cut to a day", () => {
    expect(reset(String(NOW))).toBe(NOW + DAY_MS);
  });

  test("that is no number is ignored, and so is none", () => {
    expect(reset("soon")).toBeUndefined();
    expect(readResetAt("X-Rate-Limit-Reset", new Headers(), NOW)).toBeUndefined();
  });
});

describe("a reset in seconds that are left", () => {
  const reset = (value: string) =>
    readResetIn("X-RateLimit-Reset", new Headers({ "X-RateLimit-Reset": value }), NOW);

  test("counts from now", () => {
    expect(reset("90")).toBe(NOW + 90_000);
  });

  test("that is negative is ignored, and so is none", () => {
    expect(reset("-90")).toBeUndefined();
    expect(readResetIn("X-RateLimit-Reset", new Headers(), NOW)).toBeUndefined();
  });
});

describe("K12: the pace as little of a limit is left", () => {
  const epoch = Math.floor(NOW / 1_000);

  test.each([
    [
      "enough left",
      {
        "X-Rate-Limit-Limit": "600",
        "X-Rate-Limit-Remaining": "300",
        "X-Rate-Limit-Reset": `${epoch + 60}`,
      },
      undefined,
    ],
    [
      "nothing left, by a moment",
      {
        "X-Rate-Limit-Limit": "600",
        "X-Rate-Limit-Remaining": "0",
        "X-Rate-Limit-Reset": `${epoch + 60}`,
      },
      60_000,
    ],
    [
      "nothing left, by seconds",
      { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "90" },
      90_000,
    ],
    [
      "nothing left, by milliseconds",
      { "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": `${(epoch + 5) * 1_000}` },
      5_000,
    ],
    [
      "the rest is spread",
      { "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "100", "X-RateLimit-Reset": "1000" },
      10_000,
    ],
    [
      "the rest is enough for a request each second",
      { "X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "100", "X-RateLimit-Reset": "50" },
      undefined,
    ],
    [
      "the draft's names",
      { "RateLimit-Limit": "100, 100;w=60", "RateLimit-Remaining": "0", "RateLimit-Reset": "7" },
      7_000,
    ],
    ["Graph at 90 %", { "x-ms-throttle-limit-percentage": "0.9" }, 1_000],
    ["Graph over its limit", { "x-ms-throttle-limit-percentage": "1.2" }, 10_000],
    ["nothing said", {}, undefined],
    ["garbage", { "X-RateLimit-Remaining": "few", "X-RateLimit-Reset": "soon" }, undefined],
  ])("%s", (_name, headers, waitMs) => {
    const until = readPace(new Headers(headers), NOW);

    expect(until === undefined ? undefined : until - NOW).toBe(waitMs);
  });

  test("goes by the provider's clock", () => {
    const headers = new Headers({
      Date: new Date(NOW + 3_600_000).toUTCString(),
      "X-Rate-Limit-Remaining": "0",
      "X-Rate-Limit-Reset": `${epoch + 3_620}`,
    });

    expect(readPace(headers, NOW)).toBe(NOW + 20_000);
  });
});
