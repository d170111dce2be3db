import * as z from "zod";
import { KEY_ROLES } from "#http/admin/call/roles.ts";
import { MOMENT, NAME, pageOf, TIME } from "#http/admin/call/schemas.ts";
import { OVERLAP_SECONDS } from "#http/admin/connectors/credential-schemas.ts";

const ROLE = z.enum(KEY_ROLES).describe("What it may do.");

/** The body of POST /keys. */
export const NEW_KEY = z
  .strictObject({
    name: NAME,
    role: ROLE,
    connectorId: z.string().optional().describe("The one connector that it is to see."),
    tenant: NAME.optional().describe("The tenant whose connectors it is to see."),
    expiresAt: TIME.optional().describe("Must lie in the future; left out, it has no end."),
  })
  .meta({
    id: "NewKey",
    examples: [
      { name: "deployment", role: "admin", expiresAt: "2030-12-31T00:00:00Z" },
      { name: "app of acme", role: "feed", tenant: "acme" },
    ],
  });

/** The body of PATCH /keys/{keyId}. */
export const CHANGED_KEY = z
  .strictObject({ name: NAME })
  .meta({ id: "ChangedKey", examples: [{ name: "deployment, new" }] });

/** The body of POST /keys/{keyId}/rotate. */
export const KEY_ROTATION = z
  .strictObject({ overlapSeconds: OVERLAP_SECONDS })
  .meta({ id: "KeyRotation", examples: [{ overlapSeconds: 86_400 }] });

/** A key as it is answered. */
export const KEY = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    hint: z.string().describe("The first characters of the secret, to tell keys apart."),
    role: ROLE,
    connectorId: z.string().nullable().describe("The one connector that it sees."),
    tenant: z.string().nullable().describe("The tenant whose connectors it sees."),
    createdAt: MOMENT,
    expiresAt: MOMENT.nullable(),
    revokedAt: MOMENT.nullable(),
    lastUsedAt: MOMENT.nullable(),
  })
  .meta({ id: "Key" });

/** The answer of POST /keys. */
export const CREATED_KEY = KEY.extend({
  secret: z.string().describe("Shown this once."),
}).meta({ id: "CreatedKey" });

/** The answer of POST /keys/{keyId}/rotate. */
export const ROTATED_KEY = CREATED_KEY.extend({
  replaces: z.string().describe("The id of the key that it follows."),
}).meta({ id: "RotatedKey" });

/** The answer of GET /keys. */
export const KEYS = pageOf("Keys", KEY);
