import type { Context } from "hono";
import type { HeldChoice } from "#bridge/admin-views.ts";
import { hasBody, readInput } from "#http/admin/call/input.ts";
import { expectedVersion } from "#http/admin/call/preconditions.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { findOr404 } from "#http/admin/connectors/connectors.ts";
import { type AskBridge, asker } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv } from "#http/request/services.ts";
import { findBridge, type StoredBridge } from "#store/admin/bridges.ts";
import type { Connector } from "#store/admin/connectors.ts";
import { heldUserIds } from "#store/commit/held-users.ts";
import type { Database } from "#store/database.ts";
import { centralDatabase, databaseOf } from "#store/databases.ts";
import type { HELD_OPERATIONS } from "./operations.ts";
import { HELD_CHOICE_DETAIL } from "./schemas.ts";

/** A connector of which something may be held, with its bridge where it has one. */
export interface Held {
  readonly connector: Connector;
  readonly db: Database;
  readonly bridge: StoredBridge | undefined;
  readonly ask: AskBridge;
}

/** What an administrator chose: users held by push, and what the bridge is asked for. */
export interface HeldDecision {
  readonly userIds: readonly string[];
  readonly bridge: HeldChoice | undefined;
  /** How much that is. */
  readonly bridgeCount: number;
}

const PUSHED = "push:";

/** The id by which a user who is held by push is approved or rejected. */
export function pushedId(userId: string): string {
  return `${PUSHED}${userId}`;
}

/** The user behind such an id; undefined for what a bridge holds. */
export function userIdOf(id: string): string | undefined {
  return id.startsWith(PUSHED) ? id.slice(PUSHED.length) : undefined;
}

/** Finds the connector that a path names, and its bridge; 404 where there is no such connector. */
export async function openHeld(context: Context<AppEnv>): Promise<Held> {
  const id = context.req.param("id") ?? "";
  const connector = await findOr404(context, id);
  const bridge = await findBridge(centralDatabase(context.env), id);
  return {
    connector,
    db: databaseOf(context.env, connector.number),
    bridge,
    ask: asker(context, id),
  };
}

/** Reads what an administrator chose; 409 where it is no longer what is held. */
export async function readDecision(
  context: Context<AppEnv>,
  operation: (typeof HELD_OPERATIONS)["approveHeld" | "rejectHeld"],
) {
  if (!hasBody(context)) throw new Problem("invalidBody", HELD_CHOICE_DETAIL);
  const choice = await readInput(context, operation);
  const held = await openHeld(context);
  expectedVersion(context, held.connector.version);
  const chosen =
    "ids" in choice ? await chooseIds(held, choice.ids) : await chooseAll(held, choice);
  return { choice, held, chosen };
}

async function chooseIds(
  { db, connector, bridge }: Held,
  ids: readonly string[],
): Promise<HeldDecision> {
  const wanted = [...new Set(ids)];
  const pushed = wanted.flatMap((id) => userIdOf(id) ?? []);
  const others = wanted.filter((id) => userIdOf(id) === undefined);
  const userIds = pushed.length === 0 ? [] : await heldUserIds(db, connector.number, pushed);
  const missing = pushed.length - userIds.length + (bridge === undefined ? others.length : 0);
  if (missing > 0) {
    throw changed(`${missing} of the ${wanted.length} are held no longer.`);
  }
  const choice = others.length === 0 ? undefined : { ids: others };
  return { userIds, bridge: choice, bridgeCount: others.length };
}

/** All that is held; or, where that is what `runId` and `count` say, what one run of the bridge held. */
async function chooseAll(
  { db, connector, bridge, ask }: Held,
  { runId, count }: { readonly runId: string | null; readonly count: number },
): Promise<HeldDecision> {
  const userIds = await heldUserIds(db, connector.number, undefined);
  const bridged = bridge && (await ask((object) => object.held(1, undefined)));
  const bridgeCount = bridged?.total ?? 0;
  const total = userIds.length + bridgeCount;
  if (total === 0) throw new Problem(409, "Nothing is held.");
  if (count === total && runId === (bridged?.runId ?? null)) {
    return {
      userIds,
      bridge: runId === null ? undefined : { runId, count: bridgeCount },
      bridgeCount,
    };
  }
  if (runId !== null && bridgeCount > 0) {
    return { userIds: [], bridge: { runId, count }, bridgeCount: count };
  }
  throw changed(`Held are ${total}, and you name ${count}.`);
}

function changed(what: string): Problem {
  return new Problem(409, `${what} Read …/held again, and decide anew.`);
}
