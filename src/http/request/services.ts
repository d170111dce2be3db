import type { Config } from "#http/config.ts";
import type { IsolateCache } from "#http/isolate-cache.ts";
import type { DeferredLog } from "#http/log/deferred-log.ts";
import type { WebhookWaker } from "#http/webhook-waker.ts";
import type { Connector } from "#store/admin/connectors.ts";
import type { Clock } from "#store/clock.ts";
import type { SetupSession } from "#store/setup-links/sessions.ts";
import type { Actor, Grant } from "./actor.ts";
import type { ScanTurns } from "./scan-turns.ts";

/** What every route shares for as long as its isolate lives. */
export interface Services {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: DeferredLog;
  /** Tells webhooks of what was written. */
  readonly waker: WebhookWaker;
  /** What earlier requests saw, to decide a write on. */
  readonly cache: IsolateCache;
  /** One scan at a time for each connector. */
  readonly turns: ScanTurns;
  /** Outgoing requests, to hosts that the operator configured. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
}

/** Hono's types for our app: the Worker's bindings, and what is found out about a call on its way. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    /** Who makes an admin call, once it was let in; `actorOf` reads it. */
    actor?: Actor;
    /** What that caller may do; `authorize` and `sightOf` read it. */
    grant?: Grant;
    /** Whether that caller may change anything, as far as the role lets. */
    mayWrite?: boolean;
    /** The connector that a call's path names, where it was looked up to see whether the caller sees it. */
    connector?: Connector | undefined;
    /** Who makes a call by a set-up link; `knownHolder` reads it. */
    holder?: SetupSession;
    /** When an admin call came, in milliseconds. */
    calledAt?: number;
  };
}
