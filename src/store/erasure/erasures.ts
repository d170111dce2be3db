import { and, eq, exists, gt, type SQL, sql } from "drizzle-orm";
import { isJsonObject, type JsonObject, type JsonValue } from "#scim/json.ts";
import { documentOf, type ResourceRecord } from "#scim/ports.ts";
import { erasedPayload } from "#store/changes/changes.ts";
import type { Clock } from "#store/clock.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { type Database, withRetries } from "#store/database.ts";
import { appendEvents, type EventRow } from "#store/event-log/events.ts";
import { jsonText, parseStored } from "#store/json-text.ts";
import { changedRows, doNothing, insertRows } from "#store/rows.ts";
import { changes, connectors, erasures, events } from "#store/schema.ts";
import {
  build,
  literal,
  named,
  prepare,
  type RowOf,
  selectOnly,
  selectRows,
} from "#store/statement.ts";
import type { ForgottenPerson } from "./forgotten-person.ts";

/** A person who is being erased. */
export type Erasure = Omit<RowOf<ReturnType<typeof selectErasures>>, "names"> & ForgottenPerson;

function selectErasures() {
  const { connectorId, userId, names, startedAt, changesTo, eventsTo, stage } = erasures;
  const columns = { connectorId, userId, names, startedAt, changesTo, eventsTo, stage };
  return build
    .select(named({ ...columns, connector: connectors.id }))
    .from(erasures)
    .innerJoin(connectors, eq(connectors.number, erasures.connectorId));
}

/** The names by which a log may know a user. */
export function namesOf(document: JsonObject): readonly string[] {
  const { userName, externalId, emails } = document;
  const addresses = Array.isArray(emails) ? emails : [];
  const values = addresses.map((each: JsonValue) => (isJsonObject(each) ? each.value : each));
  return [userName, externalId, ...values].filter((name) => typeof name === "string");
}

/**
 * The statement that begins to erase a user, and keeps by what names the log may know the person. It belongs
 * into the batch that erases the row, right behind a statement that changed one: without that row it begins nothing.
 */
export function beginErasure(
  db: Database,
  connectorId: ConnectorId,
  { userId, user, at }: ToErase,
): D1PreparedStatement {
  const stage: Erasure["stage"] = "own";
  const cells = {
    connectorId: sql`${connectorId}`,
    userId: sql`${userId}`,
    names: sql`${jsonText(user === undefined ? [] : namesOf(documentOf(user)))}`,
    startedAt: sql`${at}`,
    stage: sql`${stage}`,
  };
  const where = gt(changedRows, 0);
  return prepare(db, insertRows(erasures, cells, { where, onConflict: doNothing }));
}

/** Whom to erase, as the row last was where there is one, and when that began. */
interface ToErase {
  readonly userId: string;
  readonly user: ResourceRecord | undefined;
  readonly at: number;
}

/** Finds the erasure of a person that is under way. */
export async function findErasure(
  db: Database,
  connectorId: ConnectorId,
  userId: string,
): Promise<Erasure | undefined> {
  const query = selectErasures().where(
    and(eq(erasures.connectorId, connectorId), eq(erasures.userId, userId)),
  );
  return (await selectRows(db, query)).map(fromRow)[0];
}

/** The erasures that are under way, those first that began first. */
export async function listErasures(db: Database, limit: number): Promise<readonly Erasure[]> {
  const query = selectErasures().orderBy(erasures.startedAt).limit(limit);
  return (await selectRows(db, query)).map(fromRow);
}

function fromRow({ names, ...columns }: RowOf<ReturnType<typeof selectErasures>>): Erasure {
  return { ...columns, names: parseStored(names) };
}

/** What is known of somebody whose row is gone: that he or she was erased, traces in the log or the feed, or nothing. */
export async function tracesOf(
  db: Database,
  connectorId: ConnectorId,
  userId: string,
): Promise<"erased" | "traces" | "nothing"> {
  const one = named({ one: literal(1) });
  const inLog = build
    .select(one)
    .from(events)
    .where(and(eq(events.connectorId, connectorId), eq(events.resourceId, userId)));
  const inFeed = (condition?: SQL) =>
    build
      .select(one)
      .from(changes)
      .where(
        and(
          eq(changes.connectorId, connectorId),
          eq(changes.resourceType, "User"),
          eq(changes.resourceId, userId),
          condition,
        ),
      );
  const query = selectOnly(
    named({
      isErased: sql<number>`${exists(inFeed(eq(changes.type, "user.erased")))}`,
      isKnown: sql<number>`(${exists(inLog)} or ${exists(inFeed())})`,
    }),
  );
  const [found] = await selectRows(db, query);
  if (found?.isErased === 1) return "erased";
  return found?.isKnown === 1 ? "traces" : "nothing";
}

/**
 * Begins to erase somebody of whom no row is left, and tells of it in log, feed and trail: all of it, or nothing.
 * `audit` are the statements of the trail's row. Safe to repeat.
 */
export async function beginWithoutRow(
  db: Database,
  clock: Clock,
  connectorId: ConnectorId,
  { event, audit }: { readonly event: EventRow; readonly audit: readonly D1PreparedStatement[] },
): Promise<void> {
  const { resourceId, opId, at } = event;
  if (resourceId === null) throw new Error("The event of an erasure names no user.");
  const type: (typeof changes.$inferInsert)["type"] = "user.erased";
  const newest = build
    .select(named({ version: sql`max(${changes.version}) + 1` }))
    .from(changes)
    .where(and(eq(changes.connectorId, connectorId), eq(changes.resourceId, resourceId)));
  const cells = {
    eventId: sql`${opId}`,
    connectorId: sql`${connectorId}`,
    resourceType: sql`${"User"}`,
    resourceId: sql`${resourceId}`,
    version: sql`coalesce(${newest}, 1)`,
    type: sql`${type}`,
    at: sql`${at}`,
    payload: sql`${erasedPayload(resourceId)}`,
  };
  // A batch that is repeated finds its event there, and each statement goes by the one before it.
  const told = insertRows(changes, cells, { where: gt(changedRows, 0) });
  const batch = [
    ...appendEvents(db, connectorId, [event]),
    prepare(db, told),
    ...audit,
    beginErasure(db, connectorId, { userId: resourceId, user: undefined, at }),
  ];
  await withRetries(clock, () => db.batch(batch));
}

/** Forgets the names of somebody of whom nothing is left. */
export async function finishErasure(
  db: Database,
  clock: Clock,
  { connectorId, userId }: Pick<Erasure, "connectorId" | "userId">,
): Promise<void> {
  const query = build
    .delete(erasures)
    .where(and(eq(erasures.connectorId, connectorId), eq(erasures.userId, userId)));
  await withRetries(clock, () => prepare(db, query).run());
}
