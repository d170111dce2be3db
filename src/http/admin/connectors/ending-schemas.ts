import * as z from "zod";

const USERS = z.enum(["keep", "deactivate", "delete"]);

/** The query of DELETE /connectors/{id}. */
export const DELETION_QUERY = z.strictObject({
  users: USERS.default("deactivate").describe("What becomes of the users, each with its event."),
});

/** The query of PATCH /connectors/{id}. */
export const CHANGE_QUERY = z.strictObject({
  users: USERS.optional().describe(
    "With `tenant` alone: what becomes of the users when the connector moves. Without it `deactivate`, or `keep` where it has no tenant yet.",
  ),
});

/** The query of GET /connectors/{id}/ending. */
export const ENDING_QUERY = DELETION_QUERY;

/** The answer of GET /connectors/{id}/ending. */
export const ENDING = z
  .strictObject({
    users: USERS,
    userEvents: z.int().describe("How many users are deactivated or deleted, each with its event."),
    groupEvents: z.int().describe("How many groups are deleted, each with its event."),
    activeUsers: z.int(),
    inactiveUsers: z.int(),
    groups: z.int(),
    webhooks: z.int().describe("They deliver what waits, and end."),
    tokens: z
      .int()
      .describe("They end at once when the connector is deleted, as do the next three."),
    clients: z.int(),
    keys: z.int(),
    bridges: z.int().describe("1 where the connector has one."),
  })
  .meta({ id: "Ending", description: "What the end of a connector's directory would do." });
