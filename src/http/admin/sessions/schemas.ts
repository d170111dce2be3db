import * as z from "zod";
import { KEY_ROLES } from "#http/admin/call/roles.ts";
import { MOMENT, pageOf } from "#http/admin/call/schemas.ts";

const ACTOR = z.strictObject({
  kind: z.enum(["adminToken", "access", "key"]),
  id: z.string().describe("ADMIN_TOKEN, an e-mail address, or the id of a key."),
  name: z.string().nullable().describe("Of a key."),
});

/** The answer of GET /caller. */
export const CALLER = z
  .strictObject({
    actor: ACTOR,
    role: z.enum(KEY_ROLES),
    mayWrite: z.boolean().describe("Whether it may change what its role lets it change."),
    connectorId: z.string().nullable().describe("The one connector that it sees."),
    tenant: z.string().nullable().describe("The tenant whose connectors it sees."),
  })
  .meta({ id: "Caller" });

/** A session of the console as it is answered. */
const SESSION = z
  .strictObject({
    id: z.string(),
    actor: ACTOR.describe("Whose credential was shown when it began."),
    createdAt: MOMENT,
    lastSeenAt: MOMENT.describe("Noted every five minutes at most."),
    endsAt: MOMENT.describe("When it ends, also if it is used until then."),
    clientIp: z.string().nullable(),
    userAgent: z.string().nullable(),
  })
  .meta({ id: "ConsoleSession" });

/** The answer of GET /sessions. */
export const SESSIONS = pageOf("ConsoleSessions", SESSION);
