import type { Context, Hono } from "hono";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readInput, readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import type { Trail } from "#http/admin/call/trail.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { granted } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import type { Sides } from "#store/admin/audit-row.ts";
import { centralDatabase } from "#store/databases.ts";
import { readPlanned } from "./change.ts";
import { type OpenBridge, openBridge } from "./open.ts";
import { BRIDGE_OPERATIONS } from "./operations.ts";

const {
  syncBridge,
  planBridge,
  resyncBridge,
  syncUser,
  pauseBridge,
  resumeBridge,
  enableBridge,
  listRuns,
  getRun,
} = BRIDGE_OPERATIONS;

/** Registers the runs of a connector's bridge, and what makes it run, in the admin API. */
export function addBridgeRunRoutes(admin: Hono<AppEnv>, services: Services): void {
  addStarts(admin, services);
  addSwitches(admin);
  addRuns(admin);
}

/** Writes down what the bridge's object is going to be asked for. */
function begin(context: Context<AppEnv>, trail: Trail, sides: Sides = {}): Promise<void> {
  const connectorId = context.req.param("id") ?? "";
  return trail.begin(centralDatabase(context.env), { connectorId, ...sides });
}

/** The calls that start a run, which goes on by itself: 202 and the run's id. */
function addStarts(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, syncBridge, async (context, trail) => {
    const { mode } = await readInput(context, syncBridge);
    const { ask } = await openEnabled(context);
    await begin(context, trail, { after: { mode } });
    const started = granted(await ask((bridge) => bridge.sync(mode)));
    trail.made(started.runId);
    return reply(context, syncBridge, 202, started);
  });
  addCall(admin, planBridge, async (context, trail) => {
    const patch = await readInput(context, planBridge);
    const { ask } = await openEnabled(context);
    const connector = await findOr404(context, context.req.param("id"));
    const proposed =
      Object.keys(patch).length === 0
        ? undefined
        : await readPlanned(services, context, connector, patch);
    await begin(context, trail, { after: { mode: "plan" } });
    const started = granted(await ask((bridge) => bridge.startPlan(proposed)));
    trail.made(started.runId);
    return reply(context, planBridge, 202, started);
  });
  addCall(admin, resyncBridge, async (context, trail) => {
    await readInput(context, resyncBridge);
    const { ask } = await openEnabled(context);
    await begin(context, trail);
    const started = granted(await ask((bridge) => bridge.resync()));
    trail.made(started.runId);
    return reply(context, resyncBridge, 202, started);
  });
  addCall(admin, syncUser, async (context, trail) => {
    const { key } = await readInput(context, syncUser);
    const { ask } = await openEnabled(context);
    // Whom it was about is told by the events of the sync, which can be masked and erased.
    await begin(context, trail);
    const steps = granted(await ask((bridge) => bridge.syncUser(key)));
    return reply(context, syncUser, 200, { steps });
  });
}

/** The calls that change what the bridge does next. */
function addSwitches(admin: Hono<AppEnv>): void {
  addCall(admin, pauseBridge, async (context, trail) => {
    await readInput(context, pauseBridge);
    const { ask, seen } = await openBridge(context);
    await begin(context, trail, { after: { paused: true } });
    granted(await ask((bridge) => bridge.pause(seen)));
    return context.body(null, 204);
  });
  addCall(admin, resumeBridge, async (context, trail) => {
    await readInput(context, resumeBridge);
    const { ask, seen } = await openBridge(context);
    await begin(context, trail, { after: { paused: false } });
    granted(await ask((bridge) => bridge.resume(seen)));
    return context.body(null, 204);
  });
  addCall(admin, enableBridge, async (context, trail) => {
    await readInput(context, enableBridge);
    const { ask } = await openBridge(context);
    await begin(context, trail);
    granted(await ask((bridge) => bridge.enable()));
    return context.body(null, 204);
  });
}

function addRuns(admin: Hono<AppEnv>): void {
  addCall(admin, listRuns, async (context) => {
    const { cursor, limit } = readQuery(context, listRuns);
    const before = decodeIdCursor(cursor);
    const { ask } = await openBridge(context);
    const items = await ask((bridge) => bridge.runs(limit, before));
    const last = items.length === limit ? items.at(-1)?.runId : undefined;
    return reply(context, listRuns, 200, { items, nextCursor: encodeCursor(last) });
  });
  addCall(admin, getRun, async (context) => {
    const { runId } = context.req.param();
    const { ask } = await openBridge(context);
    const run = await ask((bridge) => bridge.run(runId));
    if (run === null) throw new Problem(404, "This bridge has no run with that id.");
    const plan = run.mode === "plan" ? await ask((bridge) => bridge.plan(runId)) : null;
    if (plan === null) return reply(context, getRun, 200, run);
    const { wouldHold, steps } = plan;
    return reply(context, getRun, 200, { ...run, plan: { wouldHold, steps } });
  });
}

/** A bridge whose connector works; a disabled one runs nothing. */
export async function openEnabled(context: Context<AppEnv>): Promise<OpenBridge> {
  const bridge = await openBridge(context);
  if (bridge.stored.connectorStatus === "active") return bridge;
  throw new Problem(
    "connectorDisabled",
    "This connector is disabled. Set its status to active first.",
  );
}
