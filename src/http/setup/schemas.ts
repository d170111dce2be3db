import * as z from "zod";
import { SOURCE } from "#http/admin/bridge/schemas.ts";
import { MOMENT, pageOf } from "#http/admin/call/schemas.ts";
import { EVENT, EVENT_QUERY } from "#http/admin/events/schemas.ts";
import { CAN } from "#http/admin/setup-links/schemas.ts";

/** The answer of GET /connectors/{id}: what the holder of a link is to know of the connector. */
export const OWN_CONNECTOR = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    preset: z.string().nullable().describe("The provider that it was made for."),
    scimBaseUrl: z.string(),
    link: z.strictObject({ name: z.string(), can: CAN, expiresAt: MOMENT }),
  })
  .meta({ id: "OwnConnector" });

/** The answer of GET /connectors/{id}/arrivals: the newest requests, without what they carried. */
export const ARRIVALS = z
  .strictObject({
    items: z.array(
      z.strictObject({
        id: z.string(),
        time: MOMENT,
        method: z.string(),
        path: z.string(),
        status: z.int(),
        resourceType: z.string().nullable(),
        explanation: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "Arrivals" });

/** The query of GET /connectors/{id}/events: the filters on what was asked and answered. */
export const OWN_EVENT_QUERY = EVENT_QUERY.omit({ credentialId: true, clientIp: true });

/** An event as its customer sees it: who on the team's side did something is not told. */
export const OWN_EVENT = EVENT.omit({ actor: true, credentialId: true }).meta({ id: "OwnEvent" });

/** The body of PUT /connectors/{id}/bridge/credentials; what credentials are made of depends on the source. */
export const OWN_CREDENTIALS = z
  .strictObject({
    source: SOURCE.optional().describe(
      "Where the Bridge is to read, if it was not set up yet: it is then stored, paused.",
    ),
    credentials: z
      .looseObject({})
      .describe("As in PUT /connectors/{id}/bridge of the admin API. Nobody reads them again."),
  })
  .meta({
    id: "OwnCredentials",
    examples: [
      {
        source: { type: "okta", baseUrl: "https://acme.okta.com" },
        credentials: { apiToken: "…" },
      },
    ],
  });

/** The answer about the connector's bridge: where it reads, and nothing of its credentials. */
export const OWN_BRIDGE = z
  .strictObject({
    source: SOURCE.nullable().describe("null where it was not set up yet."),
    paused: z.boolean().describe("Whether it rests until the team lets it go on."),
    modifiedAt: MOMENT.nullable(),
  })
  .meta({ id: "OwnBridge" });

/** The answer of GET /connectors/{id}/events. */
export const OWN_EVENTS = pageOf("OwnEvents", OWN_EVENT);
