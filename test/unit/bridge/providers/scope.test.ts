import { describe, expect, test } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import {
  ENTRA_APPS,
  ENTRA_GROUPS,
  ENTRA_USERS,
} from "#test/support/fake-directory/providers/entra-record.ts";
import {
  GOOGLE_GROUPS,
  GOOGLE_USERS,
} from "#test/support/fake-directory/providers/google-record.ts";
import {
  JUMPCLOUD_GROUPS,
  JUMPCLOUD_USERS,
} from "#test/support/fake-directory/providers/jumpcloud.ts";
import {
  OKTA_APPS,
  OKTA_GROUPS,
  OKTA_USERS,
} from "#test/support/fake-directory/providers/okta-record.ts";
import {
  ONELOGIN_ROLE_BASE,
  ONELOGIN_USER_BASE,
} from "#test/support/fake-directory/providers/onelogin.ts";
import { SCIM_GROUPS, SCIM_USERS } from "#test/support/fake-directory/providers/scim.ts";
import { readScope, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import { expectFailure } from "#test/unit/bridge/fake-fetch.ts";

/** Group 0 has people 0 to 2 and group 1; that has person 3 and group 2, which has person 4. */
const NESTED = {
  users: 8,
  groups: [
    { name: "Staff", people: [0, 1, 2], groups: [1] },
    { name: "Sales", people: [3], groups: [2] },
    { name: "Sales West", people: [4] },
  ],
};

const IDS = {
  okta: { users: OKTA_USERS, groups: OKTA_GROUPS },
  entra: { users: ENTRA_USERS, groups: ENTRA_GROUPS },
  google: { users: GOOGLE_USERS, groups: GOOGLE_GROUPS },
  onelogin: {
    users: { of: (n: number) => String(ONELOGIN_USER_BASE + n) },
    groups: { of: (n: number) => String(ONELOGIN_ROLE_BASE + n) },
  },
  jumpcloud: { users: JUMPCLOUD_USERS, groups: JUMPCLOUD_GROUPS },
  scim: { users: SCIM_USERS, groups: SCIM_GROUPS },
} as const;

const usersOf = (provider: Provider, ...ns: readonly number[]) =>
  ns.map((n) => IDS[provider].users.of(n));

const groupsOf = (provider: Provider, isExpanded: boolean, ...ns: readonly number[]) =>
  ns.map((n) => ({ sourceId: IDS[provider].groups.of(n), isExpanded }));

describe("a group of the scope", () => {
  test.each<[Provider, readonly number[], ReturnType<typeof groupsOf>]>([
    ["okta", [0, 1, 2], []],
    ["entra", [0, 1, 2, 3, 4], groupsOf("entra", true, 1, 2)],
    ["google", [0, 1, 2, 3, 4], groupsOf("google", true, 1, 2)],
    ["onelogin", [0, 1, 2], []],
    ["jumpcloud", [0, 1, 2], groupsOf("jumpcloud", false, 1)],
    ["scim", [0, 1, 2], groupsOf("scim", false, 1)],
  ])(
    "at %s names its people, and its groups where those nest",
    async (provider, people, groups) => {
      const { source } = await sourceAtFake(provider, NESTED);

      const scope = await readScope(source, {
        kind: "group",
        sourceId: IDS[provider].groups.of(0),
      });

      expect(scope.sourceIds).toEqual(usersOf(provider, ...people));
      expect(scope.groups).toEqual(groups);
      expect(scope.isEveryone).toBe(false);
    },
  );

  test.each<Provider>(["okta", "entra", "google", "onelogin", "jumpcloud", "scim"])(
    "that %s does not have is trouble of that record, not an empty scope",
    async (provider) => {
      const { source } = await sourceAtFake(provider, NESTED);
      const sourceId = IDS[provider].groups.of(77);

      const reading = source.scopePage({ kind: "group", sourceId }, undefined);

      const { failure } = await expectFailure(reading, "record");
      expect(failure).toMatchObject({ sourceId });
    },
  );

  test.each<Provider>(["okta", "entra", "google", "onelogin", "jumpcloud", "scim"])(
    "that may not be read at %s is no trouble of the credentials",
    async (provider) => {
      const { source, fake } = await sourceAtFake(provider, NESTED);
      const sourceId = IDS[provider].groups.of(0);
      fake.faults.next("forbidden", { path: sourceId });

      const reading = source.scopePage({ kind: "group", sourceId }, undefined);

      await expectFailure(reading, "record");
    },
  );

  test("with more people than one page is read to its end", async () => {
    const { source } = await sourceAtFake("okta", {
      users: 450,
      groups: [{ name: "Staff", people: { from: 0, to: 450 } }],
    });

    const scope = await readScope(source, { kind: "group", sourceId: OKTA_GROUPS.of(0) });

    expect(new Set(scope.sourceIds).size).toBe(450);
    expect(scope.pages).toBe(3);
  });

  test("with the whole customer of Google as a member is everybody", async () => {
    const { source } = await sourceAtFake("google", {
      users: 3,
      groups: [{ name: "All", people: [], everyone: true }],
    });

    const scope = await readScope(source, { kind: "group", sourceId: GOOGLE_GROUPS.of(0) });

    expect(scope).toMatchObject({ sourceIds: [], isEveryone: true });
  });
});

describe("an application of the scope", () => {
  test("at Okta names whom it has on their own and through groups, and those groups", async () => {
    const { source } = await sourceAtFake("okta", NESTED, { okta: { auth: "service" } });

    const scope = await readScope(source, { kind: "application", sourceId: OKTA_APPS.of(0) });

    expect(scope.sourceIds).toEqual(usersOf("okta", 0, 1, 2, 3));
    expect(scope.groups).toEqual(groupsOf("okta", true, 1));
  });

  test("at Okta has pages of 500 people", async () => {
    const { source } = await sourceAtFake("okta", {
      users: 700,
      groups: [{ name: "Staff", people: { from: 0, to: 700 } }],
    });

    const scope = await readScope(source, { kind: "application", sourceId: OKTA_APPS.of(0) });

    expect(new Set(scope.sourceIds).size).toBe(700);
    expect(scope.pages).toBe(3);
  });

  test("at Entra names people and groups, whose members have to be asked for", async () => {
    const { source } = await sourceAtFake("entra", NESTED);

    const scope = await readScope(source, { kind: "application", sourceId: ENTRA_APPS.of(0) });

    expect(scope.sourceIds).toEqual(usersOf("entra", 0, 1, 2));
    expect(scope.groups).toEqual(groupsOf("entra", false, 1));
  });

  test.each([
    ["okta", OKTA_APPS.of(77)],
    ["entra", ENTRA_APPS.of(77)],
  ] as const)("that %s does not have is trouble of that record", async (provider, sourceId) => {
    const { source } = await sourceAtFake(provider, NESTED);

    const reading = source.scopePage({ kind: "application", sourceId }, undefined);

    const { failure } = await expectFailure(reading, "record");
    expect(failure).toMatchObject({ sourceId });
  });
});
