import type { Hono } from "hono";
import { actorOf } from "#http/admin/call/actor.ts";
import { grantOf } from "#http/admin/call/authorize.ts";
import { decodeIdCursor, encodeCursor } from "#http/admin/call/cursor.ts";
import { readQuery } from "#http/admin/call/input.ts";
import { addCall, reply } from "#http/admin/call/operation.ts";
import { Problem } from "#http/admin/call/problem.ts";
import { actorColumns } from "#http/admin/call/trail.ts";
import type { AppEnv, Services } from "#http/request/services.ts";
import { endSession, listSessions, type StoredSession } from "#store/admin/sessions.ts";
import { centralDatabase } from "#store/databases.ts";
import { SESSION_OPERATIONS } from "./operations.ts";

const { getCaller, listSessions: list, endSession: end } = SESSION_OPERATIONS;

/** Registers who calls, and who is signed in to the console. */
export function addSessionRoutes(admin: Hono<AppEnv>, { clock }: Pick<Services, "clock">): void {
  addCall(admin, getCaller, (context) => {
    const { role, sees } = grantOf(context);
    const { actorKind: kind, actor: id, actorName } = actorColumns(actorOf(context));
    if (kind === "setupLink") throw new Error("A set-up link opens nothing of the admin API.");
    return reply(context, getCaller, 200, {
      actor: { kind, id, name: actorName ?? null },
      role,
      mayWrite: context.get("mayWrite") ?? false,
      connectorId: sees.connectorId,
      tenant: sees.tenant,
    });
  });
  addCall(admin, list, async (context) => {
    const { cursor, limit } = readQuery(context, list);
    const page = { beforeId: decodeIdCursor(cursor), limit, now: clock.now() };
    const found = await listSessions(centralDatabase(context.env), page);
    return reply(context, list, 200, {
      items: found.map(sessionView),
      nextCursor: encodeCursor(found.length === limit ? found.at(-1)?.id : undefined),
    });
  });
  addCall(admin, end, async (context, trail) => {
    const id = context.req.param("sessionId");
    const audit = trail.row({ id });
    if (await endSession(centralDatabase(context.env), { kind: "session", id }, audit))
      return context.body(null, 204);
    throw new Problem(404, "Nobody is signed in by a session with this id.");
  });
}

/** A session as the admin API shows it; its secret is not among it. */
function sessionView(session: StoredSession) {
  const { keyId, keyName } = session;
  return {
    id: session.id,
    actor:
      keyId === null
        ? ({ kind: "adminToken", id: "ADMIN_TOKEN", name: null } as const)
        : ({ kind: "key", id: keyId, name: keyName } as const),
    createdAt: new Date(session.createdAt).toISOString(),
    lastSeenAt: new Date(session.lastSeenAt).toISOString(),
    endsAt: new Date(session.endsAt).toISOString(),
    clientIp: session.clientIp,
    userAgent: session.userAgent,
  };
}
