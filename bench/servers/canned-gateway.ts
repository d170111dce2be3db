import { createApp } from "../../src/http/app.ts";
import { readConfig } from "../../src/http/config.ts";
import { IsolateCache } from "../../src/http/isolate-cache.ts";
import { DeferredLog } from "../../src/http/log/deferred-log.ts";
import { ScanTurns } from "../../src/http/request/scan-turns.ts";
import { WebhookWaker } from "../../src/http/webhook-waker.ts";

const clock = {
  now: () => Date.now(),
  sleep: () => Promise.resolve(),
  random: () => Math.random(),
};

/** The gateway without workerd; `env` holds its variables and whatever stands in for D1. */
export function createGateway(env: Env): (request: Request) => Promise<Response> {
  const app = createApp({
    config: readConfig(env),
    clock,
    log: new DeferredLog(clock),
    waker: new WebhookWaker(clock),
    cache: new IsolateCache(clock),
    turns: new ScanTurns(clock),
    fetch: () => Promise.reject(new Error("Nothing goes out.")),
  });
  const context = {
    waitUntil: () => undefined,
    passThroughOnException: () => undefined,
    props: {},
  };
  // The members that the gateway calls are there.
  return async (request) => app.fetch(request, env, context as unknown as ExecutionContext);
}
