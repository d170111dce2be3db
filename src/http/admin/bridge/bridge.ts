import type { Context, Hono } from "hono";
import type { BridgeOverview } from "#bridge/admin-views.ts";
import { readInput } from "#http/admin/call/input.ts";
import { changedMeanwhile, expectedVersion, tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { asker, tellBridgeOfEnd } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { foldText } from "#scim/text.ts";
import { deleteBridge, findBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { STALE } from "#store/admin/versions.ts";
import {
  changeBridge,
  type KeptConfig,
  patched,
  readKeptConfig,
  readProposal,
  type Wanted,
} from "./change.ts";
import { BRIDGE, CHANGED_BRIDGE, EXCLUSION } from "./input.ts";
import { openBridge } from "./open.ts";

const BRIDGE_PATH = "/connectors/:id/bridge";

/** Registers what a connector's bridge is to do (SEMANTICS 11) in the admin API. */
export function addBridgeRoutes(admin: Hono<AppEnv>, services: Services): void {
  const change = async (context: Context<AppEnv>, wanted: Wanted) => {
    const { id, version, config, kept, isChanged } = await changeBridge(services, context, wanted);
    const ask = asker(context, id);
    if (isChanged) await ask((bridge) => bridge.configured(id));
    const overview = await ask((bridge) => bridge.overview());
    tag(context, version);
    return context.json(bridgeView(config, kept, overview));
  };
  admin.get(BRIDGE_PATH, async (context) => {
    const { stored, ask } = await openBridge(context);
    const overview = await ask((bridge) => bridge.overview());
    tag(context, stored.version);
    return context.json(bridgeView(readKeptConfig(stored), stored, overview));
  });
  admin.put(BRIDGE_PATH, async (context) => {
    const input = await readInput(context, BRIDGE);
    return await change(context, () => input);
  });
  admin.patch(BRIDGE_PATH, async (context) => {
    const patch = patched(await readInput(context, CHANGED_BRIDGE));
    return await change(context, (former) => patch(present(former)));
  });
  admin.post(`${BRIDGE_PATH}/excluded`, async (context) => {
    const { pattern } = await readInput(context, EXCLUSION);
    return await change(context, (former) => {
      const excluded = exclusionsOf(former);
      const isKnown = excluded.some((each) => isSamePattern(each, pattern));
      return patched({ excluded: isKnown ? excluded : [...excluded, pattern] })(former);
    });
  });
  admin.delete(`${BRIDGE_PATH}/excluded/:pattern`, async (context) => {
    const { pattern } = context.req.param();
    return await change(context, (former) => {
      const excluded = exclusionsOf(former);
      const rest = excluded.filter((each) => !isSamePattern(each, pattern));
      if (rest.length < excluded.length) return patched({ excluded: rest })(former);
      throw new Problem(404, "This bridge does not exclude that pattern.");
    });
  });
  admin.delete(BRIDGE_PATH, async (context) => {
    const { id, number } = await findOr404(context, context.req.param("id"));
    const stored = await findBridge(context.env.DB, id);
    const seen = stored && expectedVersion(context, stored.version);
    const deleted = await deleteBridge(context.env.DB, number, seen);
    if (deleted === STALE) throw changedMeanwhile();
    if (deleted === "absent") throw new Problem(404, "This connector has no bridge.");
    await tellBridgeOfEnd(context, id);
    return context.body(null, 204);
  });
  addCheck(admin, services);
}

/** The test of a connection: of the bridge as it is, or with the changes in the body. */
function addCheck(admin: Hono<AppEnv>, services: Services): void {
  admin.post(`${BRIDGE_PATH}/check`, async (context) => {
    const hasBody = context.req.header("Content-Type") !== undefined;
    const patch = hasBody ? await readInput(context, CHANGED_BRIDGE) : {};
    const { id, attributes } = await findOr404(context, context.req.param("id"));
    const former = await findBridge(context.env.DB, id);
    if (former !== undefined) expectedVersion(context, former.version);
    else if (!hasBody) present(former);
    const facts = { wanted: patched(patch), former, attributes };
    const { source, settings, credentials } = readProposal(services, context, facts);
    const sealed = credentials === undefined ? former?.credentials : undefined;
    const proposal = { source, settings, attributes, credentials, connectorId: id, sealed };
    return context.json(await asker(context, id)((bridge) => bridge.check(proposal)));
  });
}

function present(former: StoredBridge | undefined): StoredBridge {
  if (former !== undefined) return former;
  throw new Problem(404, "This connector has no bridge. Set one up with PUT …/bridge first.");
}

function exclusionsOf(former: StoredBridge | undefined): readonly string[] {
  return readKeptConfig(present(former)).settings.excluded;
}

/** Exclusions are compared in any letter case. */
function isSamePattern(a: string, b: string): boolean {
  return foldText(a.trim()) === foldText(b.trim());
}

function bridgeView(
  { source, settings, credentialsKind }: KeptConfig,
  { createdAt, modifiedAt, paused }: Pick<StoredBridge, "createdAt" | "modifiedAt" | "paused">,
  overview: BridgeOverview,
) {
  const { state, consecutiveFailures, nextSyncAt, linkedUsers, held, approved, lastRun } = overview;
  return {
    source,
    credentialsKind,
    ...settings,
    state,
    paused,
    consecutiveFailures,
    nextSyncAt,
    linkedUsers,
    held,
    approved,
    lastRun,
    createdAt: new Date(createdAt).toISOString(),
    modifiedAt: new Date(modifiedAt).toISOString(),
  };
}
