/** A JSON object as the gateway sends it. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** A user or group as SCIM has it (RFC 7643), in events without what other resources decide. */
export interface ScimResource extends JsonObject {
  readonly id: string;
  readonly meta: JsonObject;
}

/** What every event says. */
interface EventFacts {
  /** Unique for ever: the same event read or delivered again has the same one. */
  readonly id: string;
  /** Where the event stands in the feed; a decimal number that only ever grows. */
  readonly cursor: string;
  /** When it happened (RFC 3339). */
  readonly time: string;
  readonly tenant: string | null;
  readonly connector: string;
  /** The request or the Bridge's write in the event log. */
  readonly eventId: string;
  readonly actor:
    | { readonly kind: "credential"; readonly id: string }
    | { readonly kind: "bridge"; readonly runId: string }
    | { readonly kind: "administrator"; readonly name: string }
    | null;
}

/** A user or group that was created, changed, deleted or restored. */
export interface ResourceEvent extends EventFacts {
  readonly type:
    | "user.created"
    | "user.updated"
    | "user.deactivated"
    | "user.reactivated"
    | "user.deleted"
    | "user.restored"
    | "user.erased"
    | "user.claimed"
    | "group.created"
    | "group.updated"
    | "group.deleted";
  readonly resourceType: "User" | "Group";
  readonly resourceId: string;
  readonly version: number;
  /** The resource as it is then, or as it last was; a group without its members. */
  readonly resource: ScimResource;
  /** The names of the changed attributes, of an update or a restored user. */
  readonly changed?: readonly string[];
  /** Their values before and after; null where they are too long. */
  readonly difference?: Readonly<
    Record<string, { readonly from?: unknown; readonly to?: unknown }>
  > | null;
  /** That the change took an imported user over, which waited for its person. */
  readonly claimed?: true;
}

/** A member that a group got or lost. */
export interface MemberEvent extends EventFacts {
  readonly type: "group.member_added" | "group.member_removed";
  readonly groupId: string;
  /** The version of the group. */
  readonly version: number;
  readonly memberId: string;
  readonly memberType: "User" | "Group";
  readonly memberDisplay: string | null;
}

/** A user whose roles, as the connector gives them by groups, are others from now on. */
export interface RolesEvent extends EventFacts {
  readonly type: "user.roles_changed";
  readonly resourceType: "User";
  readonly resourceId: string;
  /** The version of the user, which roles do not change. */
  readonly version: number;
  /** All roles of the user from now on. */
  readonly roles: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** Something that an administrator has to be told. */
export interface AlertEvent extends EventFacts {
  readonly type: "connector.alert";
  readonly alert: string;
  readonly facts: JsonObject;
}

/** The end of a directory: its connector was deleted, or is with its tenant no longer. */
export interface EndingEvent extends EventFacts {
  readonly type: "connector.deleted" | "connector.moved";
  /** What became of the users. */
  readonly users: "keep" | "deactivate" | "delete";
  /** How many of them had an event before this one. */
  readonly userEvents: number;
}

/** A connector that came to its tenant: its users and groups are to be read. */
export interface JoinedEvent extends EventFacts {
  readonly type: "connector.joined";
}

/** An event of the feed and of the webhooks. */
export type ChangeEvent =
  | ResourceEvent
  | MemberEvent
  | RolesEvent
  | AlertEvent
  | EndingEvent
  | JoinedEvent;
