import { Hono } from "hono";
import { requireAdmin } from "#http/admin/call/authorize.ts";
import { requireJson } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { answerError } from "#http/admin/call/problem.ts";
import { refuseUnknownPath } from "#http/admin/call/unknown-path.ts";
import { jwksOf } from "#http/jwks.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { addChangeRoutes } from "./changes.ts";
import { addVisibleConnectorRoutes } from "./connectors.ts";
import { addResourceRoutes } from "./directory.ts";
import { APPLICATION_OPERATIONS } from "./operations.ts";

/** Where the API for applications is. */
export const APPLICATION_PATH = "/v1";

const { getJwks } = APPLICATION_OPERATIONS;

/**
 * The API for applications, to be mounted at /v1: the directories and the feed of their changes, for keys of
 * every role, as far as each sees; errors as problem+json (RFC 9457). It changes nothing.
 */
export function createApplicationApi(services: Services): Hono<AppEnv> {
  const api = new Hono<AppEnv>();
  const readKeys = jwksOf(services);
  // Before anybody is asked for a key: it is open.
  addCall(api, getJwks, async (context) => context.json(await readKeys(context)));
  api.use(async (context, next) => {
    context.set("calledAt", services.clock.now());
    await next();
    context.header("Cache-Control", "no-store");
  });
  api.use(requireAdmin(services, "applications"));
  api.use(requireJson);
  addChangeRoutes(api, services);
  addVisibleConnectorRoutes(api);
  addResourceRoutes(api, services);
  api.all("*", refuseUnknownPath(APPLICATION_PATH, APPLICATION_OPERATIONS));
  api.onError(answerError);
  return api;
}
