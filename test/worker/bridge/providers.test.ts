import { expect, test } from "vitest";
import type { Provider } from "#bridge/config/settings.ts";
import { openSynced, passTime } from "#test/support/bridge/pull.ts";
import { START, TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";
import { createDirectory } from "#test/support/fake-directory/directory.ts";
import { createFakeProvider } from "#test/support/fake-directory/provider.ts";
import { FAKE_ORIGIN } from "#test/support/fake-directory/source-of.ts";

const PROVIDERS: readonly Provider[] = ["okta", "entra", "google", "onelogin", "jumpcloud", "scim"];
const USERS = 60;

/** How many access tokens two runs within an hour take. */
const TOKENS: Readonly<Record<Provider, number>> = {
  okta: 0,
  entra: 1,
  google: 2,
  onelogin: 1,
  jumpcloud: 0,
  scim: 0,
};

/** A bridge over a fake provider with generated people and two groups of them. */
async function aBridgeAt(provider: Provider) {
  const groups = [
    { name: "Staff", people: { from: 0, to: 40 } },
    { name: "Few", people: [1, 2] },
  ];
  const directory = createDirectory({ users: USERS, groups, clock: START });
  const fake = await createFakeProvider({ provider, directory });
  const config = fake.source(FAKE_ORIGIN);
  const { credentials, fetch } = fake;
  const bridge = await TestBridge.openAt(
    { config, credentials, tools: { fetch } },
    { groups: "all" },
  );
  /** Moves the bridge's time and the provider's on. */
  const wait = (ms: number) => {
    bridge.now += ms;
    directory.apply({ op: "setClock", at: bridge.now });
  };
  return { bridge, directory, fake, wait };
}

/** Plays until the run under way has ended, however often it has to wait. */
async function finish({ bridge, wait }: Awaited<ReturnType<typeof aBridgeAt>>) {
  await bridge.settle();
  for (let waits = 0; waits < 500; waits += 1) {
    const { lastRun, state } = await bridge.calls.overview();
    if (lastRun !== null && state !== "syncing" && state !== "pending") return lastRun;
    wait(Math.max(0, ((await bridge.alarmAt()) ?? 0) - bridge.now));
    await bridge.settle();
  }
  throw new Error("The run does not come to its end.");
}

/** Runs once more. */
async function again(world: Awaited<ReturnType<typeof aBridgeAt>>, mode: "full" | "delta") {
  world.wait(900_000);
  await world.bridge.stub.sync(mode);
  return await finish(world);
}

test.each(PROVIDERS)(
  "%s: the first run brings everybody, the second nothing new",
  async (provider) => {
    const world = await aBridgeAt(provider);

    const first = await finish(world);
    const changes = await world.bridge.changes();
    const second = await again(world, "full");

    expect([first.state, first.error, first.counts.created]).toEqual(["succeeded", null, USERS]);
    expect(first.counts.groupsCreated).toBe(2);
    expect([second.state, second.counts.created, second.counts.updated]).toEqual([
      "succeeded",
      0,
      0,
    ]);
    expect(await world.bridge.changes()).toEqual(changes);
    // K12: a token for its whole life; Google has one for users and one for groups.
    const tokens = world.fake.stats().log.filter(({ path }) => path.endsWith("/token"));
    expect(tokens.length).toBe(TOKENS[provider]);
    expect(await contradictions()).toEqual([]);
  },
);

test.each(["google", "jumpcloud", "onelogin", "okta"] as const)(
  "K1, K5: %s: members that are answered with 404 stay, and the run goes on",
  async (provider) => {
    const world = await aBridgeAt(provider);
    await finish(world);
    const changes = await world.bridge.changes();
    const path = {
      google: "/members",
      jumpcloud: "/members",
      onelogin: "/roles/",
      okta: "/groups/",
    };
    const everyTime = { times: null, status: 404, body: "{}" };
    world.fake.faults.next("answer", { ...everyTime, path: path[provider] });

    const run = await again(world, "full");

    expect([run.state, run.error, run.counts.membersRemoved]).toEqual(["succeeded", null, 0]);
    expect(new Set(run.issues.map(({ kind }) => kind))).toEqual(new Set(["unreadable"]));
    expect(await world.bridge.changes()).toEqual(changes);
  },
);

test.each(PROVIDERS)(
  "%s: what changed at the provider changes here, in the next run",
  async (provider) => {
    const world = await aBridgeAt(provider);
    await finish(world);
    const before = await world.bridge.users();
    world.directory.apply(
      { op: "rename", person: 3, userName: "renamed@example.com" },
      { op: "disable", person: 4 },
      { op: "remove", person: 5, permanent: true },
      {
        op: "add",
        person: {
          userName: "new@example.com",
          email: "new@example.com",
          givenName: "N",
          familyName: "W",
        },
      },
    );

    const view = await again(world, "full");

    const after = await world.bridge.users();
    expect([view.state, view.error, view.issueCount]).toEqual(["succeeded", null, 0]);
    expect(view.counts).toMatchObject({ created: 1, deactivated: 2, held: 0 });
    expect(after.filter(({ active }) => active === 0)).toHaveLength(2);
    const renamed = after.find(({ userName }) => userName === "renamed@example.com");
    expect(before.map(({ id }) => id)).toContain(renamed?.id);
  },
);

test.each(PROVIDERS)("%s: faults on the way change nothing of the result", async (provider) => {
  const calm = await aBridgeAt(provider);
  await finish(calm);
  const rough = await aBridgeAt(provider);
  rough.fake.faults.rate(0.15, 7);

  const view = await finish(rough);

  const names = async ({ bridge }: typeof calm) =>
    (await bridge.users()).map(({ userName }) => userName);
  expect(view.state).toBe("succeeded");
  expect(await names(rough)).toEqual(await names(calm));
  expect(await contradictions()).toEqual([]);
});

test("a slice sends fewer requests than the Free plan allows, however many users are asked for", async () => {
  const guard = { max: 100, percent: 100, minBase: 500 };
  const pull = await openSynced("scim", USERS, { guard });
  const { bridge, directory, sent } = pull;
  for (let person = 0; person < USERS - 1; person += 1) {
    directory.apply({ op: "remove", person, permanent: true });
  }
  passTime(pull, 900_000);
  await bridge.stub.sync("full");
  const perSlice: number[] = [];

  do {
    const before = sent.length;
    await bridge.settle(1);
    perSlice.push(sent.length - before);
  } while ((await bridge.calls.overview()).lastRun?.finishedAt === null && perSlice.length < 20);

  const { lastRun } = await bridge.calls.overview();
  expect(lastRun?.counts.deactivated).toBe(USERS - 1);
  expect(Math.max(...perSlice)).toBeLessThan(50);
  expect(perSlice.length).toBeGreaterThan(1);
});
