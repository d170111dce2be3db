import type { KeyRing } from "#credentials/key-ring.ts";
import type { Clock } from "#store/clock.ts";
import type { DatabaseBindings } from "#store/databases.ts";
import type { SourceConfig, SourceCredentials } from "./config/settings.ts";
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
