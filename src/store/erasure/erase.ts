import {
  and,
  count,
  eq,
  gt,
  inArray,
  isNotNull,
  lte,
  ne,
  or,
  type SQL,
  type SQLWrapper,
  sql,
} from "drizzle-orm";
import { isJsonObject, type JsonObject } from "#scim/json.ts";
import { erasedPayload } from "#store/changes/changes.ts";
import type { Clock } from "#store/clock.ts";
import { type Database, withRetries } from "#store/database.ts";
import { firstIdAt } from "#store/event-log/list.ts";
import { jsonText } from "#store/json-text.ts";
import { isInList } from "#store/rows.ts";
import { changes, erasures, events, parkedMembers } from "#store/schema.ts";
import { build, named, prepare, selectRows } from "#store/statement.ts";
import { type Erasure, findErasure, namesOf } from "./erasures.ts";
import { bareNames, isMentioned, mentionsOf, namesIn } from "./forgotten-person.ts";

/** How many rows of the feed, and of the event log, one step looks through. */
export const CHANGES_AT_ONCE = 500;
export const EVENTS_AT_ONCE = 200;

/** So much later every isolate has written what it logged of requests before the erasure. */
const LATE_MS = 60_000;

/** What a piece of work came to: there is more to do, or nothing for a while, or nothing at all; or nobody is being erased. */
export type Progress = "more" | "waits" | "through" | "void";

/**
 * Does one bounded step of an erasure; safe to repeat, and to do twice at once. The row is there until the last
 * step is done, and `finishErasure` drops it with the names.
 */
export async function eraseStep(
  db: Database,
  clock: Clock,
  { connectorId, userId }: Pick<Erasure, "connectorId" | "userId">,
): Promise<Progress> {
  const erasure = await findErasure(db, connectorId, userId);
  if (erasure === undefined) return "void";
  switch (erasure.stage) {
    case "own":
      await stepOfOwn(db, clock, erasure);
      return "more";
    case "changes":
      await stepOfChanges(db, clock, erasure);
      return "more";
    case "events":
      return await stepOfEvents(db, clock, erasure);
    case "late":
      if (clock.now() < erasure.startedAt + LATE_MS) return "waits";
      return await stepOfEvents(db, clock, erasure);
  }
}

/** The person's own events keep what happened, not to whom; first they say former names. */
async function stepOfOwn(db: Database, clock: Clock, erasure: Erasure): Promise<void> {
  const { connectorId, userId, eventsTo } = erasure;
  const own = and(
    eq(events.connectorId, connectorId),
    eq(events.resourceId, userId),
    gt(events.opId, eventsTo),
  );
  const { opId, userName, difference } = events;
  const told = await selectRows(
    db,
    build
      .select(named({ opId, userName, difference }))
      .from(events)
      .where(own)
      .orderBy(opId)
      .limit(EVENTS_AT_ONCE),
  );
  const names = new Set([
    ...erasure.names,
    ...told.flatMap((each) => [
      ...(each.userName === null ? [] : [each.userName]),
      ...formerNamesOf(each.difference),
    ]),
  ]);
  const end = told.at(-1)?.opId ?? eventsTo;
  const isEnd = told.length < EVENTS_AT_ONCE;
  const moved = moveTo(erasure, {
    names: jsonText([...names]),
    ...(isEnd ? { stage: "changes", eventsTo: "" } : { eventsTo: end }),
  });
  const erased = build
    .update(events)
    .set({
      userName: null,
      userNameKey: null,
      requestBody: null,
      responseBody: null,
      warnings: null,
      difference: null,
      explanation: null,
    })
    .where(
      and(
        own,
        lte(opId, end),
        or(
          ...[
            events.userName,
            events.requestBody,
            events.responseBody,
            events.warnings,
            events.difference,
            events.explanation,
          ].map((column) => isNotNull(column)),
        ),
      ),
    );
  await withRetries(clock, () => db.batch([prepare(db, erased), prepare(db, moved)]));
}

/** The person's rows of the feed say no more than that he or she was erased; first they say former names. */
async function stepOfChanges(db: Database, clock: Clock, erasure: Erasure): Promise<void> {
  const { connectorId, userId, changesTo } = erasure;
  const next = build
    .select(named({ seq: changes.seq }))
    .from(changes)
    .where(and(eq(changes.connectorId, connectorId), gt(changes.seq, changesTo)))
    .orderBy(changes.seq)
    .limit(CHANGES_AT_ONCE)
    .as("next");
  const [window] = await selectRows(
    db,
    build.select(named({ size: count(), end: sql<number | null>`max(${next.seq})` })).from(next),
  );
  const end = window?.end ?? changesTo;
  const isPersons = and(
    eq(changes.connectorId, connectorId),
    gt(changes.seq, changesTo),
    lte(changes.seq, end),
    eq(changes.resourceType, "User"),
    eq(changes.resourceId, userId),
  );
  const told = await selectRows(
    db,
    build
      .select(named({ payload: changes.payload, difference: changes.difference }))
      .from(changes)
      .where(isPersons),
  );
  const names = new Set([...erasure.names, ...told.flatMap(namesToldBy)]);
  const erased = build
    .update(changes)
    .set({ type: "user.erased", payload: erasedPayload(userId), difference: null })
    .where(
      and(isPersons, or(ne(changes.type, "user.erased"), sql`${changes.difference} is not null`)),
    );
  const isEnd = (window?.size ?? 0) < CHANGES_AT_ONCE;
  const moved = moveTo(erasure, {
    names: jsonText([...names]),
    changesTo: end,
    ...(isEnd && { stage: "events" }),
  });
  const parked = build
    .delete(parkedMembers)
    .where(
      and(
        eq(parkedMembers.connectorId, connectorId),
        inArray(parkedMembers.value, [userId, ...names].slice(0, VALUES_MAX)),
      ),
    );
  await withRetries(clock, () =>
    db.batch([prepare(db, erased), prepare(db, parked), prepare(db, moved)]),
  );
}

/** D1 takes 100 parameters; nobody has so many names. */
const VALUES_MAX = 90;

/** The names that a change of the person tells, with those before it. */
function namesToldBy(told: { readonly payload: string; readonly difference: string | null }) {
  // Written by changes.ts: an object.
  return [...namesOf(JSON.parse(told.payload) as JsonObject), ...formerNamesOf(told.difference)];
}

/** The names that a difference tells, before and after. */
function formerNamesOf(difference: string | null): readonly string[] {
  // An object or, where that was too long, a list of names of attributes.
  const sides = JSON.parse(difference ?? "{}") as JsonObject;
  if (Array.isArray(sides)) return [];
  return ["from", "to"].flatMap((side) => {
    const members = Object.entries(sides).map(([name, each]) => [
      name,
      isJsonObject(each) ? (each[side] ?? null) : null,
    ]);
    return namesOf(Object.fromEntries(members));
  });
}

/** Events about the person keep what happened, not to whom; others lose the texts that name the person. */
async function stepOfEvents(db: Database, clock: Clock, erasure: Erasure): Promise<Progress> {
  const { connectorId, eventsTo, stage } = erasure;
  const next = build
    .select(named({ opId: events.opId }))
    .from(events)
    .where(and(eq(events.connectorId, connectorId), gt(events.opId, eventsTo)))
    .orderBy(events.opId)
    .limit(EVENTS_AT_ONCE)
    .as("next");
  const [window] = await selectRows(
    db,
    build.select(named({ size: count(), end: sql<string | null>`max(${next.opId})` })).from(next),
  );
  const end = window?.end ?? eventsTo;
  const isEnd = (window?.size ?? 0) < EVENTS_AT_ONCE;
  // What was logged late has ids from before the erasure.
  const position: Position =
    isEnd && stage === "events"
      ? { stage: "late", eventsTo: firstIdAt(erasure.startedAt - LATE_MS) }
      : { eventsTo: end };
  const moved = moveTo(erasure, position);
  const erased = eraseEvents(erasure, end);
  await withRetries(clock, () => db.batch([prepare(db, erased), prepare(db, moved)]));
  if (!isEnd) return "more";
  return stage === "events" ? "waits" : "through";
}

function eraseEvents(erasure: Erasure, end: string) {
  const { connectorId, userId, eventsTo } = erasure;
  const given = sql`${JSON.stringify(mentionsOf(erasure))}`;
  const names = sql`${JSON.stringify(namesIn(erasure))}`;
  const bare = sql`${JSON.stringify(bareNames(erasure))}`;
  const isName = (text: SQLWrapper) => sql`coalesce(${isInList(sql`lower(${text})`, bare)}, 0)`;
  const isOwn = sql`coalesce(${events.resourceId} = ${userId}, 0)`;
  const unless = (hidden: SQL, text: SQLWrapper) => sql`iif(${hidden}, null, ${text})`;
  const mentions = (text: SQLWrapper) => sql`(${isOwn} or ${isMentioned(text, given)})`;
  const tells = (text: SQLWrapper) => sql`(${isOwn} or ${isMentioned(text, names)})`;
  return build
    .update(events)
    .set({
      path: sql`iif(${isMentioned(events.path, names)}, ${"…"}, ${events.path})`,
      resourceId: unless(isName(events.resourceId), events.resourceId),
      userName: unless(
        sql`(${tells(events.userName)} or ${isName(events.userName)})`,
        events.userName,
      ),
      userNameKey: unless(
        sql`(${tells(events.userName)} or ${isName(events.userName)})`,
        events.userNameKey,
      ),
      requestBody: unless(mentions(events.requestBody), events.requestBody),
      responseBody: unless(mentions(events.responseBody), events.responseBody),
      warnings: unless(mentions(events.warnings), events.warnings),
      difference: unless(tells(events.difference), events.difference),
      explanation: unless(mentions(events.explanation), events.explanation),
    })
    .where(
      and(
        eq(events.connectorId, connectorId),
        gt(events.opId, eventsTo),
        lte(events.opId, end),
        sql`(${isOwn} or ${isName(events.userName)} or ${isName(events.resourceId)} or ${isMentioned(allTexts(), given)})`,
      ),
    );
}

function allTexts(): SQL {
  const { path, resourceId, userName, requestBody, responseBody } = events;
  const { warnings, difference, explanation } = events;
  const texts = [
    path,
    resourceId,
    userName,
    requestBody,
    responseBody,
    warnings,
    difference,
    explanation,
  ];
  return sql`(${sql.join(
    texts.map((text) => sql`coalesce(${text}, '')`),
    sql` || char(10) || `,
  )})`;
}

type Position = Partial<
  Pick<typeof erasures.$inferInsert, "names" | "changesTo" | "eventsTo" | "stage">
>;

/** Moves on, unless another one did so meanwhile. */
function moveTo({ connectorId, userId, changesTo, eventsTo, stage }: Erasure, position: Position) {
  return build
    .update(erasures)
    .set(position)
    .where(
      and(
        eq(erasures.connectorId, connectorId),
        eq(erasures.userId, userId),
        eq(erasures.changesTo, changesTo),
        eq(erasures.eventsTo, eventsTo),
        eq(erasures.stage, stage),
      ),
    );
}
