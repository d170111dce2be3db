import type { Context, Hono } from "hono";
import { changeBridge, patched, readKeptConfig } from "#http/admin/bridge/change.ts";
import { BRIDGE } from "#http/admin/bridge/schemas.ts";
import { check, readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { asker } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { findBridge } from "#store/admin/bridges.ts";
import { centralDatabase } from "#store/databases.ts";
import { permitHolder } from "./holder.ts";
import { SETUP_OPERATIONS } from "./operations.ts";

const { getOwnBridge, putOwnCredentials, checkOwnBridge } = SETUP_OPERATIONS;

/** Registers what the holder of a link may do with the connector's bridge: give it its credentials. */
export function addOwnBridgeRoutes(setup: Hono<AppEnv>, services: Services): void {
  addCall(
    setup,
    getOwnBridge,
    async (context) => {
      const { id } = await findOr404(context, context.req.param("id"));
      const stored = await findBridge(centralDatabase(context.env), id);
      if (stored === undefined) {
        const none = { source: null, paused: false, modifiedAt: null };
        return reply(context, getOwnBridge, 200, none);
      }
      const { source } = readKeptConfig(stored);
      return reply(context, getOwnBridge, 200, bridgeView(source, stored));
    },
    permitHolder,
  );
  addCall(
    setup,
    putOwnCredentials,
    async (context, trail) => {
      const { source, credentials } = await readInput(context, putOwnCredentials);
      const { id, config, kept, isChanged } = await changeBridge(
        services,
        context,
        trail,
        (former) => {
          // It rests until the team has seen what a first run would do.
          if (former === undefined) return check(BRIDGE, { source, credentials, paused: true });
          if (source === undefined) return patched({ credentials })(former);
          throw new Problem(409, IS_SET_UP);
        },
      );
      if (isChanged) await asker(context, id)((bridge) => bridge.configured(id));
      return reply(context, putOwnCredentials, 200, bridgeView(config.source, kept));
    },
    permitHolder,
  );
  addCall(setup, checkOwnBridge, checkStored, permitHolder);
}

/** Tests the connection of the bridge as it is stored. */
async function checkStored(context: Context<AppEnv>): Promise<Response> {
  const { id, attributes } = await findOr404(context, context.req.param("id") ?? "");
  const stored = await findBridge(centralDatabase(context.env), id);
  if (stored === undefined) throw new Problem(404, "The Bridge has no credentials yet.");
  const { source, settings } = readKeptConfig(stored);
  const sealed = stored.credentials;
  const kept = { source, settings, attributes, credentials: undefined, connectorId: id, sealed };
  const checked = await asker(context, id)((bridge) => bridge.check(kept));
  return reply(context, checkOwnBridge, 200, checked);
}

function bridgeView(
  source: ReturnType<typeof readKeptConfig>["source"],
  { paused, modifiedAt }: { readonly paused: boolean; readonly modifiedAt: number },
) {
  return { source, paused, modifiedAt: new Date(modifiedAt).toISOString() };
}

const IS_SET_UP =
  "source: the Bridge was set up already; leave the source out, and give the credentials alone. The team that sent you the link can change where it reads.";
