import { describe, expect, test } from "vitest";
import { type CheckProposal, checkConnection } from "#bridge/check/check.ts";
import { BRIDGE_DEFAULTS, type BridgeSettings, type Provider } from "#bridge/config/settings.ts";
import { createSource } from "#bridge/providers/create.ts";
import type { BridgeTools } from "#bridge/tools.ts";
import { createDirectory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider } from "#test/support/fake-directory/provider.ts";
import { ENTRA_APPS } from "#test/support/fake-directory/providers/entra-record.ts";
import { EVERYONE_ID, OKTA_APPS } from "#test/support/fake-directory/providers/okta-record.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];
const START = Date.parse("2040-01-01T00:00:00Z");

/** A provider with people and groups, and what checks a bridge to it; `answer` stands before the provider. */
async function open(provider: Provider, settings: Partial<BridgeSettings> = { groups: "all" }) {
  const directory = createDirectory({ users: 30, groups: 2, clock: START });
  const fake = await createFakeProvider({ provider, directory });
  const state = { now: START, answer: (_: string): Response | undefined => undefined };
  const sent: string[] = [];
  const tools: Pick<BridgeTools, "clock" | "newId" | "fetch" | "keyRing" | "createSource"> = {
    clock: { now: () => state.now, random: () => 0.5, sleep: async () => {} },
    newId: () => "id",
    fetch: async (url, init) => {
      sent.push(`${init.method} ${url}`);
      return state.answer(url) ?? fake.fetch(url, init);
    },
    keyRing: () => {
      throw new Error("Nothing is unsealed here.");
    },
    createSource,
  };
  const proposal: CheckProposal = {
    connectorId: "c1",
    source: fake.source(FAKE_ORIGIN),
    settings: { ...BRIDGE_DEFAULTS, ...settings },
    attributes: "[]",
    credentials: fake.credentials,
    sealed: undefined,
  };
  const check = (more: Partial<CheckProposal> = {}) =>
    checkConnection(tools, { ...proposal, ...more });
  return { check, sent, state, fake, directory };
}

const namesOf = ({ checks }: Awaited<ReturnType<typeof checkConnection>>) =>
  Object.fromEntries(checks.map(({ name, ok }) => [name, ok]));

const COMMON = { configuration: true, users: true, user: true, groups: true, members: true };

describe("a connection that works", () => {
  test.each<[Provider, object]>([
    ["okta", { ...COMMON, delta: true }],
    ["entra", COMMON],
    ["google", { ...COMMON, deletedUsers: true }],
    ["onelogin", { ...COMMON, delta: true }],
    ["jumpcloud", COMMON],
    ["scim", COMMON],
  ])("%s", async (provider, names) => {
    const { check, sent } = await open(provider);

    const checked = await check();

    expect(namesOf(checked)).toEqual(names);
    expect(checked.ok).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(12);
    const right = checked.checks.find(({ name }) => name === "groups")?.detail;
    expect(right).toContain("Needed for it: ");
  });

  test("without groups nothing is asked about them", async () => {
    const { check, sent } = await open("okta", {});

    expect(namesOf(await check())).toEqual({
      configuration: true,
      users: true,
      user: true,
      delta: true,
    });
    expect(sent.some((each) => each.includes("/groups"))).toBe(false);
  });
});

describe("what is missing is named, with what to do, and the rest is tried all the same", () => {
  test.each(PROVIDERS)("%s: groups that may not be read", async (provider) => {
    const { check, state } = await open(provider);
    state.answer = (url) =>
      /groups|roles/i.test(new URL(url).pathname) ? Response.json({}, { status: 403 }) : undefined;

    const checked = await check();

    expect(checked.ok).toBe(false);
    expect(namesOf(checked)).toMatchObject({ users: true, groups: false });
    const { detail } = checked.checks.find(({ name }) => name === "groups") ?? { detail: "" };
    expect(detail).toContain("Needed for it: ");
  });

  test.each(PROVIDERS)(
    "%s: credentials that are refused; none of them is repeated",
    async (provider) => {
      const { check, state, fake } = await open(provider);
      const secrets = Object.values(fake.credentials).flatMap((each) =>
        typeof each === "string" ? [each] : [String(Object(each).d)],
      );
      state.answer = () =>
        Response.json({ error: "invalid_client", message: secrets }, { status: 401 });

      const checked = await check();

      expect(namesOf(checked)).toMatchObject({ configuration: true, users: false });
      const text = JSON.stringify(checked);
      for (const secret of secrets.filter((each) => each.length > 15))
        expect(text).not.toContain(secret);
    },
  );

  test("a provider that answers slowly ends the check, and the rest is named as not tried", async () => {
    const { check, state, sent } = await open("okta");
    state.answer = () => {
      state.now += 30_000;
      return undefined;
    };

    const checked = await check();

    expect(sent.length).toBeLessThanOrEqual(3);
    expect(checked.checks.at(-1)?.detail).toContain("not tried");
  });

  test("credentials of another provider, or sealed ones that cannot be opened", async () => {
    const { check } = await open("okta");

    const foreign = await check({ credentials: { kind: "scim", token: "t" } });
    const sealed = await check({ credentials: undefined, sealed: "junk" });

    expect([namesOf(foreign), namesOf(sealed)]).toEqual([
      { credentials: false },
      { credentials: false },
    ]);
  });

  test("a mapping that leads nowhere is told before anything is sent", async () => {
    const mapping = [{ from: "costCode", to: "title", when: "always" }] as const;
    const { check, sent } = await open("okta", { mapping });

    expect(namesOf(await check())).toEqual({ configuration: false });
    expect(sent).toEqual([]);
  });

  test("values of the page that do not fit are told", async () => {
    const attributes = JSON.stringify([
      {
        name: "floor",
        resourceType: "User",
        type: "integer",
        multiValued: false,
        caseExact: false,
      },
    ]);
    const rule = (to: string) => ({ from: "profile.department", to, when: "always" }) as const;
    const { check } = await open("okta", { mapping: [rule("floor"), rule("division")] });

    const checked = await check({ attributes });

    expect(namesOf(checked)).toMatchObject({ mapping: false, users: true });
    expect(checked.checks.find(({ name }) => name === "mapping")?.detail).toContain("floor");
  });
});

describe("the scope of a bridge", () => {
  test.each(PROVIDERS)("%s: a page of it is read, and the right for it named", async (provider) => {
    const { check, fake } = await open(provider);
    const listed = await createSource(fake.source(FAKE_ORIGIN), fake.credentials, {
      fetch: fake.fetch,
      now: () => START,
      random: () => 0.5,
      newId: () => "id",
      onRequest: () => {},
    }).listPage("groups", undefined, undefined);
    const [id = ""] = listed.records.flatMap(({ id: each }) =>
      each === EVERYONE_ID ? [] : String(each),
    );
    const settings = { ...BRIDGE_DEFAULTS, scope: { groups: [id] } };

    const step = (await check({ settings })).checks.find(({ name }) => name === "scope");

    expect(step).toMatchObject({ ok: true });
    expect(step?.detail).toContain("Needed for it: ");
  });

  test.each([
    ["okta", OKTA_APPS.of(0), "okta.apps.read"],
    ["entra", ENTRA_APPS.of(0), "Application.Read.All"],
  ] as const)(
    "%s: of an application that may not be read",
    async (provider, application, right) => {
      const { check, state } = await open(provider);
      const settings = { ...BRIDGE_DEFAULTS, scope: { application } };
      const before = await check({ settings });
      state.answer = (url) =>
        url.includes(application) ? Response.json({}, { status: 403 }) : undefined;

      const after = await check({ settings });

      expect(namesOf(before)).toMatchObject({ scope: true });
      expect(namesOf(after)).toMatchObject({ users: true, scope: false });
      expect(after.checks.find(({ name }) => name === "scope")?.detail).toContain(right);
    },
  );
});
