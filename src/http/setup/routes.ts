import { Hono, type MiddlewareHandler } from "hono";
import { requireJson } from "#http/admin/call/input.ts";
import { Problem, problemResponse } from "#http/admin/call/problem.ts";
import { consolePage } from "#http/console/page.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { addOwnBridgeRoutes } from "./bridge.ts";
import { addOwnConnectorRoutes } from "./connector.ts";
import { noSuchCall, requireHolder } from "./holder.ts";
import { addSetupSessionRoutes } from "./session.ts";

const SETUP_PATH = "/setup";

/** Registers all that a customer's administrator reaches with a set-up link: the page, the session, and the calls. */
export function addSetup(app: Hono<AppEnv>, services: Services): void {
  app.route(`${SETUP_PATH}/v1`, createSetupApi(services));
  const sessions = new Hono<AppEnv>();
  sessions.use(neverKept);
  addSetupSessionRoutes(sessions, services);
  sessions.onError((error) => problemResponse(error));
  app.route(SETUP_PATH, sessions);
  app.get(SETUP_PATH, consolePage);
  app.all(`${SETUP_PATH}/*`, () => problemResponse(new Problem(404, "There is no such page.")));
}

/** The calls for the holder of a link: JSON in and out, errors as problem+json (RFC 9457). */
function createSetupApi(services: Services): Hono<AppEnv> {
  const setup = new Hono<AppEnv>();
  setup.use(async (context, next) => {
    context.set("calledAt", services.clock.now());
    await next();
  });
  setup.use(neverKept);
  setup.use(requireHolder(services));
  setup.use(requireJson);
  addOwnConnectorRoutes(setup, services);
  addOwnBridgeRoutes(setup, services);
  setup.all("*", () => {
    throw noSuchCall();
  });
  setup.onError((error) => problemResponse(error));
  return setup;
}

const neverKept: MiddlewareHandler<AppEnv> = async (context, next) => {
  await next();
  context.header("Cache-Control", "no-store");
};
