import { and, eq, gte, inArray, isNull, type SQL, type SQLWrapper, sql } from "drizzle-orm";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import type { ACCOUNT_NAMES } from "#scim/resource/account.ts";
import type { Difference } from "#scim/resource/difference.ts";
import { changes, connectors, endings, events, resources } from "#store/schema.ts";
import { build, literal, named, optional, type RowOfFields } from "#store/statement.ts";
import type { ChangeType, MemberChangeType } from "./changes.ts";

/** What is told of a change, for queries that join its event (`ofEvent`) and its member (`ofMember`). */
export const CHANGE_FIELDS = {
  /** Its place in the order of commits, and the cursor of every reader. */
  seq: changes.seq,
  eventId: changes.eventId,
  resourceType: changes.resourceType,
  resourceId: changes.resourceId,
  version: changes.version,
  type: changes.type,
  at: changes.at,
  payload: changes.payload,
  difference: changes.difference,
  /** Null where the event is pruned, as the next two are. */
  eventMethod: optional(events.method),
  eventPath: optional(events.path),
  credentialId: events.credentialId,
  administrator: events.actor,
  /** The displayName or userName that the member of a membership event has now; null if it is gone. */
  memberDisplay: sql<string | null>`case ${resources.type}
    when 'Group' then coalesce(${groupNamePrefix()}, '') || (${resources.doc} ->> 'displayName')
    else coalesce(${resources.doc} ->> 'displayName', ${resources.doc} ->> 'userName') end`,
};

/**
 * The tenant that a change's connector was with then, where it has moved since; null where it has not. It is looked for
 * only up to the seq since which the connector is with its tenant.
 */
export function formerTenant(tenantAfter: SQLWrapper): SQL<string | null> {
  const former = build
    .select(named({ tenant: endings.tenant }))
    .from(endings)
    .where(
      and(
        eq(endings.connectorId, changes.connectorId),
        gte(endings.untilSeq, changes.seq),
        eq(endings.kind, "moved"),
      ),
    )
    .orderBy(endings.untilSeq)
    .limit(1);
  return sql`iif(${changes.seq} <= ${tenantAfter}, ${former}, null)`;
}

/** A row of the outbox `changes` as it is read back, with what its event tells of the actor. */
export type StoredChange = Readonly<RowOfFields<typeof CHANGE_FIELDS>>;

/** A change of a connector that may have moved since. */
export interface ToldChange extends StoredChange {
  readonly formerTenant?: string | null;
}

/** What applications see before the names of groups: read where a group is the member, and not else. */
function groupNamePrefix(): SQL {
  const prefix = sql`${connectors.settings} ->> 'groupNamePrefix'`;
  const query = build
    .select(named({ prefix }))
    .from(connectors)
    .where(eq(connectors.number, changes.connectorId));
  return sql`${query}`;
}

/** Joins the event of a change, by its index. */
export function ofEvent(): SQL | undefined {
  return and(eq(events.connectorId, changes.connectorId), eq(events.opId, changes.eventId));
}

/** Joins the live member of a membership, by its index; nothing to other changes. */
export function ofMember(): SQL | undefined {
  return and(
    eq(resources.connectorId, changes.connectorId),
    eq(resources.type, memberFact("memberType")),
    eq(resources.id, memberFact("memberId")),
    isNull(resources.deletedAt),
  );
}

/** A fact of a membership; null for other changes, whose payloads are then not parsed. */
function memberFact(name: "memberType" | "memberId"): SQL {
  const isMembership = inArray(changes.type, ["group.member_added", "group.member_removed"]);
  return sql`iif(${isMembership}, ${changes.payload} ->> ${literal(name)}, null)`;
}

/** Whose change it was: a client's credential, a run of the Bridge, or an administrator. */
export type ChangeActor =
  | { readonly kind: "administrator"; readonly name: string }
  | { readonly kind: "credential"; readonly id: string }
  | { readonly kind: "bridge"; readonly runId: string };

/** What every change event says. */
interface ChangeFacts {
  /** Unique for ever; the same event read or delivered again has the same one. */
  readonly id: string;
  /** To be given as `after` for what comes behind this event. */
  readonly cursor: string;
  readonly time: string;
  readonly tenant: string | null;
  /** The connector's public id. */
  readonly connector: string;
  /** The id under which the event log has the request or the Bridge's write. */
  readonly eventId: string;
  /** Null for the gateway itself, and once the event log has forgotten the request. */
  readonly actor: ChangeActor | null;
}

/** A user or group that was created, changed, deleted or restored. */
export interface ResourceEvent extends ChangeFacts {
  readonly type: ChangeType;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly version: number;
  /** The resource as it is then, or as it last was; a group without its members. */
  readonly resource: JsonObject;
  /** The names of the changed attributes; absent where the type says it all. */
  readonly changed?: readonly string[];
  /** Their values before and after; null where these are too long to be kept. */
  readonly difference?: Difference | null;
  /** That it took an imported user over, which waited for its person; whatever the type. */
  readonly claimed?: true;
}

/** A member that a group got or lost. */
export interface MemberEvent extends ChangeFacts {
  readonly type: MemberChangeType;
  readonly groupId: string;
  /** The version of the group. */
  readonly version: number;
  readonly memberId: string;
  readonly memberType: string;
  readonly memberDisplay: string | null;
}

/** A user whose roles are others than were told, since groups, or the roles that they give, changed. */
export interface RolesEvent extends ChangeFacts {
  readonly type: "user.roles_changed";
  readonly resourceType: string;
  readonly resourceId: string;
  /** The version of the user, which roles do not change. */
  readonly version: number;
  /** All roles of the user from now on, in order. */
  readonly roles: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Something that an administrator has to be told. */
export interface AlertEvent extends ChangeFacts {
  readonly type: "connector.alert";
  /** What it is about, as `bridge.held`. */
  readonly alert: string;
  readonly facts: JsonObject;
}

/** The end of a directory: its connector was deleted, or is with its tenant no longer. */
export interface EndingEvent extends ChangeFacts {
  readonly type: "connector.deleted" | "connector.moved";
  /** What became of the users. */
  readonly users: (typeof endings.$inferSelect)["users"];
  /** For how many of them that was an event. */
  readonly userEvents: number;
}

/** A connector that came to its tenant with the users and groups that it has. */
export interface JoinedEvent extends ChangeFacts {
  readonly type: "connector.joined";
}

/** A change event as the feed and the webhooks carry it. */
export type ChangeEvent =
  | ResourceEvent
  | MemberEvent
  | RolesEvent
  | AlertEvent
  | EndingEvent
  | JoinedEvent;

/** The connector whose change is told. */
export interface ChangeContext {
  /** Its public id. */
  readonly connector: string;
  /** The tenant that it is with now. */
  readonly tenant: string | null;
}

/** Renders a stored change as the one JSON value that feed and webhooks carry. */
export function changeEvent(row: ToldChange, context: ChangeContext): ChangeEvent {
  // The payload is a JSON object that this program or a trigger wrote.
  const payload = JSON.parse(row.payload) as JsonObject;
  const facts = factsOf(row, context);
  if (row.type === "connector.alert") {
    const { alert, ...others } = payload;
    return { ...facts, type: row.type, alert: String(alert), facts: others };
  }
  if (row.type === "connector.deleted" || row.type === "connector.moved") {
    // Written by the end of a directory (src/store/endings).
    const { users, userEvents } = payload as unknown as Pick<EndingEvent, "users" | "userEvents">;
    return { ...facts, type: row.type, users, userEvents };
  }
  if (row.type === "connector.joined") return { ...facts, type: row.type };
  if (row.type === "group.member_added" || row.type === "group.member_removed") {
    const { groupId, memberId, memberType } = payload;
    return {
      ...facts,
      type: row.type,
      groupId: String(groupId),
      version: row.version,
      memberId: String(memberId),
      memberType: String(memberType),
      memberDisplay: row.memberDisplay,
    };
  }
  const { type, resourceType, resourceId, version } = row;
  if (type === "user.roles_changed") {
    const [roles, former] = [textsIn(payload.roles), textsIn(payload.former)];
    return {
      ...facts,
      type,
      resourceType,
      resourceId,
      version,
      roles,
      added: roles.filter((role) => !former.includes(role)),
      removed: former.filter((role) => !roles.includes(role)),
    };
  }
  return {
    ...facts,
    type,
    resourceType,
    resourceId,
    version,
    resource: payload,
    ...differing(row),
  };
}

function textsIn(list: JsonValue | undefined): readonly string[] {
  const items: readonly JsonValue[] = Array.isArray(list) ? list : [];
  return items.filter((item) => typeof item === "string");
}

function factsOf(row: ToldChange, { connector, tenant }: ChangeContext): ChangeFacts {
  return {
    id: `${row.eventId}.${row.seq}`,
    cursor: String(row.seq),
    time: new Date(row.at).toISOString(),
    tenant: row.formerTenant ?? tenant,
    connector,
    eventId: row.eventId,
    actor: actorOf(row),
  };
}

/** The path under which the event log has the writes of a run of the Bridge. */
const RUN_PATH = "/bridge/runs/";

function actorOf(row: StoredChange): ChangeActor | null {
  const { eventMethod, eventPath, credentialId, administrator } = row;
  if (administrator !== null) return { kind: "administrator", name: administrator };
  if (eventMethod === "BRIDGE" && eventPath?.startsWith(RUN_PATH)) {
    return { kind: "bridge", runId: eventPath.slice(RUN_PATH.length) };
  }
  // An alert's row names the credential that it is about, which did nothing.
  if (eventMethod === "ALERT" || credentialId === null) return null;
  return { kind: "credential", id: credentialId };
}

function differing({
  difference,
}: StoredChange): Pick<ResourceEvent, "changed" | "difference" | "claimed"> {
  if (difference === null) return {};
  // Written by changes.ts, in one of these two forms.
  const told = JSON.parse(difference) as Difference | readonly string[];
  const claimed = saysClaimed(told) ? { claimed: true as const } : {};
  return isNames(told)
    ? { changed: told, difference: null, ...claimed }
    : { changed: Object.keys(told), difference: told, ...claimed };
}

/** Whatever the type: what claims a user may switch it off, or on. */
function saysClaimed(told: Difference | readonly string[]): boolean {
  if (isNames(told)) return told.includes(CLAIMED);
  const { from, to } = told[CLAIMED] ?? {};
  return from === false && to === undefined;
}

const CLAIMED: (typeof ACCOUNT_NAMES)[number] = "claimed";

function isNames(told: Difference | readonly string[]): told is readonly string[] {
  return Array.isArray(told);
}
