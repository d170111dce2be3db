import * as z from "zod";
import { CURSOR, LIMIT, MOMENT, NAME, pageOf } from "#http/admin/call/schemas.ts";
import { asciiDomain } from "#scim/rules/domains.ts";
import { HEALTH, HEALTH_EXAMPLE } from "./health-schemas.ts";

const DOMAINS_MAX = 200;
const PATHS_MAX = 50;
const PATH_CHARACTERS_MAX = 300;
const PREFIX_CHARACTERS_MAX = 50;
const ROLE_RULES_MAX = 200;
const ROLE_CHARACTERS_MAX = 100;

/** Control and format characters. */
const UNSEEN = /[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;

const DOMAIN = z
  .string()
  .overwrite((text) => asciiDomain(text) ?? text)
  .refine(
    (text) => asciiDomain(text) !== undefined,
    "Give a domain such as example.com: no @, no *, no address. A sub-domain is listed by itself.",
  );

const BRAKE = z
  .strictObject({
    max: z.int().min(0).max(1_000_000),
    percent: z.number().min(0).max(100).describe("Of the users who were active before."),
    minutes: z.int().min(1).max(1_440),
    mode: z
      .enum(["alert", "hold", "off"])
      .describe(
        "Raise an alert; or have what is beyond the number wait for an administrator as well.",
      ),
  })
  .describe(
    "What happens when clients deactivate or delete more users within `minutes` than the larger of `max` and `percent`.",
  );
const ROLE_RULE = z.strictObject({
  group: z
    .string()
    .trim()
    .min(1)
    .max(ROLE_CHARACTERS_MAX)
    .describe("The group's displayName as the provider sends it, in any letter case; or its id."),
  role: z
    .string()
    .trim()
    .min(1)
    .max(ROLE_CHARACTERS_MAX)
    .refine((text) => !UNSEEN.test(text), "Leave out characters that nobody can see."),
});

/** What may be chosen of a connector's settings; ConnectorSettings says what each means. */
const SETTINGS = z
  .strictObject({
    strict: z
      .boolean()
      .describe("Give the RFC's answer, rather than accept what real clients send."),
    reprovision: z
      .enum(["restore", "conflict"])
      .describe("What a create for an inactive user of the same identity does."),
    deletion: z.enum(["soft", "hard", "deactivate"]).describe("What DELETE of a user does."),
    retentionDays: z
      .int()
      .min(1)
      .max(3_650)
      .describe("For how many days a softly deleted user can be restored."),
    unknownMembers: z
      .enum(["park", "reject"])
      .describe("What becomes of a group's member who is not known."),
    unknownExtensions: z
      .enum(["keep", "drop"])
      .describe("What is done with attributes of extensions that nobody declared."),
    allowDuplicateGroupNames: z.boolean(),
    uniqueExternalId: z.boolean(),
    userNameFrom: z
      .enum(["none", "externalId", "email"])
      .describe("What a userName that a client leaves out is made of."),
    advertisePagination: z
      .boolean()
      .describe(
        "Whether ServiceProviderConfig has the `pagination` of RFC 9865 and the `securityEvents` of RFC 9967.",
      ),
    rateLimit: z
      .enum(["low", "standard", "high"])
      .describe("100, 1,000 or 10,000 requests in ten seconds."),
    eventRetentionDays: z.int().min(1).max(400).describe("For how many days an event is kept."),
    logReads: z.enum(["all", "refused"]).describe("Which reads leave an event."),
    maskPersonalData: z.boolean().describe("Keep personal data out of the events."),
    staged: z.boolean().describe("Record what the provider sends, and deliver nothing yet."),
    allowedDomains: z
      .array(DOMAIN)
      .max(DOMAINS_MAX)
      .describe(
        "The domains that users may be in, by userName where it is an e-mail address and by primary e-mail address; any where there is none. A sub-domain has to be listed by itself.",
      ),
    createOnly: z
      .array(z.string().min(1).max(PATH_CHARACTERS_MAX))
      .max(PATHS_MAX)
      .describe(
        "Attributes of users, such as `title`, `name.givenName` or `urn:…:User:department`, that clients set at creation and leave alone later on.",
      ),
    brake: BRAKE,
    groupNamePrefix: z
      .string()
      .max(PREFIX_CHARACTERS_MAX)
      .refine((text) => !UNSEEN.test(text), "Leave out characters that nobody can see.")
      .describe("Put before the displayName of groups for applications, not for the provider."),
    roles: z
      .array(ROLE_RULE)
      .max(ROLE_RULES_MAX)
      .describe("The roles that the users of groups have for applications."),
  })
  .meta({ id: "ConnectorSettings" });

/** The settings that a call names; the others stay as they are. */
const CHOSEN_SETTINGS = SETTINGS.partial()
  .extend({ brake: BRAKE.partial().optional() })
  .meta({ id: "ChosenConnectorSettings" });

/** The settings that a call names, as they are read. */
export type ChosenSettings = z.output<typeof CHOSEN_SETTINGS>;

/** The body of POST /connectors. */
export const NEW_CONNECTOR = z
  .strictObject({
    name: NAME,
    tenant: NAME.optional().describe("A label of yours, such as a customer."),
    preset: z.enum(["okta", "entra", "onelogin", "jumpcloud", "google"]).optional(),
    settings: CHOSEN_SETTINGS.optional(),
  })
  .meta({
    id: "NewConnector",
    examples: [
      {
        name: "Okta production",
        tenant: "acme",
        preset: "okta",
        settings: { reprovision: "restore" },
      },
    ],
  });

/** The body of PATCH /connectors/{id}. */
export const CHANGED_CONNECTOR = z
  .strictObject({
    name: NAME.optional(),
    tenant: NAME.nullable().optional(),
    status: z.enum(["active", "disabled"]).optional(),
    settings: CHOSEN_SETTINGS.optional(),
  })
  .meta({
    id: "ChangedConnector",
    examples: [{ name: "Okta", settings: { deletion: "deactivate" } }, { status: "disabled" }],
  });

/** The query of GET /connectors. */
export const CONNECTORS_QUERY = z.strictObject({
  tenant: NAME.optional(),
  cursor: CURSOR,
  limit: LIMIT,
});

/** A connector as it is answered, with how it fares. */
export const CONNECTOR = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    tenant: z.string().nullable(),
    preset: z.string().nullable(),
    status: z.enum(["active", "disabled"]),
    settings: SETTINGS,
    moving: z
      .strictObject({ tenant: z.string().nullable(), since: MOMENT })
      .optional()
      .describe("The tenant that it moves to, while its users are told of."),
    scimBaseUrl: z.url().describe("The SCIM base URL, for the provider."),
    tokenEndpoint: z.url().describe("Where an OAuth client of the provider gets its tokens."),
    createdAt: MOMENT,
    modifiedAt: MOMENT,
    ...HEALTH,
  })
  .meta({
    id: "Connector",
    examples: [
      {
        id: "01a201d4-0eb1-7478-ab0c-135f14257380",
        name: "Okta production",
        tenant: "acme",
        preset: "okta",
        status: "active",
        settings: {
          strict: false,
          reprovision: "restore",
          deletion: "soft",
          retentionDays: 30,
          unknownMembers: "park",
          unknownExtensions: "keep",
          allowDuplicateGroupNames: false,
          uniqueExternalId: false,
          userNameFrom: "none",
          advertisePagination: true,
          rateLimit: "standard",
          eventRetentionDays: 30,
          logReads: "all",
          maskPersonalData: false,
          staged: false,
          allowedDomains: ["example.com"],
          createOnly: ["title"],
          brake: { max: 25, percent: 10, minutes: 60, mode: "alert" },
          groupNamePrefix: "",
          roles: [{ group: "Administrators", role: "admin" }],
        },
        scimBaseUrl: "https://scim.example.com/scim/v2",
        tokenEndpoint: "https://scim.example.com/oauth/token",
        createdAt: "2026-11-22T05:56:44.337Z",
        modifiedAt: "2026-11-22T05:56:44.337Z",
        ...HEALTH_EXAMPLE,
      },
    ],
  });

/** The answer of POST /connectors. */
export const CREATED_CONNECTOR = z
  .strictObject({
    connector: CONNECTOR,
    token: z
      .strictObject({ id: z.string(), secret: z.string(), hint: z.string() })
      .describe("Its first token, read-write and without an end; the secret is shown this once."),
  })
  .meta({ id: "CreatedConnector" });

/** The answer of GET /connectors. */
export const CONNECTORS = pageOf("Connectors", CONNECTOR);

/** The answer of GET /connectors/{id}/parked-members. */
export const PARKED_MEMBERS = pageOf(
  "ParkedMembers",
  z
    .strictObject({
      groupId: z.string(),
      groupName: z.string().nullable(),
      value: z.string().describe("The member as the client named it."),
      parkedAt: MOMENT,
    })
    .meta({ id: "ParkedMember" }),
);
