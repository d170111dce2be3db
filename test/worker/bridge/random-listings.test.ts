import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { RunView } from "#bridge/admin-views.ts";
import { SourceError } from "#bridge/source/source.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge/source.ts";
import { TestBridge } from "#test/support/bridge/world.ts";
import { seededRandom } from "#test/support/random.ts";

const GUARD = { max: 5, percent: 10, minBase: 5 };
/** 150 listings in `npm test`, 500 in the long form. */
const BRIDGES = env.FAULTS === "long" ? 50 : 15;
const LISTINGS = 10;

/** What goes wrong with the groups and their listing, by their ids. */
interface GroupMisfortune {
  readonly gone: readonly string[];
  readonly unlisted: readonly string[];
  readonly unreadable: readonly string[];
  /** Who left which group. */
  readonly left: ReadonlyMap<string, readonly string[]>;
  readonly isTotalTold: boolean;
}

/** What goes wrong with one listing, and what really happened at the provider. */
interface Misfortune {
  /** Deleted at the provider. */
  readonly gone: readonly string[];
  /** Switched off at the provider. */
  readonly disabled: readonly string[];
  /** There, but left out of the listing. */
  readonly unlisted: readonly string[];
  /** There, but with a record that says no login. */
  readonly odd: readonly string[];
  /** Answered in an odd way when asked for by id. */
  readonly unreadable: readonly string[];
  readonly groups: GroupMisfortune;
  /** The number of users that the provider claims. */
  readonly total: "none" | "as sent" | "as there are";
  readonly isBroken: boolean;
}

test.each(Array.from({ length: BRIDGES }, (_, seed) => [seed]))(
  "seed %d: bad listings and odd records switch nobody off and erase nothing that is still there",
  async (seed) => {
    const random = seededRandom(seed);
    const everybody = manyPeople(5 + Math.floor(random() * 25)).map(({ id }) => id);
    const world = openRunContext(everybody);
    const bridge = await TestBridge.open(world.source, { guard: GUARD, groups: "all" });
    await bridge.due();
    const groupsAtFirst = await groupsOf(bridge);
    expect(membersIn(groupsAtFirst)).toEqual(membersIn(world.groups));

    for (let round = 0; round < LISTINGS; round += 1) {
      const misfortune = drawMisfortune(everybody, world.groups, random);
      world.befall(misfortune);
      const { state, held, counts, issueCount } = await endOfRun(bridge);
      const off = await inactiveOf(bridge);

      const expected = expectedOf(everybody.length, misfortune);
      expect({ state, held, deactivated: counts.deactivated }).toEqual(expected);
      expect(issueCount).toBeGreaterThanOrEqual(oddOf(misfortune));
      const mayBeOff = new Set([...misfortune.gone, ...misfortune.disabled]);
      expect(off.filter((id) => !mayBeOff.has(id))).toEqual([]);
      expect(off).toHaveLength(expected.deactivated);
      expect(lostOf(await groupsOf(bridge), world.groupsNow(misfortune))).toEqual([]);

      world.heal();
      const healed = await endOfRun(bridge);
      expect(healed.state).toBe("succeeded");
      expect(await inactiveOf(bridge)).toEqual([]);
      expect(await groupsOf(bridge)).toEqual(groupsAtFirst);
    }
  },
);

/** A run to its end, whatever it waits for. */
async function endOfRun(bridge: TestBridge): Promise<RunView> {
  let view = await bridge.run();
  while (view.state === "waiting") {
    await bridge.settleNext();
    view = await bridge.view(view.runId);
  }
  return view;
}

function openRunContext(everybody: readonly string[]) {
  const source = new BridgeSource(everybody.map((id) => ({ id })));
  source.pageSize = 12;
  const groups: GroupsHere = new Map([
    ["g0", { id: "", members: everybody }],
    ["g1", { id: "", members: everybody.filter((_, n) => n % 2 === 0) }],
    ["g2", { id: "", members: everybody.slice(0, 3) }],
  ]);
  const putGroups = (all: GroupsHere) =>
    source.putGroups(...[...all].map(([id, { members }]) => ({ id, name: id, members })));
  putGroups(groups);
  const listPage = source.listPage.bind(source);
  let hidden: ReadonlySet<string> = new Set();
  let claimed: number | undefined;
  source.listPage = async (...asked) => {
    const page = await listPage(...asked);
    const records = page.records.filter(({ id }) => !hidden.has(String(id)));
    return { ...page, records, total: claimed };
  };
  const groupsNow = ({ gone, groups: { gone: goneGroups, left } }: Misfortune): GroupsHere => {
    const there = [...groups].filter(([id]) => !goneGroups.includes(id));
    const without = (id: string) => new Set([...gone, ...(left.get(id) ?? [])]);
    return new Map(
      there.map(([id, { members }]) => {
        const away = without(id);
        return [id, { id: "", members: members.filter((each) => !away.has(each)) }];
      }),
    );
  };
  let unreadableNow: ReadonlySet<string> = new Set();
  const readUser = source.readUser.bind(source);
  source.readUser = async (id) => {
    if (!unreadableNow.has(id)) return await readUser(id);
    throw new SourceError(
      { kind: "record", sourceId: id, mayPass: true },
      "The test wants an odd answer.",
    );
  };
  return {
    source,
    groups,
    groupsNow,
    befall: (misfortune: Misfortune) => {
      const { gone, disabled, unlisted, odd, unreadable, total, isBroken } = misfortune;
      unreadableNow = new Set(unreadable);
      source.putRaw(...odd.map((id) => ({ id, status: "ACTIVE", profile: {} })));
      putGroups(groupsNow(misfortune));
      for (const id of misfortune.groups.gone) source.dropGroup(id);
      for (const id of misfortune.groups.unlisted) source.unlisted.add(id);
      for (const id of misfortune.groups.unreadable) source.oddGroups.add(id);
      source.groupsTotal = misfortune.groups.isTotalTold
        ? groups.size - misfortune.groups.gone.length
        : undefined;
      source.drop(...gone);
      source.put(...disabled.map((id) => ({ id, active: false })));
      hidden = new Set(unlisted);
      const there = everybody.length - gone.length;
      const totals = { none: undefined, "as sent": there - unlisted.length, "as there are": there };
      claimed = totals[total];
      if (isBroken) source.failures.push(...Array(10).fill({ kind: "malformed" }));
    },
    heal: () => {
      hidden = new Set();
      claimed = undefined;
      unreadableNow = new Set();
      source.unlisted.clear();
      source.oddGroups.clear();
      source.groupsTotal = undefined;
      putGroups(groups);
      source.put(...everybody.map((id) => ({ id, active: true })));
    },
  };
}

function drawMisfortune(
  everybody: readonly string[],
  groups: GroupsHere,
  random: () => number,
): Misfortune {
  // Around the guard's threshold in most draws, and everybody in some.
  const share = () => (random() < 0.2 ? random() : random() * 0.15);
  const [goneShare, disabledShare, unlistedShare] = [share(), share(), share()];
  const oddShare = share();
  const fates = everybody.map((id) => {
    const draw = random();
    if (draw < goneShare) return { id, fate: "gone" };
    if (draw < goneShare + disabledShare) return { id, fate: "disabled" };
    if (random() < unlistedShare) return { id, fate: "unlisted" };
    return { id, fate: random() < oddShare ? "odd" : "well" };
  });
  const isEmpty = random() < 0.1;
  const those = (fate: string) => fates.filter((each) => each.fate === fate).map(({ id }) => id);
  const [gone, disabled] = isEmpty ? [[], []] : [those("gone"), those("disabled")];
  return {
    gone,
    disabled,
    unlisted: isEmpty ? everybody : those("unlisted"),
    odd: isEmpty ? [] : those("odd"),
    unreadable: everybody.filter(() => random() < 0.1),
    groups: drawGroupMisfortune(groups, random),
    total: random() < 0.4 ? "none" : random() < 0.5 ? "as sent" : "as there are",
    isBroken: random() < 0.1,
  };
}

function drawGroupMisfortune(groups: GroupsHere, random: () => number): GroupMisfortune {
  const some = (share: number) => [...groups.keys()].filter(() => random() < share);
  const leaving = random() < 0.2 ? 0.7 : 0.1;
  const left = [...groups].map(([id, { members }]) => {
    return [id, members.filter(() => random() < leaving)] as const;
  });
  return {
    gone: some(0.15),
    unlisted: some(0.15),
    unreadable: some(0.15),
    left: new Map(left),
    isTotalTold: random() < 0.5,
  };
}

/** What a run must come to: a broken listing switches nobody off, and too many switch-offs are held. */
function expectedOf(users: number, misfortune: Misfortune) {
  const { gone, disabled, unlisted, unreadable, total, isBroken } = misfortune;
  if (isBroken) return { state: "failed", held: 0, deactivated: 0 };
  const isComplete = total !== "as there are" || unlisted.length === 0;
  const isTooMany = (n: number) =>
    n > Math.max(GUARD.max, (users * GUARD.percent) / 100) ||
    (n === users && users >= GUARD.minBase);
  // Whom the provider calls disabled goes first; the missing count on top.
  const isFirstHeld = isTooMany(disabled.length);
  // Whom the provider answers about in an odd way stays.
  const confirmed = gone.filter((id) => !unreadable.includes(id));
  const unseen = gone.length + unlisted.length;
  // So many missing ones are not even asked for one by one; of a listing that fell short each one is.
  const missing = isComplete && isTooMany(unseen) ? unseen : confirmed.length;
  const isSecondHeld = missing > 0 && isTooMany(disabled.length + missing);
  const held = (isFirstHeld ? disabled.length : 0) + (isSecondHeld ? missing : 0);
  return { state: "succeeded", held, deactivated: disabled.length + missing - held };
}

/** Groups by their source ids, with the source ids of their members. */
type GroupsHere = ReadonlyMap<string, { readonly id: string; readonly members: readonly string[] }>;

/** The groups of the connector as they are. */
async function groupsOf(bridge: TestBridge): Promise<GroupsHere> {
  const text = `SELECT g.id, g.external_id AS sourceId, g.doc, json_group_array(u.external_id) AS members
    FROM resources g LEFT JOIN group_members m ON m.group_id = g.id LEFT JOIN resources u ON u.id = m.member_id
    WHERE g.connector_id = ?1 AND g.type = 'Group' AND g.deleted_at IS NULL GROUP BY g.id ORDER BY 2`;
  const { results } = await env.DB.prepare(text)
    .bind(bridge.number)
    .all<{ id: string; sourceId: string; members: string }>();
  return new Map(
    results.map(({ id, sourceId, members }) => [sourceId, { id, members: listed(members) }]),
  );
}

function listed(text: string): readonly string[] {
  const ids: readonly unknown[] = JSON.parse(text);
  return ids.flatMap((id) => (typeof id === "string" ? id : [])).toSorted(byNumber);
}

function byNumber(one: string, other: string): number {
  return Number(one.slice(1)) - Number(other.slice(1));
}

function membersIn(groups: GroupsHere): readonly unknown[] {
  return [...groups].map(([id, { members }]) => [id, members]);
}

/** Groups, and members of groups, that are at the provider and no longer here. */
function lostOf(here: GroupsHere, there: GroupsHere): readonly string[] {
  return [...there].flatMap(([id, { members }]) => {
    const group = here.get(id);
    if (group === undefined) return [id];
    const has = new Set(group.members);
    return members.filter((each) => !has.has(each)).map((each) => `${each} of ${id}`);
  });
}

/** So many records of the listings are odd, and none of them is forgotten. */
function oddOf({ isBroken, odd, groups }: Misfortune): number {
  if (isBroken) return 0;
  const listed = groups.unreadable.filter(
    (id) => !groups.gone.includes(id) && !groups.unlisted.includes(id),
  );
  return odd.length + listed.length;
}

/** The source ids of the users who are switched off here. */
async function inactiveOf(bridge: TestBridge): Promise<readonly string[]> {
  const users = await bridge.users();
  return users.filter(({ active }) => active === 0).map(({ externalId }) => String(externalId));
}
