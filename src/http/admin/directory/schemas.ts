import * as z from "zod";
import { CURSOR, MOMENT, numberIn, pageOf, TIME } from "#http/admin/call/schemas.ts";
import { COUNT_DEFAULT, COUNT_MAX } from "#scim/list/list.ts";
import { IMPORT_REASONS } from "#scim/provision/import.ts";
import { ACCOUNT_STATES } from "#store/directory/account-state.ts";

/** The directory is read to be copied: its pages are as long as those of SCIM. */
const DIRECTORY_LIMIT = numberIn(1, COUNT_MAX).default(COUNT_DEFAULT);

/** Which attributes of a resource are shown. */
export const SHOWN = {
  attributes: z.string().optional().describe("The attributes to be shown, as in SCIM."),
  excludedAttributes: z.string().optional().describe("The attributes to be left out, as in SCIM."),
};

/** The query of GET /connectors/{id}/groups. */
export const RESOURCES_QUERY = z.strictObject({
  filter: z.string().optional().describe("As in SCIM (RFC 7644 §3.4.2.2)."),
  cursor: z.string().default("").describe("The `nextCursor` of the page before."),
  limit: DIRECTORY_LIMIT,
  ...SHOWN,
});

/** The query of GET /connectors/{id}/users. */
export const USERS_QUERY = RESOURCES_QUERY.extend({
  state: z
    .enum(["active", "inactive", "deleted", ...ACCOUNT_STATES])
    .optional()
    .describe(
      "`deleted` for those who can be restored; `registered` who signed in to the application, as it said, and `pending` who did not; `unclaimed` who were imported and wait; without it all who are there.",
    ),
});

/** The query of GET /connectors/{id}/users/{userId} and …/groups/{groupId}. */
export const RESOURCE_QUERY = z.strictObject(SHOWN);

/** The query of GET /connectors/{id}/groups/{groupId}/members. */
export const MEMBERS_QUERY = z.strictObject({ cursor: CURSOR, limit: DIRECTORY_LIMIT });

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
    accountId: z.string().optional().describe("The application's own id of the account."),
    registered: MOMENT.optional().describe("When the person first signed in to the application."),
    claimed: z.literal(false).optional().describe("Of an imported user, whose person is to come."),
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

/** The answers of the lists. */
export const SCIM_USERS = pageOf("Users", SCIM_USER);
export const SCIM_GROUPS = pageOf("Groups", SCIM_GROUP);
export const SCIM_MEMBERS = pageOf("Members", MEMBER);

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

/** The application's own id of an account: text that can be seen, without blanks at its ends. */
const ACCOUNT_ID = z
  .string()
  .regex(/^[^\p{C}\p{Z}]([^\p{C}]{0,254}[^\p{C}\p{Z}])?$/u, "1 to 256 characters that can be seen")
  .describe("The application's own id of the account; one account is that of one user.");

/** An account that the application has already. */
export const IMPORT_ROW = z
  .strictObject({
    userName: z.string().describe("As the provider will send it."),
    externalId: z
      .string()
      .nullish()
      .describe("The provider's id of the person, where it is known."),
    email: z.string().nullish(),
    accountId: ACCOUNT_ID.nullish(),
  })
  .meta({ id: "ImportedAccount" });

/** One call takes so many rows. */
const IMPORT_ROWS_MAX = 1_000;

/** The body of POST /connectors/{id}/users/import. */
export const IMPORT = z.strictObject({
  users: z.array(IMPORT_ROW).min(1).max(IMPORT_ROWS_MAX),
});

/** The same as it is read: a row that does not fit is refused by itself. */
export const ROWS_READ = z.strictObject({
  users: z.array(z.unknown()).min(1).max(IMPORT_ROWS_MAX),
});

/** The query of POST /connectors/{id}/users/import. */
export const IMPORT_QUERY = z.strictObject({
  dryRun: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .describe("Whether only to say what would be done."),
});

/** The answer of POST /connectors/{id}/users/import. */
export const IMPORT_RESULTS = z
  .strictObject({
    dryRun: z.boolean(),
    created: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    results: z
      .array(
        z.strictObject({
          status: z.enum(["created", "unchanged", "refused"]),
          userName: z.string().nullable().describe("As sent; null where the row has no such form."),
          accountId: z.string().nullable(),
          id: z.string().nullable().describe("Of the user; null for a refusal and in a dry run."),
          reason: z
            .enum(IMPORT_REASONS)
            .nullable()
            .describe("`userName`, `externalId`, `accountId`: a user who is here has it."),
          detail: z.string().nullable().describe("What is wrong, and what to change."),
        }),
      )
      .describe("One for each row, in their order."),
  })
  .meta({ id: "ImportResults" });

/** The body of PATCH /connectors/{id}/users/{userId}. */
export const ACCOUNT_CHANGE = z.strictObject({
  accountId: ACCOUNT_ID.nullable().optional(),
  registered: TIME.nullable()
    .optional()
    .describe("When the person first signed in to the application; null takes it back."),
});
