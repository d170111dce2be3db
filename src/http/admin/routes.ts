import { Hono } from "hono";
import { addActivityRoutes } from "#http/admin/activity/activity.ts";
import { addAuditRoutes } from "#http/admin/audit/audit.ts";
import { addBridgeRoutes } from "#http/admin/bridge/bridge.ts";
import { addBridgeRunRoutes } from "#http/admin/bridge/runs.ts";
import { requireAdmin } from "#http/admin/call/authorize.ts";
import { requireJson } from "#http/admin/call/input.ts";
import { addCall } from "#http/admin/call/operation.ts";
import { answerError } from "#http/admin/call/problem.ts";
import { refuseUnknownPath } from "#http/admin/call/unknown-path.ts";
import { addAttributeRoutes } from "#http/admin/connectors/attributes.ts";
import { addClientRoutes } from "#http/admin/connectors/clients.ts";
import { addConnectorRoutes } from "#http/admin/connectors/connectors.ts";
import { addEndingRoute } from "#http/admin/connectors/ending-preview.ts";
import { addParkedRoutes } from "#http/admin/connectors/parked-members.ts";
import { addSeenAttributeRoutes } from "#http/admin/connectors/seen-attributes.ts";
import { addTokenRoutes } from "#http/admin/connectors/tokens.ts";
import { addAccountRoute } from "#http/admin/directory/account.ts";
import { addDirectoryRoutes } from "#http/admin/directory/directory.ts";
import { addEraseRoute } from "#http/admin/directory/erase.ts";
import { addImportRoute } from "#http/admin/directory/import.ts";
import { addRepairRoutes } from "#http/admin/directory/repair.ts";
import { addEventRoutes } from "#http/admin/events/events.ts";
import { addHeldRoutes } from "#http/admin/held/held.ts";
import { addKeyRoutes } from "#http/admin/keys/keys.ts";
import { addSelfTestRoute, type Play } from "#http/admin/self-test/self-test.ts";
import { addSessionRoutes } from "#http/admin/sessions/sessions.ts";
import { addSetupLinkRoutes } from "#http/admin/setup-links/setup-links.ts";
import { addWebhookRoutes } from "#http/admin/webhooks/webhooks.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { META_OPERATIONS, OPERATIONS } from "./operations.ts";

const ADMIN_PATH = "/admin/v1";

/**
 * The admin API, to be mounted at /admin/v1: JSON in and out, errors as problem+json (RFC 9457).
 * `play` sends a request through the gateway that it is part of.
 */
export function createAdmin(services: Services, play: Play): Hono<AppEnv> {
  const admin = new Hono<AppEnv>();
  admin.use(async (context, next) => {
    context.set("calledAt", services.clock.now());
    await next();
    context.header("Cache-Control", "no-store");
  });
  admin.use(requireAdmin(services));
  admin.use(requireJson);
  addConnectorRoutes(admin, services);
  addEndingRoute(admin);
  addAttributeRoutes(admin, services);
  addSeenAttributeRoutes(admin, services);
  addTokenRoutes(admin, services);
  addClientRoutes(admin, services);
  addBridgeRoutes(admin, services);
  addBridgeRunRoutes(admin, services);
  addHeldRoutes(admin, services);
  addEventRoutes(admin, services);
  addDirectoryRoutes(admin, services);
  addRepairRoutes(admin, services);
  addImportRoute(admin, services);
  addAccountRoute(admin, services);
  addEraseRoute(admin, services);
  addParkedRoutes(admin);
  addWebhookRoutes(admin, services);
  addKeyRoutes(admin, services);
  addSetupLinkRoutes(admin, services);
  addSessionRoutes(admin, services);
  addSelfTestRoute(admin, services, play);
  addAuditRoutes(admin);
  addActivityRoutes(admin, services);
  addCall(admin, META_OPERATIONS.getOpenapi, async (context) => {
    // Loaded when it is asked for: it is longer than all else that an isolate starts with.
    const { default: document } = await import("./openapi.json");
    return context.json(document);
  });
  admin.all("*", refuseUnknownPath(ADMIN_PATH, OPERATIONS));
  admin.onError(answerError);
  return admin;
}
