import type { Hono } from "hono";
import { v7 as uuidv7 } from "uuid";
import type { BridgeCalls } from "#bridge/calls.ts";
import { ConnectorBridge } from "#bridge/durable-object.ts";
import { createResealer } from "#credentials/sealed.ts";
import { WebhookEndpoint } from "#delivery/webhook-endpoint.ts";
import { forgetInObjects } from "#http/admin/objects/forget-person.ts";
import { createApp } from "#http/app.ts";
import { readAuditDays, readConfig } from "#http/config.ts";
import { IsolateCache } from "#http/isolate-cache.ts";
import { DeferredLog } from "#http/log/deferred-log.ts";
import { refuseAll } from "#http/misconfigured.ts";
import { ScanTurns } from "#http/request/scan-turns.ts";
import type { AppEnv } from "#http/request/services.ts";
import { WebhookWaker } from "#http/webhook-waker.ts";
import type { Clock } from "#store/clock.ts";
import { bridgeObject, webhookObject } from "#store/placement.ts";
import { runCron } from "./cron.ts";

const clock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  random: () => Math.random(),
};

export { ConnectorBridge, WebhookEndpoint };

let app: { readonly fetch: Hono<AppEnv>["fetch"] } | undefined;

/** The Worker: composed on the first request of an isolate, when its variables are known. */
export default {
  fetch(request, env, context) {
    app ??= compose(env);
    return app.fetch(request, env, context);
  },
  async scheduled(_controller, env) {
    await runCron({
      databases: env,
      clock,
      newId: () => uuidv7(),
      auditDays: () => readAuditDays(env),
      openResealer: () => createResealer(readConfig(env).keyRing),
      // The class has these methods; what they take and give is plain data.
      bridgeOf: (connectorId) => bridgeObject(env, connectorId) as unknown as BridgeCalls,
      forgetPerson: (erasure) => forgetInObjects(env, erasure),
      webhookOf: (webhookId) => webhookObject(env, webhookId),
    });
  },
} satisfies ExportedHandler<Env>;

function compose(env: Env): { readonly fetch: Hono<AppEnv>["fetch"] } {
  try {
    return createApp({
      config: readConfig(env),
      clock,
      log: new DeferredLog(clock),
      waker: new WebhookWaker(clock),
      cache: new IsolateCache(clock),
      turns: new ScanTurns(clock),
      fetch: (url, init) => fetch(url, init),
    });
  } catch (error) {
    return refuseAll(error);
  }
}
