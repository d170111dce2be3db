import { describe, expect, test } from "vitest";
import { HEALTHY, type Health, judgeTry } from "#delivery/judge.ts";
import type { Sent } from "#delivery/send.ts";

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;

function answered(status: number, retryAfter?: number): Sent {
  return { kind: "answered", status, retryAfter, answer: "", latencyMs: 1 };
}

const UNANSWERED: Sent = { kind: "unanswered", reason: "The connection failed.", latencyMs: 1 };

function judge(sent: Sent, tries = 0, health: Partial<Health> = {}) {
  return judgeTry(sent, tries, { ...HEALTHY, ...health }, NOW, () => 0);
}

test.each([200, 201, 202, 204, 299])("%i is a success, and ends all trouble", (status) => {
  const judged = judge(answered(status), 3, { failingSince: 1, slowdowns: 2, slowUntil: 5 });

  expect(judged.outcome).toBe("delivered");
  expect(judged.health).toEqual({ ...HEALTHY, lastDeliveredAt: NOW });
});

test.each([100, 300, 301, 304, 307, 400, 401, 404, 410, 500, 503])(
  "%i is a failure, and tried again",
  (status) => {
    const judged = judge(answered(status));

    expect(judged).toMatchObject({ outcome: "failed", nextTryAt: NOW + 5_000 });
    expect(judged.health).toMatchObject({ failingSince: NOW, slowdowns: 0 });
  },
);

test("no answer is a failure", () => {
  expect(judge(UNANSWERED)).toMatchObject({ outcome: "failed", nextTryAt: NOW + 5_000 });
});

test("the tenth failure is the last", () => {
  expect(judge(UNANSWERED, 8).outcome).toBe("failed");
  expect(judge(UNANSWERED, 9)).toMatchObject({ outcome: "dead", nextTryAt: null });
});

describe("an endpoint that asks for rest", () => {
  test.each([429, 502, 504])("with %i gets it", (status) => {
    expect(judge(answered(status)).health).toMatchObject({
      slowdowns: 1,
      slowUntil: NOW + 5_000,
    });
  });

  test("gets as much as it asks for", () => {
    const judged = judge(answered(429, NOW + 60_000));

    expect(judged.nextTryAt).toBe(NOW + 60_000);
    expect(judged.health.slowUntil).toBe(NOW + 60_000);
  });

  test("asks once with the answers to requests that were under way together", () => {
    const judged = judge(answered(429), 0, { slowdowns: 1, slowUntil: NOW + 4_000 });

    expect(judged.health.slowdowns).toBe(1);
  });

  test("gets more each time it asks again", () => {
    const judged = judge(answered(429), 0, { slowdowns: 1, slowUntil: NOW });

    expect(judged.health).toMatchObject({ slowdowns: 2, slowUntil: NOW + 10_000 });
  });
});

describe("an endpoint is disabled", () => {
  test("at once by 410", () => {
    expect(judge(answered(410)).disabled).toBe("gone");
  });

  test("after five days of failures alone", () => {
    const judged = judge(answered(500), 0, { failingSince: NOW - 5 * DAY });

    expect(judged.disabled).toBe("failing");
  });

  test("not before", () => {
    const judged = judge(answered(500), 0, { failingSince: NOW - 5 * DAY + 1 });

    expect(judged).toMatchObject({
      disabled: undefined,
      health: { failingSince: NOW - 5 * DAY + 1 },
    });
  });
});
