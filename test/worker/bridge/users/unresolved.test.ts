import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import { SourceError, type SourceFailure } from "#bridge/source/source.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { CONNECTION_LOST } from "#test/support/d1/faulty-d1.ts";

const HOLDS_TWO = { guard: { max: 2, percent: 0, minBase: 5 } };
const LETS_ALL_GO = { max: 100, percent: 100, minBase: 5 };
const MINUTE_MS = 60_000;

/** A bridge that has synced so many people once; `answers` says how the provider fails for some of them. */
async function aSyncedBridge(count: number, settings: Partial<BridgeSettings> = {}) {
  const source = new BridgeSource(manyPeople(count));
  source.pageSize = 100;
  const bridge = await TestBridge.open(source, settings);
  await bridge.due();
  const trouble = new Map<string, SourceFailure>();
  const read = source.readUser.bind(source);
  source.readUser = async (id) => {
    const failure = trouble.get(id) ?? trouble.get("everybody");
    if (failure !== undefined) throw new SourceError(failure, `Odd: ${id}.`);
    return await read(id);
  };
  return { source, bridge, trouble };
}

/** The first answers about each record that is asked for by itself are cut off; counts the answers. */
function beOddAtFirst(source: BridgeSource, times: number): ReadonlyMap<string, number> {
  const asked = new Map<string, number>();
  const note = (sourceId: string) => {
    const count = (asked.get(sourceId) ?? 0) + 1;
    asked.set(sourceId, count);
    if (count > times) return;
    throw new SourceError({ kind: "record", sourceId, mayPass: true }, `Cut off: ${sourceId}.`);
  };
  const { readUser, findGroup, scopePage } = source;
  source.readUser = async (id) => {
    note(id);
    return await readUser.call(source, id);
  };
  source.findGroup = async (id) => {
    note(id);
    return await findGroup.call(source, id);
  };
  source.scopePage = async (part, cursor) => {
    note(part.sourceId);
    return await scopePage.call(source, part, cursor);
  };
  return asked;
}

const offIds = async (bridge: TestBridge) =>
  (await bridge.users()).filter(({ active }) => active === 0).map(({ externalId }) => externalId);

const kindsOf = ({ issues }: { readonly issues: readonly { readonly kind: string }[] }) =>
  issues.map(({ kind }) => kind);

/** Plays the bridge until its run has ended, whatever it waits for. */
async function play(bridge: TestBridge, runId: string) {
  await bridge.settle();
  for (let n = 0; n < 30 && (await bridge.view(runId)).finishedAt === null; n += 1) {
    await bridge.settleNext();
  }
  return await bridge.view(runId);
}

describe("K1: one record's odd answer concerns that one alone", () => {
  test("a missing user whose answer is odd stays and is asked again in every run, the others leave", async () => {
    const { source, bridge, trouble } = await aSyncedBridge(40);
    source.drop("p0", "p1");
    trouble.set("p0", { kind: "record", sourceId: "p0", mayPass: true });

    const first = await bridge.run();
    const later = await bridge.run();
    trouble.clear();
    const last = await bridge.run();

    expect([first.counts.deactivated, kindsOf(first)]).toEqual([1, ["unreadable"]]);
    expect(later.issues).toMatchObject([{ kind: "unreadable", sourceId: "p0", tries: 2 }]);
    expect([last.counts.deactivated, kindsOf(last)]).toEqual([1, []]);
    expect(await offIds(bridge)).toEqual(["p0", "p1"]);
  });

  test("an answer that nobody understands is asked for again in the same run: those in doubt leave in it", async () => {
    const { source, bridge } = await aSyncedBridge(40, { groups: "all", guard: LETS_ALL_GO });
    source.putGroups(
      { id: "g", name: "Eng", members: ["p5"] },
      { id: "h", name: "Ops", members: [] },
    );
    await bridge.run();
    source.drop(...manyPeople(8).map(({ id }) => id));
    source.dropGroup("h");
    const asked = beOddAtFirst(source, 2);

    const run = await bridge.run();

    expect([run.counts.deactivated, run.counts.groupsDeleted, kindsOf(run)]).toEqual([8, 1, []]);
    expect([...new Set(asked.values())]).toEqual([3]);
  });

  test("a scope of which a page is cut off is read again", async () => {
    const source = new BridgeSource(manyPeople(3));
    source.putGroups({ id: "g", name: "Eng", members: ["p1"] });
    const asked = beOddAtFirst(source, 2);
    const bridge = await TestBridge.open(source, { scope: { groups: ["g"] } });

    await bridge.due();

    expect((await bridge.users()).map(({ externalId }) => externalId)).toEqual(["p1"]);
    expect(asked.get("g")).toBe(3);
  });

  test("whose answer stays odd is asked for three times in a run, and once where it is a refusal", async () => {
    const { source, bridge, trouble } = await aSyncedBridge(40);
    source.drop("p0", "p1");
    trouble.set("p0", { kind: "record", sourceId: "p0", mayPass: true });
    trouble.set("p1", { kind: "record", sourceId: "p1", mayPass: false });
    const asked: string[] = [];
    const read = source.readUser;
    source.readUser = (id) => {
      asked.push(id);
      return read(id);
    };

    const run = await bridge.run();

    expect(kindsOf(run)).toEqual(["unreadable", "unreadable"]);
    expect(asked.toSorted()).toEqual(["p0", "p0", "p0", "p1"]);
  });

  test.each<SourceFailure>([
    { kind: "groupsForbidden" },
    { kind: "forbidden" },
    { kind: "malformed" },
  ])(
    "groups that cannot be read ($kind) keep nobody active who is disabled or gone",
    async (failure) => {
      const { source, bridge } = await aSyncedBridge(40, { groups: "all" });
      source.putGroups({ id: "g", name: "Eng", members: ["p5"] });
      await bridge.run();
      source.put({ id: "p0", active: false });
      source.drop("p1");
      const list = source.listPage.bind(source);
      source.listPage = async (listing, ...rest) => {
        if (listing === "groups") throw new SourceError(failure, "No groups.");
        return await list(listing, ...rest);
      };

      const { runId } = okOf(await bridge.stub.sync("full"));
      const view = await play(bridge, runId);
      source.listPage = list;
      const healed = await bridge.run();

      expect([view.state, kindsOf(view)]).toEqual(["succeeded", ["groups-unread"]]);
      expect(await offIds(bridge)).toEqual(["p0", "p1"]);
      expect(kindsOf(healed)).toEqual([]);
    },
  );

  test("an outage while the missing are asked for fails no run, and they are asked for in the next", async () => {
    const { source, bridge, trouble } = await aSyncedBridge(40);
    source.put({ id: "p0", active: false });
    source.drop("p1");
    trouble.set("everybody", { kind: "unavailable" });

    const { runId } = okOf(await bridge.stub.sync("full"));
    const view = await play(bridge, runId);
    const before = await offIds(bridge);
    trouble.clear();
    await bridge.run();

    expect([view.state, kindsOf(view), before]).toEqual(["succeeded", ["users-unasked"], ["p0"]]);
    expect(await offIds(bridge)).toEqual(["p0", "p1"]);
  });
});

describe("K2: approved stays approved", () => {
  test.each([
    [{ kind: "unavailable" }, "succeeded", 2],
    [{ kind: "unauthorized" }, "failed", 0],
  ] as const)(
    "an approval that breaks off (%j) is carried out by the next run, for all of them",
    async (failure, state, offAtOnce) => {
      const { source, bridge, trouble } = await aSyncedBridge(40, HOLDS_TWO);
      source.drop(...manyPeople(12).map(({ id }) => id));
      await bridge.run();
      for (const { id } of manyPeople(12).slice(7)) trouble.set(id, failure);

      const { runId, approved } = okOf(await bridge.calls.approveHeld(await bridge.seen()));
      const broken = await play(bridge, runId);
      const { held, approved: waiting } = await bridge.stub.overview();
      const off = (await offIds(bridge)).length;
      trouble.clear();
      const next = await bridge.run("delta");

      expect([approved, broken.state, off, held]).toEqual([12, state, offAtOnce, 0]);
      expect(waiting).toBe(12 - offAtOnce);
      expect([next.state, (await offIds(bridge)).length]).toEqual(["succeeded", 12]);
    },
  );

  test("an approval that could not be written is carried out by the next run", async () => {
    const { source, bridge } = await aSyncedBridge(20, HOLDS_TWO);
    source.drop("p0", "p1", "p2");
    await bridge.run();
    const seen = await bridge.seen();
    // Looks and mirrors go through; what is to be stored in one batch does not.
    bridge.db = new Proxy(env.DB, {
      get: (db, name) =>
        name === "batch"
          ? () => Promise.reject(new Error(CONNECTION_LOST))
          : Reflect.get(db, name, db).bind(db),
    });

    const { runId } = okOf(await bridge.calls.approveHeld(seen));
    const broken = await play(bridge, runId);
    const { held, approved } = await bridge.stub.overview();
    bridge.db = env.DB;
    const [next] = await bridge.calls.runs(1, undefined);
    await play(bridge, next?.runId ?? "");

    expect([broken.state, held, approved]).toEqual(["failed", 0, 3]);
    expect(await offIds(bridge)).toEqual(["p0", "p1", "p2"]);
  });

  test("some are approved, others rejected, and neither stays held; who is back is kept", async () => {
    const { source, bridge } = await aSyncedBridge(20, HOLDS_TWO);
    source.drop("p0", "p1", "p2", "p3");
    const { runId } = await bridge.run();
    const { items } = await bridge.calls.held(10, undefined);
    const [a = "", b = "", c = "", d = ""] = items.map(({ id }) => id);
    source.put({ id: "p1" });

    okOf(await bridge.calls.rejectHeld({ ids: [d] }));
    const stale = await bridge.calls.approveHeld({ runId, count: 4 });
    const again = await bridge.calls.approveHeld({ ids: [a, d] });
    okOf(await bridge.calls.approveHeld({ ids: [a, b] }));
    await bridge.settle();
    const left = await bridge.seen();
    okOf(await bridge.calls.approveHeld({ ids: [c] }));
    await bridge.settle();

    expect([stale.kind, again.kind]).toEqual(["refused", "refused"]);
    expect(left).toEqual({ runId, count: 1 });
    expect(await offIds(bridge)).toEqual(["p0", "p2"]);
  });

  test("an approval during a run is carried out all the same", async () => {
    const { source, bridge } = await aSyncedBridge(20, HOLDS_TWO);
    source.drop("p0", "p1", "p2");
    await bridge.run();
    source.failures.push({ kind: "throttled", retryAt: bridge.now + MINUTE_MS });
    okOf(await bridge.stub.sync("full"));
    await bridge.settle();

    okOf(await bridge.calls.approveHeld(await bridge.seen()));
    await bridge.settleNext();

    expect(await offIds(bridge)).toEqual(["p0", "p1", "p2"]);
  });

  test("nobody is approved twice over: the guard holds who leaves on top", async () => {
    const { source, bridge } = await aSyncedBridge(20, HOLDS_TWO);
    source.put({ id: "p0", active: false }, { id: "p1", active: false });
    source.drop("p2", "p3");

    const view = await bridge.run();

    expect([view.counts.deactivated, view.held, await offIds(bridge)]).toEqual([
      2,
      2,
      ["p0", "p1"],
    ]);
  });
});

describe("K3: what is unresolved is tried in every run", () => {
  test("a delta run shows and solves what an earlier one could not do", async () => {
    const source = new BridgeSource([{ id: "a" }]);
    source.delta = { users: true, groups: false };
    const bridge = await TestBridge.open(source);
    await bridge.due();
    source.put({ id: "b", login: "a@example.com" });
    const first = await bridge.run("delta");
    const second = await bridge.run("delta");
    source.put({ id: "a", login: "other@example.com" });
    const third = await bridge.run("delta");

    expect([first, second, third].map(kindsOf)).toEqual([
      ["userName-taken"],
      ["userName-taken"],
      [],
    ]);
    expect(second.issues).toMatchObject([{ sourceId: "b", tries: 2, since: expect.any(String) }]);
    expect((await bridge.users()).map(({ externalId }) => externalId)).toEqual(["a", "b"]);
  });

  test("a member who is enabled later is in the group after that same delta run", async () => {
    const source = new BridgeSource([{ id: "a" }, { id: "b", active: false }]);
    source.delta = { users: true, groups: true };
    source.sendsMembers = true;
    source.putGroups({ id: "g", name: "Eng", members: ["a", "b"] });
    const bridge = await TestBridge.open(source, { groups: "all" });
    await bridge.due();
    const list = source.listPage.bind(source);
    source.listPage = async (listing, cursor, since) => {
      const page = await list(listing, cursor, since);
      // Nothing changed about the group itself.
      return listing === "groups" && since !== undefined ? { ...page, records: [] } : page;
    };
    source.put({ id: "b" });

    const view = await bridge.run("delta");
    const after = await bridge.run("delta");

    expect([view.mode, view.counts.created, view.counts.membersAdded]).toEqual(["delta", 1, 1]);
    expect([after.counts.membersAdded, after.counts.membersRemoved]).toEqual([0, 0]);
  });

  test("no kind of issue crowds the others out", async () => {
    const source = new BridgeSource();
    source.pageSize = 500;
    source.putRaw(...manyPeople(150).map(({ id }) => ({ id, status: "ACTIVE", profile: {} })));
    source.putRaw({ id: "z", status: "WHAT", profile: { login: "z@example.com" } });
    const bridge = await TestBridge.open(source);

    const view = await bridge.due();

    expect([view.issueCount, view.issues.length, view.issues[0]?.kind]).toEqual([
      151,
      100,
      "state-unknown",
    ]);
  });
});

describe("K4: a listing that does not add up", () => {
  test("is an issue, an alert once it lasts, and leavers leave all the same", async () => {
    const { source, bridge } = await aSyncedBridge(20);
    source.total = 21;
    source.drop("p0");

    const views = [await bridge.run(), await bridge.run(), await bridge.run(), await bridge.run()];

    expect(views.map(kindsOf)).toEqual(Array(4).fill(["listing-incomplete"]));
    expect(await offIds(bridge)).toEqual(["p0"]);
    const alerts = (await bridge.changes()).filter((line) => line.startsWith("connector.alert"));
    expect(alerts).toEqual(["connector.alert bridge.incomplete"]);
  });
});

describe("K4: a listing that falls short by many", () => {
  test("has some of them asked for in each run, others each time", async () => {
    const { source, bridge } = await aSyncedBridge(250);
    source.total = 251;
    const list = source.listPage.bind(source);
    source.listPage = async (...asked) => ({
      ...(await list(...asked)),
      records: [],
      next: undefined,
    });

    for (let n = 0; n < 3; n += 1) await bridge.run();

    const asked = source.asked.filter((line) => line.startsWith("readUser"));
    expect([asked.length, new Set(asked).size, await offIds(bridge)]).toEqual([300, 250, []]);
  });
});

describe("K6: never on by default", () => {
  const stamped = (status: string, at: string) => ({
    id: "p0",
    status,
    lastUpdated: at,
    profile: { login: "p0@example.com", email: "p0@example.com", firstName: "Ada" },
  });

  test.each([
    ["back on", "SUSPENDED", "ACTIVE"],
    ["off", "ACTIVE", "SUSPENDED"],
  ])("an older row switches nobody %s: the provider is asked which holds", async (_, now, old) => {
    const { source, bridge } = await aSyncedBridge(10);
    source.putRaw(stamped(now, "2040-01-02T00:00:00.000Z"));
    await bridge.run();
    const list = source.listPage.bind(source);
    source.listPage = async (...asked) => {
      const page = await list(...asked);
      const records = page.records.map((each) =>
        each.id === "p0" ? stamped(old, "2040-01-01T00:00:00.000Z") : each,
      );
      return { ...page, records };
    };

    await bridge.run();

    expect(await offIds(bridge)).toEqual(now === "ACTIVE" ? [] : ["p0"]);
    expect(source.asked.at(-1)).toBe("readUser p0");
  });

  test("a record without a state neither creates nor reactivates, and changes nobody's state", async () => {
    const { source, bridge } = await aSyncedBridge(10);
    source.put({ id: "p0", active: false });
    await bridge.run();
    const stateless = (id: string) => ({
      id,
      profile: { login: `${id}@example.com`, firstName: "B" },
    });
    source.putRaw(stateless("p0"), stateless("p1"), stateless("new"));

    const view = await bridge.run();

    expect(kindsOf(view)).toEqual(["state-unknown", "state-unknown", "state-unknown"]);
    expect([(await bridge.users()).length, await offIds(bridge)]).toEqual([10, ["p0"]]);
  });
});

describe("K6: a record without a state ends no switch-off", () => {
  const stateless = (id: string, title: string) => ({
    id,
    profile: { login: `${id}@example.com`, firstName: "Ada", title },
  });

  /** Three people who are disabled at the provider, and whose switch-offs are held. */
  async function aBridgeThatHolds() {
    const world = await aSyncedBridge(10, HOLDS_TWO);
    world.source.delta = { users: true, groups: false };
    await world.bridge.run();
    world.source.put(...["p0", "p1", "p2"].map((id) => ({ id, active: false })));
    await world.bridge.run("delta");
    return world;
  }

  // A full run weighs p2 anew, who leaves alone by then.
  test.each([
    ["delta", ["p0", "p2"]],
    ["full", ["p0"]],
  ] as const)("held: in a %s run", async (mode, held) => {
    const { source, bridge } = await aBridgeThatHolds();
    source.put({ id: "p0" }, { id: "p1" });
    source.putRaw(stateless("p0", "Dr"));

    const view = await bridge.run(mode);
    const { items } = await bridge.calls.held(10, undefined);

    expect([view.mode, items.map(({ sourceId }) => sourceId)]).toEqual([mode, held]);
  });

  test("approved: until the provider says what holds", async () => {
    const { source, bridge, trouble } = await aBridgeThatHolds();
    trouble.set("everybody", { kind: "unavailable" });
    const { runId } = okOf(await bridge.calls.approveHeld(await bridge.seen()));
    await play(bridge, runId);
    source.put({ id: "p0" });
    source.putRaw(stateless("p0", "Dr"));
    const unsure = await play(bridge, okOf(await bridge.stub.sync("delta")).runId);
    const { approved } = await bridge.stub.overview();
    trouble.clear();
    source.put({ id: "p0", active: false });

    await bridge.run("delta");

    expect([unsure.mode, unsure.state, approved]).toEqual(["delta", "succeeded", 3]);
    expect(await offIds(bridge)).toEqual(["p0", "p1", "p2"]);
  });
});

describe("K7: deleted and made again is one change", () => {
  test("in a full run: the user keeps id and groups, and is never off", async () => {
    const { source, bridge } = await aSyncedBridge(10, { groups: "all" });
    source.putGroups({ id: "g", name: "Eng", members: ["p0"] });
    await bridge.run();
    const [before] = await bridge.users();
    source.drop("p0");
    source.put({ id: "p0-again", login: "p0@example.com" });
    source.putGroups({ id: "g", name: "Eng", members: ["p0-again"] });

    const view = await bridge.run();

    const after = (await bridge.users()).find(({ id }) => id === before?.id);
    expect(after).toMatchObject({ externalId: "p0-again", active: 1 });
    const { deactivated, created, membersRemoved, membersAdded } = view.counts;
    expect([deactivated, created, membersRemoved, membersAdded]).toEqual([0, 0, 0, 0]);
  });
});

test("K7: removed and made again in one delta is one change", async () => {
  const config = {
    type: "entra",
    tenantId: "t",
    graphBaseUrl: "https://graph.example",
    loginBaseUrl: "https://login.example",
  } as const;
  const credentials = { kind: "entra", clientId: "c", clientSecret: "s" } as const;
  const entra = (id: string, login: string) => {
    const name = { displayName: "Ada", givenName: "Ada", surname: "Lovelace", mail: login };
    return { id, userPrincipalName: login, accountEnabled: true, ...name };
  };
  const source = new BridgeSource();
  source.delta = { users: true, groups: false };
  source.pageSize = 100;
  for (const { id } of manyPeople(5)) source.putRaw(entra(id, `${id}@example.com`));
  const tools = { createSource: () => source, fetch: () => Promise.reject(new Error("No.")) };
  const bridge = await TestBridge.openAt({ config, credentials, tools });
  await bridge.due();
  const before = (await bridge.users()).find(({ externalId }) => externalId === "p0");
  source.drop("p0");
  const list = source.listPage.bind(source);
  source.listPage = async (...asked) => {
    const removed = { id: "p0", "@removed": { reason: "changed" } };
    const page = await list(...asked);
    return { ...page, records: [removed, entra("again", "p0@example.com")] };
  };

  const view = await bridge.run("delta");

  expect([view.mode, view.counts.deactivated, view.counts.created]).toEqual(["delta", 0, 0]);
  const after = (await bridge.users()).find(({ id }) => id === before?.id);
  expect(after).toMatchObject({ externalId: "again", active: 1 });
});

test("a run that failed in its users listing is gone on with where it was", async () => {
  const source = new BridgeSource(manyPeople(6));
  const bridge = await TestBridge.open(source);
  source.failures.push(undefined, ...Array(10).fill({ kind: "unavailable" }));
  await bridge.settle();
  while ((await bridge.users()).length < 6) await bridge.settleNext();

  expect(new Set(source.asked.slice(1, -1))).toEqual(new Set(["users 2"]));
  expect([source.asked[0], source.asked.at(-1)]).toEqual(["users first", "users 4"]);
  expect(await bridge.users()).toHaveLength(6);
});

test("a new guard holds from the next step of a run on", async () => {
  const { source, bridge } = await aSyncedBridge(20);
  source.drop("p0", "p1", "p2");
  source.failures.push({ kind: "throttled", retryAt: bridge.now + MINUTE_MS });
  const { runId } = okOf(await bridge.stub.sync("full"));
  await bridge.settle();

  await bridge.configure(HOLDS_TWO);
  const view = await play(bridge, runId);

  expect([view.state, view.held, view.counts.deactivated]).toEqual(["succeeded", 3, 0]);
});
