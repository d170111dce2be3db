import type { Context, Hono } from "hono";
import type { BridgeOverview } from "#bridge/admin-views.ts";
import { hasBody, readInput } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { expectedVersion, onVersion, tag } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { asker, tellBridgeOfEnd } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { foldText } from "#scim/text.ts";
import { deleteBridge, findBridge, type StoredBridge } from "#store/admin/bridges.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import {
  changeBridge,
  type KeptConfig,
  patched,
  readKeptConfig,
  readProposal,
  toldOf,
  type Wanted,
} from "./change.ts";
import { openBridge } from "./open.ts";
import { BRIDGE_OPERATIONS } from "./operations.ts";

const {
  getBridge,
  putBridge,
  changeBridge: patchBridge,
  deleteBridge: remove,
  excludeFromBridge,
  includeInBridge,
  checkBridge,
} = BRIDGE_OPERATIONS;

/** Registers what a connector's bridge is to do in the admin API. */
export function addBridgeRoutes(admin: Hono<AppEnv>, services: Services): void {
  const change = async (context: Context<AppEnv>, trail: Trail, wanted: Wanted) => {
    const { id, version, config, kept, isChanged } = await changeBridge(
      services,
      context,
      trail,
      wanted,
    );
    const ask = asker(context, id);
    if (isChanged) await ask((bridge) => bridge.configured(id));
    const overview = await ask((bridge) => bridge.overview());
    tag(context, version);
    return reply(context, putBridge, 200, bridgeView(config, kept, overview));
  };
  addCall(admin, getBridge, async (context) => {
    const { stored, ask } = await openBridge(context);
    const overview = await ask((bridge) => bridge.overview());
    tag(context, stored.version);
    return reply(context, getBridge, 200, bridgeView(readKeptConfig(stored), stored, overview));
  });
  addCall(admin, putBridge, async (context, trail) => {
    const input = await readInput(context, putBridge);
    return await change(context, trail, () => input);
  });
  addCall(admin, patchBridge, async (context, trail) => {
    const patch = patched(await readInput(context, patchBridge));
    return await change(context, trail, (former) => patch(present(former)));
  });
  addCall(admin, excludeFromBridge, async (context, trail) => {
    const { pattern } = await readInput(context, excludeFromBridge);
    return await change(context, trail, (former) => {
      const excluded = exclusionsOf(former);
      const isKnown = excluded.some((each) => isSamePattern(each, pattern));
      return patched({ excluded: isKnown ? excluded : [...excluded, pattern] })(former);
    });
  });
  addCall(admin, includeInBridge, async (context, trail) => {
    const { pattern } = context.req.param();
    return await change(context, trail, (former) => {
      const excluded = exclusionsOf(former);
      const rest = excluded.filter((each) => !isSamePattern(each, pattern));
      if (rest.length < excluded.length) return patched({ excluded: rest })(former);
      throw new Problem(404, "This bridge does not exclude that pattern.");
    });
  });
  addCall(admin, remove, async (context, trail) => {
    const { id, number } = await findOr404(context, context.req.param("id"));
    const deleted = await onVersion(context, async () => {
      const stored = await findBridge(centralDatabase(context.env), id);
      if (stored === undefined) throw noBridge();
      const audit = trail.row({ connectorId: id, before: toldOf(readKeptConfig(stored), stored) });
      const db = databaseOf(context.env, number);
      const change = (seen: number | undefined) => deleteBridge(db, number, { seen, audit });
      return { version: stored.version, change };
    });
    if (deleted === "absent") throw noBridge();
    await tellBridgeOfEnd(context, id);
    return context.body(null, 204);
  });
  addCheck(admin, services);
}

/** The test of a connection: of the bridge as it is, or with the changes in the body. */
function addCheck(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, checkBridge, async (context) => {
    const patch = await readInput(context, checkBridge);
    const { id, attributes } = await findOr404(context, context.req.param("id"));
    const former = await findBridge(centralDatabase(context.env), id);
    if (former !== undefined) expectedVersion(context, former.version);
    else if (!hasBody(context)) present(former);
    const facts = { wanted: patched(patch), former, attributes };
    const { source, settings, credentials } = readProposal(services, context, facts);
    const sealed = credentials === undefined ? former?.credentials : undefined;
    const proposal = { source, settings, attributes, credentials, connectorId: id, sealed };
    const checked = await asker(context, id)((bridge) => bridge.check(proposal));
    return reply(context, checkBridge, 200, checked);
  });
}

function present(former: StoredBridge | undefined): StoredBridge {
  if (former !== undefined) return former;
  throw new Problem(404, "This connector has no bridge. Set one up with PUT …/bridge first.");
}

function noBridge(): Problem {
  return new Problem(404, "This connector has no bridge.");
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
