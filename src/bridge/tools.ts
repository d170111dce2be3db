import { v7 as uuidv7 } from "uuid";
import { type KeyRing, parseKeyRing } from "#credentials/key-ring.ts";
import type { Clock } from "#store/clock.ts";
import type { DatabaseBindings } from "#store/databases.ts";
import type { SourceConfig, SourceCredentials } from "./config/settings.ts";
import { createSource } from "./providers/create.ts";
import type { Source, SourceTools } from "./source/source.ts";

/** What the world gives a bridge's object; tests give another one. */
export interface BridgeTools {
  readonly databases: DatabaseBindings;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly fetch: SourceTools["fetch"];
  readonly keyRing: () => KeyRing;
  readonly createSource: (
    config: SourceConfig,
    credentials: SourceCredentials,
    tools: SourceTools,
  ) => Source;
  /** Tells a webhook that there may be something to deliver. */
  readonly wakeWebhook: (webhookId: string) => Promise<unknown>;
}

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
    wakeWebhook: (webhookId) => env.WEBHOOK.getByName(webhookId).poke(webhookId),
  };
}
