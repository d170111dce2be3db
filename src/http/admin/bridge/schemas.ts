import * as z from "zod";

/** A text without blanks at its ends or control characters. */
const LINE = z
  .string()
  .trim()
  .min(1)
  .max(320)
  .refine((text) => !/\p{Cc}/u.test(text), "must not hold control characters");

/** How long an address may be; safe-url.ts says what it may be. */
const ADDRESS = z.string().max(2_048);

/** A secret travels in headers and forms, where blanks at its ends were copied along by mistake. */
const SECRET = z
  .string()
  .trim()
  .min(1)
  .max(4_096)
  .regex(/^[\x21-\x7e]+$/, "must hold visible ASCII characters alone, without blanks");

/** It stands in the path of the token endpoint; `common` would be somebody else's directory. */
const TENANT = z
  .string()
  .regex(
    /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.{3,253}$)[0-9a-z](?:[0-9a-z-]*[0-9a-z])?(?:\.[0-9a-z](?:[0-9a-z-]*[0-9a-z])?)+)$/i,
    "must be the tenant's id (a GUID) or one of its domain names",
  );

const NAME = z.string().regex(/^[\w-]{1,64}$/, "must be letters, digits, _ or -");

/** Where a bridge pulls from. */
export const SOURCE = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("okta"), baseUrl: ADDRESS }),
    z.strictObject({
      type: z.literal("entra"),
      tenantId: TENANT,
      graphBaseUrl: ADDRESS.default("https://graph.microsoft.com"),
      loginBaseUrl: ADDRESS.default("https://login.microsoftonline.com"),
    }),
    z.strictObject({
      type: z.literal("google"),
      adminEmail: z.email().max(320),
      customer: NAME.default("my_customer"),
      apiBaseUrl: ADDRESS.default("https://admin.googleapis.com"),
      tokenUrl: ADDRESS.default("https://oauth2.googleapis.com/token"),
    }),
    z.strictObject({ type: z.literal("onelogin"), baseUrl: ADDRESS }),
    z.strictObject({
      type: z.literal("jumpcloud"),
      baseUrl: ADDRESS.default("https://console.jumpcloud.com"),
      orgId: NAME.optional(),
      userNameFrom: z.enum(["email", "username"]).default("email"),
    }),
    z.strictObject({ type: z.literal("scim"), baseUrl: ADDRESS }),
  ],
  "must be one of okta, entra, google, onelogin, jumpcloud, scim",
);

/** A private key as Okta gives it: whatever else stands in it stays in it. */
const PRIVATE_JWK = z.looseObject({
  kty: z.enum(["RSA", "EC"], "must be RSA or EC"),
  d: z.string("is missing: give the private key, not the public one"),
});

const PRIVATE_PEM = z
  .string()
  .max(16_384)
  .regex(
    /-----BEGIN PRIVATE KEY-----/,
    'must be the private_key of the service account\'s JSON file ("-----BEGIN PRIVATE KEY-----…")',
  );

const SERVICE_EMAIL = z.email().max(320);

/** The JSON file that Google's console gives for a key of a service account; its other members are dropped. */
export const GOOGLE_KEY_FILE = z.looseObject({
  type: z.literal(
    "service_account",
    'must be "service_account": create a key of the service account, not an OAuth client',
  ),
  client_email: SERVICE_EMAIL,
  private_key: PRIVATE_PEM,
});

/** The key file as a text, or read already. */
export const GOOGLE_KEY_FILE_GIVEN = z.strictObject({
  keyFile: z.union(
    [z.string().max(32_768), z.looseObject({})],
    "must be the service account's JSON key file, as an object or as text",
  ),
});

/** What each kind of credentials is made of. */
export const CREDENTIALS = {
  "okta-token": z.strictObject({ apiToken: SECRET }),
  "okta-service": z.strictObject({ clientId: SECRET, privateKeyJwk: PRIVATE_JWK }),
  entra: z.strictObject({ clientId: SECRET, clientSecret: SECRET }),
  google: z.strictObject({
    clientEmail: SERVICE_EMAIL,
    privateKey: PRIVATE_PEM,
  }),
  onelogin: z.strictObject({ clientId: SECRET, clientSecret: SECRET }),
  jumpcloud: z.strictObject({ apiKey: SECRET }),
  scim: z.strictObject({ token: SECRET }),
} as const;

/** What they are made of depends on the source, and is checked by CREDENTIALS. */
const ANY_CREDENTIALS = z.looseObject({}).meta({
  description:
    "okta: {apiToken} or {clientId, privateKeyJwk}; entra and onelogin: {clientId, clientSecret}; google: {keyFile} with the service account's JSON key file, the file itself, or {clientEmail, privateKey}; jumpcloud: {apiKey}; scim: {token}",
});

const ITEMS_MAX = 1_000;

/** Each is read for each user of each run. */
const MAPPING_MAX = 100;

const MAPPING_RULE = z.strictObject({
  from: LINE,
  to: LINE,
  when: z.enum(["always", "create"]).default("always"),
});

/** A guard of which each part that is left out has its default. */
function guardOf(standard: { max: number; percent: number; minBase: number }) {
  return z
    .strictObject({
      max: z.int().min(0).max(1_000_000).default(standard.max),
      percent: z.number().min(0).max(100).default(standard.percent),
      minBase: z.int().min(1).max(1_000_000).default(standard.minBase),
    })
    .default(standard);
}

/** Ids of groups, as the provider gives them. */
const IDS = z.array(LINE).min(1).max(ITEMS_MAX);

const SETTINGS = {
  intervalSeconds: z.int().min(60).max(86_400).default(900),
  fullIntervalSeconds: z
    .union(
      [z.literal("auto"), z.int().min(60).max(86_400)],
      'must be "auto", or 60 to 86400 seconds',
    )
    .default("auto"),
  excluded: z.array(LINE).max(ITEMS_MAX).default([]),
  guard: guardOf({ max: 25, percent: 10, minBase: 5 }),
  groupGuard: guardOf({ max: 5, percent: 20, minBase: 5 }),
  membershipGuard: guardOf({ max: 50, percent: 50, minBase: 10 }),
  matchByEmail: z.boolean().default(true),
  includeGuests: z.boolean().default(false),
  createInactive: z.boolean().default(false),
  onMissing: z
    .union(
      [
        z.enum(["deactivate", "ignore"]),
        z.strictObject({ deleteAfterDays: z.int().min(0).max(3_650) }),
      ],
      'must be "deactivate", "ignore" or {"deleteAfterDays": 0 to 3650}',
    )
    .default("deactivate"),
  onExcluded: z.enum(["unmanage", "deactivate"]).default("unmanage"),
  scope: z
    .union(
      [z.strictObject({ groups: IDS }), z.strictObject({ application: LINE })],
      'must be {"groups": [ids of groups]} or, at Okta and Entra, {"application": its id}',
    )
    .optional(),
  onOutOfScope: z.enum(["unmanage", "deactivate"]).default("deactivate"),
  rehire: z.enum(["relink", "conflict"]).default("relink"),
  groups: z
    .union(
      [z.enum(["none", "all"]), IDS],
      'must be "none", "all" or a list of at most 1,000 ids of groups',
    )
    .default("none"),
  /** What the places may be depends on provider and connector, and is checked by checkMapping. */
  mapping: z.array(MAPPING_RULE).max(MAPPING_MAX).default([]),
  userNameFrom: LINE.optional(),
  entraFormatted: z.enum(["name", "immutableId"]).default("name"),
};

/** What GET answers besides; it may come back, and is not looked at. */
const READ_ONLY = z.unknown().optional().meta({ readOnly: true });

const VIEWED = {
  credentialsKind: READ_ONLY,
  state: READ_ONLY,
  consecutiveFailures: READ_ONLY,
  nextSyncAt: READ_ONLY,
  linkedUsers: READ_ONLY,
  held: READ_ONLY,
  approved: READ_ONLY,
  lastRun: READ_ONLY,
  createdAt: READ_ONLY,
  modifiedAt: READ_ONLY,
};

/** The body of PUT /connectors/{id}/bridge; its defaults are BRIDGE_DEFAULTS, which a test compares. */
export const BRIDGE = z.strictObject({
  source: SOURCE,
  /** Left out, the ones that are stored stay, as long as they go to the same hosts. */
  credentials: ANY_CREDENTIALS.optional(),
  /** Whether it rests, at once; left out, a new bridge starts and any other stays as it is. */
  paused: z.boolean().optional(),
  ...SETTINGS,
  ...VIEWED,
});

/** The settings in such a body. */
export const BRIDGE_SETTINGS = z.object(SETTINGS);

/** The body of PATCH …/bridge, of …/check and of …/plan: what BRIDGE has, any part of it. */
export const CHANGED_BRIDGE = z.looseObject({}).meta({
  id: "ChangedBridge",
  description:
    "A JSON Merge Patch (RFC 7396) of the bridge: members of PUT's body; null stands for a default.",
});

/** The body of POST …/bridge/excluded. */
export const EXCLUSION = z.strictObject({ pattern: LINE });

/** The body of PUT …/bridge as it comes out of its schema. */
export type BridgeInput = z.infer<typeof BRIDGE>;

/** The body of POST …/bridge/sync, which may be left out. */
export const SYNC = z.strictObject({ mode: z.enum(["full", "delta"]).default("delta") });

/** The body of POST …/bridge/sync-user. */
export const SYNC_USER = z.strictObject({ key: LINE });

/** The body of those calls that have nothing to say; it may be left out. */
export const NOTHING = z.strictObject({});
