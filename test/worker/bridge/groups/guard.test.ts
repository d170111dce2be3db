import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { HeldItem } from "#bridge/admin-views.ts";
import type { BridgeSettings } from "#bridge/config/settings.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { contradictions } from "#test/support/consistency.ts";

/** A day, in milliseconds. */
const DAY = 86_400_000;

function ids(count: number, prefix = "p", from = 0): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}${from + n}`);
}

/** A bridge over so many people and groups of which each has the same members, after its first run. */
async function aSyncedBridge(
  people: number,
  groups: Readonly<Record<string, readonly string[]>>,
  settings: Partial<BridgeSettings> = {},
) {
  const source = new BridgeSource(manyPeople(people));
  source.pageSize = 200;
  for (const [id, members] of Object.entries(groups)) {
    source.putGroups({ id, name: `Group ${id}`, members });
  }
  const bridge = await TestBridge.open(source, { groups: "all", ...settings });
  await bridge.due();
  return { source, bridge };
}

/** So many groups without members. */
function manyGroups(count: number): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(ids(count, "g", 10).map((id) => [id, []]));
}

interface StoredGroup {
  readonly sourceId: string;
  readonly id: string;
  readonly name: string;
  readonly members: number;
  readonly version: number;
}

/** The groups of the connector by the provider's id. */
async function groupsOf({ number }: TestBridge): Promise<ReadonlyMap<string, StoredGroup>> {
  const { results } = await env.DB.prepare(
    `SELECT external_id AS sourceId, id, doc ->> 'displayName' AS name, version, (SELECT count(*) FROM group_members AS l
       WHERE l.connector_id = g.connector_id AND l.group_id = g.id) AS members
     FROM resources AS g WHERE connector_id = ?1 AND type = 'Group' AND deleted_at IS NULL`,
  )
    .bind(number)
    .all<StoredGroup>();
  return new Map(results.map((group) => [group.sourceId, group]));
}

test("a listing that shows 15 of 40 groups once erases none of the others", async () => {
  const { source, bridge } = await aSyncedBridge(1, manyGroups(40));
  const before = await groupsOf(bridge);
  for (const id of ids(25, "g", 10)) source.unlisted.add(id);

  const view = await bridge.run();

  expect([view.state, view.held, view.counts.groupsDeleted]).toEqual(["succeeded", 0, 0]);
  expect(view.issues.filter(({ kind }) => kind === "listing-incomplete")).toHaveLength(25);
  expect(await groupsOf(bridge)).toEqual(before);
  source.unlisted.clear();
  expect((await bridge.run()).issues).toEqual([]);
  expect(await groupsOf(bridge)).toEqual(before);
});

test.each([
  ["of which fewer came than were announced", 40],
  ["of which none came", undefined],
])("a listing of groups %s asks for none and erases none", async (_, total) => {
  const { source, bridge } = await aSyncedBridge(1, manyGroups(6));
  source.groupsTotal = total;
  for (const id of ids(total === undefined ? 6 : 1, "g", 10)) source.dropGroup(id);

  const view = await bridge.run();

  expect([view.state, view.counts.groupsDeleted]).toEqual(["succeeded", 0]);
  expect(view.issues.map(({ kind, sourceId }) => [kind, sourceId])).toEqual([
    ["listing-incomplete", undefined],
  ]);
  expect(source.asked.filter((line) => line.startsWith("findGroup"))).toEqual([]);
  expect((await groupsOf(bridge)).size).toBe(6);
});

test("a missing group about which the answer is odd stays, and is asked for again", async () => {
  const { source, bridge } = await aSyncedBridge(1, manyGroups(8));
  source.unlisted.add("g10");
  source.oddGroups.add("g10");
  source.dropGroup("g11");

  const view = await bridge.run();

  expect([view.state, view.counts.groupsDeleted]).toEqual(["succeeded", 1]);
  expect(view.issues).toMatchObject([{ kind: "unreadable", sourceId: "g10" }]);
  source.oddGroups.clear();
  source.dropGroup("g10");
  expect((await bridge.run()).counts.groupsDeleted).toBe(1);
  expect((await groupsOf(bridge)).size).toBe(6);
});

test.each([[5], [6]])("%i of 20 groups gone at the provider", async (gone) => {
  const { source, bridge } = await aSyncedBridge(1, manyGroups(20));
  for (const id of ids(gone, "g", 10)) source.dropGroup(id);
  source.putGroups({ id: "g29", name: "Renamed", members: ["p0"] });

  const view = await bridge.run();

  const isHeld = gone > 5;
  expect([view.state, view.held, view.counts.groupsDeleted]).toEqual([
    "succeeded",
    isHeld ? gone : 0,
    isHeld ? 0 : gone,
  ]);
  const groups = await groupsOf(bridge);
  expect(groups.size).toBe(isHeld ? 20 : 20 - gone);
  expect(groups.get("g29")).toMatchObject({ name: "Renamed", members: 1 });
});

test("members in two answers that nobody understands are asked for again behind the other groups", async () => {
  const { source, bridge } = await aSyncedBridge(3, { g1: ["p0"], g2: ["p0"] });
  source.putGroups({ id: "g1", name: "One", members: ["p0", "p1"] });
  source.oddGroups.add("g1");
  const asked: string[] = [];
  source.onCall = (what) => {
    if (what !== "members") return;
    asked.push(source.asked.at(-1) ?? "");
    if (asked.length === 4) source.oddGroups.clear();
  };

  const view = await bridge.run();

  expect([view.state, view.issues]).toEqual(["succeeded", []]);
  expect(asked.map((line) => line.split(" ")[1])).toEqual(["g1", "g2", "g1", "g1"]);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(2);
});

test("a members list that cannot be read for a moment changes nothing of that group", async () => {
  const members = ids(120);
  const { source, bridge } = await aSyncedBridge(120, { g1: members, g2: ["p0"] });
  source.oddGroups.add("g1");
  source.putGroups({ id: "g2", name: "Two", members: ["p1", "p2"] });

  const view = await bridge.run();

  expect([view.state, view.held]).toEqual(["succeeded", 0]);
  expect(view.issues).toMatchObject([{ kind: "unreadable", sourceId: "g1" }]);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(120);
  expect((await groupsOf(bridge)).get("g2")).toMatchObject({ name: "Two", members: 2 });
});

test("a members list that is empty for a moment is held, while joins and renames go on", async () => {
  const members = ids(120);
  const { source, bridge } = await aSyncedBridge(121, { g1: members });
  source.putGroups({ id: "g1", name: "Renamed", members: ["p120"] });

  const view = await bridge.run();

  expect([view.state, view.held, view.counts.membersAdded, view.counts.membersRemoved]).toEqual([
    "succeeded",
    120,
    1,
    0,
  ]);
  expect((await groupsOf(bridge)).get("g1")).toMatchObject({ name: "Renamed", members: 121 });
  source.putGroups({ id: "g1", name: "Renamed", members });
  const again = await bridge.run();
  expect([again.held, again.counts.membersRemoved]).toEqual([0, 1]);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(120);
});

test("members who are switched off as users are not counted a second time", async () => {
  const { source, bridge } = await aSyncedBridge(
    120,
    { g1: ids(120) },
    { guard: { max: 100, percent: 100, minBase: 500 } },
  );
  for (const id of ids(70)) source.put({ id, active: false });
  await bridge.run();
  source.putGroups({ id: "g1", name: "Group g1", members: ids(40, "p", 80) });

  const view = await bridge.run();

  expect([view.held, view.counts.membersRemoved]).toEqual([0, 80]);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(40);
});

test("memberships of users whose switch-off is held stay as they are", async () => {
  const { source, bridge } = await aSyncedBridge(
    60,
    { g1: ids(60) },
    { guard: { max: 0, percent: 0, minBase: 500 } },
  );
  for (const id of ids(5)) source.put({ id, active: false });
  await bridge.run();
  source.putGroups({ id: "g1", name: "Group g1", members: ids(55, "p", 5) });

  const view = await bridge.run();

  expect([view.held, view.counts.membersRemoved]).toEqual([5, 0]);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(60);
});

test("a group that comes back within 30 days has its former id, and its members", async () => {
  const { source, bridge } = await aSyncedBridge(3, { ...manyGroups(8), g1: ids(3) });
  const former = (await groupsOf(bridge)).get("g1");
  source.dropGroup("g1");
  await bridge.run();
  expect((await groupsOf(bridge)).has("g1")).toBe(false);
  bridge.now += 29 * DAY;
  source.putGroups({ id: "g1", name: "Group g1", members: ids(3) });

  await bridge.run();

  // Deleted as version 2: whoever reads the change feed sees no version twice.
  expect((await groupsOf(bridge)).get("g1")).toEqual({ ...former, version: 3 });
  expect(await contradictions()).toEqual([]);
});

test("after 30 days, and for another group of the same name, the id is a new one", async () => {
  const { source, bridge } = await aSyncedBridge(1, manyGroups(8));
  const before = await groupsOf(bridge);
  source.dropGroup("g10");
  source.dropGroup("g11");
  await bridge.run();
  source.putGroups({ id: "other", name: "Group g11", members: [] });
  await bridge.run();
  bridge.now += 31 * DAY;
  source.putGroups({ id: "g10", name: "Group g10", members: [] });

  await bridge.run();

  const groups = await groupsOf(bridge);
  expect(groups.get("g10")?.id).not.toBe(before.get("g10")?.id);
  expect(groups.get("other")?.id).not.toBe(before.get("g11")?.id);
});

test("what is held of groups is listed, and approved in part; the rest stays rejected", async () => {
  const { source, bridge } = await aSyncedBridge(60, { ...manyGroups(20), g1: ids(60) });
  for (const id of ids(6, "g", 10)) source.dropGroup(id);
  source.putGroups({ id: "g1", name: "Group g1", members: [] });
  const view = await bridge.run();

  const page = await bridge.calls.held(3, undefined);
  expect(page).toMatchObject({ total: 66, totals: { user: 0, group: 6, membership: 60 } });
  expect([page.runId, view.held, (await bridge.stub.overview()).held]).toEqual([
    view.runId,
    66,
    66,
  ]);
  expect(await allHeld(bridge, 7)).toEqual(await allHeld(bridge, 100));
  const items = await allHeld(bridge, 100);
  const [member] = items.filter(({ kind }) => kind === "membership");
  expect(member).toMatchObject({
    sourceId: expect.stringMatching(/^p\d+$/),
    userName: expect.stringContaining("@example.com"),
    groupSourceId: "g1",
    displayName: "Group g1",
  });
  expect(items[0]).toMatchObject({ id: "group:g10", displayName: "Group g10", why: "missing" });
  await approve(bridge, ["group:g10", member?.id ?? ""]);

  const groups = await groupsOf(bridge);
  expect([groups.has("g10"), groups.has("g11"), groups.get("g1")?.members]).toEqual([
    false,
    true,
    59,
  ]);
  const left = await bridge.calls.held(1, undefined);
  expect(left.totals).toEqual({ user: 0, group: 5, membership: 59 });
  const rest = { runId: left.runId ?? "", count: left.total };
  expect((await bridge.calls.rejectHeld({ ...rest, count: 1 })).kind).toBe("refused");
  expect((await bridge.calls.rejectHeld(rest)).kind).toBe("ok");
  const again = await bridge.run();
  expect([again.held, (await groupsOf(bridge)).get("g1")?.members]).toEqual([0, 59]);
  expect((await groupsOf(bridge)).size).toBe(20);
});

test.each(["approve", "reject"] as const)(
  "where a part of what is held was decided (%s), the rest stays held however few it is",
  async (decision) => {
    const guards = { membershipGuard: { max: 5, percent: 10, minBase: 5 } };
    const groups = { ...manyGroups(20), g1: ids(20), g2: ids(20) };
    const { source, bridge } = await aSyncedBridge(20, groups, guards);
    for (const id of ids(6, "g", 10)) source.dropGroup(id);
    for (const id of ["g1", "g2"]) {
      source.putGroups({ id, name: `Group ${id}`, members: ids(13, "p", 7) });
    }
    await bridge.run();
    const items = await allHeld(bridge, 100);
    const of = (start: string, count: number) =>
      items.flatMap(({ id }) => (id.startsWith(start) ? [id] : [])).slice(0, count);
    const inG1 = items.flatMap((item) =>
      item.kind === "membership" && item.groupSourceId === "g1" ? [item.id] : [],
    );
    const chosen = [...of("group:", 3), ...inG1.slice(0, 4)];

    if (decision === "approve") await approve(bridge, chosen);
    else expect((await bridge.calls.rejectHeld({ ids: chosen })).kind).toBe("ok");
    const after = await groupsOf(bridge);
    for (const mode of ["full", "delta", "full"] as const) await bridge.run(mode);

    expect(items).toHaveLength(20);
    const [groupCount, memberCount] = decision === "approve" ? [19, 16] : [22, 20];
    expect([after.size, after.get("g1")?.members, after.get("g2")?.members]).toEqual([
      groupCount,
      memberCount,
      20,
    ]);
    expect(await groupsOf(bridge)).toEqual(after);
    const { totals } = await bridge.calls.held(1, undefined);
    expect(totals).toEqual({ user: 0, group: 3, membership: 3 + 7 });
    await approve(
      bridge,
      (await allHeld(bridge, 100)).map(({ id }) => id),
    );
    const done = await groupsOf(bridge);
    expect([done.size, done.get("g1")?.members, done.get("g2")?.members]).toEqual([
      groupCount - 3,
      memberCount - 3,
      13,
    ]);
    expect((await bridge.stub.overview()).held).toBe(0);
  },
);

test("who is held since others were decided, and is in the group again, is held no more", async () => {
  const guards = { membershipGuard: { max: 5, percent: 10, minBase: 5 } };
  const { source, bridge } = await aSyncedBridge(20, { ...manyGroups(20), g1: ids(20) }, guards);
  for (const id of ids(6, "g", 10)) source.dropGroup(id);
  source.putGroups({ id: "g1", name: "Group g1", members: ids(13, "p", 7) });
  await bridge.run();
  const items = await allHeld(bridge, 100);
  const first = (kind: string) => items.find((item) => item.kind === kind)?.id ?? "";
  await approve(bridge, [first("group"), first("membership")]);
  for (const id of ids(6, "g", 10)) source.putGroups({ id, name: `Group ${id}`, members: [] });
  source.putGroups({ id: "g1", name: "Group g1", members: ids(20) });

  await bridge.run();

  expect((await bridge.stub.overview()).held).toBe(0);
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(20);
});

test("a rejected membership is asked for again once the provider's state has changed", async () => {
  const { source, bridge } = await aSyncedBridge(20, { g1: ids(20) });
  const settle = async (members: readonly string[]) => {
    source.putGroups({ id: "g1", name: "Group g1", members });
    return (await bridge.run()).held;
  };
  expect(await settle([])).toBe(20);
  await bridge.calls.rejectHeld(await bridge.seen());
  expect(await settle([])).toBe(0);
  expect(await settle(ids(20))).toBe(0);
  expect(await settle([])).toBe(20);
});

test("what was approved is done in the end, although the provider does not answer at first", async () => {
  const { source, bridge } = await aSyncedBridge(20, { ...manyGroups(20), g1: ids(20) });
  for (const id of ids(6, "g", 10)) source.dropGroup(id);
  source.putGroups({ id: "g1", name: "Group g1", members: ["p0"] });
  await bridge.configure({
    groups: "all",
    groupGuard: { max: 0, percent: 0, minBase: 500 },
    membershipGuard: { max: 0, percent: 0, minBase: 500 },
  });
  await bridge.settle();
  await bridge.run();
  for (const id of ["g1", ...ids(6, "g", 10)]) source.oddGroups.add(id);
  await approve(
    bridge,
    (await allHeld(bridge, 100)).map(({ id }) => id),
  );
  expect((await groupsOf(bridge)).get("g1")?.members).toBe(20);
  // One of the groups and one of the members are back meanwhile.
  source.oddGroups.clear();
  source.putGroups({ id: "g10", name: "Group g10", members: [] });
  source.putGroups({ id: "g1", name: "Group g1", members: ["p0", "p1"] });

  await bridge.run();

  const groups = await groupsOf(bridge);
  expect([groups.has("g10"), groups.has("g11"), groups.size]).toEqual([true, false, 16]);
  expect(groups.get("g1")?.members).toBe(2);
  expect((await bridge.stub.overview()).held).toBe(0);
});

async function approve(bridge: TestBridge, chosen: readonly string[]) {
  const answer = await bridge.calls.approveHeld({ ids: chosen });
  expect(answer).toMatchObject({ kind: "ok", value: { approved: chosen.length } });
  await bridge.settle();
}

async function allHeld(bridge: TestBridge, limit: number): Promise<readonly HeldItem[]> {
  const items: HeldItem[] = [];
  let after: string | undefined;
  do {
    const page = await bridge.calls.held(limit, after);
    items.push(...page.items);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return items;
}

test("who is in a group before he is enabled gets it in the delta run that brings him", async () => {
  const source = new BridgeSource(manyPeople(3));
  source.delta = { users: true, groups: true };
  source.put({ id: "late", active: false });
  source.putGroups(
    { id: "g1", name: "One", members: ["p0", "late", "g2"] },
    { id: "g2", name: "Two", members: ["late"] },
  );
  const bridge = await TestBridge.open(source, { groups: "all" });
  const first = await bridge.due();
  const nobody = await bridge.run("delta");
  source.put({ id: "late", active: true });

  const view = await bridge.run("delta");

  for (const { issues } of [first, nobody]) {
    expect(issues.map(({ kind, sourceId }) => [kind, sourceId]).sort()).toEqual([
      ["member-unresolved", "g1"],
      ["member-unresolved", "g2"],
    ]);
  }
  expect([view.mode, view.counts.created, view.counts.membersAdded, view.issues]).toEqual([
    "delta",
    1,
    2,
    [],
  ]);
  const groups = await groupsOf(bridge);
  expect([groups.get("g1")?.members, groups.get("g2")?.members]).toEqual([3, 1]);
});

test("members who cannot be members here are one issue of their group", async () => {
  const { source, bridge } = await aSyncedBridge(2, { g1: ["p0"], g2: ["g1", "p1"] });
  source.unsupported.set("g1", [
    { what: "everyone", sourceId: "C01" },
    { what: "external", sourceId: "ada@elsewhere.example" },
  ]);

  const view = await bridge.run();

  expect(view.issues).toMatchObject([{ kind: "member-unsupported", sourceId: "g1" }]);
  expect(view.issues[0]?.detail).toContain("ada@elsewhere.example");
  expect((await groupsOf(bridge)).get("g2")?.members).toBe(2);
  source.unsupported.clear();
  expect((await bridge.run()).issues).toEqual([]);
});

test("a dry run shows groups and memberships, and what would be held", async () => {
  const { source, bridge } = await aSyncedBridge(30, { ...manyGroups(8), g1: ids(30) });
  source.put({ id: "new" });
  source.putGroups(
    { id: "g1", name: "Renamed", members: ["p0", "new"] },
    { id: "g2", name: "Two", members: ["p1", "new"] },
  );
  source.dropGroup("g10");
  const before = await groupsOf(bridge);

  const { runId } = await startPlan(bridge);
  const plan = await bridge.calls.plan(runId);

  expect(plan?.wouldHold).toBe(false);
  expect(plan?.steps.filter(({ group }) => group !== undefined)).toMatchObject([
    {
      op: "updateGroup",
      sourceId: "g1",
      set: { displayName: "Renamed" },
      group: { membersAdded: 1, membersRemoved: 29 },
    },
    { op: "createGroup", sourceId: "g2", group: { displayName: "Two", membersAdded: 2 } },
    { op: "deleteGroup", sourceId: "g10", why: "missing" },
  ]);
  expect(plan?.run.counts).toMatchObject({ groupsCreated: 1, groupsDeleted: 1, membersAdded: 3 });
  expect(await groupsOf(bridge)).toEqual(before);
  source.putGroups({ id: "g1", name: "Renamed", members: [] });
  const held = await bridge.calls.plan((await startPlan(bridge)).runId);
  expect([held?.wouldHold, held?.run.held]).toEqual([true, 30]);
  expect((await bridge.stub.overview()).held).toBe(0);
});

async function startPlan(bridge: TestBridge) {
  const answer = await bridge.calls.startPlan();
  if (answer.kind === "refused") throw new Error(answer.detail);
  await bridge.settle();
  return answer.value;
}
