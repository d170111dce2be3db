import { describe, expect, test } from "vitest";
import { BRIDGE_DEFAULTS } from "#bridge/config/settings.ts";
import { judgeGuard } from "#bridge/plan/guard.ts";

const { guard } = BRIDGE_DEFAULTS;

describe("judgeGuard", () => {
  test.each([
    { rule: "nothing to switch off passes", switchOffs: 0, activeLinked: 0, verdict: "pass" },
    { rule: "as many as max pass", switchOffs: 25, activeLinked: 100, verdict: "pass" },
    { rule: "one more than max is held", switchOffs: 26, activeLinked: 100, verdict: "hold" },
    { rule: "as many as percent pass", switchOffs: 100, activeLinked: 1_000, verdict: "pass" },
    {
      rule: "one more than percent is held",
      switchOffs: 101,
      activeLinked: 1_000,
      verdict: "hold",
    },
    { rule: "25 are no more than 25.5", switchOffs: 25, activeLinked: 255, verdict: "pass" },
    { rule: "26 are more than 25.5", switchOffs: 26, activeLinked: 255, verdict: "hold" },
    { rule: "the larger of both counts", switchOffs: 25, activeLinked: 26, verdict: "pass" },
    { rule: "all of fewer than minBase pass", switchOffs: 4, activeLinked: 4, verdict: "pass" },
    { rule: "all of minBase are held", switchOffs: 5, activeLinked: 5, verdict: "hold" },
    { rule: "all but one of minBase pass", switchOffs: 4, activeLinked: 5, verdict: "pass" },
  ])("$rule: $switchOffs of $activeLinked", ({ switchOffs, activeLinked, verdict }) => {
    expect(judgeGuard({ switchOffs, activeLinked }, guard)).toBe(verdict);
  });

  test("nothing to switch off passes, however strict the guard", () => {
    const strictest = { max: 0, percent: 0, minBase: 0 };

    expect(judgeGuard({ switchOffs: 0, activeLinked: 0 }, strictest)).toBe("pass");
  });

  test("a percentage of 100 never holds by number, but all of them are still held", () => {
    const all = { max: 0, percent: 100, minBase: 5 };

    expect(judgeGuard({ switchOffs: 99, activeLinked: 100 }, all)).toBe("pass");
    expect(judgeGuard({ switchOffs: 100, activeLinked: 100 }, all)).toBe("hold");
  });
});
