import type { Clock } from "#store/clock.ts";
import type { Config } from "./config.ts";
import type { DeferredLog } from "./deferred-log.ts";
import type { Memory } from "./memory.ts";
import type { WebhookWaker } from "./wake.ts";

/** What every route shares for as long as its isolate lives. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: DeferredLog;
  /** Tells webhooks of what was written. */
  readonly waker: WebhookWaker;
  /** What earlier requests saw, to decide a write on. */
  readonly memory: Memory;
  /** Outgoing requests, to hosts that the operator configured. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Hono's types for our app: the Worker's bindings. */
export interface AppEnv {
  Bindings: Env;
}
