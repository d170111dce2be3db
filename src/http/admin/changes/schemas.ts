import * as z from "zod";
import { MOMENT, NAME, numberIn } from "#http/admin/call/schemas.ts";
import { DIFFERENCE } from "#http/admin/events/schemas.ts";

/** How many changes a page holds when nothing else is asked, and at most. */
const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;

/** Proxies and clients give up on a silent answer at 30 seconds. */
const WAIT_SECONDS_MAX = 25;

const FEED_QUERY = {
  after: z
    .string()
    .regex(/^(\d{1,15}|latest)$/)
    .optional()
    .describe("The `next` of the page before; `latest` for the end of the feed."),
  limit: numberIn(1, LIMIT_MAX).default(LIMIT_DEFAULT),
  wait: numberIn(0, WAIT_SECONDS_MAX)
    .default(0)
    .describe("How many seconds an empty page may wait for a change."),
  format: z.enum(["json", "set"]).default("json").describe("`set` for security event tokens."),
};

/** The query of GET /connectors/{id}/changes. */
export const CHANGES_QUERY = z.strictObject(FEED_QUERY);

/** The query of GET /changes. */
export const TENANT_CHANGES_QUERY = z.strictObject({ tenant: NAME, ...FEED_QUERY });

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

/** Where a reader of a feed goes on. */
const NEXT = {
  next: z.string().describe("Store it with what you did; send it as `after` for what comes next."),
  staged: z.literal(true).optional().describe("The connector delivers nothing yet."),
};

const EVENTS_PAGE = z
  .strictObject({
    items: z.array(
      z.discriminatedUnion("type", [
        RESOURCE_CHANGED,
        MEMBER_CHANGED,
        ROLES_CHANGED,
        ENDED,
        JOINED,
        ALERTED,
      ]),
    ),
    hasMore: z.boolean(),
    ...NEXT,
  })
  .meta({ id: "ChangePage" });

const SETS_PAGE = z
  .strictObject({
    sets: z
      .record(z.string(), z.string())
      .describe("Security event tokens by their ids (RFC 8936)."),
    moreAvailable: z.boolean(),
    ...NEXT,
  })
  .meta({ id: "SecurityEventTokens" });

/** The answer of the feeds, in either format. */
export const CHANGES = z.union([EVENTS_PAGE, SETS_PAGE]);
