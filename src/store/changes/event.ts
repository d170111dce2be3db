import type { JsonObject } from "#scim/json.ts";
import type { Difference } from "#scim/resource/difference.ts";
import type { ChangeType, MemberChangeType } from "./changes.ts";

/** A row of the outbox `changes` as it is read back, with what its event tells of the actor. */
export interface StoredChange {
  /** Its place in the order of commits, and the cursor of every reader. */
  readonly seq: number;
  /** The op_id of the event-log row that it belongs to. */
  readonly eventId: string;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly version: number;
  readonly type: ChangeType | MemberChangeType | "connector.alert";
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** JSON text: the resource, or the facts of a membership or an alert. */
  readonly payload: string;
  /** JSON text: a Difference, or the names alone where that is too long; null where nothing is told. */
  readonly difference: string | null;
  /** Null where the event is pruned, as the next two are. */
  readonly eventMethod: string | null;
  readonly eventPath: string | null;
  readonly credentialId: string | null;
  /** The displayName or userName that the member of a membership event has now; null if it is gone. */
  readonly memberDisplay: string | null;
}

/** Whose change it was: a client's credential, or a run of the Bridge. */
export type ChangeActor =
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

/** Something that an administrator has to be told. */
export interface AlertEvent extends ChangeFacts {
  readonly type: "connector.alert";
  /** What it is about, as `bridge.held`. */
  readonly alert: string;
  readonly facts: JsonObject;
}

/** A change event as the feed and the webhooks carry it. */
export type ChangeEvent = ResourceEvent | MemberEvent | AlertEvent;

/** The connector whose change is told. */
export interface ChangeContext {
  /** Its public id. */
  readonly connector: string;
  readonly tenant: string | null;
}

/**
 * The columns of a StoredChange, for statements that have the change as `c` and JOIN_CHANGE_FACTS.
 */
export const CHANGE_COLUMNS = `c.seq, c.event_id AS eventId, c.resource_type AS resourceType,
  c.resource_id AS resourceId, c.version, c.type, c.at, c.payload, c.difference,
  e.method AS eventMethod, e.path AS eventPath, e.credential_id AS credentialId,
  coalesce(m.doc ->> 'displayName', m.doc ->> 'userName') AS memberDisplay`;

/** Joins the event and, for a membership, the member to a change `c`; each is found by its index. */
export const JOIN_CHANGE_FACTS = `LEFT JOIN events AS e
    ON e.connector_id = c.connector_id AND e.op_id = c.event_id
  LEFT JOIN resources AS m
    ON m.connector_id = c.connector_id AND m.type = ${ofMember("memberType")}
    AND m.id = ${ofMember("memberId")} AND m.deleted_at IS NULL`;

/** A fact of a membership; null for other changes, whose payloads are then not parsed. */
function ofMember(name: string): string {
  return `iif(c.type IN ('group.member_added', 'group.member_removed'), c.payload ->> '${name}', NULL)`;
}

/** Renders a stored change as the one JSON value that feed and webhooks carry. */
export function changeEvent(row: StoredChange, context: ChangeContext): ChangeEvent {
  // The payload is a JSON object that this program or a trigger wrote.
  const payload = JSON.parse(row.payload) as JsonObject;
  const facts = factsOf(row, context);
  if (row.type === "connector.alert") {
    const { alert, ...others } = payload;
    return { ...facts, type: row.type, alert: String(alert), facts: others };
  }
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

function factsOf(row: StoredChange, { connector, tenant }: ChangeContext): ChangeFacts {
  return {
    id: `${row.eventId}.${row.seq}`,
    cursor: String(row.seq),
    time: new Date(row.at).toISOString(),
    tenant,
    connector,
    eventId: row.eventId,
    actor: actorOf(row),
  };
}

/** The path under which the event log has the writes of a run of the Bridge. */
const RUN_PATH = "/bridge/runs/";

function actorOf({ eventMethod, eventPath, credentialId }: StoredChange): ChangeActor | null {
  if (eventMethod === "BRIDGE" && eventPath?.startsWith(RUN_PATH)) {
    return { kind: "bridge", runId: eventPath.slice(RUN_PATH.length) };
  }
  // An alert's row names the credential that it is about, which did nothing.
  if (eventMethod === "ALERT" || credentialId === null) return null;
  return { kind: "credential", id: credentialId };
}

function differing({ difference }: StoredChange): Pick<ResourceEvent, "changed" | "difference"> {
  if (difference === null) return {};
  // Written by changes.ts, in one of these two forms.
  const told = JSON.parse(difference) as Difference | readonly string[];
  return isNames(told)
    ? { changed: told, difference: null }
    : { changed: Object.keys(told), difference: told };
}

function isNames(told: Difference | readonly string[]): told is readonly string[] {
  return Array.isArray(told);
}
