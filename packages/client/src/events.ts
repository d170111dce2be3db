import type { components } from "./api.ts";

type Schemas = components["schemas"];

/** A JSON object as the gateway sends it. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** A user or group as SCIM has it (RFC 7643), in events without what other resources decide. */
export interface ScimResource extends JsonObject {
  readonly id: string;
  readonly meta: JsonObject;
}

/** A user or group that was created, changed, deleted or restored. */
export type ResourceEvent = Omit<Schemas["ResourceEvent"], "resource" | "resourceType"> & {
  readonly resourceType: "User" | "Group";
  /** The resource as it is then, or as it last was; a group without its members. */
  readonly resource: ScimResource;
};

/** A member that a group got or lost. */
export type MemberEvent = Omit<Schemas["MemberEvent"], "memberType"> & {
  readonly memberType: "User" | "Group";
};

/** A user whose roles, as the connector gives them by groups, are others from now on. */
export type RolesEvent = Schemas["RolesEvent"];

/** Something that an administrator has to be told. */
export type AlertEvent = Schemas["AlertEvent"];

/** The end of a directory: its connector was deleted, or is with its tenant no longer. */
export type EndingEvent = Schemas["EndingEvent"];

/** A connector that came to its tenant: its users and groups are to be read. */
export type JoinedEvent = Schemas["JoinedEvent"];

/** An event of the feed and of the webhooks. */
export type ChangeEvent =
  | ResourceEvent
  | MemberEvent
  | RolesEvent
  | AlertEvent
  | EndingEvent
  | JoinedEvent;
