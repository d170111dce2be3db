import * as z from "zod";
import { MOMENT, numberIn, pageOf } from "#http/admin/call/schemas.ts";
import { COUNT_DEFAULT, COUNT_MAX } from "#scim/list/list.ts";

/** The directory is read to be copied: its pages are as long as those of SCIM. */
const DIRECTORY_LIMIT = numberIn(1, COUNT_MAX).default(COUNT_DEFAULT);

/** Which attributes of a resource are shown. */
export const SHOWN = {
  attributes: z.string().optional().describe("The attributes to be shown, as in SCIM."),
  excludedAttributes: z.string().optional().describe("The attributes to be left out, as in SCIM."),
};

const RESOURCES_QUERY = z.strictObject({
  filter: z.string().optional().describe("As in SCIM (RFC 7644 §3.4.2.2)."),
  cursor: z.string().default("").describe("The `nextCursor` of the page before."),
  limit: DIRECTORY_LIMIT,
  ...SHOWN,
});

/** The query of GET /connectors/{id}/users. */
export const USERS_QUERY = RESOURCES_QUERY.extend({
  state: z
    .enum(["active", "inactive", "deleted"])
    .optional()
    .describe("`deleted` for those who can be restored; without it all who are there."),
});

/** The query of GET /connectors/{id}/users/{userId}. */
export const RESOURCE_QUERY = z.strictObject(SHOWN);

/** What every resource has, whatever is chosen to be shown (RFC 7643 §3.1). */
const ALWAYS = { schemas: z.array(z.string()), id: z.string() };

const META = z
  .looseObject({
    resourceType: z.string().optional(),
    created: z.string().optional(),
    lastModified: z.string().optional(),
    location: z.string().optional(),
    version: z.string().optional(),
  })
  .optional();

/** A user as SCIM answers it; its other attributes are those of the connector's schema. */
export const SCIM_USER = z
  .looseObject({
    ...ALWAYS,
    externalId: z.string().optional(),
    userName: z.string().optional(),
    active: z.boolean().optional(),
    displayName: z.string().optional(),
    deletedAt: MOMENT.optional().describe("Of a deleted user in the list of those alone."),
    meta: META,
  })
  .meta({ id: "User", description: "A user as SCIM has it (RFC 7643 §4.1)." });

/** A member of a group. */
export const MEMBER = z
  .strictObject({
    value: z.string().optional(),
    $ref: z.string().optional(),
    type: z.string().optional(),
    display: z.string().optional(),
  })
  .meta({ id: "Member" });

/** A group as SCIM answers it. */
export const SCIM_GROUP = z
  .looseObject({
    ...ALWAYS,
    externalId: z.string().optional(),
    displayName: z.string().optional(),
    members: z.array(MEMBER).optional(),
    meta: META,
  })
  .meta({ id: "Group", description: "A group as SCIM has it (RFC 7643 §4.2)." });

/** The answer of GET /connectors/{id}/users. */
export const SCIM_USERS = pageOf("Users", SCIM_USER);

/** How far the erasure of a person is. */
export const ERASURE = z
  .strictObject({
    userId: z.string(),
    state: z
      .enum(["erasing", "erased"])
      .describe(
        "`erasing` while cron goes on; the call may be repeated to see whether it is done.",
      ),
  })
  .meta({ id: "Erasure" });
