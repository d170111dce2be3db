import * as z from "zod";
import {
  CURSOR,
  LIMIT,
  MOMENT,
  NAME,
  numberIn,
  pageOf,
  SCOPE,
  TIME,
} from "#http/admin/call/schemas.ts";

const DAY_SECONDS = 86_400;

/** How long two secrets work beside each other: somebody has to be told of the new one by hand. */
export const OVERLAP_SECONDS = z
  .int()
  .min(0)
  .max(90 * DAY_SECONDS)
  .default(DAY_SECONDS)
  .describe("For how many seconds both work.");

/** The body of POST /connectors/{id}/tokens. */
export const NEW_TOKEN = z
  .strictObject({
    name: NAME.optional(),
    scope: SCOPE.default("read-write"),
    expiresAt: TIME.optional().describe("Must lie in the future; left out, it has no end."),
  })
  .meta({
    id: "NewToken",
    examples: [{ name: "reporting", scope: "read", expiresAt: "2030-12-31T00:00:00Z" }],
  });

/** The body of POST /connectors/{id}/tokens/{tokenId}/rotate. */
export const ROTATION = z
  .strictObject({ overlapSeconds: OVERLAP_SECONDS })
  .meta({ id: "TokenRotation", examples: [{ overlapSeconds: 86_400 }] });

/** The query of GET /tokens. */
export const UNUSED_QUERY = z.strictObject({
  unusedDays: numberIn(1, 3_650).default(30).describe("For how many days nobody used them."),
  cursor: CURSOR,
  limit: LIMIT,
});

/** A token as it is answered. */
const TOKEN = z
  .strictObject({
    id: z.string(),
    name: z.string().nullable(),
    hint: z.string().describe("The first characters of the secret, to tell tokens apart."),
    scope: SCOPE,
    createdAt: MOMENT,
    expiresAt: MOMENT.nullable(),
    revokedAt: MOMENT.nullable(),
    lastUsedAt: MOMENT.nullable(),
  })
  .meta({ id: "Token" });

const SECRET = z.string().describe("Shown this once.");

/** The answer of POST /connectors/{id}/tokens. */
export const CREATED_TOKEN = TOKEN.extend({ secret: SECRET }).meta({
  id: "CreatedToken",
  examples: [
    {
      id: "01a201d4-70eb-7101-818d-36831461f922",
      name: "reporting",
      hint: "9Uh6m3FN",
      scope: "read",
      createdAt: "2026-11-22T05:57:09.483Z",
      expiresAt: "2030-12-31T00:00:00.000Z",
      revokedAt: null,
      lastUsedAt: null,
      secret: "sgw_…",
    },
  ],
});

/** The answer of POST /connectors/{id}/tokens/{tokenId}/rotate. */
export const ROTATED_TOKEN = CREATED_TOKEN.extend({
  replaces: z.string().describe("The id of the token that it follows."),
}).meta({ id: "RotatedToken", examples: [] });

/** The answer of GET /connectors/{id}/tokens. */
export const TOKENS = pageOf("Tokens", TOKEN);

/** The answer of GET /tokens. */
export const UNUSED_TOKENS = pageOf(
  "UnusedTokens",
  TOKEN.extend({ connectorId: z.string() }).meta({ id: "UnusedToken" }),
);

/** The body of POST /connectors/{id}/clients. */
export const NEW_CLIENT = z
  .strictObject({ name: NAME.optional(), scope: SCOPE.default("read-write") })
  .meta({ id: "NewClient", examples: [{ name: "Entra production" }] });

/** An OAuth client as it is answered. */
const CLIENT = z
  .strictObject({
    clientId: z.string(),
    name: z.string().nullable(),
    hint: z.string().describe("The first characters of the secret."),
    scope: SCOPE,
    createdAt: MOMENT,
    revokedAt: MOMENT.nullable(),
    lastUsedAt: MOMENT.nullable(),
  })
  .meta({ id: "Client" });

/** The answer of POST /connectors/{id}/clients. */
export const CREATED_CLIENT = CLIENT.extend({ clientSecret: SECRET }).meta({ id: "CreatedClient" });

/** The answer of GET /connectors/{id}/clients. */
export const CLIENTS = pageOf("Clients", CLIENT);
