import type { JsonObject, JsonValue } from "#scim/json.ts";
import { entityTag } from "#scim/resource/etag.ts";
import { PATCH_OP, PROVISIONING_EVENTS } from "#scim/schema/urns.ts";
import type { ChangeEvent, MemberEvent, ResourceEvent, RolesEvent } from "#store/changes/event.ts";

/** The claims of a security event token (RFC 8417 §2.2, RFC 9967 §2). */
export interface SetClaims {
  readonly iss: string;
  readonly aud: string;
  readonly jti: string;
  readonly iat: number;
  /** The request or the Bridge's write that the event belongs to; other tokens may have the same. */
  readonly txn: string;
  readonly sub_id: JsonObject;
  readonly events: JsonObject;
}

/** Who issues the tokens of a feed, and for whom. */
export interface SetParties {
  readonly issuer: string;
  readonly audience: string;
}

/** A change event in the form of RFC 9967; undefined for what is told of a connector, which is no event of SCIM. */
export function setClaims(event: ChangeEvent, parties: SetParties): SetClaims | undefined {
  if (!isOfResource(event)) return undefined;
  return {
    iss: parties.issuer,
    aud: parties.audience,
    jti: event.id,
    // The moment of the change, so that an event read twice is the same token.
    iat: Math.floor(Date.parse(event.time) / 1_000),
    txn: event.eventId,
    sub_id: subjectOf(event),
    events: eventsOf(event),
  };
}

function isOfResource(event: ChangeEvent): event is ScimEvent {
  return "resourceId" in event || "memberId" in event;
}

/** An event of SCIM. */
type ScimEvent = ResourceEvent | MemberEvent | RolesEvent;

function eventsOf(event: ScimEvent): JsonObject {
  if ("memberId" in event) return memberEvents(event);
  return "roles" in event ? rolesEvents(event) : resourceEvents(event);
}

/** RFC 9967 §2.1: the path below the SCIM base URL, and the externalId where there is one. */
function subjectOf(event: ScimEvent): JsonObject {
  if ("memberId" in event) return { format: "scim", uri: `/Groups/${event.groupId}` };
  const uri = `/${event.resourceType}s/${event.resourceId}`;
  if ("roles" in event) return { format: "scim", uri };
  const { externalId } = event.resource;
  return { format: "scim", uri, ...(typeof externalId === "string" && { externalId }) };
}

function resourceEvents(event: ResourceEvent): JsonObject {
  const { type, resource } = event;
  const full = { version: versionOf(event), data: resource };
  switch (type) {
    // A restored user was deleted for its receivers.
    case "user.created":
    case "user.restored":
    case "group.created":
      return { [PROVISIONING_EVENTS.create]: full };
    case "user.deactivated":
      return { [PROVISIONING_EVENTS.deactivate]: {}, [PROVISIONING_EVENTS.put]: full };
    case "user.reactivated":
      return { [PROVISIONING_EVENTS.activate]: {}, [PROVISIONING_EVENTS.put]: full };
    case "user.updated":
    case "user.claimed":
      return { [PROVISIONING_EVENTS.put]: full };
    // A PUT without members would take them all out.
    case "group.updated":
      return patched(event, groupOperations(event));
    case "user.deleted":
    case "user.erased":
    case "group.deleted":
      return { [PROVISIONING_EVENTS.delete]: {} };
  }
}

function memberEvents(event: MemberEvent): JsonObject {
  const { type, memberId, memberType, memberDisplay } = event;
  if (type === "group.member_removed") {
    return patched(event, [{ op: "remove", path: `members[value eq "${memberId}"]` }]);
  }
  const display = memberDisplay === null ? {} : { display: memberDisplay };
  const value = [{ value: memberId, type: memberType, ...display }];
  return patched(event, [{ op: "add", path: "members", value }]);
}

/** The attribute of RFC 7643 §4.1.2, as applications see it. */
function rolesEvents(event: RolesEvent): JsonObject {
  const value = event.roles.map((role) => ({ value: role }));
  return patched(event, [{ op: "replace", path: "roles", value }]);
}

function groupOperations({ difference, resource }: ResourceEvent): readonly JsonObject[] {
  if (!difference) {
    const { id: _, meta: __, schemas: ___, ...value } = resource;
    return [{ op: "replace", value }];
  }
  return Object.entries(difference).map(([path, { to }]) =>
    to === undefined ? { op: "remove", path } : { op: "replace", path, value: to },
  );
}

function patched(event: ScimEvent, operations: readonly JsonValue[]): JsonObject {
  const data = { schemas: [PATCH_OP], Operations: operations };
  return { [PROVISIONING_EVENTS.patch]: { version: versionOf(event), data } };
}

/** RFC 9967 §2.4: the entity tag of the resource afterwards. */
function versionOf({ version }: ScimEvent): string {
  return entityTag(version);
}
