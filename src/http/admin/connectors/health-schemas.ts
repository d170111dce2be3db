import * as z from "zod";
import { COUNT, MOMENT, REFUSALS_BY_CLASS, REQUESTS_BY_CLASS } from "#http/admin/call/schemas.ts";

/** How a connector fares: members of a connector as it is answered. */
export const HEALTH = {
  users: z.strictObject({ active: COUNT, inactive: COUNT, deleted: COUNT }),
  groups: COUNT,
  parkedMembers: COUNT.describe("Members of groups that wait for their user."),
  lastRequestAt: MOMENT.nullable().describe("Of its SCIM client; counted each minute."),
  lastError: z
    .strictObject({
      time: MOMENT,
      status: z.int().describe("400 and above."),
      eventId: z.string().describe("The entry of the event log."),
    })
    .nullable(),
  lastDay: z
    .strictObject({ requests: REQUESTS_BY_CLASS, refusals: REFUSALS_BY_CLASS })
    .describe(
      "This hour and the 23 before it: requests, and callers who were not let in, by the class of the status.",
    ),
  bridge: z
    .strictObject({
      state: z.enum(["pending", "syncing", "active", "failed", "disabled"]),
      paused: z.boolean(),
      consecutiveFailures: COUNT,
      lastSucceededAt: MOMENT.nullable().describe("When the last run that succeeded ended."),
    })
    .nullable()
    .describe("Null where it has none."),
  webhooks: z
    .strictObject({
      active: COUNT,
      disabled: COUNT,
      waiting: COUNT.describe("Deliveries that wait, up to a minute ago."),
      waitingSince: MOMENT.nullable().describe("When the oldest event of them was."),
    })
    .describe("Its own webhooks."),
  held: COUNT.describe(
    "Switch-offs that wait for an administrator; of push up to 1,000 are counted.",
  ),
};

/** How a connector may fare, for examples. */
export const HEALTH_EXAMPLE = {
  users: { active: 120, inactive: 3, deleted: 1 },
  groups: 8,
  parkedMembers: 0,
  lastRequestAt: "2026-11-30T20:41:03.120Z",
  lastError: {
    time: "2026-11-30T18:02:11.004Z",
    status: 409,
    eventId: "01a22df0-0eb1-7478-ab0c-135f14257380",
  },
  lastDay: {
    requests: { "2xx": 431, "3xx": 0, "4xx": 2, "5xx": 0 },
    refusals: { "4xx": 0, "5xx": 0 },
  },
  bridge: null,
  webhooks: { active: 1, disabled: 0, waiting: 0, waitingSince: null },
  held: 0,
};
