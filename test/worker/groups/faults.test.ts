import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { groupSteps } from "#test/support/faults/groups.ts";
import { playAll, playLife, rowCounts, seedsOf } from "#test/support/faults/life.ts";
import { openGateway } from "#test/support/gateway.ts";
import { openGroups } from "#test/support/scim/groups.ts";

// Faults before and after the commit, over every write that a group can meet.

const SEEDS = seedsOf(40);

/** What a life leaves in the feed besides the changes of its group: the member that comes late, and goes. */
const CHANGES_OF_LATE = 2;

/** The steps of a seed's life: every third ends with a deletion. */
function stepsOf(seed: number) {
  return groupSteps(seed, seed % 3 === 0);
}

test("a D1 that fails before or after commits loses and doubles no group and no member", async () => {
  const groups = await openGroups(openGateway(), { brake: { mode: "off" } });
  const { id, token } = groups.client;
  const [ada = "", bob = "", cyd = ""] = await groups.users(3);

  const lives = await playAll(SEEDS, async (seed) => {
    const known = { endpoint: "/Groups", externalId: `g-${seed}`, ids: { ada, bob, cyd } } as const;
    return await playLife({ seed, token, ...known }, stepsOf(seed));
  });

  expect(lives.flatMap(({ surprises }) => surprises)).toEqual([]);
  const changes = SEEDS.flatMap(stepsOf).flatMap(({ raises = [] }) => raises);
  expect(await rowCounts(id)).toEqual({
    events: 3 + lives.reduce((sum, { requests }) => sum + requests, 0),
    changes: 3 + changes.length + SEEDS.length * CHANGES_OF_LATE,
  });
  const { body } = await groups.client.call("/Groups?count=0");
  expect(body.totalResults).toBe(lives.filter(({ isAlive }) => isAlive).length);
  expect(await contradictions()).toEqual([]);
});
