import { describe, expect, test } from "vitest";
import type {
  BridgeConfig,
  BridgeSettings,
  MappingRule,
  SourceConfig,
} from "#bridge/config/settings.ts";
import { askedProperties } from "#bridge/mapping/chosen.ts";
import { readSourcePlace } from "#bridge/mapping/source-place.ts";
import { mapRecord } from "#bridge/providers/map-record.ts";
import { scopeOf } from "#bridge/sync/reading.ts";
import type { JsonObject, JsonValue } from "#scim/json.ts";
import { resourceTypesWith } from "#scim/schema/custom.ts";
import type { Declaration } from "#scim/schema/declaration.ts";
import { ENTERPRISE_USER } from "#scim/schema/urns.ts";
import { documentIn, oktaUser, pushed } from "#test/support/bridge/people.ts";
import { aConfig, aContext, runPage } from "#test/support/bridge/run.ts";

const BASE = "https://source.example.com";
const URN = "urn:example:params:scim:schemas:extension:2.0:User";
const SOURCES = {
  okta: { type: "okta", baseUrl: BASE },
  entra: { type: "entra", tenantId: "t", graphBaseUrl: BASE, loginBaseUrl: BASE },
  google: { type: "google", adminEmail: "a@b.c", customer: "c", apiBaseUrl: BASE, tokenUrl: BASE },
  onelogin: { type: "onelogin", baseUrl: BASE },
  jumpcloud: { type: "jumpcloud", baseUrl: BASE, userNameFrom: "email" },
  scim: { type: "scim", baseUrl: BASE },
} as const satisfies Readonly<Record<string, SourceConfig>>;
type Name = keyof typeof SOURCES;

const declared = (name: string, type: Declaration["type"], more: Partial<Declaration> = {}) => ({
  ...({ resourceType: "User", name, type, multiValued: false, caseExact: false } as const),
  ...more,
});
const TYPE = resourceTypesWith([
  declared("shirt", "string"),
  declared("floor", "integer"),
  declared("rate", "decimal"),
  declared("isRemote", "boolean"),
  declared("hired", "dateTime"),
  declared("skills", "string", { multiValued: true }),
  declared("desk", "string", { schema: URN }),
]).User;

const rule = (from: string, to: string, when: MappingRule["when"] = "always") => ({
  from,
  to,
  when,
});

function configOf(provider: Name, settings: Partial<BridgeSettings>): BridgeConfig {
  return { ...aConfig(SOURCES[provider], settings), type: TYPE };
}

/** Runs full listings of one Okta record each over a directory; gives what that user becomes. */
async function afterRuns(
  settings: Partial<BridgeSettings>,
  profiles: readonly JsonObject[],
  memory = pushed({}),
) {
  const config = configOf("okta", settings);
  const context = { ...aContext(config, memory), type: TYPE };
  const runs = [];
  for (const profile of profiles) {
    runs.push(await runPage(memory, [oktaUser("00u1", "ada@example.com", profile)], context));
  }
  const [id = ""] = memory.users.keys();
  return { document: documentIn(memory, id), runs, memory, id, context };
}

describe("each provider's own places are read", () => {
  test.each<[Name, string, JsonObject, JsonValue]>([
    ["okta", "profile.costCode", { profile: { login: "ada", costCode: "c1" } }, "c1"],
    ["entra", "officeLocation", { officeLocation: "Berlin" }, "Berlin"],
    [
      "entra",
      "extensionAttribute7",
      { onPremisesExtensionAttributes: { extensionAttribute7: "x" } },
      "x",
    ],
    [
      "entra",
      "onPremisesExtensionAttributes.extensionAttribute15",
      { onPremisesExtensionAttributes: { extensionAttribute15: "y" } },
      "y",
    ],
    [
      "entra",
      "extension_0123456789abcdef_costCode",
      { extension_0123456789abcdef_costCode: "c2" },
      "c2",
    ],
    ["entra", "onPremisesSamAccountName", { onPremisesSamAccountName: "ADA" }, "ADA"],
    [
      "google",
      "customSchemas.Employment.costCode",
      { customSchemas: { Employment: { costCode: "c3" } } },
      "c3",
    ],
    [
      "google",
      "relations[dotted_line_manager].value",
      {
        relations: [
          { type: "manager", value: "m" },
          { type: "dotted_line_manager", value: "d" },
        ],
      },
      "d",
    ],
    [
      "google",
      "externalIds[badge].value",
      { externalIds: [{ type: "custom", customType: "badge", value: "77" }] },
      "77",
    ],
    ["google", "orgUnitPath", { orgUnitPath: "/Sales" }, "/Sales"],
    ["onelogin", "custom_attributes.cost_code", { custom_attributes: { cost_code: "c4" } }, "c4"],
    ["onelogin", "samaccountname", { samaccountname: "ADA" }, "ADA"],
    [
      "jumpcloud",
      "attributes[costCode]",
      {
        attributes: [
          { name: "other", value: "o" },
          { name: "costCode", value: "c5" },
        ],
      },
      "c5",
    ],
    ["jumpcloud", "addresses[work].poBox", { addresses: [{ type: "work", poBox: "9" }] }, "9"],
    ["scim", "name.honorificSuffix", { name: { honorificSuffix: "PhD" } }, "PhD"],
    ["scim", 'emails[type eq "home"].value', { emails: [{ type: "home", value: "h@x" }] }, "h@x"],
    ["scim", `${URN}:costCode`, { [URN]: { costCode: "c6" } }, "c6"],
    [
      "scim",
      `${ENTERPRISE_USER}:manager.displayName`,
      { [ENTERPRISE_USER]: { manager: { displayName: "Bo" } } },
      "Bo",
    ],
  ])("%s %s", (provider, from, said, value) => {
    const named = {
      id: "1",
      _id: "1",
      userPrincipalName: "ada",
      primaryEmail: "ada",
      email: "ada",
      userName: "ada",
    };
    const config = configOf(provider, {
      mapping: [rule(from, "shirt"), rule(from, `${URN}:desk`)],
    });

    const user = mapRecord({ ...named, ...said }, config);

    expect(user.kind === "user" && user.values.get("shirt")).toBe(value);
    expect(user.kind === "user" && user.values.get(`${URN}:desk`)).toBe(value);
  });

  test.each<[Name, string]>([
    ["okta", "costCode"],
    ["okta", "profile"],
    ["okta", "credentials.password"],
    ["okta", "profile.a)&x=(b"],
    ["okta", "profile.a,credentials"],
    ["google", "a$b"],
    ["google", "customSchemas.S.f)"],
    ["onelogin", "custom_attributes.a&b"],
    ["entra", "businessPhones[0]"],
    ["entra", "aboutMe"],
    ["entra", "passwordProfile.password"],
    ["entra", "a,b"],
    ["entra", "a&$filter"],
    ["google", "customSchemas.Employment"],
    ["google", "password"],
    ["onelogin", "custom_attributes"],
    ["onelogin", "password"],
    ["jumpcloud", "attributes.costCode"],
    ["jumpcloud", "attributes[costCode].value"],
    ["scim", "password"],
    ["scim", "emails[]"],
    ["scim", "emails[work]value"],
    ["scim", "emails[work"],
    ["scim", "a..b"],
    ["scim", "urn:x"],
    ["scim", ""],
  ])("%s has no place %j to read", (provider, text) => {
    expect(readSourcePlace(provider, text).kind).toBe("refused");
  });

  test("the provider is asked for what is read, each once", () => {
    const of = (provider: Name, ...places: readonly string[]) =>
      askedProperties(
        configOf(provider, {
          mapping: places.map((each, at) => rule(each, ["title", "shirt"][at] ?? "")),
        }),
      );

    expect(of("okta", "profile.a", "profile.b")).toEqual(["a", "b"]);
    expect(of("entra", "extensionAttribute1", "extensionAttribute2")).toEqual([
      "onPremisesExtensionAttributes",
    ]);
    expect(of("google", "customSchemas.S.f", "relations[x].value")).toEqual([
      "customSchemas",
      "relations",
    ]);
    expect(askedProperties(configOf("entra", { userNameFrom: "employeeType" }))).toEqual([
      "employeeType",
    ]);
  });
});

test("a place that is called like something of a prototype reads an own member alone", () => {
  const mapping = [rule("profile.constructor", "shirt"), rule("profile.__proto__", "title")];
  const user = mapRecord(oktaUser("00u1", "ada"), configOf("okta", { mapping }));

  expect(user.kind === "user" && [user.values.get("shirt"), user.values.get("title")]).toEqual([
    undefined,
    undefined,
  ]);
});

describe("values take the type of their attribute", () => {
  test.each<[string, JsonValue, JsonValue | undefined]>([
    ["shirt", " M ", "M"],
    ["shirt", 5, "5"],
    ["shirt", true, "true"],
    ["shirt", ["M"], "M"],
    ["floor", 3, 3],
    ["floor", "3", 3],
    ["rate", "0.5", 0.5],
    ["isRemote", "True", true],
    ["isRemote", false, false],
    ["hired", "2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"],
    ["skills", ["a", 2], ["a", "2"]],
    ["skills", [{ type: "work", value: "a" }, { value: "b" }], ["a", "b"]],
    ["skills", "a", ["a"]],
    ["shirt", "", undefined],
    ["shirt", null, undefined],
    ["floor", " ", undefined],
    ["skills", [], undefined],
  ])("%s takes %j", async (to, given, value) => {
    const { document, runs } = await afterRuns({ mapping: [rule("profile.x", to)] }, [
      { x: given },
    ]);

    expect(document[to]).toEqual(value);
    expect(runs[0]?.[0]).toMatchObject({ op: "create", issues: [] });
  });

  test.each<[string, JsonValue]>([
    ["shirt", ["M", "L"]],
    ["shirt", { a: 1 }],
    ["shirt", "a\u0000b"],
    ["shirt", "x".repeat(9_000)],
    ["floor", "third"],
    ["floor", 2.5],
    ["rate", "1,5"],
    ["isRemote", "perhaps"],
    ["hired", "last week"],
    ["skills", [["a"]]],
    ["emails[home].value", { a: 1 }],
    ["emails[home].value", "a\u200b@example.com"],
  ])(
    "%s does not take %j: the rest is written, an issue names it, and in each run",
    async (to, given) => {
      const profile = { x: given, title: "Lead" };

      const { document, runs } = await afterRuns({ mapping: [rule("profile.x", to)] }, [
        profile,
        profile,
        { title: "Boss" },
      ]);

      expect(document.title).toBe("Boss");
      for (const run of runs.slice(0, 2)) {
        expect(run[0]).toMatchObject({
          issues: [
            {
              kind: "value-unfit",
              userName: "ada@example.com",
              detail: expect.stringContaining(to),
            },
          ],
        });
      }
      expect(runs[2]?.[0]).toMatchObject({ op: "update", issues: [] });
    },
  );

  test("a value that does not fit leaves what fitted before, and one that is gone clears it", async () => {
    const settings = { mapping: [rule("profile.x", "floor")] };

    const unfit = await afterRuns(settings, [{ x: 3 }, { x: "third" }]);
    const gone = await afterRuns(settings, [{ x: 3 }, {}]);

    expect([unfit.document.floor, gone.document.floor]).toEqual([3, undefined]);
  });
});

describe("when: create", () => {
  const settings = {
    mapping: [rule("profile.locale", "locale", "create"), rule("profile.x", "floor", "create")],
  };

  test("writes at the creation, and never again, whatever changes on either side", async () => {
    const created = await afterRuns(settings, [{ locale: "de_DE" }]);
    expect(created.document.locale).toBe("de_DE");
    created.memory.push(created.id, { ...created.document, locale: "fr_FR" });

    const page = [oktaUser("00u1", "ada@example.com", { locale: "en_US", title: "Lead" })];
    await runPage(created.memory, page, created.context);

    expect(documentIn(created.memory, created.id)).toMatchObject({
      locale: "fr_FR",
      title: "Lead",
    });
  });

  test("leaves users who were there before alone", async () => {
    const memory = pushed({
      u1: { userName: "ada@example.com", externalId: "00u1", locale: "fr_FR" },
    });

    const { document } = await afterRuns(settings, [{ locale: "de_DE" }], memory);

    expect(document).toMatchObject({ locale: "fr_FR", externalId: "00u1" });
  });

  test("a value that does not fit is an issue of the creation alone", async () => {
    const { runs } = await afterRuns(settings, [{ x: "third" }, { x: "third" }]);

    expect(runs[0]?.[0]).toMatchObject({ op: "create", issues: [{ kind: "value-unfit" }] });
    expect(runs[1]?.[0]).toMatchObject({ op: "skip" });
  });
});

describe("what a rule maps is no longer what the provider's own mapping says", () => {
  test("title, manager, the work address and the userName", async () => {
    const settings = {
      mapping: [
        rule("profile.job", "title"),
        rule("profile.boss", "manager"),
        rule("profile.mail2", "emails[work].value"),
      ],
      userNameFrom: "profile.upn",
    };
    const profile = {
      upn: "ada",
      title: "Lead",
      job: "Engineer",
      managerId: "00u7",
      mail2: "ada@work.example",
    };
    const config = configOf("okta", settings);

    const user = mapRecord(
      oktaUser("00u1", "ada@example.com", { ...profile, boss: "00u9" }),
      config,
    );

    expect(user).toMatchObject({ kind: "user", manager: { kind: "named", reference: "00u9" } });
    if (user.kind !== "user") throw new Error("It is a user.");
    expect([...user.values]).toEqual(
      expect.arrayContaining([
        ["userName", "ada"],
        ["title", "Engineer"],
        ["emails[work].value", "ada@work.example"],
      ]),
    );
    const paths = user.owned.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test("a record without the chosen userName is left out", async () => {
    const memory = pushed({});
    const context = aContext(configOf("okta", { userNameFrom: "profile.upn" }), memory);
    const page = await runPage(memory, [oktaUser("00u1", "ada@example.com")], context);

    expect(page[0]).toMatchObject({ op: "ignore", why: "no-username" });
  });

  test("a rule whose attribute is no longer declared rests", async () => {
    const config = aConfig(SOURCES.okta, {
      mapping: [rule("profile.x", "shirt"), rule("profile.x", "title")],
    });

    const user = mapRecord(oktaUser("00u1", "ada", { x: "M" }), config);

    expect(user.kind === "user" && [user.values.get("shirt"), user.values.get("title")]).toEqual([
      undefined,
      "M",
    ]);
  });
});

describe("a change of the mapping", () => {
  test("calls for a full run, and so does another type of a declared attribute; none is no change", () => {
    const mapping = [rule("profile.x", "shirt")];
    const before = scopeOf(configOf("okta", {}));
    const after = scopeOf(configOf("okta", { mapping }));
    const type = resourceTypesWith([declared("shirt", "integer")]).User;

    expect(after).not.toBe(before);
    expect(scopeOf({ ...configOf("okta", { mapping }), type })).not.toBe(after);
    const config = configOf("okta", { mapping });
    expect(scopeOf(config)).toBe(after);
    expect(scopeOf({ ...config, type })).not.toBe(after);
    expect(scopeOf(configOf("okta", { mapping: [] }))).toBe(before);
    expect(scopeOf(configOf("okta", { userNameFrom: "profile.upn" }))).not.toBe(before);
  });

  test("is written to users whose records did not change, also where it only clears", async () => {
    const { memory, id } = await afterRuns({}, [{ title: "Lead" }]);
    memory.push(id, { ...documentIn(memory, id), shirt: "M" });

    const { document } = await afterRuns(
      { mapping: [rule("profile.x", "shirt")] },
      [{ title: "Lead" }],
      memory,
    );

    expect(document.shirt).toBeUndefined();
  });
});
