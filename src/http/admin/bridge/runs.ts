import type { Context, Hono } from "hono";
import * as z from "zod";
import type { HeldChoice } from "#bridge/admin-views.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { LIMIT, readInput, readQuery } from "#http/admin/call/input.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { granted } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { readPlanned } from "./change.ts";
import {
  CHANGED_BRIDGE,
  HELD_CHOICE,
  HELD_CHOICE_DETAIL,
  NOTHING,
  SYNC,
  SYNC_USER,
} from "./input.ts";
import { type OpenBridge, openBridge } from "./open.ts";

/** The query of the list of runs. */
export const RUNS_QUERY = z.strictObject({ cursor: z.string().optional(), limit: LIMIT });

/** The query of the list of held switch-offs. */
export const HELD_QUERY = z.strictObject({ cursor: z.string().optional(), limit: LIMIT });

const BRIDGE_PATH = "/connectors/:id/bridge";

/** Registers the runs of a connector's bridge, and what makes it run, in the admin API. */
export function addBridgeRunRoutes(admin: Hono<AppEnv>, services: Services): void {
  addStarts(admin, services);
  addSwitches(admin);
  addRuns(admin);
  addHeld(admin);
}

/** The calls that start a run, which goes on by itself: 202 and the run's id. */
function addStarts(admin: Hono<AppEnv>, services: Services): void {
  admin.post(`${BRIDGE_PATH}/sync`, async (context) => {
    const { mode } = hasBody(context) ? await readInput(context, SYNC) : SYNC.parse({});
    const { ask } = await openEnabled(context);
    return context.json(granted(await ask((bridge) => bridge.sync(mode))), 202);
  });
  admin.post(`${BRIDGE_PATH}/plan`, async (context) => {
    const patch = hasBody(context) ? await readInput(context, CHANGED_BRIDGE) : {};
    const { ask } = await openEnabled(context);
    const connector = await findOr404(context, context.req.param("id"));
    const proposed =
      Object.keys(patch).length === 0
        ? undefined
        : await readPlanned(services, context, connector, patch);
    return context.json(granted(await ask((bridge) => bridge.startPlan(proposed))), 202);
  });
  admin.post(`${BRIDGE_PATH}/resync`, async (context) => {
    await readNothing(context);
    const { ask } = await openEnabled(context);
    return context.json(granted(await ask((bridge) => bridge.resync())), 202);
  });
  admin.post(`${BRIDGE_PATH}/sync-user`, async (context) => {
    const { key } = await readInput(context, SYNC_USER);
    const { ask } = await openEnabled(context);
    const steps = granted(await ask((bridge) => bridge.syncUser(key)));
    return context.json({ steps });
  });
}

/** The calls that change what the bridge does next. */
function addSwitches(admin: Hono<AppEnv>): void {
  admin.post(`${BRIDGE_PATH}/pause`, async (context) => {
    await readNothing(context);
    const { ask, seen } = await openBridge(context);
    granted(await ask((bridge) => bridge.pause(seen)));
    return context.body(null, 204);
  });
  admin.post(`${BRIDGE_PATH}/resume`, async (context) => {
    await readNothing(context);
    const { ask, seen } = await openBridge(context);
    granted(await ask((bridge) => bridge.resume(seen)));
    return context.body(null, 204);
  });
  admin.post(`${BRIDGE_PATH}/enable`, async (context) => {
    await readNothing(context);
    const { ask } = await openBridge(context);
    granted(await ask((bridge) => bridge.enable()));
    return context.body(null, 204);
  });
}

function addRuns(admin: Hono<AppEnv>): void {
  admin.get(`${BRIDGE_PATH}/runs`, async (context) => {
    const { cursor, limit } = readQuery(context, RUNS_QUERY);
    const before = decodeIdCursor(cursor);
    const { ask } = await openBridge(context);
    const items = await ask((bridge) => bridge.runs(limit, before));
    const last = items.length === limit ? items.at(-1)?.runId : undefined;
    return context.json({ items, nextCursor: encodeCursor(last) });
  });
  admin.get(`${BRIDGE_PATH}/runs/:runId`, async (context) => {
    const { runId } = context.req.param();
    const { ask } = await openBridge(context);
    const run = await ask((bridge) => bridge.run(runId));
    if (run === null) throw new Problem(404, "This bridge has no run with that id.");
    const plan = run.mode === "plan" ? await ask((bridge) => bridge.plan(runId)) : null;
    if (plan === null) return context.json(run);
    const { wouldHold, steps } = plan;
    return context.json({ ...run, plan: { wouldHold, steps } });
  });
}

function addHeld(admin: Hono<AppEnv>): void {
  admin.get(`${BRIDGE_PATH}/held`, async (context) => {
    const { cursor, limit } = readQuery(context, HELD_QUERY);
    const after = decodeSourceId(cursor);
    const { ask } = await openBridge(context);
    const { next, ...page } = await ask((bridge) => bridge.held(limit, after));
    const nextCursor = encodeCursor(next === null ? undefined : encodeURIComponent(next));
    return context.json({ ...page, nextCursor });
  });
  admin.post(`${BRIDGE_PATH}/held/approve`, async (context) => {
    const choice = await readChoice(context);
    const { ask } = await openEnabled(context);
    return context.json(granted(await ask((bridge) => bridge.approveHeld(choice))), 202);
  });
  admin.post(`${BRIDGE_PATH}/held/reject`, async (context) => {
    const choice = await readChoice(context);
    const { ask } = await openBridge(context);
    granted(await ask((bridge) => bridge.rejectHeld(choice)));
    return context.body(null, 204);
  });
}

/** Whoever approves says what was seen: all that a run held, or single ones. */
async function readChoice(context: Context<AppEnv>): Promise<HeldChoice> {
  if (!hasBody(context)) throw new Problem(400, HELD_CHOICE_DETAIL);
  return await readInput(context, HELD_CHOICE);
}

/** A bridge whose connector works; a disabled one runs nothing (SEMANTICS 12). */
async function openEnabled(context: Context<AppEnv>): Promise<OpenBridge> {
  const bridge = await openBridge(context);
  if (bridge.stored.connectorStatus === "active") return bridge;
  throw new Problem(409, "This connector is disabled. Set its status to active first.");
}

/** A call with nothing to say may come without a body, and then without a content type. */
async function readNothing(context: Context<AppEnv>): Promise<void> {
  if (hasBody(context)) await readInput(context, NOTHING);
}

function hasBody(context: Context<AppEnv>): boolean {
  return context.req.header("Content-Type") !== undefined;
}

/** A provider's id may hold any character, which base64 alone does not. */
function decodeSourceId(cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  try {
    return decodeURIComponent(atob(cursor));
  } catch {
    throw new Problem(400, "This cursor is none that the list gave out. Start again without one.");
  }
}
