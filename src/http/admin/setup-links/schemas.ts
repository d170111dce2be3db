import * as z from "zod";
import { ABILITIES } from "#http/admin/call/roles.ts";
import { MOMENT, NAME, pageOf, TIME } from "#http/admin/call/schemas.ts";

/** What a link lets do, each once. */
export const CAN = z
  .array(z.enum(ABILITIES))
  .min(1)
  .refine((can) => new Set(can).size === can.length, "must name each once")
  .describe(
    "connect: the wizard, with a token of their own; rotate-token: see and rotate tokens; bridge-credentials: give the Bridge its credentials, which nobody reads again; log: read the event log.",
  );

/** The body of POST /connectors/{id}/setup-links. */
export const NEW_SETUP_LINK = z
  .strictObject({
    name: NAME.default("Set-up link").describe("Whom it is for; the trail names them so."),
    expiresAt: TIME.describe("Must lie in the future, within 30 days."),
    can: CAN,
  })
  .meta({
    id: "NewSetupLink",
    examples: [
      {
        name: "Grace of Acme",
        expiresAt: "2026-12-14T00:00:00Z",
        can: ["connect", "rotate-token", "log"],
      },
    ],
  });

/** A set-up link as it is answered. */
const SETUP_LINK = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe("The first characters of the secret, to tell links apart."),
    can: CAN,
    createdAt: MOMENT,
    expiresAt: MOMENT,
    revokedAt: MOMENT.nullable(),
    openedAt: MOMENT.nullable().describe("When it was last opened."),
  })
  .meta({ id: "SetupLink" });

/** The answer of POST /connectors/{id}/setup-links. */
export const CREATED_SETUP_LINK = SETUP_LINK.extend({
  url: z
    .string()
    .describe("Shown this once. The secret stands behind the #, which browsers send to nobody."),
}).meta({ id: "CreatedSetupLink" });

/** The answer of GET /connectors/{id}/setup-links. */
export const SETUP_LINKS = pageOf("SetupLinks", SETUP_LINK);
