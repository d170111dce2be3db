import * as z from "zod";
import { CURSOR, LIMIT, MOMENT, NAME, pageOf, TIME } from "#http/admin/call/schemas.ts";
import { EVENT_TYPES } from "#http/admin/changes/schemas.ts";
import { OVERLAP_SECONDS } from "#http/admin/connectors/credential-schemas.ts";

const TYPES = z
  .array(z.enum(EVENT_TYPES))
  .min(1)
  .max(50)
  .describe("The types of events that it wants; null for all.");

/** The body of POST /connectors/{id}/webhooks. */
export const NEW_WEBHOOK = z
  .strictObject({
    url: z.string(),
    name: NAME.optional(),
    eventTypes: TYPES.nullable().optional(),
  })
  .meta({ id: "NewWebhook", examples: [{ url: "https://app.example.com/scim-events" }] });

/** What a new webhook is to follow. */
const NEW_SCOPE = z
  .union(
    [
      z.literal("everything"),
      z.strictObject({ connectorId: z.string().describe("One connector.") }),
      z.strictObject({ tenant: NAME.describe("Its connectors, also those that it gets later.") }),
    ],
    { error: 'must be {"connectorId": "…"}, {"tenant": "…"} or "everything"' },
  )
  .describe("Whose changes it delivers.")
  .meta({ id: "NewWebhookScope" });

/** What a webhook follows. */
const SCOPE = z
  .union([
    z.literal("everything"),
    z.strictObject({ connectorId: z.string() }),
    z.strictObject({ tenant: z.string() }),
  ])
  .meta({ id: "WebhookScope" });

/** The body of POST /webhooks. */
export const NEW_SCOPED_WEBHOOK = NEW_WEBHOOK.extend({ scope: NEW_SCOPE }).meta({
  id: "NewScopedWebhook",
  examples: [
    { url: "https://app.example.com/scim-events", scope: { tenant: "acme" } },
    { url: "https://app.example.com/scim-events", scope: "everything" },
  ],
});

/** The body of PATCH …/webhooks/{webhookId}. */
export const CHANGED_WEBHOOK = z
  .strictObject({
    url: z.string().optional(),
    name: NAME.nullable().optional(),
    eventTypes: TYPES.nullable().optional(),
    status: z.enum(["active", "disabled"]).optional(),
  })
  .meta({ id: "ChangedWebhook", examples: [{ status: "active" }] });

/** The body of POST …/webhooks/{webhookId}/rotate. */
export const SECRET_ROTATION = z
  .strictObject({ overlapSeconds: OVERLAP_SECONDS })
  .meta({ id: "SecretRotation", examples: [{ overlapSeconds: 86_400 }] });

/** The body of POST …/webhooks/{webhookId}/replay. */
export const REPLAY = z
  .strictObject({
    eventId: z.string().optional().describe("A `webhook-id`, or the `id` of an event."),
    deadSince: TIME.optional().describe("All events that were given up since then."),
    rewindTo: TIME.optional().describe("Everything since then, once more."),
  })
  .meta({
    id: "Replay",
    description: "Exactly one of the three.",
    examples: [{ deadSince: "2026-11-22T00:00:00Z" }],
  });

/** The query of GET …/webhooks/{webhookId}/deliveries. */
export const DELIVERIES_QUERY = z.strictObject({
  outcome: z.enum(["delivered", "failed", "dead"]).optional(),
  cursor: CURSOR,
  limit: LIMIT,
});

/** A webhook as it is answered; the secrets are not among it. */
export const WEBHOOK = z
  .strictObject({
    id: z.string(),
    scope: SCOPE,
    name: z.string().nullable(),
    url: z.string(),
    eventTypes: z.array(z.string()).nullable().describe("Null for all."),
    status: z.enum(["active", "disabled"]),
    disabledReason: z.enum(["administrator", "gone", "failing"]).nullable(),
    formerSecretUntil: MOMENT.nullable(),
    createdAt: MOMENT,
    modifiedAt: MOMENT,
  })
  .meta({ id: "Webhook" });

/** The answer of POST …/webhooks and …/rotate. */
export const WEBHOOK_WITH_SECRET = WEBHOOK.extend({
  secret: z.string().describe("The signing secret; shown this once."),
}).meta({ id: "WebhookWithSecret" });

/** The answer of GET …/webhooks/{webhookId}. */
export const WEBHOOK_WITH_DELIVERY = WEBHOOK.extend({
  delivery: z
    .strictObject({
      waiting: z.int(),
      dead: z.int(),
      lastDeliveredAt: MOMENT.nullable(),
      failingSince: MOMENT.nullable(),
      slowUntil: MOMENT.nullable(),
      nextTryAt: MOMENT.nullable(),
    })
    .meta({ id: "DeliveryOverview" }),
}).meta({ id: "WebhookWithDelivery" });

/** The answer of GET …/webhooks. */
export const WEBHOOKS = pageOf("Webhooks", WEBHOOK);

/** One try of a delivery; also the answer of POST …/test. */
export const DELIVERY = z
  .strictObject({
    id: z.int(),
    eventId: z.string().describe("The `webhook-id` that was sent."),
    type: z.string(),
    attempt: z.int(),
    time: MOMENT,
    outcome: z.enum(["delivered", "failed", "dead"]),
    status: z.int().nullable().describe("Null where no answer came."),
    latencyMs: z.number(),
    answer: z.string().describe("The start of the answer, or why none came."),
    nextTryAt: MOMENT.nullable(),
  })
  .meta({ id: "Delivery" });

/** The answer of GET …/deliveries. */
export const DELIVERIES = pageOf("Deliveries", DELIVERY);

/** The answer of POST …/replay. */
export const REPLAYED = z
  .strictObject({
    queued: z.int().nullable().describe("How many events; null for a rewind."),
  })
  .meta({ id: "Replayed" });
