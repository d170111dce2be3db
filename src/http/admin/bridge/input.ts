import * as z from "zod/mini";

/** A text without blanks at its ends or control characters. */
const LINE = z.string().check(
  z.trim(),
  z.minLength(1),
  z.maxLength(320),
  z.refine((text) => !/\p{Cc}/u.test(text), "must not hold control characters"),
);

/** How long an address may be; safe-url.ts says what it may be. */
const ADDRESS = z.string().check(z.maxLength(2_048));

/** A secret travels in headers and forms, where blanks at its ends were copied along by mistake. */
const SECRET = z
  .string()
  .check(
    z.trim(),
    z.minLength(1),
    z.maxLength(4_096),
    z.regex(/^[\x21-\x7e]+$/, "must hold visible ASCII characters alone, without blanks"),
  );

/** It stands in the path of the token endpoint; `common` would be somebody else's directory. */
const TENANT = z
  .string()
  .check(
    z.regex(
      /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?=.{3,253}$)[0-9a-z](?:[0-9a-z-]*[0-9a-z])?(?:\.[0-9a-z](?:[0-9a-z-]*[0-9a-z])?)+)$/i,
      "must be the tenant's id (a GUID) or one of its domain names",
    ),
  );

const NAME = z.string().check(z.regex(/^[\w-]{1,64}$/, "must be letters, digits, _ or -"));

const SOURCE = z.discriminatedUnion(
  "type",
  [
    z.strictObject({ type: z.literal("okta"), baseUrl: ADDRESS }),
    z.strictObject({
      type: z.literal("entra"),
      tenantId: TENANT,
      graphBaseUrl: z._default(ADDRESS, "https://graph.microsoft.com"),
      loginBaseUrl: z._default(ADDRESS, "https://login.microsoftonline.com"),
    }),
    z.strictObject({
      type: z.literal("google"),
      adminEmail: z.email().check(z.maxLength(320)),
      customer: z._default(NAME, "my_customer"),
      apiBaseUrl: z._default(ADDRESS, "https://admin.googleapis.com"),
      tokenUrl: z._default(ADDRESS, "https://oauth2.googleapis.com/token"),
    }),
    z.strictObject({ type: z.literal("onelogin"), baseUrl: ADDRESS }),
    z.strictObject({
      type: z.literal("jumpcloud"),
      baseUrl: z._default(ADDRESS, "https://console.jumpcloud.com"),
      orgId: z.optional(NAME),
      userNameFrom: z._default(z.enum(["email", "username"]), "email"),
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
  .check(
    z.maxLength(16_384),
    z.regex(
      /-----BEGIN PRIVATE KEY-----/,
      'must be the private_key of the service account\'s JSON file ("-----BEGIN PRIVATE KEY-----…")',
    ),
  );

const SERVICE_EMAIL = z.email().check(z.maxLength(320));

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
    [z.string().check(z.maxLength(32_768)), z.looseObject({})],
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
const ANY_CREDENTIALS = z.looseObject({}).register(z.globalRegistry, {
  description:
    "okta: {apiToken} or {clientId, privateKeyJwk}; entra and onelogin: {clientId, clientSecret}; google: {keyFile} with the service account's JSON key file, the file itself, or {clientEmail, privateKey}; jumpcloud: {apiKey}; scim: {token}",
});

const ITEMS_MAX = 1_000;

/** Each is read for each user of each run. */
const MAPPING_MAX = 100;

const MAPPING_RULE = z.strictObject({
  from: LINE,
  to: LINE,
  when: z._default(z.enum(["always", "create"]), "always"),
});

/** A guard of which each part that is left out has its default. */
function guardOf(standard: { max: number; percent: number; minBase: number }) {
  return z._default(
    z.strictObject({
      max: z._default(z.int().check(z.gte(0), z.lte(1_000_000)), standard.max),
      percent: z._default(z.number().check(z.gte(0), z.lte(100)), standard.percent),
      minBase: z._default(z.int().check(z.gte(1), z.lte(1_000_000)), standard.minBase),
    }),
    standard,
  );
}

/** Ids of groups, as the provider gives them. */
const IDS = z.array(LINE).check(z.minLength(1), z.maxLength(ITEMS_MAX));

const SETTINGS = {
  intervalSeconds: z._default(z.int().check(z.gte(60), z.lte(86_400)), 900),
  fullIntervalSeconds: z._default(
    z.union(
      [z.literal("auto"), z.int().check(z.gte(60), z.lte(86_400))],
      'must be "auto", or 60 to 86400 seconds',
    ),
    "auto",
  ),
  excluded: z._default(z.array(LINE).check(z.maxLength(ITEMS_MAX)), []),
  guard: guardOf({ max: 25, percent: 10, minBase: 5 }),
  groupGuard: guardOf({ max: 5, percent: 20, minBase: 5 }),
  membershipGuard: guardOf({ max: 50, percent: 50, minBase: 10 }),
  matchByEmail: z._default(z.boolean(), true),
  includeGuests: z._default(z.boolean(), false),
  createInactive: z._default(z.boolean(), false),
  onMissing: z._default(
    z.union(
      [
        z.enum(["deactivate", "ignore"]),
        z.strictObject({ deleteAfterDays: z.int().check(z.gte(0), z.lte(3_650)) }),
      ],
      'must be "deactivate", "ignore" or {"deleteAfterDays": 0 to 3650}',
    ),
    "deactivate",
  ),
  onExcluded: z._default(z.enum(["unmanage", "deactivate"]), "unmanage"),
  scope: z.optional(
    z.union(
      [z.strictObject({ groups: IDS }), z.strictObject({ application: LINE })],
      'must be {"groups": [ids of groups]} or, at Okta and Entra, {"application": its id}',
    ),
  ),
  onOutOfScope: z._default(z.enum(["unmanage", "deactivate"]), "deactivate"),
  rehire: z._default(z.enum(["relink", "conflict"]), "relink"),
  groups: z._default(
    z.union(
      [z.enum(["none", "all"]), IDS],
      'must be "none", "all" or a list of at most 1,000 ids of groups',
    ),
    "none",
  ),
  /** What the places may be depends on provider and connector, and is checked by checkMapping. */
  mapping: z._default(z.array(MAPPING_RULE).check(z.maxLength(MAPPING_MAX)), []),
  userNameFrom: z.optional(LINE),
  entraFormatted: z._default(z.enum(["name", "immutableId"]), "name"),
};

/** What GET answers besides; it may come back, and is not looked at. */
const READ_ONLY = z.optional(z.unknown()).register(z.globalRegistry, { readOnly: true });

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
  credentials: z.optional(ANY_CREDENTIALS),
  /** Whether it rests, at once; left out, a new bridge starts and any other stays as it is. */
  paused: z.optional(z.boolean()),
  ...SETTINGS,
  ...VIEWED,
});

/** The settings in such a body. */
export const BRIDGE_SETTINGS = z.object(SETTINGS);

/** The body of PATCH …/bridge, of …/check and of …/plan: what BRIDGE has, any part of it. */
export const CHANGED_BRIDGE = z.looseObject({}).register(z.globalRegistry, {
  description:
    "A JSON Merge Patch (RFC 7396) of the bridge: members of PUT's body; null stands for a default.",
});

/** The body of POST …/bridge/excluded. */
export const EXCLUSION = z.strictObject({ pattern: LINE });

/** The body of PUT …/bridge as it comes out of its schema. */
export type BridgeInput = z.infer<typeof BRIDGE>;

/** The body of POST …/bridge/sync, which may be left out. */
export const SYNC = z.strictObject({ mode: z._default(z.enum(["full", "delta"]), "delta") });

/** The body of POST …/bridge/sync-user. */
export const SYNC_USER = z.strictObject({ key: LINE });

/** What is missing where a call does not say which held switch-offs it means. */
export const HELD_CHOICE_DETAIL =
  'Say what you saw in …/bridge/held: {"runId": …, "count": …} for all that it lists, with its runId and total; or {"ids": […]} for some of them.';

/** The body of POST …/bridge/held/approve and …/reject. */
export const HELD_CHOICE = z.union(
  [
    z.strictObject({ runId: LINE, count: z.int().check(z.gte(1)) }),
    z.strictObject({
      ids: z
        .array(z.string().check(z.minLength(1), z.maxLength(2_000)))
        .check(z.minLength(1), z.maxLength(1_000)),
    }),
  ],
  HELD_CHOICE_DETAIL,
);

/** The body of those calls that have nothing to say; it may be left out. */
export const NOTHING = z.strictObject({});
