import { eq, sql } from "drizzle-orm";
import type { JsonObject } from "#scim/json.ts";
import type { Clock } from "#store/clock.ts";
import { tellAllHeld } from "#store/commit/held-users.ts";
import { classifyError } from "#store/d1-error.ts";
import { type Database, withRetries } from "#store/database.ts";
import { type EventRow, eventCells } from "#store/event-log/events.ts";
import { insertRows, rowStatement } from "#store/rows.ts";
import { changes, connectors, endings, events } from "#store/schema.ts";
import { build, named, prepare } from "#store/statement.ts";
import { noteFollowersOf } from "#store/webhooks/followers.ts";
import { endingEventRow } from "./ending-event.ts";
import { guardOpen, isStillOpen, type OpenEnding } from "./open.ts";

/**
 * Tells the last of an end in one batch: the event that closes it and, of a move, that the connector is with its
 * new tenant from here on. An end that is closed already, or was given up, stays as it is.
 */
export async function finishEnding(db: Database, clock: Clock, ending: OpenEnding): Promise<void> {
  const at = clock.now();
  const { id, connectorId, kind, users, told, tenant, eventId } = ending;
  const isMove = kind === "moved";
  const payload = { users, userEvents: told };
  const statements = [
    guardOpen(db, id),
    ...INSERT_EVENT(db, [endingEventRow(ending, { opId: eventId, at })], { connectorId }),
    // Whoever waits for an administrator is told first: after this nobody would tell.
    ...(users === "keep" ? [] : [tellAllHeld(db, connectorId, { eventId, at })]),
    // A connector without a tenant leaves none.
    ...(isMove && tenant === null ? [] : [tell(db, ending, `connector.${kind}`, payload, at)]),
    prepare(
      db,
      build
        .update(endings)
        .set({ untilSeq: sql`${newest()}` })
        .where(isStillOpen(id)),
    ),
    ...(isMove ? [...joined(db, ending, at), ...settle(db, ending, at)] : []),
  ];
  try {
    await withRetries(clock, () => db.batch(statements));
  } catch (error) {
    const { kind: met } = classifyError(error);
    if (met !== "versionChanged" && met !== "duplicateOperation") throw error;
  }
}

const INSERT_EVENT = rowStatement<EventRow, { connectorId: number }>()((rows, { connectorId }) =>
  insertRows(events, eventCells(rows, connectorId), { from: rows.from }),
);

/** The seq of the newest change: of the row that the batch has just written. */
function newest() {
  return build.select(named({ seq: sql<number>`coalesce(max(${changes.seq}), 0)` })).from(changes);
}

function joined(db: Database, ending: OpenEnding, at: number): readonly D1PreparedStatement[] {
  return ending.movesTo === null ? [] : [tell(db, ending, "connector.joined", {}, at)];
}

function tell(
  db: Database,
  { connectorId, connector, eventId }: OpenEnding,
  type: Extract<(typeof changes.$inferSelect)["type"], `connector.${string}`>,
  payload: JsonObject,
  at: number,
): D1PreparedStatement {
  const cells = {
    eventId: sql`${eventId}`,
    connectorId: sql`${connectorId}`,
    resourceType: sql`${"Connector"}`,
    resourceId: sql`${connector}`,
    version: sql`${0}`,
    type: sql`${type}`,
    at: sql`${at}`,
    payload: sql`${JSON.stringify(payload)}`,
  };
  return prepare(db, insertRows(changes, cells));
}

/** The statements that give a connector to its new tenant and its webhooks, with what is told of it from now on. */
function settle(
  db: Database,
  { id, connectorId }: OpenEnding,
  at: number,
): readonly D1PreparedStatement[] {
  const isConnector = eq(connectors.number, connectorId);
  const until = build
    .select(named({ seq: endings.untilSeq }))
    .from(endings)
    .where(eq(endings.id, id));
  const settled = build
    .update(connectors)
    .set({
      tenant: sql`${connectors.movesTo}`,
      tenantAfter: sql`${until}`,
      movesTo: null,
      movesAt: null,
      modifiedAt: at,
    })
    .where(isConnector);
  return [prepare(db, settled), noteFollowersOf(db, isConnector)];
}
