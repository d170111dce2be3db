import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { ConnectorSync } from "#bridge/sync/connector-sync.ts";
import { workOnBridge } from "#bridge/sync/worker.ts";
import { wrapDatabase } from "#test/support/d1/counting-d1.ts";
import type { BridgeSource } from "./source.ts";
import type { TestBridge } from "./world.ts";

/**
 * Plays a full run whose object dies at moments of the schedule, the n-th each, counted from the death
 * before: before a call of the source, before or after one of D1, as far as anything was kept since the
 * moment before (to die again in between leaves the same behind). Gives how many moments there were
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
  let isKept = true;
  const keeps = () => {
    isKept = true;
  };
  const moment = async () => {
    if (!isKept) return;
    isKept = false;
    moments += 1;
    if (moments !== deaths[0]) return;
    deaths.shift();
    moments = 0;
    isKept = true;
    die();
    await new Promise(() => undefined);
  };
  await bridge.stub.sync("full");
  source.onCall = moment;
  bridge.db = wrapDatabase(env.DB, async (run) => {
    await moment();
    const results = await run();
    if (results.some(({ meta }) => meta.rows_written > 0)) keeps();
    await moment();
    return results;
  });
  await runInDurableObject(bridge.stub, async (_, { storage }) => {
    const watched = watchedStorage(storage, keeps);
    let isDone = false;
    while (!isDone) {
      const engine = new ConnectorSync(watched, () => bridge.tools());
      const death = new Promise<void>((resolve) => {
        die = resolve;
      });
      await Promise.race([death, workOnBridge(engine)]);
      const { runId, isMirrored = true } = engine.memory() ?? {};
      isDone = runId === undefined && isMirrored;
    }
  });
  return moments;
}

/** A storage that says before whatever may write to it. */
function watchedStorage(storage: DurableObjectStorage, keeps: () => void): DurableObjectStorage {
  const sql = watched(storage.sql, (name, [text]) => {
    if (name !== "exec" || !/^\s*SELECT\b/i.test(String(text))) keeps();
  });
  return watched(storage, (name) => (name.startsWith("get") ? undefined : keeps()), { sql });
}

function watched<T extends object>(
  target: T,
  called: (name: string, values: readonly unknown[]) => void,
  others: Readonly<Record<string, unknown>> = {},
): T {
  return new Proxy(target, {
    get: (_, key) => {
      const name = String(key);
      if (Object.hasOwn(others, name)) return others[name];
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      return (...values: unknown[]) => {
        called(name, values);
        return Reflect.apply(value, target, values);
      };
    },
  });
}
