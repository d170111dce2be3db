import * as z from "zod";
import { MOMENT, NAME, numberIn } from "#http/admin/call/schemas.ts";
import { CHANGE_EVENT } from "#http/admin/changes/schemas.ts";
import { MEMBER, SCIM_GROUP, SCIM_USER, SHOWN } from "#http/admin/directory/schemas.ts";
import { COUNT_MAX } from "#scim/list/list.ts";
import { ACCOUNT_STATES } from "#store/directory/account-state.ts";

/** How many items a page holds when nothing else is asked. */
const LIMIT_DEFAULT = 100;

/** Proxies and clients give up on a silent answer at 30 seconds. */
const WAIT_SECONDS_MAX = 25;

const CONNECTOR_ID = z
  .string()
  .optional()
  .describe("The id of a connector; without it all that the key sees.");

/** Of a call about one thing, which is found under its connector alone. */
const OWNER = z
  .string()
  .optional()
  .describe("The id of its connector; needed unless the key sees one connector alone.");

const TENANT = NAME.optional().describe("A tenant; without it all that the key sees.");

const AFTER = z
  .string()
  .optional()
  .describe("The `next` of the page before; without it the list begins.");

const LIMIT = numberIn(1, COUNT_MAX)
  .default(LIMIT_DEFAULT)
  .describe("How many items a page holds at most.");

/** Where every page of this API goes on. */
const PAGED = {
  next: z.string().nullable().describe("Send it as `after` for the next page; null at the end."),
  hasMore: z.boolean().describe("Whether the next page may hold something already."),
};

/** The query of GET /changes. */
export const CHANGES_QUERY = z.strictObject({
  connector: CONNECTOR_ID,
  tenant: TENANT,
  after: z
    .string()
    .regex(/^(\d{1,15}|latest)$/)
    .optional()
    .describe("The `next` of the page before; `latest` for the end of the feed."),
  limit: LIMIT,
  wait: numberIn(0, WAIT_SECONDS_MAX)
    .default(0)
    .describe("How many seconds an empty page may wait for a change."),
  format: z.enum(["json", "set"]).default("json").describe("`set` for security event tokens."),
});

/** Where a reader of the feed goes on. */
const FOLLOWED = {
  next: z.string().describe("Store it with what you did; send it as `after` for what comes next."),
  staged: z.literal(true).optional().describe("The connector delivers nothing yet."),
};

const EVENTS_PAGE = z
  .strictObject({ ...PAGED, ...FOLLOWED, items: z.array(CHANGE_EVENT) })
  .meta({ id: "ChangePage" });

const SETS_PAGE = z
  .strictObject({
    sets: z
      .record(z.string(), z.string())
      .describe("Security event tokens by their ids (RFC 8936)."),
    moreAvailable: z.boolean(),
    ...FOLLOWED,
  })
  .meta({ id: "SecurityEventTokens" });

/** The answer of the feed, in either format. */
export const CHANGES = z.union([EVENTS_PAGE, SETS_PAGE]);

/** The query of GET /connectors. */
export const DIRECTORIES_QUERY = z.strictObject({ tenant: TENANT, after: AFTER, limit: LIMIT });

/** A connector as applications see it: whose directory it is, nothing of how it is set up. */
export const DIRECTORY = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    tenant: z.string().nullable(),
    preset: z.string().nullable().describe("The identity provider, where it was chosen."),
    status: z.enum(["active", "disabled"]),
    staged: z.boolean().describe("Whether it delivers nothing until it is approved."),
    createdAt: MOMENT,
    modifiedAt: MOMENT,
  })
  .meta({ id: "Directory" });

/** The answer of GET /connectors. */
export const DIRECTORIES = z
  .strictObject({ items: z.array(DIRECTORY), ...PAGED })
  .meta({ id: "Directories" });

/** The query of GET /groups. */
export const DIRECTORY_GROUPS_QUERY = z.strictObject({
  connector: CONNECTOR_ID,
  tenant: TENANT,
  filter: z.string().optional().describe("As in SCIM (RFC 7644 §3.4.2.2)."),
  after: AFTER,
  limit: LIMIT,
  ...SHOWN,
});

/** The query of GET /users. */
export const DIRECTORY_USERS_QUERY = DIRECTORY_GROUPS_QUERY.extend({
  state: z
    .enum(["active", "inactive", ...ACCOUNT_STATES])
    .optional()
    .describe(
      "`registered` who signed in, as you said, and `pending` who did not; `unclaimed` who were imported and wait for their persons. Without it all users.",
    ),
});

/** The query of GET /users/{userId} and /groups/{groupId}. */
export const DIRECTORY_RESOURCE_QUERY = z.strictObject({ connector: OWNER, ...SHOWN });

/** The query of GET /groups/{groupId}/members. */
export const DIRECTORY_MEMBERS_QUERY = z.strictObject({
  connector: OWNER,
  after: AFTER,
  limit: LIMIT,
});

const OF_ONE = z.string().nullable().describe("Whose the items are: a page is of one connector.");

/** The answers of the lists. */
export const DIRECTORY_USERS = z
  .strictObject({ items: z.array(SCIM_USER), ...PAGED, connector: OF_ONE })
  .meta({ id: "DirectoryUsers" });
export const DIRECTORY_GROUPS = z
  .strictObject({ items: z.array(SCIM_GROUP), ...PAGED, connector: OF_ONE })
  .meta({ id: "DirectoryGroups" });
export const DIRECTORY_MEMBERS = z
  .strictObject({ items: z.array(MEMBER), ...PAGED })
  .meta({ id: "DirectoryMembers" });

/** The answer of GET /jwks.json (RFC 7517 §5). */
export const JWKS = z
  .strictObject({ keys: z.array(z.looseObject({ kid: z.string(), kty: z.string() })) })
  .meta({ id: "KeySet" });
