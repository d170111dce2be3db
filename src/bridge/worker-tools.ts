import { v7 as uuidv7 } from "uuid";
import { parseKeyRing } from "#credentials/key-ring.ts";
import { webhookObject } from "#store/placement.ts";
import { createSource } from "./providers/create.ts";
import type { BridgeTools } from "./tools.ts";

/** The tools of a deployed Worker. */
export function toolsOf(env: Env): BridgeTools {
  return {
    databases: env,
    clock: {
      now: () => Date.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      random: () => Math.random(),
    },
    newId: () => uuidv7(),
    fetch: (url, init) => fetch(url, init),
    keyRing: () => parseKeyRing(env.ENCRYPTION_KEYS),
    createSource,
    wakeWebhook: (webhookId) => webhookObject(env, webhookId).poke(webhookId),
  };
}
