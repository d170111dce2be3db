import { runInDurableObject } from "cloudflare:test";
import { expect } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import type { IssueKind } from "#bridge/mapping/mapped.ts";
import { writeRun } from "#bridge/storage/runs.ts";
import { currentRun } from "#bridge/sync/runs.ts";
import {
  openPull,
  openSynced,
  PROVIDERS,
  type Pull,
  playFull,
  playOut,
} from "#test/support/bridge/pull.ts";
import { START } from "#test/support/bridge/world.ts";
import type { PersonSeed } from "#test/support/fake-directory/person.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";
import type { RowNumber, TriedRow } from "./table.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;

/** Those that do not say how many users there are, so that an empty list may be the truth. */
const WITHOUT_TOTAL: readonly Provider[] = ["okta", "entra", "google"];

/** What a throttling answer says, and how long it makes the bridge wait. */
const WAITS: readonly (readonly [retryAfter: string, waitMs: number])[] = [
  ["3600", HOUR_MS],
  [new Date(START + 2 * HOUR_MS).toUTCString(), 2 * HOUR_MS],
  // The bridge's own first pause: 15 seconds, by the half of the tests' jitter.
  ["-1", 7.5 * SECOND_MS],
  ["abc", 7.5 * SECOND_MS],
  [String(10 * 365 * 86_400), 24 * HOUR_MS],
];

const NAMELESS: PersonSeed = { ...aPerson("ghost"), raw: { id: null, _id: null } };

/** Section K: listings that can be read, and that must not be believed blindly. */
export const LISTING_ROWS: readonly TriedRow[] = [
  ...each(159, "an empty list while 100 are active", holdsAHundred, WITHOUT_TOTAL),
  ...each(160, "half of the users missing", holdsTheMissingHalf),
  ...each(162, "the same cursor twice", refusesRepetition, ["okta", "onelogin"]),
  ...each(162, "pages without end", endsAfter100000Pages, ["onelogin"]),
  ...WAITS.map(([retryAfter, waitMs]) => ({
    ...{ row: 163, what: `429 with Retry-After ${retryAfter}` },
    run: () => waitsFor(retryAfter, waitMs),
  })),
  ...each(164, "a user without id", (provider) => skipsOne(provider, NAMELESS, "no-id")),
  ...each(165, "two users of one userName", (provider) =>
    skipsOne(provider, aPerson("p0"), "userName-taken"),
  ),
  ...each(166, "a userName of 100 KB", (provider) =>
    skipsOne(provider, aPerson("x".repeat(102_400)), "invalid-value"),
  ),
  ...each("168a", "two users who swap their names", namesAreRight),
  ...each("168b", "a name held by a user of no bridge", leavesTheHolderAlone),
];

function each(
  row: RowNumber,
  what: string,
  run: (provider: Provider) => Promise<void>,
  providers: readonly Provider[] = PROVIDERS,
): readonly TriedRow[] {
  return providers.map((provider) => ({
    ...{ row, what: `${what}, by ${provider}` },
    run: () => run(provider),
  }));
}

async function holdsAHundred(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, 100);
  pull.fake.faults.next("emptyList", { path: "sers", times: null });

  const run = await playFull(pull);

  expect([run.state, run.held, run.counts.deactivated]).toEqual(["succeeded", 100, 0]);
  expect(await activeIn(pull)).toBe(100);
  const overview = await pull.bridge.stub.overview();
  expect(overview).toMatchObject({ state: "active", held: 100, consecutiveFailures: 0 });
}

async function holdsTheMissingHalf(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, 100);
  for (let n = 50; n < 100; n += 1) {
    pull.directory.apply({ op: "remove", person: n, permanent: true });
  }
  pull.directory.apply({ op: "rename", person: 3, userName: "renamed@example.com" });
  pull.directory.apply({ op: "add", person: aPerson("new") });

  const { state, held, counts } = await playFull(pull);

  const names = (await pull.bridge.users()).map(({ userName }) => userName);
  expect([state, held, counts.created, counts.deactivated]).toEqual(["succeeded", 50, 1, 0]);
  expect(names).toEqual(expect.arrayContaining(["renamed@example.com", "new@example.com"]));
  expect(await activeIn(pull)).toBe(101);
}

/** More people than go on one page of either. */
async function refusesRepetition(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, 250);
  pull.fake.faults.next("repeatedPage", { path: "sers", times: null });

  const { state, error, counts } = await playFull(pull);

  expect([state, error]).toEqual(["failed", expect.stringContaining("same page again")]);
  expect([counts.deactivated, await activeIn(pull)]).toEqual([0, 250]);
}

/** The pages that a run has behind it are set: to read as many would only take long. */
async function endsAfter100000Pages(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, 60);
  const { bridge, fake } = pull;
  fake.faults.next("endlessPages", { path: "sers", times: null });
  await bridge.stub.sync("full");
  await bridge.settle(1);
  await runInDurableObject(bridge.stub, (_, { storage: { sql } }) => {
    const run = currentRun(sql);
    if (run === undefined) throw new Error("The run came to an end.");
    writeRun(sql, { ...run, position: { ...run.position, pages: 99_999 } });
  });

  const { state, issues, counts } = await playOut(pull);

  // A listing that does not add up fails no run: nobody is missing by it, and an issue says so.
  expect([state, issues.map(({ kind }) => kind)]).toEqual(["succeeded", ["listing-incomplete"]]);
  expect([counts.deactivated, await activeIn(pull)]).toEqual([0, 60]);
}

async function waitsFor(retryAfter: string, waitMs: number): Promise<void> {
  const pull = await openPull("scim", 3);
  const { bridge, sent } = pull;
  const headers = { "Retry-After": retryAfter };
  pull.interpose(() =>
    sent.length > 1 ? undefined : new Response("{}", { status: 429, headers }),
  );

  await bridge.settle();

  const [run] = await bridge.stub.runs(1, undefined);
  expect(Date.parse(run?.resumesAt ?? "") - bridge.now).toBe(waitMs);
  expect(sent).toHaveLength(1);
  const { state, counts } = await playOut(pull);
  expect([state, counts.created]).toEqual(["succeeded", 3]);
}

async function skipsOne(provider: Provider, bad: PersonSeed, kind: IssueKind): Promise<void> {
  const pull = await openPull(provider, [aPerson("p0"), bad, aPerson("p2")]);

  const { state, counts, issues } = await playOut(pull);

  const names = (await pull.bridge.users()).map(({ userName }) => userName);
  expect([state, counts.created]).toEqual(["succeeded", 2]);
  expect(issues.map((issue) => issue.kind)).toEqual([kind]);
  expect(names.toSorted()).toEqual(["p0@example.com", "p2@example.com"]);
}

async function namesAreRight(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, [aPerson("p0"), aPerson("p1"), aPerson("p2")]);
  const before = await namesById(pull);
  pull.directory.apply({ op: "change", person: 0, set: aPerson("p1") });
  pull.directory.apply({ op: "change", person: 1, set: aPerson("p0") });

  const { state, issueCount } = await playFull(pull);

  const swapped = new Map([
    ["p0@example.com", "p1@example.com"],
    ["p1@example.com", "p0@example.com"],
  ]);
  const expected = before.map(([id, name]) => [id, swapped.get(name) ?? name]);
  expect([state, issueCount]).toEqual(["succeeded", 0]);
  expect(await namesById(pull)).toEqual(expected);
}

async function leavesTheHolderAlone(provider: Provider): Promise<void> {
  const pull = await openSynced(provider, [aPerson("p0"), aPerson("p1")]);
  const gateway = openGateway();
  const { token } = pull.bridge.connector;
  const body = aUser({ userName: "held@example.com" });
  const holder = await gateway.scim("/Users", { token, body });
  pull.directory.apply({ op: "change", person: 0, set: aPerson("held") });
  pull.directory.apply({ op: "change", person: 1, set: aPerson("renamed") });

  const { state, issues } = await playFull(pull);

  const read = await gateway.scim(`/Users/${holder.body.id}`, { token });
  const names = (await pull.bridge.users()).map(({ userName }) => userName);
  expect([state, issues.map(({ kind }) => kind)]).toEqual(["succeeded", ["userName-taken"]]);
  expect(read.body).toEqual(holder.body);
  expect(names.toSorted()).toEqual(["held@example.com", "p0@example.com", "renamed@example.com"]);
}

function aPerson(name: string): PersonSeed {
  const login = `${name}@example.com`;
  return { userName: login, email: login, givenName: "Ada", familyName: "Lovelace" };
}

async function namesById({ bridge }: Pull): Promise<readonly (readonly [string, string])[]> {
  return (await bridge.users()).map(({ id, userName }) => [id, userName]);
}

async function activeIn({ bridge }: Pull): Promise<number> {
  return (await bridge.users()).filter(({ active }) => active === 1).length;
}
