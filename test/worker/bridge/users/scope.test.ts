import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import type { SourceFailure } from "#bridge/source/source.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { okOf, TestBridge } from "#test/support/bridge/world.ts";
import { type Cost, countingDatabase } from "#test/support/d1/counting-d1.ts";

/** People p0 to p9, of whom staff are p0 to p3 and, nested, p4 and p5. */
async function staffOnly(settings: Partial<BridgeSettings> = {}, count = 10) {
  const source = new BridgeSource(manyPeople(count));
  source.putGroups(
    { id: "g-staff", name: "Staff", members: ["p0", "p1", "p2", "p3", "g-sales"] },
    { id: "g-sales", name: "Sales", members: ["p4", "p5", "g-staff"] },
    { id: "g-other", name: "Others", members: ["p6", "p0"] },
  );
  const bridge = await TestBridge.open(source, { scope: { groups: ["g-staff"] }, ...settings });
  return { source, bridge };
}

async function activeIn(bridge: TestBridge): Promise<readonly (string | null)[]> {
  return (await bridge.users()).filter(({ active }) => active === 1).map((each) => each.externalId);
}

const STAFF = ["p0", "p1", "p2", "p3", "p4", "p5"];

describe("a bridge with a scope", () => {
  test("provisions its people and those of nested groups, though the groups nest in a circle", async () => {
    const { bridge, source } = await staffOnly();

    const run = await bridge.due();

    expect(run).toMatchObject({ state: "succeeded", mode: "full", issueCount: 0 });
    expect((await bridge.users()).map(({ externalId }) => externalId)).toEqual(STAFF);
    expect(source.asked.filter((each) => each.startsWith("scope"))).toHaveLength(5);
  });

  test("provisions whom an application is assigned to", async () => {
    const { bridge, source } = await staffOnly({ scope: { application: "app" }, groups: "all" });
    source.applications.set("app", { id: "app", name: "App", members: ["p7", "g-sales"] });
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p4", "p5"] });

    const run = await bridge.due();

    expect(run).toMatchObject({ state: "succeeded", counts: { groupsCreated: 1 } });
    expect(await activeIn(bridge)).toEqual(["p4", "p5", "p7"]);
  });

  test("looks at everybody in every run, so that who joins the scope comes without a changed record", async () => {
    const { bridge, source } = await staffOnly();
    source.delta = { users: true, groups: false };
    await bridge.due();
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p4", "p5", "p8"] });

    const run = await bridge.run("delta");

    expect(run).toMatchObject({ mode: "full", counts: { created: 1 } });
    expect(await activeIn(bridge)).toEqual([...STAFF, "p8"]);
  });

  test("switches off who leaves the scope, and on again who comes back", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p4"] });

    const gone = await bridge.run();
    const without = await activeIn(bridge);
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p4", "p5"] });
    const back = await bridge.run();

    expect(gone.counts).toMatchObject({ deactivated: 1, created: 0 });
    expect(without).toEqual(STAFF.slice(0, 5));
    expect(back.counts).toMatchObject({ reactivated: 1, created: 0 });
    expect(await activeIn(bridge)).toEqual(STAFF);
  });

  test("asks nothing of the directory for who was and stays outside", async () => {
    const cost = async (scope: BridgeSettings["scope"]) => {
      const { bridge } = await staffOnly({ scope });
      await bridge.due();
      const before = await bridge.changes();
      const spent: Cost = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
      bridge.db = countingDatabase(env.DB, spent);
      const run = await bridge.run();
      expect(run.counts).toMatchObject({ created: 0, updated: 0, deactivated: 0, seen: 10 });
      expect(await bridge.changes()).toEqual(before);
      return spent.roundTrips;
    };

    expect(await cost({ groups: ["g-staff"] })).toBe(await cost(undefined));
  });

  test("holds a mass departure from the scope, which approval lets happen", async () => {
    const { bridge, source } = await staffOnly({ guard: { max: 1, percent: 10, minBase: 5 } });
    await bridge.due();
    source.putGroups({ id: "g-staff", name: "Staff", members: ["p0", "p1"] });

    const held = await bridge.run();
    const page = await bridge.calls.held(10, undefined);

    expect(held).toMatchObject({ held: 4, counts: { deactivated: 0 } });
    expect(await activeIn(bridge)).toEqual(STAFF);
    expect(page.items.map((each) => ("why" in each ? each.why : undefined))).toEqual(
      Array.from({ length: 4 }, () => "not-in-scope"),
    );

    okOf(await bridge.calls.approveHeld({ runId: held.runId, count: 4 }));
    await bridge.settle();

    expect(await activeIn(bridge)).toEqual(["p0", "p1"]);
  });

  test("keeps an approval while the scope cannot be read", async () => {
    const { bridge, source } = await staffOnly({ guard: { max: 1, percent: 10, minBase: 5 } });
    await bridge.due();
    source.putGroups({ id: "g-staff", name: "Staff", members: ["p0", "p1"] });
    const held = await bridge.run();
    source.oddGroups.add("g-staff");
    okOf(await bridge.calls.approveHeld({ runId: held.runId, count: 4 }));
    await bridge.settle();
    const during = await activeIn(bridge);
    source.oddGroups.clear();

    await bridge.run();

    expect(during).toEqual(STAFF);
    expect(await activeIn(bridge)).toEqual(["p0", "p1"]);
  });

  test("lets go of who leaves the scope where that was chosen, but never of who is disabled", async () => {
    const { bridge, source } = await staffOnly({ onOutOfScope: "unmanage" });
    await bridge.due();
    source.putGroups({ id: "g-staff", name: "Staff", members: ["p0", "p1", "g-sales"] });
    source.put({ id: "p2", active: false });

    const run = await bridge.run();

    expect(run.counts).toMatchObject({ deactivated: 1 });
    expect(await activeIn(bridge)).toEqual(["p0", "p1", "p3", "p4", "p5"]);
    expect((await bridge.calls.overview()).linkedUsers).toBe(5);
  });
});

describe("a scope that cannot be read whole", () => {
  const FORBIDDEN: SourceFailure = { kind: "groupsForbidden" };

  test.each<[string, (source: BridgeSource) => void]>([
    ["a group whose answer is odd", (source) => source.oddGroups.add("g-sales")],
    ["a group that is gone", (source) => source.dropGroup("g-staff")],
    ["groups that may not be read", (source) => source.failures.push(FORBIDDEN)],
    ["a listing that is cut short", (source) => source.scopeTotals.set("g-staff", 6)],
  ])("for %s switches off nobody, and nobody new comes", async (_, breaks) => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.putGroups({ id: "g-staff", name: "Staff", members: ["p0", "g-sales"] });
    source.put({ id: "p1", active: false });
    breaks(source);

    const run = await bridge.run();

    expect(run.state).toBe("succeeded");
    expect(run.issues).toMatchObject([{ kind: "scope-unread" }]);
    // Whom the provider itself calls disabled goes all the same.
    expect(await activeIn(bridge)).toEqual(STAFF.filter((id) => id !== "p1"));
  });

  test("waits for a provider that is down, and in the end goes on without", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.putGroups({ id: "g-staff", name: "Staff", members: ["p0"] });
    source.onCall = (what) => {
      if (what === "scope") source.failures.unshift({ kind: "unavailable" });
    };

    okOf(await bridge.calls.sync("full"));
    for (let at = 0; at < 12; at += 1) await bridge.settleNext();

    const [run] = await bridge.calls.runs(1, undefined);
    expect(run?.issues.map(({ kind }) => kind)).toContain("scope-unread");
    expect(await activeIn(bridge)).toEqual(STAFF);
  });

  test("leaves whoever was switched off before off, and says so until it can be read", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p4"] });
    await bridge.run();
    source.oddGroups.add("g-sales");

    const odd = await bridge.run();
    const during = await activeIn(bridge);
    source.oddGroups.clear();
    const mended = await bridge.run();

    expect(odd.issueCount).toBe(1);
    expect(during).toEqual(STAFF.slice(0, 5));
    expect(mended.issueCount).toBe(0);
  });

  test("for three runs raises the alert that the listing does not add up", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.oddGroups.add("g-sales");

    for (let runs = 0; runs < 3; runs += 1) await bridge.run();

    expect(await bridge.changes()).toContain("connector.alert bridge.incomplete");
  });

  test("at first provisions those alone who were found in it", async () => {
    const { bridge, source } = await staffOnly();
    source.oddGroups.add("g-sales");

    await bridge.due();

    expect(await activeIn(bridge)).toEqual(STAFF.slice(0, 4));
  });
});

describe("a change of scope", () => {
  test("is shown by a dry run of what was proposed, which stores nothing", async () => {
    const { bridge } = await staffOnly();
    await bridge.due();
    const settings = { scope: { groups: ["g-other"] } };

    const { runId } = okOf(await bridge.calls.startPlan(settings));
    await bridge.settle();
    const plan = await bridge.calls.plan(runId);

    const steps = (plan?.steps ?? []).map(({ op, sourceId, why }) => [op, sourceId, why]);
    expect(steps).toEqual([
      ["deactivate", "p1", "not-in-scope"],
      ["deactivate", "p2", "not-in-scope"],
      ["deactivate", "p3", "not-in-scope"],
      ["deactivate", "p4", "not-in-scope"],
      ["deactivate", "p5", "not-in-scope"],
      ["create", "p6", null],
    ]);
    expect(await activeIn(bridge)).toEqual(STAFF);
    expect((await bridge.run()).counts).toMatchObject({ created: 0, deactivated: 0 });
  });

  test("shows which groups would be let go", async () => {
    const { bridge } = await staffOnly({ groups: "all" });
    await bridge.due();
    const settings = { groups: "all", scope: { groups: ["g-other"] } } as const;

    const { runId } = okOf(await bridge.calls.startPlan(settings));
    await bridge.settle();
    const plan = await bridge.calls.plan(runId);

    const groups = (plan?.steps ?? []).filter(({ op }) => op.endsWith("Group"));
    expect(groups.map(({ op, sourceId, why }) => [op, sourceId, why])).toEqual([
      ["createGroup", "g-other", null],
      ["unmanageGroup", "g-sales", "not-in-scope"],
      ["unmanageGroup", "g-staff", "not-in-scope"],
    ]);
  });

  test("calls for a full run, and so does giving the scope up", async () => {
    const { bridge, source } = await staffOnly();
    source.delta = { users: true, groups: false };
    await bridge.due();

    await bridge.configure({});
    const everybody = await bridge.due();
    const delta = await bridge.run("delta");

    expect(everybody).toMatchObject({ mode: "full", counts: { created: 4 } });
    expect(delta.mode).toBe("delta");
  });
});

describe("groups of a bridge with a scope", () => {
  test("are those of the scope, the nested ones too, and nobody outside is missed among their members", async () => {
    const { bridge } = await staffOnly({ groups: "all" });

    const run = await bridge.due();

    expect(run).toMatchObject({ counts: { groupsCreated: 2 }, issueCount: 0 });
  });

  test("that are named are these, whatever the scope is made of", async () => {
    const { bridge } = await staffOnly({ groups: ["g-other"] });

    const run = await bridge.due();

    expect(run).toMatchObject({ counts: { groupsCreated: 1, membersAdded: 1 }, issueCount: 0 });
  });

  test("stay as they are while the scope is in doubt", async () => {
    const { bridge, source } = await staffOnly({ groups: "all" });
    await bridge.due();
    source.oddGroups.add("g-staff");

    const run = await bridge.run();

    expect(run.counts).toMatchObject({ groupsDeleted: 0, membersRemoved: 0 });
    source.oddGroups.clear();
    expect((await bridge.run()).counts).toMatchObject({ groupsCreated: 0, membersAdded: 0 });
  });
});

describe("one user who is asked for", () => {
  test("is not provisioned outside of the scope, and it is said why", async () => {
    const { bridge } = await staffOnly();
    await bridge.due();

    expect(okOf(await bridge.calls.syncUser("p9"))).toMatchObject([
      { op: "ignore", sourceId: "p9", why: "not-in-scope" },
    ]);
    expect(await activeIn(bridge)).toEqual(STAFF);
  });

  test("is provisioned at once when he has just joined it", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.putGroups({ id: "g-sales", name: "Sales", members: ["p9"] });

    expect(okOf(await bridge.calls.syncUser("p9"))).toMatchObject([
      { op: "create", sourceId: "p9" },
    ]);
  });

  test("is refused with the reason where the scope cannot be read", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.oddGroups.add("g-sales");

    expect(await bridge.calls.syncUser("p9")).toMatchObject({ kind: "refused", status: 409 });
    // Whoever is found before that is known to be in it.
    expect(okOf(await bridge.calls.syncUser("p0"))).toMatchObject([{ sourceId: "p0" }]);
  });

  test("is switched off without a look at the scope when he is disabled", async () => {
    const { bridge, source } = await staffOnly();
    await bridge.due();
    source.put({ id: "p0", active: false });
    source.oddGroups.add("g-staff");

    await bridge.calls.syncUser("p0");

    expect(await activeIn(bridge)).toEqual(STAFF.slice(1));
  });
});
