import * as z from "zod";
import { CURSOR, LIMIT, MOMENT, pageOf, TIME } from "#http/admin/call/schemas.ts";
import { DIFFERENCE } from "#http/admin/events/schemas.ts";

const FILTERED_TIME = TIME.transform((text) => Date.parse(text));

const ID = z.string().min(1).max(64);

/** The filters of the trail. */
const AUDIT_FILTERS = {
  connectorId: ID.transform((text) => text.toLowerCase()).optional(),
  actor: z
    .string()
    .min(1)
    .max(320)
    .refine((text) => text.isWellFormed(), "Invalid text")
    .optional()
    .describe("The `actor.id` of a row: ADMIN_TOKEN, an e-mail address, the id of a key."),
  operation: ID.optional().describe("An operationId, such as deleteConnector."),
  from: FILTERED_TIME.optional().describe("The first moment."),
  to: FILTERED_TIME.optional().describe("The moment before which it ends."),
};

/** The query of GET /audit. */
export const AUDIT_QUERY = z.strictObject({ ...AUDIT_FILTERS, cursor: CURSOR, limit: LIMIT });

/** The query of GET /audit/export. */
export const AUDIT_EXPORT_QUERY = z.strictObject({
  format: z.enum(["ndjson", "csv"]).default("ndjson"),
  ...AUDIT_FILTERS,
});

/** A row of the trail as it is answered. */
export const AUDIT_ROW = z
  .strictObject({
    id: z.string(),
    time: MOMENT,
    actor: z.strictObject({
      kind: z.enum(["adminToken", "access", "key", "setupLink"]),
      id: z
        .string()
        .describe("ADMIN_TOKEN, an e-mail address, or the id of a key or of a set-up link."),
      name: z.string().nullable().describe("Of a key or a set-up link."),
    }),
    operation: z.string().describe("The operationId of the call."),
    connectorId: z.string().nullable(),
    subject: z.strictObject({
      kind: z.string().describe("What the call is about: connector, token, webhook …"),
      id: z.string().nullable().describe("Which of them, where the connector has several."),
    }),
    difference: DIFFERENCE.describe("What was changed, by paths with dots; without secrets."),
    clientIp: z.string().nullable(),
    userAgent: z.string().nullable(),
    outcome: z
      .enum(["pending", "succeeded", "failed"])
      .describe("Pending and failed: it cannot be said whether it was done."),
  })
  .meta({
    id: "AuditRow",
    examples: [
      {
        id: "01a201d4-0eb1-7478-ab0c-135f14257380",
        time: "2026-11-22T05:56:44.337Z",
        actor: { kind: "access", id: "ada@example.com", name: null },
        operation: "changeConnector",
        connectorId: "01a201d3-7a01-7c52-9f0b-0d3c4f2f6a11",
        subject: { kind: "connector", id: null },
        difference: { "settings.deletion": { from: "soft", to: "hard" } },
        clientIp: "203.0.113.7",
        userAgent: "curl/8.10.1",
        outcome: "succeeded",
      },
    ],
  });

/** The answer of GET /audit. */
export const AUDIT_ROWS = pageOf("AuditRows", AUDIT_ROW);
