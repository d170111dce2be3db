import { beforeAll, describe, expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { playCron, type Ticking } from "#test/support/upkeep/cron-world.ts";

// Cron promises nothing: a tick may be missing, doubled, or overlap the one before it.

describe("sixty hours of cron", () => {
  const regular: Ticking = (run) => run();
  let wanted: Awaited<ReturnType<typeof playCron>>;

  beforeAll(async () => {
    wanted = await playCron(regular);
  });

  test("bring everything to its end where each tick comes", () => {
    expect(wanted.users).toHaveLength(5);
    expect(wanted.alerts.map((line) => line.match(/within \d+ days/)?.[0])).toEqual([
      "within 30 days",
      "within 7 days",
    ]);
    expect(wanted.left).toEqual([]);
    expect(wanted.received).toHaveLength(wanted.changes.length);
  });

  test.each<[string, Ticking]>([
    [
      "comes twice in a row",
      async (run) => {
        await run();
        await run();
      },
    ],
    ["comes three times at once", (run) => Promise.all([run(), run(), run()])],
    ["is missing for more than a day", async (run, hour) => (hour < 12 || hour > 40) && run()],
    ["is missing every other time", async (run, hour) => hour % 12 === 0 && run()],
  ])("come to the same end where a tick %s", async (_how, ticking) => {
    const { ids, ...end } = await playCron(ticking);

    const { ids: _, ...regularEnd } = wanted;
    expect(end).toEqual(regularEnd);
    expect(new Set(ids).size).toBe(ids.length);
    expect(await contradictions()).toEqual([]);
  });
});
