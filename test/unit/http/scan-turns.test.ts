import { describe, expect, test } from "vitest";
import { ScanTurns } from "#http/request/scan-turns.ts";
import type { ConnectorId } from "#store/connector-id.ts";

/** A connector's number, as the database gives it. */
function connector(number: number): ConnectorId {
  return number as ConnectorId;
}

/** A clock that moves by its sleeps alone. */
function aClock() {
  let now = 0;
  return {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
    random: () => 0.5,
    move: (ms: number) => {
      now += ms;
    },
  };
}

/** A scan that ends when it is told to. */
function openScan() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let hasBegun = false;
  return {
    run: () => {
      hasBegun = true;
      return promise;
    },
    end: () => resolve("found"),
    fail: () => reject(new Error("D1 is gone")),
    hasBegun: () => hasBegun,
  };
}

describe("a connector's turn", () => {
  test("a second scan waits half a second and is refused then, with what to change", async () => {
    const clock = aClock();
    const turns = new ScanTurns(clock);
    const [first, second] = [openScan(), openScan()];
    const running = turns.run(connector(1), first.run);

    const refused = await turns.run(connector(1), second.run).catch((error: unknown) => error);

    expect(refused).toMatchObject({
      error: { status: 429, detail: expect.stringMatching(/userName.*externalId/) },
      headers: { "Retry-After": "1" },
    });
    expect(clock.now()).toBe(500);
    expect(second.hasBegun()).toBe(false);
    first.end();
    await expect(running).resolves.toBe("found");
  });

  test("a second scan that can begin in time does", async () => {
    const first = openScan();
    const clock = aClock();
    let sleeps = 0;
    const turns = new ScanTurns({
      ...clock,
      sleep: async (ms) => {
        sleeps += 1;
        if (sleeps === 3) first.end();
        await clock.sleep(ms);
      },
    });
    const running = turns.run(connector(1), first.run);

    const second = await turns.run(connector(1), async () => "second");

    expect([await running, second]).toEqual(["found", "second"]);
  });

  test("of eight at once never two run together", async () => {
    const turns = new ScanTurns(aClock());
    let [running, most] = [0, 0];
    const scan = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };

    await Promise.allSettled(Array.from({ length: 8 }, () => turns.run(connector(1), scan)));

    expect(most).toBe(1);
  });

  test("is another's business: connectors do not wait for each other", async () => {
    const turns = new ScanTurns(aClock());
    const first = openScan();
    const running = turns.run(connector(1), first.run);

    await expect(turns.run(connector(2), async () => "other")).resolves.toBe("other");
    first.end();
    await running;
  });

  test("is given back by a scan that fails", async () => {
    const turns = new ScanTurns(aClock());
    const first = openScan();
    const running = turns.run(connector(1), first.run);
    first.fail();
    await expect(running).rejects.toThrow("D1 is gone");

    await expect(turns.run(connector(1), async () => "next")).resolves.toBe("next");
  });

  test.each([
    ["half a minute later", 30_001],
    ["when the clock was set back", -60_000],
  ])("that was lost with its request is free again %s", async (_when, ms) => {
    const clock = aClock();
    const turns = new ScanTurns(clock);
    const lost = openScan();
    const never = turns.run(connector(1), lost.run);
    clock.move(ms);

    await expect(turns.run(connector(1), async () => "next")).resolves.toBe("next");
    lost.end();
    await never;
  });
});
