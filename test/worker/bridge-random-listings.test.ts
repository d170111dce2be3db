import { expect, test } from "vitest";
import type { RunView } from "#bridge/views.ts";
import { BridgeSource, manyPeople } from "#test/support/bridge-source.ts";
import { TestBridge } from "#test/support/bridge-world.ts";
import { seededRandom } from "#test/support/random.ts";

const GUARD = { max: 5, percent: 10, minBase: 5 };
const BRIDGES = 50;
const LISTINGS = 10;

/** What goes wrong with one listing, and what really happened at the provider. */
interface Misfortune {
  /** Deleted at the provider. */
  readonly gone: readonly string[];
  /** Switched off at the provider. */
  readonly disabled: readonly string[];
  /** There, but left out of the listing. */
  readonly unlisted: readonly string[];
  /** The number of users that the provider claims. */
  readonly total: "none" | "as sent" | "as there are";
  readonly isBroken: boolean;
}

test.each(Array.from({ length: BRIDGES }, (_, seed) => [seed]))(
  "seed %d: partial, empty and shrunken listings switch nobody off who is still there",
  async (seed) => {
    const random = seededRandom(seed);
    const everybody = manyPeople(5 + Math.floor(random() * 55)).map(({ id }) => id);
    const world = openWorld(everybody);
    const bridge = await TestBridge.open(world.source, { guard: GUARD });
    await bridge.due();

    for (let round = 0; round < LISTINGS; round += 1) {
      const misfortune = drawMisfortune(everybody, random);
      world.befall(misfortune);
      const { state, held, counts } = await endOfRun(bridge);
      const off = await inactiveOf(bridge);

      const expected = expectedOf(everybody.length, misfortune);
      expect({ state, held, deactivated: counts.deactivated }).toEqual(expected);
      const mayBeOff = new Set([...misfortune.gone, ...misfortune.disabled]);
      expect(off.filter((id) => !mayBeOff.has(id))).toEqual([]);
      expect(off).toHaveLength(expected.deactivated);

      world.heal();
      await bridge.run();
      expect(await inactiveOf(bridge)).toEqual([]);
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

function openWorld(everybody: readonly string[]) {
  const source = new BridgeSource(everybody.map((id) => ({ id })));
  source.pageSize = 7;
  const listPage = source.listPage.bind(source);
  let hidden: ReadonlySet<string> = new Set();
  let claimed: number | undefined;
  source.listPage = async (...asked) => {
    const page = await listPage(...asked);
    const records = page.records.filter(({ id }) => !hidden.has(String(id)));
    return { ...page, records, total: claimed };
  };
  return {
    source,
    befall: ({ gone, disabled, unlisted, total, isBroken }: Misfortune) => {
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
      source.put(...everybody.map((id) => ({ id, active: true })));
    },
  };
}

function drawMisfortune(everybody: readonly string[], random: () => number): Misfortune {
  // Around the guard's threshold in most draws, and everybody in some.
  const share = () => (random() < 0.2 ? random() : random() * 0.15);
  const [goneShare, disabledShare, unlistedShare] = [share(), share(), share()];
  const fates = everybody.map((id) => {
    const draw = random();
    if (draw < goneShare) return { id, fate: "gone" };
    if (draw < goneShare + disabledShare) return { id, fate: "disabled" };
    return { id, fate: random() < unlistedShare ? "unlisted" : "well" };
  });
  const isEmpty = random() < 0.1;
  const those = (fate: string) => fates.filter((each) => each.fate === fate).map(({ id }) => id);
  const [gone, disabled] = isEmpty ? [[], []] : [those("gone"), those("disabled")];
  return {
    gone,
    disabled,
    unlisted: isEmpty ? everybody : those("unlisted"),
    total: random() < 0.4 ? "none" : random() < 0.5 ? "as sent" : "as there are",
    isBroken: random() < 0.1,
  };
}

/** What SEMANTICS 11 promises. */
function expectedOf(users: number, { gone, disabled, unlisted, total, isBroken }: Misfortune) {
  if (isBroken) return { state: "failed", held: 0, deactivated: 0 };
  const isComplete = total !== "as there are" || unlisted.length === 0;
  const isTooMany = (n: number) =>
    n > Math.max(GUARD.max, (users * GUARD.percent) / 100) ||
    (n === users && users >= GUARD.minBase);
  // Whom the provider calls disabled goes first; the missing count on top.
  const isFirstHeld = isTooMany(disabled.length);
  const unseen = gone.length + unlisted.length;
  // So many missing ones are not even asked for one by one; of a listing that fell short each one is.
  const missing = isComplete && isTooMany(unseen) ? unseen : gone.length;
  const isSecondHeld = missing > 0 && isTooMany(disabled.length + missing);
  const held = (isFirstHeld ? disabled.length : 0) + (isSecondHeld ? missing : 0);
  return { state: "succeeded", held, deactivated: disabled.length + missing - held };
}

/** The source ids of the users who are switched off here. */
async function inactiveOf(bridge: TestBridge): Promise<readonly string[]> {
  const users = await bridge.users();
  return users.filter(({ active }) => active === 0).map(({ externalId }) => String(externalId));
}
