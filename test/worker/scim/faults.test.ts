import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { contradictions } from "#test/support/consistency.ts";
import { CONNECTION_LOST, faultyDatabase } from "#test/support/d1/faulty-d1.ts";
import { IS_LONG, playAll, playLife, rowCounts, seedsOf } from "#test/support/faults/life.ts";
import { firstStep, LAST_STEPS, userChapters } from "#test/support/faults/users.ts";
import { aUser, openGateway } from "#test/support/gateway.ts";

// Faults before and after the commit, over every write that a user can meet.

const SEEDS = seedsOf(300);

/** The steps of a seed's life: in the short form it has one chapter, and every third ends with a deletion. */
function stepsOf(seed: number) {
  const chapters = userChapters(seed);
  const played = IS_LONG ? chapters : [chapters[Math.floor(seed / 2) % chapters.length] ?? []];
  const isDeleted = seed % 3 === 0;
  return [firstStep(seed), ...played.flat(), ...(isDeleted ? LAST_STEPS : [])];
}

test("a D1 that fails before or after commits causes no false refusal, no duplicate and no loss of a user", async () => {
  const gateway = openGateway();
  const { id, token } = await gateway.connector({
    settings: { uniqueExternalId: true, brake: { mode: "off" } },
  });

  const lives = await playAll(SEEDS, async (seed) => {
    const life = { seed, token, endpoint: "/Users", externalId: `e-${seed}`, ids: {} } as const;
    return await playLife(life, stepsOf(seed));
  });

  expect(lives.flatMap(({ surprises }) => surprises)).toEqual([]);
  expect(await rowCounts(id)).toEqual({
    events: lives.reduce((sum, { requests }) => sum + requests, 0),
    changes: SEEDS.flatMap(stepsOf).filter(({ raises }) => raises !== undefined).length,
  });
  const { body } = await gateway.scim("/Users?count=0", { token });
  expect(body.totalResults).toBe(lives.filter(({ isAlive }) => isAlive).length);
  expect(await contradictions()).toEqual([]);
});

/** What D1 says when nobody knows whether a batch got in. */
const AWAY = [
  CONNECTION_LOST,
  "D1_ERROR: Internal error in D1 DB storage caused object to be reset.",
  "D1_ERROR: D1 DB reset because its code was updated.",
  "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.",
];

test.each<[message: string, tries: number]>([
  ["D1_ERROR: D1 DB is overloaded.", 1],
  ...AWAY.map((message): [string, number] => [message, 5]),
])("a write that meets nothing but %s is tried so many times: %i", async (message, tries) => {
  const { token } = await openGateway().connector();
  let calls = 0;
  const failing = faultyDatabase(
    env.DB,
    () => {
      calls += 1;
      return "before";
    },
    message,
  );

  const answer = await openGateway({ db: failing }).scim("/Users", { token, body: aUser() });

  expect([answer.status, calls]).toEqual([503, tries]);
});
