import * as z from "zod";
import { CURSOR, LIMIT, MOMENT, pageOf, TIME } from "#http/admin/call/schemas.ts";

const FILTERED_TIME = TIME.transform((text) => Date.parse(text));

const TEXT = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed(), "Invalid text");

/** The filters that every list of events takes. */
const EVENT_FILTERS = {
  from: FILTERED_TIME.optional().describe("The first moment."),
  to: FILTERED_TIME.optional().describe("The moment before which it ends."),
  status: z
    .string()
    .regex(/^([2-5]xx|[1-5][0-9]{2})$/)
    .optional()
    .describe("One status, or a class of them such as 4xx."),
  method: z.string().max(16).optional(),
  credentialId: z.string().max(64).optional(),
  clientIp: z.string().max(64).optional(),
  explanation: TEXT.optional().describe("Words that the explanation or the warnings hold."),
  search: TEXT.optional().describe("A text that the userName or the path holds."),
};

/** The filters on whom events are about, where the path does not name a user already. */
const USER_FILTER = {
  user: z
    .string()
    .max(1_024)
    .refine((text) => text.isWellFormed(), "Invalid text")
    .optional()
    .describe("An id, a userName or an externalId."),
  resourceId: z.string().min(1).max(64).optional(),
};

const PAGE = { cursor: CURSOR, limit: LIMIT };

/** The query of GET /connectors/{id}/events. */
export const EVENT_QUERY = z.strictObject({ ...EVENT_FILTERS, ...USER_FILTER, ...PAGE });

/** The query of GET /connectors/{id}/users/{userId}/events. */
export const HISTORY_QUERY = z.strictObject({ ...EVENT_FILTERS, ...PAGE });

/** The query of GET /connectors/{id}/events/export. */
export const EXPORT_QUERY = z.strictObject({
  format: z.enum(["ndjson", "csv"]).default("ndjson"),
  ...EVENT_FILTERS,
  ...USER_FILTER,
});

/** The filters as they come out of their schemas. */
export type EventFilters = Omit<z.infer<typeof EXPORT_QUERY>, "format">;

/** Changed attributes by name, as before and after; an absent side means no value. */
export const DIFFERENCE = z
  .record(z.string(), z.strictObject({ from: z.unknown().optional(), to: z.unknown().optional() }))
  .meta({ id: "Difference" });

/** An event as it is answered. */
export const EVENT = z
  .strictObject({
    id: z.string(),
    time: MOMENT,
    method: z.string().describe("Of the request; BRIDGE and ALERT for the gateway's own events."),
    path: z.string(),
    status: z.int(),
    scimType: z.string().nullable(),
    latencyMs: z.number(),
    clientIp: z.string().nullable(),
    userAgent: z.string().nullable(),
    credentialId: z.string().nullable(),
    actor: z.string().nullable().describe("The administrator who did it."),
    resourceType: z.string().nullable(),
    resourceId: z.string().nullable(),
    userName: z.string().nullable(),
    requestBody: z.string().nullable(),
    responseBody: z.string().nullable(),
    warnings: z.array(z.string()).describe("What was let pass."),
    difference: DIFFERENCE.nullable(),
    explanation: z.string().nullable().describe("Of a refusal: the cause, and the next step."),
    count: z.int().describe("For how many requests it stands."),
    memberships: z
      .array(
        z.strictObject({
          change: z.enum(["joined", "left", "waits"]),
          groupId: z.string(),
          groupName: z.string().nullable(),
        }),
      )
      .optional()
      .describe("In the events of a person alone: what became of its groups."),
  })
  .meta({ id: "Event" });

/** The answer of the lists of events. */
export const EVENTS = pageOf("Events", EVENT);

/** The answer of GET /refusals. */
export const REFUSALS = pageOf(
  "Refusals",
  z
    .strictObject({
      minute: MOMENT,
      ipPrefix: z.string(),
      reason: z.string(),
      count: z.int().min(1),
    })
    .meta({ id: "Refusal" }),
);
