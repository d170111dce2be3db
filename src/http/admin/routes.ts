import { Hono } from "hono";
import type { AppEnv, Services } from "../services.ts";
import { addAttributeRoutes } from "./attributes.ts";
import { requireAdmin } from "./authorize.ts";
import { addBridgeRoutes } from "./bridge.ts";
import { addBridgeRunRoutes } from "./bridge-runs.ts";
import { addChangeRoutes } from "./changes.ts";
import { addClientRoutes } from "./clients.ts";
import { addConnectorRoutes } from "./connectors.ts";
import { addDirectoryRoutes } from "./directory.ts";
import { addEventRoutes } from "./events.ts";
import { requireJson } from "./input.ts";
import openapi from "./openapi.json";
import { addParkedRoutes } from "./parked-members.ts";
import { Problem, problemResponse } from "./problem.ts";
import { addSeenAttributeRoutes } from "./seen-attributes.ts";
import { addSelfTestRoute, type Play } from "./self-test.ts";
import { addTokenRoutes } from "./tokens.ts";
import { addWebhookRoutes } from "./webhooks.ts";

/**
 * The admin API, to be mounted at /admin/v1: JSON in and out, errors as problem+json (RFC 9457).
 * `play` sends a request through the gateway that it is part of.
 */
export function createAdmin(services: Services, play: Play): Hono<AppEnv> {
  const admin = new Hono<AppEnv>();
  admin.use(async (context, next) => {
    await next();
    context.header("Cache-Control", "no-store");
  });
  admin.use(requireAdmin(services));
  admin.use(requireJson);
  addConnectorRoutes(admin, services);
  addAttributeRoutes(admin, services);
  addSeenAttributeRoutes(admin, services);
  addTokenRoutes(admin, services);
  addClientRoutes(admin, services);
  addBridgeRoutes(admin, services);
  addBridgeRunRoutes(admin, services);
  addEventRoutes(admin, services);
  addChangeRoutes(admin, services);
  addDirectoryRoutes(admin, services);
  addParkedRoutes(admin);
  addWebhookRoutes(admin, services);
  addSelfTestRoute(admin, services, play);
  admin.get("/openapi.json", (context) => context.json(openapi));
  admin.all("*", () => {
    throw new Problem(404, "The admin API has no such call.");
  });
  admin.onError((error) => problemResponse(error));
  return admin;
}
