import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BridgeConfig, BridgeSettings, SourceConfig } from "#bridge/config/settings.ts";
import type { MappedRecord } from "#bridge/mapping/mapped.ts";
import { preparePage } from "#bridge/plan/prepare.ts";
import { mapRecord } from "#bridge/providers/map-record.ts";
import type { JsonObject } from "#scim/json.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { aConfig } from "#test/support/bridge/run.ts";

const BASE = "https://source.example.com";
const SOURCES = {
  okta: { type: "okta", baseUrl: BASE },
  entra: { type: "entra", tenantId: "t", graphBaseUrl: BASE, loginBaseUrl: BASE },
  google: {
    type: "google",
    adminEmail: "a@example.com",
    customer: "c",
    apiBaseUrl: BASE,
    tokenUrl: BASE,
  },
  onelogin: { type: "onelogin", baseUrl: BASE },
  jumpcloud: { type: "jumpcloud", baseUrl: BASE, userNameFrom: "email" },
  scim: { type: "scim", baseUrl: BASE },
} as const satisfies Readonly<Record<string, SourceConfig>>;

function configOf(
  provider: keyof typeof SOURCES,
  settings: Partial<BridgeSettings> = {},
): BridgeConfig {
  return aConfig(SOURCES[provider], settings);
}

/** A record of a complete listing as it is planned. */
async function mapped(
  provider: keyof typeof SOURCES,
  record: JsonObject,
  settings: Partial<BridgeSettings> = {},
): Promise<MappedRecord | undefined> {
  const [prepared] = await preparePage([record], configOf(provider, settings), "full");
  return prepared?.mapped;
}

/** The value that a record comes to in a slot. */
async function valueAt(provider: keyof typeof SOURCES, record: JsonObject, path: string) {
  const user = await mapped(provider, record);
  return user?.kind === "user" ? user.values.get(path) : user?.kind;
}

describe("active", () => {
  test.each([
    ...["ACTIVE", "PROVISIONED", "RECOVERY", "PASSWORD_EXPIRED", "LOCKED_OUT"].map(
      (status) => ["okta", { status }, true] as const,
    ),
    ...["STAGED", "SUSPENDED", "DEPROVISIONED"].map(
      (status) => ["okta", { status }, false] as const,
    ),
    ["entra", { accountEnabled: false }, false],
    ["entra", { accountEnabled: true }, true],
    ["google", { suspended: false, archived: true }, false],
    ["google", { suspended: true, archived: false }, false],
    ["google", { suspended: false, archived: false }, true],
    ...[1, 3, 4, 5, 7, 8].map((status) => ["onelogin", { state: 1, status }, true] as const),
    ...[0, 2].map((status) => ["onelogin", { state: 1, status }, false] as const),
    ...[0, 2, 3].map((state) => ["onelogin", { state, status: 1 }, false] as const),
    ["jumpcloud", { state: "STAGED", suspended: false, activated: true }, false],
    ["jumpcloud", { state: "ACTIVATED", suspended: true }, false],
    ["jumpcloud", { state: "ACTIVATED", account_locked: true, password_expired: true }, true],
    ["jumpcloud", { activated: false }, false],
    ["scim", { active: "False" }, false],
    ["scim", { active: "true" }, true],
    ["scim", {}, true],
    ["scim", { active: null }, true],
    ["scim", { active: 0 }, false],
    ["scim", { active: 1 }, true],
  ] as const)("%s %o: %s", async (provider, state, isActive) => {
    const named = {
      id: "1",
      _id: "1",
      profile: { login: "ada" },
      userPrincipalName: "ada",
      primaryEmail: "ada",
      username: "ada",
      email: "ada",
      userName: "ada",
    };

    expect(await mapped(provider, { ...named, ...state })).toMatchObject({
      kind: "user",
      isActive,
    });
  });
});

describe("K6: a record that does not say whether somebody is active", () => {
  test.each([
    ["okta", {}],
    ["okta", { status: null }],
    ["okta", { status: "HIBERNATING" }],
    ["entra", {}],
    ["entra", { accountEnabled: null }],
    ["google", {}],
    ["google", { archived: false }],
    ["google", { suspended: null, archived: false }],
    ["onelogin", {}],
    ["onelogin", { state: 1 }],
    ["onelogin", { status: 1 }],
    ["onelogin", { state: 1, status: 99 }],
    ["onelogin", { state: 7, status: 1 }],
    ["jumpcloud", {}],
    ["jumpcloud", { state: "PAUSED", activated: true }],
    ["scim", { active: "perhaps" }],
    ["scim", { active: [] }],
  ] as const)("%s %o", async (provider, state) => {
    const named = {
      id: "1",
      _id: "1",
      profile: { login: "ada" },
      userPrincipalName: "ada",
      primaryEmail: "ada",
      username: "ada",
      email: "ada",
      userName: "ada",
    };

    expect(await mapped(provider, { ...named, ...state })).toMatchObject({
      kind: "user",
      isActive: undefined,
    });
  });
});

test.each([
  ["okta", { id: "1", profile: { login: "ada" }, lastUpdated: "2026-10-01T12:00:00.000Z" }],
  ["onelogin", { id: 1, username: "ada", updated_at: "2026-10-01T12:00:00.000Z" }],
  ["scim", { id: "1", userName: "ada", meta: { lastModified: "2026-10-01T14:00:00+02:00" } }],
] as const)("K6: %s records say when they were changed", async (provider, record) => {
  expect(await mapped(provider, record)).toMatchObject({
    stampedAt: Date.parse("2026-10-01T12:00:00Z"),
  });
});

test.each([
  ["okta", { id: "1", profile: { login: "ada" }, lastUpdated: "yesterday" }],
  ["entra", { id: "1", userPrincipalName: "ada" }],
] as const)("K6: %s records without a stamp have none", async (provider, record) => {
  expect(await mapped(provider, record)).toMatchObject({ stampedAt: undefined });
});

describe("K12: google", () => {
  const omar = { id: "1", primaryEmail: "omar@example.com" };

  test("name.displayName goes before fullName", async () => {
    const name = { fullName: "Omar Diaz", displayName: "Omar D." };

    expect(await valueAt("google", { ...omar, name }, "displayName")).toBe("Omar D.");
    expect(await valueAt("google", { ...omar, name }, "name.formatted")).toBe("Omar Diaz");
    expect(await valueAt("google", { ...omar, name: { fullName: "O D" } }, "displayName")).toBe(
      "O D",
    );
  });

  test("an alias in another letter case is no other address", async () => {
    const aliases = ["o.d@example.com", "O.D@example.com", "OMAR@example.com"];
    const user = await mapped("google", { ...omar, aliases });

    expect(
      user?.kind === "user" && [...user.values].filter(([, each]) => Array.isArray(each)),
    ).toMatchObject([[expect.any(String), ["o.d@example.com"]]]);
  });
});

describe("okta", () => {
  test("the recovery address is never copied", async () => {
    const profile = { login: "ada", secondEmail: "private@example.net" };

    const user = await mapped("okta", { id: "1", profile });

    expect(JSON.stringify([...(user?.kind === "user" ? user.values : [])])).not.toContain(
      "private",
    );
  });

  test("managerId goes before manager", async () => {
    const profile = { login: "ada", managerId: "00u2", manager: "Bo B." };

    expect(await mapped("okta", { id: "1", profile })).toMatchObject({
      manager: { kind: "named", reference: "00u2" },
    });
  });
});

describe("entra", () => {
  const GUEST = { id: "1", userPrincipalName: "pat#EXT#@example.com", userType: "guest" };

  test("guests come in where includeGuests is on", async () => {
    expect(await mapped("entra", GUEST)).toMatchObject({ kind: "outOfScope", why: "guest" });
    expect(await mapped("entra", GUEST, { includeGuests: true })).toMatchObject({ kind: "user" });
  });

  test("entraFormatted immutableId follows Microsoft's own table", async () => {
    const record = { id: "1", userPrincipalName: "mia", onPremisesImmutableId: "abc=" };
    const user = await mapped("entra", record, { entraFormatted: "immutableId" });

    expect(user?.kind === "user" && user.values.get("name.formatted")).toBe("abc=");
  });

  test.each([
    [{ "manager@delta": [{ id: "m1" }] }, { kind: "named", reference: "m1" }],
    [{ "manager@delta": [{ id: "m1", "@removed": { reason: "deleted" } }] }, { kind: "none" }],
    [
      { "manager@delta": [{ id: "m1", "@removed": {} }, { id: "m2" }] },
      { kind: "named", reference: "m2" },
    ],
    [{ manager: { id: "m3" } }, { kind: "named", reference: "m3" }],
    [{ manager: null }, { kind: "none" }],
    [{}, { kind: "unsaid" }],
  ])("manager of %o", async (part, manager) => {
    const record = { id: "1", userPrincipalName: "mia", ...part };

    expect(mapRecord(record, configOf("entra"))).toMatchObject({ manager });
  });
});

describe("google", () => {
  const OMAR = { id: "1", primaryEmail: "omar@example.com" };

  test("aliases are other addresses, each once; those not editable are left out", async () => {
    const record = {
      ...OMAR,
      aliases: ["a@example.com", " b@example.com ", "a@example.com", ""],
      nonEditableAliases: ["c@example.com"],
    };

    expect(await valueAt("google", record, "emails[other]")).toEqual([
      "a@example.com",
      "b@example.com",
    ]);
  });

  test.each([
    [[{ languageCode: "es" }, { languageCode: "en", preference: "preferred" }], "en"],
    [[{ languageCode: "es" }, { languageCode: "en" }], "es"],
    [[{ customLanguage: "Elvish" }], "Elvish"],
    [[], undefined],
  ])("the language of %o is %s", async (languages, expected) => {
    expect(await valueAt("google", { ...OMAR, languages }, "preferredLanguage")).toBe(expected);
  });

  test("the org unit is kept for exclusions and is no attribute", async () => {
    expect(await mapped("google", { ...OMAR, orgUnitPath: "/Sales" })).toMatchObject({
      orgUnit: "/Sales",
    });
  });
});

describe("scim", () => {
  const KAI = { id: "1", userName: "kai" };

  test("what belongs to others is not copied", async () => {
    const others = {
      externalId: "hr-1",
      meta: { version: "1" },
      groups: [{ value: "g" }],
      roles: [{ value: "r" }],
      entitlements: [{ value: "e" }],
      photos: [{ value: "p" }],
      x509Certificates: [{ value: "x" }],
      password: "secret",
    };

    const user = await mapped("scim", { ...KAI, ...others });

    expect(user?.kind === "user" && [...user.values]).toEqual([["userName", "kai"]]);
  });

  test.each([
    [{ value: "a@example.com", primary: "True" }, [{ value: "a@example.com", primary: true }]],
    [[{ value: " a@example.com " }, null, "b", {}], [{ value: "a@example.com" }]],
    [[{ type: "work" }, { value: "" }], undefined],
    [[{ value: "a@example.com", shoe: 42 }], [{ value: "a@example.com" }]],
  ])("emails %o", async (emails, expected) => {
    expect(await valueAt("scim", { ...KAI, emails }, "emails")).toEqual(expected);
  });

  test.each([
    ["bo", { kind: "named", reference: "bo" }],
    [{ value: "bo" }, { kind: "named", reference: "bo" }],
    [[{ value: "bo" }], { kind: "named", reference: "bo" }],
    [{ displayName: "Bo" }, { kind: "none" }],
    ["", { kind: "none" }],
  ])("manager %o", async (manager, expected) => {
    const record = { ...KAI, [ENTERPRISE_USER]: { manager } };

    expect(await mapped("scim", record)).toMatchObject({ manager: expected });
  });
});

describe("every provider", () => {
  const providers = Object.keys(SOURCES) as (keyof typeof SOURCES)[];

  test.each(providers)(
    "%s: any JSON object maps to something, and never to a number",
    async (name) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.object({ withNullPrototype: true })), async (records) => {
          const page = await preparePage(
            JSON.parse(JSON.stringify(records)),
            configOf(name),
            "full",
          );
          expect(page.length).toBeLessThanOrEqual(records.length);
        }),
        { numRuns: 50 },
      );
    },
  );

  test.each(providers)("%s: a record without an id is an issue", async (name) => {
    expect(await mapped(name, { profile: { login: "ada" }, userName: "ada" })).toEqual({
      kind: "invalid",
      sourceId: undefined,
      why: "no-id",
    });
  });

  test.each(providers)("%s: a record without a name is an issue", async (name) => {
    expect(await mapped(name, { id: 7, _id: 7, userPrincipalName: "" })).toMatchObject({
      sourceId: "7",
      why: "no-username",
    });
  });
});

describe("hashes", () => {
  const hashOf = async (record: JsonObject) => {
    const [prepared] = await preparePage([record], configOf("okta"), "full");
    return prepared?.hash;
  };

  test("null, an empty text, blanks around and absence are the same", async () => {
    const hash = await hashOf({ id: "1", profile: { login: "ada" } });

    expect(await hashOf({ id: "1", profile: { login: " ada ", title: null } })).toBe(hash);
    expect(await hashOf({ id: "1", profile: { login: "ada", title: "" } })).toBe(hash);
    expect(hash).toMatch(/^[A-Za-z0-9+/]{43}$/);
  });

  test("a letter's case, an attribute and the manager make a difference", async () => {
    const hashes = await Promise.all(
      [{}, { login: "Ada" }, { title: "x" }, { nickName: "x" }, { manager: "x" }].map((profile) =>
        hashOf({ id: "1", profile: { login: "ada", ...profile } }),
      ),
    );

    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
