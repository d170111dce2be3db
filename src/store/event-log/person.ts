import { and, desc, eq, gte, inArray, isNotNull, isNull, lt, type SQL, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/sqlite-core";
import type { TypeName } from "#scim/ports.ts";
import { foldText } from "#scim/text.ts";
import type { ConnectorId } from "#store/connector-id.ts";
import { changes, events, parkedMembers, resources } from "#store/schema.ts";
import { build, named, selectOnly, unionOf } from "#store/statement.ts";

/**
 * Whom an administrator looks for: by an id of ours alone, by a text that is an id or (Entra's are of the
 * same form) an externalId, or by a userName, an externalId or a group's name.
 */
export interface EventPerson {
  readonly text: string;
  readonly by: "id" | "idOrExternalId" | "name";
}

/** So many of a connector's newest changes are looked at for a person's memberships. */
const CHANGES_MAX = 10_000;

/** How a resource's memberships come to be in a log: it joined, left, or waits to arrive. */
export type MembershipChange = "joined" | "left" | "waits";

/** What an event did to a person's membership of a group. */
export interface EventMembership {
  readonly change: MembershipChange;
  readonly groupId: string;
  readonly groupName: string | null;
}

/** Event ids are ordered by time: so those of one millisecond begin. */
function idPrefix(ms: SQL): SQL<string> {
  const digits = sql`printf('%012x', ${ms})`;
  return sql`substr(${digits}, 1, 8) || '-' || substr(${digits}, 9, 4)`;
}

/** The tables that a statement makes of a person. */
export type PersonTables = ReturnType<typeof personTables>;

/**
 * Tables that tell of a person: `people` are the ids it goes by, `related` the events that changed or
 * parked its memberships, with the change and the group; each is found by an index, but for a bounded
 * look at the newest changes.
 */
export function personTables(connectorId: ConnectorId, person: EventPerson) {
  const known = knownTable(connectorId, person);
  const people = peopleTable(known, person);
  const names = namesTable(known, person);
  const related = build
    .$with("related", named(RELATED))
    .as(unionOf([waitsOf(connectorId, names), membershipsOf(connectorId, people)]));
  return { known, people, names, related };
}

const RELATED = {
  relatedRow: events.rowId,
  relatedId: events.opId,
  relation: sql<MembershipChange>`'waits'`,
  relatedGroup: parkedMembers.groupId,
};

/** The users whom a text can mean, each with its externalId. */
function knownTable(connectorId: ConnectorId, { text, by }: EventPerson) {
  const folded = foldText(text);
  const keys = [
    eq(resources.id, folded),
    ...(by === "id" ? [] : [eq(resources.nameKey, folded), eq(resources.externalId, text)]),
  ];
  const shown = named({ knownId: resources.id, knownExternalId: resources.externalId });
  const ofKey = (key: SQL) =>
    build
      .select(shown)
      .from(resources)
      .where(and(isLive(connectorId, "User"), key));
  return build.$with("known", shown).as(unionOf(keys.map(ofKey)));
}

function peopleTable(known: ReturnType<typeof knownTable>, { text, by }: EventPerson) {
  const ofKnown = build.select(named({ personId: known.knownId })).from(known);
  const sent = selectOnly(named({ personId: sql<string>`${foldText(text)}` }));
  const fields = named({ personId: resources.id });
  return build.$with("people", fields).as(unionOf(by === "name" ? [ofKnown] : [ofKnown, sent]));
}

/** By what a parked member can mean the person. */
function namesTable(known: ReturnType<typeof knownTable>, { text }: EventPerson) {
  const { knownId, knownExternalId } = known;
  return build.$with("names", named({ nameValue: parkedMembers.value })).as(
    unionOf([
      build.select(named({ nameValue: knownId })).from(known),
      build
        .select(named({ nameValue: knownExternalId }))
        .from(known)
        .where(isNotNull(knownExternalId)),
      selectOnly(named({ nameValue: sql<string>`${text}` })),
      selectOnly(named({ nameValue: sql<string>`${foldText(text)}` })),
    ]),
  );
}

function isLive(connectorId: ConnectorId, type: TypeName): SQL | undefined {
  return and(
    eq(resources.connectorId, connectorId),
    eq(resources.type, type),
    isNull(resources.deletedAt),
  );
}

/** The events that parked one of the names. */
function waitsOf(connectorId: ConnectorId, names: ReturnType<typeof namesTable>) {
  // The index on values is read first, and then the row: asked for both at once, SQLite would walk over
  // all that the connector has parked.
  const byValue = alias(parkedMembers, "by_value");
  return build
    .select(named(RELATED))
    .from(names)
    .crossJoin(byValue)
    .crossJoin(parkedMembers)
    .crossJoin(events)
    .where(
      and(
        eq(byValue.connectorId, connectorId),
        eq(byValue.value, names.nameValue),
        eq(parkedMembers.connectorId, connectorId),
        eq(parkedMembers.groupId, byValue.groupId),
        eq(parkedMembers.value, byValue.value),
        eq(events.connectorId, connectorId),
        eq(events.resourceId, parkedMembers.groupId),
        gte(events.opId, idPrefix(sql`${parkedMembers.parkedAt}`)),
        lt(events.opId, idPrefix(sql`${parkedMembers.parkedAt} + 1`)),
      ),
    );
}

/** The events that changed a membership of one of the people, among the newest changes. */
function membershipsOf(connectorId: ConnectorId, people: ReturnType<typeof peopleTable>) {
  const newest = build
    .select(
      named({
        changeEvent: changes.eventId,
        changeType: changes.type,
        changedGroup: changes.resourceId,
        changePayload: changes.payload,
      }),
    )
    .from(changes)
    .where(eq(changes.connectorId, connectorId))
    .orderBy(desc(changes.seq))
    .limit(CHANGES_MAX)
    .as("newest");
  const ids = build.select(named({ personId: people.personId })).from(people);
  return build
    .select(
      named({
        ...RELATED,
        relation: sql<MembershipChange>`iif(${eq(newest.changeType, "group.member_added")}, 'joined', 'left')`,
        relatedGroup: newest.changedGroup,
      }),
    )
    .from(newest)
    .crossJoin(events)
    .where(
      and(
        eq(events.connectorId, connectorId),
        eq(events.opId, newest.changeEvent),
        inArray(newest.changeType, ["group.member_added", "group.member_removed"]),
        inArray(sql`${newest.changePayload} ->> 'memberId'`, ids),
      ),
    );
}

/** The memberships that the event at hand changed, as JSON text of EventMembership. */
export function membershipsOfEvent(
  connectorId: ConnectorId,
  { related }: PersonTables,
): SQL<string> {
  const groupName = build
    .select(named({ displayName: sql`${resources.doc} ->> 'displayName'` }))
    .from(resources)
    .where(and(isLive(connectorId, "Group"), eq(resources.id, related.relatedGroup)));
  const membership = sql`json_object('change', ${related.relation}, 'groupId', ${related.relatedGroup},
    'groupName', ${groupName})`;
  const ofEvent = build
    .select(named({ memberships: sql`json_group_array(${membership})` }))
    .from(related)
    .where(eq(related.relatedRow, events.rowId));
  return sql`${ofEvent}`;
}
