import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Engine } from "#bridge/engine.ts";
import type { BridgeSource } from "./bridge-source.ts";
import type { TestBridge } from "./bridge-world.ts";
import { wrapDatabase } from "./counting-d1.ts";

/**
 * Plays a full run whose object dies at moments of the schedule, the n-th each, counted from the death
 * before: before a call of the source, before or after one of D1. Gives how many moments there were
 * after the last. An object that dies keeps its storage alone; what it waited for never comes back.
 */
export async function playKilled(
  bridge: TestBridge,
  source: BridgeSource,
  schedule: readonly number[],
): Promise<number> {
  const deaths = [...schedule];
  let moments = 0;
  let die: () => void = () => undefined;
  const moment = async () => {
    moments += 1;
    if (moments !== deaths[0]) return;
    deaths.shift();
    moments = 0;
    die();
    await new Promise(() => undefined);
  };
  await bridge.stub.sync("full");
  source.onCall = moment;
  bridge.db = wrapDatabase(env.DB, async (run) => {
    await moment();
    const results = await run();
    await moment();
    return results;
  });
  await runInDurableObject(bridge.stub, async (_, { storage }) => {
    let isDone = false;
    while (!isDone) {
      const engine = new Engine(storage, () => bridge.tools());
      const death = new Promise<void>((resolve) => {
        die = resolve;
      });
      await Promise.race([death, engine.work()]);
      const { runId, isMirrored = true } = engine.memory() ?? {};
      isDone = runId === undefined && isMirrored;
    }
  });
  return moments;
}
