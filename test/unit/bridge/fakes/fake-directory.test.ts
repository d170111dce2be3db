import { describe, expect, test } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import { type Source, SourceError } from "#bridge/source/source.ts";
import { createDirectory, isLive } from "#test/support/fake-directory/directory.ts";
import type { FaultKind } from "#test/support/fake-directory/faults.ts";
import { ENTRA_USERS } from "#test/support/fake-directory/providers/entra-record.ts";
import { GOOGLE_USERS } from "#test/support/fake-directory/providers/google-record.ts";
import { OKTA_USERS } from "#test/support/fake-directory/providers/okta-record.ts";
import { readListing, readMembers, sourceAtFake } from "#test/support/fake-directory/source-of.ts";
import { expectFailure } from "#test/unit/bridge/fake-fetch.ts";

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];

describe("the model", () => {
  test("people who are removed are skipped by position", () => {
    const directory = createDirectory({ users: 10 });

    directory.apply({ op: "remove", person: 2 }, { op: "remove", person: 3, permanent: true });

    expect(directory.slice(1, 3).map(({ n }) => n)).toEqual([1, 4, 5]);
    expect(directory.liveCount()).toBe(8);
  });

  test("a rename leaves nobody under the old login", () => {
    const directory = createDirectory({ users: 3 });

    directory.apply({ op: "rename", person: 1, userName: "Ada@Example.com" });

    expect(directory.find("person-1@example.com")).toBeUndefined();
    expect(directory.find("ada@example.com")?.n).toBe(1);
  });

  test("a rehire has the same login under a new ordinal", () => {
    const directory = createDirectory({ users: 3 });

    directory.apply({ op: "remove", person: 1 }, { op: "rehire", person: 1 });

    expect(directory.person(1)).toBeUndefined();
    expect(directory.find("person-1@example.com")?.n).toBe(3);
  });

  test("each change carries the time that the clock was set to", () => {
    const directory = createDirectory({ users: 3, clock: 1_000 });

    directory.apply({ op: "setClock", at: 5_000 }, { op: "disable", person: 2 });

    expect(directory.person(2)).toMatchObject({ status: "disabled", lastUpdated: 5_000 });
  });

  test("a walk for the latest changes looks at those people alone", () => {
    const directory = createDirectory({ users: 1_000_000, clock: Date.parse("2026-09-01") });
    directory.apply({ op: "disable", person: 999_999 });

    const page = directory.walk({
      from: 0,
      limit: 10,
      keep: isLive,
      since: Date.parse("2026-08-01"),
    });

    expect(page).toMatchObject({ items: [{ n: 999_999 }], next: undefined });
  });
});

describe.each(PROVIDERS)("the fake of %s", (provider) => {
  test("gives every user once, and every group with its members", async () => {
    const { source } = await sourceAtFake(provider, { users: 450, groups: 3 });

    const users = await readListing(source, "users");
    const groups = await readListing(source, "groups");

    expect(new Set(users.records.map(idOf)).size).toBe(450);
    expect(users.records.length).toBe(450);
    const members = await Promise.all(groups.records.map((record) => membersOf(source, record)));
    expect(members.flatMap((each) => (each === undefined ? [] : [each.length]))).toEqual([
      10, 10, 10,
    ]);
  });

  test("finds one user by id and by login, and nobody by a stranger's", async () => {
    const { source } = await sourceAtFake(provider, { users: 450 });
    const { records } = await readListing(source, "users");
    const id = idOf(records[449]);

    expect(idOf(await source.readUser(id))).toBe(id);
    expect(idOf(await source.findUser("PERSON-449@example.com"))).toBe(id);
    expect(await source.findUser("nobody@example.com")).toBeUndefined();
  });

  test("no longer has a user who is gone for good", async () => {
    const { source, directory } = await sourceAtFake(provider, { users: 30 });
    const { records } = await readListing(source, "users");

    directory.apply({ op: "remove", person: 7, permanent: true });

    expect(await source.readUser(idOf(records[7]))).toBeUndefined();
    expect((await readListing(source, "users")).records.length).toBe(29);
  });

  test.each<[FaultKind, string]>([
    ["throttle", "throttled"],
    ["quota", "throttled"],
    ["serverError", "unavailable"],
    ["unavailable", "unavailable"],
    ["reset", "unavailable"],
    ["cut", "unavailable"],
    ["truncated", "malformed"],
    ["html", "malformed"],
    ["forbidden", "forbidden"],
  ])("%s reaches the source as %s, and the next try succeeds", async (fault, kind) => {
    const { source, fake } = await sourceAtFake(provider, { users: 30 });
    // Past the token endpoints, which word their refusals in their own way.
    fake.faults.next(fault, { path: "sers" });

    await expect(failureOf(source)).resolves.toMatchObject({ kind });
    expect((await readListing(source, "users")).records.length).toBe(30);
  });

  test("K10: a page that is too large is asked for again with fewer users", async () => {
    for (const status of [undefined, 413]) {
      const { source, fake } = await sourceAtFake(provider, { users: 450 });
      fake.faults.next("largePage", {
        path: "sers",
        times: null,
        records: 30,
        ...(status !== undefined && { status }),
      });

      const { records } = await readListing(source, "users");

      expect(new Set(records.map(idOf)).size).toBe(450);
    }
  });

  test("K10: a listing of which nothing can be read ends as malformed", async () => {
    const { source, fake } = await sourceAtFake(provider, { users: 30 });
    fake.faults.next("hugePage", { path: "sers", times: null });

    await expectFailure(readListing(source, "users"), "malformed");
  });

  test("K12: the next page waits once little of the limit is left", async () => {
    const { source, fake, directory } = await sourceAtFake(provider, { users: 1_200 });
    fake.faults.next("lowLimit", { path: "sers", seconds: 20 });
    const first = await source.listPage("users", undefined, undefined);
    const { requests } = fake.stats();

    const error = await expectFailure(source.listPage("users", first.next, undefined), "throttled");

    expect(error.failure).toEqual({ kind: "throttled", retryAt: directory.now() + 20_000 });
    expect(fake.stats().requests).toBe(requests);
    directory.apply({ op: "setClock", at: directory.now() + 20_000 });
    await expect(source.listPage("users", first.next, undefined)).resolves.toBeDefined();
  });

  test("K1: any answer can be had of it, and one about one user is that user's", async () => {
    const { source, fake } = await sourceAtFake(provider, { users: 3 });
    const [user = {}] = (await readListing(source, "users")).records;
    fake.faults.next("answer", { path: "sers/", status: 409, body: "{}" });

    await expectFailure(source.readUser(idOf(user)), "record");
    await expect(source.readUser(idOf(user))).resolves.toBeDefined();
  });

  test("refuses a token that it did not give out", async () => {
    const { source, fake } = await sourceAtFake(provider, { users: 3 });
    await readListing(source, "users");

    fake.faults.next("unauthorized", { times: null });

    await expect(failureOf(source)).resolves.toMatchObject({ kind: "unauthorized" });
  });

  test("goes on after its tokens were revoked", async () => {
    const { source, fake } = await sourceAtFake(provider, { users: 3 });
    await readListing(source, "users");

    fake.revokeTokens();

    expect((await readListing(source, "users")).records.length).toBe(3);
  });
});

describe("an Okta service app", () => {
  test("is read with DPoP proofs", async () => {
    const { source } = await sourceAtFake("okta", { users: 450 }, { okta: { auth: "service" } });

    expect((await readListing(source, "users")).records.length).toBe(450);
  });

  test("is read with bearer tokens where DPoP is not used", async () => {
    const okta = { auth: "service", isDpopRequired: false } as const;
    const { source } = await sourceAtFake("okta", { users: 3 }, { okta });

    expect((await readListing(source, "users")).records.length).toBe(3);
  });
});

describe("what changed since", () => {
  test.each<Provider>(["okta", "onelogin"])("%s shows by the newest stamp", async (provider) => {
    const { source, directory } = await sourceAtFake(provider, { users: 450 });
    const full = await readListing(source, "users");

    directory.apply({ op: "disable", person: 8 });
    const delta = await readListing(source, "users", stamp(directory.now()));

    expect(full.last.deltaFrom).toBe("2026-01-01T00:00:00.000Z");
    expect(delta.records.length).toBe(1);
  });

  test("Entra shows removed users by their kind, also the restorable ones of a first round", async () => {
    const { source, directory } = await sourceAtFake("entra", { users: 5 });
    directory.apply({ op: "remove", person: 0 });
    const full = await readListing(source, "users");

    directory.apply({ op: "remove", person: 1 }, { op: "remove", person: 2, permanent: true });
    const delta = await readListing(source, "users", full.last.deltaFrom);

    expect(full.records[0]).toMatchObject({ "@removed": { reason: "changed" } });
    expect(delta.records).toEqual([
      { id: ENTRA_USERS.of(1), "@removed": { reason: "changed" } },
      { id: ENTRA_USERS.of(2), "@removed": { reason: "deleted" } },
    ]);
  });

  test("Entra shows members who came and went", async () => {
    const { source, directory } = await sourceAtFake("entra", { users: 50, groups: 2 });
    const full = await readListing(source, "groups");

    directory.apply({ op: "join", group: 1, person: 40 }, { op: "leave", group: 1, person: 10 });
    const delta = await readListing(source, "groups", full.last.deltaFrom);

    expect(delta.records.map((record) => source.readGroup(record)?.members)).toEqual([
      { kind: "partial", added: [ENTRA_USERS.of(40)], removed: [ENTRA_USERS.of(10)] },
    ]);
  });

  test("Entra's links end after seven days, and on demand", async () => {
    const { source, directory, fake } = await sourceAtFake("entra", { users: 5 });
    const { last } = await readListing(source, "users");
    fake.faults.next("expiredDelta");
    await expect(failureOf(source, last.deltaFrom)).resolves.toEqual({ kind: "deltaExpired" });
    await expect(failureOf(source, last.deltaFrom)).resolves.toBeUndefined();

    directory.apply({ op: "setClock", at: directory.now() + 8 * 86_400_000 });

    await expect(failureOf(source, last.deltaFrom)).resolves.toEqual({ kind: "deltaExpired" });
  });

  test("Google lists deleted users apart, until they are restored", async () => {
    const { source, directory } = await sourceAtFake("google", { users: 5 });
    directory.apply({ op: "remove", person: 1 });

    const deleted = await readListing(source, "deletedUsers");
    directory.apply({ op: "restore", person: 1 });

    expect(deleted.records.map(idOf)).toEqual([GOOGLE_USERS.of(1)]);
    expect((await readListing(source, "deletedUsers")).records).toEqual([]);
    expect((await readListing(source, "users")).records.length).toBe(5);
  });

  test("Okta keeps a deactivated user, whom a bare list leaves out", async () => {
    const { source, directory, fake } = await sourceAtFake("okta", { users: 5 });
    directory.apply({ op: "remove", person: 1 });

    const { records } = await readListing(source, "users");
    const bare = await fake.fetch("https://directory.example/api/v1/users", {
      headers: { Authorization: "SSWS 00fakeOktaApiToken" },
    });

    expect(records.find((record) => idOf(record) === OKTA_USERS.of(1))).toMatchObject({
      status: "DEPROVISIONED",
    });
    expect(await bare.json()).toHaveLength(4);
  });
});

describe("answers that cannot be trusted", () => {
  test.each<Provider>(["okta", "entra"])("%s: a next link to another host", async (provider) => {
    const { source, fake } = await sourceAtFake(provider, { users: 450 });
    fake.faults.next("foreignNext", { path: "users" });

    await expect(failureOf(source)).resolves.toEqual({ kind: "malformed" });
  });

  test.each(PROVIDERS)("%s: the first page for ever", async (provider) => {
    const { source, fake } = await sourceAtFake(provider, { users: 2_000 });
    fake.faults.next("repeatedPage", { path: "sers", times: null, after: 2 });

    const listing = readListing(source, "users").then(() => undefined, readFailure);

    await expect(listing).resolves.toEqual({ kind: "malformed" });
  });

  test("the same seed gives the same faults", async () => {
    const runs = [1, 2].map(async () => {
      const { source, fake } = await sourceAtFake("scim", { users: 30 });
      fake.faults.rate(0.5, 42, ["unavailable"]);
      for (let count = 0; count < 20; count += 1) await failureOf(source);
      return fake.stats().log.map(({ status }) => status);
    });

    const [first, second] = await Promise.all(runs);

    expect(first).toContain(503);
    expect(first).toContain(200);
    expect(second).toEqual(first);
  });
});

function stamp(at: number): string {
  return new Date(at).toISOString();
}

function idOf(record: { readonly [name: string]: unknown } | undefined): string {
  return String(record?.id ?? record?._id);
}

async function membersOf(source: Source, record: Parameters<Source["readGroup"]>[0]) {
  const group = source.readGroup(record);
  if (group === undefined) return undefined;
  if (group.members.kind === "whole") return group.members.sourceIds;
  if (group.members.kind === "partial") return group.members.added;
  return readMembers(source, group.sourceId);
}

function failureOf(source: Source, since?: string) {
  return source.listPage("users", undefined, since).then(() => undefined, readFailure);
}

function readFailure(error: unknown) {
  if (error instanceof SourceError) return error.failure;
  throw error;
}
