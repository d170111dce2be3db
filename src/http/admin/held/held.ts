import type { Hono } from "hono";
import type { HeldItem, HeldPage } from "#bridge/admin-views.ts";
import { encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem, unfitCursor } from "#http/admin/call/problem.ts";
import { granted } from "#http/admin/objects/bridge-object.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { countHeldUsers, type HeldByPush, listHeldUsers } from "#store/commit/held-users.ts";
import { centralDatabase } from "#store/databases.ts";
import { bothQueries, runQuery } from "#store/query.ts";
import {
  type Held,
  type HeldDecision,
  openHeld,
  pushedId,
  readDecision,
  userIdOf,
} from "./choice.ts";
import { approveUsers, rejectUsers } from "./decide.ts";
import { HELD_OPERATIONS } from "./operations.ts";

const { listHeld, approveHeld, rejectHeld } = HELD_OPERATIONS;

/** Registers what waits for an administrator, held by the connector's bridge or by the brake on push. */
export function addHeldRoutes(admin: Hono<AppEnv>, services: Services): void {
  addCall(admin, listHeld, async (context) => {
    const { cursor, limit } = readQuery(context, listHeld);
    const held = await openHeld(context);
    return reply(context, listHeld, 200, await page(services, held, limit, decodeHeldId(cursor)));
  });
  addCall(admin, approveHeld, async (context, trail) => {
    const { held, chosen, choice } = await readDecision(context, approveHeld);
    const told = { connectorId: held.connector.id, after: choice };
    const { bridge, userIds } = chosen;
    if (bridge === undefined) {
      const approved = await approveUsers(services, context, held, userIds, trail.row(told));
      return reply(context, approveHeld, 202, { runId: null, approved });
    }
    if (held.bridge?.connectorStatus !== "active") {
      throw new Problem(
        "connectorDisabled",
        "This connector is disabled. Set its status to active first.",
      );
    }
    await trail.begin(centralDatabase(context.env), told);
    const run = granted(await held.ask((object) => object.approveHeld(bridge)));
    const others = await approveUsers(services, context, held, userIds, undefined);
    return reply(context, approveHeld, 202, { ...run, approved: run.approved + others });
  });
  addCall(admin, rejectHeld, async (context, trail) => {
    const { held, chosen, choice } = await readDecision(context, rejectHeld);
    const { bridge, bridgeCount, userIds }: HeldDecision = chosen;
    await trail.begin(centralDatabase(context.env), {
      connectorId: held.connector.id,
      after: choice,
    });
    if (bridge !== undefined) granted(await held.ask((object) => object.rejectHeld(bridge)));
    const { rejected, refused } = await rejectUsers(services, context, held, userIds);
    return reply(context, rejectHeld, 200, {
      rejected: rejected + bridgeCount,
      refused: refused.map(({ userId, detail }) => ({ id: pushedId(userId), detail })),
    });
  });
}

/** A page of all that is held: by push first, then by the bridge. */
async function page(
  { clock }: Services,
  { connector, bridge, ask, db }: Held,
  limit: number,
  after: string | undefined,
) {
  const { number } = connector;
  const afterUser = after === undefined ? "" : userIdOf(after);
  const range = { after: afterUser ?? END, limit };
  const listed = bothQueries(countHeldUsers(db, number), listHeldUsers(db, number, range));
  const [count, users] = await runQuery(db, listed, clock);
  const room = limit - users.length;
  const bridgeAfter = afterUser === undefined ? after : undefined;
  const bridged =
    bridge === undefined ? NOTHING : await ask((object) => object.held(room || 1, bridgeAfter));
  const items = [...users.map(pushedView), ...bridged.items.slice(0, room).map(bridgedView)];
  const next = room > 0 ? bridged.next : (items.at(-1)?.id ?? null);
  return {
    items,
    total: count + bridged.total,
    totals: { ...bridged.totals, user: count + bridged.totals.user },
    runId: bridged.runId,
    nextCursor: encodeCursor(next === null ? undefined : encodeURIComponent(next)),
  };
}

/** Behind every user's id. */
const END = "~";

const NOTHING: HeldPage = {
  items: [],
  next: null,
  total: 0,
  totals: { user: 0, group: 0, membership: 0 },
  runId: null,
};

function pushedView({ userId, userName, type, since, heldBy }: HeldByPush) {
  return {
    id: pushedId(userId),
    by: "push" as const,
    kind: "user" as const,
    userId,
    userName,
    why: type === "user.deleted" ? ("deleted" as const) : ("deactivated" as const),
    since: new Date(since).toISOString(),
    eventId: heldBy,
  };
}

function bridgedView(item: HeldItem) {
  return { ...item, by: "bridge" as const };
}

/** A provider's id may hold any character, which base64 alone does not. */
function decodeHeldId(cursor: string | undefined): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  try {
    return decodeURIComponent(atob(cursor));
  } catch {
    throw unfitCursor("cursor");
  }
}
