import * as z from "zod";
import { MOMENT } from "#http/admin/call/schemas.ts";
import { DIFFERENCE } from "#http/admin/events/schemas.ts";

/** What every event says. */
const FACTS = {
  id: z.string().describe("Unique for ever; a webhook delivers the same one."),
  cursor: z.string(),
  time: MOMENT,
  tenant: z.string().nullable(),
  connector: z.string(),
  eventId: z.string().describe("The entry of the event log."),
  actor: z
    .discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("credential"), id: z.string() }),
      z.strictObject({ kind: z.literal("bridge"), runId: z.string() }),
      z.strictObject({ kind: z.literal("administrator"), name: z.string() }),
    ])
    .nullable(),
};

const RESOURCE_EVENT_TYPES = [
  "user.created",
  "user.updated",
  "user.deactivated",
  "user.reactivated",
  "user.deleted",
  "user.restored",
  "user.erased",
  "user.claimed",
  "group.created",
  "group.updated",
  "group.deleted",
] as const;

const MEMBER_EVENT_TYPES = ["group.member_added", "group.member_removed"] as const;

const ENDING_EVENT_TYPES = ["connector.deleted", "connector.moved"] as const;

const JOINED_TYPE = "connector.joined";
const ROLES_EVENT_TYPE = "user.roles_changed";

const ALERT_TYPE = "connector.alert";

/** The types of change events, of which a webhook may want some. */
export const EVENT_TYPES = [
  ...RESOURCE_EVENT_TYPES,
  ...MEMBER_EVENT_TYPES,
  ...ENDING_EVENT_TYPES,
  JOINED_TYPE,
  ROLES_EVENT_TYPE,
  ALERT_TYPE,
] as const;

const RESOURCE_CHANGED = z
  .strictObject({
    ...FACTS,
    type: z.enum(RESOURCE_EVENT_TYPES),
    resourceType: z.string(),
    resourceId: z.string(),
    version: z.int(),
    resource: z
      .record(z.string(), z.unknown())
      .describe("The SCIM document as it is then, or as it last was; a group without its members."),
    changed: z.array(z.string()).optional().describe("The names of the changed attributes."),
    difference: DIFFERENCE.nullable().optional(),
    claimed: z
      .literal(true)
      .optional()
      .describe("The change took an imported user over, which waited for its person."),
  })
  .meta({ id: "ResourceEvent" });

const MEMBER_CHANGED = z
  .strictObject({
    ...FACTS,
    type: z.enum(MEMBER_EVENT_TYPES),
    groupId: z.string(),
    version: z.int().describe("The version of the group."),
    memberId: z.string(),
    memberType: z.string(),
    memberDisplay: z.string().nullable(),
  })
  .meta({ id: "MemberEvent" });

const ROLES_CHANGED = z
  .strictObject({
    ...FACTS,
    type: z.literal(ROLES_EVENT_TYPE),
    resourceType: z.string(),
    resourceId: z.string().describe("The user."),
    version: z.int().describe("The version of the user, which roles do not change."),
    roles: z.array(z.string()).describe("All roles of the user from now on."),
    added: z.array(z.string()),
    removed: z.array(z.string()),
  })
  .meta({ id: "RolesEvent" });

const ALERTED = z
  .strictObject({
    ...FACTS,
    type: z.literal(ALERT_TYPE),
    alert: z.string().describe("Such as `token.expiring`; docs/admin-api.md lists them."),
    facts: z.record(z.string(), z.unknown()),
  })
  .meta({ id: "AlertEvent" });

const ENDED = z
  .strictObject({
    ...FACTS,
    type: z.enum(ENDING_EVENT_TYPES),
    users: z.enum(["keep", "deactivate", "delete"]).describe("What became of the users."),
    userEvents: z.int().describe("How many of them had an event before this one."),
  })
  .meta({ id: "EndingEvent" });

const JOINED = z
  .strictObject({ ...FACTS, type: z.literal(JOINED_TYPE) })
  .meta({ id: "JoinedEvent" });

/** A change event, as the feed and the webhooks carry it. */
export const CHANGE_EVENT = z.discriminatedUnion("type", [
  RESOURCE_CHANGED,
  MEMBER_CHANGED,
  ROLES_CHANGED,
  ENDED,
  JOINED,
  ALERTED,
]);
